//! What is said about a table: remarks, who wrote it, and how it differs from another.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use utoipa::ToSchema;

use super::RuleOut;
use crate::accounts;
use crate::clock::instant;
use crate::error::Result;
use crate::rules::Rule;
use crate::rules::edits::{Changed, Edit};
use crate::rules::remarks::Remark;
use crate::rules::template::Changes;

/// A remark about a draft.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleRemark)]
pub struct RemarkOut {
    /// Identity.
    #[schema(example = "01939f7e-0000-7000-8000-000000000411")]
    id: uuid::Uuid,
    /// About which revision.
    #[schema(example = 2)]
    revision: i32,
    /// What was said.
    #[schema(example = "大扫除五分少了，老人弯腰一天不容易。")]
    text: String,
    /// Who said it, when it was not the writer.
    #[schema(example = "陈家二婶")]
    said_by: Option<String>,
    /// Who wrote it down.
    #[schema(example = "陈建国")]
    written_by: String,
    /// When.
    #[schema(example = "2026-11-23T02:05:00Z")]
    written_at: DateTime<Utc>,
}

impl RemarkOut {
    /// Remarks with the names of their writers.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all(db: &impl ConnectionTrait, remarks: Vec<Remark>) -> Result<Vec<Self>> {
        let names = accounts::names_of_found_rows(db, remarks.iter().map(|remark| remark.written_by)).await?;
        let out = remarks.into_iter().map(|remark| Self {
            id: remark.id,
            revision: remark.revision,
            text: remark.text,
            said_by: remark.said_by,
            written_by: names.get(&remark.written_by).cloned().unwrap_or_default(),
            written_at: instant(remark.written_at),
        });
        Ok(out.collect())
    }
}

/// What one revision of a draft changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleSetEdit)]
pub struct EditOut {
    /// Which revision, from 1.
    #[schema(example = 2)]
    revision: i32,
    /// Who wrote it.
    #[schema(example = "陈建国")]
    written_by: String,
    /// When.
    #[schema(example = "2026-11-23T02:05:00Z")]
    written_at: DateTime<Utc>,
    /// Names of new items.
    #[schema(example = json!(["巡河"]))]
    added: Vec<String>,
    /// Names of items that read otherwise.
    #[schema(example = json!(["参加清扫"]))]
    altered: Vec<String>,
    /// Names of items that are gone.
    #[schema(example = json!([]))]
    dropped: Vec<String>,
    /// What the village decides about itself reads otherwise.
    #[schema(example = false)]
    decisions: bool,
}

impl EditOut {
    /// Revisions with the names of their writers.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all(db: &impl ConnectionTrait, edits: Vec<(Edit, Changed)>) -> Result<Vec<Self>> {
        let names = accounts::names_of_found_rows(db, edits.iter().map(|(edit, _)| edit.written_by)).await?;
        let out = edits.into_iter().map(|(edit, Changed { added, altered, dropped, decisions })| Self {
            revision: edit.revision,
            written_by: names.get(&edit.written_by).cloned().unwrap_or_default(),
            written_at: instant(edit.written_at),
            added,
            altered,
            dropped,
            decisions,
        });
        Ok(out.collect())
    }
}

/// What became of a table.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleChanges)]
pub struct ChangesOut {
    /// Items that read as before.
    #[schema(example = 12)]
    kept: usize,
    /// Items that read otherwise.
    altered: Vec<AlteredOut>,
    /// Items that are no longer there.
    dropped: Vec<RuleOut>,
    /// New items.
    added: Vec<RuleOut>,
    /// What the village decides about itself reads otherwise.
    #[schema(example = false)]
    decisions: bool,
}

/// An item that reads otherwise.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleAltered)]
pub struct AlteredOut {
    /// As it read.
    before: RuleOut,
    /// As it reads.
    after: RuleOut,
}

impl ChangesOut {
    /// From one table to another; whether the `decisions` read otherwise.
    pub fn between((before, after): (&[Rule], &[Rule]), decisions: bool) -> Self {
        let changes = Changes::between(before, after);
        let pair = |(before, after): &(&Rule, &Rule)| AlteredOut { before: (*before).into(), after: (*after).into() };
        Self {
            kept: changes.kept.len(),
            altered: changes.altered.iter().map(pair).collect(),
            dropped: changes.dropped.into_iter().map(RuleOut::from).collect(),
            added: changes.added.into_iter().map(RuleOut::from).collect(),
            decisions,
        }
    }
}
