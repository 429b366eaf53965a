//! Who may do what to whose account, tried out on a database.

use std::sync::Arc;

use chrono::Days;
use sea_orm::EntityTrait as _;
use sea_orm::PaginatorTrait as _;
use tempfile::TempDir;

use super::administration::{self, AccountChange, NewAccount, NewScope, SCOPE_HELD, USERNAME_TAKEN};
use super::reach::{BEYOND_REACH, OWN_ACCOUNT};
use super::{Account, FirstAccount, PersonName, Username, create_first, entity, people, sessions};
use crate::areas::{self, Area, AreaName};
use crate::audit;
use crate::auth::Tokens;
use crate::clock::Clock;
use crate::db::Db;
use crate::error::{INVALID, NOT_FOUND, Refusal, Result};
use crate::ids::{AccountId, AreaId, HouseholdId};
use crate::scope::{ManageAccounts, May, Role};

/// A county with two towns; Longtang town has two villages, each with a grid.
struct House {
    _folder: TempDir,
    db: Db,
    clock: Clock,
    areas: Vec<Area>,
}

const COUNTY: usize = 0;
const TOWN: usize = 1;
const VILLAGE: usize = 2;
const GRID: usize = 3;
const SIBLING: usize = 4;
const SIBLING_GRID: usize = 5;
const OTHER_TOWN: usize = 6;

impl House {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(&format!("sqlite://{}", folder.path().join("book.db").display())).await.unwrap();
        let clock = Clock::system();
        let tx = db.begin().await.unwrap();
        let mut areas: Vec<Area> = Vec::new();
        let tree = [
            ("示范县", None),
            ("龙塘镇", Some(0)),
            ("林家排村", Some(1)),
            ("一组", Some(2)),
            ("满塘村", Some(1)),
            ("一组", Some(4)),
            ("水尾镇", Some(0)),
        ];
        for (name, parent) in tree {
            let name = AreaName::parse(name).unwrap();
            let parent = parent.map(|at: usize| areas[at].clone());
            areas.push(areas::insert(&tx, &clock, parent.as_ref(), name).await.unwrap());
        }
        tx.commit().await.unwrap();
        Self { _folder: folder, db, clock, areas }
    }

    fn area(&self, at: usize) -> AreaId {
        self.areas[at].id
    }

    /// A person made by the command line, with one role.
    async fn person(&self, username: &str, role: Role, at: usize) -> Account {
        let mut area = vec![&self.areas[at]];
        while let Some(parent) = area[0].parent_id {
            area.insert(0, self.areas.iter().find(|area| area.id == parent).unwrap());
        }
        let new = FirstAccount {
            username: Username::parse(username).unwrap(),
            name: PersonName::parse(username).unwrap(),
            household_id: None,
            role,
            area: area.iter().map(|area| AreaName::parse(&area.name).unwrap()).collect(),
            must_change_password: false,
        };
        let tx = self.db.begin().await.unwrap();
        let account = create_first(&tx, &self.clock, "hash".to_owned(), new).await.unwrap();
        tx.commit().await.unwrap();
        account
    }

    /// Signs an account in, and asks what it may manage.
    async fn manager(&self, account: &Account) -> May<ManageAccounts> {
        self.write(async |tx| {
            let signed_in = sessions::begin(tx, &self.clock, &Tokens::new(&[1; 32]), account).await?;
            let identity = sessions::identity(tx, signed_in.session_id, self.clock.now()).await?.unwrap();
            Arc::new(identity).may(self.clock.today())
        })
        .await
        .unwrap()
    }

    async fn write<T>(&self, work: impl AsyncFnOnce(&crate::db::Tx) -> Result<T>) -> Result<T> {
        let tx = self.db.begin().await?;
        let done = work(&tx).await?;
        tx.commit().await?;
        Ok(done)
    }

    fn scope(&self, role: Role, at: usize) -> NewScope {
        NewScope::parse("", role, self.area(at), (None, None), self.clock.today()).unwrap()
    }

    async fn create(&self, may: &May<ManageAccounts>, username: &str, role: Role, at: usize) -> Result<AccountId> {
        let new = NewAccount {
            username: Username::parse(username)?,
            name: PersonName::parse(username)?,
            household_id: None,
            scope: self.scope(role, at),
        };
        let made = self.write(async |tx| administration::create(tx, &self.clock, may, new, "hash".to_owned()).await);
        made.await.map(|person| person.account.id)
    }

    async fn reset(&self, may: &May<ManageAccounts>, id: AccountId) -> Result<()> {
        self.write(async |tx| {
            administration::reset_password(tx, &self.clock, may, id, "reset".to_owned()).await.map(drop)
        })
        .await
    }

    async fn give(&self, may: &May<ManageAccounts>, id: AccountId, role: Role, at: usize) -> Result<()> {
        let new = self.scope(role, at);
        self.write(async |tx| administration::add_scope(tx, &self.clock, may, id, new).await).await.map(drop)
    }

    /// Every row that an attempt could have changed.
    async fn everything(&self) -> (Vec<Account>, Vec<entity::scope::Model>, u64) {
        let db = self.db.read();
        let accounts = entity::account::Entity::find().all(db).await.unwrap();
        let scopes = entity::scope::Entity::find().all(db).await.unwrap();
        (accounts, scopes, audit::Entity::find().count(db).await.unwrap())
    }
}

