//! Months of a village: open until they are closed, each closing a human act.
//!
//! A deed counts in the month it happened while that month is open, else in the earliest open month
//! after it, and is then marked late.

pub mod entity;

use std::collections::{HashMap, HashSet};

use chrono::{Datelike as _, Months, NaiveDate};
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;

use crate::error::Result;
use crate::ids::AreaId;

/// How far ahead an open month is looked for; a village cannot have closed that many.
const MONTHS_AHEAD_MAX: u32 = 1200;

/// The month a day lies in: `2026-11`.
pub fn month_of(day: NaiveDate) -> String {
    day.format("%Y-%m").to_string()
}

/// The closed months of some villages.
#[derive(Debug, Default)]
pub struct Closed(HashMap<AreaId, HashSet<String>>);

/// Reads which months are closed.
///
/// # Errors
/// When the database fails.
pub async fn closed(db: &impl ConnectionTrait, villages: impl IntoIterator<Item = AreaId>) -> Result<Closed> {
    let rows = entity::Entity::find().filter(entity::Column::VillageId.is_in(villages)).all(db).await?;
    let mut closed = Closed::default();
    for row in rows {
        closed.0.entry(row.village_id).or_default().insert(row.month);
    }
    Ok(closed)
}

impl Closed {
    /// The month in which something of `day` counts, and whether that is late.
    pub fn period(&self, village: AreaId, day: NaiveDate) -> (String, bool) {
        let own = month_of(day);
        let Some(closed) = self.0.get(&village) else {
            return (own, false);
        };
        let first = day.with_day(1).unwrap_or(day);
        let open = (0..MONTHS_AHEAD_MAX)
            .filter_map(|ahead| first.checked_add_months(Months::new(ahead)))
            .map(month_of)
            .find(|month| !closed.contains(month))
            .unwrap_or_else(|| own.clone());
        let late = open != own;
        (open, late)
    }

    /// The month in which a correction of something that counted in `month` counts: the same one while
    /// it is open, else the earliest open one after it, late.
    pub fn following(&self, village: AreaId, month: &str) -> (String, bool) {
        match NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d") {
            Ok(first) => self.period(village, first),
            Err(_) => (month.to_owned(), false),
        }
    }

    /// Whether a month (`2026-11`) is closed.
    pub fn contains(&self, village: AreaId, month: &str) -> bool {
        self.0.get(&village).is_some_and(|closed| closed.contains(month))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deed_of_a_closed_month_counts_late_in_the_next_open_one() {
        let village = AreaId(Uuid::from_u128(1));
        let months = ["2025-12", "2026-01"].map(str::to_owned);
        let closed = Closed(HashMap::from([(village, HashSet::from(months))]));
        let period = |village, day: &str| closed.period(village, day.parse().unwrap());
        assert_eq!(period(village, "2025-12-31"), ("2026-02".to_owned(), true));
        assert_eq!(period(village, "2026-02-28"), ("2026-02".to_owned(), false));
        assert_eq!(period(village, "2025-11-30"), ("2025-11".to_owned(), false));
        assert_eq!(period(AreaId(Uuid::from_u128(2)), "2025-12-31"), ("2025-12".to_owned(), false));
    }
}
