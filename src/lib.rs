//! Hujifen (户积分): a village's book of good deeds, household by household.
//!
//! The map, in dependency order. First the hall, which knows no village: configuration, keys, clock,
//! numbers and identities, the database, errors, scopes, audit. Then the rooms, one folder a feature
//! (`mod.rs` verbs, `entity.rs` rows, `routes.rs` HTTP); a room imports only from the hall and from
//! rooms that stand before it, a module of the hall only from the hall before it. Last the house around them: the group writer, sign-in at the door,
//! HTTP, the router and the command line.

// The hall.
pub mod config;
pub mod visible;
pub mod card_numbers;
pub mod hundredths;
pub mod ids;
pub mod clock;
pub mod keys;
pub mod error;
pub mod words;
pub mod fresh;
pub mod db;
pub mod meta;
pub mod scope;
pub mod audit;

// The rooms.
pub mod areas;
pub mod periods;
pub mod ledger;
pub mod households;
pub mod accounts;
pub mod evidence;
pub mod rules;
pub mod awards;
pub mod activities;
pub mod inspections;
pub mod publicity;
pub mod reports;
pub mod spreadsheets;
pub mod todo;
pub mod demo;

// The house around them.
pub mod app;
pub mod assets;
pub mod auth;
pub mod cli;
pub mod docs_page;
pub mod health;
pub mod http;
pub mod openapi;
pub mod serve;
pub mod writer;
