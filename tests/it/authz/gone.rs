//! What stood in the own grid once: one of everything that a request can name, brought to its end by
//! the house's own verbs.

use axum::http::Method;
use hujifen::rules;
use hujifen::scope::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use super::place::{Place, Where, activity, asked_of_town, award, inspection, scope_of, trial};
use crate::support::town::{self, Person};
use crate::support::{Client, TestApp};

/// Makes it, before any table waits: what waits would be adopted along.
pub async fn place(app: &TestApp) -> Place {
    let town = &app.town;
    let cadre = app.signed_in(&town.cadre).await;
    let admin = app.signed_in(&town.town_admin).await;
    let county = app.signed_in(&town.county_admin).await;
    let (rule, deduction, adopted) = superseded_rules(app).await;
    let (household, withdrawn, reversed) = closed_household(app, &cadre).await;
    let worker = town::person(&app.app, "worker-gone", None, &[(Role::GridWorker, &town.grids[0])]).await;
    let last_cadre = town::person(&app.app, "cadre-gone", None, &[(Role::VillageCadre, &town.village)]).await;
    let last_admin = town::person(&app.app, "town-gone", None, &[(Role::TownAdmin, &town.town)]).await;
    let place = Place {
        at: Where::Gone,
        // Areas stay for ever.
        town: town.town.id.0,
        village: town.village.id.0,
        grid: town.grids[0].id.0,
        household,
        waiting: withdrawn,
        posted: reversed,
        photo: Uuid::nil(),
        rule,
        deduction,
        draft: adopted,
        template: adopted,
        trial: trial(app, &town.cadre, adopted).await,
        assembly: Uuid::nil(),
        activity: cancelled_activity(app).await,
        inspection: closed_round(app).await,
        item: rule,
        ask: asked_of_town(app, &town.village, &last_cadre, (9, Some(&town.town_admin))).await,
        worker: worker.id.0,
        worker_scope: scope_of(app, &worker).await,
        cadre: last_cadre.id.0,
        cadre_scope: scope_of(app, &last_cadre).await,
        admin: last_admin.id.0,
    };
    end(&cadre, &worker, place.worker_scope).await;
    end(&admin, &last_cadre, place.cadre_scope).await;
    end(&county, &last_admin, scope_of(app, &last_admin).await).await;
    place
}

/// An addition and a deduction that only an earlier table had, and the table that came after it.
async fn superseded_rules(app: &TestApp) -> (Uuid, Uuid, Uuid) {
    let (village, by) = (&app.town.village, app.town.cadre.id);
    let mut table = town::table();
    let (mut addition, mut deduction) = (table[0].clone(), table[4].clone());
    addition.name = "参加舞龙".to_owned();
    deduction.name = "焚烧秸秆".to_owned();
    table.extend([addition, deduction]);
    let earlier = town::adopt_table(&app.app, village, by, table, "2026-06-01".parse().unwrap()).await;
    let later = town::adopt_table(&app.app, village, by, town::table(), "2026-09-01".parse().unwrap()).await;
    let rules = rules::rules_of(app.app.db.read(), earlier).await.unwrap();
    let [.., addition, deduction] = &rules[..] else { panic!("{rules:?}") };
    (addition.id.0, deduction.id.0, later.0)
}

/// A household that was closed, and two of its awards: one withdrawn, one reversed.
async fn closed_household(app: &TestApp, cadre: &Client) -> (Uuid, Uuid, Uuid) {
    let new = json!({"grid_id": app.town.grids[0].id, "code": "LJP0900", "name": "尹家福", "size": 2});
    let household: Uuid = cadre.post("/households", new).await.expect(201)["id"].as_str().unwrap().parse().unwrap();
    let worker = app.signed_in(&app.town.worker).await;
    let withdrawn = award(app, &app.town.worker, 50, household, app.town.rule("提出建议").0).await;
    let reversed = award(app, &app.town.worker, 51, household, app.town.rule("参加清扫").0).await;
    worker.post(&format!("/awards/{withdrawn}/withdraw"), json!({})).await.expect(200);
    worker.post(&format!("/awards/{reversed}/reverse"), json!({"reason": "记错户了"})).await.expect(200);
    let close = json!({"status": "closed"});
    cadre.json(Method::PATCH, &format!("/households/{household}"), close).await.expect(200);
    (household, withdrawn, reversed)
}

/// An activity that fell through.
async fn cancelled_activity(app: &TestApp) -> Uuid {
    let rule = app.town.rule("参加清扫").0;
    let id = activity(app, &app.town.worker, app.town.grids[0].id.0, (9, rule)).await;
    let worker = app.signed_in(&app.town.worker).await;
    worker.post(&format!("/activities/{id}/cancel"), json!({"reason": "下雨没办成"})).await.expect(200);
    id
}

/// Last month's round of the grid.
async fn closed_round(app: &TestApp) -> Uuid {
    let round = inspection(app, &app.town.worker, &app.town.grids[0], (9, "2026-10")).await;
    let worker = app.signed_in(&app.town.worker).await;
    worker.post(&format!("/inspections/{round}/close"), json!({"blank_ok": true})).await.expect(200);
    round
}

/// Ends the one scope of an account, then stops the account.
async fn end(manager: &Client, person: &Person, scope: Uuid) {
    let account = format!("/accounts/{}", person.id);
    manager.json(Method::DELETE, &format!("{account}/scopes/{scope}"), Value::Null).await.expect(204);
    manager.json(Method::PATCH, &account, json!({"disabled": true})).await.expect(200);
}
