//! The command line.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command answers on the terminal")]

mod import;
mod verify;

use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use sea_orm::{ActiveEnum as _, Iterable as _};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use crate::accounts::{self, FirstAccount, Hashing, NewPassword, PersonName, Username};
use crate::app::{self, App};
use crate::areas::{self, AreaName};
use crate::auth::Cookies;
use crate::clock::Clock;
use crate::config::{Config, Listen};
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::evidence::Album;
use crate::households;
use crate::ids::HouseholdId;
use crate::keys::Keys;
use crate::scope::Role;
use crate::{assets, demo, serve};

/// The password of the demonstration accounts. No flag: everybody on the machine reads those.
const DEMO_PASSWORD: &str = "HUJIFEN_DEMO_PASSWORD";

/// 户积分: a village's book of good deeds, household by household.
#[derive(Parser)]
#[command(name = "hujifen", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the book; this is also done when no command is given.
    Serve(Serve),
    /// Serve the demonstration town, which the first start fills.
    Demo(Serve),
    /// Accounts, by whoever has the machine.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Bring in a table of a village, also beside a running server.
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// Read the whole book again: every link, every balance, every award.
    Verify(Config),
    /// Print the OpenAPI document.
    Openapi,
}

#[derive(Args)]
struct Serve {
    #[command(flatten)]
    config: Config,
    #[command(flatten)]
    listen: Listen,
}

#[derive(Subcommand)]
enum AccountCommand {
    /// Make an account, also beside a running server. The first county administrator brings the county.
    Create(CreateAccount),
}

#[derive(Args)]
struct CreateAccount {
    #[command(flatten)]
    config: Config,
    /// Sign-in name.
    #[arg(long)]
    username: String,
    /// The name people read.
    #[arg(long)]
    name: String,
    /// What the person will be.
    #[arg(long, value_parser = role, value_name = "county_admin|town_admin|village_cadre|…")]
    role: Role,
    /// Where: `县`, `县/镇`, `县/镇/村` or `县/镇/村/组`.
    #[arg(long)]
    area: String,
    /// The person's own household, by its code: what it gets is for others to approve.
    #[arg(long, value_name = "户编号")]
    household: Option<String>,
    /// Read the password from the standard input; otherwise a one-time password is made and printed.
    #[arg(long)]
    password_stdin: bool,
}

/// Why a command did not do what it was asked for: a sentence for the terminal.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Failure(String);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match &error {
            Error::Refused(refusal, fields) if fields.is_empty() => Self(refusal.title.to_owned()),
            Error::Refused(_, fields) => Self(
                fields
                    .iter()
                    .map(|problem| format!("{}: {}", problem.field, problem.message))
                    .collect::<Vec<_>>()
                    .join("\n"),
            ),
            Error::Wait { sentence, .. } => Self(sentence.clone()),
            Error::Database(_) | Error::Internal(_) => Self(error.to_string()),
        }
    }
}

