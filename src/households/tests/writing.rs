use std::collections::HashSet;

use super::*;
use crate::scope::ReadBook;

fn fault(error: &Error) -> (String, String) {
    let problem = &error.fields()[0];
    (problem.field.clone(), problem.code.to_string())
}

#[tokio::test]
async fn a_code_is_taken_once_a_village_and_free_in_the_next() {
    let county = county().await;
    let (home, next) = (&county.villages[0], &county.villages[1]);
    let edit = may::<EditHouseholds>(Role::VillageCadre, &[&home.area, &next.area]);
    let first = county.create(&edit, draft(&home.grids[0], "a-1", "陈平")).await.unwrap();
    assert_eq!((first.code.as_str(), first.village_id, first.status), ("A-1", home.area.id, Status::Resident));
    let again = county.create(&edit, draft(&home.grids[1], "Ａ-１", "罗金")).await;
    assert_eq!(again.unwrap_err().refusal(), CODE_TAKEN);
    county.create(&edit, draft(&next.grids[0], "A-1", "罗金")).await.unwrap();
    let acts = county.audited("create_household").await;
    assert_eq!(acts.len(), 2);
    assert_eq!((acts[0].target_id, acts[0].area_path.as_str()), (Some(first.id.0), home.grids[0].path.as_str()));
}

#[tokio::test]
async fn a_household_is_written_only_into_a_grid_in_reach() {
    let county = county().await;
    let (home, next) = (&county.villages[0], &county.villages[1]);
    let cadre = may::<EditHouseholds>(Role::VillageCadre, &[&home.area]);
    let out_of_reach = county.create(&cadre, draft(&next.grids[0], "A", "陈平")).await.unwrap_err();
    assert_eq!(out_of_reach.refusal(), NOT_FOUND);
    let no_grid = county.create(&cadre, draft(&home.area, "A", "陈平")).await.unwrap_err();
    assert_eq!(fault(&no_grid), ("grid_id".into(), "not_a_grid".into()));
    let named = Draft { village_id: Some(next.area.id), ..draft(&home.grids[0], "A", "陈平") };
    assert_eq!(fault(&county.create(&cadre, named).await.unwrap_err()).1, "other_village");
    let made = county.create(&cadre, draft(&home.grids[0], "A", "陈平")).await.unwrap();

    let stranger = may::<EditHouseholds>(Role::VillageCadre, &[&next.area]);
    let change = Draft { size: Some(9), ..Draft::default() };
    assert_eq!(county.update(&stranger, made.id, change).await.unwrap_err().refusal(), NOT_FOUND);
    let town = may::<EditHouseholds>(Role::TownAdmin, &[&home.area, &next.area]);
    let change = Draft { grid_id: Some(next.grids[0].id), ..Draft::default() };
    assert_eq!(fault(&county.update(&town, made.id, change).await.unwrap_err()).1, "other_village");
    assert_eq!(county.of_code("A").await, made);
}

#[tokio::test]
async fn a_change_touches_what_is_said_and_is_audited_once() {
    let county = county().await;
    let home = &county.villages[0];
    let edit = may::<EditHouseholds>(Role::VillageCadre, &[&home.area]);
    let full = Draft {
        alias: Some("老陈".into()),
        door: Some("19".into()),
        address: Some("一组19号".into()),
        phone: Some("132 7442 9896".into()),
        tags: Some(vec!["低保户".into(), "党员户".into()]),
        ..draft(&home.grids[0], "A", "陈平")
    };
    let before = county.create(&edit, full.clone()).await.unwrap();
    let same = Draft { phone: Some("13274429896".into()), ..full };
    assert_eq!(county.update(&edit, before.id, same).await.unwrap(), before);
    assert_eq!(county.audited("update_household").await.len(), 0);

    let change = Draft {
        grid_id: Some(home.grids[2].id),
        name: Some("陈小平".into()),
        alias: Some(String::new()),
        ..Draft::default()
    };
    let after = county.update(&edit, before.id, change).await.unwrap();
    let expected = Household {
        grid_id: home.grids[2].id,
        grid_path: home.grids[2].path.clone(),
        name: "陈小平".into(),
        alias: None,
        ..before
    };
    assert_eq!(after, expected);
    assert_eq!(county.of_code("A").await, expected);
    assert_eq!(county.audited("update_household").await.len(), 1);
    let read = may::<ReadBook>(Role::VillageCadre, &[&home.area]);
    let found = async |q| {
        let sought = Sought::parse(q).unwrap().unwrap();
        search(county.db.read(), &read, None, &sought, None, 5).await.unwrap().households.len()
    };
    assert_eq!((found("小平").await, found("老陈").await, found("lc").await), (1, 0, 0));
}

