//! The demonstration town, a small part of it.

use hujifen::accounts::{self, Hashing, NewPassword};
use hujifen::areas::{self, AreaName};
use hujifen::audit;
use hujifen::awards;
use hujifen::awards::entity::{Column, Entity, Status, step};
use hujifen::awards::warnings::entity as warnings;
use hujifen::clock::{Clock, Millis, day_of};
use hujifen::db::Db;
use hujifen::demo::{self, Ground, OTHER_DATA, Password, SHOWN, Size, VILLAGES};
use hujifen::households::entity as household;
use hujifen::keys::Keys;
use hujifen::ledger::entity::entry;
use hujifen::ledger::{self, Chain};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _};

use crate::support::postgres;

const SMALL: Size = Size { villages: VILLAGES.split_at(4).1.split_at(2).0, households: 200 };

/// 2026-11-04 08:10 in the villages: the first grids are on their monthly round.
const ON_THE_ROUND: Millis = 1_793_751_000_000;

struct Town {
    db: Db,
    clock: Clock,
    keys: Keys,
    hashing: Hashing,
    _folder: tempfile::TempDir,
}

impl Town {
    async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("book.db").display());
        Self::at(&url, folder).await
    }

    async fn at(url: &str, folder: tempfile::TempDir) -> Self {
        let clock = Clock::system().under(|| ON_THE_ROUND);
        let keys = Keys::ephemeral(&clock);
        Self { db: Db::open(url).await.unwrap(), clock, keys, hashing: Hashing::default(), _folder: folder }
    }

    async fn open(&self, chosen: Option<&str>) -> hujifen::error::Result<Password> {
        let Self { db, clock, keys, hashing, .. } = self;
        let chosen = chosen.map(|password| NewPassword::parse("password", password).unwrap());
        demo::open(&Ground { db, clock, keys, hashing }, chosen, &SMALL, |_| {}).await
    }

    async fn sign_in(&self, username: &str, password: &str) -> bool {
        let account = accounts::sessions::candidate(self.db.read(), username).await.unwrap().unwrap();
        !account.must_change_password
            && self.hashing.verify(password.to_owned(), Some(account.password_hash)).await.unwrap()
    }

    async fn count(&self, status: Status) -> u64 {
        Entity::find().filter(Column::Status.eq(status)).count(self.db.read()).await.unwrap()
    }

    async fn verify(&self) {
        let book = ledger::verify::verify(self.db.read(), &Chain::new(&self.keys.chain)).await.unwrap().unwrap();
        assert_eq!(book.villages, 2);
        let awards = awards::verify::verify(self.db.read()).await.unwrap().unwrap();
        assert!(awards > 1000 && book.entries > 900, "{awards} awards, {} entries", book.entries);
    }
}

/// Mutation: give a worker a home in his own grid, or let the town's clock move past the real one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_start_builds_a_town_that_holds_together() {
    let town = Town::on_sqlite().await;
    let Password::Made(password) = town.open(None).await.unwrap() else { panic!("a password was made") };
    town.verify().await;
    for (username, _) in SHOWN {
        assert!(town.sign_in(username, &password).await, "{username}");
    }

    let households = household::Entity::find().all(town.db.read()).await.unwrap();
    assert_eq!(households.len(), 200);
    let worker = accounts::sessions::candidate(town.db.read(), "worker").await.unwrap().unwrap();
    let home = households.iter().find(|household| Some(household.id) == worker.household_id).unwrap();
    let home_grid = areas::of_found_rows(town.db.read(), [home.grid_id]).await.unwrap()[&home.grid_id].clone();
    assert_eq!(home_grid.name, "二组");
    let names = ["示范县", "示范镇", "林家排村", "一组"].map(|name| AreaName::parse(name).unwrap());
    let grid = areas::by_names_for_the_operator(town.db.read(), &names).await.unwrap().unwrap();
    assert!(households.iter().filter(|household| household.grid_id == grid.id).count() >= 40);
    assert!(households.iter().any(|household| household.alias.is_some()));

    for status in [Status::Submitted, Status::Returned, Status::Rejected, Status::Reversed] {
        assert!(town.count(status).await > 0, "none is {status:?}");
    }
    let warned = warnings::Entity::find().all(town.db.read()).await.unwrap();
    for outcome in [None, Some(warnings::Outcome::PutRight), Some(warnings::Outcome::Proposed)] {
        assert!(warned.iter().any(|one| one.outcome == outcome), "none is {outcome:?}");
    }
    let told = warnings::notice::Entity::find().count(town.db.read()).await.unwrap();
    let deducted = Entity::find().filter(Column::Status.eq(Status::Posted)).filter(Column::Points.lt(0));
    assert!(0 < told && told < deducted.count(town.db.read()).await.unwrap(), "{told} were told");
    let last = entry::Entity::find().order_by_desc(entry::Column::RecordedAt).one(town.db.read()).await.unwrap();
    let last = last.unwrap().recorded_at;
    assert!(last <= ON_THE_ROUND && day_of(last) == day_of(ON_THE_ROUND), "{last}");
    let late_step = step::Column::At.gt(ON_THE_ROUND);
    let late_step = step::Entity::find().filter(late_step).count(town.db.read()).await.unwrap();
    assert_eq!(late_step, 0);
}

