//! The table's rows of warnings, and what stands at a place for them.

use serde_json::json;
use uuid::Uuid;

use super::row::{Row, plain, target};
use crate::awards::award_id;
use crate::support::TestApp;
use crate::support::town::Person;
use crate::warnings::warning_id;

/// An open warning and a deduction that counts, of a household that stands for them alone.
pub struct Warned {
    pub warning: Uuid,
    pub deducted: Uuid,
}

impl Warned {
    pub async fn at(
        app: &TestApp,
        (worker, cadre): (&Person, &Person),
        (grid, rule): (Uuid, Uuid),
        number: u32,
    ) -> Self {
        let (worker, cadre) = (app.signed_in(worker).await, app.signed_in(cadre).await);
        let new = json!({"grid_id": grid, "code": format!("QD{number:04}"), "name": "尹家福", "size": 2});
        let household = cadre.post("/households", new).await.expect(201)["id"].clone();
        let (settled, open, deducted) = (warning_id(2 * number), warning_id(2 * number + 1), award_id(200 + number));
        let warn = async |id: Uuid| {
            let body = json!({
                "id": id, "household_id": household, "rule_id": rule, "said_on": "2026-11-20", "due_on": "2026-11-20",
                "note": "倒在渠里",
            });
            worker.post("/warnings", body).await.expect(201);
        };
        warn(settled).await;
        let proposal = json!({"award_id": deducted, "occurred_on": "2026-11-20", "note": "倒在渠里"});
        worker.post(&format!("/warnings/{settled}/propose"), proposal).await.expect(201);
        cadre.post(&format!("/awards/{deducted}/approve"), json!({})).await.expect(200);
        warn(open).await;
        Self { warning: open, deducted }
    }

    /// Both of them over.
    pub async fn over(app: &TestApp, people: (&Person, &Person), at: (Uuid, Uuid), number: u32) -> Self {
        let one = Self::at(app, people, at, number).await;
        let cadre = app.signed_in(people.1).await;
        cadre.post(&format!("/warnings/{}/put-right", one.warning), json!({})).await.expect(200);
        cadre.post(&format!("/awards/{}/reverse", one.deducted), json!({"reason": "认错了户"})).await.expect(200);
        one
    }
}

pub const WARNINGS: &[Row] = &[
    plain("list_warnings", "that are open", |ask, _| ask),
    plain("list_warnings", "that were settled", |ask, _| ask.by("open", false)),
    target("list_warnings", "area_id", "of a grid", |ask, asked| ask.by("area_id", asked.place.grid)),
    target("list_warnings", "household_id", "", |ask, asked| ask.by("household_id", asked.place.household)),
    target("record_warning", "household_id", "", |ask, asked| {
        let (household, rule) = (asked.place.household, asked.place.deduction);
        ask.json(json!({"id": warning_id(99), "household_id": household, "rule_id": rule, "said_on": "2026-11-23", "note": "倒在渠里"}))
    }),
    target("record_warning", "rule_id", "of the own household", |ask, asked| {
        let (household, rule) = (asked.own.household, asked.place.deduction);
        ask.json(json!({"id": warning_id(99), "household_id": household, "rule_id": rule, "said_on": "2026-11-23", "note": "倒在渠里"}))
    })
    .up_to_village(),
    target("get_warning", "id", "", |ask, asked| ask.at("id", asked.place.warned.warning)),
    target("put_warning_right", "id", "", |ask, asked| ask.at("id", asked.place.warned.warning).json(json!({}))),
    target("propose_deduction", "id", "", |ask, asked| {
        let body = json!({"award_id": award_id(1), "occurred_on": "2026-11-23", "note": "倒在渠里"});
        ask.at("id", asked.place.warned.warning).json(body)
    }),
    plain("list_awards", "of which nobody was told", |ask, _| ask.by("untold", true)),
    target("notice_deduction", "id", "", |ask, asked| {
        let body = json!({"how": "spoken", "delivered_on": "2026-11-23", "to_whom": "本人"});
        ask.at("id", asked.place.warned.deducted).json(body)
    }),
];
