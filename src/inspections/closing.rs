//! Closing a round: every finding becomes an award, in one go, once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use super::entity::{self, given};
use super::marking::{counts, is_usable, of_round};
use super::{Inspection, Mark, STILL_BLANK, append_act, days_of, find, find_locked, is_called_on, items, neighbours};
use crate::accounts::sessions;
use crate::awards::{self, Raw, Submission};
use crate::clock::day_of;
use crate::db::Tx;
use crate::error::{Error, FieldProblem, Result};
use crate::evidence;
use crate::households::{self, Household};
use crate::hundredths::Hundredths;
use crate::ids::{AccountId, AwardId, EvidenceId, HouseholdId, InspectionId};
use crate::ledger::{self, Pen};
use crate::rules::terms::Shape;
use crate::rules::{Rule, Shelf};
use crate::scope::{AddPoints, May};

/// Awards submitted at once: as many as one request may bring.
const AWARDS_AT_ONCE: usize = 500;
/// Rows written at once: SQLite binds at most 32,766 values.
const ROWS_AT_ONCE: usize = 1_000;

/// Closes a round and makes its awards; one that is closed already is answered as it stands.
///
/// # Errors
/// [`NOT_FOUND`](crate::error::NOT_FOUND) for a round out of reach; [`STILL_BLANK`] when households were not
/// judged by as many as the village decided, unless that is `blank_ok`.
pub async fn close(
    tx: &Tx,
    pen: &Pen,
    shelf: &Shelf,
    may: &Arc<May<AddPoints>>,
    id: InspectionId,
    blank_ok: bool,
) -> Result<Inspection> {
    let village = find(tx, may, id).await?.village_id;
    // The book first, as everybody locks them; then the round, so that no mark comes in between.
    drop(ledger::open(tx, pen, [village]).await?);
    let inspection = find_locked(tx, may, id).await?;
    if inspection.closed_at.is_some() {
        return Ok(inspection);
    }
    let marks = of_round(tx, id).await?;
    let doors: Vec<Household> = neighbours(tx, may, &inspection).await?;
    let wanted = usize::try_from(inspection.judges).unwrap_or(1);
    let judged = |home: &Household| marks.get(&home.id).map_or(0, |all| all.iter().filter(|one| counts(one)).count());
    let on_list = || doors.iter().filter(|home| is_called_on(home) || judged(home) > 0);
    let short = on_list().filter(|home| judged(home) < wanted).count();
    if short > 0 && !blank_ok {
        let message = format!("还有 {short} 户没评完，请评完，或者确认空着。");
        return Err(Error::Refused(STILL_BLANK, vec![FieldProblem::new("blank_ok", "still_blank", message)]));
    }
    let stays = |home: &&Household| judged(home) > 0 && home.status != households::Status::Closed;
    let homes: Vec<&Household> = doors.iter().filter(stays).collect();
    let listed = on_list().count();
    let closing = Closing::read(tx, pen, shelf, may, &inspection, &marks).await?;
    let awards = closing.awards(&homes, &marks)?;
    for some in awards.chunks(AWARDS_AT_ONCE) {
        for submitted in awards::submit_many(tx, pen, shelf, some).await? {
            submitted?;
        }
    }
    let rows = awards.iter().map(|award| given::ActiveModel {
        inspection_id: Set(id),
        household_id: Set(award.household_id),
        rule_id: Set(award.rule_id),
        award_id: Set(award.id),
    });
    let rows: Vec<given::ActiveModel> = rows.collect();
    for some in rows.chunks(ROWS_AT_ONCE) {
        given::Entity::insert_many(some.to_vec()).exec_without_returning(tx).await?;
    }
    let number = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let closed = entity::ActiveModel {
        id: Set(id),
        closed_by: Set(Some(may.account_id())),
        closed_at: Set(Some(pen.clock.now())),
        listed: Set(Some(number(listed))),
        judged: Set(Some(number(homes.len()))),
        ..Default::default()
    };
    let closed = closed.update(tx).await?;
    append_act(tx, pen, may, "close_inspection", &closed).await?;
    Ok(closed)
}

/// An item as it is judged on a day: what the table of that day says of it.
type OnDay = HashMap<NaiveDate, Vec<Rule>>;

/// What a round is closed with.
struct Closing<'a> {
    pen: &'a Pen,
    closer: &'a Arc<May<AddPoints>>,
    judges: HashMap<AccountId, Arc<May<AddPoints>>>,
    photos: HashMap<EvidenceId, evidence::Named>,
    inspection: &'a Inspection,
    /// The day a mark of a day counts on.
    days: HashMap<NaiveDate, NaiveDate>,
    rules: OnDay,
}

