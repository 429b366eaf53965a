//! Door plates.

use std::fmt;

use sea_orm::DeriveValueType;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::{Clock, Millis};
use crate::ids::{AccountId, AreaId};

/// Small letters and digits without those that look alike: what is printed may have to be typed.
const LETTERS: [char; 31] = [
    'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'j', 'k', 'm', 'n', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
    '2', '3', '4', '5', '6', '7', '8', '9',
];
/// So many of them are 64 bits of chance: nobody comes upon a plate by trying.
const CODE_CHARS: usize = 13;

/// The code on a plate.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, DeriveValueType)]
#[serde(transparent)]
#[schema(value_type = String, example = "7kmw3hq9axbtf")]
pub struct PlateCode(pub String);

impl PlateCode {
    /// A new one.
    pub fn new(clock: &Clock) -> Self {
        let mut chance = u128::from_le_bytes(clock.random());
        let mut letter = || {
            let at = usize::try_from(chance % LETTERS.len() as u128).unwrap_or_default();
            chance /= LETTERS.len() as u128;
            LETTERS[at]
        };
        Self((0..CODE_CHARS).map(|_| letter()).collect())
    }

    /// Whether it could stand on a plate at all.
    pub fn is_sound(&self) -> bool {
        self.0.len() == CODE_CHARS && self.0.chars().all(|letter| LETTERS.contains(&letter))
    }
}

impl fmt::Display for PlateCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl sea_orm::TryFromU64 for PlateCode {
    fn try_from_u64(_: u64) -> Result<Self, DbErr> {
        Err(DbErr::ConvertFromU64("PlateCode"))
    }
}

/// A plate.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plates")]
pub struct Model {
    /// What is printed.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: PlateCode,
    /// In which village.
    pub village_id: AreaId,
    /// In which grid.
    pub grid_id: AreaId,
    /// That grid's path.
    pub grid_path: String,
    /// Which door of it: `19号`.
    pub door: String,
    /// When it was made.
    pub made_at: Millis,
    /// By whom.
    pub made_by: AccountId,
    /// When it stopped counting.
    pub revoked_at: Option<Millis>,
    /// By whom.
    pub revoked_by: Option<AccountId>,
}

impl ActiveModelBehavior for ActiveModel {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sound_and_begin_anew_each_time() {
        let at = std::sync::atomic::AtomicU8::new(0);
        let clock =
            Clock::new(|| 0, move |bytes| bytes.fill_with(|| at.fetch_add(37, std::sync::atomic::Ordering::Relaxed)));
        let codes: std::collections::HashSet<String> = (0..50).map(|_| PlateCode::new(&clock).0).collect();
        assert!(codes.len() > 10 && codes.iter().all(|code| PlateCode(code.clone()).is_sound()), "{codes:?}");
        for wrong in ["", "7kmw3hq9axbt", "7kmw3hq9axbtO", "7KMW3HQ9AXBTF", "7kmw3hq9axbt1", "门牌"] {
            assert!(!PlateCode(wrong.into()).is_sound(), "{wrong}");
        }
    }
}
