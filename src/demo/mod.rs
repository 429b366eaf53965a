//! The demonstration town: villages, households, people, their table of rules and three months of
//! life, for whoever wants to see the book at work.
//!
//! Invariants: everything goes through the verbs that serve requests, under a clock that moves
//! through those months and never past the real one; chance is seeded, so a day always brings the
//! same town; all of it is one transaction, so a start that is cut leaves nothing behind and the next
//! one begins again; it never goes into a database that holds anything else.

mod dice;
mod habits;
mod life;
mod names;
mod passwords;
mod people;
mod places;
mod rounds;
mod sittings;
mod table;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{Datelike as _, Days, NaiveDate};

use self::dice::Dice;
use self::life::{Life, Neighbourhood};
use self::people::Office;
use crate::accounts::{Hashing, NewPassword};
use crate::areas;
use crate::audit::{self, Act};
use crate::clock::{Clock, Millis, day_begins, day_of};
use crate::db::{Db, Tx};
use crate::error::{Refusal, Result};
use crate::keys::Keys;
use crate::ledger::{Chain, Pen};
use crate::meta;

pub use people::SHOWN;
pub use places::{HOME, Size, VILLAGES, VillageName};

/// The database is somebody's.
pub const OTHER_DATA: Refusal = Refusal::new(
    409,
    "other_data",
    "这个数据库里已经有别的数据，示范账号不会建在里面。请换一个数据文件夹（--data-dir 或 HUJIFEN_DATA_DIR）再试。",
);

const COUNTY: &str = "示范县";
const TOWN: &str = "示范镇";
/// Under this name the database says that it is a demonstration: the hash that its accounts share.
const MARK: &str = "demonstration";

/// How long ago the town began with the book, and its life, in days.
const BEGAN: u64 = 158;
const LIFE: u32 = 92;
/// Villages held their meetings one after the other, in days after the beginning.
const MEETINGS: u64 = 4;
/// How much of the work the households are, of a hundred.
const SETTLING: usize = 10;

/// What the town is built on.
pub struct Ground<'a> {
    /// Where it goes.
    pub db: &'a Db,
    /// The real time.
    pub clock: &'a Clock,
    /// Seals phones and chains the book.
    pub keys: &'a Keys,
    /// Where passwords are hashed.
    pub hashing: &'a Hashing,
}

/// What is known of the password that all accounts of the town share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Password {
    /// Made now: nobody has seen it.
    Made(String),
    /// The one that was asked for.
    Chosen,
    /// Shown when it was made.
    ShownBefore,
}

/// Opens the town, and builds it first where there is none. `told` hears how much is done, of a hundred.
///
/// # Errors
/// [`OTHER_DATA`]; when the database fails.
pub async fn open(
    ground: &Ground<'_>,
    chosen: Option<NewPassword>,
    size: &Size,
    told: impl FnMut(usize),
) -> Result<Password> {
    if let Some(hash) = meta::find(ground.db.read(), MARK).await? {
        return match chosen {
            Some(chosen) => passwords::set(ground, &hash, chosen).await,
            None => Ok(Password::ShownBefore),
        };
    }
    let (password, known) = match chosen {
        Some(chosen) => (chosen, Password::Chosen),
        None => {
            let made = NewPassword::one_time(ground.clock);
            let known = Password::Made(made.reveal().to_owned());
            (made, known)
        }
    };
    let hash = ground.hashing.hash(ground.clock, password).await?;
    let tx = ground.db.begin().await?;
    if !areas::is_empty(&tx).await? {
        return Err(OTHER_DATA.into());
    }
    build(&tx, ground, &hash, size, told).await?;
    meta::put(&tx, MARK, &hash).await?;
    tx.commit().await?;
    Ok(known)
}

