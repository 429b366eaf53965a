//! What is kept in memory is never older than the book, and outlives what does not concern it.

use serde_json::json;

use hujifen::meta;

use crate::awards::award_id;
use crate::support::{TestApp, both_engines};

fn award(app: &TestApp, household: usize, rule: &str, quantity: u32) -> serde_json::Value {
    json!({
        "id": award_id(1),
        "household_id": app.town.households[household],
        "rule_id": app.town.rule(rule),
        "quantity": quantity,
        "occurred_on": "2026-11-23",
    })
}

both_engines! {
    /// Mutation: in `App::forget`, let a touched household or village move all generations.
    async fn an_award_makes_its_household_and_village_old_and_nobody_else(app) {
        let worker = app.signed_in(&app.town.worker).await;
        let ones = [app.town.households[0].0, app.town.village.id.0, app.town.households[1].0, app.town.sibling.id.0];
        let now = || ones.map(|one| app.app.generations.now(one));
        let before = now();
        worker.post("/awards", award(&app, 0, "积极参选", 1)).await.expect(201);
        let after = now();
        assert_eq!([0, 1, 2, 3].map(|at| before[at] == after[at]), [false, false, true, true]);
    }

    /// Mutation: in `OpenBook::use_caps`, touch nothing.
    async fn a_deed_without_points_shows_in_the_caps_at_once(app) {
        let worker = app.signed_in(&app.town.worker).await;
        let statement = format!("/households/{}/statement", app.town.households[0]);
        assert_eq!(worker.get(&statement).await.expect(200)["caps"], json!([]));
        assert_eq!(worker.post("/awards", award(&app, 0, "门前整洁", 9)).await.expect(201)["points"], 0);
        assert_eq!(worker.get(&statement).await.expect(200)["caps"][0]["units_used"], 1);
    }

    /// Mutation: leave `revealing` out of the page's key, or the touch out of `roster::overwrite`.
    async fn a_household_page_is_kept_for_those_who_see_the_same(app) {
        let (cadre, worker) = (app.signed_in(&app.town.cadre).await, app.signed_in(&app.town.worker).await);
        let page = format!("/households/{}", app.town.households[0]);
        for client in [&cadre, &worker, &cadre, &worker] {
            assert_eq!(client.get(&page).await.expect(200)["has_hidden_tags"], false);
        }
        let change = json!({"tags": ["监测户"], "alias": "老陈"});
        cadre.json(axum::http::Method::PATCH, &page, change).await.expect(200);
        for (client, hidden) in [(&cadre, true), (&worker, false), (&cadre, true), (&worker, false)] {
            let shown = client.get(&page).await.expect(200);
            assert_eq!((&shown["alias"], &shown["has_hidden_tags"]), (&json!("老陈"), &json!(hidden)));
        }
        let stranger = app.signed_in(&app.town.far_cadre).await;
        assert_eq!(stranger.get(&page).await.code(), "not_found");
    }

    /// Mutation: in `Others::counted`, answer false; in `Tx::commit`, count nothing.
    async fn what_others_write_is_noticed_and_what_we_write_is_not(app) {
        let (here, there) = (&app.app.db, app.beside().await);
        assert!(!here.changed_by_others().await.unwrap());
        let worker = app.signed_in(&app.town.worker).await;
        worker.post("/awards", award(&app, 0, "积极参选", 1)).await.expect(201);
        assert!(!here.changed_by_others().await.unwrap());
        for (number, said) in [(2, "once"), (3, "twice")] {
            let tx = there.begin().await.unwrap();
            meta::put(&tx, "written", said).await.unwrap();
            tx.commit().await.unwrap();
            // Ours after theirs hides nothing.
            let mut ours = award(&app, 0, "积极参选", 1);
            ours["id"] = json!(award_id(number));
            worker.post("/awards", ours).await.expect(201);
            assert!(here.changed_by_others().await.unwrap(), "{said}");
            assert!(!here.changed_by_others().await.unwrap());
        }
    }
}
