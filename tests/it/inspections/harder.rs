//! Rounds where people, tables and months change under them, and large ones.

use std::time::Instant;

use hujifen::households::entity::{ActiveModel, Entity as Households, Status};
use hujifen::hundredths::Hundredths;
use hujifen::rules::NewRule;
use hujifen::rules::terms::Shape;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, EntityTrait as _, IntoActiveModel as _};
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::evidence::{photo_id, picture, upload};
use crate::support::town::resolution;

const DAY: i64 = 24 * 3600 * 1000;

async fn live(app: &TestApp, household: usize, status: Status) {
    let row = ActiveModel { id: Set(app.town.households[household]), status: Set(status), ..Default::default() };
    app.app.write(async |tx| Ok(row.update(tx).await?)).await.unwrap();
}

async fn award_of(client: &Client, number: u8, household: usize, item: usize) -> Value {
    let sheet = look(client, number).await;
    let rule = &sheet["rules"][item]["rule_id"];
    let awards = sheet["households"][household]["awards"].as_array().unwrap().clone();
    let id = awards.iter().find(|award| award["rule_id"] == *rule).unwrap()["award_id"].as_str().unwrap().to_owned();
    client.get(&format!("/awards/{id}")).await.expect(200)
}

/// The village decides that so many judge a household.
async fn judged_by(app: &TestApp, judges: u8) {
    let (cadre, town) = (app.signed_in(&app.town.cadre).await, app.signed_in(&app.town.town_admin).await);
    let begun = json!({"area_id": app.town.village.id, "begin_with": "newest"});
    let draft = cadre.post("/rule-sets", begun).await.expect(201);
    let path = format!("/rule-sets/{}", draft["id"].as_str().unwrap());
    let mut decisions = draft["decisions"].clone();
    decisions["judges"] = json!(judges);
    let mut items = draft["items"].as_array().unwrap().clone();
    for item in &mut items {
        item.as_object_mut().unwrap().remove("position");
    }
    cadre.put(&path, json!({"revision": 1, "title": "细则", "items": items, "decisions": decisions})).await.expect(200);
    let mut resolution = resolution("2026-11-20", "2026-11-23");
    resolution["revision"] = json!(2);
    cadre.post(&format!("{path}/adopt"), resolution).await.expect(200);
    town.post(&format!("{path}/file"), json!({})).await.expect(200);
}

