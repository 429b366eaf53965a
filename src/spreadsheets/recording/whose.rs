//! The household that a row names.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;

use crate::areas::{Area, Level};
use crate::error::Result;
use crate::households::{self, Household};
use crate::scope::{AddPoints, May};
use crate::spreadsheets::deeds::Named;
use crate::spreadsheets::particulars;
use crate::spreadsheets::report::shown;
use crate::spreadsheets::sheet::ROWS_MAX;
use crate::spreadsheets::text::{compact, folded, unguarded};

/// Households of one name that a message tells apart.
const CODES_NAMED_MAX: usize = 3;

/// The households of a village or grid, as people name them.
pub(super) struct Homes {
    households: Vec<Household>,
    by_code: HashMap<String, usize>,
    /// By the head's name and by the name people use.
    by_name: HashMap<String, Vec<usize>>,
    here: &'static str,
}

/// Why no household is meant: code and sentence.
type Wrong = (&'static str, String);

impl Homes {
    /// Those at or below an area.
    pub(super) async fn of(db: &impl ConnectionTrait, may: &May<AddPoints>, area: &Area) -> Result<Self> {
        let households = households::list(db, may, Some(area.id), None, u64::from(ROWS_MAX)).await?;
        let (mut by_code, mut by_name) = (HashMap::new(), HashMap::<_, Vec<usize>>::new());
        for (at, household) in households.iter().enumerate() {
            by_code.insert(household.code.clone(), at);
            let mut names = vec![plain(&household.name)];
            names.extend(household.alias.as_deref().map(plain));
            names.dedup();
            for name in names {
                by_name.entry(name).or_default().push(at);
            }
        }
        let here = if area.level == Level::Grid { "这个组里" } else { "村里" };
        Ok(Self { households, by_code, by_name, here })
    }

    /// The one that is meant: by its code, with which the name must agree; else by a name, and a door where
    /// several have it.
    pub(super) fn find(&self, named: &Named) -> std::result::Result<&Household, Wrong> {
        let written = named.name.as_deref().map(plain);
        if let Some(code) = &named.code {
            let known = particulars::code(code).and_then(|code| self.by_code.get(&code).copied());
            let household = known.and_then(|at| self.households.get(at));
            let household =
                household.ok_or_else(|| ("household_unknown", format!("{}没有这个户编号，请核对。", self.here)))?;
            let agrees = |name: &str| {
                plain(&household.name) == name || household.alias.as_deref().map(plain).as_deref() == Some(name)
            };
            return match written {
                Some(name) if !agrees(&name) => Err((
                    "household_mismatch",
                    format!(
                        "户编号 {} 是{}家，表里写的是「{}」，请核对是不是错了行。",
                        household.code,
                        household.name,
                        shown(&name)
                    ),
                )),
                _ => Ok(household),
            };
        }
        let found = written.and_then(|name| self.by_name.get(&name)).map(Vec::as_slice).unwrap_or_default();
        let door = named.door.as_deref().map(door);
        let meant: Vec<&Household> = found
            .iter()
            .filter_map(|at| self.households.get(*at))
            .filter(|household| door.is_none() || household.door.as_deref().map(self::door) == door)
            .collect();
        match meant.as_slice() {
            [household] => Ok(household),
            [] if found.is_empty() => Err(("household_unknown", format!("{}没有这个户主，请写户编号。", self.here))),
            [] => Err(("household_unknown", "户主的名字有，门牌对不上，请写户编号。".to_owned())),
            several => {
                let codes: Vec<_> = several.iter().take(CODES_NAMED_MAX).map(|one| one.code.as_str()).collect();
                Err((
                    "household_ambiguous",
                    format!("有 {} 户叫这个名字（{}），请写户编号。", several.len(), codes.join("、")),
                ))
            }
        }
    }
}

fn plain(name: &str) -> String {
    compact(&folded(unguarded(name)))
}

fn door(written: &str) -> String {
    let plain = plain(written);
    particulars::door(&plain).or_else(|| particulars::door(&format!("{plain}号"))).unwrap_or(plain)
}
