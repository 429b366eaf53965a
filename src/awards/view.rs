//! An award as a person sees it: with the names around it, and what that person may do with it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder as _};

use super::{Award, Status, StepKind, entity};
use crate::accounts::{self, Reviewer};
use crate::areas;
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::evidence::{self, Evidence, UsedFor};
use crate::households::{self, Household};
use crate::ids::{AccountId, AreaId, AwardId, HouseholdId};
use crate::rules::Shelf;
use crate::rules::shelf::InForce;
use crate::scope::{AddPoints, Identity, Reverse, ReverseOthers, Review, Role};

/// An award with the names around it.
#[derive(Clone, Debug)]
pub struct View {
    /// The row.
    pub award: Award,
    /// The household's head.
    pub household_name: String,
    /// The household's code.
    pub household_code: String,
    /// The household's door.
    pub door: Option<String>,
    /// The grid it lies in.
    pub grid_name: String,
    /// The rule's name in the version that judged.
    pub rule_name: String,
    /// The rule's unit.
    pub unit: String,
    /// The version that judged.
    pub rule_set_version: i32,
    /// Who recorded it.
    pub recorder_name: String,
    /// What was done with it since.
    pub steps: Vec<Step>,
    /// Its photos.
    pub photos: Vec<Evidence>,
    /// The award of somebody else that it is like.
    pub alike: Option<Alike>,
    /// What the viewer may do.
    pub can: Can,
}

impl View {
    /// For its recorder when the household has left his reach: that it was recorded and how it stands,
    /// and nothing of what has become of the household or was said since.
    pub fn from_afar(mut self) -> Self {
        self.household_name.clear();
        self.household_code.clear();
        self.grid_name.clear();
        self.door = None;
        self.steps.clear();
        self.photos.clear();
        self.alike = None;
        self.can = Can::default();
        self
    }
}

/// A step, with the person's name.
#[derive(Clone, Debug)]
pub struct Step {
    /// What was done.
    pub kind: StepKind,
    /// Who.
    pub by: AccountId,
    /// His name.
    pub by_name: String,
    /// When.
    pub at: Millis,
    /// Why.
    pub reason: Option<String>,
}

/// An award that another one is like.
#[derive(Clone, Debug)]
pub struct Alike {
    /// The row.
    pub award: Award,
    /// Who recorded it.
    pub recorder_name: String,
}

/// What a person may do with an award as it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Can {
    /// Return, reject.
    pub review: bool,
    /// Approve: nothing more counts for a closed household.
    pub approve: bool,
    /// Mend what was returned and submit it again.
    pub resubmit: bool,
    /// Take it back before it counts.
    pub withdraw: bool,
    /// Undo it by an opposite entry.
    pub reverse: bool,
}

/// What surrounds a group of awards.
pub struct Background {
    households: HashMap<HouseholdId, Household>,
    grids: HashMap<AreaId, areas::Area>,
    names: HashMap<AccountId, String>,
    reviewers: HashMap<AreaId, Vec<Reviewer>>,
    alike: HashMap<AwardId, Alike>,
    /// The adopted tables of the villages.
    pub rules: InForce,
}

impl Background {
    /// Reads the surroundings of awards of some households; `names` are known already.
    pub async fn read(
        db: &impl ConnectionTrait,
        shelf: &Shelf,
        households: BTreeSet<HouseholdId>,
        names: HashMap<AccountId, String>,
    ) -> Result<Self> {
        let households = households::of_awards(db, households).await?;
        let grids = areas::of_found_rows(db, households.values().map(|household| household.grid_id)).await?;
        let villages: BTreeSet<AreaId> = households.values().map(|household| household.village_id).collect();
        let rules = shelf.in_force(db, villages).await?;
        Ok(Self { households, grids, names, reviewers: HashMap::new(), alike: HashMap::new(), rules })
    }

    /// A household at hand.
    pub fn household(&self, id: HouseholdId) -> Option<&Household> {
        self.households.get(&id)
    }

