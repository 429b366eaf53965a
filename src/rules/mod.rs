//! Tables of rules: versioned sets, adopted by resolution, that judge deeds by the day they happened.
//!
//! The life of a set: drafted, remarked upon, adopted by a resolution on one revision of it, filed
//! with the town, in force from a day, superseded by the next. A town's set is a template: it is
//! issued, limits what villages add, and judges nothing by itself.
//!
//! Invariants: at most one draft an area; an adopted or issued set never changes (the database
//! refuses); of the filed sets the one with the latest first day not after the deed judges it; a rule
//! keeps its identity through the versions, by category and name or by what the editor says;
//! [`terms::Terms::worth`] is the only place where a deed becomes points.

pub mod adoption;
pub mod alarms;
mod asked;
pub mod decisions;
pub mod drafting;
pub mod edits;
pub mod effects;
pub mod entity;
pub mod favourites;
pub mod filing;
mod inward;
mod outward;
pub mod reach;
pub mod red_lines;
pub mod remarks;
pub mod routes;
pub mod scans;
pub mod shape;
pub mod shelf;
pub mod soundness;
pub mod template;
pub mod terms;
pub mod worth;
pub mod yearly;

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder as _};

use crate::areas::{self, Area, Level};
use crate::db::Tx;
use crate::error::{Error, NOT_FOUND, Refusal, Result};
use crate::ids::{AreaId, RuleId, RuleSetId};
use crate::scope::{May, Verb};

pub use drafting::{BroughtIn, CHANGED_MEANWHILE, DRAFT_WAITS, bring_in};
pub use entity::Model as RuleSet;
pub use shelf::{Adopted, Shelf};
pub use terms::{NewRule, Terms};

/// Why this room refuses.
pub const REFUSALS: &[Refusal] = &[
    drafting::TOO_MANY_RULES,
    drafting::DRAFT_WAITS,
    drafting::CHANGED_MEANWHILE,
    adoption::ALREADY_ADOPTED,
    adoption::NO_RULES,
    adoption::RED_LINE,
    adoption::BEYOND_TEMPLATE,
    filing::NOT_ADOPTED,
    filing::ALREADY_FILED,
    filing::LATER_RESOLVED,
    filing::BEFORE_THE_LAST,
];

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

/// Where a set stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing was resolved.
    Draft,
    /// The villagers resolved it; the town has not filed it yet.
    Adopted,
    /// Filed; its first day has not come.
    Filed,
    /// It judges the deeds of today.
    InForce,
    /// A later set judges them.
    Superseded,
    /// A town's template.
    Issued,
}

/// A set in reach, with its area: one's own areas, the village one stands in, the template of one's town.
///
/// # Errors
/// [`NOT_FOUND`] when it does not exist or lies outside.
pub async fn find<V: Verb>(db: &impl ConnectionTrait, may: &May<V>, id: RuleSetId) -> Result<(RuleSet, Area)> {
    let set = entity::Entity::find_by_id(id).one(db).await?.ok_or(NOT_FOUND)?;
    let area = find_area(db, may, set.area_id).await?;
    if area.level == Level::Town && set.is_draft() && !may.reaches(&area.path) {
        return Err(NOT_FOUND.into());
    }
    Ok((set, area))
}

/// A set in reach that is to be changed. What is done with the tables of an area is done one after the
/// other, also where several copies of the server run: nobody resolves what was written a moment ago.
async fn find_locked<V: Verb>(tx: &Tx, may: &May<V>, id: RuleSetId) -> Result<(RuleSet, Area)> {
    let (set, _) = find(tx, may, id).await?;
    areas::lock(tx, set.area_id).await?;
    find(tx, may, id).await
}

/// An area whose tables one may read.
///
/// # Errors
/// [`NOT_FOUND`] when it does not exist or lies outside.
pub async fn find_area<V: Verb>(db: &impl ConnectionTrait, may: &May<V>, id: AreaId) -> Result<Area> {
    let above = areas::of_found_rows(db, [id]).await?.remove(&id).filter(|area| area.level == Level::Town);
    match above.filter(|area| may.touches(&area.path)) {
        Some(town) => Ok(town),
        None => areas::find_up_to_village(db, may, id).await,
    }
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
