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
    /// Goes up with every change of the draft: what a meeting voted on is one revision.
    pub revision: i32,
    /// [`Decisions`](super::decisions::Decisions) as JSON.
    pub decisions: Option<String>,
    /// [`Limits`](super::template::Limits) as JSON; only a town's template has them.
    pub limits: Option<String>,
    /// What was said at the meeting.
    pub minutes: Option<String>,
    /// First day the result hung on the wall.
    pub noticed_from: Option<Date>,
    /// Last day.
    pub noticed_until: Option<Date>,
    /// When a town issued it as its template.
    pub issued_at: Option<Millis>,
    /// Who issued it.
    pub issued_by: Option<AccountId>,
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

/// The town's receipt for an adopted set; without it no set judges.
pub mod filing {
    use sea_orm::entity::prelude::*;

    use crate::clock::Millis;
    use crate::ids::{AccountId, AreaId, RuleSetId};

    /// A row of `rule_set_filings`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "rule_set_filings")]
    pub struct Model {
        /// The set that was filed.
        #[sea_orm(primary_key, auto_increment = false)]
        pub rule_set_id: RuleSetId,
        /// Whose set.
        pub area_id: AreaId,
        /// Its version.
        pub version: i32,
        /// First day it judges.
        pub judges_from: Date,
        /// When it was filed.
        pub filed_at: Millis,
        /// By whom.
        pub filed_by: AccountId,
        /// Plain words.
        pub note: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What somebody said about a draft.
pub mod remark {
    use sea_orm::entity::prelude::*;
    use uuid::Uuid;

    use crate::clock::Millis;
    use crate::ids::{AccountId, RuleSetId};

    /// A row of `rule_set_remarks`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "rule_set_remarks")]
    pub struct Model {
        /// Identity, rising with time.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// About which draft.
        pub rule_set_id: RuleSetId,
        /// About which revision of it.
        pub revision: i32,
        /// What was said.
        pub text: String,
        /// Who said it, in plain words, when it was not the writer.
        pub said_by: Option<String>,
        /// When it was written down.
        pub written_at: Millis,
        /// By whom.
        pub written_by: AccountId,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// An alarm that the town called false.
pub mod cleared {
    use sea_orm::entity::prelude::*;
    use uuid::Uuid;

    use crate::clock::Millis;
    use crate::ids::{AccountId, AreaId};

    /// A row of `cleared_alarms`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "cleared_alarms")]
    pub struct Model {
        /// Identity, rising with time.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// In whose tables.
        pub area_id: AreaId,
        /// Code of the line.
        pub line: String,
        /// In which field.
        pub field: String,
        /// In the rule of this name; empty for a category, which many rules share.
        pub rule_name: String,
        /// In a rule that takes points.
        pub taking: bool,
        /// The whole text in which it rang; another text rings again.
        pub text: String,
        /// Why it is false.
        pub reason: String,
        /// When it was cleared.
        pub cleared_at: Millis,
        /// By whom.
        pub cleared_by: AccountId,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A good deed on the worker's chips.
pub mod favourite {
    use sea_orm::entity::prelude::*;

    use crate::ids::{AreaId, RuleId};

    /// A row of `favourites`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "favourites")]
    pub struct Model {
        /// Whose.
        #[sea_orm(primary_key, auto_increment = false)]
        pub area_id: AreaId,
        /// `2026-11`.
        #[sea_orm(primary_key, auto_increment = false)]
        pub month: String,
        /// From 1.
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i32,
        /// Which rule.
        pub rule_id: RuleId,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What one revision of a draft changed.
pub mod edit {
    use sea_orm::entity::prelude::*;

    use crate::clock::Millis;
    use crate::ids::{AccountId, RuleSetId};

    /// A row of `rule_set_edits`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "rule_set_edits")]
    pub struct Model {
        /// Of which set.
        #[sea_orm(primary_key, auto_increment = false)]
        pub rule_set_id: RuleSetId,
        /// Which revision.
        #[sea_orm(primary_key, auto_increment = false)]
        pub revision: i32,
        /// When.
        pub written_at: Millis,
        /// By whom.
        pub written_by: AccountId,
        /// [`Changed`](crate::rules::edits::Changed) as JSON.
        pub changed: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
