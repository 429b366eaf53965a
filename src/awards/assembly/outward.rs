//! Meetings as they come in and go out: JSON, nothing else.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::entity::{Decision, Outcome};
use super::{Assembly, Line, Listed, Meeting, Minutes, Present};
use crate::accounts::Reviewer;
use crate::awards::View;
use crate::awards::outward::AwardOut;
use crate::clock::instant;
use crate::ids::{AccountId, AreaId, AssemblyId, AwardId, HouseholdId};

/// Which area.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfArea {
    /// A grid or a village.
    pub area_id: AreaId,
}

/// What a meeting came to.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewAssembly, example = json!({ "others": "三组组长" }))]
#[serde(deny_unknown_fields)]
pub struct MeetingIn {
    /// UUIDv7 made on the device; sending the same again decides nothing twice.
    id: AssemblyId,
    /// About which grid, or the whole village.
    area_id: AreaId,
    /// Day of the meeting, within the last month.
    #[schema(example = "2026-11-22")]
    held_on: NaiveDate,
    /// Cadres and panel members who were there; whoever writes it down is counted in.
    #[schema(max_items = 50)]
    present: Vec<AccountId>,
    /// Who else was there, up to 200 characters.
    others: Option<String>,
    /// What was decided, 1 to 500; what is not named goes on waiting.
    #[schema(min_items = 1, max_items = 500)]
    lines: Vec<LineIn>,
}

/// What was decided about one award.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewAssemblyLine, example = json!({ "degree": null }))]
#[serde(deny_unknown_fields)]
pub struct LineIn {
    /// Which.
    award_id: AwardId,
    /// What.
    decision: Decision,
    /// Another degree than the recorder's; then say why.
    #[schema(example = "县")]
    degree: Option<String>,
    /// Up to 200 characters; needed to strike out, to change the degree, and where a proof was to be seen.
    #[schema(example = "看过签到表")]
    reason: Option<String>,
    /// The award's `revision` that was on the table: what was said anew since is left as `moved`.
    #[schema(example = 0)]
    revision: Option<i32>,
}

impl MeetingIn {
    /// As the room takes it.
    pub fn meeting(self) -> Meeting {
        let Self { id, area_id, held_on, present, others, lines } = self;
        let line = |LineIn { award_id, decision, degree, reason, revision }| Line {
            award_id,
            decision,
            degree,
            reason,
            revision,
        };
        Meeting { id, area_id, held_on, present, others, lines: lines.into_iter().map(line).collect() }
    }
}

/// Who may sit in a meeting.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssemblyPeople)]
pub struct PeopleOut {
    /// Cadres and panel members of the village.
    pub items: Vec<PersonOut>,
    /// So many of them must be there.
    #[schema(example = 3)]
    pub quorum: u8,
    /// Always null.
    pub next_cursor: Option<String>,
}

/// Somebody who may decide.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssemblyPerson)]
pub struct PersonOut {
    /// Account.
    id: AccountId,
    /// Name.
    #[schema(example = "王某")]
    name: String,
    /// His own household, for which he decides nothing.
    household_id: Option<HouseholdId>,
}

impl From<Reviewer> for PersonOut {
    fn from(one: Reviewer) -> Self {
        Self { id: one.account_id, name: one.name, household_id: one.household_id }
    }
}

/// A meeting.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Assembly)]
pub struct AssemblyOut {
    id: AssemblyId,
    area_id: AreaId,
    /// Day of the meeting.
    #[schema(example = "2026-11-22")]
    held_on: NaiveDate,
    /// When it was written down.
    #[schema(example = "2026-11-23T02:05:00Z")]
    recorded_at: DateTime<Utc>,
    /// By whom.
    #[schema(example = "王某")]
    recorded_by: String,
    /// Who else was there.
    #[schema(example = "三组组长")]
    others: Option<String>,
}

impl AssemblyOut {
    /// A meeting with the name of whoever wrote it down.
    fn new(assembly: Assembly, recorded_by: String) -> Self {
        Self {
            id: assembly.id,
            area_id: assembly.area_id,
            held_on: assembly.held_on,
            recorded_at: instant(assembly.recorded_at),
            recorded_by,
            others: assembly.others,
        }
    }
}

/// A meeting in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedAssembly)]
pub struct ListedOut {
    /// The meeting.
    #[serde(flatten)]
    assembly: AssemblyOut,
    /// The reader was there and has not confirmed its minutes.
    #[schema(example = false)]
    awaits_me: bool,
}

impl From<Listed> for ListedOut {
    fn from(one: Listed) -> Self {
        Self { assembly: AssemblyOut::new(one.assembly, one.recorded_by), awaits_me: one.awaits_me }
    }
}

/// Meetings of an area.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Assemblies)]
pub struct AssembliesOut {
    /// Newest first.
    pub items: Vec<ListedOut>,
    /// Always null.
    pub next_cursor: Option<String>,
}

/// The minutes of a meeting.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssemblyMinutes)]
pub struct MinutesOut {
    /// The meeting.
    #[serde(flatten)]
    assembly: AssemblyOut,
    /// Those present, by name.
    present: Vec<PresentOut>,
    /// In the order of the meeting.
    lines: Vec<LineOut>,
    /// Lines that still wait and that the reader decides by confirming; null when he was not there, or has.
    #[schema(example = json!(null))]
    confirmable: Option<usize>,
}

/// Somebody who was there.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssemblyPresent)]
pub struct PresentOut {
    /// Account.
    id: AccountId,
    /// His name.
    #[schema(example = "王某")]
    name: String,
    /// Whether he wrote the minutes, or confirmed them from his own account.
    #[schema(example = true)]
    confirmed: bool,
}

/// A line of the minutes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssemblyLine)]
pub struct LineOut {
    /// What was decided.
    decision: Decision,
    /// Why, or what was looked at.
    #[schema(example = "看过签到表")]
    reason: Option<String>,
    /// What came of it when the minutes were written.
    outcome: Outcome,
    /// The award as it stands.
    award: AwardOut,
}

impl From<Minutes> for MinutesOut {
    fn from(minutes: Minutes) -> Self {
        let line = |(line, view): (super::line::Model, View)| LineOut {
            decision: line.decision,
            reason: line.reason,
            outcome: line.outcome,
            award: view.into(),
        };
        Self {
            assembly: AssemblyOut::new(minutes.assembly, minutes.recorded_by),
            present: minutes
                .present
                .into_iter()
                .map(|Present { account_id, name, confirmed }| PresentOut { id: account_id, name, confirmed })
                .collect(),
            confirmable: minutes.confirmable,
            lines: minutes.lines.into_iter().map(line).collect(),
        }
    }
}
