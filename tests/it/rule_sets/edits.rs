//! Who wrote a draft, and what becomes of what several people write.

use serde_json::{Value, json};

use super::{deed, draft, written};
use crate::support::client::Answer;
use crate::support::{Client, TestApp, both_engines};

fn named(mut rule: Value, id: &Value) -> Value {
    rule["id"] = id.clone();
    rule
}

async fn upload(app: &TestApp, person: &Client, revision: &str, table: &str) -> Answer {
    let id = app.town.village.id.to_string();
    let text = format!("类别,事项,方式,分值,单位,佐证,审核,可兑换,上限次数,上限周期,选项,说明\n{table}");
    let fields = [("area_id", id.as_bytes()), ("revision", revision.as_bytes()), ("file", text.as_bytes())];
    person.upload("/imports/rules", &fields).await
}

both_engines! {
    /// Mutation: keep only the newest, or count what was moved as altered.
    async fn every_revision_keeps_who_wrote_it_and_what_it_changed(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let id = draft(&cadre, &app, &[deed("扫地", 5), deed("巡河", 2)]).await;
        let path = format!("/rule-sets/{id}");
        cadre.put(&path, written(2, &[deed("种树", 1), deed("扫地", 6)])).await.expect(200);
        let mut decided = written(3, &[deed("种树", 1), deed("扫地", 6)]);
        decided["decisions"]["objection_days"] = json!(10);
        cadre.put(&path, decided).await.expect(200);
        let town = app.signed_in(&app.town.town_admin).await;
        let edits = town.get(&format!("{path}/edits")).await.expect(200);
        let rows: Vec<Value> = edits["items"].as_array().unwrap().iter()
            .map(|one| json!([one["revision"], one["added"], one["altered"], one["dropped"], one["decisions"]])).collect();
        assert_eq!(rows, [
            json!([4, [], [], [], true]),
            json!([3, ["种树"], ["扫地"], ["巡河"], false]),
            json!([2, ["扫地", "巡河"], [], [], true]),
            json!([1, [], [], [], false]),
        ]);
        let me = cadre.get("/me").await.expect(200);
        assert!(edits["items"].as_array().unwrap().iter().all(|one| one["written_by"] == me["name"]), "{edits}");
    }

    /// Mutation: give a name's old identity to whoever comes first.
    async fn a_new_item_with_an_old_name_takes_no_identity_that_the_editor_names(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let id = draft(&cadre, &app, &[deed("扫地", 5)]).await;
        let path = format!("/rule-sets/{id}");
        let one = cadre.get(&path).await.expect(200)["items"][0]["id"].clone();
        let items = [deed("扫地", 1), named(deed("清扫村道", 5), &one)];
        let after = cadre.put(&path, written(2, &items)).await.expect(200)["items"].clone();
        assert_eq!((&after[1]["id"], &after[1]["name"]), (&one, &json!("清扫村道")));
        assert_ne!(after[0]["id"], one);
    }

    async fn a_sheet_replaces_only_the_draft_that_was_read(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let id = draft(&cadre, &app, &[deed("扫地", 5)]).await;
        let row = "公益活动,巡河,加分,2,次,无,免审,是,,,,";
        assert_eq!(upload(&app, &cadre, "1", row).await.code(), "changed_meanwhile");
        assert_eq!(upload(&app, &cadre, "x", row).await.code(), "invalid");
        upload(&app, &cadre, "2", row).await.expect(200);
        let after = cadre.get(&format!("/rule-sets/{id}")).await.expect(200);
        assert_eq!((&after["items"][0]["name"], &after["revision"]), (&json!("巡河"), &json!(3)));
    }

    async fn a_cap_of_a_category_is_written_once_and_holds_for_all_of_it(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let id = draft(&cadre, &app, &[]).await;
        let with = |points: u32| {
            let mut rule = deed("扫地", 5);
            rule["category_points_cap"] = json!({"points": points, "window": "month"});
            rule
        };
        let path = format!("/rule-sets/{id}");
        let after = cadre.put(&path, written(2, &[with(20), deed("巡河", 2)])).await.expect(200);
        assert_eq!(after["items"][1]["category_points_cap"], json!({"points": 20, "window": "month"}));
        let mut other = with(30);
        other["name"] = json!("巡河");
        let refused = cadre.put(&path, written(3, &[with(20), other])).await;
        assert_eq!(refused.json()["errors"][0]["field"], "items[1].category_points_cap");
        let apart = upload(&app, &cadre, "3", "公益,甲,加分,2,次,无,免审,是,,,类上限分=20/月,\n公益,乙,加分,2,次,无,免审,是,,,类上限分=9/月,").await;
        let problem = apart.expect(200)["problems"][0].clone();
        assert_eq!((&problem["code"], &problem["row"]), (&json!("category_caps_differ"), &json!(3)));
    }
}
