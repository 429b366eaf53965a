//! `/imports`, `/imports/awards/sheet` and `/rule-sets/{id}/sheet`.

use axum::Json;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::exports::{RulesSheet, SheetFormat};
use super::imports::{self, Choices, Import, RosterPlan};
use super::month_sheet::MonthSheet;
use super::recording;
use super::sheet::{FILE_BYTES_MAX, Unreadable};
use crate::app::App;
use crate::areas;
use crate::error::{Error, FieldProblem, Problem, Result};
use crate::http::form::{FORM_BYTES_MAX, File, Form};
use crate::http::{ValidPath, ValidQuery};
use crate::ids::{AreaId, RuleSetId};
use crate::rules::{self, NewRule, Rule};
use crate::scope::{AddPoints, ImportAwards, ImportHouseholds, ImportRules, May, ReadBook};

/// What the field of the area wants.
const AREA_ID: &str = "这一项要填村的编号。";

/// The room's routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(import_households))
        .routes(routes!(import_rules))
        .routes(routes!(import_awards))
        .routes(routes!(get_month_sheet))
        .routes(routes!(get_rule_set_sheet))
        .layer(DefaultBodyLimit::max(FILE_BYTES_MAX + FORM_BYTES_MAX))
}

/// A roster and where it belongs.
#[derive(ToSchema)]
#[schema(as = RosterUpload)]
struct RosterIn {
    /// The village.
    area_id: AreaId,
    /// xlsx, or csv in UTF-8 or GBK; up to 10 MiB, 20,000 rows and 64 columns.
    #[schema(value_type = String, format = Binary)]
    file: File,
    /// Only say what would happen.
    #[schema(required = false, default = false)]
    dry_run: bool,
    /// Bring in the rows without errors; otherwise one error keeps all rows out.
    #[schema(required = false, default = false)]
    skip_invalid: bool,
    /// Make the grids that the village does not have.
    #[schema(required = false, default = false)]
    create_grids: bool,
    #[schema(ignore)]
    _room: OwnedSemaphorePermit,
}

/// A table of rules and where it belongs.
#[derive(ToSchema)]
#[schema(as = RulesUpload)]
struct RulesIn {
    /// The village, or for its template the town.
    area_id: AreaId,
    /// xlsx, or csv in UTF-8 or GBK; up to 10 MiB and 200 rules.
    #[schema(value_type = String, format = Binary)]
    file: File,
    /// Only say what would happen.
    #[schema(required = false, default = false)]
    dry_run: bool,
    /// Bring in the rows without errors; otherwise one error keeps all rows out.
    #[schema(required = false, default = false)]
    skip_invalid: bool,
    /// Of the draft that the table replaces: refused when somebody wrote in between. Any when absent.
    #[schema(required = false, minimum = 1, example = 4)]
    revision: Option<i32>,
    #[schema(ignore)]
    _room: OwnedSemaphorePermit,
}

/// Deeds on paper and where they belong.
#[derive(ToSchema)]
#[schema(as = AwardsUpload)]
struct DeedsIn {
    /// The village, or one grid of it.
    area_id: AreaId,
    /// xlsx, or csv in UTF-8 or GBK; up to 10 MiB and 5,000 deeds.
    #[schema(value_type = String, format = Binary)]
    file: File,
    /// Only say what would happen.
    #[schema(required = false, default = false)]
    dry_run: bool,
    /// Bring in the deeds without errors; otherwise one error keeps all out.
    #[schema(required = false, default = false)]
    skip_invalid: bool,
    /// Leave out what was recorded before for the same household, rule and day; otherwise it is only said.
    #[schema(required = false, default = false)]
    skip_alike: bool,
    #[schema(ignore)]
    _room: OwnedSemaphorePermit,
}

impl FromRequest<App> for RosterIn {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let room = app.desk.room()?;
        let known = ["area_id", "file", "dry_run", "skip_invalid", "create_grids"];
        let mut form = Form::read(request, app, &known, FILE_BYTES_MAX, file_too_large).await?;
        let (area_id, file) = (form.id("area_id", AREA_ID).map(AreaId), form.file());
        let [dry_run, skip_invalid, create_grids] =
            ["dry_run", "skip_invalid", "create_grids"].map(|name| form.flag(name));
        let (area_id, file) = form.complete(area_id.zip(file))?;
        Ok(Self { area_id, file, dry_run, skip_invalid, create_grids, _room: room })
    }
}

impl FromRequest<App> for RulesIn {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let room = app.desk.room()?;
        let known = ["area_id", "file", "dry_run", "skip_invalid", "revision"];
        let mut form = Form::read(request, app, &known, FILE_BYTES_MAX, file_too_large).await?;
        let (area_id, file) = (form.id("area_id", AREA_ID).map(AreaId), form.file());
        let [dry_run, skip_invalid] = ["dry_run", "skip_invalid"].map(|name| form.flag(name));
        let revision = form.number("revision");
        let (area_id, file) = form.complete(area_id.zip(file))?;
        Ok(Self { area_id, file, dry_run, skip_invalid, revision, _room: room })
    }
}

