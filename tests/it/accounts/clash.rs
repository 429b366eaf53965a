//! A supervisor has no part in what he decides objections to.

use axum::http::Method;
use hujifen::accounts::administration::{self, NewScope, ROLES_CLASH};
use hujifen::areas::Area;
use hujifen::db::Db;
use hujifen::error::Error;
use hujifen::scope::{ManageAccounts, Role};
use serde_json::{Value, json};

use crate::support::town::Person;
use crate::support::{Client, TestApp, both_engines, town};

async fn give(by: &Client, person: &Person, role: &str, area: &Area, days: (&str, Option<&str>)) -> (u16, String) {
    let body = json!({"role": role, "area_id": area.id, "begins_on": days.0, "ends_on": days.1});
    let answer = by.post(&format!("/accounts/{}/scopes", person.id), body).await;
    (answer.status.as_u16(), if answer.status.is_success() { String::new() } else { answer.code() })
}

/// Gives a role in a transaction of its own, which holds on while others come.
async fn seat(app: &TestApp, db: &Db, person: &Person, role: Role) -> Result<(), Error> {
    let scope = hujifen::accounts::sessions::acting(db.read(), "town").await?.unwrap();
    let today = app.app.clock.today();
    let may = std::sync::Arc::new(scope).may::<ManageAccounts>(today)?;
    let new = NewScope::parse("", role, app.town.sibling.id, (None, None), today)?;
    let tx = db.begin().await?;
    administration::add_scope(&tx, &app.app.clock, &may, person.id, new).await?;
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    tx.commit().await?;
    Ok(())
}

both_engines! {
    /// Mutation: leave `clash` out, or look at the roles alone.
    async fn a_supervisor_neither_records_nor_reviews_where_he_supervises(app) {
        let (town, now) = (app.signed_in(&app.town.town_admin).await, ("2026-11-23", None));
        let clash = (409, "roles_clash".to_owned());
        let given = (201, String::new());
        let (supervisor, cadre) = (&app.town.supervisor, &app.town.cadre);
        for (role, area) in
            [("village_cadre", &app.town.village), ("panel_member", &app.town.village), ("grid_worker", &app.town.grids[0])]
        {
            assert_eq!(give(&town, supervisor, role, area, now).await, clash, "{role}");
        }
        assert_eq!(give(&town, cadre, "supervisor", &app.town.village, now).await, clash);
        // Elsewhere, and at another time, he may.
        assert_eq!(give(&town, supervisor, "village_cadre", &app.town.sibling, now).await, given);
        assert_eq!(give(&town, supervisor, "supervisor", &app.town.sibling, now).await, clash);
        let worker = town::person(&app.app, "later", None, &[(Role::VillageCadre, &app.town.sibling)]).await;
        let term = ("2026-12-01", Some("2026-12-31"));
        assert_eq!(give(&town, &worker, "supervisor", &app.town.village, term).await, given);
        assert_eq!(give(&town, &worker, "panel_member", &app.town.village, ("2026-11-23", Some("2026-12-01"))).await, clash);
        assert_eq!(give(&town, &worker, "panel_member", &app.town.village, ("2026-11-23", Some("2026-11-30"))).await, given);
        assert_eq!(give(&town, &worker, "village_cadre", &app.town.village, ("2027-01-01", None)).await, given);
        let page = town.get("/accounts?limit=200").await.expect(200);
        let is_supervisor = |scope: &&Value| scope["role"] == "supervisor";
        let held = page["items"].as_array().unwrap().iter().find(|one| one["username"] == "supervisor").unwrap().clone();
        let scope = held["scopes"].as_array().unwrap().iter().find(is_supervisor).unwrap()["id"].clone();
        let path = format!("/accounts/{}/scopes/{}", supervisor.id, scope.as_str().unwrap());
        town.json(Method::DELETE, &path, Value::Null).await.expect(204);
        assert_eq!(give(&town, supervisor, "village_cadre", &app.town.village, now).await, given);
    }

    /// Mutation: find the person without locking the account.
    async fn of_two_clashing_roles_given_at_once_one_is_refused(app) {
        let person = town::person(&app.app, "both", None, &[(Role::VillageCadre, &app.town.village)]).await;
        let beside = app.beside().await;
        let (one, other) = tokio::join!(
            seat(&app, &app.app.db, &person, Role::Supervisor),
            seat(&app, &beside, &person, Role::VillageCadre),
        );
        let refused: Vec<_> = [one, other].into_iter().filter_map(Result::err).collect();
        assert_eq!(refused.iter().map(Error::refusal).collect::<Vec<_>>(), [ROLES_CLASH]);
    }
}