#[tokio::test]
async fn a_closed_household_is_never_changed() {
    let county = county().await;
    let home = &county.villages[0];
    let edit = may::<EditHouseholds>(Role::VillageCadre, &[&home.area]);
    let made = county.create(&edit, draft(&home.grids[0], "A", "陈平")).await.unwrap();
    let close = Draft { status: Some(Status::Closed), ..Draft::default() };
    let closed = county.update(&edit, made.id, close).await.unwrap();
    let reopen = Draft { status: Some(Status::Resident), ..Draft::default() };
    assert_eq!(county.update(&edit, made.id, reopen).await.unwrap_err().refusal(), HOUSEHOLD_CLOSED);
    let row = |name| NewHousehold::parse(draft(&home.grids[0], "A", name)).unwrap();
    let brought = county.bring_in(0, vec![row("罗金")]).await;
    assert_eq!(brought, Brought { closed: vec![0], ..Brought::default() });
    assert_eq!(county.bring_in(0, vec![row("陈平")]).await, Brought { closed: vec![0], ..Brought::default() });
    assert_eq!(county.of_code("A").await, closed);
}

#[tokio::test]
async fn phones_and_sensitive_tags_are_shown_only_by_revealing() {
    let county = county().await;
    let home = &county.villages[0];
    let edit = may::<EditHouseholds>(Role::VillageCadre, &[&home.area]);
    let household = Draft {
        phone: Some("13274429896".into()),
        tags: Some(vec!["低保户".into(), "军属".into()]),
        ..draft(&home.grids[0], "A", "陈平")
    };
    let made = county.create(&edit, household).await.unwrap();
    let bare = county.create(&edit, draft(&home.grids[0], "B", "罗金")).await.unwrap();
    assert_eq!(phone_masked(&county.keys, &made).unwrap().as_deref(), Some("132****9896"));
    assert_eq!(phone_masked(&county.keys, &bare).unwrap(), None);
    assert!(!format!("{made:?}").contains("13274429896"));
    let reveal = may::<RevealHousehold>(Role::VillageCadre, &[&home.area]);
    let tx = county.db.begin().await.unwrap();
    let revealed = super::super::reveal(&tx, &county.clock, &county.keys, &reveal, made.id).await.unwrap();
    let stranger = may::<RevealHousehold>(Role::VillageCadre, &[&county.villages[1].area]);
    let refused = super::super::reveal(&tx, &county.clock, &county.keys, &stranger, made.id).await;
    assert_eq!(refused.err().map(|error| error.refusal()), Some(NOT_FOUND));
    tx.commit().await.unwrap();
    assert_eq!(revealed.phone.as_deref(), Some("13274429896"));
    assert_eq!(revealed.tags, ["低保户", "军属"]);
    let acts = county.audited("reveal_household").await;
    assert_eq!(acts.iter().map(|act| act.target_id).collect::<Vec<_>>(), [Some(made.id.0)]);
}