    /// The villages at hand.
    pub fn villages(&self) -> BTreeSet<AreaId> {
        self.households.values().map(|household| household.village_id).collect()
    }

    /// Where an award happened.
    pub fn area_path(&self, award: &Award) -> &str {
        self.household(award.household_id).map_or("", |household| household.grid_path.as_str())
    }

    /// Reads who else could review, for a viewer of the town: he steps in only when nobody else can.
    pub async fn with_reviewers(
        mut self,
        db: &impl ConnectionTrait,
        viewer: &Identity,
        today: NaiveDate,
    ) -> Result<Self> {
        if viewer.scopes.iter().any(|scope| scope.role == Role::TownAdmin && scope.holds_on(today)) {
            for village in self.villages() {
                self.reviewers.insert(village, accounts::reviewers_of_village(db, village, today).await?);
            }
        }
        Ok(self)
    }

    /// Reads the awards that those at hand are like.
    pub async fn read_alike(&mut self, db: &impl ConnectionTrait, ids: BTreeSet<AwardId>) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let awards = entity::Entity::find().filter(entity::Column::Id.is_in(ids)).all(db).await?;
        let names = accounts::names_of_found_rows(db, awards.iter().map(|award| award.recorded_by)).await?;
        for award in awards {
            let recorder_name = names.get(&award.recorded_by).cloned().unwrap_or_default();
            self.alike.insert(award.id, Alike { award, recorder_name });
        }
        Ok(())
    }

    /// An award as `viewer` sees it.
    pub fn view(
        &self,
        award: Award,
        (steps, photos): (Vec<Step>, Vec<Evidence>),
        viewer: &Arc<Identity>,
        today: NaiveDate,
    ) -> Result<View> {
        let missing = |what: &str| Error::Internal(format!("an award without its {what}"));
        let household = self.household(award.household_id).ok_or_else(|| missing("household"))?;
        let adopted = self.rules.set(award.rule_set_id).ok_or_else(|| missing("rule set"))?;
        let rule = adopted.rule(award.rule_id).ok_or_else(|| missing("rule"))?;
        let can = self.can(&award, household, &steps, viewer, today);
        Ok(View {
            household_name: household.name.clone(),
            household_code: household.code.clone(),
            door: household.door.clone(),
            grid_name: self.grids.get(&household.grid_id).map(|grid| grid.name.clone()).unwrap_or_default(),
            rule_name: rule.name.clone(),
            unit: rule.terms.counted().to_owned(),
            rule_set_version: adopted.set.version,
            recorder_name: self.names.get(&award.recorded_by).cloned().unwrap_or_default(),
            steps,
            photos,
            alike: award.alike_to.and_then(|id| self.alike.get(&id).cloned()),
            can,
            award,
        })
    }

    fn can(
        &self,
        award: &Award,
        household: &Household,
        steps: &[Step],
        viewer: &Arc<Identity>,
        today: NaiveDate,
    ) -> Can {
        let recorder = award.recorded_by == viewer.account_id;
        let own_household = viewer.household_id == Some(household.id);
        let waits = matches!(award.status, Status::Submitted | Status::Returned);
        let reaches = |reach: bool| reach && !own_household;
        let reviews = viewer.may::<Review>(today).is_ok_and(|may| may.reaches(&household.grid_path));
        let adds = household.status != households::Status::Closed
            && viewer.may::<AddPoints>(today).is_ok_and(|may| may.reaches(&household.grid_path));
        let steps = since_said(steps);
        let stands = award.status == Status::Posted;
        let approved = steps.iter().any(|step| step.kind == StepKind::Approve);
        let reverses_any = viewer.may::<ReverseOthers>(today).is_ok_and(|may| may.reaches(&household.grid_path));
        let reverses_own =
            recorder && !approved && viewer.may::<Reverse>(today).is_ok_and(|may| may.reaches(&household.grid_path));
        let review = award.status == Status::Submitted
            && !recorder
            && reaches(reviews)
            && !steps.iter().any(|step| step.kind == StepKind::Approve && step.by == viewer.account_id)
            && (reviews_as_villager(viewer, household, today) || self.nobody_else(award, household, steps));
        Can {
            review,
            approve: review && household.status != households::Status::Closed,
            resubmit: award.status == Status::Returned && recorder && adds,
            withdraw: waits && recorder,
            reverse: stands && reaches(reverses_any || reverses_own),
        }
    }

    fn nobody_else(&self, award: &Award, household: &Household, steps: &[Step]) -> bool {
        let steps = since_said(steps);
        let approved = |account| steps.iter().any(|step| step.kind == StepKind::Approve && step.by == account);
        let eligible = |reviewer: &Reviewer| {
            reviewer.account_id != award.recorded_by
                && reviewer.household_id != Some(household.id)
                && !approved(reviewer.account_id)
        };
        self.reviewers.get(&household.village_id).is_some_and(|reviewers| !reviewers.iter().any(eligible))
    }
}

