//! The table's rows: for every operation of the document, how to ask for something at a place.
//!
//! Where an operation has several targets, each stands in a row of its own and the others are those
//! of the first worker's grid.

use serde_json::json;

use super::deeds::{ACTIVITIES, AWARDS};
use super::rounds::INSPECTIONS;
use super::row::{Row, plain, target};
use crate::support::town::{self, PASSWORD};

/// Fields that name a row and are no target: ids that the phone makes.
pub const MADE_BY_THE_PHONE: [(&str, &str); 8] = [
    ("submit_award", "id"),
    ("submit_awards", "awards.id"),
    ("submit_application", "id"),
    ("upload_evidence", "id"),
    ("hold_assembly", "id"),
    ("open_activity", "id"),
    ("begin_inspection", "id"),
    ("ask_budget", "id"),
];

pub const ROWS: &[&[Row]] = &[
    SYSTEM,
    SESSION,
    AREAS,
    ACCOUNTS,
    HOUSEHOLDS,
    RULES,
    EVIDENCE,
    AWARDS,
    ACTIVITIES,
    INSPECTIONS,
    RANKINGS,
    REPORTS,
    IMPORTS,
    WAITING,
];

const SYSTEM: &[Row] = &[
    plain("read_health", "", |ask, _| ask),
    plain("read_readiness", "", |ask, _| ask),
    plain("read_metrics", "", |ask, _| ask),
    plain("read_openapi", "", |ask, _| ask),
    plain("read_docs", "", |ask, _| ask),
];

const SESSION: &[Row] = &[
    plain("sign_in", "by the own name (nobody: by the worker's)", |ask, asked| {
        ask.json(json!({"username": asked.caller.username, "password": PASSWORD}))
    }),
    plain("refresh_session", "by the own cookie", |ask, asked| ask.refresh_cookie(asked.caller)),
    plain("sign_out", "by the own cookie", |ask, asked| ask.refresh_cookie(asked.caller)),
    plain("read_me", "", |ask, _| ask),
    plain("change_password", "", |ask, _| {
        ask.json(json!({"current_password": PASSWORD, "new_password": "another horse"}))
    }),
];

const AREAS: &[Row] = &[
    plain("list_areas", "all", |ask, _| ask),
    target("list_areas", "parent_id", "below a village", |ask, asked| ask.by("parent_id", asked.place.village))
        .up_to_village(),
    target("create_area", "parent_id", "a grid", |ask, asked| {
        ask.json(json!({"parent_id": asked.place.village, "name": "七组"}))
    }),
    target("create_area", "parent_id", "a village", |ask, asked| {
        ask.json(json!({"parent_id": asked.place.town, "name": "水尾村"}))
    }),
    target("rename_area", "id", "a grid", |ask, asked| ask.at("id", asked.place.grid).json(json!({"name": "新塘组"}))),
    target("rename_area", "id", "a town", |ask, asked| ask.at("id", asked.place.town).json(json!({"name": "新塘镇"}))),
];

