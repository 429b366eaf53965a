//! Alarms of a table: words that cross a red line, and false alarms that the town cleared by name and
//! reason. A cleared alarm stays in sight; the same words in another sentence, in another place or in a
//! rule that takes points ring again.

use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder as _, entity::prelude::*};

use super::adoption::{ALREADY_ADOPTED, RED_LINE};
use super::decisions::Decisions;
use super::drafting::note;
use super::entity::cleared;
use super::red_lines::{self, Alarm, Field};
use super::{Rule, rules_of};
use crate::areas::{Area, Level};
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::{Error, FieldProblem, INVALID, NOT_FOUND, Result};
use crate::ids::{RuleId, RuleSetId};
use crate::scope::{FileRules, May};
use crate::words;

/// Shortest and longest reason for calling an alarm false.
const REASON_CHARS_MAX: usize = 200;

/// An alarm somewhere in a table.
#[derive(Debug)]
pub struct Ringing {
    /// In which rule.
    pub rule_id: RuleId,
    /// Its place in the table, from 1.
    pub position: i32,
    /// Where in the rule, and why.
    pub alarm: Alarm,
    /// The rule takes points.
    taking: bool,
    /// The rule's name, where the field is the rule's own.
    rule_name: String,
    /// The whole text of the field.
    pub text: String,
    /// By whom it was called false, when, why.
    pub cleared: Option<cleared::Model>,
}

/// All alarms of an area's table, in its order. What the town called false in its own template is false in the
/// tables that begin with it.
///
/// # Errors
/// When the database fails.
pub async fn of(db: &impl ConnectionTrait, area: &Area, rules: &[Rule]) -> Result<Vec<Ringing>> {
    let found: Vec<_> = rules.iter().flat_map(|rule| alarms_of(rule).map(move |alarm| (rule, alarm))).collect();
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let town = area.parent_id.filter(|_| area.level == Level::Village);
    let areas = std::iter::once(area.id).chain(town);
    let query = cleared::Entity::find().filter(cleared::Column::AreaId.is_in(areas));
    let cleared = query.order_by_desc(cleared::Column::Id).all(db).await?;
    let ringing = found.into_iter().map(|(rule, alarm)| {
        let text = text_of(rule, alarm.field).to_owned();
        let (field, taking) = (name_of(alarm.field), rule.terms.shape.takes());
        let same = |one: &&cleared::Model| {
            let here = one.rule_name.is_empty() || one.rule_name == rule.name;
            here && one.line == alarm.line.code && one.field == field && one.taking == taking && one.text == text
        };
        let cleared = cleared.iter().find(same).cloned();
        let rule_name = if alarm.field == Field::Category { String::new() } else { rule.name.clone() };
        Ringing { rule_id: rule.id, position: rule.position, alarm, taking, rule_name, text, cleared }
    });
    Ok(ringing.collect())
}

/// Headings that cross a line: the title, and what certificates say. Nobody clears these: other words
/// will do.
pub(super) fn in_headings(title: &str, decisions: &Decisions) -> Vec<FieldProblem> {
    let grades = decisions.stars.names().into_iter().map(|name| ("decisions.stars", name));
    std::iter::once(("title", title))
        .chain(grades)
        .filter_map(|(field, text)| {
            let Alarm { line, words, .. } = red_lines::in_text(text).into_iter().next()?;
            let what = format!("「{words}」：{}（{}）", line.why, line.source);
            Some(FieldProblem::new(field, line.code.clone(), what))
        })
        .collect()
}

fn alarms_of(rule: &Rule) -> impl Iterator<Item = Alarm> + use<> {
    red_lines::alarms(&rule.category, &rule.name, &rule.terms).into_iter()
}

