//! Door plates: a code on a wall that opens nothing by itself.

use axum::body::Body;
use axum::http::Method;
use hujifen::cards::entity::{Column, Entity};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use crate::support::client::Answer;
use crate::support::{Client, TestApp, both_engines};

async fn plates(client: &Client, app: &TestApp, grid: usize) -> Vec<Value> {
    let answer = client.post("/plates", json!({"area_id": app.town.grids[grid].id})).await.expect(200);
    answer["items"].as_array().unwrap().clone()
}

fn code(plate: &Value) -> &str {
    plate["code"].as_str().unwrap()
}

async fn behind(client: &Client, code: &str) -> Answer {
    client.get(&format!("/plates/{code}/households")).await
}

/// What a scanner gets.
async fn page(app: &TestApp, code: &str, cookie: Option<&str>) -> Answer {
    let client = app.stranger();
    let mut request = client.request_to(Method::GET, &format!("/d/{code}")).header("accept", "text/html");
    if let Some(cookie) = cookie {
        request = request.header("cookie", cookie);
    }
    client.send(request.body(Body::empty()).unwrap()).await
}

both_engines! {
    /// Mutations: make a second plate for a door; show what lies out of reach; forget who is closed.
    async fn a_door_has_one_plate_that_leads_a_worker_to_its_households(app) {
        let (cadre, worker) = (app.signed_in(&app.town.cadre).await, app.signed_in(&app.town.worker).await);
        let other = app.signed_in(&app.town.other_worker).await;
        let at = format!("/households/{}", app.town.households[1]);
        cadre.json(Method::PATCH, &at, json!({"door": "1号"})).await.expect(200);
        let (one, two) = tokio::join!(plates(&cadre, &app, 0), plates(&cadre, &app, 0));
        assert_eq!(one, two);
        let doors: Vec<_> = one.iter().map(|plate| plate["door"].as_str().unwrap()).collect();
        assert_eq!(doors, ["1号", "3号", "4号", "5号"]);
        assert_eq!(Entity::find().count(app.app.db.read()).await.unwrap(), 4);
        let names = async |client: &Client| {
            let found = behind(client, code(&one[0])).await.expect(200);
            found["items"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&worker).await, ["陈建桂", "李木生"]);
        cadre.json(Method::PATCH, &at, json!({"status": "closed"})).await.expect(200);
        assert_eq!(names(&worker).await, ["陈建桂"]);
        // Unknown and out of reach look the same.
        for unseen in [behind(&other, code(&one[0])).await, behind(&worker, "7kmw3hq9axbtf").await, behind(&worker, "1号").await] {
            assert_eq!(unseen.code(), "not_found");
        }
        assert_eq!(worker.post("/plates", json!({"area_id": app.town.grids[0].id})).await.code(), "forbidden");
        let village = cadre.post("/plates", json!({"area_id": app.town.village.id})).await;
        assert_eq!(village.code(), "not_found");
    }

    /// Mutation: let a revoked code lead on.
    async fn a_plate_made_anew_revokes_the_old_one_once(app) {
        let (cadre, worker) = (app.signed_in(&app.town.cadre).await, app.signed_in(&app.town.worker).await);
        let old = plates(&cadre, &app, 0).await[0].clone();
        let path = format!("/plates/{}/reissue", code(&old));
        let (one, two) = tokio::join!(cadre.post(&path, json!({})), cadre.post(&path, json!({})));
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 404]);
        let new = plates(&cadre, &app, 0).await[0].clone();
        assert_ne!(code(&new), code(&old));
        assert_eq!(new["door"], old["door"]);
        assert_eq!(behind(&worker, code(&old)).await.code(), "not_found");
        behind(&worker, code(&new)).await.expect(200);
        let live = Entity::find().filter(Column::RevokedAt.is_null()).count(app.app.db.read()).await.unwrap();
        assert_eq!((live, Entity::find().count(app.app.db.read()).await.unwrap()), (5, 6));
        let gone = page(&app, code(&old), None).await;
        assert!(String::from_utf8_lossy(&gone.bytes).contains("已经不用了"));
    }

    /// Mutation: name the door or a household to everybody.
    async fn everybody_else_reads_of_which_village_it_is_and_nothing_more(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let plate = plates(&cadre, &app, 0).await[0].clone();
        let shown = page(&app, code(&plate), None).await;
        let html = String::from_utf8(shown.bytes.to_vec()).unwrap();
        assert_eq!(shown.status, 200);
        assert!(html.contains("林家排村") && !html.contains("1号") && !html.contains("陈建桂") && !html.contains("<script"), "{html}");
        assert!(html.len() < 15_000 && shown.headers["cache-control"] == "no-store");
        let unknown = page(&app, "7kmw3hq9axbtf", None).await;
        assert!(String::from_utf8_lossy(&unknown.bytes).contains("已经不用了"));
        assert_eq!(page(&app, "nothing", None).await.bytes, unknown.bytes);
        // A phone on which somebody signed in goes on to the app, which asks for itself.
        let name = app.app.cookies.refresh_name();
        let on = page(&app, code(&plate), Some(&format!("{name}=anything"))).await;
        assert_eq!((on.status.as_u16(), on.headers["location"].to_str().unwrap()), (303, format!("/plates/{}", code(&plate)).as_str()));
    }
}