const ACCOUNTS: &[Row] = &[
    plain("list_accounts", "all", |ask, _| ask),
    target("list_accounts", "area_id", "of a grid", |ask, asked| ask.by("area_id", asked.place.grid)),
    target("create_account", "scope.area_id", "a worker", |ask, asked| {
        ask.json(
            json!({"username": "new", "name": "新", "scope": {"role": "grid_worker", "area_id": asked.place.grid}}),
        )
    }),
    target("create_account", "scope.area_id", "a cadre", |ask, asked| {
        let scope = json!({"role": "village_cadre", "area_id": asked.place.village});
        ask.json(json!({"username": "new", "name": "新", "scope": scope}))
    }),
    target("create_account", "scope.area_id", "a town administrator", |ask, asked| {
        ask.json(json!({"username": "new", "name": "新", "scope": {"role": "town_admin", "area_id": asked.place.town}}))
    }),
    target("create_account", "household_id", "a worker at home there", |ask, asked| {
        let scope = json!({"role": "grid_worker", "area_id": asked.own.grid});
        ask.json(json!({"username": "new", "name": "新", "household_id": asked.place.household, "scope": scope}))
    }),
    target("change_account", "id", "a worker's name", |ask, asked| {
        ask.at("id", asked.place.worker).json(json!({"name": "新"}))
    }),
    target("change_account", "id", "stops a cadre", |ask, asked| {
        ask.at("id", asked.place.cadre).json(json!({"disabled": true}))
    }),
    target("change_account", "id", "lets a worker work again", |ask, asked| {
        ask.at("id", asked.place.worker).json(json!({"disabled": false}))
    })
    .brings_back(),
    target("change_account", "id", "a town administrator's name", |ask, asked| {
        ask.at("id", asked.place.admin).json(json!({"name": "新"}))
    }),
    target("change_account", "household_id", "a worker's household", |ask, asked| {
        ask.at("id", asked.own.worker).json(json!({"household_id": asked.place.household}))
    }),
    target("reset_password", "id", "of a worker", |ask, asked| ask.at("id", asked.place.worker)),
    target("reset_password", "id", "of a cadre", |ask, asked| ask.at("id", asked.place.cadre)),
    target("reset_password", "id", "of a town administrator", |ask, asked| ask.at("id", asked.place.admin)),
    target("add_scope", "id", "the own village's panel", |ask, asked| {
        ask.at("id", asked.place.worker).json(json!({"role": "panel_member", "area_id": asked.own.village}))
    }),
    target("add_scope", "id", "the own village's cadre", |ask, asked| {
        ask.at("id", asked.place.worker).json(json!({"role": "village_cadre", "area_id": asked.own.village}))
    }),
    target("add_scope", "area_id", "a town administrator's for oneself", |ask, asked| {
        ask.at("id", asked.caller.id).json(json!({"role": "town_admin", "area_id": asked.place.town}))
    }),
    target("add_scope", "area_id", "a worker's for oneself", |ask, asked| {
        ask.at("id", asked.caller.id).json(json!({"role": "grid_worker", "area_id": asked.place.grid}))
    }),
    plain("reset_password", "one's own", |ask, asked| ask.at("id", asked.caller.id)),
    plain("change_account", "one's own name", |ask, asked| ask.at("id", asked.caller.id).json(json!({"name": "新"}))),
    target("add_scope", "area_id", "a panel for the own worker", |ask, asked| {
        ask.at("id", asked.own.worker).json(json!({"role": "panel_member", "area_id": asked.place.village}))
    }),
    target("end_scope", "id", "of a worker", |ask, asked| {
        ask.at("id", asked.place.worker).at("scope_id", asked.place.worker_scope)
    }),
    target("end_scope", "id", "of a cadre", |ask, asked| {
        ask.at("id", asked.place.cadre).at("scope_id", asked.place.cadre_scope)
    }),
    target("end_scope", "scope_id", "another's, by way of the own worker", |ask, asked| {
        ask.at("id", asked.own.worker).at("scope_id", asked.place.cadre_scope)
    }),
];

const HOUSEHOLDS: &[Row] = &[
    plain("list_households", "all", |ask, _| ask),
    plain("list_households", "by a number in many codes", |ask, _| ask.by("q", "0")),
    target("list_households", "area_id", "of a grid", |ask, asked| ask.by("area_id", asked.place.grid)),
    target("list_households", "area_id", "of a village", |ask, asked| ask.by("area_id", asked.place.village)),
    target("create_household", "grid_id", "", |ask, asked| {
        ask.json(json!({"grid_id": asked.place.grid, "code": "X1", "name": "新户", "size": 3}))
    }),
    target("create_household", "village_id", "in the own grid", |ask, asked| {
        let village = asked.place.village;
        ask.json(json!({"grid_id": asked.own.grid, "village_id": village, "code": "X1", "name": "新户", "size": 3}))
    }),
    target("get_household", "id", "", |ask, asked| ask.at("id", asked.place.household)),
    target("update_household", "id", "", |ask, asked| {
        ask.at("id", asked.place.household).json(json!({"name": "新名"}))
    }),
    target("update_household", "grid_id", "moves the own household", |ask, asked| {
        ask.at("id", asked.own.household).json(json!({"grid_id": asked.place.grid}))
    }),
    target("reveal_household", "id", "", |ask, asked| ask.at("id", asked.place.household)),
    target("get_statement", "id", "", |ask, asked| ask.at("id", asked.place.household)),
];

