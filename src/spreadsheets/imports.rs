//! Bringing tables that were read into the book: rosters among a village's households, tables of rules
//! into a village's draft, or a town's draft of its template.
//!
//! Nothing is written when any row has an error, unless the caller wants the others alone: everything
//! is checked against the village before the first write. A roster is then written in chunks, each in
//! a transaction of its own; as rows are known by their codes, the same file again takes up where an
//! import was cut off, and changes nothing where it was not.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::ConnectionTrait;
use serde::Serialize;
use utoipa::ToSchema;

use super::grids::Grids;
use super::report::{DroppedColumn, Parsed, Problem};
use super::roster::{Field, Roster, RosterRow};
use super::rules_table::RuleRow;
use crate::areas::{self, Area, AreaName, Level};
use crate::audit::{self, Act};
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::{Error, NOT_FOUND, Result};
use crate::households::{self, Draft, NewHousehold};
use crate::ids::{AreaId, RuleSetId};
use crate::keys::Keys;
use crate::rules;
use crate::scope::{ImportHouseholds, ImportRules, May};

/// Rows written in one transaction: awards wait no longer than for a large batch of their own kind.
const ROWS_A_TRANSACTION: usize = 500;

/// How much of a table to bring in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choices {
    /// Only say what would happen.
    pub dry_run: bool,
    /// Leave rows with errors out, and bring in the others.
    pub skip_invalid: bool,
    /// Make the grids that the village does not have.
    pub create_grids: bool,
    /// Of the draft that a table of rules replaces, as it was read; any when absent.
    pub revision: Option<i32>,
}

/// What an import came to. The counts add up to `rows`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ImportReport, example = json!({ "rule_set_id": null }))]
pub struct Import {
    /// Nothing was written, whatever the counts say.
    #[schema(example = false)]
    pub dry_run: bool,
    /// Rows that carry data.
    #[schema(example = 268)]
    pub rows: usize,
    /// Rows that made something new.
    #[schema(example = 262)]
    pub created: usize,
    /// Rows that changed something.
    #[schema(example = 0)]
    pub updated: usize,
    /// Rows that say what is there already.
    #[schema(example = 0)]
    pub unchanged: usize,
    /// Rows that were kept out: those with errors, or all of them where one error keeps all out.
    #[schema(example = 6)]
    pub skipped: usize,
    /// Of those that made something new: awards that wait for somebody else before they count.
    #[schema(example = 0)]
    pub waiting: usize,
    /// What is wrong, and what a person should know, in the order of the sheet.
    pub problems: Vec<Problem>,
    /// From left to right.
    pub dropped_columns: Vec<DroppedColumn>,
    /// The draft that holds the rules, or the set that says the same already; absent when nothing was written.
    pub rule_set_id: Option<RuleSetId>,
    /// The same, also while the transaction of a trial lasts.
    #[serde(skip)]
    pub set: Option<RuleSetId>,
    /// Errors kept everything out.
    #[serde(skip)]
    pub is_blocked: bool,
}

impl Import {
    /// Whether what it says was, or is to be, written: it was no trial, and no error kept all out.
    pub fn is_written(&self) -> bool {
        !self.dry_run && !self.is_blocked
    }
}

/// A roster that was compared with its village.
pub struct RosterPlan {
    village: Area,
    choices: Choices,
    is_blocked: bool,
    roster: Roster,
    /// Row of the sheet and household, still to be written.
    rows: Vec<(u32, NewHousehold)>,
    /// Grids to be made in the order of the sheet, each with the identity that stands for it in the rows.
    missing: Vec<(AreaId, AreaName)>,
    /// Rows created, updated, unchanged.
    counts: [usize; 3],
    /// The import's one row in the audit is written.
    is_audited: bool,
}

impl RosterPlan {
    /// Checks every row against the village.
    ///
    /// # Errors
    /// [`NOT_FOUND`] for a village out of reach.
    pub async fn of(
        db: &impl ConnectionTrait,
        clock: &Clock,
        keys: &Keys,
        may: &May<ImportHouseholds>,
        village: Area,
        mut roster: Roster,
        choices: Choices,
    ) -> Result<Self> {
        let mut grids = Grids::of(db, &village).await?;
        if choices.create_grids {
            grids.imagine(clock, &village, &mut roster);
        }
        let mut rows = parsed(&grids, &mut roster)?;
        let areas: HashMap<AreaId, Area> = grids.areas().map(|grid| (grid.id, grid.clone())).collect();
        let households: Vec<NewHousehold> = rows.iter().map(|(_, household)| household.clone()).collect();
        let found = households::compare(db, clock, keys, may, (&village, &areas), &households).await?;
        for (number, tagged) in &found.tagged {
            rows.get(*number).inspect(|(row, _)| roster.tell_tagged(*row, *tagged));
        }
        for number in found.closed.iter().rev() {
            let (row, household) = rows.remove(*number);
            roster.refuse(row, &[Field::Code], household.code(), "household_closed", CLOSED);
        }
        let used: HashSet<AreaId> = rows.iter().map(|(_, household)| household.grid_id()).collect();
        let missing = grids.imagined.into_iter().filter(|(id, _)| used.contains(id)).collect();
        let is_blocked = roster.has_errors() && (!choices.skip_invalid || rows.is_empty());
        let would_be = [found.created, found.updated, found.unchanged];
        let counts = if choices.dry_run && !is_blocked { would_be } else { [0; 3] };
        Ok(Self { village, choices, is_blocked, roster, rows, missing, counts, is_audited: false })
    }

