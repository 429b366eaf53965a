//! `/awards/alike`.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Alike, Likeness};
use crate::app::App;
use crate::awards::Status;
use crate::clock::instant;
use crate::error::{Error, Result};
use crate::http::{Page, ValidJson};
use crate::hundredths::Hundredths;
use crate::ids::{AwardId, HouseholdId, RuleId};
use crate::scope::{AddPoints, May};

/// Deeds asked about at once: as many as a batch takes.
const ASKED_MAX: usize = 500;

/// The topic's routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(find_alike_awards))
}

/// Deeds that may have been recorded before.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = AlikeAsked)]
#[serde(deny_unknown_fields)]
pub struct AlikeIn {
    /// 1 to 500.
    #[schema(min_items = 1, max_items = 500)]
    pub items: Vec<LikenessIn>,
}

/// A household, a rule and a day.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Likeness)]
#[serde(deny_unknown_fields)]
pub struct LikenessIn {
    /// Whose deed.
    pub household_id: HouseholdId,
    /// Which rule.
    pub rule_id: RuleId,
    /// Day of the deed.
    #[schema(example = "2026-11-22")]
    pub occurred_on: NaiveDate,
}

/// An award that stands or waits for the same household, rule and day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AlikeAward)]
pub struct AlikeOut {
    /// Which award.
    pub id: AwardId,
    /// Whose deed.
    pub household_id: HouseholdId,
    /// Which rule.
    pub rule_id: RuleId,
    /// Day of the deed.
    #[schema(example = "2026-11-22")]
    pub occurred_on: NaiveDate,
    /// In the rule's unit.
    pub quantity: Hundredths,
    /// Which degree, where the rule has degrees.
    #[schema(example = "县")]
    pub degree: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// Who recorded it.
    #[schema(example = "李某")]
    pub recorder_name: String,
    /// Server time.
    #[schema(example = "2026-11-23T02:05:00Z")]
    pub recorded_at: DateTime<Utc>,
    /// Who brought it in.
    #[schema(example = "王某")]
    pub handled_by: Option<String>,
    /// The sheet of paper it was typed from.
    #[schema(example = "12")]
    pub sheet: Option<String>,
}

impl From<Alike> for AlikeOut {
    fn from(Alike { award, recorder_name }: Alike) -> Self {
        Self {
            id: award.id,
            household_id: award.household_id,
            rule_id: award.rule_id,
            occurred_on: award.occurred_on,
            quantity: award.quantity,
            degree: award.judged_degree.or(award.degree),
            status: award.status,
            recorder_name,
            recorded_at: instant(award.recorded_at),
            handled_by: award.handled_by,
            sheet: award.sheet,
        }
    }
}

/// What was recorded before for the same household, rule and day, and stands or waits. Nothing is written.
///
/// It warns whoever types from paper, or records many households at once. Of a household out of reach there
/// is nothing.
#[utoipa::path(
    post, path = "/awards/alike", tag = "awards", request_body = AlikeIn,
    responses((status = 200, body = Page<AlikeOut>, description = "First recorded first, at most 1000."))
)]
async fn find_alike_awards(
    State(app): State<App>,
    may: May<AddPoints>,
    ValidJson(input): ValidJson<AlikeIn>,
) -> Result<Json<Page<AlikeOut>>> {
    if !(1..=ASKED_MAX).contains(&input.items.len()) {
        return Err(Error::field("items", "out_of_range", format!("一次问 1 到 {ASKED_MAX} 件。")));
    }
    let asked = |LikenessIn { household_id, rule_id, occurred_on }| Likeness { household_id, rule_id, occurred_on };
    let asked = input.items.into_iter().map(asked).collect();
    let found = super::alike(app.db.read(), &may, &asked).await?;
    Ok(Json(Page { items: found.into_iter().map(AlikeOut::from).collect(), next_cursor: None }))
}