fn refusal<T: std::fmt::Debug>(result: Result<T>) -> Refusal {
    result.unwrap_err().refusal()
}

/// Mutation: let `grantable_area` accept any role.
#[tokio::test]
async fn nobody_gives_a_role_he_does_not_answer_for() {
    let house = House::open().await;
    let county = house.manager(&house.person("county", Role::CountyAdmin, COUNTY).await).await;
    let town = house.manager(&house.person("town", Role::TownAdmin, TOWN).await).await;
    let cadre = house.manager(&house.person("cadre", Role::VillageCadre, VILLAGE).await).await;
    for (may, role, at, answer) in [
        (&county, Role::TownAdmin, TOWN, None),
        (&county, Role::CountyAdmin, COUNTY, Some(BEYOND_REACH)),
        (&county, Role::VillageCadre, VILLAGE, Some(BEYOND_REACH)),
        (&county, Role::TownAdmin, VILLAGE, Some(INVALID)),
        (&town, Role::VillageCadre, VILLAGE, None),
        (&town, Role::Supervisor, SIBLING, None),
        (&town, Role::TownAdmin, TOWN, Some(BEYOND_REACH)),
        (&town, Role::CountyAdmin, COUNTY, Some(NOT_FOUND)),
        (&town, Role::GridWorker, GRID, Some(BEYOND_REACH)),
        (&town, Role::VillageCadre, GRID, Some(INVALID)),
        (&town, Role::VillageCadre, OTHER_TOWN, Some(NOT_FOUND)),
        (&cadre, Role::GridWorker, GRID, None),
        (&cadre, Role::GridWorker, VILLAGE, None),
        (&cadre, Role::PanelMember, VILLAGE, None),
        (&cadre, Role::PanelMember, GRID, Some(INVALID)),
        (&cadre, Role::VillageCadre, VILLAGE, Some(BEYOND_REACH)),
        (&cadre, Role::Supervisor, VILLAGE, Some(BEYOND_REACH)),
        (&cadre, Role::TownAdmin, VILLAGE, Some(BEYOND_REACH)),
        (&cadre, Role::GridWorker, SIBLING_GRID, Some(NOT_FOUND)),
        (&cadre, Role::TownAdmin, TOWN, Some(NOT_FOUND)),
    ] {
        let before = house.everything().await;
        let username = format!("n{:x}", house.clock.new_id().as_u128() & 0xffff_ffff);
        let made = house.create(may, &username, role, at).await;
        assert_eq!(made.as_ref().err().map(crate::error::Error::refusal), answer, "{role:?} at {at}: {made:?}");
        assert_eq!(house.everything().await == before, answer.is_some(), "{role:?} at {at}");
    }
}

