//! What happens in the town from day to day, written down by its workers and cadres.

use std::sync::Arc;

use chrono::{Datelike as _, Days, NaiveDate};

use super::Hours;
use super::dice::Dice;
use super::habits::{DEDUCTED, Habit, POSTED, REVIEWED, ROUND_BEGINS, ROUNDS, Season};
use super::people::Staff;
use super::table::Table;
use crate::awards::submission::Raw;
use crate::awards::{self, Status as Stands, Submission, View};
use crate::db::Tx;
use crate::error::Result;
use crate::households::{Household, Status};
use crate::hundredths::Hundredths;
use crate::ids::{AwardId, HouseholdId, RuleId};
use crate::ledger::Pen;
use crate::rules::Shelf;
use crate::scope::{AddPoints, Identity, May};

/// Of so many awards that counted at once, one was written for the wrong household.
pub const SLIP_AMONG: u32 = 400;
/// Of a hundred occasions, so many are written down the day after.
const DAY_AFTER: u32 = 15;

/// A village with what has happened there so far.
pub struct Neighbourhood {
    /// Its place among [`VILLAGES`](super::VILLAGES).
    pub at: usize,
    /// Its people.
    pub staff: Staff,
    table: Table,
    grids: Vec<Vec<Home>>,
    workers: Vec<Arc<May<AddPoints>>>,
    cadre: Arc<May<AddPoints>>,
    /// What the panel has to look at.
    pub waiting: Vec<Waiting>,
    /// What was written for the wrong household.
    pub slips: Vec<Waiting>,
}

/// A household and how willingly it takes part, of a hundred.
struct Home {
    id: HouseholdId,
    status: Status,
    zeal: u32,
}

/// An award that somebody has yet to look at.
#[derive(Clone)]
pub struct Waiting {
    /// Which one.
    pub id: AwardId,
    /// Whose deed.
    pub household_id: HouseholdId,
    /// Who wrote it down.
    pub recorder: Arc<Identity>,
    /// What was seen of it.
    pub proof: Option<&'static str>,
}

/// Several deeds that are written down together.
pub struct Occasion {
    minute: i64,
    occurred_on: NaiveDate,
    /// Which deed.
    pub rule: RuleId,
    /// Who writes it down.
    pub recorder: Arc<May<AddPoints>>,
    /// Whose, and how much of it.
    pub deeds: Vec<(HouseholdId, Hundredths)>,
    note: &'static str,
    is_walked: bool,
}

/// The life of the town.
pub struct Life<'a> {
    /// Where it is written down.
    pub tx: &'a Tx,
    /// By which clock.
    pub pen: &'a Pen,
    /// Moves it.
    pub hours: &'a Hours,
    /// The tables.
    pub shelf: Shelf,
    /// Chance.
    pub dice: Dice,
}

impl Neighbourhood {
    /// Before anything has happened; the people begin on `day`.
    pub fn new(dice: &mut Dice, at: usize, staff: Staff, table: Table, day: NaiveDate) -> Result<Self> {
        let mut home = |household: &Household| Home {
            id: household.id,
            status: household.status,
            zeal: dice.between(0..=60) + dice.between(0..=40),
        };
        let grids = staff.households.iter().map(|grid| grid.iter().map(&mut home).collect()).collect();
        let adds = |who: &Arc<Identity>| who.may::<AddPoints>(day).map(Arc::new);
        let workers = staff.workers.iter().map(adds).collect::<Result<_>>()?;
        let cadre = adds(&staff.cadre)?;
        Ok(Self { at, staff, table, grids, workers, cadre, waiting: Vec::new(), slips: Vec::new() })
    }
}

impl<'a> Life<'a> {
    /// Before its first day.
    pub fn new(tx: &'a Tx, pen: &'a Pen, hours: &'a Hours, dice: Dice) -> Self {
        Self { tx, pen, hours, shelf: Shelf::default(), dice }
    }

    /// One day of a village, `days_left` before today.
    pub async fn day(&mut self, place: &mut Neighbourhood, day: NaiveDate, days_left: u32) -> Result<()> {
        let (walked, mut occasions): (Vec<_>, Vec<_>) =
            self.occasions(place, day, days_left)?.into_iter().partition(|occasion| occasion.is_walked);
        self.walk(place, &walked, day).await?;
        occasions.sort_by_key(|occasion| occasion.minute);
        for occasion in occasions {
            if self.hours.set(day, occasion.minute) {
                self.write_down(place, occasion).await?;
            }
        }
        self.evening(place, day, days_left).await
    }

