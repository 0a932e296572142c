//! What a store promises, held against eight threads.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::{Check, guarded};
use crate::host::{Change, Commit, Entry, Guarantee, HostError};
use crate::secret::Secret;

const THREADS: usize = 8;
const ROUNDS: usize = 12;

/// How long threads run freely: a quick store is called often enough to be caught in between, a slow one is not kept.
const RACE: Duration = Duration::from_millis(200);
const WRITING: Duration = Duration::from_millis(300);
/// Races one after another: on a busy machine the threads of one may take turns by chance.
const RACES: usize = 4;
/// What a thread does of it on a slow store all the same.
const FEWEST: usize = 3;

/// Of the threads, those that write while the others read.
const WRITERS: usize = THREADS / 2;
/// Keys of one change: so many that to write them one by one takes longer than to read two.
const PAGES: usize = 32;

/// What one thread saw in one round.
struct Turn {
    whole: bool,
    won: bool,
}

/// None where the store says that it is busy, which it may: nothing was done then.
fn unless_busy<T>(call: impl FnOnce() -> Result<T, HostError>) -> Result<Option<T>, HostError> {
    match guarded(call) {
        Err(HostError::Unavailable { .. }) => {
            thread::sleep(Duration::from_millis(1));
            Ok(None)
        }
        other => other.map(Some),
    }
}

/// Does this in eight threads; those that ended badly are missing.
fn in_threads<T: Send>(work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let work = &work;
    thread::scope(|scope| {
        let started: Vec<_> = (0..THREADS).map(|own| scope.spawn(move || work(own))).collect();
        started.into_iter().filter_map(|thread| thread.join().ok()).collect()
    })
}

impl Check {
    pub(super) fn promises(&mut self) -> Result<(), HostError> {
        let promised = self.store.guarantee()?;
        self.note(
            promised == self.store.guarantee()?,
            "guarantee_changes",
            "guarantee changed; a store promises one thing.",
        );
        // The first is what they compete for. Key by key, a change of two is nothing that a store has to keep together.
        let keys: &[&str] = match promised {
            Guarantee::Atomic => &["count", "copy"],
            Guarantee::PerKey => &["alone"],
        };
        self.commit(&[], &keys.iter().map(|key| (*key, "0")).collect::<Vec<_>>(), &[])?;
        let answered = self.takes_turns(keys, promised) && self.races(keys, promised);
        if answered && promised == Guarantee::Atomic {
            self.turns_pages()?;
        }
        Ok(())
    }

    fn note_threads(&mut self, answered: bool) {
        self.note(answered, "threads_fail", "A call from another thread failed; a store is called from any thread.");
    }

    fn note_torn(&mut self, whole: bool) {
        self.note(
            whole,
            "torn_change",
            "Two keys of one change were written apart; write all in one transaction, or answer PerKey.",
        );
    }

    fn note_lost(&mut self, kept: bool, promised: Guarantee) {
        let sentence = match promised {
            Guarantee::Atomic => {
                "Two commits that required the same value were both made: compare and write in one transaction that takes \
                 its lock before it reads (BEGIN IMMEDIATE), or answer PerKey."
            }
            Guarantee::PerKey => {
                "Two commits that required the same value of one key were both made: compare and write a key in one step, by \
                 a lock that covers both or a write with a condition."
            }
        };
        self.note(kept, "lost_update", sentence);
    }

    /// Each round all threads require the same value, and one of them may win. Whether all calls were answered.
    fn takes_turns(&mut self, keys: &[&str], promised: Guarantee) -> bool {
        let (this, gate) = (&*self, &Barrier::new(THREADS));
        let threads = in_threads(|own| this.competes(keys, own, gate));
        let turns = || threads.iter().flatten();
        let answered = threads.len() == THREADS && turns().all(Result::is_ok);
        self.note_threads(answered);
        self.note_torn(turns().flatten().all(|turn| turn.whole));
        for round in (0..ROUNDS).filter(|_| answered) {
            let in_round = threads.iter().filter_map(|turns| turns.get(round)?.as_ref().ok());
            let won = in_round.filter(|turn| turn.won).count();
            self.note_lost(won <= 1, promised);
            self.note(won >= 1, "nobody_commits", "All who competed were refused; one of them has to win.");
        }
        answered
    }

    fn competes(&self, keys: &[&str], own: usize, gate: &Barrier) -> Vec<Result<Turn, HostError>> {
        let turn = |round: usize| {
            let seen = guarded(|| self.read(keys));
            gate.wait();
            let won = seen.and_then(|seen| {
                let whole = seen.iter().all(|value| Some(value) == seen.first());
                let won = self.replaces(keys, seen.first().cloned().flatten().as_deref(), &format!("{own} in {round}"));
                // A store that is busy may say so.
                Ok(Turn { whole, won: won?.unwrap_or(false) })
            });
            gate.wait();
            won
        };
        (0..ROUNDS).map(turn).collect()
    }

