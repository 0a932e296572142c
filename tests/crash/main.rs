//! The crash harness: every scenario is killed at every call of its host, each distinct point once, and a new client
//! goes on from what is left. `make crash`; `tests/altered/mutants.py` shows that it would see what it looks for.
//!
//! A kill never returns: the host unwinds out of the middle of a call, as a process ends there, and is dead afterwards.
//! Where to kill comes from a run that counts, not from a list.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing
)]

mod crashes;
mod judge;
#[path = "../map_store/mod.rs"]
mod map_store;
mod once;
mod process;
mod row;
mod scenario;
mod sessions;
mod together;
mod world;

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What a set of scenarios came to.
#[derive(Debug, Default)]
pub struct Tally {
    pub points: usize,
    pub runs: usize,
    pub violations: Vec<String>,
}

/// A scenario's name, and what runs it.
pub type Job = (String, Box<dyn Fn() -> Tally + Send + Sync>);

/// With `--first` it stops at the first violations; any other words choose the scenarios that have them all in their name.
fn main() -> ExitCode {
    let (options, words): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|one| one.starts_with("--"));
    let quick = options.iter().any(|option| option == "--first");
    let crash =
        |scenario: scenario::Scenario| -> Job { (scenario.to_string(), Box::new(move || crashes::of(&scenario))) };
    let all = together::all().into_iter().chain(scenario::all().into_iter().map(crash));
    let jobs: Vec<Job> = all.filter(|(name, _)| words.iter().all(|word| name.contains(word))).collect();
    let (next, stop, total) = (AtomicUsize::new(0), AtomicBool::new(false), Mutex::new(Tally::default()));
    std::thread::scope(|threads| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            threads.spawn(|| {
                while let Some((_, job)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    let tally = job();
                    tally.violations.iter().for_each(|violation| println!("violation: {violation}"));
                    let mut total = total.lock().unwrap();
                    total.points += tally.points;
                    total.runs += tally.runs;
                    total.violations.extend(tally.violations);
                    stop.fetch_or(quick && !total.violations.is_empty(), Ordering::Relaxed);
                }
            });
        }
    });
    let total = total.into_inner().unwrap();
    let (all, points, runs, bad) = (jobs.len(), total.points, total.runs, total.violations.len());
    println!("crash: {all} scenarios, {points} points, {bad} violations ({runs} continuations)");
    println!("{}ok crash harness", if bad == 0 && points > 0 { "" } else { "not " });
    if bad == 0 && points > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