    fn occasions(&mut self, place: &Neighbourhood, day: NaiveDate, days_left: u32) -> Result<Vec<Occasion>> {
        let mut occasions = Vec::new();
        for (at, grid) in place.grids.iter().enumerate() {
            let phase = (place.at * 5 + at * 11) as u32;
            for (number, habit) in (0..).zip(POSTED.iter().chain(&REVIEWED)) {
                if (days_left + phase + number * 3).is_multiple_of(habit.every) && habit.is_in_season(day) {
                    occasions.extend(self.occasion(place, habit, grid, &place.workers[at], day)?);
                }
            }
            if day.day() == ROUND_BEGINS + at as u32 {
                let mut found = self.rounds(place, grid, &place.workers[at], day)?;
                found.iter_mut().for_each(|item| item.is_walked = place.walks(at));
                occasions.extend(found);
            }
        }
        for (number, habit) in (0..).zip(&DEDUCTED) {
            if (days_left + place.at as u32 * 7 + number * 5).is_multiple_of(habit.every) {
                let grid = self.dice.pick(&place.grids);
                occasions.extend(self.occasion(place, habit, grid, &place.cadre, day)?);
            }
        }
        Ok(occasions)
    }

    fn occasion(
        &mut self,
        place: &Neighbourhood,
        habit: &Habit,
        grid: &[Home],
        recorder: &Arc<May<AddPoints>>,
        day: NaiveDate,
    ) -> Result<Option<Occasion>> {
        let first = self.dice.between(0..=grid.len() - 1);
        let mut deeds = Vec::new();
        for home in grid.iter().cycle().skip(first).take(grid.len()) {
            let is_own = recorder.identity.household_id == Some(home.id);
            if deeds.len() < habit.households_max && !is_own && self.joins(home, habit.share) {
                deeds.push((home.id, self.dice.weighted(habit.quantities)));
            }
        }
        if deeds.is_empty() {
            return Ok(None);
        }
        let (from, to) = habit.hours;
        Ok(Some(Occasion {
            minute: self.dice.between(from * 60..=to * 60 + 29),
            occurred_on: if self.dice.chance(DAY_AFTER) { day - Days::new(1) } else { day },
            rule: place.table.rule(habit.rule)?,
            recorder: Arc::clone(recorder),
            deeds,
            note: self.dice.pick::<&str>(habit.notes),
            is_walked: false,
        }))
    }

    fn joins(&mut self, home: &Home, share: u32) -> bool {
        match home.status {
            Status::Resident => self.dice.chance(share * (40 + home.zeal * 6 / 5) / 100),
            Status::Away => self.dice.chance(share / 8),
            Status::CareHome | Status::Closed => false,
        }
    }

    fn rounds(
        &mut self,
        place: &Neighbourhood,
        grid: &[Home],
        worker: &Arc<May<AddPoints>>,
        day: NaiveDate,
    ) -> Result<Vec<Occasion>> {
        let mut occasions = Vec::new();
        for (minute, round) in (8 * 60..).step_by(25).zip(&ROUNDS) {
            if !place.at.is_multiple_of(round.villages) {
                continue;
            }
            let mut deeds = Vec::new();
            for home in grid.iter().filter(|home| home.status == Status::Resident) {
                if self.dice.chance(round.share) {
                    deeds.push((home.id, self.spots(home)));
                }
            }
            let rule = place.table.rule(round.rule)?;
            let recorder = Arc::clone(worker);
            occasions.push(Occasion { minute, occurred_on: day, rule, recorder, deeds, note: "", is_walked: false });
        }
        occasions.retain(|occasion| !occasion.deeds.is_empty());
        Ok(occasions)
    }

    fn spots(&mut self, home: &Home) -> Hundredths {
        let untidy = 60 - home.zeal / 2;
        let mut spots = 0;
        while spots < 5 && self.dice.chance(untidy) {
            spots += 1;
        }
        Hundredths::whole(spots)
    }

    async fn write_down(&mut self, place: &mut Neighbourhood, occasion: Occasion) -> Result<()> {
        let mut items = Vec::with_capacity(occasion.deeds.len());
        for (household_id, quantity) in &occasion.deeds {
            let raw = Raw {
                degree: None,
                people: None,
                id: AwardId(self.pen.clock.new_id()),
                household_id: *household_id,
                rule_id: occasion.rule,
                quantity: Some(*quantity),
                occurred_on: occasion.occurred_on,
                note: Some(occasion.note.to_owned()),
                done_by: None,
                handled_by: None,
                proof: None,
                sheet: None,
                evidence: Vec::new(),
            };
            items.push(Submission::parse(raw, Arc::clone(&occasion.recorder))?);
        }
        for submitted in awards::submit_many(self.tx, self.pen, &self.shelf, &items).await? {
            let View { award, .. } = submitted?.award;
            let waiting = Waiting {
                id: award.id,
                household_id: award.household_id,
                recorder: Arc::clone(&occasion.recorder.identity),
                proof: award.proof_pending.then_some(seen(award.points)),
            };
            if award.status == Stands::Submitted {
                place.waiting.push(waiting);
            } else if self.dice.between(1..=SLIP_AMONG) == 1 {
                place.slips.push(waiting);
            }
        }
        Ok(())
    }
}

fn seen(points: Hundredths) -> &'static str {
    if points < Hundredths::ZERO { "照片看过，劝导记录也看过。" } else { "证明材料看过，属实。" }
}

impl Habit {
    fn is_in_season(&self, day: NaiveDate) -> bool {
        let holds =
            |season: &Season| season.month == day.month() && (season.days.0..=season.days.1).contains(&day.day());
        self.season.is_none_or(|seasons| seasons.iter().any(holds))
    }
}
