//! `/applications`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::awards::outward::AwardOut;
use crate::awards::proof::Shown;
use crate::awards::submission::NAME_CHARS_MAX;
use crate::awards::{Raw, Submission};
use crate::error::{Error, INVALID, Problem, Result};
use crate::http::ValidJson;
use crate::hundredths::Hundredths;
use crate::ids::{AwardId, EvidenceId, HouseholdId, RuleId};
use crate::scope::{AddPoints, May};
use crate::words;

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(submit_application))
}

/// A good deed that a household tells of.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewApplication, example = json!({ "quantity": 1, "degree": null, "people": null, "proof": null }))]
#[serde(deny_unknown_fields)]
struct ApplicationIn {
    /// UUIDv7 made on the phone; sending the same again records nothing twice.
    id: AwardId,
    /// Whose deed.
    household_id: HouseholdId,
    /// Which rule of the table in force on the day of the deed; a good deed.
    rule_id: RuleId,
    /// As for an award.
    quantity: Option<Hundredths>,
    /// As for an award.
    #[schema(example = "县")]
    degree: Option<String>,
    /// As for an award.
    #[schema(example = 2, minimum = 1, maximum = 99)]
    people: Option<u32>,
    /// Day of the deed, not in the future.
    #[schema(example = "2026-11-22")]
    occurred_on: NaiveDate,
    /// Who of the household told of it, up to 30 characters.
    #[schema(example = "户主本人")]
    told_by: String,
    /// Up to 200 characters.
    #[schema(example = "帮邻居收稻谷")]
    note: Option<String>,
    /// Another proof than a photo, where the rule asks for one.
    proof: Option<Shown>,
    /// Photos of it that were sent before, at most 3.
    #[serde(default)]
    #[schema(max_items = 3, example = json!([]))]
    evidence: Vec<EvidenceId>,
}

impl ApplicationIn {
    fn parse(self, recorder: May<AddPoints>) -> Result<Submission> {
        let Self { id, household_id, rule_id, quantity, degree, people, occurred_on, .. } = self;
        let Self { told_by, note, proof, evidence, .. } = self;
        let mut problems = Vec::new();
        let missing = "请写户里哪个人报的。";
        let told_by = words::required("told_by", Some(&told_by), NAME_CHARS_MAX, missing, &mut problems);
        if !problems.is_empty() {
            return Err(Error::Refused(INVALID, problems));
        }
        let raw = Raw {
            id,
            household_id,
            rule_id,
            quantity,
            degree,
            people,
            occurred_on,
            note,
            done_by: None,
            handled_by: None,
            sheet: None,
            proof,
            evidence,
        };
        Ok(Submission { told_by: Some(told_by), ..Submission::parse(raw, Arc::new(recorder))? })
    }
}

/// Writes down a good deed that a household tells of; it waits for review. The same id and body again answer it as it stands (200).
#[utoipa::path(
    post, path = "/applications", tag = "awards", request_body = ApplicationIn,
    responses(
        (status = 201, body = AwardOut, description = "Waits for review.", example = json!({
            "status": "submitted", "period": null, "told_by": "户主本人", "waits_because": ["application"],
            "can": { "approve": false, "return": false, "reject": false, "resubmit": false, "withdraw": true, "reverse": false },
        })),
        (status = 200, body = AwardOut, description = "Was written down before; as it stands."),
        (status = 404, body = Problem, description = "`not_found`: no such household in scope"),
        (status = 409, body = Problem, description = "`id_taken`, `too_many_today`, `photo_used`"),
        (status = 422, body = Problem, description = "`invalid`, `applications_off`, `rule_not_told`, `occurred_in_future`, `rule_not_in_force`, `rule_not_recorded`, `quantity_out_of_range`, `household_closed`, `photo_not_usable`"),
        (status = 503, body = Problem, description = "`busy`"),
    )
)]
async fn submit_application(
    State(app): State<App>,
    recorder: May<AddPoints>,
    ValidJson(input): ValidJson<ApplicationIn>,
) -> Result<(StatusCode, Json<AwardOut>)> {
    let submitted = app.writer.submit(input.parse(recorder)?).await?;
    let status = if submitted.replayed { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(submitted.award.into())))
}
