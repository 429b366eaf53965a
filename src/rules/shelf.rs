//! Adopted sets kept at hand. They never change, so what is on the shelf is always right; which of
//! them is in force is asked of the database every time.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder as _};

use super::{Rule, RuleSet, entity, rules_of};
use crate::error::Result;
use crate::ids::{AreaId, RuleId, RuleSetId};

/// Sets kept at once: one or two for each village of a large county.
const SETS_MAX: usize = 2048;

/// An adopted set with its rules.
#[derive(Debug)]
pub struct Adopted {
    /// The set.
    pub set: RuleSet,
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
        let begun = |set: &&Arc<Adopted>| set.set.in_force_from.is_some_and(|first| first <= day);
        self.by_area.get(&area)?.iter().find(begun)
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
        let sets = entity::Entity::find()
            .filter(entity::Column::AreaId.is_in(areas))
            .filter(entity::Column::AdoptedAt.is_not_null())
            .order_by_desc(entity::Column::InForceFrom)
            .order_by_desc(entity::Column::Version)
            .all(db)
            .await?;
        let mut by_area: HashMap<AreaId, Vec<Arc<Adopted>>> = HashMap::new();
        for set in sets {
            let area = set.area_id;
            by_area.entry(area).or_default().push(self.take(db, set).await?);
        }
        Ok(InForce { by_area })
    }

    async fn take(&self, db: &impl ConnectionTrait, set: RuleSet) -> Result<Arc<Adopted>> {
        if let Some(adopted) = self.sets.read().unwrap_or_else(PoisonError::into_inner).get(&set.id) {
            return Ok(Arc::clone(adopted));
        }
        let rules = rules_of(db, set.id).await?;
        let adopted = Arc::new(Adopted { set, rules });
        let mut sets = self.sets.write().unwrap_or_else(PoisonError::into_inner);
        if sets.len() >= SETS_MAX {
            sets.clear();
        }
        sets.insert(adopted.set.id, Arc::clone(&adopted));
        Ok(adopted)
    }
}
