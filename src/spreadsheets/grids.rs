//! The grids that a roster names: those of the village, and those that it is to get.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;

use super::roster::{Field, Roster};
use super::text::{compact, folded};
use crate::areas::{self, Area, AreaName, Level};
use crate::clock::Clock;
use crate::error::Result;
use crate::ids::AreaId;

/// Grids that one roster may make: the largest villages have some forty groups; a wrong column has one
/// for every household.
const GRIDS_NEW_MAX: usize = 100;

/// The grids of a village, and those that it is to get.
pub struct Grids {
    by_name: HashMap<String, Vec<Area>>,
    /// Each with the identity that stands for it, in the order of the sheet.
    pub imagined: Vec<(AreaId, AreaName)>,
}

impl Grids {
    /// Those it has.
    pub async fn of(db: &impl ConnectionTrait, village: &Area) -> Result<Self> {
        let mut by_name: HashMap<String, Vec<Area>> = HashMap::new();
        for area in areas::below(db, village).await?.into_iter().filter(|area| area.level == Level::Grid) {
            by_name.entry(plain(&area.name)).or_default().push(area);
        }
        Ok(Self { by_name, imagined: Vec::new() })
    }

    /// All of them.
    pub fn areas(&self) -> impl Iterator<Item = &Area> {
        self.by_name.values().flatten()
    }

    /// Gives the village, in mind only, the grids that a roster names and it does not have.
    pub fn imagine(&mut self, clock: &Clock, village: &Area, roster: &mut Roster) {
        let mut too_many = None;
        for row in &roster.rows {
            let name = plain(&row.grid);
            let Ok(parsed) = AreaName::parse(&name) else { continue };
            if self.imagined.len() == GRIDS_NEW_MAX && !self.by_name.contains_key(&name) {
                too_many.get_or_insert((row.row, name));
                continue;
            }
            self.by_name.entry(name).or_insert_with_key(|name| {
                let id = AreaId(clock.new_id());
                self.imagined.push((id, parsed));
                vec![Area {
                    id,
                    parent_id: Some(village.id),
                    level: Level::Grid,
                    name: name.clone(),
                    path: village.path.clone(),
                    created_at: clock.now(),
                }]
            });
        }
        if let Some((row, name)) = too_many {
            let what = format!("一次最多新建 {GRIDS_NEW_MAX} 个组，请核对「组」这一列是不是选错了。");
            roster.refuse(row, &[Field::Grid], &name, "too_many_grids", what);
        }
    }

    /// The one grid of a name.
    pub fn find(&self, name: &str) -> Option<&Area> {
        match self.by_name.get(&plain(name)).map(Vec::as_slice) {
            Some([grid]) => Some(grid),
            _ => None,
        }
    }

    /// Code and sentence for a name that [`Grids::find`] does not find.
    pub fn why_not(&self, name: &str) -> (&'static str, &'static str) {
        if self.by_name.contains_key(&plain(name)) {
            ("grid_ambiguous", "村里有几个组都叫这个名字，请先把它们的名字改得不一样。")
        } else {
            ("grid_unknown", "村里没有这个组，请改成已有的组名，或者选择新建没有的组。")
        }
    }
}

/// A name as it is compared: full-width forms folded, no blanks.
fn plain(name: &str) -> String {
    compact(&folded(name))
}
