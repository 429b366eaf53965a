//! The tree of areas over HTTP.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{Client, TestApp, both_engines};

async fn names(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/areas{query}")).await.expect(200);
    page["items"].as_array().unwrap().iter().map(|area| area["name"].as_str().unwrap().to_owned()).collect()
}

async fn make(client: &Client, parent: &Value, name: &str) -> Value {
    client.post("/areas", json!({"parent_id": parent, "name": name})).await.expect(201)
}

async fn audited(app: &TestApp) -> Vec<String> {
    use hujifen::audit;
    use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
    let about_areas =
        audit::Entity::find().filter(audit::Column::TargetKind.eq("area")).order_by_asc(audit::Column::Id);
    about_areas.all(app.app.db.read()).await.unwrap().into_iter().map(|act| act.action).collect()
}

both_engines! {
    /// Mutation: drop `may.within` from `list`, or order by name.
    async fn everybody_sees_his_own_part_each_area_before_what_lies_below_it(app) {
        let county = app.signed_in(&app.town.county_admin).await;
        let all = ["示范县", "示范镇", "林家排村", "一组", "二组", "满塘村", "一组", "邻镇", "远村", "一组"];
        assert_eq!(names(&county, "").await, all);
        assert_eq!(names(&county, "?level=village").await, ["林家排村", "满塘村", "远村"]);
        assert_eq!(names(&county, &format!("?parent_id={}", app.town.county.id)).await, ["示范镇", "邻镇"]);
        assert_eq!(names(&county, &format!("?parent_id={}&level=grid", app.town.village.id)).await, ["一组", "二组"]);
        let worker = app.signed_in(&app.town.worker).await;
        assert_eq!(names(&worker, "").await, ["一组"]);
        assert_eq!(names(&worker, &format!("?parent_id={}", app.town.county.id)).await, Vec::<String>::new());
        let mut walked = Vec::new();
        let mut page = county.get("/areas?limit=3").await.expect(200);
        loop {
            walked.extend(page["items"].as_array().unwrap().iter().map(|area| area["name"].as_str().unwrap().to_owned()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            page = county.get(&format!("/areas?limit=3&cursor={cursor}")).await.expect(200);
        }
        assert_eq!(walked, all);
    }

    /// Mutation: let `nested_grid` answer `Grid` always, or forget `refuse_taken`.
    async fn a_town_makes_villages_and_grids_which_nest_once(app) {
        let town = app.signed_in(&app.town.town_admin).await;
        let village = make(&town, &json!(app.town.town.id), " 水尾村 ").await;
        assert_eq!((&village["level"], &village["name"]), (&json!("village"), &json!("水尾村")));
        let grid = make(&town, &village["id"], "一组").await;
        let small = make(&town, &grid["id"], "东头").await;
        assert_eq!((&grid["level"], &small["level"]), (&json!("grid"), &json!("grid")));
        assert!(small["path"].as_str().unwrap().starts_with(grid["path"].as_str().unwrap()));
        let deeper = town.post("/areas", json!({"parent_id": small["id"], "name": "更小"})).await;
        assert_eq!((deeper.status.as_u16(), deeper.code().as_str()), (422, "too_deep"));
        for name in ["水尾村", " 水尾村"] {
            let again = town.post("/areas", json!({"parent_id": app.town.town.id, "name": name})).await;
            assert_eq!((again.status.as_u16(), again.code().as_str()), (409, "name_taken"));
        }
        for name in ["", " ", "一\n二", &"字".repeat(31)] {
            let bad = town.post("/areas", json!({"parent_id": app.town.town.id, "name": name})).await.expect(422);
            assert_eq!(bad["errors"][0]["field"], "name");
        }
        assert_eq!(audited(&app).await, ["create_area"; 3]);
        assert_eq!(names(&town, "?level=village").await, ["林家排村", "满塘村", "水尾村"]);
        let county = app.signed_in(&app.town.county_admin).await;
        assert_eq!(make(&county, &json!(app.town.county.id), "水口镇").await["level"], "town");
        assert_eq!(county.post("/areas", json!({"name": "另一县"})).await.code(), "invalid");
    }

    /// Mutation: let `reaches` stand for `reaches_below` in `rename`, or leave its `Touch::Areas` out.
    async fn a_name_changes_everywhere_and_nobody_renames_his_own_top(app) {
        let town = app.signed_in(&app.town.town_admin).await;
        let worker = app.signed_in(&app.town.worker).await;
        let household = format!("/households/{}/statement", app.town.households[0]);
        assert_eq!(worker.get(&household).await.expect(200)["household"]["grid_name"], "一组");
        let rename = async |id: &Value, name: &str| town.json(Method::PATCH, &format!("/areas/{}", id.as_str().unwrap()), json!({"name": name})).await;
        let grid = json!(app.town.grids[0].id);
        assert_eq!(rename(&grid, "新塘组").await.expect(200)["name"], "新塘组");
        assert_eq!(worker.get(&household).await.expect(200)["household"]["grid_name"], "新塘组");
        assert_eq!(worker.get("/me").await.expect(200)["scopes"][0]["area_name"], "新塘组");
        rename(&grid, "新塘组").await.expect(200);
        assert_eq!(rename(&grid, "二组").await.code(), "name_taken");
        assert_eq!(rename(&json!(app.town.town.id), "新镇").await.code(), "not_found");
        assert_eq!(rename(&json!(app.town.far.id), "新村").await.code(), "not_found");
        assert_eq!(audited(&app).await, ["rename_area"], "the same name again is no change");
    }
}
