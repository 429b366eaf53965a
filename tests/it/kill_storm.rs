//! T1: whatever was acknowledged survives the death of the process at any moment.
//!
//! Eight phones post awards over real sockets and write an id down only after a 2xx; the serving
//! process is killed with SIGKILL and started again, as often as `HUJIFEN_KILLS` says. Half of the
//! kills come the moment the n-th request was sent, while its group forms or is being written; half the
//! moment the n-th answer was read, while the rest of its group is being answered and the next group
//! forms. What a kill cannot show is a power cut: the kernel still holds what was written.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use hujifen::app::App;
use hujifen::auth::Cookies;
use hujifen::awards::entity::Entity as Awards;
use hujifen::clock::Clock;
use hujifen::db::Db;
use hujifen::evidence::Album;
use hujifen::keys::Keys;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::server::Server;
use crate::support::town::{self, PASSWORD, Town};
use crate::support::wire::Wire;

const KILLS: usize = 10;
const PHONES: usize = 8;
/// A process dies at one of its first so many requests or answers, the very first among them.
const STEPS_MAX: usize = 400;
/// Another number is another row of moments.
const SEED: u64 = 1;
/// A start's target; a single one may take longer where other work shares the machine.
const READY: Duration = Duration::from_secs(2);
const READY_AT_LAST: Duration = Duration::from_secs(20);
/// Sign-ins are renewed long before a token's ten minutes are over.
const KILLS_PER_SIGN_IN: usize = 100;

/// One phone's day: what it sent, in order, and what it saw acknowledged.
#[derive(Default)]
struct Day {
    token: String,
    sent: Vec<(Uuid, Value)>,
    acknowledged: Vec<Uuid>,
}

/// What a phone does over and over.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    Asked,
    /// Right after it acknowledged something is when a promise made too early would be broken.
    Answered,
}

/// A process under the storm: it dies when the phones together have done a step so many times.
struct Storm {
    address: SocketAddr,
    server: Mutex<Option<Server>>,
    fatal: Step,
    left: AtomicUsize,
}

/// What had become of the requests that no answer came to.
#[derive(Debug, Default)]
struct Unanswered {
    before_commit: usize,
    after_commit: usize,
}

/// Mutation: in `writer::serve`, answer the group before `app.finish`.
#[test]
fn what_was_acknowledged_survives_every_kill() {
    let kills = std::env::var("HUJIFEN_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let town = runtime.block_on(async {
        let app = open(folder.path()).await;
        let town = town::build(&app).await;
        app.db.close().await.unwrap();
        town
    });
    let days: Vec<Mutex<Day>> = (0..PHONES).map(|_| Mutex::default()).collect();
    let mut starts = Vec::new();
    let clock = Clock::system();
    let mut chance = StdRng::seed_from_u64(SEED);
    for kill in 0..kills {
        let server = start(folder.path(), &mut starts);
        if kill % KILLS_PER_SIGN_IN == 0 {
            sign_in(&server, &town, &days);
        }
        let storm = Storm {
            address: server.address(),
            server: Mutex::new(Some(server)),
            fatal: if kill % 2 == 0 { Step::Asked } else { Step::Answered },
            left: AtomicUsize::new(chance.random_range(1..=STEPS_MAX)),
        };
        thread::scope(|scope| {
            for (number, day) in days.iter().enumerate() {
                let (storm, town, clock) = (&storm, &town, &clock);
                scope.spawn(move || storm.post_until_it_dies(town, clock, number, &mut day.lock().unwrap()));
            }
        });
    }
    let server = start(folder.path(), &mut starts);
    sign_in(&server, &town, &days);
    let days: Vec<Day> = days.into_iter().map(|day| day.into_inner().unwrap()).collect();
    let mut unanswered = Unanswered::default();
    days.iter().for_each(|day| send_all_again(&server, day, &mut unanswered));
    drop(server);

    let stored = runtime.block_on(stored(folder.path()));
    let sent: HashSet<Uuid> = days.iter().flat_map(|day| &day.sent).map(|(id, _)| *id).collect();
    assert_eq!(stored, sent, "every award that was sent, and no other, is stored after it was sent again");
    let acknowledged: usize = days.iter().map(|day| day.acknowledged.len()).sum();
    assert!(acknowledged > kills && sent.len() > acknowledged, "{acknowledged} of {} acknowledged", sent.len());
    assert!(
        unanswered.before_commit > 0 && unanswered.after_commit > 0,
        "kills on both sides of COMMIT: {unanswered:?}"
    );
    starts.sort();
    let (median, slowest) = (starts[starts.len() / 2], starts[starts.len() - 1]);
    println!(
        "{kills} kills, {} sent, {acknowledged} acknowledged; of the others {} died before COMMIT, {} after it; \
         ready after {median:?}, at most {slowest:?}",
        sent.len(),
        unanswered.before_commit,
        unanswered.after_commit
    );
    assert!(median <= READY, "ready only after {median:?}");
}

