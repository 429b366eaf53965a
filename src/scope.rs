//! Who may, and where.
//!
//! A scope is a role over the subtree of one area. The table of roles and verbs stands once, in
//! [`verbs!`] below; a verb's signature asks for [`May<Verb>`], which only [`Identity::may`] builds,
//! so a privilege that was not checked cannot be spent. Where the verb reaches is a list of area
//! paths: rows outside it are never found, which looks exactly like rows that do not exist.

use std::marker::PhantomData;
use std::sync::Arc;

use chrono::NaiveDate;
use sea_orm::sea_query::{ExprTrait as _, IntoColumnRef};
use sea_orm::{Condition, DeriveActiveEnum, EnumIter, sea_query::Expr};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{FORBIDDEN, Refusal, Result};
use crate::ids::{AccountId, AreaId, HouseholdId, ScopeId, SessionId};

/// Signing in with a one-time password opens nothing but the change of it.
pub const MUST_CHANGE_PASSWORD: Refusal = Refusal::new(403, "must_change_password", "请先改一个自己的密码。");
/// Why a verb is refused.
pub const REFUSALS: &[Refusal] = &[MUST_CHANGE_PASSWORD];

/// What a person is to an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Role {
    /// 网格员
    GridWorker,
    /// 村干部
    VillageCadre,
    /// 评议员
    PanelMember,
    /// 村务监督委员会
    Supervisor,
    /// 镇管理员
    TownAdmin,
    /// 县管理员
    CountyAdmin,
}

/// A role over the subtree of one area, from a day until (and with) another.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Its own identity, by which it is ended.
    pub id: ScopeId,
    /// What the person is there.
    pub role: Role,
    /// The top of the subtree.
    pub area_id: AreaId,
    /// The area's materialised path.
    pub path: String,
    /// First day.
    pub begins_on: NaiveDate,
    /// Last day; open when absent.
    pub ends_on: Option<NaiveDate>,
}

impl Scope {
    /// Whether it counts on a day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.begins_on <= day && self.ends_on.is_none_or(|last| day <= last)
    }
}

/// A signed-in person, as every request sees him.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The account.
    pub account_id: AccountId,
    /// The sign-in this request belongs to.
    pub session_id: SessionId,
    /// Sign-in name.
    pub username: String,
    /// The name people read.
    pub name: String,
    /// The person's own household, whose points he may record but never approve.
    pub household_id: Option<HouseholdId>,
    /// A one-time password is still in use.
    pub must_change_password: bool,
    /// Everything he is or will be.
    pub scopes: Vec<Scope>,
    /// When the sign-in ends by itself.
    pub expires_at: crate::clock::Millis,
}

/// A verb of the table in DESIGN.md §5.
pub trait Verb: Send + Sync + 'static {
    /// The roles that hold it.
    const ROLES: &'static [Role];
    /// Whether a one-time password is enough.
    const BEFORE_PASSWORD_CHANGE: bool = false;
}

