//! What judges say, household by household, while a round is walked.

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::ActiveModelTrait as _;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

use super::entity::{Findings, State, mark};
use super::{INSPECTION_CLOSED, Inspection, JUDGED_ALREADY, Mark, OWN_DOOR, append_act, find_locked, items, table_of};
use crate::awards::submission::PHOTOS_MAX;
use crate::db::Tx;
use crate::error::{Error, FieldProblem, NOT_FOUND, Result};
use crate::evidence::{self, Named};
use crate::households::{self, Household};
use crate::ids::{EvidenceId, HouseholdId, InspectionId};
use crate::ledger::Pen;
use crate::rules::{Adopted, Shelf};
use crate::scope::{AddPoints, May};

/// Most spots of one item: more is a slip of the finger, and nothing is left to take long before.
pub const SPOTS_MAX: u16 = 99;
/// The largest revision: what every phone can still count.
pub const REVISION_MAX: i64 = 9_007_199_254_740_991;

/// What a judge says of a household, as it is sent.
#[derive(Clone, Debug)]
pub struct NewMark {
    /// Of which one.
    pub household_id: HouseholdId,
    /// Rises with everything he says of it.
    pub revision: i64,
    /// What he says.
    pub state: State,
    /// What he found.
    pub findings: Findings,
}

/// What marks are held against.
struct Walk<'a> {
    may: &'a May<AddPoints>,
    inspection: &'a Inspection,
    table: &'a Adopted,
    homes: HashMap<HouseholdId, Household>,
    photos: HashMap<EvidenceId, Named>,
    known: HashMap<HouseholdId, Vec<Mark>>,
}

/// Takes what a judge says of some households, one answer each: the mark as it stands then. What is said with
/// a lower revision than what stands changes nothing.
///
/// # Errors
/// [`NOT_FOUND`] for a round out of reach; [`INSPECTION_CLOSED`].
pub async fn mark(
    tx: &Tx,
    pen: &Pen,
    shelf: &Shelf,
    may: &May<AddPoints>,
    id: InspectionId,
    said: &[NewMark],
) -> Result<Vec<Result<Mark>>> {
    let inspection = find_locked(tx, may, id).await?;
    if inspection.closed_at.is_some() {
        return Err(INSPECTION_CLOSED.into());
    }
    let table = table_of(tx, shelf, &inspection).await?;
    let ids: HashSet<HouseholdId> = said.iter().map(|one| one.household_id).collect();
    let query = mark::Entity::find().filter(mark::Column::InspectionId.eq(id));
    let rows = query.filter(mark::Column::HouseholdId.is_in(ids.iter().copied())).all(tx).await?;
    let mut known: HashMap<HouseholdId, Vec<Mark>> = HashMap::new();
    for row in rows {
        known.entry(row.household_id).or_default().push(row);
    }
    let shown = said.iter().flat_map(|one| &one.findings.0).flat_map(|finding| finding.evidence.iter().copied());
    let homes = households::of_awards(tx, ids).await?;
    let photos = evidence::named(tx, shown.collect()).await?;
    let mut walk = Walk { may, inspection: &inspection, table: &table, homes, photos, known };
    let mut changed: BTreeMap<HouseholdId, Mark> = BTreeMap::new();
    let mut answers = Vec::with_capacity(said.len());
    for one in said {
        answers.push(walk.hear(one, pen.clock.now()).map(|(mark, is_new)| {
            if is_new {
                changed.insert(mark.household_id, mark.clone());
            }
            mark
        }));
    }
    if !changed.is_empty() {
        let conflict =
            OnConflict::columns([mark::Column::InspectionId, mark::Column::HouseholdId, mark::Column::JudgeId])
                .update_columns([
                    mark::Column::Revision,
                    mark::Column::State,
                    mark::Column::Findings,
                    mark::Column::MarkedAt,
                ])
                .to_owned();
        let rows = changed.into_values().map(|row| mark::ActiveModel::from(row).reset_all());
        mark::Entity::insert_many(rows).on_conflict(conflict).exec_without_returning(tx).await?;
        append_act(tx, pen, may, "mark_households", &inspection).await?;
    }
    Ok(answers)
}