async fn build(tx: &Tx, ground: &Ground<'_>, hash: &str, size: &Size, mut told: impl FnMut(usize)) -> Result<()> {
    let now = ground.clock.now();
    let today = day_of(now);
    let hours = Hours::new(now);
    let clock = hours.clock(ground.clock);
    let mut dice = Dice::new();
    let began = today - Days::new(BEGAN);
    hours.set(began, 9 * 60);
    let (county, town) = places::town(tx, &clock).await?;
    let office = Office { tx, clock: &clock, hash };
    let [reader, administrator] = office.administrators(&county, &town).await?;
    let template = table::template()?;
    table::issue(tx, &clock, &town, &administrator, template.clone()).await?;
    let shares = places::shares(&mut dice, size);
    let mut neighbourhoods = Vec::new();
    for (done, share) in size.villages.iter().copied().zip(shares).enumerate() {
        let at = VILLAGES.iter().position(|village| village.name == share.0.name).unwrap_or_default();
        let village = places::village(tx, (&clock, ground.keys), &mut dice, (&reader, &town), share).await?;
        let act = Act {
            by: Some(reader.account_id),
            action: "import_households",
            target: Some(("area", village.area.id.0)),
            area_path: &village.area.path,
        };
        audit::append(tx, &clock, &[act]).await?;
        let staff = office.staff(&reader, &village).await?;
        hours.set(began + Days::new(MEETINGS + at as u64 % MEETINGS), 19 * 60 + 30);
        let table =
            table::adopt_table(tx, &clock, &mut dice, (&village.area, &staff.cadre, &administrator), template.clone())
                .await?;
        hours.set(began, 9 * 60);
        neighbourhoods.push(Neighbourhood::new(&mut dice, at, staff, table, began)?);
        told(SETTLING * (done + 1) / size.villages.len());
    }
    let pen = Pen { clock, chain: Chain::new(&ground.keys.chain) };
    let mut life = Life::new(tx, &pen, &hours, dice);
    for days_left in (0..=LIFE).rev() {
        let day = today - Days::new(u64::from(days_left));
        for neighbourhood in &mut neighbourhoods {
            life.day(neighbourhood, day, days_left).await?;
        }
        told(100 - (100 - SETTLING) * days_left as usize / (LIFE as usize + 1));
    }
    Ok(())
}

/// The time in the town while it is built, never later than the real one.
struct Hours {
    at: Arc<AtomicI64>,
    now: Millis,
}

impl Hours {
    fn new(now: Millis) -> Self {
        Self { at: Arc::new(AtomicI64::new(now)), now }
    }

    fn clock(&self, real: &Clock) -> Clock {
        let at = Arc::clone(&self.at);
        real.under(move || at.load(Ordering::Relaxed))
    }

    /// Moves to a minute of a day; false, and nothing moves, when that is still to come.
    fn set(&self, day: NaiveDate, minute: i64) -> bool {
        // Nobody presses a button on the full minute.
        let odd = (i64::from(day.num_days_from_ce()) * 7919 + minute * 104_729) % 60_000;
        let at = day_begins(day) + minute * 60_000 + odd;
        let has_come = at <= self.now;
        if has_come {
            self.at.store(at, Ordering::Relaxed);
        }
        has_come
    }
}

/// The accounts that are shown, for the terminal.
pub struct Accounts<'a>(pub &'a Password);

impl fmt::Display for Accounts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "示范账号：")?;
        for (username, whose) in SHOWN {
            writeln!(f, "  {username:<12}{whose}")?;
        }
        match self.0 {
            Password::Made(password) => {
                writeln!(f, "密码都是：{password}")?;
                write!(f, "只显示这一次，请记下来。要自己定密码，启动时设 HUJIFEN_DEMO_PASSWORD。")
            }
            Password::Chosen => write!(f, "密码都是 HUJIFEN_DEMO_PASSWORD 里的那一个。"),
            Password::ShownBefore => {
                write!(f, "密码在第一次启动时显示过。忘了就设 HUJIFEN_DEMO_PASSWORD 再启动，密码会换成那一个。")
            }
        }
    }
}
