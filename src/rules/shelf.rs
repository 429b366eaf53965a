//! Filed sets kept at hand. They never change, so what is on the shelf is always right; which of
//! them is in force is asked of the database every time.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder as _};

use super::decisions::Decisions;
use super::entity::filing;
use super::{Rule, RuleSet, entity, rules_of};
use crate::error::{NOT_FOUND, Result};
use crate::ids::{AreaId, RuleId, RuleSetId};

/// Sets kept at once: one or two for each village of a large county.
const SETS_MAX: usize = 2048;

/// A filed set with its rules.
#[derive(Debug)]
pub struct Adopted {
    /// The set.
    pub set: RuleSet,
    /// What the village decided with it.
    pub decisions: Decisions,
    /// First day it judges.
    pub judges_from: NaiveDate,
    /// Its rules in their order.
    pub rules: Vec<Rule>,
}

impl Adopted {
    /// A rule by its identity.
    pub fn rule(&self, id: RuleId) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}

/// Adopted sets that were read before.
#[derive(Default)]
pub struct Shelf {
    sets: RwLock<HashMap<RuleSetId, Arc<Adopted>>>,
}

/// The adopted sets of some areas, latest first day first.
pub struct InForce {
    by_area: HashMap<AreaId, Vec<Arc<Adopted>>>,
}

impl InForce {
    /// The set that judges a deed of this day.
    pub fn on(&self, area: AreaId, day: NaiveDate) -> Option<&Arc<Adopted>> {
        let begun = |set: &&Arc<Adopted>| set.judges_from <= day;
        self.by_area.get(&area)?.iter().find(begun)
    }

    /// All sets of an area, latest first day first.
    pub fn sets(&self, area: AreaId) -> impl Iterator<Item = &Arc<Adopted>> {
        self.by_area.get(&area).into_iter().flatten()
    }

    /// The day nearest to one on which a set judges; none when a later one took all its days.
    pub fn nearest_day(&self, id: RuleSetId, day: NaiveDate) -> Option<NaiveDate> {
        let sets = self.by_area.values().find(|sets| sets.iter().any(|adopted| adopted.set.id == id))?;
        let at = sets.iter().position(|adopted| adopted.set.id == id)?;
        let first = sets[at].judges_from;
        let next = at.checked_sub(1).map(|newer| sets[newer].judges_from);
        let last = next.map_or(Some(NaiveDate::MAX), |next| next.pred_opt())?;
        (first <= last).then(|| day.clamp(first, last))
    }

    /// A set by its identity.
    pub fn set(&self, id: RuleSetId) -> Option<&Arc<Adopted>> {
        self.by_area.values().flatten().find(|adopted| adopted.set.id == id)
    }
}

impl Shelf {
    /// The adopted sets of some areas.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn in_force(
        &self,
        db: &impl ConnectionTrait,
        areas: impl IntoIterator<Item = AreaId>,
    ) -> Result<InForce> {
        let filed = filing::Entity::find()
            .filter(filing::Column::AreaId.is_in(areas))
            .order_by_desc(filing::Column::JudgesFrom)
            .order_by_desc(filing::Column::Version)
            .all(db)
            .await?;
        let mut by_area: HashMap<AreaId, Vec<Arc<Adopted>>> = HashMap::new();
        for filing in filed {
            let adopted = self.take(db, &filing).await?;
            by_area.entry(filing.area_id).or_default().push(adopted);
        }
        Ok(InForce { by_area })
    }

    async fn take(&self, db: &impl ConnectionTrait, filing: &filing::Model) -> Result<Arc<Adopted>> {
        let id = filing.rule_set_id;
        if let Some(adopted) = self.sets.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return Ok(Arc::clone(adopted));
        }
        let set = entity::Entity::find_by_id(id).one(db).await?.ok_or(NOT_FOUND)?;
        let rules = rules_of(db, id).await?;
        let adopted = Arc::new(Adopted { decisions: set.decided()?, set, judges_from: filing.judges_from, rules });
        let mut sets = self.sets.write().unwrap_or_else(PoisonError::into_inner);
        if sets.len() >= SETS_MAX {
            sets.clear();
        }
        sets.insert(adopted.set.id, Arc::clone(&adopted));
        Ok(adopted)
    }
}
