//! The book that is measured: ten villages, a thousand households each, a million entries.

use std::path::{Path, PathBuf};

use chrono::{Days, NaiveDate};
use hujifen::app::App;
use hujifen::areas::{self, Area, AreaName};
use hujifen::auth::Cookies;
use hujifen::clock::{Clock, Millis, day_of};
use hujifen::db::Db;
use hujifen::evidence::Album;
use hujifen::households::{self, entity as household};
use hujifen::hundredths::Hundredths;
use hujifen::ids::{AreaId, HouseholdId, RuleId, RuleSetId};
use hujifen::keys::Keys;
use hujifen::ledger::Chain;
use hujifen::rules;
use hujifen::rules::terms::{Cap, Window};
use hujifen::scope::Role;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait as _;

use crate::bare::{Bare, Durability};
use crate::town::{self, Person};

pub const VILLAGES: usize = 10;
pub const HOUSEHOLDS: usize = 1_000;
pub const ENTRIES: usize = 1_000_000;
/// Days over which the entries are spread, up to today.
const DAYS: u64 = 360;
/// Awards of one transaction while filling.
const FILLED_AT_ONCE: usize = 20_000;
const DAY_MILLIS: Millis = 24 * 3600 * 1000;

/// A village: one grid, one cadre who records, one rule with a cap that nobody reaches.
pub struct Village {
    pub id: AreaId,
    pub grid_path: String,
    pub households: Vec<HouseholdId>,
    pub cadre: Person,
    pub rule_set: RuleSetId,
    pub rule: RuleId,
}

/// A day and what the book calls it.
pub struct Day {
    pub on: NaiveDate,
    pub text: String,
    pub month: String,
    pub year: String,
}

/// A good deed of a household; recorded now when it has no time.
pub struct Deed<'v> {
    pub village: usize,
    pub household: HouseholdId,
    pub day: &'v Day,
    pub at: Option<Millis>,
}

/// The county, and the two copies of its book.
pub struct County {
    pub villages: Vec<Village>,
    /// The last is today.
    pub days: Vec<Day>,
    pub chain: Chain,
    /// Data folder of the house.
    pub ours: PathBuf,
    /// The bare loop's database.
    pub bare: PathBuf,
}

impl County {
    /// Builds and fills it.
    pub async fn prepare(folder: &Path) -> Self {
        let (ours, bare) = (folder.join("ours"), folder.join("bare.db"));
        let clock = Clock::system();
        let keys = Keys::open(&ours.join("keys"), &clock).unwrap();
        let chain = Chain::new(&keys.chain);
        let db = open(&ours.join("hujifen.db")).await;
        let app = App::new(db, clock.clone(), keys, Album::of(&ours), Cookies::Fenced);
        let villages = build(&app).await;
        app.db.close().await.unwrap();
        let county = Self { villages, days: days(clock.today()), chain, ours, bare };
        let file = county.ours.join("hujifen.db");
        let filling = Bare::open(&file, county.chain.clone(), Durability::None);
        filling.write(&county.villages, county.past(&clock), FILLED_AT_ONCE);
        drop(filling);
        std::fs::copy(&file, &county.bare).unwrap();
        for file in [&file, &county.bare] {
            std::fs::File::open(file).unwrap().sync_all().unwrap();
        }
        county
    }