impl<'a> Closing<'a> {
    async fn read(
        tx: &Tx,
        pen: &'a Pen,
        shelf: &Shelf,
        closer: &'a Arc<May<AddPoints>>,
        inspection: &'a Inspection,
        marks: &HashMap<HouseholdId, Vec<Mark>>,
    ) -> Result<Self> {
        let all = || marks.values().flatten().filter(|mark| counts(mark));
        let today = pen.clock.today();
        let people = sessions::identities(tx, all().map(|mark| mark.judge_id).collect::<HashSet<_>>()).await?;
        let may = |(id, person): (AccountId, Arc<_>)| Some((id, Arc::new(allowed(&person, today)?)));
        let shown = all().flat_map(|mark| &mark.findings.0).flat_map(|finding| finding.evidence.iter().copied());
        let in_force = shelf.in_force(tx, [inspection.village_id]).await?;
        let (first, last) = days_of(inspection)?;
        let (mut days, mut rules) = (HashMap::new(), OnDay::new());
        for mark in all() {
            // It counts in the round's month, on a day that the round's own table judges.
            let on = day_of(mark.marked_at);
            let within = on.clamp(first, last);
            let day = in_force.nearest_day(inspection.rule_set_id, within).unwrap_or(within);
            days.insert(on, day);
            if let Some(table) = in_force.on(inspection.village_id, day) {
                rules.entry(day).or_insert_with(|| items(table).cloned().collect());
            }
        }
        Ok(Self {
            pen,
            closer,
            judges: people.into_iter().filter_map(may).collect(),
            photos: evidence::named(tx, shown.collect()).await?,
            inspection,
            days,
            rules,
        })
    }

    /// The awards of all findings, door by door, item by item.
    fn awards(&self, homes: &[&Household], marks: &HashMap<HouseholdId, Vec<Mark>>) -> Result<Vec<Submission>> {
        let mut awards = Vec::new();
        let mut shown: HashSet<EvidenceId> = HashSet::new();
        for home in homes {
            let judged: Vec<&Mark> = marks.get(&home.id).into_iter().flatten().filter(|mark| counts(mark)).collect();
            let Some(first) = judged.first() else { continue };
            let day = self.days.get(&day_of(first.marked_at)).copied().unwrap_or_default();
            let judge = self.judges.get(&first.judge_id).filter(|may| may.reaches(&home.grid_path));
            let recorder = judge.unwrap_or(self.closer);
            for rule in self.rules.get(&day).into_iter().flatten() {
                let of_rule = |mark: &&Mark| mark.findings.0.iter().find(|found| found.rule_id == rule.id).cloned();
                let spots: Vec<u16> = judged.iter().filter_map(of_rule).filter_map(|found| found.spots).collect();
                let Some(quantity) = average(&spots, &rule.terms.shape) else { continue };
                let taken = of_rule(first).map(|found| found.evidence).unwrap_or_default();
                let usable = |photo: &EvidenceId| {
                    let named = self.photos.get(photo);
                    named.is_some_and(|named| is_usable(named, self.inspection, recorder)) && shown.insert(*photo)
                };
                // What is not its recorder's any more does not show it; the award waits for its proof then.
                let evidence = taken.into_iter().filter(usable).collect();
                let raw = Raw {
                    id: AwardId(self.pen.clock.new_id()),
                    household_id: home.id,
                    rule_id: rule.id,
                    quantity: Some(quantity),
                    degree: None,
                    people: None,
                    occurred_on: day,
                    note: None,
                    done_by: None,
                    handled_by: None,
                    evidence,
                    proof: None,
                    sheet: None,
                };
                awards.push(Submission::parse(raw, Arc::clone(recorder))?);
            }
        }
        Ok(awards)
    }
}

/// What somebody may today, who marked earlier.
fn allowed(person: &Arc<crate::scope::Identity>, today: NaiveDate) -> Option<May<AddPoints>> {
    person.may::<AddPoints>(today).ok()
}

/// The spots that count: one judge's as he found them; of several the average, each no more than what brings
/// the item to nothing, so that it is worth the average of what they gave. None when nobody looked.
fn average(spots: &[u16], shape: &Shape) -> Option<Hundredths> {
    let whole = |spots: u16| i64::from(spots) * Hundredths::ONE.0;
    let most = spots_to_nothing(shape).unwrap_or(i64::MAX);
    match spots {
        [] => None,
        [only] => Some(Hundredths(whole(*only))),
        several => {
            let count = i64::try_from(several.len()).unwrap_or(i64::MAX);
            Some(Hundredths(several.iter().map(|one| whole(*one).min(most)).sum::<i64>() / count))
        }
    }
}

/// Hundredths of a spot that bring an item to nothing.
fn spots_to_nothing(shape: &Shape) -> Option<i64> {
    match shape {
        Shape::Inspection { full_marks, points_per_spot } if points_per_spot.0 > 0 => {
            Some((full_marks.0 * Hundredths::ONE.0 + points_per_spot.0 - 1) / points_per_spot.0)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mutation: average the spots as they were counted.
    #[test]
    fn the_average_of_spots_is_worth_the_average_of_points() {
        let shape = Shape::Inspection { full_marks: Hundredths::whole(10), points_per_spot: Hundredths::whole(2) };
        let worth =
            |spots: &[u16]| average(spots, &shape).map(|quantity| shape.points_of(quantity, None, Hundredths::ZERO));
        assert_eq!(worth(&[]), None);
        assert_eq!(worth(&[9]), Some(Hundredths::ZERO));
        assert_eq!(worth(&[0, 9]), Some(Hundredths::whole(5)), "ten and nothing");
        assert_eq!(worth(&[1, 2]), Some(Hundredths::whole(7)));
        assert_eq!(worth(&[0, 0, 1]), Some(Hundredths(934)), "a part of a hundredth is left to the household");
    }
}
