//! Evenings: the panel sits, the cadre looks at what waits, workers mend their slips.

use std::sync::Arc;

use chrono::NaiveDate;

use super::life::{Life, Neighbourhood, Waiting};
use super::places::{HOME, VILLAGES};
use crate::awards::review::Steps;
use crate::error::Result;
use crate::scope::{Identity, ReadBook, Reverse, Review};

/// Days from one sitting of the panel to the next.
const EVERY: u32 = 15;
/// Days since the last sitting in the village of the demonstration accounts, so that much waits there.
const AT_HOME: u32 = 13;
/// Minutes of the day at which workers mend, the cadre looks, the panel sits and recorders answer.
const MENDING: i64 = 18 * 60 + 40;
const LOOKING: i64 = 19 * 60 + 5;
const SITTING: i64 = 19 * 60 + 30;
const ANSWERING: i64 = 21 * 60 + 50;

/// On so many of a hundred evenings the cadre looks at what has waited longest.
const CADRE_LOOKS: u32 = 15;
/// Of a hundred decisions, so many return and so many reject.
const RETURNED: u32 = 7;
const REJECTED: u32 = 5;
/// Of a hundred returned awards, so many are taken back at once.
const TAKEN_BACK: u32 = 40;

const SLIP_REASONS: [&str; 3] = ["记错户了，重新记。", "多点了一次。", "日期记错了。"];
const RETURN_REASONS: [&str; 3] =
    ["照片看不清，请补一张。", "和签到表对不上，请核对。", "请写明是哪一天、在哪里做的。"];
const REJECT_REASONS: [&str; 3] =
    ["评议会核实，不是这一户做的。", "这次已经付过工钱，不另外加分。", "不符合细则的要求。"];

impl Life<'_> {
    /// What is done about awards on the evening of a day.
    pub async fn evening(&mut self, place: &mut Neighbourhood, day: NaiveDate, days_left: u32) -> Result<()> {
        for (minute, slip) in (MENDING..).zip(std::mem::take(&mut place.slips)) {
            if self.hours.set(day, minute) {
                let may = slip.recorder.may::<Reverse>(day)?;
                let reason = (*self.dice.pick(&SLIP_REASONS)).to_owned();
                self.steps().reverse(self.tx, &may, slip.id, reason).await?;
            }
        }
        if days_left % EVERY == last_sitting(place) {
            self.sitting(place, day).await
        } else {
            self.cadre_looks(place, day).await
        }
    }

    async fn sitting(&mut self, place: &mut Neighbourhood, day: NaiveDate) -> Result<()> {
        let mut answers = ANSWERING..;
        for (minute, one) in (SITTING..ANSWERING).zip(std::mem::take(&mut place.waiting)) {
            let Some(judge) = place.judge(&one).filter(|_| self.hours.set(day, minute)) else {
                place.waiting.push(one);
                continue;
            };
            let may = judge.may::<Review>(day)?;
            // Every panel has struck something out, in the smallest town too.
            let strikes = one.proof.is_none() && !place.has_struck;
            place.has_struck |= strikes;
            match self.dice.between(0..=99) {
                _ if strikes => {
                    self.steps().reject(self.tx, &may, one.id, REJECT_REASONS[0].to_owned()).await?;
                }
                drawn if drawn < RETURNED => {
                    let reason = (*self.dice.pick(&RETURN_REASONS)).to_owned();
                    self.steps().return_(self.tx, &may, one.id, reason).await?;
                    if self.dice.chance(TAKEN_BACK) && answers.next().is_some_and(|at| self.hours.set(day, at)) {
                        let may = one.recorder.may::<ReadBook>(day)?;
                        self.steps().withdraw(self.tx, &may, one.id, None).await?;
                    }
                }
                drawn if drawn < RETURNED + REJECTED => {
                    let reason = (*self.dice.pick(&REJECT_REASONS)).to_owned();
                    self.steps().reject(self.tx, &may, one.id, reason).await?;
                }
                _ => {
                    let reason = one.proof.map(str::to_owned);
                    let view = self.steps().approve(self.tx, &may, one.id, reason).await?;
                    place.decided(&view);
                }
            }
        }
        Ok(())
    }

    async fn cadre_looks(&mut self, place: &mut Neighbourhood, day: NaiveDate) -> Result<()> {
        let cadre = Arc::clone(&place.staff.cadre);
        let oldest = place.waiting.iter().position(|one| may_judge(&cadre, one));
        let Some(oldest) = oldest.filter(|_| self.dice.chance(CADRE_LOOKS) && self.hours.set(day, LOOKING)) else {
            return Ok(());
        };
        let one = place.waiting.remove(oldest);
        let may = cadre.may::<Review>(day)?;
        let view = self.steps().approve(self.tx, &may, one.id, one.proof.map(str::to_owned)).await?;
        place.decided(&view);
        Ok(())
    }

    fn steps(&self) -> Steps<'_> {
        Steps { pen: self.pen, shelf: &self.shelf, seen: None }
    }
}

impl Neighbourhood {
    /// Who of the panel decides about an award.
    fn judge(&self, one: &Waiting) -> Option<&Arc<Identity>> {
        self.staff.panel.iter().chain([&self.staff.cadre]).find(|who| may_judge(who, one))
    }
}

fn may_judge(who: &Identity, one: &Waiting) -> bool {
    who.account_id != one.recorder.account_id && who.household_id != Some(one.household_id)
}

/// Days since the panel of a village sat last.
fn last_sitting(place: &Neighbourhood) -> u32 {
    if VILLAGES[place.at].name == HOME { AT_HOME } else { (place.at as u32 * 4 + 1) % EVERY }
}
