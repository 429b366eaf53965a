//! The rounds of the demonstration worker's grid, walked door by door as on his phone. The other grids only show
//! what came of theirs.

use chrono::NaiveDate;

use super::life::{Life, Neighbourhood, Occasion, SLIP_AMONG};
use super::places::{HOME, VILLAGES};
use crate::clock::day_of;
use crate::error::Result;
use crate::households::Status;
use crate::hundredths::Hundredths;
use crate::ids::{HouseholdId, InspectionId};
use crate::inspections::{self, Finding, Findings, NewInspection, NewMark, State};
use crate::periods::month_of;

/// Minutes of the day at which the worker sets out, and sits down to close the round.
const SETTING_OUT: i64 = 8 * 60;
const BACK: i64 = 11 * 60 + 40;
/// Items that are looked at from outside; where they were not, nobody was at home.
const OUTDOORS: usize = 2;
/// Doors of this month's round that are done: the rest is left to whoever tries it.
const DOORS_DONE: usize = 8;

impl Neighbourhood {
    /// Whether a grid's round is walked door by door.
    pub fn walks(&self, grid: usize) -> bool {
        VILLAGES[self.at].name == HOME && grid == 0
    }
}

impl Life<'_> {
    /// Walks the round on which some items were found so: this month's stays open.
    pub async fn walk(&mut self, place: &Neighbourhood, found: &[Occasion], day: NaiveDate) -> Result<()> {
        let Some(worker) = found.first().map(|item| &item.recorder).filter(|_| self.hours.set(day, SETTING_OUT)) else {
            return Ok(());
        };
        // Chance is drawn as for the other grids, so that what happens elsewhere does not hang on this round.
        for _ in found.iter().flat_map(|item| &item.deeds) {
            self.dice.between(1..=SLIP_AMONG);
        }
        let Some(homes) = place.staff.households.first().filter(|homes| !homes.is_empty()) else { return Ok(()) };
        let is_open = month_of(day) == month_of(day_of(self.hours.now));
        let id = InspectionId(self.pen.clock.new_id());
        let new = NewInspection::parse(id, homes[0].grid_id, &month_of(day), day)?;
        inspections::begin(self.tx, self.pen, &self.shelf, worker, &new).await?;
        let residents = homes.iter().filter(|home| home.status == Status::Resident);
        let doors = if is_open { DOORS_DONE } else { homes.len() };
        let marks: Vec<NewMark> = residents.take(doors).map(|home| mark(home.id, found)).collect();
        for answer in inspections::mark(self.tx, self.pen, &self.shelf, worker, id, &marks).await? {
            answer?;
        }
        if !is_open && self.hours.set(day, BACK) {
            inspections::close(self.tx, self.pen, &self.shelf, worker, id, true).await?;
        }
        Ok(())
    }
}

fn mark(household_id: HouseholdId, found: &[Occasion]) -> NewMark {
    let spots = |item: &Occasion| {
        let of_home = item.deeds.iter().find(|(id, _)| *id == household_id);
        of_home.and_then(|(_, spots)| u16::try_from(spots.0 / Hundredths::ONE.0).ok())
    };
    let finding = |item: &Occasion| Finding { rule_id: item.rule, spots: spots(item), evidence: Vec::new() };
    let findings: Vec<Finding> = found.iter().map(finding).collect();
    if findings.iter().take(OUTDOORS).any(|finding| finding.spots.is_none()) {
        return NewMark { household_id, revision: 1, state: State::NobodyHome, findings: Findings::default() };
    }
    NewMark { household_id, revision: 1, state: State::Marked, findings: Findings(findings) }
}