impl Walk<'_> {
    /// The mark as it stands after this was said, and whether it is new.
    fn hear(&mut self, said: &NewMark, now: i64) -> Result<(Mark, bool)> {
        let me = self.may.account_id();
        let listed = self
            .homes
            .get(&said.household_id)
            .filter(|home| home.grid_path.starts_with(&self.inspection.area_path) && self.may.reaches(&home.grid_path));
        let home = listed.ok_or(NOT_FOUND)?;
        let marks = self.known.entry(home.id).or_default();
        let own = marks.iter().position(|mark| mark.judge_id == me);
        if let Some(known) = own.map(|at| &marks[at]).filter(|known| known.revision >= said.revision) {
            return Ok((known.clone(), false));
        }
        if said.state != State::TakenBack {
            if !super::is_called_on(home) {
                return Err(NOT_FOUND.into());
            }
            if self.may.identity.household_id == Some(home.id) {
                return Err(OWN_DOOR.into());
            }
            let others = marks.iter().filter(|mark| mark.judge_id != me && mark.state == State::Marked).count();
            if others >= usize::try_from(self.inspection.judges).unwrap_or(1) {
                return Err(JUDGED_ALREADY.into());
            }
        }
        let mine = |photo: &EvidenceId| {
            self.photos.get(photo).is_some_and(|named| is_usable(named, self.inspection, self.may))
        };
        refuse_unsound(self.table, said, mine)?;
        let new = Mark {
            inspection_id: self.inspection.id,
            household_id: home.id,
            judge_id: me,
            revision: said.revision,
            state: said.state,
            findings: said.findings.clone(),
            marked_at: now,
        };
        match own {
            Some(at) => marks[at] = new.clone(),
            None => marks.push(new.clone()),
        }
        Ok((new, true))
    }
}

/// A photo that its judge took in the village and nothing shows yet.
pub(super) fn is_usable(named: &Named, inspection: &Inspection, by: &May<AddPoints>) -> bool {
    let photo = &named.evidence;
    photo.village_id == inspection.village_id
        && photo.uploaded_by == by.account_id()
        && photo.removed_at.is_none()
        && !named.used
}

/// Every item once, with spots or, where it may be, without; photos only of spots.
fn refuse_unsound(table: &Adopted, said: &NewMark, is_mine: impl Fn(&EvidenceId) -> bool) -> Result<()> {
    let field = |at: usize, name: &str| format!("findings[{at}].{name}");
    let mut problems = Vec::new();
    if !(0..=REVISION_MAX).contains(&said.revision) {
        problems.push(FieldProblem::new("revision", "out_of_range", "这一户的次序号不对，请刷新页面再评。"));
    }
    let findings = &said.findings.0;
    let mut left: Vec<_> = if said.state == State::Marked { items(table).collect() } else { Vec::new() };
    for (at, finding) in findings.iter().enumerate() {
        let Some(place) = left.iter().position(|rule| rule.id == finding.rule_id) else {
            let message = "这一项不在这次评比里，或者写了两次，请刷新页面再评。";
            problems.push(FieldProblem::new(field(at, "rule_id"), "unknown", message));
            continue;
        };
        let rule = left.remove(place);
        match finding.spots {
            None if !rule.terms.indoor_may_be_skipped => {
                let message = format!("「{}」不能空着，没有不合格的写 0 处。", rule.name);
                problems.push(FieldProblem::new(field(at, "spots"), "missing", message));
            }
            Some(spots) if spots > SPOTS_MAX => {
                let message = format!("一项最多扣 {SPOTS_MAX} 处。");
                problems.push(FieldProblem::new(field(at, "spots"), "out_of_range", message));
            }
            _ => {}
        }
        let photos = &finding.evidence;
        let twice = photos.iter().enumerate().any(|(at, photo)| photos[..at].contains(photo));
        if photos.len() > PHOTOS_MAX || twice || !photos.is_empty() && finding.spots.unwrap_or(0) == 0 {
            let message = "扣了分的一项可以附照片，最多 3 张，每张只附一次。";
            problems.push(FieldProblem::new(field(at, "evidence"), "out_of_range", message));
        } else if !photos.iter().all(&is_mine) {
            problems.push(FieldProblem::new(field(at, "evidence"), "refused", evidence::NOT_USABLE.title));
        }
    }
    if !left.is_empty() {
        let names: Vec<&str> = left.iter().map(|rule| rule.name.as_str()).collect();
        problems.push(FieldProblem::new("findings", "missing", format!("还没评：{}。", names.join("、"))));
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Refused(crate::error::INVALID, problems)) }
}

/// Whether anything of a mark counts: it is set by the judge's last word.
pub(super) fn counts(mark: &Mark) -> bool {
    mark.state == State::Marked
}

/// The marks of a round by household, those that count first, then in the order in which they came.
pub(super) async fn of_round(
    db: &impl sea_orm::ConnectionTrait,
    id: InspectionId,
) -> Result<HashMap<HouseholdId, Vec<Mark>>> {
    let rows = mark::Entity::find().filter(mark::Column::InspectionId.eq(id)).all(db).await?;
    let mut marks: HashMap<HouseholdId, Vec<Mark>> = HashMap::new();
    for row in rows {
        marks.entry(row.household_id).or_default().push(row);
    }
    for of_household in marks.values_mut() {
        of_household.sort_by_key(|mark| (!counts(mark), mark.marked_at, mark.judge_id));
    }
    Ok(marks)
}
