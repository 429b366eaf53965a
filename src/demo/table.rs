//! The town's table of rules, which every village resolved in the same weeks.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{Days, NaiveDate};

use super::dice::Dice;
use crate::areas::Area;
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::hundredths::Hundredths;
use crate::ids::RuleId;
use crate::rules::adoption::{Resolution, adopt};
use crate::rules::decisions::Decisions;
use crate::rules::drafting::{self, Beginning, Rewritten, Written};
use crate::rules::template::Limits;
use crate::rules::{self, NewRule, filing};
use crate::scope::{AdoptRules, DraftRules, FileRules, Identity};
use crate::spreadsheets::{rules_table, sheet};

/// As the town gives it out.
const TEMPLATE: &[u8] = include_bytes!("town-template.csv");

/// Days between the meeting and the first day of the table.
const NOTICE: Days = Days::new(3);

/// The rules of a village's table by their names.
pub struct Table(HashMap<String, RuleId>);

impl Table {
    /// The rule of a name.
    pub fn rule(&self, name: &str) -> Result<RuleId> {
        self.0.get(name).copied().ok_or_else(|| Error::Internal(format!("the template lacks {name}")))
    }
}

/// Reads the template.
pub fn template() -> Result<Vec<NewRule>> {
    let sheet = sheet::read(TEMPLATE, "town-template.csv").map_err(|error| Error::Internal(error.to_string()))?;
    let parsed = rules_table::rules_table(&sheet);
    match parsed.problems.first() {
        Some(problem) => Err(Error::Internal(problem.message.clone())),
        None => Ok(parsed.rows.into_iter().map(|row| row.rule).collect()),
    }
}

/// Issues the template of the town, with room for what villages add.
pub async fn issue(tx: &Tx, clock: &Clock, town: &Area, by: &Arc<Identity>, table: Vec<NewRule>) -> Result<()> {
    let today = clock.today();
    let may = by.may::<DraftRules>(today)?;
    let set = drafting::begin(tx, clock, &may, town.id, Beginning::Empty).await?;
    let limits = Limits { own_items_max: Some(40), own_points_max: Some(Hundredths::whole(100)), keep_items: false };
    let rules = table.into_iter().map(|rule| Written { id: None, rule }).collect();
    let decisions = Decisions::default();
    let new = Rewritten { revision: set.revision, title: set.title, rules, decisions, limits };
    let set = drafting::rewrite(tx, clock, &may, set.id, new).await?;
    filing::issue(tx, clock, &by.may::<FileRules>(today)?, set.id, set.revision).await?;
    Ok(())
}

/// Brings the table into force by a resolution of today.
pub async fn adopt_table(
    tx: &Tx,
    clock: &Clock,
    dice: &mut Dice,
    (village, cadre, town): (&Area, &Arc<Identity>, &Arc<Identity>),
    table: Vec<NewRule>,
) -> Result<Table> {
    let today = clock.today();
    let set = rules::bring_in(tx, clock, cadre.account_id, village, table).await?.rule_set_id;
    let may = cadre.may::<AdoptRules>(today)?;
    let revision = rules::find(tx, &may, set).await?.0.revision;
    adopt(tx, clock, &may, set, resolution(dice, today, revision)).await?;
    filing::file(tx, clock, &town.may::<FileRules>(today)?, set, None).await?;
    let rules = rules::rules_of(tx, set).await?;
    Ok(Table(rules.into_iter().map(|rule| (rule.name, rule.id)).collect()))
}

fn resolution(dice: &mut Dice, today: NaiveDate, revision: i32) -> Resolution {
    let attendance = dice.between(38..=86);
    let votes_against = dice.between(0..=3);
    let votes_abstained = dice.between(0..=4);
    let votes_for = attendance - votes_against - votes_abstained;
    Resolution {
        revision,
        resolved_on: today,
        in_force_from: today + NOTICE,
        attendance,
        votes_for,
        votes_against,
        votes_abstained,
        minutes: format!("村民代表会议逐条念了细则，到会 {attendance} 人，举手表决，{votes_for} 人赞成。"),
        noticed_from: today - NOTICE,
        noticed_until: today,
    }
}
