//! Awards and the steps people took on them.

use sea_orm::entity::prelude::*;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::why::Reasons;
use crate::clock::Millis;
use crate::hundredths::Hundredths;
use crate::ids::{AccountId, AreaId, AwardId, HouseholdId, RuleId, RuleSetId};
use crate::rules::terms::Proof;

/// Where an award stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[schema(as = AwardStatus)]
pub enum Status {
    /// Waits for review.
    Submitted,
    /// 退回
    Returned,
    /// 不同意
    Rejected,
    /// Taken back by its recorder before it counted.
    Withdrawn,
    /// Stands in the book.
    Posted,
    /// Stood in the book and was undone by an opposite entry.
    Reversed,
}

/// An award as it was recorded; points below zero take points off.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "awards")]
pub struct Model {
    /// Made on the recorder's phone.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AwardId,
    /// In which book.
    pub village_id: AreaId,
    /// Whose deed.
    pub household_id: HouseholdId,
    /// The version that judged it.
    pub rule_set_id: RuleSetId,
    /// The rule that judged it.
    pub rule_id: RuleId,
    /// In the rule's unit.
    pub quantity: Hundredths,
    /// Which degree, where the rule has degrees.
    pub degree: Option<String>,
    /// Which one the panel's meeting made of it, where it found another.
    pub judged_degree: Option<String>,
    /// How many people it was multiplied by, where the rule counts 按人.
    pub people: Option<i32>,
    /// What it gave, or would give if it were approved now.
    pub points: Hundredths,
    /// Points the cap cut off.
    pub clipped: Hundredths,
    /// Units that were counted against the cap; zero until posted.
    pub units: Hundredths,
    /// The points were doubled: it happened before in the window.
    pub doubled: bool,
    /// Where it stands.
    pub status: Status,
    /// The rule demands a proof that was not given.
    pub proof_pending: bool,
    /// Why it waits, or waited, for others; none when it counted at once.
    pub waits_because: Reasons,
    /// The award of somebody else that it is like.
    pub alike_to: Option<AwardId>,
    /// Day of the deed.
    pub occurred_on: Date,
    /// The month it counts in; absent until posted.
    pub period: Option<String>,
    /// The month of the deed was closed already.
    pub late: bool,
    /// What the recorder wrote beside it.
    pub note: Option<String>,
    /// Who of the household did it.
    pub done_by: Option<String>,
    /// Who brought it in when another typed it.
    pub handled_by: Option<String>,
    /// Another proof than a photo: of which kind.
    pub proof_kind: Option<Proof>,
    /// And which one.
    pub proof_words: Option<String>,
    /// The sheet of paper it was typed from.
    pub sheet: Option<String>,
    /// Who of the household told of it; then it is an application.
    pub told_by: Option<String>,
    /// Who recorded it.
    pub recorded_by: AccountId,
    /// The recorder's own household: it waits for somebody else.
    pub own_household: bool,
    /// SHA-256 over what was said, and by which account.
    pub digest: Vec<u8>,
    /// The digest of what was said first, where it was mended since.
    pub first_digest: Option<Vec<u8>>,
    /// Server time.
    pub recorded_at: Millis,
}

impl ActiveModelBehavior for ActiveModel {}

/// What a person did with an award.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum StepKind {
    /// 通过
    Approve,
    /// 退回
    Return,
    /// 不同意
    Reject,
    /// 撤回
    Withdraw,
    /// 改正
    Reverse,
    /// 再交: mended by its recorder after it was returned.
    Resubmit,
    /// 重算: an earlier award was corrected, which changed what this one is worth.
    Refold,
}

/// Steps on an award, in order.
pub mod step {
    use sea_orm::entity::prelude::*;

    use super::StepKind;
    use crate::clock::Millis;
    use crate::ids::{AccountId, AwardId};

    /// A row of `award_steps`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "award_steps")]
    pub struct Model {
        /// On which award.
        #[sea_orm(primary_key, auto_increment = false)]
        pub award_id: AwardId,
        /// From 1.
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i32,
        /// What was done.
        pub step: StepKind,
        /// By whom.
        pub by: AccountId,
        /// When.
        pub at: Millis,
        /// Why.
        pub reason: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
