//! Writing a draft: begun empty, from the table in force or from the town's template; changed as a
//! whole; brought in from a sheet.

use std::collections::{HashMap, HashSet};

use sea_orm::{ActiveValue::Set, ConnectionTrait, IntoActiveModel as _, entity::prelude::*};

use super::decisions::Decisions;
use super::template::Limits;
use super::terms::NewRule;
use super::{Rule, RuleSet, adoption, alarms, edits, entity, rules_of, sets, soundness};
use crate::areas::{self, Area, Level};
use crate::audit::{self, Act};
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::{Error, FieldProblem, INVALID, NOT_FOUND, Refusal, Result};
use crate::ids::{AccountId, AreaId, RuleId, RuleSetId};
use crate::scope::{DraftRules, May};
use crate::words;

/// More rules than a wall, or a phone, can show.
pub const TOO_MANY_RULES: Refusal = Refusal::new(422, "too_many_rules", "一张细则最多 200 条，请精简一些。");
/// There is one already.
pub const DRAFT_WAITS: Refusal = Refusal::new(409, "draft_waits", "已经有一份草稿，请接着改那一份。");
/// Somebody else wrote in between.
pub const CHANGED_MEANWHILE: Refusal =
    Refusal::new(409, "changed_meanwhile", "这份草稿刚才有别人改过，请刷新看过再改。");

/// Rules in one set: the longest real table we know has 120.
const RULES_MAX: usize = 200;
/// 林家排村积分细则（第 12 版）
const TITLE_CHARS_MAX: usize = 40;

/// What a new draft begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// Nothing.
    Empty,
    /// The newest adopted or issued set of the area.
    Newest,
    /// The template of the town the village lies in.
    Template,
}

/// A rule as the editor sends it.
#[derive(Clone, Debug)]
pub struct Written {
    /// The rule it was; a new one when absent.
    pub id: Option<RuleId>,
    /// What it says.
    pub rule: NewRule,
}

/// A draft as the editor sends it.
#[derive(Clone, Debug)]
pub struct Rewritten {
    /// The revision that was read.
    pub revision: i32,
    /// What the notice calls it.
    pub title: String,
    /// All rules in their order.
    pub rules: Vec<Written>,
    /// What the village decides about itself.
    pub decisions: Decisions,
    /// For a template.
    pub limits: Limits,
}

/// What bringing in a table came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BroughtIn {
    /// The draft, or the set that says the same already.
    pub rule_set_id: RuleSetId,
    /// Rules that no version had.
    pub created: usize,
    /// Rules that read otherwise now.
    pub updated: usize,
    /// Rules that read as before.
    pub unchanged: usize,
}

impl RuleSet {
    /// Whether it may still be changed.
    pub fn is_draft(&self) -> bool {
        self.adopted_at.is_none() && self.issued_at.is_none()
    }

    /// What the village decided about itself; the default where nothing was written.
    ///
    /// # Errors
    /// Internal, when what is stored cannot be read.
    pub fn decided(&self) -> Result<Decisions> {
        read(self.decisions.as_deref())
    }

    /// How far villages may go beyond this template.
    ///
    /// # Errors
    /// Internal, when what is stored cannot be read.
    pub fn limited(&self) -> Result<Limits> {
        read(self.limits.as_deref())
    }
}

fn read<T: Default + serde::de::DeserializeOwned>(stored: Option<&str>) -> Result<T> {
    let read = stored.map(serde_json::from_str).transpose();
    Ok(read.map_err(|error| Error::Internal(format!("rule set: {error}")))?.unwrap_or_default())
}

fn written<T: serde::Serialize>(value: &T) -> Result<Option<String>> {
    serde_json::to_string(value).map(Some).map_err(|error| Error::Internal(error.to_string()))
}

/// Whoever drafts writes for his own village, or as a town its own template.
async fn find_to_draft(db: &impl ConnectionTrait, may: &May<DraftRules>, id: AreaId) -> Result<Area> {
    let area = super::find_area(db, may, id).await?;
    match area.level {
        Level::Village | Level::Town if may.paths().contains(&area.path) => Ok(area),
        _ => Err(NOT_FOUND.into()),
    }
}

