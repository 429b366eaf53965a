//! 报好事: a household tells of its own deed.
//!
//! It becomes an award like any other, in the same states, with the words of who told of it; so it always
//! waits for review, and whoever wrote it down cannot approve it. Only good deeds; only where the village
//! switched it on; so many of a household on a day, counted under the village's lock. What was withdrawn is
//! not counted: it was never decided about.

pub mod routes;

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QuerySelect as _};

use super::{Award, Status, Submission, entity};
use crate::clock::day_begins;
use crate::error::{Refusal, Result};
use crate::ids::HouseholdId;
use crate::rules::Rule;

/// The village has not switched it on.
pub const APPLICATIONS_OFF: Refusal =
    Refusal::new(422, "applications_off", "村里没有开“户里报好事”，看到的好事请直接记分。");
/// As many as the village allows on a day.
pub const TOO_MANY_TODAY: Refusal = Refusal::new(409, "too_many_today", "这一户今天报的次数够了，请明天再报。");
/// A deduction or a round.
pub const RULE_NOT_TOLD: Refusal = Refusal::new(422, "rule_not_told", "扣分和评比不能由户里报，请换一项。");

/// What households told of today.
#[derive(Default)]
pub(super) struct Told(HashMap<HouseholdId, usize>);

impl Told {
    /// Reads it, of those whose deeds are told of now; under the locks of the books.
    pub async fn read(db: &impl ConnectionTrait, items: &[Submission], today: NaiveDate) -> Result<Self> {
        use entity::Column::{HouseholdId as Household, RecordedAt, ToldBy};
        let told = items.iter().filter(|item| item.told_by.is_some());
        let households: BTreeSet<HouseholdId> = told.map(|item| item.household_id).collect();
        let mut counted = Self::default();
        if households.is_empty() {
            return Ok(counted);
        }
        let query = entity::Entity::find()
            .select_only()
            .column(Household)
            .filter(Household.is_in(households))
            .filter(RecordedAt.gte(day_begins(today)))
            .filter(ToldBy.is_not_null())
            .filter(entity::Column::Status.ne(Status::Withdrawn));
        for household in query.into_tuple::<HouseholdId>().all(db).await? {
            *counted.0.entry(household).or_default() += 1;
        }
        Ok(counted)
    }

    /// Refuses what the village does not take, or no more of today.
    pub fn refuse(&self, household: HouseholdId, rule: &Rule, most: Option<u8>) -> Result<()> {
        let Some(most) = most else { return Err(APPLICATIONS_OFF.into()) };
        if rule.terms.shape.takes() {
            return Err(RULE_NOT_TOLD.into());
        }
        let told = self.0.get(&household).copied().unwrap_or(0);
        if told < usize::from(most) { Ok(()) } else { Err(TOO_MANY_TODAY.into()) }
    }

    /// Counts what was judged just now.
    pub fn add(&mut self, award: &Award) {
        if award.told_by.is_some() {
            *self.0.entry(award.household_id).or_default() += 1;
        }
    }
}
