//! `/evidence`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::sync::OwnedSemaphorePermit;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::album::Size;
use super::photo::FILE_BYTES_MAX;
use super::{Evidence, NewEvidence, tidying};
use crate::app::App;
use crate::clock::instant;
use crate::error::{Error, FieldProblem, Problem, Result};
use crate::http::ValidPath;
use crate::http::form::{FORM_BYTES_MAX, File, Form};
use crate::ids::{AreaId, EvidenceId};
use crate::scope::{May, ReadBook, SendPhotos};

/// The room's routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(upload_evidence))
        .routes(routes!(get_evidence))
        .routes(routes!(get_evidence_thumbnail))
        .layer(DefaultBodyLimit::max(FILE_BYTES_MAX + FORM_BYTES_MAX))
}

/// A photo and where it was taken.
#[derive(ToSchema)]
#[schema(as = EvidenceUpload)]
struct EvidenceIn {
    /// UUIDv7 made on the phone; sending the same again keeps nothing twice.
    id: EvidenceId,
    /// The village, or a grid of it.
    area_id: AreaId,
    /// JPEG, PNG or WebP, up to 10 MiB and 40 megapixels.
    #[schema(value_type = String, format = Binary)]
    file: File,
    #[schema(ignore)]
    _room: OwnedSemaphorePermit,
}

impl FromRequest<App> for EvidenceIn {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let room = app.album.room()?;
        let mut form = Form::read(request, app, &["id", "area_id", "file"], FILE_BYTES_MAX, file_too_large).await?;
        let id = form.id("id", "这一项要填照片的编号。").map(EvidenceId);
        let area_id = form.id("area_id", "这一项要填村或组的编号。").map(AreaId);
        let file = form.file();
        let ((id, area_id), file) = form.complete(id.zip(area_id).zip(file))?;
        Ok(Self { id, area_id, file, _room: room })
    }
}

fn file_too_large() -> FieldProblem {
    FieldProblem::new("file", "too_large", "照片超过 10 MB，请把相机的分辨率调小再拍。")
}

/// What is known of a photo.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Evidence)]
pub struct EvidenceOut {
    /// Made on the phone.
    id: EvidenceId,
    /// Which village's.
    village_id: AreaId,
    /// Of the kept file, in hexadecimal digits. It is another than that of the file that was sent.
    #[schema(example = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae")]
    sha256: String,
    /// Size of the kept file.
    #[schema(example = 183_204)]
    bytes: i32,
    /// Pixels.
    #[schema(example = 1280)]
    width: i32,
    /// Pixels.
    #[schema(example = 960)]
    height: i32,
    /// Server time.
    #[schema(example = "2026-11-23T02:04:00Z")]
    uploaded_at: DateTime<Utc>,
    /// When its file was removed; only the hash is left.
    #[schema(example = json!(null))]
    removed_at: Option<DateTime<Utc>>,
}

impl From<Evidence> for EvidenceOut {
    fn from(row: Evidence) -> Self {
        Self {
            id: row.id,
            village_id: row.village_id,
            sha256: hex::encode(&row.sha256),
            bytes: row.bytes,
            width: row.width,
            height: row.height,
            uploaded_at: instant(row.uploaded_at),
            removed_at: row.removed_at.map(instant),
        }
    }
}

/// Pages of minutes that were photographed.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Scans)]
#[serde(deny_unknown_fields)]
pub struct ScansIn {
    /// Photos that were sent before, at most 20 in all; those that are kept there already may be named again.
    #[schema(min_items = 1, max_items = 20, example = json!(["01939f7e-0000-7000-8000-000000000601"]))]
    pub evidence: Vec<EvidenceId>,
}

/// Pages of minutes, in the order in which they came.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KeptScans)]
pub struct ScansOut {
    /// The photos.
    items: Vec<EvidenceOut>,
    /// Always null.
    next_cursor: Option<String>,
}

impl From<Vec<Evidence>> for ScansOut {
    fn from(pages: Vec<Evidence>) -> Self {
        Self { items: pages.into_iter().map(EvidenceOut::from).collect(), next_cursor: None }
    }
}