macro_rules! verbs {
    ($($(#[$doc:meta])* $name:ident: $($role:ident)|+;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;
        impl Verb for $name {
            const ROLES: &'static [Role] = &[$(Role::$role),+];
        }
    )+};
}

verbs! {
    /// See areas, households, rules, rankings and awards of one's own areas.
    ReadBook: GridWorker | VillageCadre | PanelMember | Supervisor | TownAdmin | CountyAdmin;
    /// Record good deeds.
    AddPoints: GridWorker | VillageCadre;
    /// Send photos of deeds, or of minutes.
    SendPhotos: GridWorker | VillageCadre | PanelMember;
    /// Record a deduction, which a review then decides.
    Deduct: VillageCadre;
    /// Approve, return, reject.
    Review: VillageCadre | PanelMember | TownAdmin;
    /// Undo a posted award by an opposite entry.
    Reverse: GridWorker | VillageCadre;
    /// Reverse what somebody else recorded.
    ReverseOthers: VillageCadre;
    /// Add and change households.
    EditHouseholds: VillageCadre | TownAdmin;
    /// Read sensitive tags and whole phone numbers; audited.
    RevealHousehold: VillageCadre | TownAdmin;
    /// Bring in rosters.
    ImportHouseholds: VillageCadre | TownAdmin | CountyAdmin;
    /// Bring in deeds that were written on paper.
    ImportAwards: VillageCadre;
    /// Bring in tables of rules.
    ImportRules: VillageCadre | TownAdmin | CountyAdmin;
    /// Write a village's draft, or as a town the template.
    DraftRules: VillageCadre | TownAdmin;
    /// Say something about a draft, or write down what a villager said.
    RemarkRules: GridWorker | VillageCadre | PanelMember | Supervisor;
    /// Record the resolution that brings a table into force.
    AdoptRules: VillageCadre;
    /// File what villages resolved, issue the template, clear a false alarm.
    FileRules: TownAdmin;
    /// Create and rename areas below one's own.
    ManageAreas: TownAdmin | CountyAdmin;
    /// Read what a village may give in a month, and what it asked for.
    ReadBudgets: VillageCadre | PanelMember | Supervisor | TownAdmin | CountyAdmin;
    /// Ask the town for more.
    AskBudget: VillageCadre;
    /// Grant or decline it.
    AnswerBudget: TownAdmin;
    /// See where the points of a village go: by household and rule, never by who recorded them.
    ReadConcentration: VillageCadre | Supervisor | TownAdmin | CountyAdmin;
    /// Make, change and stop the accounts one is responsible for.
    ManageAccounts: VillageCadre | TownAdmin | CountyAdmin;
}

/// Proof that a person holds a verb somewhere, and where.
#[derive(Debug)]
pub struct May<V> {
    /// Who.
    pub identity: Arc<Identity>,
    paths: Vec<String>,
    verb: PhantomData<fn() -> V>,
}

impl<V> Clone for May<V> {
    fn clone(&self) -> Self {
        Self { identity: Arc::clone(&self.identity), paths: self.paths.clone(), verb: PhantomData }
    }
}

impl Identity {
    /// Checks the verb against the scopes that hold today.
    ///
    /// # Errors
    /// [`FORBIDDEN`] when none does, [`MUST_CHANGE_PASSWORD`] while a one-time password is in use.
    pub fn may<V: Verb>(self: &Arc<Self>, today: NaiveDate) -> Result<May<V>> {
        if self.must_change_password && !V::BEFORE_PASSWORD_CHANGE {
            return Err(MUST_CHANGE_PASSWORD.into());
        }
        let holds = |scope: &&Scope| V::ROLES.contains(&scope.role) && scope.holds_on(today);
        let paths: Vec<String> = self.scopes.iter().filter(holds).map(|scope| scope.path.clone()).collect();
        if paths.is_empty() {
            return Err(FORBIDDEN.into());
        }
        Ok(May { identity: Arc::clone(self), paths, verb: PhantomData })
    }
}

impl<V: Verb> May<V> {
    /// Whether the verb reaches an area, by its path.
    pub fn reaches(&self, path: &str) -> bool {
        self.paths.iter().any(|top| path.starts_with(top.as_str()))
    }

    /// Whether the verb reaches an area, or something below it: a worker reads the rules and the
    /// ranking of the whole village his grid lies in.
    pub fn touches(&self, path: &str) -> bool {
        self.reaches(path) || self.paths.iter().any(|top| top.starts_with(path))
    }

    /// Whether the verb reaches an area strictly below one of its tops.
    pub fn reaches_below(&self, path: &str) -> bool {
        self.paths.iter().any(|top| path.len() > top.len() && path.starts_with(top.as_str()))
    }

    /// The tops of the subtrees it reaches.
    pub fn paths(&self) -> &[String] {
        &self.paths
    }

    /// The rows whose `path` column lies in reach.
    pub fn within(&self, path: impl IntoColumnRef + Copy) -> Condition {
        self.paths.iter().fold(Condition::any(), |any, top| any.add(subtree(path, top)))
    }

    /// The person's account.
    pub fn account_id(&self) -> AccountId {
        self.identity.account_id
    }

    /// The same person with another verb.
    ///
    /// # Errors
    /// [`FORBIDDEN`] when the scopes do not hold it.
    pub fn also<W: Verb>(&self, today: NaiveDate) -> Result<May<W>> {
        self.identity.may::<W>(today)
    }
}

/// All paths at or below `top`, as one range of a byte-ordered column.
pub fn subtree(column: impl IntoColumnRef + Copy, top: &str) -> Condition {
    Condition::all().add(Expr::col(column).gte(top)).add(Expr::col(column).lt(format!("{top}~")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(scopes: Vec<Scope>) -> Arc<Identity> {
        Arc::new(Identity {
            account_id: AccountId(uuid::Uuid::nil()),
            session_id: SessionId(uuid::Uuid::nil()),
            username: "worker".into(),
            name: "网格员".into(),
            household_id: None,
            must_change_password: false,
            scopes,
            expires_at: 0,
        })
    }

    fn scope(role: Role, path: &str, begins_on: &str, ends_on: Option<&str>) -> Scope {
        Scope {
            id: ScopeId(uuid::Uuid::nil()),
            role,
            area_id: AreaId(uuid::Uuid::nil()),
            path: path.into(),
            begins_on: begins_on.parse().unwrap(),
            ends_on: ends_on.map(|day| day.parse().unwrap()),
        }
    }

    #[test]
    fn a_verb_reaches_its_own_subtree_and_no_sibling() {
        let may = identity(vec![scope(Role::GridWorker, "00010002", "2026-01-01", None)])
            .may::<AddPoints>("2026-11-23".parse().unwrap())
            .unwrap();
        assert!(may.reaches("00010002") && may.reaches("000100020001"));
        assert!(!may.reaches("0001") && !may.reaches("00010003") && !may.reaches("000100"));
    }

    #[test]
    fn a_scope_holds_from_its_first_day_through_its_last() {
        let person = identity(vec![scope(Role::VillageCadre, "0001", "2026-03-01", Some("2026-06-30"))]);
        let may = |day: &str| person.may::<Review>(day.parse().unwrap()).is_ok();
        assert_eq!(["2026-02-28", "2026-03-01", "2026-06-30", "2026-07-01"].map(may), [false, true, true, false]);
    }

    #[test]
    fn a_role_without_the_verb_and_a_one_time_password_are_refused() {
        let day = "2026-11-23".parse().unwrap();
        let worker = identity(vec![scope(Role::GridWorker, "0001", "2026-01-01", None)]);
        assert_eq!(worker.may::<Review>(day).unwrap_err().refusal(), FORBIDDEN);
        let mut fresh = (*worker).clone();
        fresh.must_change_password = true;
        assert_eq!(Arc::new(fresh).may::<AddPoints>(day).unwrap_err().refusal(), MUST_CHANGE_PASSWORD);
    }
}
