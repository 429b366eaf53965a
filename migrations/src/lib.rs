//! Forward-only migrations, one thought a file, for SQLite and PostgreSQL.
//!
//! Tables are described once through sea-query; what the engines spell differently (append-only
//! triggers, byte-order collation) is chosen here by [`ordered`], in `append_only.rs` and in `refusals.rs`.
//! Instants are whole milliseconds since 1970 UTC in BIGINT columns, so that both engines give
//! back exactly what was stored. Points and quantities are integer hundredths.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

pub use sea_orm_migration::MigratorTrait as Migrate;

mod append_only;
mod m01_areas;
mod m02_accounts;
mod m03_households;
mod m04_periods;
mod m05_rules;
mod m06_ledger;
mod m07_awards;
mod m08_audit;
mod m09_meta;
mod m10_counters;
mod m11_one_draft;
mod m12_past_sign_ins;
mod m13_scopes_in_order;
mod m14_posted_awards;
mod refusals;
mod m15_rule_life;
mod m16_favourites;
mod m17_awards_in_book;
mod m30_evidence;
mod m31_every_deed_in_book;
mod m32_doubled;
mod m33_rule_edits;
mod m34_mended_awards;
mod m35_assemblies;
mod m36_cleared_in_rule;
mod m37_confirmed_minutes;
mod m38_waiting;
mod m39_proofs;
mod m41_inspections;
mod m42_activities;
mod m43_sheets;
mod m44_why_it_waits;
mod m46_budgets;

/// All migrations in the order in which they run.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m01_areas::Migration),
            Box::new(m02_accounts::Migration),
            Box::new(m03_households::Migration),
            Box::new(m04_periods::Migration),
            Box::new(m05_rules::Migration),
            Box::new(m06_ledger::Migration),
            Box::new(m07_awards::Migration),
            Box::new(m08_audit::Migration),
            Box::new(m09_meta::Migration),
            Box::new(m10_counters::Migration),
            Box::new(m11_one_draft::Migration),
            Box::new(m12_past_sign_ins::Migration),
            Box::new(m13_scopes_in_order::Migration),
            Box::new(m14_posted_awards::Migration),
            Box::new(m15_rule_life::Migration),
            Box::new(m16_favourites::Migration),
            Box::new(m17_awards_in_book::Migration),
            Box::new(m30_evidence::Migration),
            Box::new(m31_every_deed_in_book::Migration),
            Box::new(m32_doubled::Migration),
            Box::new(m33_rule_edits::Migration),
            Box::new(m34_mended_awards::Migration),
            Box::new(m35_assemblies::Migration),
            Box::new(m36_cleared_in_rule::Migration),
            Box::new(m37_confirmed_minutes::Migration),
            Box::new(m38_waiting::Migration),
            Box::new(m39_proofs::Migration),
            Box::new(m41_inspections::Migration),
            Box::new(m42_activities::Migration),
            Box::new(m43_sheets::Migration),
            Box::new(m44_why_it_waits::Migration),
            Box::new(m46_budgets::Migration),
        ]
    }
}

/// Makes a text column compare byte by byte, as prefix walks and stable cursors need. SQLite does so
/// by itself; PostgreSQL follows the database's language unless told.
fn ordered(manager: &SchemaManager<'_>, mut column: ColumnDef) -> ColumnDef {
    if manager.get_database_backend() == DatabaseBackend::Postgres {
        column.extra("COLLATE \"C\"");
    }
    column
}

/// Tables whose whole row is their key are stored by that key on SQLite; PostgreSQL has no such choice.
fn clustered<'a>(manager: &SchemaManager<'_>, table: &'a mut TableCreateStatement) -> &'a mut TableCreateStatement {
    if manager.get_database_backend() == DatabaseBackend::Sqlite {
        table.extra("WITHOUT ROWID");
    }
    table
}