/// Mutation: in `managed`, let `any` stand for `all`.
#[tokio::test]
async fn an_account_with_something_higher_cannot_be_taken_over() {
    let house = House::open().await;
    let cadre_account = house.person("cadre", Role::VillageCadre, VILLAGE).await;
    let cadre = house.manager(&cadre_account).await;
    let town = house.manager(&house.person("town", Role::TownAdmin, TOWN).await).await;
    let colleague = house.person("colleague", Role::VillageCadre, VILLAGE).await.id;
    let supervisor = house.person("supervisor", Role::Supervisor, VILLAGE).await.id;
    let far_worker = house.person("far", Role::GridWorker, SIBLING_GRID).await.id;
    let worker = house.create(&cadre, "worker", Role::GridWorker, GRID).await.unwrap();
    assert_eq!(refusal(house.reset(&cadre, colleague).await), BEYOND_REACH);
    assert_eq!(refusal(house.reset(&cadre, supervisor).await), BEYOND_REACH);
    assert_eq!(refusal(house.reset(&cadre, far_worker).await), NOT_FOUND);
    assert_eq!(refusal(house.reset(&cadre, AccountId(house.clock.new_id())).await), NOT_FOUND);
    assert_eq!(refusal(house.reset(&cadre, cadre_account.id).await), OWN_ACCOUNT);
    assert_eq!(refusal(house.give(&cadre, cadre_account.id, Role::GridWorker, GRID).await), OWN_ACCOUNT);
    assert_eq!(refusal(house.give(&cadre, worker, Role::VillageCadre, VILLAGE).await), BEYOND_REACH);
    assert_eq!(refusal(house.give(&cadre, worker, Role::TownAdmin, TOWN).await), NOT_FOUND);
    house.reset(&cadre, worker).await.unwrap();
    // From the day it is decided that a worker will be a cadre, his password is the town's affair.
    let tomorrow = house.clock.today() + Days::new(1);
    let future =
        NewScope::parse("", Role::Supervisor, house.area(SIBLING), (Some(tomorrow), None), house.clock.today());
    let future = future.unwrap();
    house.write(async |tx| administration::give(tx, &house.clock, worker, &future).await).await.unwrap();
    assert_eq!(refusal(house.reset(&cadre, worker).await), BEYOND_REACH);
    let stop = AccountChange { disabled: Some(true), ..AccountChange::default() };
    let stopped = house.write(async |tx| administration::change(tx, &house.clock, &cadre, worker, stop).await);
    assert_eq!(refusal(stopped.await), BEYOND_REACH);
    house.reset(&town, worker).await.unwrap();
}

#[tokio::test]
async fn a_town_seats_its_cadre_on_the_panel_and_still_answers_for_him() {
    let house = House::open().await;
    let town = house.manager(&house.person("town", Role::TownAdmin, TOWN).await).await;
    let cadre = house.create(&town, "cadre", Role::VillageCadre, VILLAGE).await.unwrap();
    house.give(&town, cadre, Role::PanelMember, VILLAGE).await.unwrap();
    assert_eq!(refusal(house.give(&town, cadre, Role::PanelMember, VILLAGE).await), SCOPE_HELD);
    house.reset(&town, cadre).await.unwrap();
    let worker = house.person("worker", Role::GridWorker, GRID).await.id;
    assert_eq!(refusal(house.give(&town, worker, Role::VillageCadre, VILLAGE).await), BEYOND_REACH);
    assert_eq!(refusal(house.give(&town, worker, Role::PanelMember, VILLAGE).await), BEYOND_REACH);
}