/// Sends a photo that an award, or minutes, will name. It is turned upright, made smaller and written anew: what the camera
/// put beside it (place, time, device) is not kept. The same id and file again answer the photo as it stands (200).
#[utoipa::path(
    post, path = "/evidence", tag = "evidence",
    request_body(content = EvidenceIn, content_type = "multipart/form-data"),
    responses(
        (status = 201, body = EvidenceOut, description = "Kept."),
        (status = 200, body = EvidenceOut, description = "Was kept before; as it stands."),
        (status = 404, body = Problem, description = "`not_found`: no such village or grid in reach"),
        (status = 409, body = Problem, description = "`photo_id_taken`"),
        (status = 422, body = Problem, description = "`invalid`, `not_a_photo`, `too_many_pixels`, `photo_unreadable`"),
        (status = 429, body = Problem, description = "`photo_quota_used`"),
    )
)]
async fn upload_evidence(
    State(app): State<App>,
    may: May<SendPhotos>,
    input: EvidenceIn,
) -> Result<(StatusCode, Json<EvidenceOut>)> {
    let db = app.db.read();
    let new = NewEvidence::of(db, &may, input.id, input.area_id, &input.file.bytes).await?;
    if let Some(known) = super::replayed(db, &new).await? {
        return Ok((StatusCode::OK, Json(known.into())));
    }
    super::refuse_beyond_quota(db, &app.clock, new.village_id).await?;
    let photo = Arc::new(app.album.develop(input.file.bytes).await?);
    let unfinished = || EvidenceId(app.clock.new_id());
    app.album.keep(&photo, unfinished()).await?;
    let recorded = app.write(async |tx| super::record(tx, &app.clock, &may, &new, &photo).await).await?;
    // Somebody may have tidied up between the file and its row; now that the row stands, nobody will.
    app.album.keep(&photo, unfinished()).await?;
    let (kept, replayed) = recorded;
    Ok((if replayed { StatusCode::OK } else { StatusCode::CREATED }, Json(kept.into())))
}

/// A JPEG.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
struct Jpeg(#[expect(dead_code, reason = "only the document speaks of it")] Vec<u8>);

/// A photo, for its sender and for those who review what it was used for.
#[utoipa::path(
    get, path = "/evidence/{id}", tag = "evidence", params(("id" = EvidenceId, Path)),
    responses(
        (
            status = 200, body = Jpeg, content_type = "image/jpeg", description = "The photo as it is kept",
            headers(("Content-Disposition" = String, description = "`inline` with the file's name")),
        ),
        (status = 410, body = Problem, description = "`photo_removed`"),
    )
)]
async fn get_evidence(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidPath(id): ValidPath<EvidenceId>,
) -> Result<Response> {
    picture(&app, &may, id, Size::Whole).await
}

/// A photo made small for a list, for those who may see the photo.
#[utoipa::path(
    get, path = "/evidence/{id}/thumbnail", tag = "evidence", params(("id" = EvidenceId, Path)),
    responses(
        (
            status = 200, body = Jpeg, content_type = "image/jpeg", description = "At most 320 pixels wide and high",
            headers(("Content-Disposition" = String, description = "`inline` with the file's name")),
        ),
        (status = 410, body = Problem, description = "`photo_removed`"),
    )
)]
async fn get_evidence_thumbnail(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidPath(id): ValidPath<EvidenceId>,
) -> Result<Response> {
    picture(&app, &may, id, Size::Thumbnail).await
}

async fn picture(app: &App, may: &May<ReadBook>, id: EvidenceId, size: Size) -> Result<Response> {
    let photo = super::find(app.db.read(), &app.clock, may, id).await?;
    let bytes = app.album.read(tidying::hash(&photo.sha256)?, size).await?;
    let named = format!("inline; filename=\"evidence-{id}.jpg\"");
    Ok(([(CONTENT_TYPE, "image/jpeg".to_owned()), (CONTENT_DISPOSITION, named)], bytes).into_response())
}
