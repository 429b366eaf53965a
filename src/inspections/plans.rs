//! Rounds are found by walking an index, however many there are.

use sea_orm::{DatabaseBackend, QueryFilter as _, QueryTrait, Statement};

use super::*;
use crate::db::Db;
use crate::ids::RuleSetId;

async fn plan(db: &Db, query: &impl QueryTrait) -> String {
    let statement = query.build(DatabaseBackend::Sqlite);
    let sql = format!("EXPLAIN QUERY PLAN {}", statement.sql);
    let explain = Statement::from_sql_and_values(
        DatabaseBackend::Sqlite,
        sql,
        statement.values.into_iter().flat_map(|all| all.0),
    );
    let rows = db.read().query_all_raw(explain).await.unwrap();
    let steps: Vec<String> = rows.iter().map(|row| row.try_get("", "detail").unwrap()).collect();
    steps.join("; ")
}

/// Mutation: take the month out of the index, or leave `closed_at` out of the question.
#[tokio::test]
async fn rounds_and_their_marks_are_found_by_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&format!("sqlite://{}", folder.path().join("book.db").display())).await.unwrap();
    let id = InspectionId(Uuid::nil());
    let round = Inspection {
        id,
        village_id: AreaId(Uuid::nil()),
        area_id: AreaId(Uuid::nil()),
        area_path: "0001".into(),
        month: "2026-11".into(),
        rule_set_id: RuleSetId(Uuid::nil()),
        judges: 1,
        opened_by: AccountId(Uuid::nil()),
        opened_at: 0,
        digest: Vec::new(),
        closed_by: None,
        closed_at: None,
        listed: None,
        judged: None,
    };
    let marks = entity::mark::Entity::find().filter(entity::mark::Column::InspectionId.eq(id));
    let found = [
        plan(&db, &sheet::list_query([round.area_id, AreaId(Uuid::max())].into_iter(), "2025-11")).await,
        plan(&db, &sheet::previous_query(&round)).await,
        plan(&db, &open_query("0001")).await,
        plan(&db, &sheet::marked_query(vec![id])).await,
        plan(&db, &marks).await,
    ];
    for (plan, by) in found.iter().zip([
        "inspections_of_month (area_id=? AND month>?)",
        "inspections_of_month (area_id=? AND month<?)",
        "inspections_open (area_path>? AND area_path<?)",
        "(inspection_id=?)",
        "(inspection_id=?)",
    ]) {
        assert!(plan.contains(by) && !plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{plan}");
    }
}