    /// Whether [`RosterPlan::write_some`] has work left: rows, or the row in the audit that every import
    /// leaves.
    pub fn is_unfinished(&self) -> bool {
        self.has_rows() || !self.is_audited
    }

    fn has_rows(&self) -> bool {
        !self.choices.dry_run && !self.is_blocked && !self.rows.is_empty()
    }

    /// Writes the next chunk. The first that changes anything leaves the import's one row in the audit.
    /// So does an import that changes nothing: what the report says of a row tells whether the
    /// village's own says the same, hidden tags and phones included.
    ///
    /// # Errors
    /// [`NOT_FOUND`] for a village out of reach; when somebody else took a code or made a grid in the meantime.
    pub async fn write_some(&mut self, tx: &Tx, clock: &Clock, keys: &Keys, may: &May<ImportHouseholds>) -> Result<()> {
        if !self.has_rows() {
            return self.audit(tx, clock, may, "compare_households").await;
        }
        let made = self.make_grids(tx, clock, may).await?;
        let size = self.rows.len().min(ROWS_A_TRANSACTION);
        let (numbers, rows): (Vec<u32>, Vec<NewHousehold>) = self.rows.drain(..size).unzip();
        let codes: Vec<String> = rows.iter().map(|household| household.code().to_owned()).collect();
        let brought = households::bring_in(tx, clock, keys, may, &self.village, rows).await?;
        for number in brought.closed {
            if let (Some(row), Some(code)) = (numbers.get(number), codes.get(number)) {
                self.roster.refuse(*row, &[Field::Code], code, "household_closed", CLOSED);
            }
        }
        for (count, more) in self.counts.iter_mut().zip([brought.created, brought.updated, brought.unchanged]) {
            *count += more;
        }
        if !self.is_audited && (made || brought.created + brought.updated > 0) {
            self.audit(tx, clock, may, "import_households").await?;
        }
        Ok(())
    }

    async fn audit(&mut self, tx: &Tx, clock: &Clock, may: &May<ImportHouseholds>, action: &'static str) -> Result<()> {
        let Area { id, path, .. } = &self.village;
        let act = Act { by: Some(may.account_id()), action, target: Some(("area", id.0)), area_path: path };
        audit::append(tx, clock, &[act]).await?;
        self.is_audited = true;
        Ok(())
    }

    /// Makes the missing grids and puts the households there.
    async fn make_grids(&mut self, tx: &Tx, clock: &Clock, may: &May<ImportHouseholds>) -> Result<bool> {
        let mut made = HashMap::new();
        for (id, name) in std::mem::take(&mut self.missing) {
            let grid = areas::grid_of_roster(tx, clock, may, &self.village, name).await?;
            made.insert(id, grid.id);
        }
        if !made.is_empty() {
            let settle = |(row, household): (u32, NewHousehold)| match made.get(&household.grid_id()) {
                Some(grid) => (row, household.in_grid(*grid)),
                None => (row, household),
            };
            self.rows = std::mem::take(&mut self.rows).into_iter().map(settle).collect();
        }
        Ok(!made.is_empty())
    }

    /// What it came to.
    pub fn finish(self) -> Import {
        let [created, updated, unchanged] = self.counts;
        let report = self.roster.finish();
        let rows = report.rows_total as usize;
        Import {
            dry_run: self.choices.dry_run,
            rows,
            created,
            updated,
            unchanged,
            skipped: rows.saturating_sub(created + updated + unchanged),
            waiting: 0,
            problems: report.problems,
            dropped_columns: report.dropped_columns,
            rule_set_id: None,
            set: None,
            is_blocked: self.is_blocked,
        }
    }
}

const CLOSED: &str = "这一户已经注销，不能再改动，请删掉这一行。";

/// The rows as households; whatever cannot be one is refused.
fn parsed(grids: &Grids, roster: &mut Roster) -> Result<Vec<(u32, NewHousehold)>> {
    let mut rows = Vec::with_capacity(roster.rows.len());
    let mut homeless: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for row in std::mem::take(&mut roster.rows) {
        let Some(grid) = grids.find(&row.grid) else {
            homeless.entry(row.grid).or_default().push(row.row);
            continue;
        };
        let number = row.row;
        match NewHousehold::parse(draft(&row, grid.id)) {
            Ok(household) => rows.push((number, household)),
            Err(Error::Refused(_, problems)) => {
                for problem in problems {
                    let (fields, value) = origin(&row, &problem.field);
                    // What looks like a card's number is not repeated.
                    let value = if problem.code == "id_number" { "" } else { value };
                    roster.refuse(number, fields, value, stable(problem.code.clone()), &problem.message);
                }
            }
            Err(other) => return Err(other),
        }
    }
    for (grid, numbers) in homeless {
        let (code, what) = grids.why_not(&grid);
        let what = format!("{what}这个组的 {} 行都没有导入。", numbers.len());
        roster.refuse(numbers.first().copied().unwrap_or_default(), &[Field::Grid], &grid, code, what);
    }
    Ok(rows)
}

