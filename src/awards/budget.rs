//! 本月的分: how many points a village gives in a month, by its own resolution.
//!
//! Walk: what would go beyond waits instead of counting, the cadre asks the town, the town grants so many
//! more for that month or declines; then what waits can be approved.
//!
//! Invariants: only good deeds count towards it, less what was corrected; deductions neither count nor wait;
//! the month's sum moves in the transaction that posts, under the village's lock, so that two awards at the
//! limit cannot both find room; one question waits for the town at a time; nobody grants what he asked for.

pub mod entity;
pub mod outward;
pub mod routes;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Months, NaiveDate};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder as _, QuerySelect as _};

use self::entity::Answer;
use super::{Award, Status};
use crate::accounts;
use crate::areas::{self, Area, Level};
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, FORBIDDEN, NOT_FOUND, Refusal, Result};
use crate::hundredths::Hundredths;
use crate::ids::{AccountId, AreaId, BudgetAskId};
use crate::ledger::verify::Lie;
use crate::ledger::{self, Given, Pen, VillageMonth};
use crate::periods::{self, month_of};
use crate::rules::Shelf;
use crate::rules::shelf::InForce;
use crate::scope::{AnswerBudget, AskBudget, May, Verb, subtree};

pub use entity::Model as Ask;

/// Approving it would give more than the village may in that month.
pub const BUDGET_USED: Refusal =
    Refusal::new(409, "budget_used", "这个月的分给到上限了，请村干部先到“本月的分”里问镇里，同意了再通过。");
/// There is no limit to be raised.
pub const NO_BUDGET: Refusal = Refusal::new(422, "no_budget", "村里没有定每月给分的上限，不用问镇里。");
/// Another question about the month waits.
pub const ASK_WAITS: Refusal = Refusal::new(409, "ask_waits", "这个月已经问过镇里，请等镇里回话。");
/// The id belongs to another question.
pub const ASK_TAKEN: Refusal = Refusal::new(409, "ask_taken", "这个编号已经问过别的事，请刷新再问。");
/// It was answered before.
pub const ASK_ANSWERED: Refusal = Refusal::new(409, "ask_answered", "这件事镇里已经回过话了，请刷新看看。");

/// The questions of a month that are shown: a village asks once or twice.
const ASKS_SHOWN_MAX: u64 = 200;

/// What is left of the limits of some months; a month without a limit is not among them.
#[derive(Debug, Default)]
pub(super) struct Rooms(HashMap<VillageMonth, i64>);

impl Rooms {
    /// Reads it; under the locks of the books.
    pub async fn read(
        db: &impl ConnectionTrait,
        rules: &InForce,
        today: NaiveDate,
        months: BTreeSet<VillageMonth>,
    ) -> Result<Self> {
        let limits: BTreeMap<VillageMonth, Hundredths> = months
            .into_iter()
            .filter_map(|month| limit(rules, month.0, &month.1, today).map(|limit| (month, limit)))
            .collect();
        let given = ledger::given(db, &limits.keys().cloned().collect()).await?;
        let left = |(month, limit): (VillageMonth, Hundredths)| {
            let Given { given, granted } = given.get(&month).copied().unwrap_or_default();
            (month, limit.0 + granted.0 - given.0)
        };
        Ok(Self(limits.into_iter().map(left).collect()))
    }

    /// Whether what an award gives has room in a month; what gives nothing needs none.
    pub fn fits(&self, award: &Award, month: &str) -> bool {
        let left = self.0.get(&(award.village_id, month.to_owned()));
        award.points.0 <= 0 || left.is_none_or(|left| award.points.0 <= *left)
    }

    /// Takes the room of what was just posted.
    pub fn take(&mut self, award: &Award) {
        let month = award.period.clone().filter(|_| award.status == Status::Posted && award.points.0 > 0);
        if let Some(left) = month.and_then(|month| self.0.get_mut(&(award.village_id, month))) {
            *left -= award.points.0;
        }
    }
}

