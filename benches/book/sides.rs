//! What is measured: ours and what it is measured against.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hujifen::clock::Clock;
use hujifen::ids::HouseholdId;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::bare::{Bare, Durability};
use crate::county::{County, Village};
use crate::figures::percentile;
use crate::load::{self, Phone, Span, Tally};
use crate::server::Server;
use crate::town::PASSWORD;
use crate::wire::Wire;

/// Connections at once.
pub const PHONES: usize = 64;
const WRITING: Span = Span { warm_up: Duration::from_millis(300), measured: Duration::from_secs(3) };
const READING: Span = Span { warm_up: Duration::from_secs(1), measured: Duration::from_millis(1500) };
/// How often the village that is read is written to.
const WRITTEN_EVERY: Duration = Duration::from_secs(1);

const AWARDS: &str = "awards over HTTP, FULL durability";
const LOOP_OF_1: &str = "bare loop, 1 award a transaction";
const LOOP_OF_100: &str = "bare loop, 100 awards a transaction";
const HELLO: &str = "bare hello with the same token";
const RANKING: &str = "ranking of 50";
const RANKING_WRITTEN: &str = "ranking of 50, village written each second";
const STATEMENT: &str = "statement of 20";
const STATEMENT_WRITTEN: &str = "statement of 20, written each second";
const HOUSEHOLD: &str = "household page";
const HOUSEHOLD_WRITTEN: &str = "household page, written each second";

/// What is compared with what.
pub const EXPECTED: [(&str, &str, &str); 9] = [
    (AWARDS, LOOP_OF_100, "expected ≥ 0.8"),
    (AWARDS, LOOP_OF_1, ""),
    (AWARDS, HELLO, ""),
    (RANKING, HELLO, "expected ≥ 0.6"),
    (RANKING_WRITTEN, HELLO, ""),
    (STATEMENT, HELLO, "expected ≥ 0.18"),
    (STATEMENT_WRITTEN, HELLO, ""),
    (HOUSEHOLD, HELLO, "expected ≥ 0.18"),
    (HOUSEHOLD_WRITTEN, HELLO, ""),
];

/// One side and its figures, one a round.
pub struct Side<'a> {
    pub name: &'static str,
    run: Box<dyn FnMut() -> Figure + 'a>,
    pub per_second: Vec<f64>,
    /// Processor time for each, in microseconds.
    pub micros_each: Vec<f64>,
    pub load_share: Vec<f64>,
    /// p50 and p99 of the answers.
    pub millis: Vec<[f64; 2]>,
}

enum Figure {
    OfLoop { per_second: f64, micros_each: f64 },
    OfLoad(Tally),
}

impl<'a> Side<'a> {
    fn new(name: &'static str, run: impl FnMut() -> Figure + 'a) -> Self {
        Self {
            name,
            run: Box::new(run),
            per_second: Vec::new(),
            micros_each: Vec::new(),
            load_share: Vec::new(),
            millis: Vec::new(),
        }
    }

    /// Measures one round.
    pub fn measure(&mut self) {
        match (self.run)() {
            Figure::OfLoop { per_second, micros_each } => {
                self.per_second.push(per_second);
                self.micros_each.push(micros_each);
            }
            Figure::OfLoad(tally) => {
                self.per_second.push(tally.per_second);
                self.micros_each.push(tally.micros_each);
                self.load_share.push(tally.load_share);
                self.millis.push([50, 99].map(|percent| percentile(&tally.micros, percent) / 1000.0));
            }
        }
    }
}

