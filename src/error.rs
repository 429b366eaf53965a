//! One error for the whole house. What a person can mend is a [`Refusal`] with a stable code and a
//! Chinese sentence; what he cannot is logged once and answered as a 500 that tells nothing.

use std::borrow::Cow;

use sea_orm::DbErr;
use serde::Serialize;
use utoipa::ToSchema;

/// A reason to say no: HTTP status, stable code, and the sentence a person reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// Stable, English, snake case.
    pub code: &'static str,
    /// Chinese; says what to do.
    pub title: &'static str,
}

impl Refusal {
    /// A reason, usually a constant of the room that gives it.
    pub const fn new(status: u16, code: &'static str, title: &'static str) -> Self {
        Self { status, code, title }
    }
}

/// What is wrong with one field of the input.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldProblem {
    /// Path of the field, e.g. `awards[3].quantity`.
    #[schema(example = "quantity")]
    pub field: String,
    /// Stable code.
    #[schema(example = "out_of_range")]
    pub code: Cow<'static, str>,
    /// Chinese sentence.
    #[schema(example = "数量要在 0.01 到 10000 之间。")]
    pub message: Cow<'static, str>,
}

impl FieldProblem {
    /// A problem of one field.
    pub fn new(
        field: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { field: field.into(), code: code.into(), message: message.into() }
    }
}

/// What any verb may answer instead of its result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller's to mend.
    #[error("{}", .0.code)]
    Refused(Refusal, Vec<FieldProblem>),
    /// The caller's to try again later: how long to wait in words, and in seconds.
    #[error("{}", .refusal.code)]
    Wait {
        /// Why.
        refusal: Refusal,
        /// Chinese; says how long.
        sentence: String,
        /// Seconds until it is worth another try.
        seconds: u64,
    },
    /// The database's word; internal.
    #[error("database: {0}")]
    Database(#[from] DbErr),
    /// A broken invariant; internal.
    #[error("{0}")]
    Internal(String),
}

/// What verbs answer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Not there, or not for this person: the two look the same.
pub const NOT_FOUND: Refusal = Refusal::new(404, "not_found", "没有找到，可能已经改动或不归您管。");
/// Some fields of the input are wrong.
pub const INVALID: Refusal = Refusal::new(422, "invalid", "填的内容有问题，请按提示改一下。");
/// The role does not hold the verb.
pub const FORBIDDEN: Refusal = Refusal::new(403, "forbidden", "您的账号不能做这件事。");
/// Nobody is signed in.
pub const SIGNED_OUT: Refusal = Refusal::new(401, "signed_out", "请先登录。");
/// The writer's queue is full.
pub const BUSY: Refusal = Refusal::new(503, "busy", "现在人多，请过几秒再试。");
/// The disk has no room for another entry.
pub const DISK_FULL: Refusal = Refusal::new(507, "disk_full", "服务器存储满了，暂时不能保存，请联系管理员。");
/// Our own fault; what happened stands in the log.
const INTERNAL: Refusal = Refusal::new(500, "internal", "服务器出了问题，已经记下，请稍后再试。");

/// Reasons that no room has for itself.
pub const REFUSALS: &[Refusal] = &[NOT_FOUND, INVALID, FORBIDDEN, SIGNED_OUT, BUSY, DISK_FULL, INTERNAL];

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal, Vec::new())
    }
}

impl Error {
    /// [`INVALID`] for one field.
    pub fn field(
        field: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Refused(INVALID, vec![FieldProblem::new(field, code, message)])
    }

    /// The refusal a caller is shown; internal errors show a 500 without detail.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Refused(refusal, _) | Self::Wait { refusal, .. } => *refusal,
            Self::Database(error) if is_disk_full(error) => DISK_FULL,
            Self::Database(error) if is_taken(error) => BUSY,
            Self::Database(_) | Self::Internal(_) => INTERNAL,
        }
    }

    /// The fields that are wrong.
    pub fn fields(&self) -> &[FieldProblem] {
        match self {
            Self::Refused(_, fields) => fields,
            _ => &[],
        }
    }
}

/// Another process holds the database longer than a request can wait.
fn is_taken(error: &DbErr) -> bool {
    matches!(error, DbErr::ConnectionAcquire(_)) || error.to_string().contains("database is locked")
}

fn is_disk_full(error: &DbErr) -> bool {
    let text = error.to_string();
    text.contains("database or disk is full") || text.contains("No space left on device")
}

/// An error document after RFC 9457.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Problem {
    /// Where the code is explained, relative to this server.
    #[serde(rename = "type")]
    #[schema(example = "/api/docs#not_found")]
    pub kind: String,
    /// Chinese sentence a person can act on.
    #[schema(example = "没有找到，可能已经改动或不归您管。")]
    pub title: Cow<'static, str>,
    /// HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    /// Stable code.
    #[schema(example = "not_found")]
    pub code: Cow<'static, str>,
    /// Per field.
    pub errors: Vec<FieldProblem>,
    /// Finds the line in the server's log.
    #[schema(example = "01939f7e-0000-7000-8000-000000000001")]
    pub request_id: String,
}

impl Problem {
    /// The document of an error.
    pub fn of(error: &Error, request_id: &str) -> Self {
        let refusal = error.refusal();
        let title = match error {
            Error::Wait { sentence, .. } => sentence.clone().into(),
            _ => refusal.title.into(),
        };
        Self {
            kind: format!("/api/docs#{}", refusal.code),
            title,
            status: refusal.status,
            code: refusal.code.into(),
            errors: error.fields().to_vec(),
            request_id: request_id.to_owned(),
        }
    }
}
