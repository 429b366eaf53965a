//! Measures the house against the least that could do its work, on one machine in one run, the sides
//! alternating: awards against a bare SQLite loop that writes the same rows, reading against a bare
//! "hello" that verifies the same token. Nothing is asserted; a figure is printed whatever it is.

#![allow(clippy::unwrap_used, missing_docs, reason = "a measurement that cannot go on stops")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "figures are for the terminal")]

mod bare;
mod county;
mod figures;
mod hello;
mod load;
mod sides;
#[path = "../../tests/it/support/server.rs"]
mod server;
#[path = "../../tests/it/support/town.rs"]
#[allow(dead_code, reason = "the benchmark makes a county of its own out of its pieces")]
mod town;
#[path = "../../tests/it/support/wire.rs"]
mod wire;

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use county::{County, ENTRIES, HOUSEHOLDS, VILLAGES};
use figures::Figures;
use server::Server;
use sides::{PHONES, Side};

const ROUNDS: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["hello", keys] => hello::main(Path::new(keys)),
        wanted => measure(wanted),
    }
}

/// Measures all sides, or those whose names contain one of the `wanted` words.
fn measure(wanted: &[&str]) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let begun = Instant::now();
    let county = runtime.block_on(County::prepare(folder.path()));
    let megabytes = std::fs::metadata(&county.bare).unwrap().len() / 1_000_000;
    println!(
        "{VILLAGES} villages x {HOUSEHOLDS} households x {ENTRIES} entries, {megabytes} MB, filled in {:.0} s; \
         {} processors; {PHONES} connections; {ROUNDS} rounds, the sides alternating",
        begun.elapsed().as_secs_f64(),
        std::thread::available_parallelism().unwrap(),
    );
    let ours = Server::hujifen(env!("CARGO_BIN_EXE_hujifen"), &county.ours);
    let mut command = Command::new(std::env::current_exe().unwrap());
    let hello = Server::start(command.arg("hello").arg(county.ours.join("keys")));
    let mut sides = sides::all(&county, &ours, &hello);
    sides.retain(|side| wanted.is_empty() || wanted.iter().any(|word| side.name.contains(word)));
    for round in 1..=ROUNDS {
        for side in &mut sides {
            side.measure();
            eprintln!("round {round}: {} {:.0}", side.name, side.per_second.last().unwrap());
        }
    }
    print(&sides);
    drop(sides);
    drop((ours, hello));
    let begun = Instant::now();
    let [ours, bare] = runtime.block_on(county.verify());
    let seconds = begun.elapsed().as_secs_f64();
    println!("\nboth books verify: {ours} entries in ours, {bare} in the bare loop's; {seconds:.0} s");
}

fn print(sides: &[Side<'_>]) {
    println!("\n{:42}  a second (min – max), processor time for each, the load's share of all of it", "");
    for side in sides {
        let each = Figures::new(side.micros_each.clone());
        print!("{:42} {:.0}   {:.0} µs", side.name, Figures::new(side.per_second.clone()), each.median());
        match side.load_share.is_empty() {
            true => println!(),
            false => println!("   {:.0} %", Figures::new(side.load_share.clone()).median() * 100.0),
        }
    }
    if let Some(awards) = sides.first() {
        let [median, late] = [0, 1].map(|at| Figures::new(awards.millis.iter().map(|millis| millis[at]).collect()));
        println!("\nan award is answered after: p50 {median:.1} ms, p99 {late:.1} ms");
    }
    println!("\nratios, round by round: median (min – max)");
    let figures = |name: &str| sides.iter().find(|side| side.name == name).map(|side| side.per_second.as_slice());
    for (name, against, expected) in sides::EXPECTED {
        if let (Some(ours), Some(theirs)) = (figures(name), figures(against)) {
            println!("{name:42} / {against:42} {:.3}   {expected}", Figures::ratios(ours, theirs));
        }
    }
}