/// All sides, in the order in which they alternate.
pub fn all<'a>(county: &'a County, ours: &'a Server, hello: &'a Server) -> Vec<Side<'a>> {
    let sign_in = |village: &Village| {
        let mut wire = Wire::connect(ours.address(), None).unwrap();
        wire.sign_in(&village.cadre.username, PASSWORD).unwrap()
    };
    let tokens: Vec<String> = county.villages.iter().map(sign_in).collect();
    let bare = Rc::new(RefCell::new(Bare::open(&county.bare, county.chain.clone(), Durability::Full)));
    let bare_loop = |per_transaction: usize| {
        let bare = Rc::clone(&bare);
        move || {
            let (begun, before) = (Instant::now(), load::processor_ticks(std::process::id()));
            let deeds = county.today().take_while(|_| begun.elapsed() < WRITING.measured);
            let written = bare.borrow().write(&county.villages, deeds, per_transaction) as f64;
            let ticks = load::processor_ticks(std::process::id()) - before;
            Figure::OfLoop {
                per_second: written / begun.elapsed().as_secs_f64(),
                micros_each: ticks as f64 * load::MICROS_OF_TICK / written,
            }
        }
    };
    let village = &county.villages[0];
    let token = tokens[0].clone();
    let hellos = Requests::new(vec![get("/hello", &token)]);
    let ranking =
        format!("/api/v1/rankings?area_id={}&period={}&limit=50", village.id, county.days[county.days.len() - 1].month);
    let rankings = Requests::new(vec![get(&ranking, &token)]);
    let of_each = |path: &dyn Fn(&HouseholdId) -> String| {
        Requests::new(village.households.iter().map(|id| get(&path(id), &token)).collect())
    };
    let statements = of_each(&|id| format!("/api/v1/households/{id}/statement?limit=20"));
    let households = of_each(&|id| format!("/api/v1/households/{id}"));
    let read = |name, server: &'a Server, requests: &Requests, written: bool| {
        let (requests, token) = (requests.clone(), token.clone());
        Side::new(name, move || {
            let mut phones: Vec<Phone> = (0..PHONES).map(|number| requests.phone(number)).collect();
            if written {
                phones.push(Phone { every: Some(WRITTEN_EVERY), ..recorder(county, 0, &token, PHONES) });
            }
            Figure::OfLoad(load::run(server, phones, READING))
        })
    };
    let awards = Side::new(AWARDS, {
        let mut round = 0;
        move || {
            round += 1;
            let phone = |number: usize| {
                recorder(county, number % tokens.len(), &tokens[number % tokens.len()], round * PHONES + number)
            };
            Figure::OfLoad(load::run(ours, (0..PHONES).map(phone).collect(), WRITING))
        }
    });
    vec![
        awards,
        Side::new(LOOP_OF_1, bare_loop(1)),
        Side::new(LOOP_OF_100, bare_loop(100)),
        read(HELLO, hello, &hellos, false),
        read(RANKING, ours, &rankings, false),
        read(RANKING_WRITTEN, ours, &rankings, true),
        read(STATEMENT, ours, &statements, false),
        read(STATEMENT_WRITTEN, ours, &statements, true),
        read(HOUSEHOLD, ours, &households, false),
        read(HOUSEHOLD_WRITTEN, ours, &households, true),
    ]
}

/// Requests that phones send in turn, each beginning at another.
#[derive(Clone)]
struct Requests(Arc<Vec<Vec<u8>>>);

impl Requests {
    fn new(requests: Vec<Vec<u8>>) -> Self {
        Self(Arc::new(requests))
    }

    fn phone(&self, number: usize) -> Phone {
        let requests = Arc::clone(&self.0);
        let mut next = number * requests.len() / PHONES;
        let ask = move |request: &mut Vec<u8>| {
            request.extend_from_slice(&requests[next % requests.len()]);
            next += 1;
        };
        Phone { ask: Box::new(ask), expect: 200, every: None }
    }
}

fn get(path: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n\r\n").into_bytes()
}

/// A cadre who records one good deed after the other, of households drawn by lot.
fn recorder(county: &County, village: usize, token: &str, seed: usize) -> Phone {
    let village = &county.villages[village];
    let (households, rule, clock) = (village.households.clone(), village.rule, Clock::system());
    let mut chance = StdRng::seed_from_u64(seed as u64);
    let award = move |household: HouseholdId| {
        let (id, today) = (clock.new_id(), clock.today());
        format!(r#"{{"id":"{id}","household_id":"{household}","rule_id":"{rule}","occurred_on":"{today}"}}"#)
    };
    let head = format!(
        "POST /api/v1/awards HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        award(households[0]).len()
    );
    let ask = move |request: &mut Vec<u8>| {
        request.extend_from_slice(head.as_bytes());
        request.extend_from_slice(award(households[chance.random_range(0..households.len())]).as_bytes());
    };
    Phone { ask: Box::new(ask), expect: 201, every: None }
}
