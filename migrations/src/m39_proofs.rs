//! Proofs beside photos are recorded as what they are: a certificate, what both sides say, what the
//! committee decided. And photos also keep the pages of minutes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

use crate::append_only;

#[derive(DeriveMigrationName)]
pub struct Migration;

const USES: &str = "'award','resolution','assembly'";
const KINDS: &str = "'sign_in','certificate','receipt','mediation','both_sides','collective','penalty'";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let kind = text_null("proof_kind").check(Expr::cust(format!("proof_kind IN ({KINDS})"))).take();
        // SQLite alters one column at a time.
        for column in [kind, text_null("proof_words")] {
            manager.alter_table(Table::alter().table("awards").add_column(column).take()).await?;
        }
        let sql = match manager.get_database_backend() {
            DatabaseBackend::Postgres => format!(
                "ALTER TABLE evidence_uses DROP CONSTRAINT evidence_uses_cause_kind_check, \
                 ADD CONSTRAINT evidence_uses_cause_kind_check CHECK (cause_kind IN ({USES}))"
            ),
            _ => rebuilt(),
        };
        manager.get_connection().execute_unprepared(&sql).await.map(|_| ())
    }
}

/// SQLite changes no CHECK of a table that stands: the rows move to a new one, in one transaction.
fn rebuilt() -> String {
    let uses = Table::create()
        .table("evidence_uses")
        .col(uuid("evidence_id").primary_key())
        .col(text("cause_kind").check(Expr::cust(format!("cause_kind IN ({USES})"))))
        .col(uuid("cause_id"))
        .col(integer("position"))
        .foreign_key(ForeignKey::create().from("evidence_uses", "evidence_id").to("evidence", "id"))
        .to_string(SqliteQueryBuilder);
    let in_order = Index::create()
        .unique()
        .name("evidence_in_order")
        .table("evidence_uses")
        .col("cause_id")
        .col("position")
        .to_string(SqliteQueryBuilder);
    let mut sql = vec!["BEGIN IMMEDIATE".to_owned()];
    sql.extend(["update", "delete"].map(|verb| format!("DROP TRIGGER evidence_uses_no_{verb}")));
    sql.push("ALTER TABLE evidence_uses RENAME TO evidence_uses_before".to_owned());
    sql.push(uses);
    sql.push("INSERT INTO evidence_uses SELECT * FROM evidence_uses_before".to_owned());
    sql.push("DROP TABLE evidence_uses_before".to_owned());
    sql.push(in_order);
    sql.push(append_only::sqlite_refusals("evidence_uses"));
    sql.push("COMMIT".to_owned());
    sql.join(";\n")
}
