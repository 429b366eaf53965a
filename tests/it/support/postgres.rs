//! A real PostgreSQL for the suite: one server for the whole test process, one database for each test.
//!
//! Started from the newest installed binaries on a free loopback port, in a folder of its own. A shell
//! stands between: it holds the reading end of a pipe from this process, stops the server when the pipe
//! closes and removes the folder. The kernel closes the pipe however the process ends (return, panic,
//! SIGKILL), so nothing stays behind although statics are never dropped.
//!
//! The server's default collation is Chinese (ICU) on purpose: a query that needs `COLLATE "C"` and lacks it fails here.

#![allow(clippy::expect_used, reason = "a suite without its server must stop at once")]

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader},
    net::{Ipv4Addr, TcpListener},
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

/// `$0` binaries, `$1` the server's folder, `$2` port. Says `ready` once, then waits for the pipe to close.
const KEEPER: &str = r#"
bin=$0 dir=$1 port=$2
trap '' PIPE # nobody may be left to hear "ready"
cd "$dir" && exec 2>"$dir/keeper.log" || exit 1
"$bin/initdb" --pgdata "$dir/data" --username hujifen --auth trust --encoding UTF8 --locale C.UTF-8 \
    --locale-provider icu --icu-locale zh-CN --no-sync >"$dir/initdb.log" 2>&1 \
  && "$bin/pg_ctl" start --silent --wait --pgdata "$dir/data" --log "$dir/server.log" --options "\
    -c port=$port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=300 \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off" \
  && echo ready && cat >/dev/null
"$bin/pg_ctl" stop --silent --wait --mode immediate --pgdata "$dir/data"
[ -e "$dir/data/postmaster.pid" ] || { tail -n 5 "$dir"/*.log; rm -rf "$dir"; }
"#;

/// Ports are chosen before the server binds them, so another process may take one in between.
const START_ATTEMPTS_MAX: u32 = 3;

/// A running server and the two ends that keep it alive.
pub struct Server {
    bin: PathBuf,
    port: u16,
    databases: AtomicU32,
    template: OnceLock<String>,
    _keeper: Child,
    _pipe: ChildStdin,
}

/// A database of one test; dropped together with this value, whoever is still connected.
pub struct Database {
    server: &'static Server,
    name: String,
}

/// The server of this process, started by the first caller.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let mut why = String::new();
        for _ in 0..START_ATTEMPTS_MAX {
            match Server::start() {
                Ok(server) => return server,
                Err(said) => why = said,
            }
        }
        panic!("PostgreSQL did not start: {why}");
    })
}

impl Server {
    /// A database with nothing in it.
    pub fn empty_database(&'static self) -> Database {
        self.create(None)
    }

    /// A copy of the template that `migrate` prepares, given its URL, once in the life of the process.
    /// `migrate` runs on a thread of its own, so it may build a runtime and block on it; it must close its connections.
    pub fn migrated_database(&'static self, migrate: fn(&str)) -> Database {
        let template = self.template.get_or_init(|| {
            let template = self.create(None);
            let url = template.url();
            let migrated = thread::spawn(move || migrate(&url)).join();
            assert!(migrated.is_ok(), "the template database could not be migrated");
            let name = template.name.clone();
            std::mem::forget(template);
            name
        });
        self.create(Some(template))
    }

    fn create(&'static self, template: Option<&str>) -> Database {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let template = template.unwrap_or("template0");
        self.psql(&format!("CREATE DATABASE {name} TEMPLATE {template}"));
        Database { server: self, name }
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://hujifen@127.0.0.1:{}/{database}", self.port)
    }

    fn psql(&self, statement: &str) {
        let output = Command::new(self.bin.join("psql"))
            .args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--command", statement])
            .arg(self.url("postgres"))
            .stdin(Stdio::null())
            .output()
            .expect("psql runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{statement}: {said}");
    }

    fn start() -> Result<Server, String> {
        let bin = newest_binaries().ok_or("install the Debian package postgresql")?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|listener| listener.local_addr())
            .map_err(|error| error.to_string())?
            .port();
        let dir = new_folder().map_err(|error| format!("no folder for the server: {error}"))?;

        let mut keeper = Command::new("sh");
        keeper.args([OsStr::new("-c"), OsStr::new(KEEPER), bin.as_os_str(), dir.as_os_str()]);
        keeper.arg(port.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
        // Ctrl-C reaches the test process only; the keeper then sees the pipe close and tidies up.
        keeper.process_group(0);
        if id(&["-u"]) == Some(0) {
            let (uid, gid) = id(&["-u", "postgres"])
                .zip(id(&["-g", "postgres"]))
                .ok_or("PostgreSQL refuses to run as root and there is no user postgres")?;
            chown(&dir, Some(uid), Some(gid)).map_err(|error| error.to_string())?;
            keeper.uid(uid).gid(gid);
        }

        let mut keeper = keeper.spawn().map_err(|error| error.to_string())?;
        let pipe = keeper.stdin.take().expect("stdin is piped");
        let mut said = BufReader::new(keeper.stdout.take().expect("stdout is piped"));
        let mut line = String::new();
        said.read_line(&mut line).map_err(|error| error.to_string())?;
        if line.trim() == "ready" {
            let (databases, template) = (AtomicU32::new(0), OnceLock::new());
            return Ok(Server { bin, port, databases, template, _keeper: keeper, _pipe: pipe });
        }
        drop(pipe);
        for more in said.lines().map_while(Result::ok) {
            line = line + &more + "\n";
        }
        keeper.wait().map_err(|error| error.to_string())?;
        Err(line)
    }
}

impl Database {
    /// `postgres://…`, for as long as this value lives.
    pub fn url(&self) -> String {
        self.server.url(&self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A test that failed keeps its own message; a second panic would abort the process.
        if !thread::panicking() {
            self.server.psql(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}

/// `/usr/lib/postgresql/<major>/bin` of the highest major version.
fn newest_binaries() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let (_, newest) = versions
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let major = entry.file_name().to_str()?.parse::<u32>().ok()?;
            let bin = entry.path().join("bin");
            bin.join("initdb").exists().then_some((major, bin))
        })
        .max()?;
    Some(newest)
}

/// A folder that did not exist before, in `/tmp`, which every user may enter (`TMPDIR` may be private to root).
fn new_folder() -> std::io::Result<PathBuf> {
    let mut attempt = 0;
    loop {
        let dir = Path::new("/tmp").join(format!("hujifen-pg-{}-{attempt}", std::process::id()));
        match fs::create_dir(&dir) {
            Ok(()) => return Ok(dir),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => attempt += 1,
            Err(error) => return Err(error),
        }
    }
}

fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
