//! Tables of rules as files: out of the book, and in again; and a town's template from a file.

use axum::http::StatusCode;
use hujifen::areas::Area;
use serde_json::{Value, json};

use super::{LUOYU, TOWN, counts, import};
use crate::support::client::Answer;
use crate::support::{Client, both_engines, town};

async fn sheet(client: &Client, set: &Value, query: &str) -> Answer {
    client.get(&format!("/rule-sets/{}/sheet{query}", set.as_str().unwrap())).await
}

async fn refused(client: &Client, area: &Area) -> String {
    let fields: [(&str, &[u8]); 2] = [("area_id", &area.id.to_string().into_bytes()), ("file", TOWN)];
    client.upload("/imports/rules", &fields).await.code()
}

both_engines! {
    /// Mutation: leave a column out of `wording::row`.
    async fn a_table_goes_out_as_a_file_and_comes_in_as_it_was(app) {
        let (village, cadre) = (&app.town.village, app.signed_in(&app.town.cadre).await);
        let set = import(&cadre, "rules", village, LUOYU, &[]).await["rule_set_id"].clone();
        let worker = app.signed_in(&app.town.worker).await;
        for (query, kind, ending) in [
            ("", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
            ("?format=xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
            ("?format=csv", "text/csv; charset=utf-8", "csv"),
        ] {
            let file = sheet(&worker, &set, query).await;
            assert_eq!((file.status, &file.headers["content-type"]), (StatusCode::OK, &kind.parse().unwrap()));
            let title = "%E6%9E%97%E5%AE%B6%E6%8E%92%E6%9D%91%E7%A7%AF%E5%88%86%E7%BB%86%E5%88%99%EF%BC%88%E7%AC%AC%202%20%E7%89%88%EF%BC%89";
            let named = format!("attachment; filename=\"rules.{ending}\"; filename*=UTF-8''{title}.{ending}");
            assert_eq!(file.headers["content-disposition"], named);
            assert_eq!(file.headers["x-content-type-options"], "nosniff");
            let again = import(&cadre, "rules", village, &file.bytes, &[]).await;
            assert_eq!((counts(&again), &again["problems"]), ([28, 0, 0, 28, 0], &json!([])));
            assert_eq!(again["rule_set_id"], set, "nothing was written");
        }
        let wrong = sheet(&worker, &set, "?format=pdf").await;
        assert_eq!((wrong.code().as_str(), &wrong.json()["errors"][0]["field"]), ("invalid", &json!("format")));
        let far = app.signed_in(&app.town.far_cadre).await;
        assert_eq!(sheet(&far, &set, "").await.code(), "not_found");
    }

    /// Mutation: let `takes_rules` ask of a town only whether it is in reach.
    async fn a_towns_administrator_brings_a_table_into_the_draft_of_its_template(app) {
        let (here, other) = (&app.town.town, &app.town.other_town);
        let admin = app.signed_in(&app.town.town_admin).await;
        let tried = import(&admin, "rules", here, TOWN, &["dry_run"]).await;
        assert_eq!((counts(&tried), &tried["rule_set_id"]), ([16, 16, 0, 0, 0], &Value::Null));
        let sets = format!("/rule-sets?area_id={}", here.id);
        assert_eq!(admin.get(&sets).await.expect(200)["items"], json!([]));

        let done = import(&admin, "rules", here, TOWN, &[]).await;
        assert_eq!((counts(&done), &done["problems"]), ([16, 16, 0, 0, 0], &json!([])));
        let (set, listed) = (done["rule_set_id"].clone(), admin.get(&sets).await.expect(200));
        assert_eq!((listed["items"].as_array().unwrap().len(), &listed["items"][0]["id"]), (1, &set));
        assert_eq!(listed["items"][0]["status"], "draft");

        let cadre = app.signed_in(&app.town.cadre).await;
        assert_eq!(sheet(&cadre, &set, "?format=csv").await.code(), "not_found", "a template still being written");
        let file = sheet(&admin, &set, "?format=csv").await;
        assert_eq!(file.status, StatusCode::OK);
        let again = import(&admin, "rules", here, &file.bytes, &[]).await;
        assert_eq!((counts(&again), &again["rule_set_id"]), ([16, 0, 0, 16, 0], &set));

        for person in [&app.town.cadre, &app.town.county_admin, &app.town.far_town_admin] {
            assert_eq!(refused(&app.signed_in(person).await, here).await, "not_found", "{}", person.username);
        }
        assert_eq!(refused(&admin, other).await, "not_found");
        assert_eq!(refused(&admin, &app.town.grids[0]).await, "not_found");
        assert_eq!(refused(&app.signed_in(&app.town.county_admin).await, &app.town.county).await, "not_found");

        admin.post(&format!("/rule-sets/{}/issue", set.as_str().unwrap()), json!({"revision": 1})).await.expect(200);
        assert_eq!(sheet(&cadre, &set, "?format=csv").await.bytes, file.bytes, "the villages read what was issued");
        let next = import(&admin, "rules", here, LUOYU, &[]).await;
        assert_ne!(next["rule_set_id"], set, "what was issued stays as it is");
        let resolution = town::resolution("2026-11-20", "2026-11-21");
        let adopt = format!("/rule-sets/{}/adopt", next["rule_set_id"].as_str().unwrap());
        assert_eq!(cadre.post(&adopt, resolution).await.code(), "not_found", "a template is not resolved by a village");
    }
}
