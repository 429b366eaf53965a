//! Warnings before a deduction, settled once, and the delivery of what a household is told when one counts.
//! What was said in a warning never changes, nor how it was settled; a delivery is never changed at all.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::append_only;
use crate::refusals::{Refusal, refuse};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// One of them has to hold for the change of a warning to be wrong.
const CHANGED: &str = "OLD.settled_at IS NOT NULL OR NEW.settled_at IS NULL OR NEW.id <> OLD.id \
     OR NEW.village_id <> OLD.village_id OR NEW.household_id <> OLD.household_id \
     OR NEW.rule_set_id <> OLD.rule_set_id OR NEW.rule_id <> OLD.rule_id \
     OR NEW.said_on <> OLD.said_on OR NEW.due_on <> OLD.due_on OR NEW.note <> OLD.note \
     OR NEW.recorded_by <> OLD.recorded_by OR NEW.recorded_at <> OLD.recorded_at OR NEW.digest <> OLD.digest";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let warnings = Table::create()
            .table("warnings")
            .col(uuid("id").primary_key())
            .col(uuid("village_id"))
            .col(uuid("household_id"))
            .col(uuid("rule_set_id"))
            .col(uuid("rule_id"))
            .col(date("said_on"))
            .col(date("due_on"))
            .col(text("note"))
            .col(uuid("recorded_by"))
            .col(big_integer("recorded_at"))
            .col(binary("digest"))
            .col(text_null("outcome").check(Expr::cust("outcome IN ('put_right','proposed')")))
            .col(uuid_null("settled_by"))
            .col(big_integer_null("settled_at"))
            .col(text_null("settled_note"))
            .col(uuid_null("award_id").unique_key())
            .check(Expr::cust("due_on >= said_on"))
            .check(Expr::cust(
                "(settled_at IS NULL) = (outcome IS NULL) AND (settled_at IS NULL) = (settled_by IS NULL)",
            ))
            .check(Expr::cust("(COALESCE(outcome, '') = 'proposed') = (award_id IS NOT NULL)"))
            .foreign_key(ForeignKey::create().from("warnings", "village_id").to("areas", "id"))
            .foreign_key(ForeignKey::create().from("warnings", "household_id").to("households", "id"))
            .foreign_key(ForeignKey::create().from("warnings", "rule_set_id").to("rule_sets", "id"))
            .foreign_key(ForeignKey::create().from("warnings", "recorded_by").to("accounts", "id"))
            .foreign_key(ForeignKey::create().from("warnings", "settled_by").to("accounts", "id"))
            .foreign_key(ForeignKey::create().from("warnings", "award_id").to("awards", "id"))
            .take();
        manager.create_table(warnings).await?;
        let notices = Table::create()
            .table("deduction_notices")
            .col(uuid("award_id").primary_key())
            .col(text("how").check(Expr::cust("how IN ('spoken','printed')")))
            .col(date("delivered_on"))
            .col(text("to_whom"))
            .col(uuid("recorded_by"))
            .col(big_integer("recorded_at"))
            .foreign_key(ForeignKey::create().from("deduction_notices", "award_id").to("awards", "id"))
            .foreign_key(ForeignKey::create().from("deduction_notices", "recorded_by").to("accounts", "id"))
            .take();
        manager.create_table(notices).await?;
        let indexes = "CREATE INDEX warnings_open ON warnings (village_id, due_on, id) WHERE settled_at IS NULL; \
             CREATE INDEX warnings_settled ON warnings (village_id, settled_at, id) WHERE settled_at IS NOT NULL; \
             CREATE INDEX warnings_of_household ON warnings (household_id, due_on, id); \
             CREATE UNIQUE INDEX warnings_one_open ON warnings (household_id, rule_id) WHERE settled_at IS NULL; \
             CREATE INDEX awards_deducted ON awards (village_id, recorded_at, id) WHERE status = 'posted' AND points < 0;";
        manager.get_connection().execute_unprepared(indexes).await?;
        append_only::protect(manager, "deduction_notices").await?;
        let because = "what was said in a warning and how it was settled never changes";
        refuse(
            manager,
            &[
                Refusal { name: "warnings_as_said", table: "warnings", verb: "UPDATE", wrong: CHANGED, because },
                Refusal {
                    name: "warnings_stay",
                    table: "warnings",
                    verb: "DELETE",
                    wrong: "OLD.id IS NOT NULL",
                    because: "a warning is never deleted",
                },
            ],
        )
        .await
    }
}
