//! The town's part: filing what villages resolved, issuing its own template.

use chrono::NaiveDate;
use sea_orm::{ActiveValue::Set, ConnectionTrait, IntoActiveModel as _, QueryOrder as _, entity::prelude::*};

use super::adoption::{ALREADY_ADOPTED, NO_RULES};
use super::drafting::{CHANGED_MEANWHILE, note};
use super::entity::{self, filing};
use super::{RuleSet, rules_of};
use crate::areas::{Area, Level};
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::{Error, INVALID, NOT_FOUND, Refusal, Result};
use crate::ids::{AreaId, RuleSetId};
use crate::scope::{FileRules, May};
use crate::words;

/// Nothing was resolved that could be filed.
pub const NOT_ADOPTED: Refusal = Refusal::new(409, "not_adopted", "这份细则还没有村民表决，不能备案。");
/// It is filed.
pub const ALREADY_FILED: Refusal = Refusal::new(409, "already_filed", "这份细则已经备过案了。");
/// The village resolved a newer version since.
pub const LATER_RESOLVED: Refusal = Refusal::new(409, "later_resolved", "村里后来又表决了新的一版，这一版不用再备。");
/// A version that was filed begins later than it.
pub const BEFORE_THE_LAST: Refusal =
    Refusal::new(409, "before_the_last", "这一版的生效日期早于已经备案的一版，请村里重新表决。");

/// Longest note of a filing: a number and a sentence.
const NOTE_CHARS_MAX: usize = 200;

pub use filing::Model as Filing;

/// Files an adopted set of a village in reach. From then on it judges: from its resolved first day, or
/// from today if that is past and another table judged until now. A village's first table judges from
/// its resolved day even when it is filed later, for nothing else did.
///
/// # Errors
/// [`NOT_FOUND`], [`NOT_ADOPTED`], [`ALREADY_FILED`], [`LATER_RESOLVED`], [`BEFORE_THE_LAST`].
pub async fn file(
    tx: &Tx,
    clock: &Clock,
    may: &May<FileRules>,
    id: RuleSetId,
    said: Option<&str>,
) -> Result<(RuleSet, Filing)> {
    let (set, area) = super::find_locked(tx, may, id).await?;
    if !may.reaches_below(&area.path) || area.level != Level::Village {
        return Err(NOT_FOUND.into());
    }
    let first_day = set.in_force_from.filter(|_| set.adopted_at.is_some()).ok_or(NOT_ADOPTED)?;
    let mut problems = Vec::new();
    let said = words::optional("note", said, NOTE_CHARS_MAX, &mut problems);
    if !problems.is_empty() {
        return Err(Error::Refused(INVALID, problems));
    }
    let filed = filings(tx, area.id).await?;
    if filed.iter().any(|filing| filing.rule_set_id == id) {
        return Err(ALREADY_FILED.into());
    }
    let later = |one: &RuleSet| one.version > set.version && one.adopted_at.is_some();
    if super::sets(tx, area.id).await?.iter().any(later) {
        return Err(LATER_RESOLVED.into());
    }
    let judges_from = if filed.is_empty() { first_day } else { first_day.max(clock.today()) };
    if filed.iter().any(|filing| filing.judges_from > judges_from) {
        return Err(BEFORE_THE_LAST.into());
    }
    let filing = filing::ActiveModel {
        rule_set_id: Set(id),
        area_id: Set(area.id),
        version: Set(set.version),
        judges_from: Set(judges_from),
        filed_at: Set(clock.now()),
        filed_by: Set(may.account_id()),
        note: Set(said),
    };
    let filing = filing.insert(tx).await?;
    note(tx, clock, may.account_id(), "file_rule_set", id, &area).await?;
    Ok((set, filing))
}