#[tokio::test]
async fn the_same_roster_twice_changes_nothing() {
    let county = county().await;
    let brought = county.bring_in(0, county.roster(0, 1200)).await;
    assert_eq!(brought, Brought { created: 1200, ..Brought::default() });
    let before = entity::Entity::find().all(county.db.read()).await.unwrap();
    let terms = county.terms().await;
    let tx = county.db.begin().await.unwrap();
    let village = &county.villages[0].area;
    let may = may::<ImportHouseholds>(Role::VillageCadre, &[village]);
    let again = bring_in(&tx, &county.clock, &county.keys, &may, village, county.roster(0, 1200)).await.unwrap();
    assert_eq!(again, Brought { unchanged: 1200, ..Brought::default() });
    assert!(tx.commit().await.unwrap().is_empty(), "nothing was touched");
    assert_eq!(entity::Entity::find().all(county.db.read()).await.unwrap(), before);
    assert_eq!(county.terms().await, terms);
}

#[tokio::test]
async fn a_later_roster_changes_its_rows_and_leaves_what_it_does_not_say() {
    let county = county().await;
    let home = &county.villages[0];
    county.bring_in(0, county.roster(0, 20)).await;
    let before = county.of_code("LJP0010").await;
    let rows = [draft(&home.grids[0], "LJP0010", "陈新"), draft(&home.grids[0], "LJP0021", "陈平")];
    let rows: Vec<NewHousehold> = rows.map(|row| NewHousehold::parse(row).unwrap()).into();
    let brought = county.bring_in(0, rows.clone()).await;
    assert_eq!(brought, Brought { created: 1, updated: 1, ..Brought::default() });
    let after = county.of_code("LJP0010").await;
    let expected = Household {
        name: "陈新".into(),
        size: 3,
        grid_id: home.grids[0].id,
        grid_path: home.grids[0].path.clone(),
        ..before
    };
    assert_eq!(after, expected);
    let terms = entity::term::Entity::find().filter(entity::term::Column::HouseholdId.eq(after.id));
    let stored: HashSet<String> = terms.all(county.db.read()).await.unwrap().into_iter().map(|row| row.term).collect();
    assert_eq!(stored, terms::terms_of(&after).into_iter().collect());

    let may = may::<ImportHouseholds>(Role::VillageCadre, &[&home.area]);
    let tx = county.db.begin().await.unwrap();
    let twice = [rows.clone(), rows].concat();
    let refused = bring_in(&tx, &county.clock, &county.keys, &may, &home.area, twice).await;
    assert_eq!(refused.unwrap_err().refusal(), CODE_TAKEN);
    let strange = NewHousehold::parse(draft(&county.villages[1].grids[0], "LJP0022", "罗金")).unwrap();
    let refused = bring_in(&tx, &county.clock, &county.keys, &may, &home.area, vec![strange]).await;
    assert_eq!(fault(&refused.unwrap_err()).1, "other_village");
}

/// Mutation: leave the reach out of [`bring_in`] or [`compare`].
#[tokio::test]
async fn a_roster_comes_into_a_village_in_reach_and_nowhere_else() {
    let county = county().await;
    let [home, other] = [0, 1].map(|village| &county.villages[village]);
    let rows = county.roster(1, 3);
    let grids: HashMap<AreaId, Area> = other.grids.iter().map(|grid| (grid.id, grid.clone())).collect();
    let tx = county.db.begin().await.unwrap();
    for (may, village) in [
        (may::<ImportHouseholds>(Role::VillageCadre, &[&home.area]), &other.area),
        (may::<ImportHouseholds>(Role::CountyAdmin, &[&county.top]), &county.top),
    ] {
        let compared = compare(&tx, &county.clock, &county.keys, &may, (village, &grids), &rows).await;
        assert_eq!(compared.unwrap_err().refusal(), NOT_FOUND);
        let brought = bring_in(&tx, &county.clock, &county.keys, &may, village, rows.clone()).await;
        assert_eq!(brought.unwrap_err().refusal(), NOT_FOUND);
    }
    assert_eq!(entity::Entity::find().count(&tx).await.unwrap(), 0);
}