/// A draft written anew.
fn rewritten() -> serde_json::Value {
    json!({"revision": 1, "title": "新细则", "items": [], "decisions": {}})
}

const RULES: &[Row] = &[
    plain("list_rules", "one's own", |ask, _| ask),
    target("list_rules", "area_id", "of a grid", |ask, asked| ask.by("area_id", asked.place.grid)).up_to_village(),
    target("list_rules", "area_id", "of a village", |ask, asked| ask.by("area_id", asked.place.village))
        .up_to_village(),
    plain("list_rule_sets", "one's own", |ask, _| ask),
    target("list_rule_sets", "area_id", "of a village", |ask, asked| ask.by("area_id", asked.place.village))
        .up_to_village(),
    target("get_rule_set", "id", "a draft", |ask, asked| ask.at("id", asked.place.draft)).up_to_village(),
    target("get_rule_set_sheet", "id", "a draft", |ask, asked| ask.at("id", asked.place.draft)).up_to_village(),
    target("adopt_rule_set", "id", "a draft", |ask, asked| {
        ask.at("id", asked.place.draft).json(town::resolution("2026-11-20", "2026-12-01"))
    }),
    target("list_rule_sets", "area_id", "of a town", |ask, asked| ask.by("area_id", asked.place.town)).up_to_town(),
    plain("list_rule_sets_to_file", "", |ask, _| ask),
    target("get_rule_set", "id", "a template", |ask, asked| ask.at("id", asked.place.template)),
    target("begin_rule_set", "area_id", "of a village", |ask, asked| {
        ask.json(json!({"area_id": asked.place.village, "begin_with": "newest"}))
    }),
    target("begin_rule_set", "area_id", "of a town", |ask, asked| {
        ask.json(json!({"area_id": asked.place.town, "begin_with": "empty"}))
    }),
    target("rewrite_rule_set", "id", "a draft", |ask, asked| ask.at("id", asked.place.draft).json(rewritten())),
    target("rewrite_rule_set", "id", "a template", |ask, asked| ask.at("id", asked.place.template).json(rewritten())),
    target("file_rule_set", "id", "a draft", |ask, asked| ask.at("id", asked.place.draft).json(json!({}))),
    target("issue_rule_set", "id", "a template", |ask, asked| {
        ask.at("id", asked.place.template).json(json!({"revision": 1}))
    }),
    target("issue_rule_set", "id", "a village's draft", |ask, asked| {
        ask.at("id", asked.place.draft).json(json!({"revision": 1}))
    }),
    target("list_rule_set_scans", "id", "of a draft", |ask, asked| ask.at("id", asked.place.draft)).up_to_village(),
    target("keep_rule_set_scans", "id", "of a draft", |ask, asked| {
        ask.at("id", asked.place.draft).json(json!({"evidence": [asked.place.draft]}))
    }),
    target("list_rule_set_remarks", "id", "of a draft", |ask, asked| ask.at("id", asked.place.draft)).up_to_village(),
    target("list_rule_set_edits", "id", "of a draft", |ask, asked| ask.at("id", asked.place.draft)).up_to_village(),
    target("write_rule_set_remark", "id", "of a draft", |ask, asked| {
        ask.at("id", asked.place.draft).json(json!({"text": "五分少了"}))
    })
    .up_to_village(),
    target("clear_rule_set_alarm", "id", "of a draft", |ask, asked| {
        let alarm = json!({"rule_id": asked.place.rule, "line": "rights", "reason": "误报"});
        ask.at("id", asked.place.draft).json(alarm)
    }),
    target("clear_rule_set_alarm", "rule_id", "in one's own draft", |ask, asked| {
        let alarm = json!({"rule_id": asked.place.rule, "line": "rights", "reason": "误报"});
        ask.at("id", asked.own.draft).json(alarm)
    }),
    target("rewrite_rule_set", "items.id", "in one's own draft", |ask, asked| {
        let mut body = rewritten();
        body["items"] = json!([{
            "id": asked.place.rule, "category": "公益", "name": "扫地", "kind": "addition", "points": 1, "unit": "次",
            "proofs": ["none"], "review": "none", "redeemable": true,
        }]);
        ask.at("id", asked.own.draft).json(body)
    })
    .brings_back(),
    target("get_rule_set_changes", "id", "of a draft", |ask, asked| ask.at("id", asked.place.draft)).up_to_village(),
    target("choose_favourites", "area_id", "", |ask, asked| {
        let (area, rules) = (asked.place.village, [asked.place.rule; 5]);
        ask.json(json!({"area_id": area, "month": "2026-11", "rule_ids": rules}))
    }),
];

