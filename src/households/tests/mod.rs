//! The room against a real database: who finds whom, what is written, and which index is walked.

mod finding;
mod plans;
mod writing;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use uuid::Uuid;

use super::*;
use crate::areas::AreaName;
use crate::clock::Millis;
use crate::db::Db;
use crate::ids::{AccountId, ScopeId, SessionId};
use crate::scope::{Identity, ImportHouseholds, Role, Scope};

/// 2026-11-23 08:00 in the villages.
const NOW: Millis = 1_795_392_000_000;

const SURNAMES: [&str; 12] = ["罗", "黄", "段", "邓", "杨", "吴", "萧", "陈", "欧阳", "邝", "曾", "曹"];
const GIVEN: [&str; 13] =
    ["祥满", "国祥", "金", "华英", "昌梅", "昌", "华善", "和建", "平", "桂福", "志德", "生国", "建桂"];

/// A county of two towns with two villages of three grids each.
struct County {
    db: Db,
    clock: Clock,
    keys: Keys,
    top: Area,
    villages: Vec<Village>,
    _folder: tempfile::TempDir,
}

struct Village {
    area: Area,
    grids: Vec<Area>,
}

fn clock() -> Clock {
    let drawn = AtomicU64::new(1);
    Clock::new(
        || NOW,
        move |bytes| {
            let number = drawn.fetch_add(1, Ordering::Relaxed).to_be_bytes();
            for (at, byte) in bytes.iter_mut().rev().enumerate() {
                *byte = number.iter().rev().nth(at).copied().unwrap_or(0);
            }
        },
    )
}

async fn county() -> County {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&format!("sqlite://{}", folder.path().join("book.db").display())).await.unwrap();
    let clock = clock();
    let tx = db.begin().await.unwrap();
    let area = async |above: Option<&Area>, name: &str| {
        areas::insert(&tx, &clock, above, AreaName::parse(name).unwrap()).await.unwrap()
    };
    let top = area(None, "嘉禾县").await;
    let mut villages = Vec::new();
    for town in ["东乡镇", "西乡镇"] {
        let town = area(Some(&top), town).await;
        for village in ["林家排村", "满塘村"] {
            let village = area(Some(&town), village).await;
            let mut grids = Vec::new();
            for grid in ["一组", "二组", "三组"] {
                grids.push(area(Some(&village), grid).await);
            }
            villages.push(Village { area: village, grids });
        }
    }
    tx.commit().await.unwrap();
    let keys = Keys::ephemeral(&clock);
    County { db, clock, keys, top, villages, _folder: folder }
}

impl County {
    /// A roster of households whose names, doors and grids differ as they do in a village.
    fn roster(&self, village: usize, households: usize) -> Vec<NewHousehold> {
        let grids = &self.villages[village].grids;
        let row = |number: usize| Draft {
            grid_id: Some(grids[number / 5 % grids.len()].id),
            code: Some(format!("{}{number:04}", ["LJP", "MT", "XG", "SW"][village])),
            name: Some(format!("{}{}", SURNAMES[number % SURNAMES.len()], GIVEN[number % GIVEN.len()])),
            size: Some((number % 8 + 1) as i64),
            door: (number % 10 != 9).then(|| format!("{}号", number * 31 % 97 + 1)),
            phone: number.is_multiple_of(3).then(|| format!("132{number:08}")),
            tags: Some(if number.is_multiple_of(5) { vec!["低保户".into(), "党员户".into()] } else { vec![] }),
            ..Draft::default()
        };
        (1..=households).map(|number| NewHousehold::parse(row(number)).unwrap()).collect()
    }

    async fn bring_in(&self, village: usize, rows: Vec<NewHousehold>) -> Brought {
        let tx = self.db.begin().await.unwrap();
        let village = &self.villages[village].area;
        let may = may::<ImportHouseholds>(Role::VillageCadre, &[village]);
        let brought = bring_in(&tx, &self.clock, &self.keys, &may, village, rows).await.unwrap();
        tx.commit().await.unwrap();
        brought
    }

    async fn of_code(&self, code: &str) -> Household {
        let query = entity::Entity::find().filter(entity::Column::Code.eq(code));
        query.one(self.db.read()).await.unwrap().unwrap()
    }

    async fn audited(&self, action: &str) -> Vec<audit::Model> {
        let query = audit::Entity::find().filter(audit::Column::Action.eq(action));
        query.all(self.db.read()).await.unwrap()
    }

    async fn terms(&self) -> u64 {
        entity::term::Entity::find().count(self.db.read()).await.unwrap()
    }

    async fn create(&self, may: &May<EditHouseholds>, draft: Draft) -> Result<Household> {
        let tx = self.db.begin().await.unwrap();
        let made = create(&tx, &self.clock, &self.keys, may, NewHousehold::parse(draft)?).await?;
        tx.commit().await.unwrap();
        Ok(made)
    }

    async fn update(&self, may: &May<EditHouseholds>, id: HouseholdId, draft: Draft) -> Result<Household> {
        let tx = self.db.begin().await.unwrap();
        let changed = update(&tx, &self.clock, &self.keys, may, id, HouseholdChange::parse(draft)?).await?;
        tx.commit().await.unwrap();
        Ok(changed)
    }
}

/// Somebody who holds one role over some areas.
fn may<V: Verb>(role: Role, areas: &[&Area]) -> May<V> {
    let scope = |area: &&Area| Scope {
        id: ScopeId(Uuid::nil()),
        role,
        area_id: area.id,
        path: area.path.clone(),
        begins_on: "2026-01-01".parse().unwrap(),
        ends_on: None,
    };
    let identity = Identity {
        account_id: AccountId(Uuid::from_u128(7)),
        session_id: SessionId(Uuid::nil()),
        username: "person".into(),
        name: "某人".into(),
        household_id: None,
        must_change_password: false,
        scopes: areas.iter().map(scope).collect(),
        expires_at: NOW,
    };
    Arc::new(identity).may("2026-11-23".parse().unwrap()).unwrap()
}

fn draft(grid: &Area, code: &str, name: &str) -> Draft {
    Draft {
        grid_id: Some(grid.id),
        code: Some(code.into()),
        name: Some(name.into()),
        size: Some(3),
        ..Draft::default()
    }
}