    /// Deeds of the year behind us, in the order in which they were recorded.
    fn past<'c>(&'c self, clock: &Clock) -> impl Iterator<Item = Deed<'c>> {
        let begun = clock.now() - DAYS.cast_signed() * DAY_MILLIS;
        let step = (clock.now() - begun) / ENTRIES as Millis;
        let first = day_of(begun);
        (0..ENTRIES as Millis).zip(self.today()).map(move |(number, deed)| {
            let at = begun + number * step;
            let day = day_of(at).signed_duration_since(first).num_days();
            Deed { at: Some(at), day: &self.days[usize::try_from(day).unwrap()], ..deed }
        })
    }

    /// Deeds of today without end, of households drawn by lot.
    pub fn today(&self) -> impl Iterator<Item = Deed<'_>> {
        let mut chance = StdRng::seed_from_u64(5);
        let day = self.days.last().unwrap();
        std::iter::repeat_with(move || {
            let village = chance.random_range(0..VILLAGES);
            let household = self.villages[village].households[chance.random_range(0..HOUSEHOLDS)];
            Deed { village, household, day, at: None }
        })
    }

    /// Reads both books again, every link and every sum.
    pub async fn verify(&self) -> [u64; 2] {
        let read = |file: PathBuf| {
            let chain = self.chain.clone();
            tokio::spawn(async move {
                let db = open(&file).await;
                let read = hujifen::ledger::verify::verify(db.read(), &chain).await.unwrap().unwrap();
                let awards = hujifen::awards::verify::verify(db.read()).await.unwrap().unwrap();
                assert_eq!(read.entries, awards, "every award of the benchmark is posted");
                db.close().await.unwrap();
                read.entries
            })
        };
        let (ours, bare) = (read(self.ours.join("hujifen.db")), read(self.bare.clone()));
        [ours.await.unwrap(), bare.await.unwrap()]
    }
}

async fn open(file: &Path) -> Db {
    Db::open(&format!("sqlite://{}", file.display())).await.unwrap()
}

fn days(today: NaiveDate) -> Vec<Day> {
    let day = |ago| {
        let on = today - Days::new(ago);
        Day { on, text: on.to_string(), month: Window::Month.of(on), year: Window::Year.of(on) }
    };
    (0..=DAYS).rev().map(day).collect()
}

async fn build(app: &App) -> Vec<Village> {
    let county = area(app, None, "示范县").await;
    let town = area(app, Some(&county), "示范镇").await;
    let first_day = app.clock.today() - Days::new(DAYS + 30);
    let mut villages = Vec::new();
    for number in 0..VILLAGES {
        let village = area(app, Some(&town), &format!("{number} 村")).await;
        let grid = area(app, Some(&village), "一组").await;
        let cadre = town::person(app, &format!("cadre{number}"), None, &[(Role::VillageCadre, &village)]).await;
        let mut rule = town::table().swap_remove(0);
        rule.terms.cap = Some(Cap { units: Hundredths::whole(1_000_000), window: Window::Year });
        let rule_set = town::adopt_table(app, &village, cadre.id, vec![rule], first_day).await;
        let rule = rules::rules_of(app.db.read(), rule_set).await.unwrap()[0].id;
        let households = settle(app, &village, &grid).await;
        villages.push(Village { id: village.id, grid_path: grid.path, households, cadre, rule_set, rule });
    }
    villages
}

async fn area(app: &App, parent: Option<&Area>, name: &str) -> Area {
    let name = AreaName::parse(name).unwrap();
    app.write(async |tx| areas::insert(tx, &app.clock, parent, name).await).await.unwrap()
}

async fn settle(app: &App, village: &Area, grid: &Area) -> Vec<HouseholdId> {
    let now = app.clock.now();
    let ids: Vec<HouseholdId> = (0..HOUSEHOLDS).map(|_| HouseholdId(app.clock.new_id())).collect();
    let row = |(door, id): (i32, &HouseholdId)| household::ActiveModel {
        id: Set(*id),
        village_id: Set(village.id),
        grid_id: Set(grid.id),
        grid_path: Set(grid.path.clone()),
        code: Set(format!("C{door:04}")),
        name: Set("陈建桂".into()),
        alias: Set(None),
        size: Set(4),
        status: Set(households::Status::Resident),
        door: Set(Some(format!("{door}号"))),
        door_order: Set(door),
        address: Set(None),
        phone_cipher: Set(None),
        tags: Set(households::Tags::default()),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let rows: Vec<_> = (1..).zip(&ids).map(row).collect();
    let insert = household::Entity::insert_many(rows);
    app.write(async |tx| Ok(insert.exec_without_returning(tx).await?)).await.unwrap();
    ids
}