/// What the table in force at the end of a month, or today, lets the village give in it.
fn limit(rules: &InForce, village: AreaId, month: &str, today: NaiveDate) -> Option<Hundredths> {
    let last = first_day(month)?.checked_add_months(Months::new(1))?.pred_opt()?;
    rules.on(village, last.min(today))?.decisions.month_points_max
}

fn first_day(month: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d").ok().filter(|day| month_of(*day) == month)
}

/// A question to be asked.
#[derive(Clone, Debug)]
pub struct NewAsk {
    /// Made on the device.
    pub id: BudgetAskId,
    /// Which village.
    pub village_id: AreaId,
    /// `2026-11`.
    pub month: String,
    /// So many more.
    pub points: Hundredths,
    /// Why.
    pub reason: String,
}

/// A question with the names of the people.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The row.
    pub ask: Ask,
    /// Who asked.
    pub asked_by: String,
    /// Who answered.
    pub answered_by: Option<String>,
}

/// What a village may give in a month, and what it gave.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Which.
    pub village: Area,
    /// `2026-11`.
    pub month: String,
    /// What it decided; absent when it decided none.
    pub limit: Option<Hundredths>,
    /// What was given and granted.
    pub given: Given,
    /// Newest first.
    pub asks: Vec<Asked>,
}

/// The month of a village, or of the villages of a town that have a limit or asked.
///
/// # Errors
/// [`NOT_FOUND`] for an area out of reach; a problem of `area_id` or `month`.
pub async fn budgets<V: Verb>(
    db: &impl ConnectionTrait,
    shelf: &Shelf,
    may: &May<V>,
    (area_id, month): (AreaId, Option<String>),
    today: NaiveDate,
) -> Result<Vec<Budget>> {
    let month = month.unwrap_or_else(|| month_of(today));
    first_day(&month).ok_or_else(wrong_month)?;
    let area = areas::find(db, may, area_id).await?;
    let villages = match area.level {
        Level::Village => vec![area.clone()],
        Level::Town => areas::below(db, &area).await?.into_iter().filter(|one| one.level == Level::Village).collect(),
        _ => return Err(Error::field("area_id", "not_a_village", "请选一个村或一个镇。")),
    };
    let keys: BTreeSet<VillageMonth> = villages.iter().map(|village| (village.id, month.clone())).collect();
    let rules = shelf.in_force(db, villages.iter().map(|village| village.id)).await?;
    let given = ledger::given(db, &keys).await?;
    let mut asks = asks(db, &area.path, &month).await?;
    let of = |village: Area| Budget {
        limit: limit(&rules, village.id, &month, today),
        given: given.get(&(village.id, month.clone())).copied().unwrap_or_default(),
        asks: asks.remove(&village.id).unwrap_or_default(),
        month: month.clone(),
        village,
    };
    let budgets = villages.into_iter().map(of);
    let is_shown = |one: &Budget| area.level == Level::Village || one.limit.is_some() || !one.asks.is_empty();
    Ok(budgets.filter(is_shown).collect())
}

fn wrong_month() -> Error {
    Error::field("month", "wrong_month", "月份要写成 2026-11。")
}

async fn asks(db: &impl ConnectionTrait, top: &str, month: &str) -> Result<HashMap<AreaId, Vec<Asked>>> {
    let rows = entity::Entity::find()
        .filter(subtree(entity::Column::VillagePath, top))
        .filter(entity::Column::Month.eq(month))
        .order_by_desc(entity::Column::AskedAt)
        .limit(ASKS_SHOWN_MAX)
        .all(db)
        .await?;
    let people: Vec<AccountId> = rows.iter().flat_map(|ask| [Some(ask.asked_by), ask.answered_by]).flatten().collect();
    let names = accounts::names_of_found_rows(db, people).await?;
    let name = |id: AccountId| names.get(&id).cloned().unwrap_or_default();
    let mut asks: HashMap<AreaId, Vec<Asked>> = HashMap::new();
    for ask in rows {
        let (asked_by, answered_by) = (name(ask.asked_by), ask.answered_by.map(name));
        asks.entry(ask.village_id).or_default().push(Asked { ask, asked_by, answered_by });
    }
    Ok(asks)
}

