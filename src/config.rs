//! What the operator may set. Every flag is also an environment variable `HUJIFEN_…`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// Where a running book keeps its data, its keys and its door.
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// Folder for the database and everything else that must be backed up (except the keys).
    #[arg(long, env = "HUJIFEN_DATA_DIR", default_value = "data")]
    pub data_dir: PathBuf,
    /// Folder for the keys (tokens, chain, field encryption); `<data-dir>/keys` unless set.
    #[arg(long, env = "HUJIFEN_KEY_DIR")]
    pub key_dir: Option<PathBuf>,
    /// `sqlite://path` or `postgres://…`; a SQLite file in the data folder unless set.
    #[arg(long, env = "HUJIFEN_DATABASE_URL")]
    pub database_url: Option<String>,
}

/// How a server is reached.
#[derive(Args, Clone, Debug)]
pub struct Listen {
    /// Address and port to listen on.
    #[arg(long, env = "HUJIFEN_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Serve plain HTTP away from this machine although anybody on the way can then read passwords
    /// and act as the person who signed in. Put a TLS proxy in front instead.
    #[arg(long, env = "HUJIFEN_RISK_PLAIN_HTTP", default_value_t = false)]
    pub risk_plain_http: bool,
    /// A TLS proxy stands in front of this server.
    #[arg(long, env = "HUJIFEN_BEHIND_TLS_PROXY", default_value_t = false)]
    pub behind_tls_proxy: bool,
}

impl Config {
    /// The database's address.
    pub fn database_url(&self) -> String {
        self.database_url.clone().unwrap_or_else(|| format!("sqlite://{}", self.data_dir.join("hujifen.db").display()))
    }

    /// The folder of the keys.
    pub fn key_dir(&self) -> PathBuf {
        self.key_dir.clone().unwrap_or_else(|| self.data_dir.join("keys"))
    }
}
