//! Identities as types of their own, so that a household is never mistaken for a grid.

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! identity {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema, DeriveValueType)]
        #[serde(transparent)]
        #[schema(value_type = Uuid)]
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
    AreaId,
    /// A person's account.
    AccountId,
    /// One role over one area, held by one account.
    ScopeId,
    /// A sign-in on one device.
    SessionId,
    /// A household.
    HouseholdId,
    /// A version of a village's table of rules.
    RuleSetId,
    /// A rule; the same in every version of the table.
    RuleId,
    /// An award, made on the recorder's phone (UUIDv7).
    AwardId,
}
