//! `/todo`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Kind, Waits};
use crate::app::App;
use crate::error::Result;
use crate::scope::{May, ReadBook};

/// The room's routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_todo))
}

/// Something that waits for the caller.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Todo)]
pub struct TodoOut {
    /// What.
    kind: Kind,
    /// How many, at most 50.
    #[schema(example = 3)]
    count: u64,
    /// There are more than 50.
    #[schema(example = false)]
    more: bool,
}

/// Everything that waits for the caller.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Todos)]
pub struct TodosOut {
    /// Kinds of which something waits, those for which households wait first.
    items: Vec<TodoOut>,
    /// Always null.
    next_cursor: Option<String>,
}

/// What waits for me, kind by kind.
#[utoipa::path(get, path = "/todo", tag = "todo", responses((status = 200, body = TodosOut)))]
async fn list_todo(State(app): State<App>, may: May<ReadBook>) -> Result<Json<TodosOut>> {
    let waits = super::of(app.db.read(), &app.shelf, &may.identity, app.clock.today()).await?;
    let items = waits.into_iter().map(|Waits { kind, count, more }| TodoOut { kind, count, more }).collect();
    Ok(Json(TodosOut { items, next_cursor: None }))
}