    fn replaces(&self, keys: &[&str], seen: Option<&str>, next: &str) -> Result<Option<bool>, HostError> {
        let write: Vec<_> = keys.iter().map(|key| (*key, next)).collect();
        let require: Vec<_> = keys.first().map(|key| (*key, seen)).into_iter().collect();
        Ok(unless_busy(|| self.change(&require, &write, &[]))?.map(|answer| answer == Commit::Committed))
    }

    /// The same without a gate, so that commits of a quick store meet as well. No value is written twice: who replaces one
    /// that another has replaced has lost an update. Whether all calls were answered.
    fn races(&mut self, keys: &[&str], promised: Guarantee) -> bool {
        for race in 0..RACES {
            let (this, until) = (&*self, Instant::now() + RACE);
            let threads = in_threads(|own| this.runs(keys, &format!("{own} runs in {race}"), until));
            let answered = threads.len() == THREADS && threads.iter().all(Result::is_ok);
            self.note_threads(answered);
            let mut replaced = BTreeSet::new();
            let kept = threads.iter().flatten().flatten().all(|value| replaced.insert(value));
            self.note_lost(kept, promised);
            if !answered || !kept {
                return answered;
            }
        }
        true
    }

    /// The values that this thread has replaced.
    fn runs(&self, keys: &[&str], own: &str, until: Instant) -> Result<Vec<String>, HostError> {
        let mut replaced = Vec::new();
        for turn in (0..).take_while(|turn| *turn < FEWEST || Instant::now() < until) {
            let seen = unless_busy(|| self.read(keys))?.and_then(|seen| seen.into_iter().next().flatten());
            let Some(seen) = seen else { continue };
            if self.replaces(keys, Some(&seen), &format!("{own}, {turn}"))? == Some(true) {
                replaced.push(seen);
            }
        }
        Ok(replaced)
    }

    /// Each writer has a book and changes all its pages at once, again and again; readers look at the ends of every book.
    fn turns_pages(&mut self) -> Result<(), HostError> {
        let page = |book: usize, page: usize| format!("book.{book}.{page}");
        let books: Vec<Vec<String>> =
            (0..WRITERS).map(|book| (0..PAGES).map(|number| page(book, number)).collect()).collect();
        for book in &books {
            self.commit(&[], &book.iter().map(|page| (page.as_str(), "0")).collect::<Vec<_>>(), &[])?;
        }
        let ends: Vec<&str> =
            books.iter().flat_map(|book| book.first().into_iter().chain(book.last())).map(String::as_str).collect();
        let (this, writing, until) = (&*self, &AtomicUsize::new(WRITERS), Instant::now() + WRITING);
        let threads = in_threads(|own| match books.get(own) {
            Some(book) => {
                let wrote = this.writes(book, until);
                writing.fetch_sub(1, Ordering::Relaxed);
                wrote.map(|()| true)
            }
            None => this.sees_whole(&ends, writing),
        });
        self.note_threads(threads.len() == THREADS && threads.iter().all(Result::is_ok));
        self.note_torn(threads.into_iter().flatten().all(|whole| whole));
        Ok(())
    }

    fn writes(&self, book: &[String], until: Instant) -> Result<(), HostError> {
        // Made beforehand, so that most of the time is the store's.
        let keys: Vec<String> = book.iter().map(|page| self.key(page)).collect();
        for time in (1..).take_while(|time| *time <= FEWEST || Instant::now() < until) {
            let value = Secret::from(time.to_string());
            let write =
                keys.iter().map(|key| Entry { key: key.clone(), value: value.clone(), protect: true }).collect();
            unless_busy(|| self.store.commit(Change { write, ..Change::default() }))?;
        }
        Ok(())
    }

    /// Whether no change was seen in part: once a time has been read in a book, no later read may find an earlier one. What
    /// a single read gives is not compared, since a store need not read all keys as of one moment.
    fn sees_whole(&self, ends: &[&str], writing: &AtomicUsize) -> Result<bool, HostError> {
        let mut newest = [0; WRITERS];
        while writing.load(Ordering::Relaxed) > 0 {
            let Some(read) = unless_busy(|| self.read(ends))? else { continue };
            for (book, newest) in read.chunks(2).zip(&mut newest) {
                let times = || book.iter().map(|value| value.as_ref().and_then(|time| time.parse().ok()).unwrap_or(0));
                if times().any(|time: usize| time < *newest) {
                    return Ok(false);
                }
                *newest = times().max().unwrap_or(*newest);
            }
        }
        Ok(true)
    }
}
