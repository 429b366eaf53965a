//! `hujifen import`: what the API's imports do, for files on this machine.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::{Failure, Outcome, area_names, open};
use crate::accounts::sessions;
use crate::app::App;
use crate::areas::{self, Area};
use crate::auth::Cookies;
use crate::config::Config;
use crate::http::form::File;
use crate::rules::adoption::{Resolution, adopt};
use crate::rules::{self, filing};
use crate::scope::{AdoptRules, FileRules, Identity, ImportAwards, ImportHouseholds, ImportRules, May, Verb};
use crate::spreadsheets::imports::{self, Choices, Import, RosterPlan};
use crate::spreadsheets::recording;
use crate::spreadsheets::report::Level;

#[derive(Subcommand)]
pub(super) enum ImportCommand {
    /// A roster of households.
    Households(ImportRoster),
    /// A table of rules, into the village's draft.
    Rules(ImportTable),
    /// Deeds that were written on paper: a month's grid, or a list.
    Awards(ImportDeeds),
}

#[derive(Args)]
struct Source {
    #[command(flatten)]
    config: Config,
    /// xlsx, or csv in UTF-8 or GBK.
    file: PathBuf,
    /// The village: `县/镇/村`.
    #[arg(long)]
    area: String,
    /// Sign-in name of the account that does this; it must hold the right there.
    #[arg(long = "as", value_name = "USERNAME")]
    by: String,
    /// Only say what would happen.
    #[arg(long)]
    dry_run: bool,
    /// Bring in the rows without errors; otherwise one error keeps all rows out.
    #[arg(long)]
    skip_invalid: bool,
}

#[derive(Args)]
pub(super) struct ImportRoster {
    #[command(flatten)]
    source: Source,
    /// Make the grids that the village does not have.
    #[arg(long)]
    create_grids: bool,
}

#[derive(Args)]
pub(super) struct ImportDeeds {
    #[command(flatten)]
    source: Source,
    /// Leave out what was recorded before for the same household, rule and day.
    #[arg(long)]
    skip_alike: bool,
}

#[derive(Args)]
pub(super) struct ImportTable {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    adoption: Adoption,
}

/// The resolution that brings the table into force at once.
#[derive(Args)]
struct Adoption {
    /// Bring the table into force by a resolution of the villagers; a village cadre's to record.
    #[arg(long, requires_all = ["resolved_on", "in_force_from", "attendance", "votes_for", "votes_against", "votes_abstained", "minutes", "noticed_from", "noticed_until"])]
    adopt: bool,
    /// Day of the meeting.
    #[arg(long, requires = "adopt", value_name = "YYYY-MM-DD")]
    resolved_on: Option<NaiveDate>,
    /// First day the table judges.
    #[arg(long, requires = "adopt", value_name = "YYYY-MM-DD")]
    in_force_from: Option<NaiveDate>,
    /// People present.
    #[arg(long, requires = "adopt")]
    attendance: Option<i32>,
    /// Votes for.
    #[arg(long = "for", requires = "adopt", value_name = "VOTES")]
    votes_for: Option<i32>,
    /// Votes against.
    #[arg(long = "against", requires = "adopt", value_name = "VOTES")]
    votes_against: Option<i32>,
    /// Abstentions.
    #[arg(long = "abstained", requires = "adopt", value_name = "VOTES")]
    votes_abstained: Option<i32>,
    /// A text file with the minutes of the meeting.
    #[arg(long, requires = "adopt", value_name = "FILE")]
    minutes: Option<PathBuf>,
    /// First day of the notice.
    #[arg(long, requires = "adopt", value_name = "YYYY-MM-DD")]
    noticed_from: Option<NaiveDate>,
    /// Last day of the notice.
    #[arg(long, requires = "adopt", value_name = "YYYY-MM-DD")]
    noticed_until: Option<NaiveDate>,
    /// Sign-in name of the town's account that files it at once; otherwise it waits for the town.
    #[arg(long, requires = "adopt", value_name = "USERNAME")]
    filed_by: Option<String>,
}

impl Adoption {
    /// The resolution on a revision, if there is one.
    fn resolution(&self, revision: i32, minutes: &str) -> Option<Resolution> {
        Some(Resolution {
            revision,
            resolved_on: self.resolved_on?,
            in_force_from: self.in_force_from?,
            attendance: self.attendance?,
            votes_for: self.votes_for?,
            votes_against: self.votes_against?,
            votes_abstained: self.votes_abstained?,
            minutes: minutes.to_owned(),
            noticed_from: self.noticed_from?,
            noticed_until: self.noticed_until?,
        })
    }

    fn minutes(&self) -> Outcome<String> {
        let Some(file) = &self.minutes else { return Ok(String::new()) };
        std::fs::read_to_string(file).map_err(|error| Failure(format!("读不了 {}：{error}", file.display())))
    }
}

/// Carries the command out.
pub(super) async fn run(command: ImportCommand) -> Outcome {
    match command {
        ImportCommand::Households(command) => import_households(command).await,
        ImportCommand::Rules(command) => import_rules(command).await,
        ImportCommand::Awards(command) => import_awards(command).await,
    }
}

/// The book, and a person with a right over a village of it.
struct Desk<V> {
    app: App,
    may: May<V>,
    village: Area,
    file: File,
}

