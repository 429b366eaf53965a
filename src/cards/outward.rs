//! Plates as they go out: JSON, nothing else.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Plate, PlateCode};
use crate::clock::instant;
use crate::households::outward::HouseholdOut;
use crate::ids::AreaId;

/// For which grid.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MakePlates)]
#[serde(deny_unknown_fields)]
pub struct MakeIn {
    /// A grid.
    pub area_id: AreaId,
}

/// Plates of a grid.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Plates)]
pub struct PlatesOut {
    /// One a door, in the order of the doors.
    pub items: Vec<PlateOut>,
    /// Always null.
    pub next_cursor: Option<String>,
}

/// A plate.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Plate)]
pub struct PlateOut {
    /// What is printed, behind `/d/` of this server's address.
    code: PlateCode,
    /// In which grid.
    grid_id: AreaId,
    /// Which door of it.
    #[schema(example = "19号")]
    door: String,
    /// When it was made.
    #[schema(example = "2026-11-23T02:05:00Z")]
    made_at: DateTime<Utc>,
}

impl From<Plate> for PlateOut {
    fn from(plate: Plate) -> Self {
        Self { code: plate.code, grid_id: plate.grid_id, door: plate.door, made_at: instant(plate.made_at) }
    }
}

/// Households behind a plate.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlateHouseholds)]
pub struct BehindOut {
    /// Those that live there now.
    pub items: Vec<HouseholdOut>,
    /// Always null.
    pub next_cursor: Option<String>,
}
