//! The table's rows about rounds.

use serde_json::{Value, json};
use uuid::Uuid;

use super::row::{Row, target};
use crate::inspections::inspection_id;

/// What a judge says of a household: nobody was at home, or all is well.
fn marks(household: Uuid, item: Option<Uuid>) -> Value {
    let state = if item.is_some() { "marked" } else { "nobody_home" };
    let findings: Vec<Value> = item.into_iter().map(|item| json!({"rule_id": item, "spots": 0})).collect();
    json!({"marks": [{"household_id": household, "revision": 1, "state": state, "findings": findings}]})
}

pub const INSPECTIONS: &[Row] = &[
    target("list_inspections", "area_id", "of a grid", |ask, asked| ask.by("area_id", asked.place.grid)),
    target("list_inspections", "area_id", "of a village", |ask, asked| ask.by("area_id", asked.place.village)),
    target("begin_inspection", "area_id", "of a grid", |ask, asked| {
        ask.json(json!({"id": inspection_id(99), "area_id": asked.place.grid, "month": "2026-09"}))
    }),
    target("get_inspection", "id", "of a grid", |ask, asked| ask.at("id", asked.place.inspection)),
    target("mark_households", "id", "the place's household", |ask, asked| {
        ask.at("id", asked.place.inspection).json(marks(asked.place.household, None))
    }),
    target("mark_households", "marks.household_id", "on the own grid's round", |ask, asked| {
        ask.at("id", asked.own.inspection).json(marks(asked.place.household, None))
    }),
    target("mark_households", "marks.findings.rule_id", "at the own household", |ask, asked| {
        ask.at("id", asked.own.inspection).json(marks(asked.own.household, Some(asked.place.item)))
    })
    .up_to_village(),
    target("close_inspection", "id", "of a grid", |ask, asked| {
        ask.at("id", asked.place.inspection).json(json!({"blank_ok": true}))
    }),
];