#[tokio::test]
async fn what_is_taken_away_is_gone_with_the_next_request() {
    let house = House::open().await;
    let cadre = house.manager(&house.person("cadre", Role::VillageCadre, VILLAGE).await).await;
    let worker = house.person("worker", Role::GridWorker, GRID).await;
    let tokens = Tokens::new(&[1; 32]);
    let signed_in = house.write(async |tx| sessions::begin(tx, &house.clock, &tokens, &worker).await).await.unwrap();
    let seen = async || sessions::identity(house.db.read(), signed_in.session_id, house.clock.now()).await.unwrap();
    let scope = seen().await.unwrap().scopes[0].id;
    house.write(async |tx| administration::end_scope(tx, &house.clock, &cadre, worker.id, scope).await).await.unwrap();
    assert!(seen().await.unwrap().scopes.iter().all(|scope| !scope.holds_on(house.clock.today())));
    assert!(people::own(house.db.read(), worker.id, house.clock.today()).await.unwrap().scopes.is_empty());
    let before = house.everything().await;
    house.write(async |tx| administration::end_scope(tx, &house.clock, &cadre, worker.id, scope).await).await.unwrap();
    assert_eq!(house.everything().await, before, "ending twice changes nothing");
    // He answered for the worker, so he can take him back, and stop him.
    house.give(&cadre, worker.id, Role::PanelMember, VILLAGE).await.unwrap();
    let stop = AccountChange { disabled: Some(true), ..AccountChange::default() };
    house.write(async |tx| administration::change(tx, &house.clock, &cadre, worker.id, stop).await).await.unwrap();
    assert!(seen().await.is_none());
}

#[tokio::test]
async fn a_reset_password_ends_every_sign_in_and_must_be_changed() {
    let house = House::open().await;
    let cadre = house.manager(&house.person("cadre", Role::VillageCadre, VILLAGE).await).await;
    let worker = house.person("worker", Role::GridWorker, GRID).await;
    let tokens = Tokens::new(&[1; 32]);
    let signed_in = house.write(async |tx| sessions::begin(tx, &house.clock, &tokens, &worker).await).await.unwrap();
    house.reset(&cadre, worker.id).await.unwrap();
    let gone = sessions::identity(house.db.read(), signed_in.session_id, house.clock.now()).await.unwrap();
    assert!(gone.is_none());
    let account = super::password::current(house.db.read(), worker.id).await.unwrap();
    assert_eq!((account.password_hash.as_str(), account.must_change_password), ("reset", true));
}

#[tokio::test]
async fn a_manager_sees_his_own_areas_and_of_a_person_only_what_concerns_him() {
    let house = House::open().await;
    let cadre = house.manager(&house.person("cadre", Role::VillageCadre, VILLAGE).await).await;
    let both = house.person("both", Role::GridWorker, GRID).await.id;
    let elsewhere = house.scope(Role::GridWorker, SIBLING_GRID);
    house.write(async |tx| administration::give(tx, &house.clock, both, &elsewhere).await).await.unwrap();
    house.person("far", Role::GridWorker, SIBLING_GRID).await;
    house.person("town", Role::TownAdmin, TOWN).await;
    let db = house.db.read();
    let listed = people::list(db, &cadre, None, None, 50).await.unwrap();
    assert_eq!(listed.iter().map(|account| account.username.as_str()).collect::<Vec<_>>(), ["both", "cadre"]);
    let next = people::list(db, &cadre, None, Some("both".to_owned()), 50).await.unwrap();
    assert_eq!(next.len(), 1);
    let below_grid = people::list(db, &cadre, Some(&house.areas[GRID]), None, 50).await.unwrap();
    assert_eq!(below_grid.len(), 1);
    let person = people::persons(db, below_grid).await.unwrap().remove(0).as_seen_by(&cadre);
    assert_eq!(person.scopes.len(), 1);
    assert_eq!(person.scopes[0].village.as_ref().map(|village| village.id), Some(house.area(VILLAGE)));
    assert_eq!(refusal(house.reset(&cadre, both).await), BEYOND_REACH);
}

