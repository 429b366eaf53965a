//! Rows of the book and of what is materialised from it.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Accounts of a household that points move between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Account {
    /// Where points come from; below zero by all that was ever given.
    Issued,
    /// 还没公示的分
    Pending,
    /// Counts for honour, can never be spent.
    Base,
    /// 能换东西的分
    Spendable,
    /// Exchanged.
    Redeemed,
    /// Out of date or reset.
    Expired,
    /// No longer counts for honour.
    Lapsed,
    /// Gone to another household.
    Moved,
}

/// What made an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum CauseKind {
    /// An award or deduction.
    Award,
    /// The correction of one by an opposite entry.
    Reversal,
    /// The difference to what an award is worth since an earlier one was corrected.
    Refold,
}

/// Lines of the book.
pub mod entry {
    use sea_orm::entity::prelude::*;

    use super::{Account, CauseKind};
    use crate::clock::Millis;
    use crate::hundredths::Hundredths;
    use crate::ids::{AccountId, AreaId, HouseholdId, RuleId, RuleSetId};

    /// A row of `entries`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "entries")]
    pub struct Model {
        /// The village whose book this is.
        #[sea_orm(primary_key, auto_increment = false)]
        pub village_id: AreaId,
        /// Its number in the village's book, from 1, without gaps.
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i64,
        /// Whose points move.
        pub household_id: HouseholdId,
        /// From here.
        pub from_account: Account,
        /// To there.
        pub to_account: Account,
        /// So many; zero for a deed that came to nothing.
        pub points: Hundredths,
        /// What made it.
        pub cause_kind: CauseKind,
        /// Which one.
        pub cause_id: Uuid,
        /// Tells apart the entries of one cause.
        pub leg: i16,
        /// SHA-256 over what the cause said, personal text included.
        pub cause_digest: Vec<u8>,
        /// The month it counts in.
        pub period: String,
        /// The month of the deed was closed already.
        pub late: bool,
        /// The day of the deed.
        pub occurred_on: Date,
        /// The version of the table that judged it.
        pub rule_set_id: Option<RuleSetId>,
        /// The rule that judged it.
        pub rule_id: Option<RuleId>,
        /// Who wrote it.
        pub recorder_id: AccountId,
        /// Server time; never earlier than the entry before.
        pub recorded_at: Millis,
        /// The entry that this one undoes.
        pub reverses_seq: Option<i64>,
        /// How `mac` was made: 1 is HMAC-SHA-256.
        pub alg: i16,
        /// Over this entry and the `mac` before it.
        pub mac: Vec<u8>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The newest link of each village's chain.
pub mod head {
    use sea_orm::entity::prelude::*;

    use crate::clock::Millis;
    use crate::ids::AreaId;

    /// A row of `chain_heads`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "chain_heads")]
    pub struct Model {
        /// The village.
        #[sea_orm(primary_key, auto_increment = false)]
        pub village_id: AreaId,
        /// Number of its newest entry; 0 before the first.
        pub seq: i64,
        /// That entry's `mac`.
        pub mac: Vec<u8>,
        /// That entry's server time.
        pub recorded_at: Millis,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Sums of entries by account, kept in the transaction that posts them.
pub mod balance {
    use sea_orm::entity::prelude::*;

    use crate::hundredths::Hundredths;
    use crate::ids::{AreaId, HouseholdId};

    /// A row of `balances`. The accounts add to zero.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "balances")]
    pub struct Model {
        /// Whose.
        #[sea_orm(primary_key, auto_increment = false)]
        pub household_id: HouseholdId,
        /// In which book.
        pub village_id: AreaId,
        /// Zero or below: all that was ever given, net.
        pub issued: Hundredths,
        /// Earned, not yet published and final; may be below zero.
        pub pending: Hundredths,
        /// Never to be spent.
        pub base: Hundredths,
        /// May be exchanged; never below zero.
        pub spendable: Hundredths,
        /// Exchanged.
        pub redeemed: Hundredths,
        /// Out of date.
        pub expired: Hundredths,
        /// No longer counts for honour.
        pub lapsed: Hundredths,
        /// Gone to another household.
        pub moved: Hundredths,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What a household earned in a month, net: the rankings read this.
pub mod month_total {
    use sea_orm::entity::prelude::*;

    use crate::hundredths::Hundredths;
    use crate::ids::{AreaId, HouseholdId};

    /// A row of `month_totals`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "month_totals")]
    pub struct Model {
        /// In which book.
        #[sea_orm(primary_key, auto_increment = false)]
        pub village_id: AreaId,
        /// `2026-11`.
        #[sea_orm(primary_key, auto_increment = false)]
        pub month: String,
        /// Whose.
        #[sea_orm(primary_key, auto_increment = false)]
        pub household_id: HouseholdId,
        /// Net.
        pub points: Hundredths,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What a village gave in a month, and what its town granted beyond its limit.
pub mod village_month {
    use sea_orm::entity::prelude::*;

    use crate::hundredths::Hundredths;
    use crate::ids::AreaId;

    /// A row of `village_months`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "village_months")]
    pub struct Model {
        /// In which book.
        #[sea_orm(primary_key, auto_increment = false)]
        pub village_id: AreaId,
        /// `2026-11`.
        #[sea_orm(primary_key, auto_increment = false)]
        pub month: String,
        /// Points of good deeds, less what was corrected.
        pub given: Hundredths,
        /// Points.
        pub granted: Hundredths,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Units that counted against a rule's cap.
pub mod cap_use {
    use sea_orm::entity::prelude::*;

    use crate::hundredths::Hundredths;
    use crate::ids::HouseholdId;

    /// A row of `cap_uses`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "cap_uses")]
    pub struct Model {
        /// Whose.
        #[sea_orm(primary_key, auto_increment = false)]
        pub household_id: HouseholdId,
        /// What is counted: a rule's units by the rule's id, anything else by an id of the rules' room.
        #[sea_orm(primary_key, auto_increment = false)]
        pub counter_id: Uuid,
        /// `2026-11-03`, `2026-W45`, `2026-11`, `2026-Q4` or `2026`.
        #[sea_orm(primary_key, auto_increment = false)]
        pub cap_window: String,
        /// Units counted so far.
        pub units: Hundredths,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
