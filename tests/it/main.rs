//! The integration suite: one binary, real databases, real HTTP types.
//!
//! Tests that touch the database run twice, on SQLite and on PostgreSQL, each on a database of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test that cannot go on stops")]
#![allow(clippy::print_stdout, reason = "a storm tells what it did")]

mod support;

mod accounts;
mod activities;
mod alike;
mod applications;
mod areas;
mod assembly;
mod authz;
mod awards;
mod budget;
mod command;
mod concentration;
mod cooldown;
mod demo;
mod evidence;
mod fresh;
mod house;
mod households;
mod http;
mod imports;
mod inspections;
mod kill_storm;
mod ledger;
mod periods;
mod proofs;
mod refold;
mod refusals;
mod reports;
mod resubmission;
mod review;
mod rule_sets;
mod session;
mod shapes;
mod todo;
mod waiting;
mod writer;
