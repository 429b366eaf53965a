//! Publicity: who earned how much, in order.
//!
//! Invariants: a ranking counts what households earned net in a month, quarter or year, never what
//! they may spend; every household that takes part stands in it, also with nothing; those away, in
//! care or closed do not; ties share a rank and the next rank is skipped; workers are never ranked.

pub mod page;
pub mod routes;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{Datelike as _, NaiveDate};
use sea_orm::ConnectionTrait;

use crate::areas::Area;
use crate::error::{Error, Result};
use crate::fresh::Bulk;
use crate::households::{self, Participant};
use crate::hundredths::Hundredths;
use crate::ids::HouseholdId;
use crate::ledger;

/// A stretch of months that is ranked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// As it was asked for: `2026-11`, `2026-Q4` or `2026`.
    pub name: String,
    /// Its first month.
    pub first: String,
    /// Its last month.
    pub last: String,
}

impl Period {
    /// Reads `2026-11`, `2026-Q4` or `2026`, of the years 2000 to 2999.
    ///
    /// # Errors
    /// A problem of `period`.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = || Error::field("period", "wrong_period", "时间要写成 2026-11、2026-Q4 或 2026。");
        let (year, part) = text.split_once('-').map_or((text, None), |(year, part)| (year, Some(part)));
        let digits = year.len() == 4 && year.starts_with('2') && year.bytes().all(|byte| byte.is_ascii_digit());
        if !digits {
            return Err(wrong());
        }
        let months = |first: u32, last: u32| Self {
            name: text.to_owned(),
            first: format!("{year}-{first:02}"),
            last: format!("{year}-{last:02}"),
        };
        match part {
            None => Ok(months(1, 12)),
            Some("Q1") => Ok(months(1, 3)),
            Some("Q2") => Ok(months(4, 6)),
            Some("Q3") => Ok(months(7, 9)),
            Some("Q4") => Ok(months(10, 12)),
            Some(month) if month.len() == 2 && month.bytes().all(|byte| byte.is_ascii_digit()) => match month.parse() {
                Ok(month @ 1..=12) => Ok(months(month, month)),
                _ => Err(wrong()),
            },
            Some(_) => Err(wrong()),
        }
    }

    /// The month of a day.
    pub fn month(day: NaiveDate) -> Self {
        let month = format!("{}-{:02}", day.year(), day.month());
        Self { name: month.clone(), first: month.clone(), last: month }
    }
}

/// A household's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// From 1; ties share it.
    pub rank: u32,
    /// The household.
    pub household: Participant,
    /// Earned in the period, net.
    pub points: Hundredths,
}

/// All places of an area in a period, best first; ties in the order of codes.
#[derive(Debug)]
pub struct Ranking {
    /// Everybody who takes part.
    pub places: Vec<Place>,
    /// Where each household stands in `places`.
    pub at: HashMap<HouseholdId, usize>,
}

/// Texts of a place beside its own fields: name, code and grid path.
const TEXTS_BYTES: usize = 96;

impl Bulk for Arc<Ranking> {
    fn bytes(&self) -> usize {
        let each = size_of::<Place>() + TEXTS_BYTES + size_of::<(HouseholdId, usize)>();
        self.places.len() * each
    }
}

/// Ranks the households of a grid, a village or a town.
async fn rank(db: &impl ConnectionTrait, area: &Area, villages: &[Area], period: &Period) -> Result<Arc<Ranking>> {
    let participants = households::participants(db, area).await?;
    let ids = villages.iter().map(|village| village.id);
    let earned = ledger::earned(db, ids, &period.first, &period.last).await?;
    Ok(Arc::new(order(participants, &earned)))
}

/// Ranks households by what each earned; one that is not in `earned` has nothing.
pub fn order(participants: Vec<Participant>, earned: &HashMap<HouseholdId, Hundredths>) -> Ranking {
    let points = |household: &Participant| earned.get(&household.id).copied().unwrap_or_default();
    let mut places: Vec<Place> =
        participants.into_iter().map(|household| Place { rank: 0, points: points(&household), household }).collect();
    places.sort_by(|a, b| {
        b.points
            .cmp(&a.points)
            .then_with(|| a.household.code.cmp(&b.household.code))
            .then(a.household.id.cmp(&b.household.id))
    });
    let mut shared = (Hundredths(i64::MIN), 0);
    for (above, place) in (0..).zip(&mut places) {
        if place.points != shared.0 {
            shared = (place.points, above + 1);
        }
        place.rank = shared.1;
    }
    let at = places.iter().enumerate().map(|(at, place)| (place.household.id, at)).collect();
    Ranking { places, at }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::AreaId;
    use uuid::Uuid;

    #[test]
    fn periods_are_months_quarters_and_years_and_nothing_else() {
        let parsed = |text: &str| Period::parse(text).map(|period| (period.first, period.last)).ok();
        let months = |first: &str, last: &str| Some((first.to_owned(), last.to_owned()));
        assert_eq!(parsed("2026-11"), months("2026-11", "2026-11"));
        assert_eq!(parsed("2026-Q4"), months("2026-10", "2026-12"));
        assert_eq!(parsed("2026"), months("2026-01", "2026-12"));
        for text in ["", "2026-13", "2026-1", "2026-Q5", "26", "2026-11-03", "1026", "今年", "2026-", "2026-+1"] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }

    #[test]
    fn ties_share_a_rank_and_the_next_is_skipped() {
        let participant = |number: u128| Participant {
            id: HouseholdId(Uuid::from_u128(number)),
            code: format!("LJP{number:04}"),
            name: "陈建桂".into(),
            grid_id: AreaId(Uuid::nil()),
        };
        let earned = [(1, 500), (2, 800), (3, 500), (4, -100)];
        let earned = earned.map(|(number, points)| (HouseholdId(Uuid::from_u128(number)), Hundredths(points)));
        let ranking = order((1..=5).map(participant).collect(), &HashMap::from(earned));
        let ranks: Vec<_> = ranking.places.iter().map(|place| (place.household.code.as_str(), place.rank)).collect();
        assert_eq!(ranks, [("LJP0002", 1), ("LJP0001", 2), ("LJP0003", 2), ("LJP0005", 4), ("LJP0004", 5)]);
        assert_eq!(ranking.at.get(&HouseholdId(Uuid::from_u128(4))), Some(&4));
    }
}
