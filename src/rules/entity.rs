//! Rule sets and the rules in them.

use sea_orm::entity::prelude::*;

use crate::clock::Millis;
use crate::ids::{AccountId, AreaId, RuleSetId};

/// A version of a village's table. It is a draft until a resolution adopts it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rule_sets")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RuleSetId,
    /// Whose table.
    pub area_id: AreaId,
    /// 1, 2, 3 … within the area.
    pub version: i32,
    /// What the notice calls it.
    pub title: String,
    /// When it was drafted.
    pub created_at: Millis,
    /// By whom.
    pub created_by: AccountId,
    /// When it was adopted.
    pub adopted_at: Option<Millis>,
    /// Who recorded the resolution.
    pub adopted_by: Option<AccountId>,
    /// First day it judges.
    pub in_force_from: Option<Date>,
    /// Day of the resolution.
    pub resolved_on: Option<Date>,
    /// People present.
    pub attendance: Option<i32>,
    /// Votes for.
    pub votes_for: Option<i32>,
    /// Votes against.
    pub votes_against: Option<i32>,
    /// Abstentions.
    pub votes_abstained: Option<i32>,
}

impl ActiveModelBehavior for ActiveModel {}

/// A rule within one version.
pub mod rule {
    use sea_orm::entity::prelude::*;

    use crate::ids::{RuleId, RuleSetId};

    /// A row of `rules`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "rules")]
    pub struct Model {
        /// The version it stands in.
        #[sea_orm(primary_key, auto_increment = false)]
        pub rule_set_id: RuleSetId,
        /// Identity; the same in every version.
        #[sea_orm(primary_key, auto_increment = false)]
        pub rule_id: RuleId,
        /// Place in the table, from 1.
        pub position: i32,
        /// 类别
        pub category: String,
        /// 事项
        pub name: String,
        /// [`Terms`](crate::rules::terms::Terms) as JSON.
        pub terms: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