/// Asks the town to let the village give more in a month that is still open; answers the month as it
/// stands, and whether the question was known already.
///
/// # Errors
/// [`NOT_FOUND`] out of reach, [`ASK_TAKEN`], [`NO_BUDGET`], [`ASK_WAITS`], a problem of `month`.
pub async fn ask(tx: &Tx, pen: &Pen, shelf: &Shelf, may: &May<AskBudget>, new: NewAsk) -> Result<(Budget, bool)> {
    let today = pen.clock.today();
    let village = areas::find_village(tx, may, new.village_id).await?;
    ledger::open(tx, pen, [village.id]).await?;
    let month = (village.id, Some(new.month.clone()));
    if let Some(known) = entity::Entity::find_by_id(new.id).one(tx).await? {
        let before = NewAsk {
            id: known.id,
            village_id: known.village_id,
            month: known.month,
            points: known.points,
            reason: known.reason,
        };
        let is_same = known.asked_by == may.account_id() && before.is(&new);
        return if is_same { Ok((the_one(tx, shelf, may, month, today).await?, true)) } else { Err(ASK_TAKEN.into()) };
    }
    let first = first_day(&new.month).ok_or_else(wrong_month)?;
    if first > today || periods::closed(tx, [village.id]).await?.contains(village.id, &new.month) {
        return Err(Error::field("month", "not_open", "只能问这个月，或还没结账的月份。"));
    }
    let rules = shelf.in_force(tx, [village.id]).await?;
    if limit(&rules, village.id, &new.month, today).is_none() {
        return Err(NO_BUDGET.into());
    }
    let waits = entity::Entity::find()
        .filter(entity::Column::VillageId.eq(village.id))
        .filter(entity::Column::Month.eq(new.month.as_str()))
        .filter(entity::Column::Answer.is_null());
    if waits.one(tx).await?.is_some() {
        return Err(ASK_WAITS.into());
    }
    let row = entity::ActiveModel {
        id: Set(new.id),
        village_id: Set(village.id),
        village_path: Set(village.path.clone()),
        month: Set(new.month),
        points: Set(new.points),
        reason: Set(new.reason),
        asked_by: Set(may.account_id()),
        asked_at: Set(pen.clock.now()),
        answer: Set(None),
        answer_reason: Set(None),
        answered_by: Set(None),
        answered_at: Set(None),
    };
    entity::Entity::insert(row).exec_without_returning(tx).await?;
    append(tx, pen, may, "ask_budget", (new.id, &village.path)).await?;
    Ok((the_one(tx, shelf, may, month, today).await?, false))
}

impl NewAsk {
    fn is(&self, other: &Self) -> bool {
        (self.village_id, &self.month, self.points, &self.reason)
            == (other.village_id, &other.month, other.points, &other.reason)
    }
}

/// Answers a village's question; what is granted may be given in that month from now on.
///
/// # Errors
/// [`NOT_FOUND`] out of reach, [`FORBIDDEN`] for whoever asked, [`ASK_ANSWERED`].
pub async fn answer(
    tx: &Tx,
    pen: &Pen,
    shelf: &Shelf,
    may: &May<AnswerBudget>,
    (id, answer, reason): (BudgetAskId, Answer, Option<String>),
) -> Result<Budget> {
    let asked = entity::Entity::find_by_id(id).filter(may.within(entity::Column::VillagePath));
    let asked = asked.one(tx).await?.ok_or(NOT_FOUND)?;
    if asked.asked_by == may.account_id() {
        return Err(FORBIDDEN.into());
    }
    let book = ledger::open(tx, pen, [asked.village_id]).await?;
    let answered = entity::ActiveModel {
        answer: Set(Some(answer)),
        answer_reason: Set(reason),
        answered_by: Set(Some(may.account_id())),
        answered_at: Set(Some(pen.clock.now())),
        ..Default::default()
    };
    let waits = entity::Entity::update_many().set(answered).filter(entity::Column::Id.eq(id));
    let done = waits.filter(entity::Column::Answer.is_null()).exec(tx).await?;
    if done.rows_affected != 1 {
        return Err(ASK_ANSWERED.into());
    }
    let action = match answer {
        Answer::Granted => {
            book.grant((asked.village_id, asked.month.clone()), asked.points).await?;
            "grant_budget"
        }
        Answer::Declined => "decline_budget",
    };
    append(tx, pen, may, action, (id, &asked.village_path)).await?;
    the_one(tx, shelf, may, (asked.village_id, Some(asked.month)), pen.clock.today()).await
}