both_engines! {
    /// Mutations: let the average of spots be taken before they are limited; show one judge what the other found.
    async fn of_several_judges_the_average_counts_and_none_reads_the_other(app) {
        with_items(&app).await;
        judged_by(&app, 2).await;
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        let sheet = begin(&worker, &app, 1).await;
        assert_eq!(sheet["judges"], 2);
        mark(&worker, 1, vec![found(&app, &sheet, 0, 1, &[Some(0), None, Some(0)]), found(&app, &sheet, 1, 1, &[Some(0); 3])]).await;
        let seen = look(&cadre, 1).await;
        assert_eq!((&seen["judged"], &seen["households"][0]["marks"][0]["findings"]), (&json!(0), &Value::Null));
        assert_eq!(close(&worker, 1, false).await.json()["errors"][0]["message"], "还有 5 户没评完，请评完，或者确认空着。");
        app.pass(1000);
        mark(&cadre, 1, vec![found(&app, &sheet, 0, 1, &[Some(9), Some(1), Some(0)])]).await;
        // As many as are wanted have judged it.
        let other = town::person(&app.app, "worker9", None, &[(hujifen::scope::Role::GridWorker, &app.town.grids[0])]).await;
        let third = app.signed_in(&other).await;
        assert_eq!(mark(&third, 1, vec![found(&app, &sheet, 0, 1, &[Some(0); 3])]).await, ["judged_already"]);
        close(&cadre, 1, true).await.expect(200);
        // Ten and nothing; eight from the only one who went in; ten. The second was judged by one.
        assert_eq!(pending(&worker, &app).await, [23, 30, 0, 0, 0].map(Value::from));
        let award = award_of(&cadre, 1, 0, 0).await;
        assert_eq!((&award["recorded_by"]["id"], &award["quantity"]), (&json!(app.town.worker.id), &json!(2.5)));
        assert_ne!(look(&cadre, 1).await["households"][0]["marks"][0]["findings"], Value::Null);
        verified(&app).await;
    }

    /// Mutation: ask for a photo of what was found in order.
    async fn a_photo_is_asked_for_only_where_points_are_taken(app) {
        with_items(&app).await;
        let worker = app.signed_in(&app.town.worker).await;
        let sheet = begin(&worker, &app, 1).await;
        for number in [1, 2] {
            assert_eq!(upload(&worker, photo_id(number), app.town.grids[0].id.0, &picture(8, 8)).await.status, 201);
        }
        let with_photo = |household: usize, photo: Uuid| {
            let mut one = found(&app, &sheet, household, 1, &[Some(0), Some(0), Some(1)]);
            one["findings"][2]["evidence"] = json!([photo]);
            one
        };
        let marks = vec![
            found(&app, &sheet, 0, 1, &[Some(0); 3]),
            with_photo(1, photo_id(1)),
            found(&app, &sheet, 2, 1, &[Some(0), Some(0), Some(1)]),
            with_photo(3, photo_id(9)),
        ];
        assert_eq!(mark(&worker, 1, marks).await, ["200", "200", "200", "invalid"]);
        // A photo that something shows meanwhile shows nothing else.
        assert_eq!(mark(&worker, 1, vec![with_photo(3, photo_id(1))]).await, ["200"]);
        close(&worker, 1, true).await.expect(200);
        let mut stands = Vec::new();
        for household in 0..4 {
            let award = award_of(&worker, 1, household, 2).await;
            stands.push((award["status"].clone(), award["proof_pending"].clone(), award["evidence"].as_array().unwrap().len()));
        }
        let (posted, waits) = (json!("posted"), json!("submitted"));
        let (no, yes) = (json!(false), json!(true));
        assert_eq!(stands, [(posted.clone(), no.clone(), 0), (posted, no, 1), (waits.clone(), yes.clone(), 0), (waits, yes, 0)]);
        assert_eq!(pending(&worker, &app).await, [30, 28, 20, 20, 0].map(Value::from));
        verified(&app).await;
    }

    /// Mutation: let a judge who was dismissed be the recorder, or fail because of him.
    async fn who_left_and_who_moved_meanwhile_is_no_hindrance(app) {
        with_items(&app).await;
        let cadre = app.signed_in(&app.town.cadre).await;
        live(&app, 2, Status::CareHome).await;
        let gone = town::person(&app.app, "worker9", None, &[(hujifen::scope::Role::GridWorker, &app.town.grids[0])]).await;
        let phone = app.signed_in(&gone).await;
        let sheet = begin(&phone, &app, 1).await;
        assert_eq!(sheet["households"].as_array().unwrap().len(), 4, "who is in care is not called on");
        let marks = vec![
            found(&app, &sheet, 0, 1, &[Some(0); 3]),
            found(&app, &sheet, 1, 1, &[Some(0); 3]),
            found(&app, &sheet, 2, 1, &[Some(0); 3]),
            found(&app, &sheet, 3, 1, &[Some(0); 3]),
        ];
        assert_eq!(mark(&phone, 1, marks).await, ["200", "200", "not_found", "200"]);
        live(&app, 1, Status::Away).await;
        live(&app, 3, Status::Closed).await;
        cadre.json(axum::http::Method::PATCH, &format!("/accounts/{}", gone.id), json!({"disabled": true})).await.expect(200);
        let closed = close(&cadre, 1, true).await.expect(200);
        assert_eq!((&closed["listed"], &closed["judged"]), (&json!(4), &json!(2)));
        assert_eq!(pending(&cadre, &app).await, [30, 30, 0, 0, 0].map(Value::from));
        assert_eq!(award_of(&cadre, 1, 0, 0).await["recorded_by"]["id"], json!(app.town.cadre.id));
        verified(&app).await;
    }

    /// Mutations: let the day of the walk be the day of the deed in any month; judge by the newest table.
    async fn what_was_found_counts_in_the_rounds_month_by_the_rounds_table(app) {
        with_items(&app).await;
        let worker = app.signed_in(&app.town.worker).await;
        let last = begin_for(&worker, &app, 1, "2026-10").await.expect(201);
        mark(&worker, 1, vec![found(&app, &last, 0, 1, &[Some(1), Some(0), Some(0)])]).await;
        close(&worker, 1, true).await.expect(200);
        let award = award_of(&worker, 1, 0, 0).await;
        assert_eq!((&award["occurred_on"], &award["period"], &award["late"]), (&json!("2026-10-31"), &json!("2026-10"), &json!(false)));

        // The last round stands beside this one.
        let sheet = begin(&worker, &app, 2).await;
        let previous = &sheet["households"][0]["previous"];
        assert_eq!((&previous["points"], &previous["findings"][0]["spots"]), (&json!(28), &json!(1)));
        assert_eq!(sheet["households"][1]["previous"], Value::Null);
        // Tomorrow another table judges: the round goes on by its own, on the last day of it.
        app.pass(DAY);
        let worker = app.signed_in(&app.town.worker).await;
        let mut harder: Vec<NewRule> = items();
        harder[0].terms.shape = Shape::Inspection { full_marks: Hundredths::whole(4), points_per_spot: Hundredths::ONE };
        harder.remove(1);
        town::adopt_table(&app.app, &app.town.village, app.town.cadre.id, harder, "2026-11-24".parse().unwrap()).await;
        mark(&worker, 2, vec![found(&app, &sheet, 0, 1, &[Some(0); 3])]).await;
        close(&worker, 2, true).await.expect(200);
        let award = award_of(&worker, 2, 0, 1).await;
        assert_eq!((&award["occurred_on"], &award["points"]), (&json!("2026-11-23"), &json!(10)));
        assert_eq!(pending(&worker, &app).await[0], 28 + 30);
        verified(&app).await;
    }

    /// Whoever has rounds before him is told how many.
    async fn open_rounds_in_reach_are_counted(app) {
        with_items(&app).await;
        let worker = app.signed_in(&app.town.worker).await;
        begin(&worker, &app, 1).await;
        let other = app.signed_in(&app.town.other_worker).await;
        let body = json!({"id": inspection_id(2), "area_id": app.town.grids[1].id, "month": "2026-11"});
        other.post("/inspections", body).await.expect(201);
        let open = async |person: &town::Person| {
            let identity = hujifen::accounts::sessions::identities(app.app.db.read(), [person.id]).await.unwrap();
            let may = identity[&person.id].may(app.app.clock.today()).unwrap();
            hujifen::inspections::open(app.app.db.read(), &may).await.unwrap()
        };
        assert_eq!((open(&app.town.worker).await, open(&app.town.cadre).await, open(&app.town.far_cadre).await), (1, 2, 0));
        close(&worker, 1, true).await.expect(200);
        assert_eq!((open(&app.town.worker).await, open(&app.town.cadre).await), (0, 1));
    }

    /// Three hundred doors, four items each, closed in one request.
    async fn a_round_of_three_hundred_households_closes_in_one_request(app) {
        let mut table = items();
        table.push(NewRule { name: "院墙篱笆".into(), ..table[0].clone() });
        town::adopt_table(&app.app, &app.town.village, app.town.cadre.id, table, "2026-09-01".parse().unwrap()).await;
        let first = Households::find_by_id(app.town.households[0]).one(app.app.db.read()).await.unwrap().unwrap();
        let copies = (0..295).map(|number| ActiveModel {
            id: Set(hujifen::ids::HouseholdId(app.app.clock.new_id())),
            code: Set(format!("LJP1{number:03}")),
            door_order: Set(100 + number),
            ..first.clone().into_active_model().reset_all()
        });
        let copies: Vec<_> = copies.collect();
        app.app.write(async |tx| Ok(Households::insert_many(copies).exec_without_returning(tx).await?)).await.unwrap();
        let cadre = app.signed_in(&app.town.cadre).await;
        let sheet = begin(&cadre, &app, 1).await;
        let doors = sheet["households"].as_array().unwrap();
        assert_eq!(doors.len(), 300);
        let rules = sheet["rules"].as_array().unwrap();
        for some in doors.chunks(100) {
            let marks = some.iter().map(|door| {
                let findings: Vec<Value> = rules.iter().map(|rule| json!({"rule_id": rule["rule_id"], "spots": 0})).collect();
                json!({"household_id": door["household_id"], "revision": 1, "state": "marked", "findings": findings})
            });
            assert!(mark(&cadre, 1, marks.collect()).await.iter().all(|one| one == "200"));
        }
        let began = Instant::now();
        let closed = close(&cadre, 1, false).await.expect(200);
        println!("300 households, 4 items each: closed in {} ms", began.elapsed().as_millis());
        assert_eq!((&closed["judged"], &closed["households"][299]["awards"].as_array().unwrap().len()), (&json!(300), &4));
        assert_eq!(pending(&cadre, &app).await, [40; 5].map(Value::from));
        verified(&app).await;
    }
}
