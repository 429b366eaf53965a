//! What the database itself refuses of a row, whoever writes it.

use sea_orm::ConnectionTrait as _;

use crate::awards::award_id;
use crate::support::{TestApp, both_engines};
use serde_json::json;

/// The database's word on a statement, which is rolled back.
async fn word(app: &TestApp, sql: &str) -> Result<u64, String> {
    let tx = app.app.db.begin().await.unwrap();
    let done = tx.execute_unprepared(sql).await;
    done.map(|done| done.rows_affected()).map_err(|error| error.to_string())
}

both_engines! {
    /// Mutation: leave `m13_scopes_in_order` out.
    async fn a_scope_is_given_in_order_and_only_its_end_changes(app) {
        let copy = |dates: &str| {
            format!("INSERT INTO scopes (id, account_id, role, area_id, begins_on, ends_on, created_at) \
                     SELECT account_id, account_id, role, area_id, {dates}, created_at FROM scopes WHERE role = 'supervisor'")
        };
        assert_eq!(word(&app, &copy("'2026-11-23', '2026-11-23'")).await, Ok(1));
        let refused = word(&app, &copy("'2026-11-23', '2026-11-22'")).await.unwrap_err();
        assert!(refused.contains("ends before it begins"), "{refused}");
        assert!(word(&app, "UPDATE scopes SET ends_on = '2025-12-31'").await.unwrap() > 5);
        for change in ["role = 'village_cadre'", "begins_on = '2025-01-01'", "area_id = account_id", "account_id = area_id"] {
            let refused = word(&app, &format!("UPDATE scopes SET {change} WHERE role = 'supervisor'")).await.unwrap_err();
            assert!(refused.contains("only the end changes"), "{change}: {refused}");
        }
    }

    /// Mutation: leave `m14_posted_awards` out.
    async fn an_award_has_a_period_exactly_when_it_is_posted(app) {
        let worker = app.signed_in(&app.town.worker).await;
        for (number, rule, status) in [(1, "参加清扫", "posted"), (2, "提出建议", "submitted")] {
            let body = json!({
                "id": award_id(number),
                "household_id": app.town.households[0],
                "rule_id": app.town.rule(rule),
                "occurred_on": "2026-11-20",
            });
            assert_eq!(worker.post("/awards", body).await.expect(201)["status"], status);
        }
        for change in [
            "period = NULL WHERE status = 'posted'",
            "status = 'submitted' WHERE status = 'posted'",
            "status = 'posted' WHERE status = 'submitted'",
            "period = '2026-11' WHERE status = 'submitted'",
        ] {
            let refused = word(&app, &format!("UPDATE awards SET {change}")).await.unwrap_err();
            assert!(refused.contains("a period exactly when"), "{change}: {refused}");
        }
        assert_eq!(word(&app, "UPDATE awards SET status = 'reversed' WHERE status = 'posted'").await, Ok(1));
        assert_eq!(word(&app, "UPDATE awards SET status = 'posted', period = '2026-11' WHERE status = 'submitted'").await, Ok(1));
    }
}