async fn the_one<V: Verb>(
    tx: &Tx,
    shelf: &Shelf,
    may: &May<V>,
    month: (AreaId, Option<String>),
    today: NaiveDate,
) -> Result<Budget> {
    budgets(tx, shelf, may, month, today).await?.pop().ok_or_else(|| NOT_FOUND.into())
}

async fn append<V: Verb>(
    tx: &Tx,
    pen: &Pen,
    may: &May<V>,
    action: &'static str,
    (id, path): (BudgetAskId, &str),
) -> Result<()> {
    let act = Act { by: Some(may.account_id()), action, target: Some(("budget_ask", id.0)), area_path: path };
    audit::append(tx, &pen.clock, &[act]).await
}

/// How many questions of villages wait for this town; counted up to `most`.
///
/// # Errors
/// When the database fails.
pub async fn asked(db: &impl ConnectionTrait, may: &May<AnswerBudget>, most: u64) -> Result<u64> {
    let query = entity::Entity::find()
        .select_only()
        .column(entity::Column::Id)
        .filter(may.within(entity::Column::VillagePath))
        .filter(entity::Column::Answer.is_null());
    let ids: Vec<BudgetAskId> = query.limit(most).into_tuple().all(db).await?;
    Ok(ids.len() as u64)
}

/// Compares the sums that are kept with what the entries of good deeds come to, and with what was granted;
/// answers the first that differs.
pub(super) async fn compare(db: &impl ConnectionTrait, mut given: BTreeMap<VillageMonth, i64>) -> Result<Option<Lie>> {
    let mut granted: BTreeMap<VillageMonth, i64> = BTreeMap::new();
    for ask in entity::Entity::find().filter(entity::Column::Answer.eq(Answer::Granted)).all(db).await? {
        *granted.entry((ask.village_id, ask.month)).or_default() += ask.points.0;
    }
    let lie = |(village, month): &VillageMonth| {
        let what = format!("{month} 一共给了多少分、镇里同意多给多少分，和逐条相加的结果对不上。");
        Ok(Some(Lie { village: *village, seq: None, what }))
    };
    for row in ledger::all_given(db).await? {
        let month = (row.village_id, row.month);
        let sums = [&mut given, &mut granted].map(|sums| sums.remove(&month).unwrap_or(0));
        if sums != [row.given.0, row.granted.0] {
            return lie(&month);
        }
    }
    match given.iter().chain(&granted).find(|(_, sum)| **sum != 0) {
        Some((month, _)) => lie(month),
        None => Ok(None),
    }
}

/// Refuses what would go beyond the month's limit when it is posted now.
pub(super) async fn refuse_beyond(tx: &Tx, shelf: &Shelf, today: NaiveDate, award: &Award) -> Result<()> {
    let month = award.period.clone().unwrap_or_default();
    let rules = shelf.in_force(tx, [award.village_id]).await?;
    let rooms = Rooms::read(tx, &rules, today, BTreeSet::from([(award.village_id, month.clone())])).await?;
    if rooms.fits(award, &month) { Ok(()) } else { Err(BUDGET_USED.into()) }
}
