//! What a well-built house is, one check after the other. Each names the file and the offence.

use std::collections::BTreeSet;

use super::{GENERATED, Source, tokens::tokens};

const LINES_MAX: usize = 400;
/// The files that put the house together, and so know every room.
const KNOW_ALL: [&str; 3] = ["app", "cli", "main"];
/// Folders that are no rooms: what did not fit into the file of that name beside them.
const PARTS: [&str; 4] = ["cli", "db", "http", "openapi"];
/// The group-commit writer knows what it groups.
const WRITER_KNOWS: &str = "awards";
/// The files of a room that speak HTTP.
const DOORS: [&str; 2] = ["routes", "pages"];

impl Source {
    fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.split('.').next().unwrap_or_default()
    }

    /// `areas` of `src/areas/routes.rs`, `cli` of `src/cli/verify.rs`.
    fn folder(&self) -> Option<&str> {
        let (folder, _) = self.path.strip_prefix("src/")?.split_once('/')?;
        Some(folder)
    }

    /// `areas` of `src/areas/routes.rs`; nothing of `src/cli/verify.rs`, which is a part of `src/cli.rs`.
    fn room(&self) -> Option<&str> {
        self.folder().filter(|folder| !PARTS.contains(folder))
    }

    /// `areas` of `src/areas/routes.rs`, `writer` of `src/writer.rs`.
    fn module(&self) -> Option<&str> {
        let inside = self.path.starts_with("src/") && self.path != "src/lib.rs";
        inside.then(|| self.folder().unwrap_or(self.stem()))
    }
}

/// Everything that is wrong with the house.
pub fn offences(house: &[Source]) -> Vec<String> {
    let lib = house.iter().find(|source| source.path == "src/lib.rs");
    let order = lib.map(modules).unwrap_or_default();
    let hall: Vec<_> = house.iter().filter(|source| source.room().is_none()).filter_map(Source::module).collect();
    let mut found = rooms_off_the_map(house, &order);
    for source in house {
        let wrong = wrong_imports(source, &order, &hall);
        found.extend(
            wrong
                .chain(axum_inside(source))
                .chain(of_any_file(source))
                .map(|wrong| format!("{}: {wrong}", source.path)),
        );
    }
    found
}

/// The modules in the order in which `lib.rs` lists them.
fn modules(lib: &Source) -> Vec<&str> {
    let tokens = tokens(&lib.text);
    let declared = tokens.windows(3).filter(|three| three[0] == "mod" && three[2] == ";");
    declared.map(|three| three[1]).collect()
}

fn rooms_off_the_map(house: &[Source], order: &[&str]) -> Vec<String> {
    let rooms: BTreeSet<_> = house.iter().filter_map(Source::room).collect();
    let mut found = Vec::new();
    for room in rooms {
        let door = format!("src/{room}/mod.rs");
        if !house.iter().any(|source| source.path == door) {
            found.push(format!("src/{room}/ has no mod.rs"));
        }
        if !order.contains(&room) {
            found.push(format!("src/{room} is not on the map in src/lib.rs"));
        }
    }
    found
}

fn axum_inside(source: &Source) -> Option<String> {
    source.room().filter(|_| !DOORS.contains(&source.stem()))?;
    let is_axum = |token: &&str| token.split('_').any(|part| part == "axum");
    let token = tokens(&source.text).into_iter().find(is_axum)?;
    Some(format!("{token} belongs into routes.rs or pages.rs"))
}

/// A room knows the hall and the rooms before it, and the app only in its routes; the hall knows no room, and of
/// itself only what stands before. What stands behind the rooms is the house around them, which knows the hall
/// and itself.
fn wrong_imports<'a>(source: &'a Source, order: &'a [&str], hall: &'a [&str]) -> impl Iterator<Item = String> + 'a {
    let place = |name: &str| order.iter().position(|listed| *listed == name);
    let module = source.module().unwrap_or_default();
    let first_room = order.iter().position(|name| !hall.contains(name)).unwrap_or(order.len());
    let in_the_hall = place(module).filter(|ours| *ours < first_room);
    let allowed = move |name: &str| match (source.room(), hall.contains(&name)) {
        (None, true) => match (in_the_hall, place(name)) {
            (Some(ours), Some(theirs)) => theirs <= ours,
            _ => true,
        },
        (None, false) => KNOW_ALL.contains(&module) || (module == "writer" && name == WRITER_KNOWS),
        (Some(_), true) => !KNOW_ALL.contains(&name) || (name == "app" && DOORS.contains(&source.stem())),
        (Some(room), false) => {
            room == name || place(name).is_some_and(|theirs| place(room).is_some_and(|ours| theirs < ours))
        }
    };
    let imports = if module.is_empty() { BTreeSet::new() } else { imports(source, order) };
    imports.into_iter().filter(move |name| !allowed(name)).map(move |name| format!("{module} may not import {name}"))
}

/// The names that stand behind `crate::`, or behind as many `super::` as lead there.
fn imports<'a>(source: &'a Source, order: &[&str]) -> BTreeSet<&'a str> {
    let tokens = tokens(&source.text);
    let to_the_top = if source.room().is_some() && source.stem() != "mod" { 2 } else { 1 };
    let mut found = BTreeSet::new();
    let mut supers = 0;
    for (at, pair) in tokens.windows(2).enumerate() {
        match pair {
            ["crate", "::"] => found.extend(heads(&tokens[at + 2..])),
            ["super", "::"] => {
                supers += 1;
                if supers >= to_the_top {
                    found.extend(heads(&tokens[at + 2..]).filter(|name| order.contains(name)));
                }
            }
            ["::", "super"] => {}
            _ => supers = 0,
        }
    }
    found
}

/// The first names of a path or of a `{…}` group of paths; a macro is no module.
fn heads<'a>(tokens: &[&'a str]) -> impl Iterator<Item = &'a str> {
    let mut depth = 0_usize;
    let mut heads = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let begins = at == 0 || matches!(tokens[at - 1], "{" | ",");
        match *token {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            name if begins && depth <= 1 && tokens.get(at + 1) != Some(&"!") => heads.push(name),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    heads.into_iter()
}

fn of_any_file(source: &Source) -> impl Iterator<Item = String> {
    let lines = source.text.lines().count();
    let is_long = lines > LINES_MAX && !GENERATED.contains(&source.path.as_str());
    let is_vague = |part: &str| {
        matches!(part.split('.').next(), Some("util" | "utils" | "helper" | "helpers" | "service" | "services"))
            || part == "types.rs"
    };
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("to", "do!("), concat!("unimpl", "emented!(")];
    [
        is_long.then(|| format!("{lines} lines, {LINES_MAX} at most: which second topic wants its own file?")),
        source.path.split('/').any(is_vague).then(|| "the name says nothing".to_owned()),
        marks.iter().any(|mark| source.text.contains(mark)).then(|| "unfinished work".to_owned()),
    ]
    .into_iter()
    .flatten()
}
