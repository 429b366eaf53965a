//! Activities (活动): a day, a place and a rule; households are ticked as they come, and closing awards all of
//! them once.
//!
//! How many came means: a rule that counts 按人 is multiplied by them; of a unit that counts people (人次) there
//! are that many; under any other rule a household gets its award once, and the number is only noted.
//!
//! Walk of one activity: opened for a grid or a village; from its day on, households are ticked, each with the
//! number who came, by everybody who may record there; closing makes an award of each through the same door
//! as any other deed, in the name of whoever ticked the household, so his own still waits for somebody else.
//!
//! Invariants: the phone's id is the activity's identity for ever; what people are awarded for never changes
//! after it was opened; of two numbers for one household the later one of a phone counts, however often and in
//! whatever order they arrive; an activity ends once, and nobody is ticked after that.

mod attendance;
mod closing;
pub mod entity;
mod inward;
mod opening;
mod outward;
mod reading;
pub mod routes;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{Condition, ConnectionTrait, QuerySelect as _};

use crate::areas;
use crate::audit::{self, Act};
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::{NOT_FOUND, Refusal, Result};
use crate::ids::ActivityId;
use crate::rules::shape::Shape;
use crate::rules::terms::Terms;
use crate::scope::{May, Verb};

pub use attendance::{Change, take};
pub use closing::{cancel, close};
pub use entity::{Model as Activity, State};
pub use opening::{NewActivity, open};
pub use reading::{Came, Detail, Key, Listed, awaiting, find, list};

/// The id belongs to another activity.
pub const ACTIVITY_TAKEN: Refusal = Refusal::new(409, "activity_taken", "这个编号已经开过别的活动，请刷新再开。");
/// It is closed or cancelled.
pub const ACTIVITY_ENDED: Refusal =
    Refusal::new(409, "activity_ended", "这次活动已经结束，不能再改。漏了的户请到记分里单独记。");
/// Its day has not come.
pub const ACTIVITY_TO_COME: Refusal = Refusal::new(422, "activity_to_come", "还没到活动那天，到了那天再记谁来了。");
/// Nobody is ticked.
pub const NOBODY_CAME: Refusal = Refusal::new(422, "nobody_came", "还没有记谁来了，没有分可记。没办成的活动请点取消。");
/// More are open than a village can hold.
pub const TOO_MANY_OPEN: Refusal =
    Refusal::new(422, "too_many_open", "村里没结束的活动太多了，请先结束或取消一些再开。");

/// Why this room refuses.
pub const REFUSALS: &[Refusal] = &[ACTIVITY_TAKEN, ACTIVITY_ENDED, ACTIVITY_TO_COME, NOBODY_CAME, TOO_MANY_OPEN];

/// What the number who came does to an award.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ActivityCounting)]
pub enum Counting {
    /// The rule counts 按人: its points are multiplied.
    PerPerson,
    /// Its unit counts people: so many units of it.
    Units,
    /// Nothing: a household is awarded once.
    Noted,
}

impl Counting {
    /// As a rule says it.
    pub fn of(terms: &Terms) -> Self {
        match terms {
            Terms { per_person: true, .. } => Self::PerPerson,
            Terms { unit, .. } if unit.starts_with('人') => Self::Units,
            _ => Self::Noted,
        }
    }
}

/// Whether people can be awarded for coming: additions, ladders and degrees. An amount in bands, a finding of a
/// round, and what is carried out when a window is closed say nothing about a day together.
fn is_fit(shape: &Shape) -> bool {
    matches!(shape, Shape::Addition { .. } | Shape::Ladder { .. } | Shape::Degrees { .. })
}

/// What one may read: activities of one's areas, of what lies below them, and of the village around them.
fn readable<V: Verb>(may: &May<V>) -> Condition {
    let column = (entity::Entity, entity::Column::AreaPath);
    let around = may.paths().iter().flat_map(|top| areas::paths_around(top));
    may.within(column).add(Expr::col(column).is_in(around))
}

/// One activity that one may read.
///
/// # Errors
/// [`NOT_FOUND`] when it does not exist or lies elsewhere.
async fn in_sight<V: Verb>(db: &impl ConnectionTrait, may: &May<V>, id: ActivityId) -> Result<Activity> {
    entity::Entity::find_by_id(id).filter(readable(may)).one(db).await?.ok_or_else(|| NOT_FOUND.into())
}

/// The same, held until the transaction ends: ticking, closing and cancelling come one after the other.
async fn in_sight_locked<V: Verb>(tx: &Tx, may: &May<V>, id: ActivityId) -> Result<Activity> {
    in_sight(tx, may, id).await?;
    entity::Entity::find_by_id(id).lock_exclusive().one(tx).await?.ok_or_else(|| NOT_FOUND.into())
}

async fn append_act<V: Verb>(
    tx: &Tx,
    clock: &Clock,
    may: &May<V>,
    action: &'static str,
    activity: &Activity,
) -> Result<()> {
    let target = Some(("activity", activity.id.0));
    let act = Act { by: Some(may.account_id()), action, target, area_path: &activity.area_path };
    audit::append(tx, clock, &[act]).await
}
