use sea_orm::{ConnectionTrait as _, DatabaseBackend, QueryTrait, Statement};

use super::*;

async fn plan(county: &County, query: &impl QueryTrait) -> String {
    let statement = query.build(DatabaseBackend::Sqlite);
    let sql = format!("EXPLAIN QUERY PLAN {}", statement.sql);
    let explain = match statement.values {
        Some(values) => Statement::from_sql_and_values(DatabaseBackend::Sqlite, sql, values),
        None => Statement::from_string(DatabaseBackend::Sqlite, sql),
    };
    let rows = county.db.read().query_all_raw(explain).await.unwrap();
    let steps: Vec<String> = rows.iter().map(|row| row.try_get("", "detail").unwrap()).collect();
    steps.join("; ")
}

fn is_walk(plan: &str, by: &str) {
    assert!(plan.starts_with("SEARCH") && plan.contains(by), "{plan}");
    assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{plan}");
}

/// Copies every household nine times beside itself, with its terms: a copy's id differs in its first byte.
async fn multiply(county: &County) {
    let tx = county.db.begin().await.unwrap();
    let copies = "WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < 9)";
    let id = |of: &str| format!("unhex(printf('%02x', 100 + n) || substr(hex({of}), 3))");
    let households = format!(
        "INSERT INTO households (id, village_id, grid_id, grid_path, code, name, alias, size, status, door, door_order, \
         address, phone_cipher, tags, created_at, updated_at) {copies} SELECT {}, village_id, grid_id, grid_path, \
         code || '-' || n, name, alias, size, status, door, door_order, address, phone_cipher, tags, created_at, \
         updated_at FROM households, copies",
        id("id")
    );
    let terms = format!(
        "INSERT INTO household_terms (village_id, term, household_id) {copies} SELECT village_id, term, {} \
         FROM household_terms, copies",
        id("household_id")
    );
    for sql in [households, terms] {
        tx.execute_unprepared(&sql).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(entity::Entity::find().count(county.db.read()).await.unwrap(), 200_000);
}

/// Mutation: order the list by name, or leave the village out of a search in one village.
#[tokio::test]
async fn lists_and_searches_of_two_hundred_thousand_households_walk_an_index() {
    let county = county().await;
    for village in 0..4 {
        county.bring_in(village, county.roster(village, 5000)).await;
    }
    multiply(&county).await;
    let household = county.of_code("LJP0012").await;
    let (village, place) = (&county.villages[0].area, walk::place(&household));
    let sought = Sought::parse("l").unwrap().unwrap();
    let term = ("ljp0012".to_owned(), household.id);
    for analysed in [false, true] {
        if analysed {
            let tx = county.db.begin().await.unwrap();
            tx.execute_unprepared("ANALYZE").await.unwrap();
            tx.commit().await.unwrap();
        }
        for top in [&county.top.path, &village.path, &household.grid_path] {
            is_walk(
                &plan(&county, &walk::query(top, None, 51)).await,
                "USING INDEX households_in_door_order (grid_path>",
            );
            let next = plan(&county, &walk::query(top, Some(&place), 51)).await;
            is_walk(&next, "USING INDEX households_in_door_order ((grid_path,door_order,code,id)>");
        }
        for (after, begin) in [(None, "term>"), (Some(&term), "(term,household_id)>")] {
            let narrow = plan(&county, &search::terms_query(&sought, Some(village.id), after)).await;
            is_walk(&narrow, &format!("USING PRIMARY KEY (village_id=? AND {begin}"));
            let wide = plan(&county, &search::terms_query(&sought, None, after)).await;
            is_walk(&wide, &format!("USING COVERING INDEX household_terms_anywhere ({begin}"));
        }
        let ids = vec![household.id; 256];
        for tops in [vec![county.top.path.clone()], vec![village.path.clone(), household.grid_path.clone()]] {
            is_walk(&plan(&county, &search::rows_query(&tops, ids.clone())).await, "(id=?)");
        }
        let codes = vec!["LJP0012".to_owned(); 500];
        is_walk(
            &plan(&county, &roster::stored_query(village.id, codes)).await,
            "households_codes (village_id=? AND code=?)",
        );
    }
}