/// Begins a draft.
///
/// # Errors
/// [`NOT_FOUND`] for another's area, and when there is nothing to begin with; [`DRAFT_WAITS`].
pub async fn begin(
    tx: &Tx,
    clock: &Clock,
    may: &May<DraftRules>,
    area_id: AreaId,
    beginning: Beginning,
) -> Result<RuleSet> {
    let area = find_to_draft(tx, may, area_id).await?;
    areas::lock(tx, area.id).await?;
    let newest = sets(tx, area.id).await?.into_iter().next();
    if newest.as_ref().is_some_and(RuleSet::is_draft) {
        return Err(DRAFT_WAITS.into());
    }
    let source = match beginning {
        Beginning::Empty => None,
        Beginning::Newest => Some(newest.clone().ok_or(NOT_FOUND)?),
        Beginning::Template => Some(super::filing::template_for(tx, &area).await?.ok_or(NOT_FOUND)?),
    };
    let mut set = blank(clock, may.account_id(), &area, newest.map_or(1, |set| set.version + 1));
    let mut rules = Vec::new();
    if let Some(source) = &source {
        rules = rules_of(tx, source.id).await?;
        set.decisions = Set(source.decisions.clone());
        set.limits = Set(source.limits.clone().filter(|_| area.level == Level::Town));
    }
    if beginning == Beginning::Template {
        let known = known(tx, area.id).await?;
        let of_the_village: HashSet<RuleId> = known.values().copied().collect();
        for rule in &mut rules {
            match known.get(&(rule.category.clone(), rule.name.clone())) {
                Some(id) => rule.id = *id,
                // The village gave it another name: what the template says is another rule.
                None if of_the_village.contains(&rule.id) => rule.id = RuleId(clock.new_id()),
                None => {}
            }
        }
    }
    let set = set.insert(tx).await?;
    super::insert_rules(tx, set.id, &rules).await?;
    edits::keep(tx, clock, may.account_id(), &set, (&[], &rules), false).await?;
    note(tx, clock, may.account_id(), "begin_rules", set.id, &area).await?;
    Ok(set)
}

/// Writes a draft anew, as one whole.
///
/// # Errors
/// [`NOT_FOUND`], [`adoption::ALREADY_ADOPTED`], [`CHANGED_MEANWHILE`], [`TOO_MANY_RULES`], or one
/// problem a field.
pub async fn rewrite(tx: &Tx, clock: &Clock, may: &May<DraftRules>, id: RuleSetId, new: Rewritten) -> Result<RuleSet> {
    let (set, _) = super::find_locked(tx, may, id).await?;
    let area = find_to_draft(tx, may, set.area_id).await?;
    if !set.is_draft() {
        return Err(adoption::ALREADY_ADOPTED.into());
    }
    if set.revision != new.revision {
        return Err(CHANGED_MEANWHILE.into());
    }
    let decisions = new.decisions.tidied();
    let mut problems = decisions.problems();
    problems.extend(new.limits.unsound());
    let title = words::required("title", Some(&new.title), TITLE_CHARS_MAX, "请给细则起个名字。", &mut problems);
    let title = title.replace('\n', " ");
    problems.extend(alarms::in_headings(&title, &decisions));
    let rules = identified(tx, clock, &area, new.rules, &mut problems).await?;
    if !problems.is_empty() {
        return Err(Error::Refused(INVALID, problems));
    }
    let before = rules_of(tx, set.id).await?;
    let decided = set.decisions.clone();
    let mut row = set.into_active_model();
    row.title = Set(title);
    row.revision = Set(new.revision + 1);
    row.decisions = Set(written(&decisions)?);
    if area.level == Level::Town {
        row.limits = Set(written(&new.limits)?);
    }
    let set = row.update(tx).await?;
    replace_rules(tx, set.id, &rules).await?;
    let decided = set.decisions != decided;
    edits::keep(tx, clock, may.account_id(), &set, (&before, &rules), decided).await?;
    note(tx, clock, may.account_id(), "rewrite_rules", set.id, &area).await?;
    Ok(set)
}

/// Gives every rule its place and identity: the one the editor names, which a version of the area must
/// know; else the one its category and name had; else a new one.
async fn identified(
    tx: &Tx,
    clock: &Clock,
    area: &Area,
    mut rules: Vec<Written>,
    problems: &mut Vec<FieldProblem>,
) -> Result<Vec<Rule>> {
    if rules.len() > RULES_MAX {
        return Err(TOO_MANY_RULES.into());
    }
    let known = known(tx, area.id).await?;
    let mut all: Vec<&mut NewRule> = rules.iter_mut().map(|one| &mut one.rule).collect();
    problems.extend(
        soundness::settle(&mut all)
            .into_iter()
            .map(|flaw| FieldProblem::new(format!("items[{}].{}", flaw.at, flaw.field), flaw.code, flaw.message)),
    );
    // What the editor names is not given away to a new item that took its old name.
    let named: HashSet<RuleId> = rules.iter().filter_map(|one| one.id).collect();
    let mut taken: Vec<Rule> = Vec::with_capacity(rules.len());
    for (at, Written { id, rule }) in rules.into_iter().enumerate() {
        if taken.iter().any(|other| (&other.category, &other.name) == (&rule.category, &rule.name)) {
            let what = format!("「{}」在「{}」里写了两次，请改一个名字。", rule.name, rule.category);
            problems.push(FieldProblem::new(format!("items[{at}].name"), "name_repeated", what));
            continue;
        }
        let free = |id: &RuleId| !taken.iter().any(|other| other.id == *id);
        if id.is_some_and(|id| !known.values().any(|theirs| *theirs == id)) {
            let what = "这一项不是本村细则里的，请刷新后再改。";
            problems.push(FieldProblem::new(format!("items[{at}].id"), "unknown_rule", what));
            continue;
        }
        let before = known.get(&(rule.category.clone(), rule.name.clone())).copied();
        let id = id.or(before.filter(|id| !named.contains(id))).filter(free).unwrap_or_else(|| RuleId(clock.new_id()));
        let NewRule { category, name, terms } = rule;
        taken.push(Rule { id, position: position(at), category, name, terms });
    }
    Ok(taken)
}