const RANKINGS: &[Row] = &[
    target("list_rankings", "area_id", "of a grid", |ask, asked| ask.by("area_id", asked.place.grid)).up_to_village(),
    target("list_rankings", "area_id", "of a village", |ask, asked| ask.by("area_id", asked.place.village))
        .up_to_village(),
    target("list_rankings", "area_id", "of a town", |ask, asked| ask.by("area_id", asked.place.town)),
    target("list_rankings", "household_id", "in the own village", |ask, asked| {
        ask.by("area_id", asked.own.village).by("household_id", asked.place.household)
    })
    .up_to_village(),
];

const REPORTS: &[Row] = &[
    target("begin_trial", "id", "of a draft", |ask, asked| ask.at("id", asked.place.draft).json(json!({"months": 1}))),
    target("begin_trial", "village_id", "of the own village's draft", |ask, asked| {
        ask.at("id", asked.own.draft).json(json!({"months": 1, "village_id": asked.place.village}))
    }),
    target("get_trial", "id", "of a draft", |ask, asked| ask.at("id", asked.place.trial)),
    target("get_rule_set_health", "id", "of a draft", |ask, asked| ask.at("id", asked.place.draft)).up_to_village(),
    target("get_concentration", "area_id", "of a village", |ask, asked| ask.by("area_id", asked.place.village)),
];

const ROSTER: &str = "网格,户编号,户主姓名,人口\n一组,X1,新户,3";
const TABLE: &str =
    "类别,事项,方式,分值,单位,上限次数,上限周期,佐证,审核,可兑换,选项,说明\n公益,巡河,加分,2,小时,,,无,免审,是,,";

const DEEDS: &str = "户编号,事项,日期\nLJP0001,参加清扫,2026-11-09";

const EVIDENCE: &[Row] = &[
    target("upload_evidence", "area_id", "taken in a grid", |ask, asked| ask.photo(asked.place.grid)),
    target("get_evidence", "id", "of a waiting award", |ask, asked| ask.at("id", asked.place.photo)),
    target("get_evidence_thumbnail", "id", "of a waiting award", |ask, asked| ask.at("id", asked.place.photo)),
];

const IMPORTS: &[Row] = &[
    target("import_households", "area_id", "into a village", |ask, asked| ask.form(asked.place.village, ROSTER)),
    target("import_rules", "area_id", "into a village", |ask, asked| ask.form(asked.place.village, TABLE)),
    target("import_awards", "area_id", "into a village", |ask, asked| ask.form(asked.place.village, DEEDS)),
    target("import_awards", "area_id", "into a grid", |ask, asked| ask.form(asked.place.grid, DEEDS)),
    target("get_month_sheet", "area_id", "of a grid", |ask, asked| {
        ask.by("area_id", asked.place.grid).by("month", "2026-11")
    }),
    target("import_rules", "area_id", "into a town", |ask, asked| ask.form(asked.place.town, TABLE)),
];

const WAITING: &[Row] = &[plain("list_todo", "one's own", |ask, _| ask)];
