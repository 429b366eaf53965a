//! Where the target of a request lies, and what stands there.

use hujifen::accounts::entity::scope;
use hujifen::areas::{self, Area, Level};
use hujifen::awards::budget::entity as ask;
use hujifen::hundredths::Hundredths;
use hujifen::ids::{BudgetAskId, RuleSetId};
use hujifen::rules;
use hujifen::scope::Role;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::json;
use uuid::Uuid;

use super::gone;
use crate::activities::activity_id;
use crate::assembly::meeting_id;
use crate::awards::award_id;
use crate::budget::ask_id;
use crate::evidence::{photo_id, picture, upload};
use crate::inspections::inspection_id;
use crate::reports::tried;
use crate::support::TestApp;
use crate::support::town::{self, Person};

/// The columns of the table, seen from the first worker's grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    OwnGrid,
    SiblingGrid,
    SiblingVillage,
    OtherTown,
    /// In the own grid, but over: closed, ended, stopped, decided, adopted or superseded.
    Gone,
    Nowhere,
}

impl Where {
    const STANDING: [Self; 4] = [Self::OwnGrid, Self::SiblingGrid, Self::SiblingVillage, Self::OtherTown];

    pub fn heading(self) -> &'static str {
        match self {
            Self::OwnGrid => "own grid",
            Self::SiblingGrid => "sibling grid",
            Self::SiblingVillage => "sibling village",
            Self::OtherTown => "other town",
            Self::Gone => "own grid, over",
            Self::Nowhere => "nowhere",
        }
    }
}

/// One of everything that a request can name.
pub struct Place {
    pub at: Where,
    pub town: Uuid,
    pub village: Uuid,
    pub grid: Uuid,
    pub household: Uuid,
    /// Waits for review; recorded by the place's worker.
    pub waiting: Uuid,
    /// Posted; recorded by the place's worker.
    pub posted: Uuid,
    /// Of the award that waits; sent by the place's worker.
    pub photo: Uuid,
    pub rule: Uuid,
    pub deduction: Uuid,
    /// A table that is not adopted.
    pub draft: Uuid,
    /// The town's own, not issued.
    pub template: Uuid,
    /// A trial of that table.
    pub trial: Uuid,
    /// A meeting about the place's grid.
    pub assembly: Uuid,
    /// Held in the place's grid; nobody has come yet.
    pub activity: Uuid,
    /// A round over the place's grid that is walked.
    pub inspection: Uuid,
    /// What is looked at on it.
    pub item: Uuid,
    /// A village's question to its town that waits.
    pub ask: Uuid,
    pub worker: Uuid,
    pub worker_scope: Uuid,
    pub cadre: Uuid,
    pub cadre_scope: Uuid,
    pub admin: Uuid,
}

impl Place {
    /// Ids of nothing at all.
    pub fn nowhere() -> Self {
        let mut last = 0;
        let mut id = || {
            last += 1;
            uuid::Builder::from_unix_timestamp_millis(1_795_399_200_000 + last, &[9; 10]).into_uuid()
        };
        Self {
            at: Where::Nowhere,
            town: id(),
            village: id(),
            grid: id(),
            household: id(),
            waiting: id(),
            posted: id(),
            photo: id(),
            rule: id(),
            deduction: id(),
            draft: id(),
            template: id(),
            trial: id(),
            assembly: id(),
            activity: id(),
            inspection: id(),
            item: id(),
            ask: id(),
            worker: id(),
            worker_scope: id(),
            cadre: id(),
            cadre_scope: id(),
            admin: id(),
        }
    }
}

/// The places of the town, and none.
pub async fn places(app: &TestApp) -> Vec<Place> {
    let town = &app.town;
    let mut gone = gone::place(app).await;
    let mut grids = Vec::new();
    for village in [&town.village, &town.sibling, &town.far] {
        let below = areas::below(app.app.db.read(), village).await.unwrap();
        grids.extend(below.into_iter().filter(|area| area.level == Level::Grid));
    }
    let households = [town.households[0], town.households[5], town.sibling_household, town.far_household];
    let sibling_worker = town::person(&app.app, "worker3", None, &[(Role::GridWorker, &grids[2])]).await;
    let far_worker = town::person(&app.app, "worker4", None, &[(Role::GridWorker, &grids[3])]).await;
    let workers = [&town.worker, &town.other_worker, &sibling_worker, &far_worker];
    let villages = [&town.village, &town.village, &town.sibling, &town.far];
    let towns = [&town.town, &town.town, &town.town, &town.other_town];
    let mut places = Vec::new();
    for number in 0..4 {
        let (village, above) = (villages[number], towns[number]);
        let cadre = town::person(&app.app, &format!("cadre-of-{number}"), None, &[(Role::VillageCadre, village)]).await;
        let admin = town::person(&app.app, &format!("town-of-{number}"), None, &[(Role::TownAdmin, above)]).await;
        let (rule, asked) = (rule_of(app, village, "参加清扫").await, rule_of(app, village, "提出建议").await);
        let at = u32::try_from(number).unwrap() * 2;
        let draft = match places.last() {
            Some(Place { village: same, draft, .. }) if *same == village.id.0 => *draft,
            _ => town::draft(&app.app, village, town.cadre.id).await.0,
        };
        let template = match places.last() {
            Some(Place { town: same, template, .. }) if *same == above.id.0 => *template,
            _ => town::draft(&app.app, above, town.cadre.id).await.0,
        };
        let photo = sent(app, workers[number], grids[number].id.0, at).await;
        places.push(Place {
            at: Where::STANDING[number],
            town: above.id.0,
            village: village.id.0,
            grid: grids[number].id.0,
            household: households[number].0,
            posted: award(app, workers[number], at, households[number].0, rule).await,
            waiting: award_with(app, workers[number], at + 1, households[number].0, asked, &[photo]).await,
            photo,
            rule,
            deduction: rule_of(app, village, "乱倒垃圾").await,
            draft,
            template,
            trial: trial(app, &cadre, draft).await,
            assembly: assembly(app, &cadre, workers[number], &grids[number], (at, households[number].0, asked)).await,
            activity: activity(app, workers[number], grids[number].id.0, (number, rule)).await,
            inspection: inspection(app, workers[number], &grids[number], (u8::try_from(number).unwrap(), "2026-11"))
                .await,
            item: rule_of(app, village, "门前整洁").await,
            ask: asked_of_town(app, village, &cadre, (number, None)).await,
            worker: workers[number].id.0,
            worker_scope: scope_of(app, workers[number]).await,
            cadre: cadre.id.0,
            cadre_scope: scope_of(app, &cadre).await,
            admin: admin.id.0,
        });
    }
    // What was sent is never over while its award waits.
    gone.photo = places[0].photo;
    // What a meeting decided is for ever.
    gone.assembly = places[0].assembly;
    places.push(gone);
    places.push(Place::nowhere());
    places
}