impl From<sea_orm::DbErr> for Failure {
    fn from(error: sea_orm::DbErr) -> Self {
        Self(format!("打不开数据库：{error}"))
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

type Outcome<T = ()> = Result<T, Failure>;

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    log();
    let done = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::from)
        .and_then(|runtime| runtime.block_on(run(cli.command.unwrap_or(Command::Serve(cli.serve)))));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Outcome {
    match command {
        Command::Serve(Serve { config, listen }) => {
            let cookies = cookies(&listen)?;
            let app = open(&config, cookies).await?;
            serve(app, bind(listen.listen).await?).await
        }
        Command::Demo(Serve { config, listen }) => demonstrate(&config, &listen).await,
        Command::Account(AccountCommand::Create(create)) => create_account(create).await,
        Command::Import(command) => import::run(command).await,
        Command::Verify(config) => verify::run(&config).await,
        Command::Openapi => Ok(std::io::stdout().write_all(&app::documents().json)?),
    }
}

/// Logs go to the standard error; `HUJIFEN_LOG` filters them, `HUJIFEN_LOG_FORMAT=json` is for machines.
fn log() {
    let filter = EnvFilter::try_from_env("HUJIFEN_LOG").unwrap_or_else(|_| EnvFilter::new("warn,hujifen=info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::env::var("HUJIFEN_LOG_FORMAT").is_ok_and(|format| format == "json") {
        log.json().init();
    } else {
        log.compact().with_ansi(std::io::stderr().is_terminal()).init();
    }
}

/// How cookies are fenced at an address; plain HTTP that leaves this machine is refused unless its
/// risk is taken by name.
fn cookies(listen: &Listen) -> Outcome<Cookies> {
    if listen.behind_tls_proxy {
        Ok(Cookies::Fenced)
    } else if listen.risk_plain_http {
        Ok(Cookies::Plain)
    } else if listen.listen.ip().is_loopback() {
        Ok(Cookies::Fenced)
    } else {
        Err(Failure(format!(
            "在 {} 上会用不加密的 HTTP 提供服务，路上的人能看到密码、冒充登录的人，所以没有启动。\n\
             请在前面放一个 TLS 代理，加 --behind-tls-proxy；或者只在本机使用：--listen 127.0.0.1:8080。\n\
             明知有这个风险仍要这样用，加 --risk-plain-http。",
            listen.listen
        )))
    }
}

/// Opens data folder, keys and database.
async fn open(config: &Config, cookies: Cookies) -> Outcome<App> {
    let (clock, db) = open_database(config).await?;
    let keys = open_keys(config, &clock)?;
    Ok(App::new(db, clock, keys, Album::of(&config.data_dir), cookies))
}

fn open_keys(config: &Config, clock: &Clock) -> Outcome<Keys> {
    let folder = config.key_dir();
    Keys::open(&folder, clock).map_err(|error| Failure(format!("{}: {error}", folder.display())))
}

async fn open_database(config: &Config) -> Outcome<(Clock, Db)> {
    let folder = &config.data_dir;
    make_private(folder).map_err(|error| Failure(format!("{}: {error}", folder.display())))?;
    Ok((Clock::system(), Db::open(&config.database_url()).await?))
}

/// Makes a folder that others on this machine cannot read.
fn make_private(folder: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Opens the demonstration town, says who may sign in, and serves it. The address is taken first: who
/// cannot have it need not wait for the town.
async fn demonstrate(config: &Config, listen: &Listen) -> Outcome {
    let cookies = cookies(listen)?;
    let chosen = std::env::var(DEMO_PASSWORD).ok().filter(|password| !password.is_empty());
    let chosen = chosen.map(|password| NewPassword::parse(DEMO_PASSWORD, &password)).transpose()?;
    let listener = bind(listen.listen).await?;
    let (clock, db) = open_database(config).await?;
    let keys = open_keys(config, &clock)?;
    let hashing = Hashing::default();
    let ground = demo::Ground { db: &db, clock: &clock, keys: &keys, hashing: &hashing };
    let mut tenths = None;
    let password = demo::open(&ground, chosen, &demo::Size::WHOLE, |percent| {
        // Not more than eleven words: a log must stay readable as well.
        if tenths.replace(percent / 10) != Some(percent / 10) {
            print!("{}{percent}%", if percent < 10 { "第一次启动，正在建示范镇，大约半分钟：" } else { " " });
            let _ = std::io::stdout().flush();
        }
    })
    .await?;
    if tenths.is_some() {
        println!();
    }
    println!("{}", demo::Accounts(&password));
    serve(App::new(db, clock, keys, Album::of(&config.data_dir), cookies), listener).await
}

async fn bind(listen: SocketAddr) -> Outcome<TcpListener> {
    TcpListener::bind(listen).await.map_err(|error| Failure(format!("不能在 {listen} 上监听：{error}")))
}

/// Says where, and serves until the process is asked to stop.
async fn serve(app: App, listener: TcpListener) -> Outcome {
    let stop = asked_to_stop()?;
    let has_administrator = accounts::people::anybody_is(app.db.read(), Role::CountyAdmin).await?;
    println!("http://{}", listener.local_addr()?);
    if !has_administrator {
        println!(
            "还没有县管理员。先建一个：hujifen account create --username admin --name 姓名 --role county_admin --area 县名"
        );
    } else if assets::are_built() {
        println!("用浏览器打开上面的地址，用自己的账号登录。");
    }
    if !assets::are_built() {
        println!(
            "界面还没有构建：运行 make run，或者在 frontend/ 里运行 npm ci && npm run build。接口已经可用，说明在 /api/docs。"
        );
    }
    serve::run(listener, app, stop).await;
    Ok(())
}

/// From now on a signal to stop is waited for, and kills no more.
#[cfg(unix)]
fn asked_to_stop() -> Outcome<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn asked_to_stop() -> Outcome<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

async fn create_account(create: CreateAccount) -> Outcome {
    let username = Username::parse(&create.username)?;
    let name = PersonName::parse(&create.name)?;
    let area = area_names(&create.area)?;
    let (clock, db) = open_database(&create.config).await?;
    let (password, shown) = if create.password_stdin {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line)?;
        (NewPassword::parse("password", line.trim_end_matches(['\r', '\n']))?, None)
    } else {
        let password = NewPassword::one_time(&clock);
        let shown = password.reveal().to_owned();
        (password, Some(shown))
    };
    let hash = Hashing::default().hash(&clock, password).await?;
    let tx = db.begin().await?;
    let household_id = match &create.household {
        Some(code) => Some(own_household(&tx, &area, code).await?),
        None => None,
    };
    let new =
        FirstAccount { username, name, household_id, role: create.role, area, must_change_password: shown.is_some() };
    let account = accounts::create_first(&tx, &clock, hash, new).await?;
    tx.commit().await?;
    db.close().await?;
    println!("账号 {} 建好了。", account.username);
    if let Some(password) = shown {
        println!("一次性密码：{password}（第一次登录要改）");
    }
    Ok(())
}

/// The household of a code in the village that `area` is or lies in.
async fn own_household(tx: &Tx, area: &[AreaName], code: &str) -> Outcome<HouseholdId> {
    let missing = || Failure(format!("{} 里没有户编号 {code}，请核对。", names(area)));
    let area = areas::by_names_for_the_operator(tx, area).await?.ok_or_else(missing)?;
    let village = areas::village_of(tx, &area).await?.ok_or_else(missing)?;
    Ok(households::of_code_for_the_operator(tx, village.id, code).await?.ok_or_else(missing)?.id)
}

fn names(area: &[AreaName]) -> String {
    area.iter().map(AreaName::as_str).collect::<Vec<_>>().join("/")
}

/// `县/镇/村` as names.
fn area_names(text: &str) -> Result<Vec<AreaName>, Error> {
    text.split('/').map(AreaName::parse).collect()
}

fn role(text: &str) -> Result<Role, String> {
    let found = Role::iter().find(|role| role.to_value() == text);
    found.ok_or_else(|| Role::iter().map(|role| role.to_value()).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn plain_http_leaves_this_machine_only_by_name() {
        let at = |arguments: &[&str]| {
            let cli = Cli::parse_from(["hujifen"].iter().chain(arguments));
            cookies(&cli.serve.listen).ok()
        };
        assert_eq!(at(&["--listen", "127.0.0.1:0"]), Some(Cookies::Fenced));
        assert_eq!(at(&["--listen", "[::1]:0"]), Some(Cookies::Fenced));
        assert_eq!(at(&["--listen", "0.0.0.0:80"]), None);
        assert_eq!(at(&["--listen", "[::]:80"]), None);
        assert_eq!(at(&["--listen", "[::]:80", "--risk-plain-http"]), Some(Cookies::Plain));
        assert_eq!(at(&["--listen", "[::]:80", "--behind-tls-proxy"]), Some(Cookies::Fenced));
    }
}