impl FromRequest<App> for DeedsIn {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let room = app.desk.room()?;
        let known = ["area_id", "file", "dry_run", "skip_invalid", "skip_alike"];
        let mut form = Form::read(request, app, &known, FILE_BYTES_MAX, file_too_large).await?;
        let (area_id, file) = (form.id("area_id", AREA_ID).map(AreaId), form.file());
        let [dry_run, skip_invalid, skip_alike] = ["dry_run", "skip_invalid", "skip_alike"].map(|name| form.flag(name));
        let (area_id, file) = form.complete(area_id.zip(file))?;
        Ok(Self { area_id, file, dry_run, skip_invalid, skip_alike, _room: room })
    }
}

/// Brings a roster of households into a village. Rows are known by their codes: the same file twice
/// changes nothing. A blank cell leaves what is stored.
#[utoipa::path(
    post, path = "/imports/households", tag = "imports",
    request_body(content = RosterIn, content_type = "multipart/form-data"),
    responses(
        (status = 200, body = Import, description = "What came in, or would; or, with an error among the problems, why nothing did"),
        (status = 404, body = Problem, description = "`not_found`: no such village in reach"),
        (status = 422, body = Problem, description = "`invalid`: a field of the form, or a file that is no table"),
    )
)]
async fn import_households(
    State(app): State<App>,
    may: May<ImportHouseholds>,
    input: RosterIn,
) -> Result<Json<Import>> {
    let village = areas::find_village(app.db.read(), &may, input.area_id).await?;
    let RosterIn { file, dry_run, skip_invalid, create_grids, .. } = input;
    let roster = app.desk.roster(file).await?;
    let choices = Choices { dry_run, skip_invalid, create_grids, revision: None };
    let mut plan = RosterPlan::of(app.db.read(), &app.clock, &app.keys, &may, village, roster, choices).await?;
    while plan.is_unfinished() {
        app.write(async |tx| plan.write_some(tx, &app.clock, &app.keys, &may).await).await?;
    }
    Ok(Json(plan.finish()))
}

/// Brings a table of rules into a village's draft, which a resolution then brings into force; or, by its
/// administrator, into a town's draft of its template.
#[utoipa::path(
    post, path = "/imports/rules", tag = "imports",
    request_body(content = RulesIn, content_type = "multipart/form-data"),
    responses(
        (
            status = 200, body = Import,
            description = "What came in, or would; or, with an error among the problems, why nothing did",
            example = json!({
                "rows": 16, "created": 16, "skipped": 0, "problems": [], "dropped_columns": [],
                "rule_set_id": "01939f7e-0000-7000-8000-000000000401",
            }),
        ),
        (status = 404, body = Problem, description = "`not_found`: no such village in reach, and no town of one's own"),
        (status = 409, body = Problem, description = "`draft_waits`: the village is writing a draft, and one stands above it; `changed_meanwhile`: the draft is another than `revision`"),
        (status = 422, body = Problem, description = "`invalid`: a field of the form, or a file that is no table; `too_many_rules`"),
    )
)]
async fn import_rules(State(app): State<App>, may: May<ImportRules>, input: RulesIn) -> Result<Json<Import>> {
    let area = imports::find_for_rules(app.db.read(), &may, input.area_id).await?;
    let RulesIn { dry_run, skip_invalid, revision, .. } = input;
    let choices = Choices { dry_run, skip_invalid, create_grids: false, revision };
    let table = app.desk.rules_table(input.file).await?;
    let bring_in = async |tx: &_| imports::rules(tx, &app.clock, &may, &area, table, choices).await;
    app.write_or_try(choices.dry_run, bring_in).await.map(Json)
}