/// A blank cell says nothing: what is stored stays.
fn draft(row: &RosterRow, grid_id: AreaId) -> Draft {
    Draft {
        village_id: None,
        grid_id: Some(grid_id),
        code: Some(row.code.clone()),
        name: Some(row.name.clone()),
        alias: row.alias.clone(),
        size: Some(row.size.into()),
        door: row.door.clone(),
        address: row.address.clone(),
        phone: row.phone.clone(),
        status: row.status,
        tags: (!row.tags.is_empty()).then(|| row.tags.clone()),
        more_tags: row.more_tags.clone(),
    }
}

/// The columns a household's field may come from, and what stands there.
fn origin<'r>(row: &'r RosterRow, field: &str) -> (&'static [Field], &'r str) {
    let or_blank = |text: &'r Option<String>| text.as_deref().unwrap_or_default();
    match field {
        "code" => (&[Field::Code], &row.code),
        "name" => (&[Field::Name], &row.name),
        "alias" => (&[Field::Alias], or_blank(&row.alias)),
        "size" => (&[Field::Size], ""),
        "door" => (&[Field::Door, Field::Address], or_blank(&row.door)),
        "address" => (&[Field::Address], or_blank(&row.address)),
        "phone" => (&[Field::Phone], or_blank(&row.phone)),
        "tags" => (&[Field::Tags, Field::Remark], ""),
        _ => (&[], ""),
    }
}

/// The code of a field's problem; rooms take theirs from constants.
fn stable(code: Cow<'static, str>) -> &'static str {
    match code {
        Cow::Borrowed(code) => code,
        Cow::Owned(_) => "household_invalid",
    }
}

/// The area whose draft a table of rules may fill: a village in reach, or for its template one's own town.
///
/// # Errors
/// [`NOT_FOUND`] for every other.
pub async fn find_for_rules(db: &impl ConnectionTrait, may: &May<ImportRules>, id: AreaId) -> Result<Area> {
    let area = areas::find(db, may, id).await?;
    if takes_rules(may, &area) { Ok(area) } else { Err(NOT_FOUND.into()) }
}

/// The template is the town's own to write: whoever stands above reads it.
fn takes_rules(may: &May<ImportRules>, area: &Area) -> bool {
    match area.level {
        Level::Village => may.reaches(&area.path),
        Level::Town => may.paths().contains(&area.path),
        _ => false,
    }
}

/// Brings a table of rules in as the draft of a village or of a town's template; the caller rolls back
/// what was only tried.
///
/// # Errors
/// [`NOT_FOUND`] for an area whose draft is not his to fill, [`rules::CHANGED_MEANWHILE`],
/// [`rules::DRAFT_WAITS`], [`rules::drafting::TOO_MANY_RULES`].
pub async fn rules(
    tx: &Tx,
    clock: &Clock,
    may: &May<ImportRules>,
    area: &Area,
    table: Parsed<RuleRow>,
    choices: Choices,
) -> Result<Import> {
    if !takes_rules(may, area) {
        return Err(NOT_FOUND.into());
    }
    let is_blocked = table.has_errors() && (!choices.skip_invalid || table.rows.is_empty());
    let rows = table.rows_total as usize;
    let mut import = Import {
        dry_run: choices.dry_run,
        rows,
        created: 0,
        updated: 0,
        unchanged: 0,
        skipped: rows,
        waiting: 0,
        problems: table.problems,
        dropped_columns: table.dropped_columns,
        rule_set_id: None,
        set: None,
        is_blocked,
    };
    if !is_blocked && !table.rows.is_empty() {
        let rules = table.rows.into_iter().map(|row| row.rule).collect();
        // Whoever stands above helps a village that has none; what its people write is theirs.
        let draft = rules::sets(tx, area.id).await?.into_iter().next().filter(rules::RuleSet::is_draft);
        if choices.revision.is_some_and(|read| draft.as_ref().map(|draft| draft.revision) != Some(read)) {
            return Err(rules::CHANGED_MEANWHILE.into());
        }
        if draft.is_some() && !may.paths().contains(&area.path) {
            return Err(rules::DRAFT_WAITS.into());
        }
        let brought = rules::bring_in(tx, clock, may.account_id(), area, rules).await?;
        (import.created, import.updated, import.unchanged) = (brought.created, brought.updated, brought.unchanged);
        import.skipped = rows.saturating_sub(brought.created + brought.updated + brought.unchanged);
        import.set = Some(brought.rule_set_id);
        import.rule_set_id = import.set.filter(|_| !choices.dry_run);
    }
    Ok(import)
}
