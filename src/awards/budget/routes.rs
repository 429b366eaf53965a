//! `/budgets`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::entity::Answer;
use super::outward::{AskIn, BudgetOut, BudgetsOut, BudgetsQuery};
use crate::app::App;
use crate::awards::inward::ReasonIn;
use crate::awards::submission::reason;
use crate::error::{Problem, Result};
use crate::http::{ValidJson, ValidPath, ValidQuery};
use crate::ids::BudgetAskId;
use crate::scope::{AnswerBudget, AskBudget, May, ReadBudgets};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_budgets))
        .routes(routes!(ask_budget))
        .routes(routes!(grant_budget))
        .routes(routes!(decline_budget))
}

/// What a village, or each village of a town, may give in a month, what it gave, and what it asked for.
#[utoipa::path(
    get, path = "/budgets", tag = "awards", params(BudgetsQuery),
    responses(
        (status = 200, body = BudgetsOut),
        (status = 422, body = Problem, description = "`invalid`: no village or town, or a wrong month"),
    )
)]
async fn list_budgets(
    State(app): State<App>,
    may: May<ReadBudgets>,
    ValidQuery(query): ValidQuery<BudgetsQuery>,
) -> Result<Json<BudgetsOut>> {
    let asked = (query.area_id, query.month);
    let items = super::budgets(app.db.read(), &app.shelf, &may, asked, app.clock.today()).await?;
    Ok(Json(BudgetsOut { items: items.into_iter().map(BudgetOut::from).collect(), next_cursor: None }))
}

/// Asks the town to let the village give more in a month. The same id and body again answer the month as it stands (200).
#[utoipa::path(
    post, path = "/budgets/ask", tag = "awards", request_body = AskIn,
    responses(
        (status = 201, body = BudgetOut, description = "Asked."),
        (status = 200, body = BudgetOut, description = "Was asked before."),
        (status = 409, body = Problem, description = "`ask_taken`, `ask_waits`"),
        (status = 422, body = Problem, description = "`invalid`, `no_budget`"),
    )
)]
async fn ask_budget(
    State(app): State<App>,
    may: May<AskBudget>,
    ValidJson(input): ValidJson<AskIn>,
) -> Result<(StatusCode, Json<BudgetOut>)> {
    let new = input.parse()?;
    let (budget, known) = app.write(async |tx| super::ask(tx, &app.pen, &app.shelf, &may, new).await).await?;
    Ok((if known { StatusCode::OK } else { StatusCode::CREATED }, Json(budget.into())))
}

/// Lets the village give so many more in that month.
#[utoipa::path(
    post, path = "/budgets/{id}/grant", tag = "awards", params(("id" = BudgetAskId, Path)), request_body = ReasonIn,
    responses((status = 200, body = BudgetOut), (status = 409, body = Problem, description = "`ask_answered`"))
)]
async fn grant_budget(
    State(app): State<App>,
    may: May<AnswerBudget>,
    ValidPath(id): ValidPath<BudgetAskId>,
    ValidJson(input): ValidJson<ReasonIn>,
) -> Result<Json<BudgetOut>> {
    let said = (id, Answer::Granted, reason(input.reason, false)?);
    Ok(Json(app.write(async |tx| super::answer(tx, &app.pen, &app.shelf, &may, said).await).await?.into()))
}

/// Declines it, with a reason.
#[utoipa::path(
    post, path = "/budgets/{id}/decline", tag = "awards", params(("id" = BudgetAskId, Path)), request_body = ReasonIn,
    responses((status = 200, body = BudgetOut), (status = 409, body = Problem, description = "`ask_answered`"))
)]
async fn decline_budget(
    State(app): State<App>,
    may: May<AnswerBudget>,
    ValidPath(id): ValidPath<BudgetAskId>,
    ValidJson(input): ValidJson<ReasonIn>,
) -> Result<Json<BudgetOut>> {
    let said = (id, Answer::Declined, reason(input.reason, true)?);
    Ok(Json(app.write(async |tx| super::answer(tx, &app.pen, &app.shelf, &may, said).await).await?.into()))
}