/// Brings deeds that were written on paper into the book, as awards of the caller: a month's grid with
/// households down and deeds across, or a list with a deed on each row. The same file twice records nothing
/// twice; what needs review waits for it, as anywhere else.
#[utoipa::path(
    post, path = "/imports/awards", tag = "imports",
    request_body(content = DeedsIn, content_type = "multipart/form-data"),
    responses(
        (
            status = 200, body = Import,
            description = "What came in, or would; or, with an error among the problems, why nothing did. Rows are deeds: in a grid, cells",
            example = json!({
                "rows": 42, "created": 42, "skipped": 0, "waiting": 3, "problems": [], "dropped_columns": [], "rule_set_id": null,
            }),
        ),
        (status = 404, body = Problem, description = "`not_found`: no such village or grid in reach"),
        (status = 422, body = Problem, description = "`invalid`: a field of the form, or a file that is no table"),
    )
)]
async fn import_awards(State(app): State<App>, may: May<ImportAwards>, input: DeedsIn) -> Result<Json<Import>> {
    let (area, village) = recording::find_area(app.db.read(), &may, input.area_id).await?;
    let DeedsIn { file, dry_run, skip_invalid, skip_alike, .. } = input;
    let choices = recording::Choices { dry_run, skip_invalid, skip_alike };
    let rules = recording::known_rules(app.db.read(), &app.shelf, &village).await?;
    let deeds = app.desk.deeds(file, rules, app.clock.today()).await?;
    let bring_in =
        async |tx: &_| recording::awards(tx, (&app.pen, &app.shelf), &may, (&area, &village), deeds, choices).await;
    app.write_if(Import::is_written, bring_in).await.map(Json)
}

/// Which empty grid.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct MonthSheetQuery {
    /// The grid, or the whole village.
    area_id: AreaId,
    /// Which month.
    #[param(example = "2026-11")]
    month: String,
}

/// An empty grid for a month, to be printed or filled in: the households of a grid down, the month's
/// favourites across, in exactly the form in which an import reads it.
#[utoipa::path(
    get, path = "/imports/awards/sheet", tag = "imports", params(MonthSheetQuery),
    responses((
        status = 200, description = "The file, named after place and month",
        content((SheetFile = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
        headers(("Content-Disposition" = String, description = "`attachment` with the file's name")),
    ))
)]
async fn get_month_sheet(
    State(app): State<App>,
    may: May<AddPoints>,
    ValidQuery(query): ValidQuery<MonthSheetQuery>,
) -> Result<Response> {
    let MonthSheetQuery { area_id, month } = query;
    let sheet = MonthSheet::of(app.db.read(), (&app.clock, &app.shelf), &may, area_id, &month).await?;
    let title = format!("{}积分月表", sheet.title);
    let (kind, bytes) = (SheetFormat::Xlsx, app.desk.month_sheet(sheet).await?);
    let named = attachment("month", &title, kind.ending());
    Ok(([(CONTENT_TYPE, kind.media_type().to_owned()), (CONTENT_DISPOSITION, named)], bytes).into_response())
}

/// Which file.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SheetQuery {
    /// `xlsx` when absent.
    #[param(inline)]
    format: Option<SheetFormat>,
}

/// The rules of a version as a file, in the columns that an import reads.
///
/// What is brought in again unchanged says the same. What the village decided about itself and the limits
/// of a template do not stand in it. Words that a spreadsheet would take for a formula begin with an
/// apostrophe in csv, which an import takes off again.
#[utoipa::path(
    get, path = "/rule-sets/{id}/sheet", tag = "rules", params(("id" = RuleSetId, Path), SheetQuery),
    responses((
        status = 200, description = "The file, named after the version's title",
        content(
            (SheetFile = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (String = "text/csv", example = "\u{feff}类别,事项,方式,分值,单位,上限次数,上限周期,佐证,审核,可兑换,选项,说明\r\n公益活动,参加志愿服务,加分,5,小时,20,月,无,免审,是,,按小时累计\r\n"),
        ),
        headers(("Content-Disposition" = String, description = "`attachment` with the file's name")),
    ))
)]
async fn get_rule_set_sheet(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidPath(id): ValidPath<RuleSetId>,
    ValidQuery(query): ValidQuery<SheetQuery>,
) -> Result<Response> {
    let (set, _) = rules::find(app.db.read(), &may, id).await?;
    let rules = rules::rules_of(app.db.read(), id).await?.into_iter();
    let plain = |Rule { category, name, terms, .. }: Rule| NewRule { category, name, terms };
    let sheet = RulesSheet { title: set.title.clone(), created_at: set.created_at, rules: rules.map(plain).collect() };
    let format = query.format.unwrap_or_default();
    let bytes = app.desk.rules_sheet(sheet, format).await?;
    let named = attachment("rules", &set.title, format.ending());
    Ok(([(CONTENT_TYPE, format.media_type().to_owned()), (CONTENT_DISPOSITION, named)], bytes).into_response())
}

/// A workbook.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
struct SheetFile(#[expect(dead_code, reason = "only the document speaks of it")] Vec<u8>);

/// `Content-Disposition` (RFC 6266): a plain name for old programs, and the title in its own letters, without
/// what file systems refuse.
fn attachment(plain: &str, title: &str, ending: &str) -> String {
    let name: String =
        title.chars().map(|c| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c }).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    format!("attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{encoded}.{ending}")
}

fn file_too_large() -> FieldProblem {
    let reason = Unreadable::TooLarge;
    FieldProblem::new("file", reason.code(), reason.to_string())
}