impl<V: Verb> Desk<V> {
    async fn open(source: &Source) -> Outcome<Self> {
        let names = area_names(&source.area)?;
        let bytes = std::fs::read(&source.file);
        let bytes = bytes.map_err(|error| Failure(format!("读不了 {}：{error}", source.file.display())))?;
        let name = source.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let app = open(&source.config, Cookies::Fenced).await?;
        let may: May<V> = acting(&app, &source.by).await?.may(app.clock.today())?;
        let elsewhere = || Failure(format!("没有 {} 这个村，或者不归 {} 管。", source.area, source.by));
        let area = areas::by_names_for_the_operator(app.db.read(), &names).await?.ok_or_else(elsewhere)?;
        let village = areas::find_village(app.db.read(), &may, area.id).await.map_err(|_| elsewhere())?;
        Ok(Self { app, may, village, file: File { name, bytes } })
    }
}

async fn import_households(ImportRoster { source, create_grids }: ImportRoster) -> Outcome {
    let Desk { app, may, village, file } = Desk::<ImportHouseholds>::open(&source).await?;
    let choices = Choices { dry_run: source.dry_run, skip_invalid: source.skip_invalid, create_grids, revision: None };
    let roster = app.desk.roster(file).await?;
    let name = village.name.clone();
    let mut plan = RosterPlan::of(app.db.read(), &app.clock, &app.keys, &may, village, roster, choices).await?;
    while plan.is_unfinished() {
        app.write(async |tx| plan.write_some(tx, &app.clock, &app.keys, &may).await).await?;
    }
    app.db.close().await?;
    told(&plan.finish(), &name, "户")
}

async fn import_awards(ImportDeeds { source, skip_alike }: ImportDeeds) -> Outcome {
    let Desk { app, may, village, file } = Desk::<ImportAwards>::open(&source).await?;
    let Source { dry_run, skip_invalid, .. } = source;
    let choices = recording::Choices { dry_run, skip_invalid, skip_alike };
    let rules = recording::known_rules(app.db.read(), &app.shelf, &village).await?;
    let deeds = app.desk.deeds(file, rules, app.clock.today()).await?;
    let bring_in =
        async |tx: &_| recording::awards(tx, (&app.pen, &app.shelf), &may, (&village, &village), deeds, choices).await;
    let import = app.write_if(Import::is_written, bring_in).await?;
    app.db.close().await?;
    told(&import, &village.name, "条")?;
    if import.waiting > 0 {
        println!("其中 {} 条要等评议。", import.waiting);
    }
    Ok(())
}

async fn import_rules(ImportTable { source, adoption }: ImportTable) -> Outcome {
    let Desk { app, may, village, file } = Desk::<ImportRules>::open(&source).await?;
    let today = app.clock.today();
    let adopting = if adoption.adopt { Some(may.also::<AdoptRules>(today)?) } else { None };
    let filing: Option<May<FileRules>> = match &adoption.filed_by {
        Some(by) => Some(acting(&app, by).await?.may(today)?),
        None => None,
    };
    let minutes = adoption.minutes()?;
    let choices = Choices { dry_run: source.dry_run, skip_invalid: source.skip_invalid, ..Choices::default() };
    let table = app.desk.rules_table(file).await?;
    let bring_in = async |tx: &_| {
        let import = imports::rules(tx, &app.clock, &may, &village, table, choices).await?;
        let mut came = None;
        if let (Some(set), Some(may)) = (import.set, &adopting) {
            let revision = rules::find(tx, may, set).await?.0.revision;
            if let Some(resolution) = adoption.resolution(revision, &minutes) {
                let adopted = adopt(tx, &app.clock, may, set, resolution).await?;
                came = Some(match &filing {
                    Some(town) => {
                        let (_, filed) = filing::file(tx, &app.clock, town, set, None).await?;
                        format!("细则从 {} 起生效。", filed.judges_from)
                    }
                    None => format!("{}已记下表决结果，等镇里备案后生效。", adopted.title),
                });
            }
        }
        Ok((import, came))
    };
    let (import, came) = app.write_or_try(source.dry_run, bring_in).await?;
    app.db.close().await?;
    told(&import, &village.name, "条")?;
    if let (Some(came), false) = (came, source.dry_run) {
        println!("{came}");
    }
    Ok(())
}

/// A person by sign-in name.
async fn acting(app: &App, username: &str) -> Outcome<Arc<Identity>> {
    let person = sessions::acting(app.db.read(), username).await?;
    Ok(person.ok_or_else(|| Failure(format!("没有 {username} 这个账号。")))?.into())
}

/// Prints the report; an import that errors kept out is a failure.
fn told(import: &Import, village: &str, unit: &str) -> Outcome {
    let Import { rows, created, updated, unchanged, skipped, .. } = import;
    println!(
        "{village}：表里 {rows} {unit}，新增 {created}，改动 {updated}，没有变化 {unchanged}，没有导入 {skipped}。"
    );
    if import.dry_run {
        println!("这是试导入，什么都没有写。");
    }
    for problem in &import.problems {
        let level = if problem.level == Level::Error { "错误" } else { "提示" };
        println!("[{level}] {} ({})", problem.message, problem.code);
    }
    for dropped in &import.dropped_columns {
        println!("[没有导入的列] {}：{}", dropped.column, dropped.reason);
    }
    if import.is_blocked {
        let advice = "有错误，所以整个文件都没有导入。请改好再导入；只想先导入没有错误的行，加 --skip-invalid。";
        return Err(Failure(advice.to_owned()));
    }
    Ok(())
}
