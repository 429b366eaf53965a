//! Identities as types of their own, so that a household is never mistaken for a grid.

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The village in the examples of the API's description, where [`AreaId`] by itself shows a grid.
pub const EXAMPLE_VILLAGE: &str = "01939f7e-0000-7000-8000-000000000102";

macro_rules! identity {
    ($($(#[$doc:meta])* $name:ident = $example:tt),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema, DeriveValueType)]
        #[serde(transparent)]
        #[schema(value_type = Uuid, example = $example)]
        pub struct $name(pub Uuid);

        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

identity! {
    /// A county, town, village or grid.
    AreaId = "01939f7e-0000-7000-8000-000000000103",
    /// A person's account.
    AccountId = "01939f7e-0000-7000-8000-000000000201",
    /// One role over one area, held by one account.
    ScopeId = "01939f7e-0000-7000-8000-000000000202",
    /// A sign-in on one device.
    SessionId = "01939f7e-0000-7000-8000-000000000203",
    /// A household.
    HouseholdId = "01939f7e-0000-7000-8000-000000000301",
    /// A version of a village's table of rules.
    RuleSetId = "01939f7e-0000-7000-8000-000000000401",
    /// A rule; the same in every version of the table.
    RuleId = "01939f7e-0000-7000-8000-000000000405",
    /// An award, made on the recorder's phone (UUIDv7).
    AwardId = "01939f7e-0000-7000-8000-000000000501",
    /// A meeting of the panel, made on the device of whoever writes it down (UUIDv7).
    AssemblyId = "01939f7e-0000-7000-8000-000000000507",
    /// An activity of a grid or a village, made on the device of whoever opens it (UUIDv7).
    ActivityId = "01939f7e-0000-7000-8000-000000000701",
    /// A round over the households of a grid, made on the phone that begins it (UUIDv7).
    InspectionId = "01939f7e-0000-7000-8000-000000000508",
    /// What a village asks its town for, made on the cadre's device (UUIDv7).
    BudgetAskId = "01939f7e-0000-7000-8000-000000000509",
    /// A photo that shows a deed, made on the recorder's phone (UUIDv7).
    EvidenceId = "01939f7e-0000-7000-8000-000000000601",
    /// A trial of a table, kept for a while in memory.
    TrialId = "01939f7e-0000-7000-8000-000000000406",
}
