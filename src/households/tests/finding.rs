use std::collections::BTreeSet;

use super::*;
use crate::scope::ReadBook;

/// More pages than any walk here has.
const PAGES_MAX: usize = 1000;

async fn walk(county: &County, may: &May<ReadBook>, area: Option<AreaId>, limit: u64) -> Vec<Household> {
    let (mut walked, mut after) = (Vec::new(), None);
    for _ in 0..PAGES_MAX {
        let mut page = list(county.db.read(), may, area, after, limit).await.unwrap();
        let more = page.len() as u64 > limit;
        page.truncate(limit as usize);
        after = page.last().map(walk::place);
        walked.extend(page);
        if !more {
            return walked;
        }
    }
    panic!("the walk goes in circles");
}

async fn find_all(county: &County, may: &May<ReadBook>, area: Option<AreaId>, q: &str, limit: usize) -> Vec<Household> {
    let sought = Sought::parse(q).unwrap().unwrap();
    let (mut found, mut after) = (Vec::new(), None);
    for _ in 0..PAGES_MAX {
        let page = search(county.db.read(), may, area, &sought, after, limit).await.unwrap();
        assert!(page.households.len() <= limit);
        found.extend(page.households);
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
    panic!("the search goes in circles");
}

async fn codes(county: &County, may: &May<ReadBook>, q: &str) -> Vec<String> {
    find_all(county, may, None, q, 50).await.into_iter().map(|household| household.code).collect()
}

fn is_door_order(households: &[Household]) -> bool {
    households.is_sorted_by_key(walk::place)
}

#[tokio::test]
async fn a_worker_finds_the_households_of_his_grid_and_no_others() {
    let county = county().await;
    county.bring_in(0, county.roster(0, 30)).await;
    county.bring_in(1, county.roster(1, 30)).await;
    let grid = &county.villages[0].grids[1];
    let may = may::<ReadBook>(Role::GridWorker, &[grid]);
    let own = walk(&county, &may, None, 50).await;
    assert_eq!(own.len(), 10);
    assert!(own.iter().all(|household| household.grid_id == grid.id));
    assert_eq!(find_all(&county, &may, None, "ljp", 50).await.len(), 10);
    assert_eq!(find_all(&county, &may, None, "mt", 50).await.len(), 0);
    let mut strangers = 0;
    for household in of_awards(county.db.read(), own.iter().map(|one| one.id)).await.unwrap().into_values() {
        assert_eq!(find(county.db.read(), &may, household.id).await.unwrap(), household);
    }
    for household in entity::Entity::find().all(county.db.read()).await.unwrap() {
        if household.grid_id != grid.id {
            assert_eq!(find(county.db.read(), &may, household.id).await.unwrap_err().refusal(), NOT_FOUND);
            strangers += 1;
        }
    }
    assert_eq!(strangers, 50);
    for area in [&county.villages[0].area, &county.villages[0].grids[0], &county.villages[1].area] {
        let outside = list(county.db.read(), &may, Some(area.id), None, 50).await;
        assert_eq!(outside.unwrap_err().refusal(), NOT_FOUND);
        let sought = Sought::parse("l").unwrap().unwrap();
        let outside = search(county.db.read(), &may, Some(area.id), &sought, None, 50).await;
        assert_eq!(outside.unwrap_err().refusal(), NOT_FOUND);
    }
}

/// Mutation: compare with `>=` the place a page ended at, or forget to reduce scopes to the outermost.
#[tokio::test]
async fn walking_a_thousand_doors_by_pages_loses_and_repeats_none() {
    let county = county().await;
    county.bring_in(0, county.roster(0, 600)).await;
    county.bring_in(2, county.roster(2, 400)).await;
    let (near, far) = (&county.villages[0], &county.villages[2]);
    let everybody = may::<ReadBook>(Role::CountyAdmin, &[&county.top]);
    for limit in [7, 100, 200] {
        let walked = walk(&county, &everybody, None, limit).await;
        let distinct: BTreeSet<HouseholdId> = walked.iter().map(|household| household.id).collect();
        assert_eq!((walked.len(), distinct.len()), (1000, 1000));
        assert!(is_door_order(&walked));
    }
    // Scopes out of order, one inside another, in two villages.
    let tops = [&far.grids[2], &near.grids[1], &near.area, &far.grids[0]];
    let some = may::<ReadBook>(Role::Supervisor, &tops);
    let in_reach = walk(&county, &everybody, None, 200).await.into_iter();
    let in_reach: Vec<Household> = in_reach.filter(|household| some.reaches(&household.grid_path)).collect();
    assert!(in_reach.len() > 800 && in_reach.len() < 1000);
    for limit in [33, 1000] {
        assert_eq!(walk(&county, &some, None, limit).await, in_reach);
    }
    let one_grid = walk(&county, &some, Some(near.grids[1].id), 33).await;
    assert_eq!(one_grid.len(), 200);
    assert!(one_grid.iter().all(|household| household.grid_id == near.grids[1].id));
}

#[tokio::test]
async fn doors_come_in_the_order_of_their_numbers_and_the_doorless_last() {
    let county = county().await;
    let grid = &county.villages[0].grids[0];
    let may_edit = may::<EditHouseholds>(Role::VillageCadre, &[&county.villages[0].area]);
    for (code, door) in [("A", None), ("B", Some("100号")), ("C", Some("9号")), ("D", Some("20号")), ("E", Some("9号"))]
    {
        let household = Draft { door: door.map(String::from), ..draft(grid, code, "陈平") };
        county.create(&may_edit, household).await.unwrap();
    }
    let walked = walk(&county, &may::<ReadBook>(Role::GridWorker, &[grid]), None, 2).await;
    assert_eq!(walked.iter().map(|household| household.code.as_str()).collect::<String>(), "CEDBA");
}

#[tokio::test]
async fn a_household_is_found_by_whatever_people_know_of_it() {
    let county = county().await;
    let village = &county.villages[0];
    let edit = may::<EditHouseholds>(Role::VillageCadre, &[&village.area]);
    let household = Draft {
        alias: Some("曾老师".into()),
        door: Some("19号".into()),
        ..draft(&village.grids[0], "LJP0012", "罗建桂")
    };
    county.create(&edit, household).await.unwrap();
    county.create(&edit, draft(&village.grids[1], "LJP0200", "吕春")).await.unwrap();
    for narrow in [true, false] {
        let top = if narrow { &village.area } else { &county.top };
        let may = may::<ReadBook>(if narrow { Role::VillageCadre } else { Role::CountyAdmin }, &[top]);
        for q in [
            "LJP0012",
            "ljp001",
            "ＬＪＰ ００１２",
            "0012",
            "12",
            "19",
            "19号",
            "罗",
            "建桂",
            "桂",
            "ljg",
            "LJ",
            "jg",
            "luojian",
            "luojiangui",
            "曾老师",
            "老师",
            "cls",
            "zls",
            "z",
            "c",
            "zeng",
        ] {
            let found = codes(&county, &may, q).await;
            assert!(found.contains(&"LJP0012".to_owned()), "{q}: {found:?}");
        }
        for q in ["lv", "lu", "lvchun", "200", "吕"] {
            assert!(codes(&county, &may, q).await.contains(&"LJP0200".to_owned()), "{q}");
        }
        assert_eq!(codes(&county, &may, "ljp").await, ["LJP0012", "LJP0200"]);
        for q in ["罗桂", "9", "gj", "x", "LJP00123", "%", "_", "'"] {
            assert_eq!(codes(&county, &may, q).await, Vec::<String>::new(), "{q}");
        }
    }
}

/// Mutation: show a household at every term that matches, or go on after the last one shown instead
/// of the last one read.
#[tokio::test]
async fn a_search_by_pages_shows_every_match_once() {
    let county = county().await;
    for village in 0..4 {
        county.bring_in(village, county.roster(village, 250)).await;
    }
    let all = entity::Entity::find().all(county.db.read()).await.unwrap();
    let (near, far) = (&county.villages[0], &county.villages[3]);
    let people = [
        may::<ReadBook>(Role::CountyAdmin, &[&county.top]),
        may(Role::VillageCadre, &[&near.area]),
        may(Role::GridWorker, &[&near.grids[2], &near.grids[0]]),
        may(Role::GridWorker, &[&far.grids[2], &near.grids[0]]),
    ];
    for person in &people {
        for (q, limit) in [("c", 7), ("l", 50), ("1", 33), ("昌", 1), ("", 0), ("zeng", 2), ("ouyang", 200)] {
            let Some(sought) = Sought::parse(q).unwrap() else {
                continue;
            };
            let matches = |household: &&Household| {
                person.reaches(&household.grid_path)
                    && terms::terms_of(household).iter().any(|term| sought.matches(term))
            };
            let expected: BTreeSet<HouseholdId> = all.iter().filter(matches).map(|household| household.id).collect();
            let found = find_all(&county, person, None, q, limit).await;
            let shown: BTreeSet<HouseholdId> = found.iter().map(|household| household.id).collect();
            assert_eq!((found.len(), &shown), (expected.len(), &expected), "{q} by {limit}");
            assert!(!expected.is_empty(), "{q}");
        }
    }
}

#[tokio::test]
async fn a_long_walk_past_strangers_ends_and_goes_on_from_there() {
    let county = county().await;
    for village in 0..4 {
        county.bring_in(village, county.roster(village, 2000)).await;
    }
    let tops = [&county.villages[0].grids[0], &county.villages[3].grids[0]];
    let may = may::<ReadBook>(Role::GridWorker, &tops);
    let sought = Sought::parse("1").unwrap().unwrap();
    let first = search(county.db.read(), &may, None, &sought, None, 5000).await.unwrap();
    assert!(first.next.is_some() && !first.households.is_empty());
    let found = find_all(&county, &may, None, "1", 5000).await;
    assert!(found.len() > first.households.len());
    let all = entity::Entity::find().all(county.db.read()).await.unwrap();
    let matches =
        |household: &&Household| may.reaches(&household.grid_path) && sought.smallest_match(household).is_some();
    assert_eq!(found.len(), all.iter().filter(matches).count());
}

#[tokio::test]
async fn a_place_of_another_search_is_refused() {
    let county = county().await;
    let may = may::<ReadBook>(Role::CountyAdmin, &[&county.top]);
    let sought = Sought::parse("罗").unwrap().unwrap();
    let place = Some(("陈".to_owned(), HouseholdId(Uuid::nil())));
    let refused = search(county.db.read(), &may, None, &sought, place, 5).await.unwrap_err();
    assert_eq!(refused.fields()[0].code, "wrong_cursor");
}