/// Mutation: draw from the system's randomness instead of the seed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_always_brings_the_same_town() {
    let (one, other) = (Town::on_sqlite().await, Town::on_sqlite().await);
    one.open(None).await.unwrap();
    other.open(None).await.unwrap();
    let mut towns = Vec::new();
    for town in [one, other] {
        let households =
            household::Entity::find().order_by_asc(household::Column::Code).all(town.db.read()).await.unwrap();
        let who: Vec<_> = households
            .into_iter()
            .map(|household| (household.code, household.name, household.alias, household.door, household.size))
            .collect();
        let entries = entry::Entity::find().all(town.db.read()).await.unwrap();
        let mut what: Vec<_> =
            entries.into_iter().map(|entry| (entry.seq, entry.points, entry.occurred_on, entry.recorded_at)).collect();
        what.sort_unstable();
        towns.push((who, what));
    }
    assert!(towns[0] == towns[1]);
}

/// Mutation: leave out the mark.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_holds_the_same_town() {
    let database = tokio::task::spawn_blocking(|| postgres::server().empty_database()).await.unwrap();
    let town = Town::at(&database.url(), tempfile::tempdir().unwrap()).await;
    assert_eq!(town.open(Some("correct horse")).await.unwrap(), Password::Chosen);
    town.verify().await;
    assert!(town.sign_in("worker", "correct horse").await);
    assert_eq!(town.open(None).await.unwrap(), Password::ShownBefore);
}

/// Mutation: leave out the mark, or hash anew although the password is the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn later_starts_change_nothing_but_a_password_that_is_asked_for() {
    let town = Town::on_sqlite().await;
    town.open(Some("correct horse")).await.unwrap();
    let everything = async || {
        let accounts = accounts::entity::account::Entity::find().all(town.db.read()).await.unwrap();
        (accounts, audit::Entity::find().count(town.db.read()).await.unwrap())
    };
    let before = everything().await;
    assert_eq!(town.open(None).await.unwrap(), Password::ShownBefore);
    assert_eq!(town.open(Some("correct horse")).await.unwrap(), Password::Chosen);
    assert!(everything().await == before);

    assert_eq!(town.open(Some("battery staple")).await.unwrap(), Password::Chosen);
    for username in SHOWN.map(|(username, _)| username).into_iter().chain(["mt-worker2"]) {
        assert!(town.sign_in(username, "battery staple").await, "{username}");
    }
    assert_eq!(town.open(None).await.unwrap(), Password::ShownBefore);
}

/// Mutation: commit between the villages.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_is_cut_leaves_nothing_behind() {
    let town = Town::on_sqlite().await;
    let Town { db, clock, keys, hashing, .. } = &town;
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let ground = Ground { db, clock, keys, hashing };
    tokio::select! {
        done = demo::open(&ground, None, &SMALL, |percent| _ = told.send(percent)) => panic!("{done:?}"),
        () = async { while heard.recv().await.is_some_and(|percent| percent < 50) {} } => {}
    }
    assert!(areas::is_empty(db.read()).await.unwrap());
    town.open(None).await.unwrap();
    town.verify().await;
}

/// Mutation: leave out the question whether there is anything already.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_with_other_data_is_refused() {
    let town = Town::on_sqlite().await;
    let tx = town.db.begin().await.unwrap();
    areas::insert(&tx, &town.clock, None, AreaName::parse("真县").unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(town.open(None).await.unwrap_err().refusal(), OTHER_DATA);
    let accounts = accounts::entity::account::Entity::find().count(town.db.read()).await.unwrap();
    assert_eq!(accounts, 0);
}