fn position(at: usize) -> i32 {
    i32::try_from(at + 1).unwrap_or(i32::MAX)
}

/// Brings a table in as the area's draft; a draft that is there is written anew. A table that says what
/// the draft, or without a draft the newest adopted set, says already changes nothing.
///
/// # Errors
/// [`TOO_MANY_RULES`]; the caller has checked that the person may.
pub async fn bring_in(tx: &Tx, clock: &Clock, by: AccountId, area: &Area, table: Vec<NewRule>) -> Result<BroughtIn> {
    if table.len() > RULES_MAX {
        return Err(TOO_MANY_RULES.into());
    }
    areas::lock(tx, area.id).await?;
    let newest = sets(tx, area.id).await?.into_iter().next();
    let before = match &newest {
        Some(set) => rules_of(tx, set.id).await?,
        None => Vec::new(),
    };
    let known = known(tx, area.id).await?;
    let identity = |rule: &NewRule| known.get(&(rule.category.clone(), rule.name.clone())).copied();
    let rules: Vec<Rule> = table
        .into_iter()
        .enumerate()
        .map(|(at, rule)| {
            let id = identity(&rule).unwrap_or_else(|| RuleId(clock.new_id()));
            let NewRule { category, name, terms } = rule;
            Rule { id, position: position(at), category, name, terms }
        })
        .collect();
    let same = |rule: &&Rule| before.iter().any(|old| old.id == rule.id && old.terms == rule.terms);
    let unchanged = rules.iter().filter(same).count();
    let created = rules.iter().filter(|rule| !known.values().any(|id| *id == rule.id)).count();
    let updated = rules.len() - unchanged - created;
    let (set, before) = match newest {
        Some(set) if before == rules => return Ok(BroughtIn { rule_set_id: set.id, created, updated, unchanged }),
        Some(set) if set.is_draft() => {
            let revision = set.revision + 1;
            let mut row = set.into_active_model();
            row.revision = Set(revision);
            let set = row.update(tx).await?;
            replace_rules(tx, set.id, &rules).await?;
            (set, before)
        }
        newest => {
            let mut row = blank(clock, by, area, newest.as_ref().map_or(1, |set| set.version + 1));
            row.decisions = Set(newest.as_ref().and_then(|set| set.decisions.clone()));
            row.limits = Set(newest.and_then(|set| set.limits));
            let set = row.insert(tx).await?;
            super::insert_rules(tx, set.id, &rules).await?;
            (set, before)
        }
    };
    edits::keep(tx, clock, by, &set, (&before, &rules), false).await?;
    let rule_set_id = set.id;
    note(tx, clock, by, "import_rules", rule_set_id, area).await?;
    Ok(BroughtIn { rule_set_id, created, updated, unchanged })
}

/// The identities that all versions of an area's table gave, by category and name. A rule goes by the
/// newest name it had: no two names lead to one rule.
async fn known(db: &impl ConnectionTrait, area: AreaId) -> Result<HashMap<(String, String), RuleId>> {
    let (mut known, mut named) = (HashMap::new(), HashSet::new());
    for set in sets(db, area).await? {
        for Rule { id, category, name, .. } in rules_of(db, set.id).await? {
            let key = (category, name);
            if !known.contains_key(&key) && named.insert(id) {
                known.insert(key, id);
            }
        }
    }
    Ok(known)
}

fn blank(clock: &Clock, by: AccountId, area: &Area, version: i32) -> entity::ActiveModel {
    let kind = if area.level == Level::Town { "积分细则模板" } else { "积分细则" };
    entity::ActiveModel {
        id: Set(RuleSetId(clock.new_id())),
        area_id: Set(area.id),
        version: Set(version),
        title: Set(format!("{}{kind}（第 {version} 版）", area.name)),
        created_at: Set(clock.now()),
        created_by: Set(by),
        revision: Set(1),
        ..Default::default()
    }
}

async fn replace_rules(tx: &Tx, set: RuleSetId, rules: &[Rule]) -> Result<()> {
    entity::rule::Entity::delete_many().filter(entity::rule::Column::RuleSetId.eq(set)).exec(tx).await?;
    super::insert_rules(tx, set, rules).await
}

/// A line of the audit about a set.
pub(super) async fn note(
    tx: &Tx,
    clock: &Clock,
    by: AccountId,
    action: &'static str,
    set: RuleSetId,
    area: &Area,
) -> Result<()> {
    let act = Act { by: Some(by), action, target: Some(("rule_set", set.0)), area_path: &area.path };
    audit::append(tx, clock, &[act]).await
}
