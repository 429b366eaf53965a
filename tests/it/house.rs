//! Keeps the map true: reads the source files and compares them with the order of modules in `src/lib.rs`.
//!
//! A folder under `src/` is a room, a file there belongs to the hall. Each check takes the files as a list and
//! answers with what is wrong, so that houses built wrong on purpose show that it can fail.

mod checks;
mod tokens;

use std::{
    fs,
    path::{Path, PathBuf},
};

use checks::offences;

/// Folders with source of ours, and the endings that count as source.
const SOURCE_FOLDERS: [&str; 6] = ["src", "migrations", "tests", "benches", "fuzz", "frontend"];
const SOURCE_ENDINGS: [&str; 6] = ["rs", "ts", "js", "svelte", "css", "html"];
const NOT_OURS: [&str; 4] = ["node_modules", "dist", "output", "target"];
const GENERATED: [&str; 1] = ["frontend/src/api/schema.ts"];

/// A file with its path from the top of the repository.
struct Source {
    path: String,
    text: String,
}

/// Mutation: move `pub mod areas;` or `pub mod ids;` to the end of its list, import axum in a `mod.rs`, or write a 401st line.
#[test]
fn the_house_is_built_as_the_map_says() {
    let house = read_house();
    assert!(house.len() > 20, "only {} files were read", house.len());
    let offences = offences(&house);
    assert!(offences.is_empty(), "\n{}\n", offences.join("\n"));
}

/// Mutation: let any check answer with nothing.
#[test]
fn a_house_built_wrong_is_found_out() {
    let unfinished = concat!("// TO", "DO later");
    let long = "\n".repeat(401);
    for (path, text, offence) in [
        ("src/areas/mod.rs", "use axum::Json;", "axum belongs into routes.rs or pages.rs"),
        ("src/areas/entity.rs", "type R = utoipa_axum::Router;", "utoipa_axum belongs into routes.rs or pages.rs"),
        ("src/areas/mod.rs", "use crate::awards::submit;", "areas may not import awards"),
        ("src/areas/mod.rs", "use crate::{clock, awards::{self}};", "areas may not import awards"),
        ("src/areas/mod.rs", "fn f() { super::awards::submit() }", "areas may not import awards"),
        ("src/areas/routes.rs", "use super::super::awards;", "areas may not import awards"),
        ("src/areas/mod.rs", "use crate::app::App;", "areas may not import app"),
        ("src/areas/routes.rs", "use crate::cli;", "areas may not import cli"),
        ("src/areas/mod.rs", "use crate::Award;", "areas may not import Award"),
        ("src/clock.rs", "use crate::areas;", "clock may not import areas"),
        ("src/clock.rs", "use crate::keys::Keys;", "clock may not import keys"),
        ("src/clock.rs", "use crate::writer;", "clock may not import writer"),
        ("src/writer.rs", "use crate::areas;", "writer may not import areas"),
        ("src/attic/mod.rs", "", "attic is not on the map"),
        ("src/cellar/entity.rs", "", "src/cellar/ has no mod.rs"),
        ("src/areas/utils.rs", "", "the name says nothing"),
        ("src/areas/types.rs", "", "the name says nothing"),
        ("frontend/src/helpers/a.ts", "", "the name says nothing"),
        ("frontend/src/services/b.ts", "", "the name says nothing"),
        ("frontend/src/App.svelte", unfinished, "unfinished work"),
        ("migrations/src/m01_areas.rs", concat!("fn f() { to", "do!() }"), "unfinished work"),
        ("tests/it/areas.rs", &long, "401 lines"),
    ] {
        let mut house = sound_house();
        house.retain(|source| source.path != path);
        house.push(source(path, text));
        let found = offences(&house);
        let about = |line: &String| {
            line.contains(path.rsplit_once('/').map_or("", |(folder, _)| folder)) && line.contains(offence)
        };
        assert!(found.iter().any(about), "{path} with {text:?}: {found:?}");
    }
}

/// Mutation: look for `axum` or `crate::` in the bare text, comments and strings included.
#[test]
fn a_house_built_well_is_left_alone() {
    let mut house = sound_house();
    house.push(source("src/cli/verify.rs", "use super::areas; use crate::{app::App, awards::{self}};"));
    house.push(source("src/areas/pages.rs", "use axum::response::Html; use crate::{app::App, clock::Clock};"));
    house.push(source(
        "src/awards/review.rs",
        "use super::entity; use crate::areas::{self, entity as e}; pub(crate) fn f() {}",
    ));
    house.push(source(
        "src/areas/path.rs",
        "// crate::awards with axum\nconst A: &str = \"crate::awards \\\" axum\"; const B: &str = r#\"axum\"#;",
    ));
    house.push(source(
        "src/areas/quote.rs",
        "fn f<'a>(c: char) -> &'a str { if c == '\"' { \"axum\" } else { crate::id!() } }",
    ));
    house.push(source("frontend/src/api/schema.ts", &"\n".repeat(5000)));
    house.push(source("frontend/src/types.ts", "\n"));
    assert_eq!(offences(&house), Vec::<String>::new());
}

fn sound_house() -> Vec<Source> {
    vec![
        source(
            "src/lib.rs",
            "//! The map\npub mod clock; pub mod keys;\npub mod areas;\npub mod awards;\npub mod app; pub mod cli;\npub mod writer;\n",
        ),
        source("src/main.rs", "fn main() { hujifen::cli::run() }"),
        source("src/app.rs", "use crate::{areas, awards};"),
        source("src/cli.rs", "use crate::areas;"),
        source("src/clock.rs", "fn now() {}"),
        source("src/keys.rs", "use crate::clock;"),
        source("src/writer.rs", "use crate::{app::App, awards, clock};"),
        source("src/areas/mod.rs", "pub mod routes; use crate::clock;"),
        source("src/areas/routes.rs", "use axum::Json; use crate::app::App;"),
        source("src/awards/mod.rs", "use crate::areas;"),
    ]
}

fn source(path: &str, text: &str) -> Source {
    let (path, text) = (path.to_owned(), text.to_owned());
    Source { path, text }
}

fn read_house() -> Vec<Source> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut house = Vec::new();
    let mut folders: Vec<PathBuf> = SOURCE_FOLDERS.map(|folder| top.join(folder)).into();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            if path.is_dir() && !NOT_OURS.iter().any(|not_ours| name == *not_ours) {
                folders.push(path);
            } else if SOURCE_ENDINGS.contains(&ending) {
                let path_from_top = path.strip_prefix(top).unwrap_or(&path);
                let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                house.push(source(&path_from_top.to_string_lossy(), &text));
            }
        }
    }
    house
}
