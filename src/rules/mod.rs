//! Tables of rules: versioned sets, adopted by resolution, that judge deeds by the day they happened.
//!
//! Invariants: at most one draft an area; an adopted set never changes (the database refuses); of
//! the adopted sets the one with the latest first day not after the deed judges it; a rule keeps its
//! identity through the versions, by category and name; [`terms::Terms::worth`] is the only
//! place where a deed becomes points.

pub mod adoption;
pub mod entity;
mod outward;
pub mod red_lines;
pub mod routes;
mod shape;
pub mod shelf;
pub mod terms;
pub mod worth;

use std::collections::HashMap;

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder as _};

use crate::areas::Area;
use crate::audit::{self, Act};
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::{Error, Refusal, Result};
use crate::ids::{AccountId, AreaId, RuleId, RuleSetId};

pub use entity::Model as RuleSet;
pub use shelf::{Adopted, Shelf};
pub use terms::{NewRule, Terms};

/// More rules than a wall, or a phone, can show.
pub const TOO_MANY_RULES: Refusal = Refusal::new(422, "too_many_rules", "一张细则最多 200 条，请精简后再导入。");

/// Why this room refuses.
pub const REFUSALS: &[Refusal] = &[TOO_MANY_RULES, adoption::ALREADY_ADOPTED, adoption::NO_RULES];

/// Rules in one set: the longest real table we know has 120.
const RULES_MAX: usize = 200;

/// A rule as it stands in one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Identity through the versions.
    pub id: RuleId,
    /// Place in the table, from 1.
    pub position: i32,
    /// 类别
    pub category: String,
    /// 事项
    pub name: String,
    /// What it says.
    pub terms: Terms,
}

/// What bringing in a table came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BroughtIn {
    /// The draft, or the set that says the same already.
    pub rule_set_id: RuleSetId,
    /// Rules that no version had.
    pub created: usize,
    /// Rules that read otherwise now.
    pub updated: usize,
    /// Rules that read as before.
    pub unchanged: usize,
}

/// Brings a table in as the area's draft; a draft that is there makes way, with its id. A table that says what
/// the draft, or without a draft the newest adopted set, says already changes nothing.
///
/// # Errors
/// [`TOO_MANY_RULES`]; the caller has checked that the person may.
pub async fn bring_in(tx: &Tx, clock: &Clock, by: AccountId, area: &Area, table: Vec<NewRule>) -> Result<BroughtIn> {
    if table.len() > RULES_MAX {
        return Err(TOO_MANY_RULES.into());
    }
    let sets = sets(tx, area.id).await?;
    let newest = sets.first();
    let before = match newest {
        Some(set) => rules_of(tx, set.id).await?,
        None => Vec::new(),
    };
    let mut known: HashMap<(String, String), RuleId> = HashMap::new();
    for set in sets.iter().rev() {
        for rule in rules_of(tx, set.id).await? {
            known.insert((rule.category, rule.name), rule.id);
        }
    }
    let rules: Vec<Rule> = (1..)
        .zip(table)
        .map(|(position, rule)| Rule {
            id: known
                .get(&(rule.category.clone(), rule.name.clone()))
                .copied()
                .unwrap_or_else(|| RuleId(clock.new_id())),
            position,
            category: rule.category,
            name: rule.name,
            terms: rule.terms,
        })
        .collect();
    let same = |rule: &&Rule| before.iter().any(|old| old.id == rule.id && old.terms == rule.terms);
    let unchanged = rules.iter().filter(same).count();
    let created = rules.iter().filter(|rule| !known.values().any(|id| *id == rule.id)).count();
    let updated = rules.len() - unchanged - created;
    if let Some(set) = newest.filter(|_| before == rules) {
        return Ok(BroughtIn { rule_set_id: set.id, created, updated, unchanged });
    }
    let rule_set_id = match newest {
        Some(set) if set.adopted_at.is_none() => {
            // Under a new id: what somebody read and had voted on is gone, not changed under his hands.
            entity::rule::Entity::delete_many().filter(entity::rule::Column::RuleSetId.eq(set.id)).exec(tx).await?;
            entity::Entity::delete_by_id(set.id).exec(tx).await?;
            draft(tx, clock, by, area, set.version).await?
        }
        _ => draft(tx, clock, by, area, newest.map_or(1, |set| set.version + 1)).await?,
    };
    insert_rules(tx, rule_set_id, &rules).await?;
    let act =
        Act { by: Some(by), action: "import_rules", target: Some(("rule_set", rule_set_id.0)), area_path: &area.path };
    audit::append(tx, clock, &[act]).await?;
    Ok(BroughtIn { rule_set_id, created, updated, unchanged })
}

async fn draft(tx: &Tx, clock: &Clock, by: AccountId, area: &Area, version: i32) -> Result<RuleSetId> {
    let id = RuleSetId(clock.new_id());
    let row = entity::ActiveModel {
        id: Set(id),
        area_id: Set(area.id),
        version: Set(version),
        title: Set(format!("{}积分细则（第 {version} 版）", area.name)),
        created_at: Set(clock.now()),
        created_by: Set(by),
        ..Default::default()
    };
    entity::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(id)
}

async fn insert_rules(tx: &Tx, set: RuleSetId, rules: &[Rule]) -> Result<()> {
    let mut rows = Vec::with_capacity(rules.len());
    for rule in rules {
        rows.push(entity::rule::ActiveModel {
            rule_set_id: Set(set),
            rule_id: Set(rule.id),
            position: Set(rule.position),
            category: Set(rule.category.clone()),
            name: Set(rule.name.clone()),
            terms: Set(serde_json::to_string(&rule.terms).map_err(|error| Error::Internal(error.to_string()))?),
        });
    }
    if !rows.is_empty() {
        entity::rule::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// The versions of an area's table, newest first.
///
/// # Errors
/// When the database fails.
pub async fn sets(db: &impl ConnectionTrait, area: AreaId) -> Result<Vec<RuleSet>> {
    let query = entity::Entity::find().filter(entity::Column::AreaId.eq(area));
    Ok(query.order_by_desc(entity::Column::Version).all(db).await?)
}

/// The rules of a set in their order.
///
/// # Errors
/// When the database fails, or a stored rule cannot be read.
pub async fn rules_of(db: &impl ConnectionTrait, set: RuleSetId) -> Result<Vec<Rule>> {
    let rows = entity::rule::Entity::find()
        .filter(entity::rule::Column::RuleSetId.eq(set))
        .order_by_asc(entity::rule::Column::Position)
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            let terms = serde_json::from_str(&row.terms).map_err(|error| Error::Internal(format!("rule: {error}")))?;
            Ok(Rule { id: row.rule_id, position: row.position, category: row.category, name: row.name, terms })
        })
        .collect()
}
