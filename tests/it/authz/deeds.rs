//! The table's rows of what is recorded of deeds, and decided about it.

use serde_json::{Value, json};
use uuid::Uuid;

use super::row::{Row, plain, target};
use crate::assembly::meeting_id;
use crate::awards::award_id;

/// A meeting about an area that approves one award.
fn meeting(area: Uuid, award: Uuid) -> Value {
    let line = json!({"award_id": award, "decision": "approve"});
    json!({"id": meeting_id(99), "area_id": area, "held_on": "2026-11-20", "present": [], "lines": [line]})
}

pub const AWARDS: &[Row] = &[
    plain("list_awards", "that wait", |ask, _| ask),
    plain("list_awards", "mine", |ask, _| ask.by("mine", true)),
    plain("list_awards", "to review", |ask, _| ask.by("reviewable", true)),
    target("list_awards", "household_id", "", |ask, asked| ask.by("household_id", asked.place.household)),
    target("list_awards", "area_id", "that wait in a village", |ask, asked| ask.by("area_id", asked.place.village)),
    target("list_awards", "area_id", "to review in a grid", |ask, asked| {
        ask.by("area_id", asked.place.grid).by("reviewable", true)
    }),
    target("submit_award", "household_id", "a good deed", |ask, asked| {
        let rule = asked.place.rule;
        ask.json(json!({"id": award_id(1), "household_id": asked.place.household, "rule_id": rule, "occurred_on": "2026-11-23"}))
    }),
    target("submit_award", "household_id", "a deduction", |ask, asked| {
        let (household, rule) = (asked.place.household, asked.place.deduction);
        ask.json(json!({"id": award_id(1), "household_id": household, "rule_id": rule, "occurred_on": "2026-11-23", "note": "倒在渠里"}))
    }),
    target("submit_award", "rule_id", "to the own household", |ask, asked| {
        let rule = asked.place.rule;
        ask.json(json!({"id": award_id(1), "household_id": asked.own.household, "rule_id": rule, "occurred_on": "2026-11-23"}))
    })
    .up_to_village(),
    target("submit_awards", "awards.household_id", "one", |ask, asked| {
        let (household, rule) = (asked.place.household, asked.place.rule);
        let award = json!({"id": award_id(1), "household_id": household, "rule_id": rule, "occurred_on": "2026-11-23"});
        ask.json(json!({"awards": [award]}))
    }),
    target("submit_awards", "awards.rule_id", "one to the own household", |ask, asked| {
        let (household, rule) = (asked.own.household, asked.place.rule);
        let award = json!({"id": award_id(1), "household_id": household, "rule_id": rule, "occurred_on": "2026-11-23"});
        ask.json(json!({"awards": [award]}))
    })
    .up_to_village(),
    target("get_award", "id", "", |ask, asked| ask.at("id", asked.place.waiting)),
    target("approve_award", "id", "of the place's worker", |ask, asked| {
        ask.at("id", asked.place.waiting).json(json!({}))
    }),
    target("return_award", "id", "of the place's worker", |ask, asked| {
        ask.at("id", asked.place.waiting).json(json!({"reason": "说清楚"}))
    }),
    target("reject_award", "id", "of the place's worker", |ask, asked| {
        ask.at("id", asked.place.waiting).json(json!({"reason": "不算"}))
    }),
    target("resubmit_award", "id", "of the place's worker", |ask, asked| {
        ask.at("id", asked.place.waiting).json(json!({"occurred_on": "2026-11-23"}))
    }),
    target("withdraw_award", "id", "of the place's worker", |ask, asked| {
        ask.at("id", asked.place.waiting).json(json!({}))
    }),
    target("reverse_award", "id", "of the place's worker", |ask, asked| {
        ask.at("id", asked.place.posted).json(json!({"reason": "记错"}))
    }),
    target("list_assemblies", "area_id", "of a grid", |ask, asked| ask.by("area_id", asked.place.grid)),
    target("list_assembly_people", "area_id", "of a grid", |ask, asked| ask.by("area_id", asked.place.grid)),
    target("get_assembly", "id", "of a grid", |ask, asked| ask.at("id", asked.place.assembly)),
    target("confirm_assembly", "id", "of a grid", |ask, asked| {
        ask.at("id", asked.place.assembly).json(json!({}))
    }),
    target("list_assembly_scans", "id", "of a grid", |ask, asked| ask.at("id", asked.place.assembly)),
    target("keep_assembly_scans", "id", "of a grid, with a photo of nobody's", |ask, asked| {
        ask.at("id", asked.place.assembly).json(json!({"evidence": [award_id(9)]}))
    }),
    target("hold_assembly", "area_id", "of a grid", |ask, asked| {
        ask.json(meeting(asked.place.grid, asked.place.waiting))
    }),
    target("hold_assembly", "lines.award_id", "in the own village", |ask, asked| {
        ask.json(meeting(asked.own.village, asked.place.waiting))
    }),
];
