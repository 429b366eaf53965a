//! Accounts, their scopes and their sessions.

/// A person's account.
pub mod account {
    use sea_orm::entity::prelude::*;

    use crate::clock::Millis;
    use crate::ids::{AccountId, HouseholdId};

    /// A row of `accounts`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "accounts")]
    pub struct Model {
        /// Identity.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: AccountId,
        /// Sign-in name: lower case, unique.
        pub username: String,
        /// The name people read.
        pub name: String,
        /// Argon2id in PHC form.
        pub password_hash: String,
        /// The password was given out by somebody else.
        pub must_change_password: bool,
        /// The person's own household.
        pub household_id: Option<HouseholdId>,
        /// When the account was stopped.
        pub disabled_at: Option<Millis>,
        /// When it was made.
        pub created_at: Millis,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A role over an area.
pub mod scope {
    use sea_orm::entity::prelude::*;

    use crate::clock::Millis;
    use crate::ids::{AccountId, AreaId, ScopeId};
    use crate::scope::Role;

    /// A row of `scopes`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "scopes")]
    pub struct Model {
        /// Identity.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ScopeId,
        /// Whose.
        pub account_id: AccountId,
        /// What the person is there.
        pub role: Role,
        /// The top of the subtree.
        pub area_id: AreaId,
        /// First day.
        pub begins_on: Date,
        /// Last day; open when absent.
        pub ends_on: Option<Date>,
        /// When it was given.
        pub created_at: Millis,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A sign-in on one device.
pub mod session {
    use sea_orm::entity::prelude::*;

    use crate::clock::Millis;
    use crate::ids::{AccountId, SessionId};

    /// A row of `sessions`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub struct Model {
        /// Identity.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: SessionId,
        /// Whose.
        pub account_id: AccountId,
        /// Which refresh token is the newest.
        pub generation: i32,
        /// SHA-256 of it.
        pub refresh_hash: Vec<u8>,
        /// When it was handed out.
        pub rotated_at: Millis,
        /// When the person signed in.
        pub created_at: Millis,
        /// When the sign-in ends by itself.
        pub expires_at: Millis,
        /// When it was ended.
        pub revoked_at: Option<Millis>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
