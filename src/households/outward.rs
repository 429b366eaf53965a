//! How a household looks from outside.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Household, Status};
use crate::areas;
use crate::error::{NOT_FOUND, Result};
use crate::hundredths::Hundredths;
use crate::ids::{AreaId, EXAMPLE_VILLAGE, HouseholdId};
use crate::ledger::{self, Balances};

/// A household.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Household, example = json!({ "village_id": EXAMPLE_VILLAGE, "month_points": 25 }))]
pub struct HouseholdOut {
    /// Identity.
    pub id: HouseholdId,
    /// Unique in the village.
    #[schema(example = "LJP0012")]
    pub code: String,
    /// The registered head's name.
    #[schema(example = "陈建桂")]
    pub name: String,
    /// The name people use.
    #[schema(example = "老陈")]
    pub alias: Option<String>,
    /// The grid it stands in.
    pub grid_id: AreaId,
    /// That grid's name.
    #[schema(example = "一组")]
    pub grid_name: String,
    /// Its village.
    pub village_id: AreaId,
    /// That village's name.
    #[schema(example = "林家排村")]
    pub village_name: String,
    /// Door plate.
    #[schema(example = "19号")]
    pub door: Option<String>,
    /// How it lives.
    pub status: Status,
    /// People who live in it.
    #[schema(example = 4, minimum = 1, maximum = 99)]
    pub size: i32,
    /// Tags that every reader may see.
    #[schema(example = json!(["党员户"]))]
    pub tags: Vec<String>,
    /// Points.
    pub balances: Balances,
    /// Earned this month, net; absent for a household that is not ranked because nobody lives there.
    pub month_points: Option<Hundredths>,
}

/// A household's own page.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HouseholdPage)]
pub struct HouseholdPageOut {
    #[serde(flatten)]
    pub(super) household: HouseholdOut,
    /// Where it is, in words.
    #[schema(example = "一组19号")]
    pub(super) address: Option<String>,
    /// The phone with four digits hidden.
    #[schema(example = "132****9896")]
    pub(super) phone_masked: Option<String>,
    /// Whether revealing it shows more tags; always false for those who may not.
    #[schema(example = false)]
    pub(super) has_hidden_tags: bool,
    /// When it was written down.
    #[schema(example = "2026-08-20T01:30:00Z")]
    pub(super) created_at: DateTime<Utc>,
    /// The newest months in which it earned, newest first; up to 12.
    pub(super) months: Vec<MonthOut>,
}

/// What a household earned in a month.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MonthPoints, example = json!({ "points": 25 }))]
pub struct MonthOut {
    /// The month.
    #[schema(example = "2026-11")]
    pub(super) period: String,
    /// Net.
    pub(super) points: Hundredths,
}

/// One household as it looks.
pub async fn shown_one(db: &impl ConnectionTrait, today: NaiveDate, household: Household) -> Result<HouseholdOut> {
    let shown = shown(db, today, vec![household]).await?;
    shown.into_iter().next().ok_or_else(|| NOT_FOUND.into())
}

/// Households as they look, with the names around them and their points.
pub async fn shown(
    db: &impl ConnectionTrait,
    today: NaiveDate,
    households: Vec<Household>,
) -> Result<Vec<HouseholdOut>> {
    let ids = || households.iter().map(|household| household.id);
    let month = today.format("%Y-%m").to_string();
    let balances = ledger::balances(db, ids()).await?;
    let month_points = ledger::month_points(db, ids(), &month).await?;
    let areas = areas::of_found_rows(db, households.iter().flat_map(|one| [one.grid_id, one.village_id])).await?;
    let name = |id| areas.get(&id).map(|area| area.name.clone()).unwrap_or_default();
    let show = |household: Household| HouseholdOut {
        grid_name: name(household.grid_id),
        village_name: name(household.village_id),
        tags: household.tags.plain().map(String::from).collect(),
        balances: balances.get(&household.id).copied().unwrap_or_default(),
        month_points: (household.status == Status::Resident)
            .then(|| month_points.get(&household.id).copied().unwrap_or_default()),
        id: household.id,
        code: household.code,
        name: household.name,
        alias: household.alias,
        grid_id: household.grid_id,
        village_id: household.village_id,
        door: household.door,
        status: household.status,
        size: household.size,
    };
    Ok(households.into_iter().map(show).collect())
}
