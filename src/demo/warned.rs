//! Warnings: said at the door, looked after when their day is over, and the deductions that came of them told.

use std::sync::Arc;

use chrono::NaiveDate;

use super::life::{Life, Neighbourhood, Occasion, Waiting};
use super::places::{HOME, VILLAGES};
use crate::awards::submission::Raw;
use crate::awards::warnings::entity::How;
use crate::awards::warnings::notice::{self, Told};
use crate::awards::warnings::{self, Said, Warning};
use crate::awards::{Status, Submission, View};
use crate::error::Result;
use crate::hundredths::Hundredths;
use crate::ids::{AwardId, WarningId};
use crate::scope::{AddPoints, May};

/// Minutes of the day at which workers look whether things were put right, and bring notices.
const LOOKING_AFTER: i64 = 18 * 60 + 31;
const TELLING: i64 = 18 * 60 + 36;
/// Of a hundred warnings with some days' time, so many are heeded.
const HEEDED: u32 = 55;
/// In the village of the demonstration accounts the last days' work is left to whoever tries.
const LEFT_AT_HOME: u32 = 3;
/// Days before today on which somebody was warned there besides.
pub const WARNED_AT_HOME: [u32; 4] = [20, 18, 5, 1];
/// Notices there that are left to be brought, in days before today.
const UNTOLD_AT_HOME: u32 = 14;

const PUT_RIGHT: [&str; 3] = ["已经搬走了。", "当天就清干净了。", "到现场看过，路让出来了。"];
const NOT_HEEDED: [&str; 2] = ["到期去看，还没清。", "说了几次，还堆在路边。"];
const PUT_OUT: &str = "当场劝灭，细则写明要扣。";

/// A household that was warned, and by whom.
pub struct Warned {
    warning: Warning,
    quantity: Hundredths,
    by: Arc<May<AddPoints>>,
}

/// A deduction that counts, of which the household has to be told.
pub struct Untold {
    id: AwardId,
    by: Arc<May<AddPoints>>,
}

impl Life<'_> {
    /// Warns the households of an occasion that were not warned of the same just now.
    pub async fn warn(&mut self, place: &mut Neighbourhood, occasion: Occasion) -> Result<()> {
        for (household_id, quantity) in occasion.deeds {
            let same = |one: &Warned| (one.warning.household_id, one.warning.rule_id) == (household_id, occasion.rule);
            if place.warned.iter().any(same) {
                continue;
            }
            let said = Said {
                id: WarningId(self.pen.clock.new_id()),
                household_id,
                rule_id: occasion.rule,
                said_on: occasion.occurred_on,
                due_on: None,
                note: occasion.note.to_owned(),
            };
            let said = said.parse(self.pen.clock.today())?;
            let (view, _) = warnings::record(self.tx, self.pen, &self.shelf, &occasion.recorder, &said).await?;
            place.warned.push(Warned { warning: view.warning, quantity, by: Arc::clone(&occasion.recorder) });
        }
        Ok(())
    }

    /// Looks on the evening of a day after those whose time is over, and brings what the panel decided.
    pub async fn look_after(&mut self, place: &mut Neighbourhood, day: NaiveDate, days_left: u32) -> Result<()> {
        let at_home = VILLAGES[place.at].name == HOME;
        if !(at_home && days_left < LEFT_AT_HOME) {
            let (over, open) = std::mem::take(&mut place.warned)
                .into_iter()
                .partition::<Vec<_>, _>(|one| one.warning.proposed_from() <= day);
            place.warned = open;
            for (minute, one) in (LOOKING_AFTER..).zip(over) {
                if self.hours.set(day, minute) {
                    self.settle(place, one, day).await?;
                } else {
                    place.warned.push(one);
                }
            }
        }
        if at_home && days_left < UNTOLD_AT_HOME {
            return Ok(());
        }
        for (minute, one) in (TELLING..).zip(std::mem::take(&mut place.untold)) {
            if !self.hours.set(day, minute) {
                place.untold.push(one);
                continue;
            }
            let how = if self.dice.chance(50) { How::Printed } else { How::Spoken };
            let to_whom = self.dice.pick(&["户主本人", "家里老人"]).to_owned().to_owned();
            let told = Told { how, delivered_on: day, to_whom }.parse(day)?;
            notice::tell(self.tx, self.pen, &self.shelf, &one.by, one.id, told).await?;
        }
        Ok(())
    }

    async fn settle(&mut self, place: &mut Neighbourhood, warned: Warned, day: NaiveDate) -> Result<()> {
        let Warned { warning, quantity, by } = warned;
        let on_the_spot = warning.due_on == warning.said_on;
        if !on_the_spot && self.dice.chance(HEEDED) {
            let note = Some(self.dice.pick::<&str>(&PUT_RIGHT).to_owned().to_owned());
            warnings::put_right(self.tx, self.pen, &self.shelf, &by, warning.id, note).await?;
            return Ok(());
        }
        let note = if on_the_spot { PUT_OUT } else { *self.dice.pick::<&str>(&NOT_HEEDED) };
        let raw = Raw {
            id: AwardId(self.pen.clock.new_id()),
            household_id: warning.household_id,
            rule_id: warning.rule_id,
            quantity: Some(quantity),
            degree: None,
            people: None,
            occurred_on: day.min(warning.proposed_from()),
            note: Some(note.to_owned()),
            done_by: None,
            handled_by: None,
            sheet: None,
            proof: None,
            evidence: Vec::new(),
        };
        let item = Submission::parse(raw, Arc::clone(&by))?;
        let (view, _) = warnings::propose(self.tx, self.pen, &self.shelf, warning.id, &item).await?;
        let proof = Some("照片看过，劝导记录也看过。");
        let household_id = warning.household_id;
        let recorder = Arc::clone(&by.identity);
        place.waiting.extend(view.award.map(|award| Waiting { id: award.id, household_id, recorder, proof }));
        place.proposers.push(Untold { id: item.id, by });
        Ok(())
    }
}

impl Neighbourhood {
    /// Remembers to tell the household of what was decided, where it takes points off.
    pub fn decided(&mut self, view: &View) {
        let award = &view.award;
        if award.status == Status::Posted && award.points < Hundredths::ZERO {
            let (these, others) =
                std::mem::take(&mut self.proposers).into_iter().partition::<Vec<_>, _>(|one| one.id == award.id);
            self.proposers = others;
            self.untold.extend(these);
        }
    }
}