/// Refuses a table with an alarm that rings.
///
/// # Errors
/// [`RED_LINE`], with the words, the reason and the source of each.
pub async fn refuse_crossing(db: &impl ConnectionTrait, area: &Area, rules: &[Rule]) -> Result<()> {
    let ringing = of(db, area, rules).await?;
    let problems: Vec<_> = ringing.iter().filter(|one| one.cleared.is_none()).map(Ringing::problem).collect();
    if problems.is_empty() { Ok(()) } else { Err(Error::Refused(RED_LINE, problems)) }
}

impl Ringing {
    fn problem(&self) -> FieldProblem {
        let field = format!("items[{}].{}", self.position - 1, name_of(self.alarm.field));
        let what = format!("「{}」：{}（{}）", self.alarm.words, self.alarm.line.why, self.alarm.line.source);
        FieldProblem::new(field, self.alarm.line.code.clone(), what)
    }
}

/// Calls the alarms of one line in one rule of a draft false.
///
/// # Errors
/// [`NOT_FOUND`] when nothing rings there; [`ALREADY_ADOPTED`]; a reason that is missing.
pub async fn clear(
    tx: &Tx,
    clock: &Clock,
    may: &May<FileRules>,
    id: RuleSetId,
    (rule_id, line): (RuleId, &str),
    reason: Option<&str>,
) -> Result<()> {
    let (set, area) = super::find(tx, may, id).await?;
    if !may.reaches(&area.path) {
        return Err(NOT_FOUND.into());
    }
    if !set.is_draft() {
        return Err(ALREADY_ADOPTED.into());
    }
    let mut problems = Vec::new();
    let reason = words::required("reason", reason, REASON_CHARS_MAX, "请写一句为什么是误报。", &mut problems);
    if !problems.is_empty() {
        return Err(Error::Refused(INVALID, problems));
    }
    let rules = rules_of(tx, id).await?;
    let ringing = of(tx, &area, &rules).await?;
    let here = |one: &&Ringing| one.rule_id == rule_id && one.alarm.line.code == line && one.cleared.is_none();
    let mut places: Vec<&Ringing> = ringing.iter().filter(here).collect();
    places.dedup_by_key(|one| one.alarm.field);
    if places.is_empty() {
        return Err(NOT_FOUND.into());
    }
    let rows = places.into_iter().map(|one| cleared::ActiveModel {
        id: Set(clock.new_id()),
        area_id: Set(area.id),
        line: Set(line.to_owned()),
        field: Set(name_of(one.alarm.field)),
        rule_name: Set(one.rule_name.clone()),
        taking: Set(one.taking),
        text: Set(one.text.clone()),
        reason: Set(reason.clone()),
        cleared_at: Set(clock.now()),
        cleared_by: Set(may.account_id()),
    });
    cleared::Entity::insert_many(rows).exec_without_returning(tx).await?;
    note(tx, clock, may.account_id(), "clear_alarm", id, &area).await
}

/// The field's name in JSON.
pub(super) fn name_of(field: Field) -> String {
    match field {
        Field::Category => "category".to_owned(),
        Field::Name => "name".to_owned(),
        Field::Remark => "remark".to_owned(),
        Field::Unit => "unit".to_owned(),
        Field::Degree(at) => format!("degrees[{at}].name"),
        Field::HighestOf => "highest_of".to_owned(),
        Field::LowersTo => "veto.lowers_to".to_owned(),
    }
}

fn text_of(rule: &Rule, field: Field) -> &str {
    use super::terms::Shape;
    match field {
        Field::Category => &rule.category,
        Field::Name => &rule.name,
        Field::Remark => rule.terms.remark.as_deref().unwrap_or_default(),
        Field::Unit => &rule.terms.unit,
        Field::Degree(at) => rule.terms.shape.degrees().get(at).map_or("", |degree| &degree.name),
        Field::HighestOf => rule.terms.highest_of.as_deref().unwrap_or_default(),
        Field::LowersTo => match &rule.terms.shape {
            Shape::Veto(veto) => veto.lowers_to.as_deref().unwrap_or_default(),
            _ => "",
        },
    }
}