/// Issues the draft of a town as its template; it binds what villages adopt from that day on.
///
/// # Errors
/// [`NOT_FOUND`], [`ALREADY_ADOPTED`], [`CHANGED_MEANWHILE`], [`NO_RULES`].
pub async fn issue(tx: &Tx, clock: &Clock, may: &May<FileRules>, id: RuleSetId, revision: i32) -> Result<RuleSet> {
    let (set, area) = super::find_locked(tx, may, id).await?;
    if !may.reaches(&area.path) || area.level != Level::Town {
        return Err(NOT_FOUND.into());
    }
    if !set.is_draft() {
        return Err(ALREADY_ADOPTED.into());
    }
    if set.revision != revision {
        return Err(CHANGED_MEANWHILE.into());
    }
    let rules = rules_of(tx, id).await?;
    if rules.is_empty() {
        return Err(NO_RULES.into());
    }
    super::alarms::refuse_crossing(tx, &area, &rules).await?;
    let mut row = set.into_active_model();
    row.issued_at = Set(Some(clock.now()));
    row.issued_by = Set(Some(may.account_id()));
    let set = row.update(tx).await?;
    note(tx, clock, may.account_id(), "issue_template", id, &area).await?;
    Ok(set)
}

/// What an area has filed, oldest version first.
///
/// # Errors
/// When the database fails.
pub async fn filings(db: &impl ConnectionTrait, area: AreaId) -> Result<Vec<Filing>> {
    let query = filing::Entity::find().filter(filing::Column::AreaId.eq(area));
    Ok(query.order_by_asc(filing::Column::Version).all(db).await?)
}

/// The template that binds a village: the newest that its town issued.
///
/// # Errors
/// When the database fails.
pub async fn template_for(db: &impl ConnectionTrait, village: &Area) -> Result<Option<RuleSet>> {
    let Some(town) = village.parent_id else { return Ok(None) };
    let query = entity::Entity::find()
        .filter(entity::Column::AreaId.eq(town))
        .filter(entity::Column::IssuedAt.is_not_null())
        .order_by_desc(entity::Column::Version);
    Ok(query.one(db).await?)
}

/// What the villages in reach resolved last and nobody filed yet, oldest first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn waiting(db: &impl ConnectionTrait, may: &May<FileRules>, limit: u64) -> Result<Vec<(RuleSet, Area)>> {
    use crate::areas::entity as area;
    use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Query};
    use sea_orm::{JoinType, QuerySelect as _};
    let filed = Query::select().column(filing::Column::RuleSetId).from(filing::Entity).to_owned();
    let newer = Alias::new("newer");
    let later = Query::select()
        .expr(Expr::val(1))
        .from_as(entity::Entity, newer.clone())
        .and_where(Expr::col((newer.clone(), entity::Column::AreaId)).equals((entity::Entity, entity::Column::AreaId)))
        .and_where(
            Expr::col((newer.clone(), entity::Column::Version))
                .gt(Expr::col((entity::Entity, entity::Column::Version))),
        )
        .and_where(Expr::col((newer, entity::Column::AdoptedAt)).is_not_null())
        .to_owned();
    let to_area = entity::Entity::belongs_to(area::Entity).from(entity::Column::AreaId).to(area::Column::Id).into();
    let rows = entity::Entity::find()
        .join(JoinType::InnerJoin, to_area)
        .filter(may.within((area::Entity, area::Column::Path)))
        .filter(entity::Column::AdoptedAt.is_not_null())
        .filter(entity::Column::Id.not_in_subquery(filed))
        .filter(Expr::exists(later).not())
        .order_by_asc(entity::Column::AdoptedAt)
        .limit(limit)
        .all(db)
        .await?;
    let areas = crate::areas::of_found_rows(db, rows.iter().map(|set| set.area_id)).await?;
    Ok(rows.into_iter().filter_map(|set| areas.get(&set.area_id).cloned().map(|area| (set, area))).collect())
}

/// The first day of an area's sets that were filed, by which a set is in force or superseded.
pub(super) fn in_force(filed: &[Filing], today: NaiveDate) -> Option<RuleSetId> {
    let begun = filed.iter().filter(|filing| filing.judges_from <= today);
    begun.max_by_key(|filing| (filing.judges_from, filing.version)).map(|filing| filing.rule_set_id)
}
