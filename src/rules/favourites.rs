//! Favourites of the month: the good deeds that a village puts on the worker's chips.

use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder as _, entity::prelude::*};

use super::entity::favourite;
use super::shelf::Shelf;
use crate::areas;
use crate::audit::{self, Act};
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::{Error, FieldProblem, INVALID, Result};
use crate::ids::{AreaId, RuleId};
use crate::scope::{AdoptRules, May};

/// Fewest and most: what fits above the thumb without scrolling.
const FAVOURITES: std::ops::RangeInclusive<usize> = 5..=8;
/// Months ahead that may be chosen already.
const MONTHS_AHEAD_MAX: u32 = 12;

/// The favourites of a village in a month, in their order; without a choice for it those of the latest
/// month before that had one.
///
/// # Errors
/// When the database fails.
pub async fn of(db: &impl ConnectionTrait, village: AreaId, month: &str) -> Result<Vec<RuleId>> {
    let of_village = favourite::Entity::find().filter(favourite::Column::AreaId.eq(village));
    let latest = of_village
        .clone()
        .filter(favourite::Column::Month.lte(month))
        .order_by_desc(favourite::Column::Month)
        .one(db)
        .await?;
    let Some(latest) = latest else { return Ok(Vec::new()) };
    let rows = of_village
        .filter(favourite::Column::Month.eq(latest.month))
        .order_by_asc(favourite::Column::Position)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.rule_id).collect())
}

/// Chooses the favourites of a month anew.
///
/// # Errors
/// [`crate::error::NOT_FOUND`] for another's village; a month that is over or far away, too few or too many rules,
/// one twice, or one that is no good deed of the table in force.
pub async fn choose(
    tx: &Tx,
    clock: &Clock,
    shelf: &Shelf,
    may: &May<AdoptRules>,
    village: AreaId,
    month: &str,
    rules: &[RuleId],
) -> Result<()> {
    let area = areas::find_village(tx, may, village).await?;
    let today = clock.today();
    let in_force = shelf.in_force(tx, [village]).await?;
    let mut problems = Vec::new();
    let mut refuse = |wrong: bool, field: String, code: &'static str, message: &'static str| {
        if wrong {
            problems.push(FieldProblem::new(field, code, message));
        }
    };
    let first = chrono::NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d").ok();
    // The parser takes blanks for digits; months are compared as they are spelled.
    let first = first.filter(|first| first.format("%Y-%m").to_string() == month);
    let latest = today.checked_add_months(chrono::Months::new(MONTHS_AHEAD_MAX));
    let this_month = today.format("%Y-%m").to_string();
    let fair = first.is_some_and(|first| Some(first) <= latest) && month.len() == 7 && month >= this_month.as_str();
    refuse(!fair, "month".into(), "out_of_range", "只能选这个月和以后一年的月份，写成 2026-11 这样。");
    refuse(!FAVOURITES.contains(&rules.len()), "rule_ids".into(), "out_of_range", "请选 5 到 8 件好事。");
    for (at, id) in rules.iter().enumerate() {
        let rule = in_force.on(village, today).and_then(|adopted| adopted.rule(*id).cloned());
        let good = rule.is_some_and(|rule| {
            let shape = &rule.terms.shape;
            !shape.deducts() && !shape.inspects() && shape.is_recorded()
        });
        refuse(!good, format!("rule_ids[{at}]"), "not_a_good_deed", "只能选现在细则里的加分事项。");
        refuse(rules[..at].contains(id), format!("rule_ids[{at}]"), "repeated", "同一件好事只选一次。");
    }
    if !problems.is_empty() {
        return Err(Error::Refused(INVALID, problems));
    }
    areas::lock(tx, village).await?;
    favourite::Entity::delete_many()
        .filter(favourite::Column::AreaId.eq(village))
        .filter(favourite::Column::Month.eq(month))
        .exec(tx)
        .await?;
    let rows = (1..).zip(rules).map(|(position, rule)| favourite::ActiveModel {
        area_id: Set(village),
        month: Set(month.to_owned()),
        position: Set(position),
        rule_id: Set(*rule),
    });
    favourite::Entity::insert_many(rows).exec_without_returning(tx).await?;
    let act = Act {
        by: Some(may.account_id()),
        action: "choose_favourites",
        target: Some(("area", village.0)),
        area_path: &area.path,
    };
    audit::append(tx, clock, &[act]).await
}
