//! Lets a release build embed the frontend anew: a file that was not there last time is nobody's
//! dependency. A debug build reads `frontend/dist` from the disk.

#![allow(clippy::print_stdout, reason = "this is how cargo is told")]

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        let watched = if Path::new("frontend/dist").exists() { "frontend/dist" } else { "frontend" };
        println!("cargo::rerun-if-changed={watched}");
    }
}
