//! One page of a ranking, for somebody who reads the book.

use std::sync::Arc;

use sea_orm::ConnectionTrait;

use super::{Period, Place, Ranking, rank};
use crate::areas::{self, Area, Level};
use crate::error::{Error, NOT_FOUND, Result};
use crate::fresh::{ANYWHERE, Fresh, Generation, Generations};
use crate::ids::{AreaId, HouseholdId};
use crate::scope::{May, ReadBook};

/// Rankings at hand.
pub struct Board<'a> {
    /// How often villages changed.
    pub generations: &'a Generations,
    /// Kept while their village stands still.
    pub rankings: &'a Fresh<(AreaId, String), Arc<Ranking>>,
}

/// Which page.
pub struct Asked {
    /// A grid, a village or a town.
    pub area_id: AreaId,
    /// Of what time.
    pub period: Period,
    /// Only this household's row.
    pub household_id: Option<HouseholdId>,
    /// Rows that stand on earlier pages.
    pub from: usize,
    /// Most rows.
    pub limit: usize,
}

/// Some rows of a ranking.
pub struct RankingPage {
    /// Whose ranking.
    pub area: Area,
    /// Households that take part.
    pub participants: usize,
    /// Best first, each with the name of its grid.
    pub rows: Vec<(Place, String)>,
    /// Where the next page begins.
    pub next: Option<usize>,
    /// Whose readers may read it: the village, also for one of its grids.
    pub read_by: Area,
    /// Under which the page may be kept while the village of `read_by` stands still; absent for a town,
    /// whose page no one village keeps true.
    pub kept: Option<Generation>,
}

impl Board<'_> {
    /// A page of the ranking of an area up to the person's village.
    ///
    /// # Errors
    /// [`NOT_FOUND`] for an area out of reach or a household that does not take part; a field problem
    /// for a county, or a place behind the last row.
    pub async fn page(&self, db: &impl ConnectionTrait, may: &May<ReadBook>, asked: &Asked) -> Result<RankingPage> {
        let area = areas::find_up_to_village(db, may, asked.area_id).await?;
        let (ranking, read_by, kept) = self.ranking(db, &area, &asked.period).await?;
        let total = ranking.places.len();
        let (places, next) = match asked.household_id {
            Some(id) => {
                let at = *ranking.at.get(&id).ok_or(NOT_FOUND)?;
                (ranking.places.get(at..=at), None)
            }
            None => {
                let end = asked.from.saturating_add(asked.limit).min(total);
                (ranking.places.get(asked.from..end), (end < total).then_some(end))
            }
        };
        let places =
            places.ok_or_else(|| Error::field("cursor", "wrong_cursor", "翻页位置不对，请从第一页重新看。"))?;
        let grids = areas::of_found_rows(db, places.iter().map(|place| place.household.grid_id)).await?;
        let grid_name = |id| grids.get(&id).map(|grid| grid.name.clone()).unwrap_or_default();
        let rows = places.iter().map(|place| (place.clone(), grid_name(place.household.grid_id))).collect();
        Ok(RankingPage { area, participants: total, rows, next, read_by, kept })
    }

    /// The ranking, who may read it, and the generation under which an answer from it may be kept. A
    /// town's holds only until any village changes, but many who look at the same moment wait for one
    /// reading.
    async fn ranking(
        &self,
        db: &impl ConnectionTrait,
        area: &Area,
        period: &Period,
    ) -> Result<(Arc<Ranking>, Area, Option<Generation>)> {
        let key = (area.id, period.name.clone());
        let village = match area.level {
            Level::County => {
                return Err(Error::field("area_id", "too_large", "全县太大，请选一个镇、村或组来看排名。"));
            }
            Level::Town => {
                let make = async || {
                    let mut villages = areas::below(db, area).await?;
                    villages.retain(|area| area.level == Level::Village);
                    rank(db, area, &villages, period).await
                };
                let ranking = self.rankings.get_or_make(self.generations, key, ANYWHERE, make).await?;
                return Ok((ranking, area.clone(), None));
            }
            Level::Village => area.clone(),
            Level::Grid => areas::village_of(db, area).await?.ok_or(NOT_FOUND)?,
        };
        let generation = self.generations.now(village.id.0);
        let make = async || rank(db, area, std::slice::from_ref(&village), period).await;
        let ranking = self.rankings.get_or_make(self.generations, key, village.id.0, make).await?;
        Ok((ranking, village, Some(generation)))
    }
}
