//! Finding households by a range walk over their terms, never by a scan.
//!
//! A household has many terms that may begin with the text; it is shown once, at the smallest of
//! them, which its row tells. So nothing is remembered from page to page but the last place.

use std::collections::HashSet;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{Condition, ConnectionTrait, QueryOrder as _, QuerySelect as _, Select};

use super::entity::{self, Model, term};
use super::terms::Sought;
use crate::areas;
use crate::error::{Error, Result};
use crate::ids::{AreaId, HouseholdId};
use crate::scope::{May, Verb, subtree};

/// Terms read at once: two pages of an ordinary search in one statement.
const ROUND_TERMS: u64 = 256;
/// Rounds of one request. A text that most of a county matches, asked by somebody who may see little
/// of it, is answered in several short pages instead of one long wait.
const ROUNDS_MAX: usize = 16;

/// Where a search stands: the last term, and whose.
pub type TermPlace = (String, HouseholdId);

/// A page of a search.
#[derive(Debug)]
pub struct Found {
    /// Each household once, in the order of the terms it was found by.
    pub households: Vec<Model>,
    /// Where to go on; absent when nothing is left. A page may be short and still have a next one.
    pub next: Option<TermPlace>,
}

/// Households in reach, or in one area of it, that have a term beginning with the text.
///
/// # Errors
/// [`crate::error::NOT_FOUND`] for an area out of reach, a field problem for a place that this
/// search did not give.
pub async fn search<V: Verb>(
    db: &impl ConnectionTrait,
    may: &May<V>,
    area_id: Option<AreaId>,
    sought: &Sought,
    after: Option<TermPlace>,
    limit: usize,
) -> Result<Found> {
    if after.as_ref().is_some_and(|(term, _)| !sought.matches(term)) {
        return Err(Error::field("cursor", "wrong_cursor", "翻页位置不对，请从第一页重新看。"));
    }
    let tops = super::tops(db, may, area_id).await?;
    let village = only_village(db, &tops).await?;
    let (mut place, mut shown) = (after, Vec::new());
    for _ in 0..ROUNDS_MAX {
        let terms: Vec<TermPlace> = terms_query(sought, village, place.as_ref()).into_tuple().all(db).await?;
        let ended = (terms.len() as u64) < ROUND_TERMS;
        place = terms.last().cloned();
        shown.extend(first_matches(db, &tops, sought, terms).await?);
        if shown.len() > limit {
            shown.truncate(limit);
            place = shown.last().map(|(place, _)| place.clone());
            break;
        }
        if ended {
            place = None;
            break;
        }
    }
    Ok(Found { households: shown.into_iter().map(|(_, household)| household).collect(), next: place })
}

/// The village that all subtrees lie in, when it is a single one.
async fn only_village(db: &impl ConnectionTrait, tops: &[String]) -> Result<Option<AreaId>> {
    let Some(first) = tops.first() else {
        return Ok(None);
    };
    let village = areas::village_around(db, first).await?;
    Ok(village.filter(|village| tops.iter().all(|top| top.starts_with(&village.path))).map(|village| village.id))
}

/// Of some terms in order, those at which a household in reach is shown.
async fn first_matches(
    db: &impl ConnectionTrait,
    tops: &[String],
    sought: &Sought,
    terms: Vec<TermPlace>,
) -> Result<Vec<(TermPlace, Model)>> {
    let ids: HashSet<HouseholdId> = terms.iter().map(|(_, id)| *id).collect();
    let households = rows_query(tops, ids).all(db).await?;
    let mut shown: Vec<(TermPlace, Model)> = households
        .into_iter()
        .filter_map(|household| Some(((sought.smallest_match(&household)?, household.id), household)))
        .collect();
    shown.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    let walked: HashSet<TermPlace> = terms.into_iter().collect();
    shown.retain(|(place, _)| walked.contains(place));
    Ok(shown)
}

/// The next terms of the walk.
pub(super) fn terms_query(sought: &Sought, village: Option<AreaId>, after: Option<&TermPlace>) -> Select<term::Entity> {
    let begin = match after {
        Some((term, id)) => {
            let columns = [term::Column::Term, term::Column::HouseholdId].map(Expr::col);
            Expr::tuple(columns).gt(Expr::tuple([Expr::val(term), Expr::val(*id)]))
        }
        None => term::Column::Term.gte(sought.first()),
    };
    let query = match village {
        Some(village) => term::Entity::find().filter(term::Column::VillageId.eq(village)),
        None => term::Entity::find(),
    };
    query
        .select_only()
        .columns([term::Column::Term, term::Column::HouseholdId])
        .filter(begin)
        .filter(term::Column::Term.lt(sought.end()))
        .order_by_asc(term::Column::Term)
        .order_by_asc(term::Column::HouseholdId)
        .limit(ROUND_TERMS)
}

/// The households behind some terms, as far as they are in reach.
pub(super) fn rows_query(tops: &[String], ids: impl IntoIterator<Item = HouseholdId>) -> Select<entity::Entity> {
    let reach = tops.iter().fold(Condition::any(), |any, top| any.add(subtree(entity::Column::GridPath, top)));
    entity::Entity::find().filter(entity::Column::Id.is_in(ids)).filter(reach)
}
