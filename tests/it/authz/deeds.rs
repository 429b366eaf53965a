//! The table's rows of what is recorded of deeds, and decided about it.

use serde_json::{Value, json};
use uuid::Uuid;

use super::row::{Row, plain, target};
use crate::activities::activity_id;
use crate::assembly::meeting_id;
use crate::awards::award_id;
use crate::budget::ask_id;

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
    target("find_alike_awards", "items.household_id", "one", |ask, asked| {
        let (household, rule) = (asked.place.household, asked.place.rule);
        ask.json(json!({"items": [{"household_id": household, "rule_id": rule, "occurred_on": "2026-11-20"}]}))
    }),
    target("find_alike_awards", "items.rule_id", "of the own household", |ask, asked| {
        let (household, rule) = (asked.own.household, asked.place.rule);
        ask.json(json!({"items": [{"household_id": household, "rule_id": rule, "occurred_on": "2026-11-20"}]}))
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
    target("submit_application", "household_id", "a good deed", |ask, asked| {
        let rule = asked.place.rule;
        let deed = json!({"id": award_id(1), "household_id": asked.place.household, "rule_id": rule, "occurred_on": "2026-11-23", "told_by": "户主本人"});
        ask.json(deed)
    }),
    target("submit_application", "rule_id", "of the own household", |ask, asked| {
        let rule = asked.place.rule;
        let deed = json!({"id": award_id(1), "household_id": asked.own.household, "rule_id": rule, "occurred_on": "2026-11-23", "told_by": "户主本人"});
        ask.json(deed)
    })
    .up_to_village(),
    target("list_budgets", "area_id", "of a village", |ask, asked| ask.by("area_id", asked.place.village)),
    target("ask_budget", "village_id", "", |ask, asked| {
        let village = asked.place.village;
        ask.json(json!({"id": ask_id(1), "village_id": village, "month": "2026-11", "points": 5, "reason": "抗旱"}))
    }),
    target("grant_budget", "id", "of a village", |ask, asked| ask.at("id", asked.place.ask).json(json!({}))),
    target("decline_budget", "id", "of a village", |ask, asked| {
        ask.at("id", asked.place.ask).json(json!({"reason": "够了"}))
    }),
];

/// A household that came.
fn came(household: Uuid) -> Value {
    json!({"changes": [{"household_id": household, "people": 1, "revision": 1}]})
}

fn opening(area: Uuid, rule: Uuid) -> Value {
    json!({"id": activity_id(99), "area_id": area, "rule_id": rule, "name": "修水渠", "held_on": "2026-11-23"})
}

pub const ACTIVITIES: &[Row] = &[
    plain("list_activities", "all", |ask, _| ask),
    target("list_activities", "area_id", "of a grid", |ask, asked| ask.by("area_id", asked.place.grid)).up_to_village(),
    target("list_activities", "area_id", "of a village", |ask, asked| ask.by("area_id", asked.place.village))
        .up_to_village(),
    target("open_activity", "area_id", "of a grid", |ask, asked| ask.json(opening(asked.place.grid, asked.own.rule))),
    target("open_activity", "area_id", "of a village", |ask, asked| {
        ask.json(opening(asked.place.village, asked.own.rule))
    }),
    target("open_activity", "rule_id", "in the own grid", |ask, asked| {
        ask.json(opening(asked.own.grid, asked.place.rule))
    })
    .up_to_village(),
    target("get_activity", "id", "of a grid", |ask, asked| ask.at("id", asked.place.activity)),
    target("take_attendance", "id", "of a grid", |ask, asked| {
        ask.at("id", asked.place.activity).json(came(asked.place.household))
    }),
    target("take_attendance", "changes.household_id", "in the own grid", |ask, asked| {
        ask.at("id", asked.own.activity).json(came(asked.place.household))
    }),
    target("close_activity", "id", "to which nobody came", |ask, asked| {
        ask.at("id", asked.place.activity).json(json!({}))
    }),
    target("cancel_activity", "id", "of a grid", |ask, asked| {
        ask.at("id", asked.place.activity).json(json!({"reason": "下雨没办成了"}))
    }),
];