#[tokio::test]
async fn a_sign_in_name_is_taken_once_however_it_is_written() {
    let house = House::open().await;
    let cadre = house.manager(&house.person("cadre", Role::VillageCadre, VILLAGE).await).await;
    house.create(&cadre, "Chen.Gui", Role::GridWorker, GRID).await.unwrap();
    let again = house.create(&cadre, " ｃｈｅｎ.ＧＵＩ ", Role::GridWorker, GRID).await;
    assert_eq!(refusal(again), USERNAME_TAKEN);
    for wrong in ["a", "with blank", "a/b", "сadre", &"x".repeat(33)] {
        assert_eq!(refusal(Username::parse(wrong)), INVALID, "{wrong}");
    }
    assert_eq!(Username::parse("陈桂娟").unwrap().as_str(), "陈桂娟");
}

#[tokio::test]
async fn an_own_household_must_lie_in_reach() {
    let house = House::open().await;
    let cadre = house.manager(&house.person("cadre", Role::VillageCadre, VILLAGE).await).await;
    let worker = house.person("worker", Role::GridWorker, GRID).await.id;
    let unknown =
        AccountChange { household_id: Some(Some(HouseholdId(house.clock.new_id()))), ..AccountChange::default() };
    let changed = house.write(async |tx| administration::change(tx, &house.clock, &cadre, worker, unknown).await);
    assert_eq!(refusal(changed.await), NOT_FOUND);
}

#[tokio::test]
async fn every_change_is_audited_once_and_none_is_not() {
    let house = House::open().await;
    let cadre = house.manager(&house.person("cadre", Role::VillageCadre, VILLAGE).await).await;
    let count = async || house.everything().await.2;
    let before = count().await;
    let worker = house.create(&cadre, "worker", Role::GridWorker, GRID).await.unwrap();
    house.give(&cadre, worker, Role::PanelMember, VILLAGE).await.unwrap();
    house.reset(&cadre, worker).await.unwrap();
    assert_eq!(count().await, before + 3);
    let same = AccountChange {
        name: Some(PersonName::parse("worker").unwrap()),
        disabled: Some(false),
        household_id: Some(None),
    };
    house.write(async |tx| administration::change(tx, &house.clock, &cadre, worker, same).await).await.unwrap();
    assert_eq!(count().await, before + 3);
}

#[tokio::test]
async fn the_first_administrator_brings_the_county_and_nobody_else_does() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&format!("sqlite://{}", folder.path().join("book.db").display())).await.unwrap();
    let clock = Clock::system();
    let first = |username: &str, role, area: &[&str]| FirstAccount {
        username: Username::parse(username).unwrap(),
        name: PersonName::parse(username).unwrap(),
        household_id: None,
        role,
        area: area.iter().map(|name| AreaName::parse(name).unwrap()).collect(),
        must_change_password: true,
    };
    for (new, answer) in [
        (first("town", Role::TownAdmin, &["示范县"]), Some(INVALID)),
        (first("county", Role::CountyAdmin, &["示范县"]), None),
        (first("typo", Role::CountyAdmin, &["示范区"]), Some(INVALID)),
        (first("second", Role::CountyAdmin, &["示范县"]), None),
        (first("second", Role::CountyAdmin, &["示范县"]), Some(USERNAME_TAKEN)),
        (first("cadre", Role::VillageCadre, &["示范县"]), Some(INVALID)),
    ] {
        let tx = db.begin().await.unwrap();
        let made = create_first(&tx, &clock, "hash".to_owned(), new.clone()).await;
        assert_eq!(made.as_ref().err().map(crate::error::Error::refusal), answer, "{new:?}");
        if made.is_ok() {
            tx.commit().await.unwrap();
        }
    }
}
