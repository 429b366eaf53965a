//! Forms with a file, read field by field under limits.

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::StatusCode;
use uuid::Uuid;

use super::{MALFORMED, TOO_LARGE, TOO_SLOW, WRONG_TYPE};
use crate::app::App;
use crate::error::{Error, FieldProblem, INVALID, Result};

/// What a form takes beside its file: names, boundaries and the other fields.
pub const FORM_BYTES_MAX: usize = 64 * 1024;
/// A field that is not the file: an identity is 36.
const TEXT_BYTES_MAX: usize = 100;

/// A file as it came.
pub struct File {
    /// What its owner calls it.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// A multipart form, field by field.
pub struct Form {
    texts: Vec<(String, String)>,
    file: Option<File>,
    problems: Vec<FieldProblem>,
}

impl Form {
    /// Reads the whole of a form that has no other fields than `known`, and in `file` no more than so many bytes.
    ///
    /// # Errors
    /// A problem of a field that is unknown or repeated; [`TOO_LARGE`] with what `too_large` says of the file.
    pub async fn read(
        request: Request,
        app: &App,
        known: &[&str],
        file_bytes_max: usize,
        too_large: fn() -> FieldProblem,
    ) -> Result<Self> {
        let unreadable = |error| unreadable(&error, too_large);
        let mut parts = Multipart::from_request(request, app).await.map_err(|_| WRONG_TYPE)?;
        let mut form = Self { texts: Vec::new(), file: None, problems: Vec::new() };
        while let Some(field) = parts.next_field().await.map_err(unreadable)? {
            let name = field.name().unwrap_or_default().to_owned();
            let again = form.texts.iter().any(|(other, _)| *other == name) || name == "file" && form.file.is_some();
            if !known.contains(&name.as_str()) {
                let short = name.chars().take(TEXT_BYTES_MAX).collect::<String>();
                return Err(Error::field(short, "unknown_field", "没有这一项，请去掉。"));
            } else if again {
                return Err(Error::field(name, "repeated", "这一项只能有一个。"));
            } else if name == "file" {
                let file_name = field.file_name().unwrap_or_default().to_owned();
                let bytes = bytes(field, file_bytes_max).await.map_err(unreadable)?;
                let bytes = bytes.ok_or_else(|| larger(too_large))?;
                form.file = Some(File { name: file_name, bytes });
            } else {
                let text = bytes(field, TEXT_BYTES_MAX).await.map_err(unreadable)?;
                let text = text.and_then(|bytes| String::from_utf8(bytes).ok());
                form.texts.push((name, text.unwrap_or_default()));
            }
        }
        Ok(form)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(known, _)| known == name).map(|(_, text)| text.trim())
    }

    fn refuse(&mut self, name: &str, code: &'static str, message: &'static str) {
        self.problems.push(FieldProblem::new(name, code, message));
    }

    /// An identity, which must be there; `wanted` says what to fill in.
    pub fn id(&mut self, name: &str, wanted: &'static str) -> Option<Uuid> {
        let Some(text) = self.text(name) else {
            self.refuse(name, "missing", "这一项必填。");
            return None;
        };
        let id = text.parse().ok();
        if id.is_none() {
            self.refuse(name, "wrong_type", wanted);
        }
        id
    }

    /// The file, which must be there.
    pub fn file(&mut self) -> Option<File> {
        if self.file.is_none() {
            self.refuse("file", "missing", "请选一个文件。");
        }
        self.file.take()
    }

    /// `true` or `false`; what is left out is not wanted.
    pub fn flag(&mut self, name: &str) -> bool {
        match self.text(name) {
            Some("true") => true,
            None | Some("false") => false,
            Some(_) => {
                self.refuse(name, "wrong_type", "这一项只能填 true 或 false。");
                false
            }
        }
    }

    /// A whole number; what is left out is none.
    pub fn number(&mut self, name: &str) -> Option<i32> {
        let number = self.text(name)?.parse().ok();
        if number.is_none() {
            self.refuse(name, "wrong_type", "这一项要填整数。");
        }
        number
    }

    /// What was read, if nothing was wrong.
    ///
    /// # Errors
    /// [`INVALID`] with every problem of a field.
    pub fn complete<T>(self, read: Option<T>) -> Result<T> {
        match read {
            Some(read) if self.problems.is_empty() => Ok(read),
            _ => Err(Error::Refused(INVALID, self.problems)),
        }
    }
}

/// The content of a field; `None` when it has more than `bytes_max`.
async fn bytes(mut field: Field<'_>, bytes_max: usize) -> Result<Option<Vec<u8>>, MultipartError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await? {
        if bytes.len() + chunk.len() > bytes_max {
            return Ok(None);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Some(bytes))
}

fn unreadable(error: &MultipartError, too_large: fn() -> FieldProblem) -> Error {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => larger(too_large),
        StatusCode::BAD_REQUEST => MALFORMED.into(),
        _ => TOO_SLOW.into(),
    }
}

fn larger(too_large: fn() -> FieldProblem) -> Error {
    Error::Refused(TOO_LARGE, vec![too_large()])
}