/// A question of a village, which nobody answered or somebody granted.
pub async fn asked_of_town(
    app: &TestApp,
    village: &Area,
    cadre: &Person,
    (number, granted_by): (usize, Option<&Person>),
) -> Uuid {
    let id = ask_id(100 + u32::try_from(number).unwrap());
    let row = ask::ActiveModel {
        id: Set(BudgetAskId(id)),
        village_id: Set(village.id),
        village_path: Set(village.path.clone()),
        // One question a village and month waits.
        month: Set(format!("2026-{:02}", 11 - number)),
        points: Set(Hundredths::whole(5)),
        reason: Set("抗旱出工的人多".into()),
        asked_by: Set(cadre.id),
        asked_at: Set(app.app.clock.now()),
        answer: Set(granted_by.map(|_| ask::Answer::Granted)),
        answer_reason: Set(None),
        answered_by: Set(granted_by.map(|person| person.id)),
        answered_at: Set(granted_by.map(|_| app.app.clock.now())),
    };
    app.app.write(async |tx| Ok(row.insert(tx).await?)).await.unwrap();
    id
}

/// A meeting that struck out what waited.
async fn assembly(
    app: &TestApp,
    cadre: &Person,
    worker: &Person,
    grid: &Area,
    (number, household, rule): (u32, Uuid, Uuid),
) -> Uuid {
    let struck = award(app, worker, 60 + number, household, rule).await;
    let id = meeting_id(u8::try_from(number).unwrap());
    let body = json!({
        "id": id, "area_id": grid.id, "held_on": "2026-11-20", "present": [],
        "lines": [{"award_id": struck, "decision": "strike", "reason": "没有这回事"}],
    });
    app.signed_in(cadre).await.post("/assemblies", body).await.expect(201);
    id
}

/// An activity of today.
pub async fn activity(app: &TestApp, worker: &Person, grid: Uuid, (number, rule): (usize, Uuid)) -> Uuid {
    let id = activity_id(100 + u8::try_from(number).unwrap());
    let body = json!({"id": id, "area_id": grid, "rule_id": rule, "name": "清扫村道", "held_on": "2026-11-23"});
    app.signed_in(worker).await.post("/activities", body).await.expect(201);
    id
}

/// A round that a worker began.
pub async fn inspection(app: &TestApp, worker: &Person, grid: &Area, (number, month): (u8, &str)) -> Uuid {
    let id = inspection_id(number);
    let body = json!({"id": id, "area_id": grid.id, "month": month});
    app.signed_in(worker).await.post("/inspections", body).await.expect(201);
    id
}

pub async fn award(app: &TestApp, worker: &Person, number: u32, household: Uuid, rule: Uuid) -> Uuid {
    award_with(app, worker, number, household, rule, &[]).await
}

async fn award_with(app: &TestApp, worker: &Person, number: u32, household: Uuid, rule: Uuid, photos: &[Uuid]) -> Uuid {
    let id = award_id(100 + number);
    let body = json!({"id": id, "household_id": household, "rule_id": rule, "occurred_on": "2026-11-20",
        "evidence": photos});
    app.signed_in(worker).await.post("/awards", body).await.expect(201);
    id
}

/// A photo that a worker took in his grid.
async fn sent(app: &TestApp, worker: &Person, grid: Uuid, number: u32) -> Uuid {
    let id = photo_id(100 + number);
    let phone = app.signed_in(worker).await;
    assert_eq!(upload(&phone, id, grid, &picture(8, 8)).await.status, 201);
    id
}

/// A trial of a table, done.
pub async fn trial(app: &TestApp, cadre: &Person, set: Uuid) -> Uuid {
    let cadre = app.signed_in(cadre).await;
    tried(&cadre, RuleSetId(set), json!({"months": 1})).await["id"].as_str().unwrap().parse().unwrap()
}

async fn rule_of(app: &TestApp, village: &Area, name: &str) -> Uuid {
    let sets = rules::sets(app.app.db.read(), village.id).await.unwrap();
    let rules = rules::rules_of(app.app.db.read(), sets.last().unwrap().id).await.unwrap();
    rules.into_iter().find(|rule| rule.name == name).unwrap().id.0
}

pub async fn scope_of(app: &TestApp, person: &Person) -> Uuid {
    let query = scope::Entity::find().filter(scope::Column::AccountId.eq(person.id));
    query.one(app.app.db.read()).await.unwrap().unwrap().id.0
}
