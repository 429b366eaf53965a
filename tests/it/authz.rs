//! Who may do what to whom: every operation of the OpenAPI document, by every kind of caller, at every
//! kind of place, in one table (`snapshots/`), the same on both engines.
//!
//! Beside the table it holds that what is out of reach looks exactly like what does not exist, that a
//! refused request changes nothing, that what is over stays as it was, that nothing is answered by a
//! 5xx or a problem that the document does not name, that no 404 is named which is never given, and
//! that an operation, a role or a parameter that names something cannot be forgotten here.

mod caller;
mod deeds;
mod gone;
mod place;
mod rounds;
mod row;
mod rows;
mod state;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use axum::http::Method;
use hujifen::scope::Role;
use sea_orm::Iterable as _;
use serde_json::Value;

use caller::Caller;
use place::{Place, Where, places};
use row::{Asked, Row};
use rows::{MADE_BY_THE_PHONE, ROWS};
use state::State;

use crate::support::TestApp;
use crate::support::client::Answer;
use crate::support::operations::{Operation, operations};

/// What needs a cookie although the document calls it public.
const BY_COOKIE: &str = "refresh_session";
/// Widest cell: `200: 422 rule_not_in_force`.
const CELL: usize = 27;

/// Mutation: leave a row out of `ROWS`, or invent one.
#[test]
fn every_operation_and_every_target_of_it_has_a_row() {
    let rows: Vec<&Row> = ROWS.iter().copied().flatten().collect();
    let operations = operations();
    let known: BTreeSet<&str> = operations.iter().map(|operation| operation.id.as_str()).collect();
    let missing: Vec<_> = known.iter().filter(|id| !rows.iter().any(|row| row.operation == **id)).collect();
    assert!(missing.is_empty(), "operations without a row: {missing:?}");
    for operation in &operations {
        for target in &operation.targets {
            let varied = |row: &&Row| row.operation == operation.id && row.varies == Some(target.as_str());
            let made = MADE_BY_THE_PHONE.contains(&(operation.id.as_str(), target.as_str()));
            assert!(made || rows.iter().any(varied), "no row of {} varies {target}", operation.id);
        }
    }
    for row in rows {
        let operation = operations.iter().find(|operation| operation.id == row.operation);
        let operation = operation.unwrap_or_else(|| panic!("{} is no operation", row.operation));
        let known = row.varies.is_none_or(|varies| operation.targets.iter().any(|target| target == varies));
        assert!(known, "{} has no {:?}", row.operation, row.varies);
    }
}

/// Mutation: let `EditHouseholds` be held by a worker; drop `may.within` from `households::find`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_may_what_the_table_says_on_sqlite() {
    insta::assert_snapshot!("table", table(TestApp::on_sqlite().await).await);
}

/// Mutation: as on SQLite.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_may_what_the_table_says_on_postgresql() {
    insta::assert_snapshot!("table", table(TestApp::on_postgresql().await).await);
}

async fn table(app: TestApp) -> String {
    let places = places(&app).await;
    let callers = caller::callers(&app).await;
    for role in Role::iter() {
        assert!(callers.iter().any(|caller| caller.role == Some(role)), "nobody calls as {role:?}");
    }
    let state = State::of(&app.app).await;
    let (mut table, mut offences) = (String::new(), Vec::new());
    for operation in operations() {
        let before = table.len();
        for row in ROWS.iter().copied().flatten().filter(|row| row.operation == operation.id) {
            write!(table, "\n{} {}  {}", operation.method, operation.path, operation.id).unwrap();
            let about = if row.about.is_empty() { String::new() } else { format!(": {}", row.about) };
            writeln!(table, "{about}").unwrap();
            let columns = columns(&places, &operation, row, &callers[0]);
            let headings = columns.iter().map(|place| row.varies.map_or("", |_| place.at.heading()));
            writeln!(table, "{}", line(row.varies.unwrap_or_default(), headings)).unwrap();
            for caller in &callers {
                let trial = Trial { app: &app, state: &state, operation: &operation, row, caller };
                let cells = trial.cells(&columns, &places[0], &mut offences).await;
                writeln!(table, "{}", line(caller.name, cells.iter().map(String::as_str))).unwrap();
            }
        }
        if operation.names("404", "not_found") && !table[before..].contains("404 not_found") {
            offences.push(format!("{} is said to answer 404 and never does", operation.id));
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
    table
}

/// The places that a row is tried at. Of what cannot be over, it is not asked twice.
fn columns<'p>(places: &'p [Place], operation: &Operation, row: &Row, caller: &Caller) -> Vec<&'p Place> {
    if row.varies.is_none() {
        return places[..1].iter().collect();
    }
    let own = &places[0];
    let is_own = |place: &Place| {
        let (one, other) = (Asked { caller, place, own }, Asked { caller, place: own, own });
        row.asks_the_same(operation, &one, &other)
    };
    places.iter().filter(|place| place.at != Where::Gone || !is_own(place)).collect()
}