async fn open(folder: &Path) -> App {
    let clock = Clock::system();
    let keys = Keys::open(&folder.join("keys"), &clock).unwrap();
    let db = Db::open(&format!("sqlite://{}", folder.join("hujifen.db").display())).await.unwrap();
    App::new(db, clock, keys, Album::of(folder), Cookies::Fenced)
}

/// Starts the program and notes how long it took until it takes writes.
fn start(folder: &Path, starts: &mut Vec<Duration>) -> Server {
    let begun = Instant::now();
    let server = Server::hujifen(env!("CARGO_BIN_EXE_hujifen"), folder);
    loop {
        let (status, answer) = Wire::connect(server.address(), None).unwrap().send("GET", "/readyz", "").unwrap();
        if status == 200 {
            break;
        }
        assert!(begun.elapsed() < READY_AT_LAST, "{answer}");
    }
    starts.push(begun.elapsed());
    server
}

fn sign_in(server: &Server, town: &Town, days: &[Mutex<Day>]) {
    let mut tokens: HashMap<&str, String> = HashMap::new();
    for (number, day) in days.iter().enumerate() {
        let username = recorder(town, number);
        let token = tokens
            .entry(username)
            .or_insert_with(|| Wire::connect(server.address(), None).unwrap().sign_in(username, PASSWORD).unwrap());
        day.lock().unwrap().token.clone_from(token);
    }
}

/// Who holds a phone: both workers, and the cadre who may everywhere.
fn recorder(town: &Town, phone: usize) -> &str {
    [&town.cadre, &town.worker, &town.other_worker][phone % 3].username.as_str()
}

impl Storm {
    fn note(&self, step: Step) {
        if step == self.fatal && self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            drop(self.server.lock().unwrap().take());
        }
    }

    fn post_until_it_dies(&self, town: &Town, clock: &Clock, phone: usize, day: &mut Day) {
        let Ok(mut wire) = Wire::connect(self.address, Some(day.token.clone())) else { return };
        loop {
            let (id, award) = award(town, clock, phone, day.sent.len());
            let body = award.to_string();
            day.sent.push((id, award));
            if wire.ask("POST", "/api/v1/awards", &body).is_err() {
                return;
            }
            self.note(Step::Asked);
            match wire.answer() {
                Ok((201, _)) => day.acknowledged.push(id),
                Ok((status, answer)) => panic!("{status}: {answer}"),
                Err(_) => return,
            }
            self.note(Step::Answered);
        }
    }
}

/// Some count, some meet a cap and come to nothing, some wait for review.
fn award(town: &Town, clock: &Clock, phone: usize, number: usize) -> (Uuid, Value) {
    let id = clock.new_id();
    let household = if phone % 3 == 2 { 5 + number % 3 } else { number % 5 };
    let rule = ["积极参选", "志愿服务", "参加清扫", "积极参选", "提出建议"][number % 5];
    let household_id = town.households[household];
    let occurred_on = clock.today();
    (id, json!({"id": id, "household_id": household_id, "rule_id": town.rule(rule), "occurred_on": occurred_on}))
}

/// What was acknowledged answers that it is known; what was not is recorded now, or is known too.
fn send_all_again(server: &Server, day: &Day, unanswered: &mut Unanswered) {
    let acknowledged: HashSet<Uuid> = day.acknowledged.iter().copied().collect();
    let mut wire = Wire::connect(server.address(), Some(day.token.clone())).unwrap();
    for some in day.sent.chunks(500) {
        let awards: Vec<&Value> = some.iter().map(|(_, award)| award).collect();
        let (status, answer) =
            wire.send("POST", "/api/v1/awards/batch", &json!({ "awards": awards }).to_string()).unwrap();
        assert_eq!(status, 200, "{answer}");
        let answer: Value = serde_json::from_str(&answer).unwrap();
        for ((id, _), result) in some.iter().zip(answer["results"].as_array().unwrap()) {
            let status = result["status"].as_u64().unwrap();
            match (status, acknowledged.contains(id)) {
                (200, true) => {}
                (200, false) => unanswered.after_commit += 1,
                (201, false) => unanswered.before_commit += 1,
                _ => panic!("{id} was lost: {result}"),
            }
        }
    }
}

/// The awards of the book, whose every sum and link was read again.
async fn stored(folder: &Path) -> HashSet<Uuid> {
    let app = open(folder).await;
    hujifen::ledger::verify::verify(app.db.read(), &app.pen.chain).await.unwrap().unwrap();
    hujifen::awards::verify::verify(app.db.read()).await.unwrap().unwrap();
    let ids = Awards::find().all(app.db.read()).await.unwrap().into_iter().map(|award| award.id.0).collect();
    app.db.close().await.unwrap();
    ids
}