/// The steps on what an award says now: what was approved before it was mended was something else.
pub(super) fn since_said(steps: &[Step]) -> &[Step] {
    let mended = steps.iter().rposition(|step| step.kind == StepKind::Resubmit);
    &steps[mended.map_or(0, |at| at + 1)..]
}

/// How often an award was submitted anew.
pub(super) fn revision(steps: &[Step]) -> i32 {
    let anew = steps.iter().filter(|step| step.kind == StepKind::Resubmit).count();
    i32::try_from(anew).unwrap_or(i32::MAX)
}

fn reviews_as_villager(viewer: &Identity, household: &Household, today: NaiveDate) -> bool {
    viewer.scopes.iter().any(|scope| {
        matches!(scope.role, Role::VillageCadre | Role::PanelMember)
            && scope.holds_on(today)
            && household.grid_path.starts_with(&scope.path)
    })
}

/// The steps on some awards at hand, with names.
pub(super) async fn steps(db: &impl ConnectionTrait, awards: Vec<AwardId>) -> Result<HashMap<AwardId, Vec<Step>>> {
    if awards.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = entity::step::Entity::find()
        .filter(entity::step::Column::AwardId.is_in(awards))
        .order_by_asc(entity::step::Column::AwardId)
        .order_by_asc(entity::step::Column::Position)
        .all(db)
        .await?;
    let names = accounts::names_of_found_rows(db, rows.iter().map(|row| row.by)).await?;
    let mut steps: HashMap<AwardId, Vec<Step>> = HashMap::new();
    for row in rows {
        let by_name = names.get(&row.by).cloned().unwrap_or_default();
        let step = Step { kind: row.step, by: row.by, by_name, at: row.at, reason: row.reason };
        steps.entry(row.award_id).or_default().push(step);
    }
    Ok(steps)
}

/// Awards at hand as `viewer` sees them, in the given order.
pub(super) async fn views(
    db: &impl ConnectionTrait,
    shelf: &Shelf,
    viewer: &Arc<Identity>,
    today: NaiveDate,
    awards: Vec<Award>,
) -> Result<Vec<View>> {
    let households = awards.iter().map(|award| award.household_id).collect();
    let names = accounts::names_of_found_rows(db, awards.iter().map(|award| award.recorded_by)).await?;
    let mut background =
        Background::read(db, shelf, households, names).await?.with_reviewers(db, viewer, today).await?;
    background.read_alike(db, awards.iter().filter_map(|award| award.alike_to).collect()).await?;
    let mut taken = steps(db, awards.iter().map(|award| award.id).collect()).await?;
    let mut shown = evidence::of_causes(db, UsedFor::Award, awards.iter().map(|award| award.id.0)).await?;
    awards
        .into_iter()
        .map(|award| {
            let steps = taken.remove(&award.id).unwrap_or_default();
            let photos = shown.remove(&award.id.0).unwrap_or_default();
            background.view(award, (steps, photos), viewer, today)
        })
        .collect()
}
