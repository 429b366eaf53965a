//! Closed months, and the months, quarters and years that are ranked.

use hujifen::periods::entity::{ActiveModel as Closing, Entity as Closings};
use sea_orm::{ActiveValue::Set, EntityTrait as _};
use serde_json::{Value, json};

use crate::awards::award_id;
use crate::support::{Client, TestApp, both_engines};

pub async fn close(app: &TestApp, month: &str) {
    let tx = app.app.db.begin().await.unwrap();
    let closing = Closing {
        village_id: Set(app.town.village.id),
        month: Set(month.to_owned()),
        closed_at: Set(0),
        closed_by: Set(app.town.cadre.id),
    };
    Closings::insert(closing).exec_without_returning(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn give(app: &TestApp, worker: &Client, number: u32, household: usize, on: &str) -> Value {
    let award = json!({
        "id": award_id(number),
        "household_id": app.town.households[household],
        "rule_id": app.town.rule("参加清扫"),
        "occurred_on": on,
    });
    worker.post("/awards", award).await.expect(201)
}

async fn ranked(app: &TestApp, client: &Client, period: &str) -> Vec<(u64, String, i64)> {
    let path = format!("/rankings?area_id={}&period={period}", app.town.village.id);
    let place = |row: &Value| {
        (row["rank"].as_u64().unwrap(), row["name"].as_str().unwrap().to_owned(), row["points"].as_i64().unwrap())
    };
    client.get(&path).await.expect(200)["items"].as_array().unwrap().iter().map(place).collect()
}

both_engines! {
    /// Mutation: in `Judging::judge`, take the month of the deed without asking what is closed.
    async fn a_deed_of_a_closed_month_counts_in_the_open_one_and_is_marked_late(app) {
        let worker = app.signed_in(&app.town.worker).await;
        let given = give(&app, &worker, 1, 0, "2026-10-20").await;
        assert_eq!((&given["period"], &given["late"]), (&json!("2026-10"), &json!(false)));
        close(&app, "2026-10").await;
        let late = give(&app, &worker, 2, 0, "2026-10-21").await;
        assert_eq!((&late["period"], &late["late"]), (&json!("2026-11"), &json!(true)));
        // What counted in the closed month is undone in the open one.
        worker.post(&format!("/awards/{}/reverse", award_id(1)), json!({"reason": "记错"})).await.expect(200);
        let household = app.town.households[0];
        let lines = worker.get(&format!("/households/{household}/statement")).await.expect(200);
        let undone = &lines["items"][0];
        assert_eq!((&undone["points"], &undone["period"], &undone["late"]), (&json!(-5), &json!("2026-11"), &json!(true)));
        close(&app, "2026-11").await;
        let later = give(&app, &worker, 3, 0, "2026-11-21").await;
        assert_eq!((&later["period"], &later["late"]), (&json!("2026-12"), &json!(true)));
    }

    /// Mutation: let a quarter begin a month late, or leave the year's first months out.
    async fn months_quarters_and_years_are_ranked_by_what_counts_in_them(app) {
        let worker = app.signed_in(&app.town.worker).await;
        for (number, household, on) in [(1, 0, "2026-11-02"), (2, 0, "2026-11-03"), (3, 1, "2026-11-04"), (4, 1, "2026-10-04"), (5, 1, "2026-09-04"), (6, 2, "2026-09-05")] {
            give(&app, &worker, number, household, on).await;
        }
        let names = ranked(&app, &worker, "2026").await;
        let points = |places: Vec<(u64, String, i64)>| places.into_iter().map(|(rank, _, points)| (rank, points)).filter(|(_, points)| *points != 0).collect::<Vec<_>>();
        assert_eq!(names[0].2, 15);
        assert_eq!(points(names), [(1, 15), (2, 10), (3, 5)]);
        assert_eq!(points(ranked(&app, &worker, "2026-11").await), [(1, 10), (2, 5)]);
        assert_eq!(points(ranked(&app, &worker, "2026-Q4").await), [(1, 10), (1, 10)], "ties share a rank");
        assert_eq!(points(ranked(&app, &worker, "2026-Q3").await), [(1, 5), (1, 5)]);
        assert_eq!(points(ranked(&app, &worker, "2025").await), []);
        let own = format!("/rankings?area_id={}&period=2026-Q4&household_id={}", app.town.village.id, app.town.households[1]);
        let own = worker.get(&own).await.expect(200);
        assert_eq!(own["items"].as_array().unwrap().len(), 1);
        assert_eq!((&own["items"][0]["rank"], &own["items"][0]["points"]), (&json!(1), &json!(10)));
    }
}
