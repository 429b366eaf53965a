//! The cool-down: the same deed, entered by two people, waits for somebody to look at both.
//!
//! The same household and rule on one day, or within the days that the village decided, recorded by another
//! account and standing or waiting. It is never refused and never dropped: two may have seen two deeds. What
//! one person records twice is left to him, and rounds have their own cap.

use std::collections::{BTreeSet, HashMap};

use chrono::{Days, NaiveDate};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ConnectionTrait, QueryOrder as _, QuerySelect as _};

use super::{Award, Status, entity};
use crate::error::Result;
use crate::ids::{AccountId, AwardId, HouseholdId, RuleId};

/// Deeds looked up in one statement: SQLite binds at most 32,766 values.
const DEEDS_AT_ONCE: usize = 1_000;

/// A deed about to be recorded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sought {
    /// Its own number, which it is not like.
    pub id: AwardId,
    /// Whose.
    pub household_id: HouseholdId,
    /// Under which rule.
    pub rule_id: RuleId,
    /// Day of the deed.
    pub occurred_on: NaiveDate,
    /// Who records it.
    pub by: AccountId,
    /// Days before and after it that are looked at; 0 is the day itself.
    pub within_days: u8,
}

struct Entered {
    id: AwardId,
    by: AccountId,
    on: NaiveDate,
}

/// What stands or waits of the deeds at hand, first recorded first.
#[derive(Default)]
pub(super) struct Seen(HashMap<(HouseholdId, RuleId), Vec<Entered>>);

impl Seen {
    /// Reads it; under the locks of the books.
    pub async fn read(db: &impl ConnectionTrait, sought: &[Sought]) -> Result<Self> {
        use entity::Column::{HouseholdId as Household, Id, OccurredOn, RecordedAt, RecordedBy, RuleId as Rule};
        type Row = (AwardId, HouseholdId, RuleId, AccountId, NaiveDate);
        let mut seen = Self::default();
        let deeds: BTreeSet<(HouseholdId, RuleId)> = sought.iter().map(|one| (one.household_id, one.rule_id)).collect();
        let first = sought.iter().filter_map(|one| one.occurred_on.checked_sub_days(one.span())).min();
        let last = sought.iter().filter_map(|one| one.occurred_on.checked_add_days(one.span())).max();
        let (Some(first), Some(last)) = (first, last) else { return Ok(seen) };
        let deeds: Vec<(Uuid, Uuid)> = deeds.into_iter().map(|(household, rule)| (household.0, rule.0)).collect();
        let of = |some: &[(Uuid, Uuid)]| {
            let deed = Expr::tuple([Expr::col(Household), Expr::col(Rule)]);
            entity::Entity::find()
                .select_only()
                .filter(deed.in_tuples(some.iter().copied()))
                .filter(OccurredOn.between(first, last))
                .filter(entity::Column::Status.is_in([Status::Submitted, Status::Returned, Status::Posted]))
        };
        // Who recorded something, and when: mostly one person, however often.
        let mut met: BTreeSet<(Uuid, Uuid)> = BTreeSet::new();
        for some in deeds.chunks(DEEDS_AT_ONCE) {
            let whose = [Household, Rule, RecordedBy, OccurredOn];
            let query = whose.iter().fold(of(some).columns(whose), |query, column| query.group_by(*column));
            for (household, rule, by, on) in
                query.into_tuple::<(HouseholdId, RuleId, AccountId, NaiveDate)>().all(db).await?
            {
                let is_other = |one: &&Sought| {
                    (one.household_id, one.rule_id) == (household, rule) && one.by != by && one.reaches(on)
                };
                if sought.iter().any(|one| is_other(&one)) {
                    met.insert((household.0, rule.0));
                }
            }
        }
        let met: Vec<(Uuid, Uuid)> = met.into_iter().collect();
        for some in met.chunks(DEEDS_AT_ONCE) {
            let query = of(some).columns([Id, Household, Rule, RecordedBy, OccurredOn]);
            let query = query.order_by_asc(RecordedAt).order_by_asc(Id);
            for (id, household, rule, by, on) in query.into_tuple::<Row>().all(db).await? {
                seen.0.entry((household, rule)).or_default().push(Entered { id, by, on });
            }
        }
        Ok(seen)
    }

    /// The one that another person recorded of the same deed: the nearest day, first recorded first.
    pub fn other(&self, sought: &Sought) -> Option<AwardId> {
        let away = |one: &&Entered| sought.away(one.on);
        let entered = self.0.get(&(sought.household_id, sought.rule_id))?.iter();
        let others = entered.filter(|one| one.by != sought.by && one.id != sought.id);
        others.filter(|one| sought.reaches(one.on)).min_by_key(away).map(|one| one.id)
    }

    /// Adds what was judged just now.
    pub fn add(&mut self, award: &Award) {
        let entered = Entered { id: award.id, by: award.recorded_by, on: award.occurred_on };
        self.0.entry((award.household_id, award.rule_id)).or_default().push(entered);
    }
}

impl Sought {
    fn span(&self) -> Days {
        Days::new(u64::from(self.within_days))
    }

    fn away(&self, on: NaiveDate) -> u64 {
        (on - self.occurred_on).num_days().unsigned_abs()
    }

    fn reaches(&self, on: NaiveDate) -> bool {
        self.away(on) <= u64::from(self.within_days)
    }
}