fn line<'a>(head: &str, cells: impl Iterator<Item = &'a str>) -> String {
    let cells: String = cells.map(|cell| format!("{cell:CELL$}")).collect();
    format!("  {head:CELL$}{cells}").trim_end().to_owned()
}

/// One caller before one row.
struct Trial<'a> {
    app: &'a TestApp,
    state: &'a State,
    operation: &'a Operation,
    row: &'a Row,
    caller: &'a Caller,
}

impl Trial<'_> {
    /// The answers, from the place that is nowhere to his own, each held against that nowhere.
    async fn cells(&self, columns: &[&Place], own: &Place, offences: &mut Vec<String>) -> Vec<String> {
        let Self { operation, row, caller, .. } = self;
        let mut cells = Vec::new();
        let mut nowhere = None;
        for place in columns.iter().rev() {
            let mut complain = |complaint: String| {
                let at = place.at.heading();
                offences.push(format!("{} ({}) by {}, {at}: {complaint}", row.operation, row.about, caller.name));
            };
            let answer = caller.phone.send(row.request(operation, &Asked { caller, place, own })).await;
            let cell = cell(&answer);
            let refused = answer.status.is_client_error();
            if answer.status.is_server_error() {
                complain(cell.clone());
            }
            if refused && !operation.names(answer.status.as_str(), &answer.code()) {
                complain(format!("{cell}, which the document does not name"));
            }
            if refused && operation.is_public && operation.id != BY_COOKIE && caller.refresh_token.is_none() {
                complain(format!("public, but {cell}"));
            }
            // Reading is looked at once for all places.
            let reads = operation.method == Method::GET;
            if !reads || place.at == Where::OwnGrid {
                let now = self.state.now(&self.app.app).await;
                let changed = self.state.changed(&now);
                if !changed.is_empty() {
                    if refused || reads {
                        complain(format!("{cell}, but {changed:?} changed"));
                    }
                    // Having looked leaves a trace.
                    if place.at == Where::Gone && !row.brings_back && changed != ["audit"] {
                        complain(format!("{cell}, but it is over: {changed:?} changed"));
                    }
                    self.state.restore(&self.app.app, &changed).await;
                }
            }
            let shape = shape(&answer);
            if place.at == Where::Nowhere {
                nowhere = Some(shape);
            } else if let Some(nowhere) = &nowhere
                && !caller.reaches(place.at, row.up_to)
                && shape != *nowhere
            {
                complain(format!("{shape:?} is not what nowhere looks like: {nowhere:?}"));
            }
            cells.push(cell);
        }
        cells.reverse();
        if cells.len() > 1 && cells.windows(2).all(|two| two[0] == two[1]) {
            return vec![format!("{} everywhere", cells[0])];
        }
        cells
    }
}

/// All that an answer tells: status, headers and body, but for the request's own id.
fn shape(answer: &Answer) -> (u16, Vec<(String, String)>, Value) {
    let headers = answer.headers.iter().filter(|(name, _)| *name != "x-request-id");
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()));
    let mut body: Value = serde_json::from_slice(&answer.bytes).unwrap_or_default();
    without_request_id(&mut body);
    (answer.status.as_u16(), headers.collect(), body)
}

fn without_request_id(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("request_id");
            fields.values_mut().for_each(without_request_id);
        }
        Value::Array(items) => items.iter_mut().for_each(without_request_id),
        _ => {}
    }
}

fn cell(answer: &Answer) -> String {
    let status = answer.status.as_u16();
    if !answer.status.is_success() {
        return format!("{status} {}", answer.code());
    }
    let body: Value = serde_json::from_slice(&answer.bytes).unwrap_or_default();
    if let Some(items) = body["items"].as_array() {
        return format!("{status} x{}", items.len());
    }
    if body["created"].is_u64() {
        return format!("{status} created {}", body["created"]);
    }
    match body["results"].as_array() {
        Some(results) => {
            let each = results.iter().map(|result| match result["error"]["code"].as_str() {
                Some(code) => format!("{} {code}", result["status"]),
                None => result["status"].to_string(),
            });
            format!("{status}: {}", each.collect::<Vec<_>>().join(", "))
        }
        None => status.to_string(),
    }
}
