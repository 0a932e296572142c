//! Whether a store keeps its contract, for whoever writes one. It works under keys of its own and removes them.

mod cleaning;
mod threads;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::entropy;
use crate::config::OWN_PREFIX;
use crate::host::{Change, Commit, Entry, HostError, Requirement, SessionStore};
use crate::secret::{Secret, display_as_debug};

/// One way in which a store breaks the contract of `SessionStore`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub struct StoreFault {
    /// Its name, the same in every language and version.
    pub name: String,
    /// What was seen, and the cure.
    pub sentence: String,
}

display_as_debug!(StoreFault);

/// Tries out a store, and names everything in which it breaks the contract; nothing where it keeps it. For the tests of
/// whoever writes one: it takes about a second, writes a value of one megabyte and some hundreds of small ones, and calls from
/// eight threads at once.
///
/// Touches: store, only keys that begin with `exeunt.check.`; they are removed again.
#[uniffi::export]
pub fn check_session_store(store: Arc<dyn SessionStore>) -> Vec<StoreFault> {
    let Ok(random) = entropy::random() else {
        return vec![fault("no_random_numbers", "The platform gives no random numbers; nothing was tried.")];
    };
    let mut check =
        Check { store, prefix: format!("{OWN_PREFIX}check.{random}."), written: Mutex::default(), faults: Vec::new() };
    for part in [
        Check::reads,
        Check::prefixes,
        Check::requirements,
        Check::changes,
        Check::values,
        Check::odd_keys,
        Check::crowds,
        Check::promises,
        Check::cleans_up,
    ] {
        if let Err(error) = guarded(|| part(&mut check)) {
            let sentence = format!("A call failed ({error}) that a store in order answers; see why it refused.");
            check.note(false, "call_fails", &sentence);
        }
    }
    check.faults
}

/// More keys than a database answers with in one page, in commits that none refuses for its size.
const CROWD: usize = 600;
const AT_ONCE: usize = 100;

/// A store that panics fails like any other: the other threads must not wait for this one.
fn guarded<T>(call: impl FnOnce() -> Result<T, HostError>) -> Result<T, HostError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(call))
        .unwrap_or_else(|_| Err(HostError::Broken { reason: "it panicked".to_owned() }))
}

fn fault(name: &str, sentence: &str) -> StoreFault {
    StoreFault { name: name.to_owned(), sentence: sentence.to_owned() }
}

struct Check {
    store: Arc<dyn SessionStore>,
    prefix: String,
    /// Every key that was ever written, to be removed however the store answers.
    written: Mutex<BTreeSet<String>>,
    faults: Vec<StoreFault>,
}

impl Check {
    /// Each fault once: the first sentence tells.
    fn note(&mut self, fine: bool, name: &str, sentence: &str) {
        if !fine && !self.faults.iter().any(|known| known.name == name) {
            self.faults.push(fault(name, sentence));
        }
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn entry(&self, (name, value): (&str, &str)) -> Entry {
        Entry { key: self.key(name), value: Secret::from(value), protect: true }
    }

    fn require(&self, (name, value): (&str, Option<&str>)) -> Requirement {
        Requirement { key: self.key(name), value: value.map(Secret::from) }
    }

    fn written(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn commit(
        &self,
        require: &[(&str, Option<&str>)],
        write: &[(&str, &str)],
        remove: &[&str],
    ) -> Result<Commit, HostError> {
        self.written().extend(write.iter().map(|(name, _)| self.key(name)));
        self.change(require, write, remove)
    }

    /// A commit to keys that one has been made to before.
    fn change(
        &self,
        require: &[(&str, Option<&str>)],
        write: &[(&str, &str)],
        remove: &[&str],
    ) -> Result<Commit, HostError> {
        self.store.commit(Change {
            require: require.iter().map(|one| self.require(*one)).collect(),
            write: write.iter().map(|one| self.entry(*one)).collect(),
            remove: remove.iter().map(|name| self.key(name)).collect(),
        })
    }

    fn read(&self, names: &[&str]) -> Result<Vec<Option<String>>, HostError> {
        let values = self.store.read(names.iter().map(|name| self.key(name)).collect())?;
        Ok(values.into_iter().map(|value| value.map(Secret::into_inner)).collect())
    }

    fn holds(&self, name: &str, value: Option<&str>) -> Result<bool, HostError> {
        Ok(self.read(&[name])? == [value.map(str::to_owned)])
    }

    /// What is listed below a prefix of ours, by name, sorted.
    fn listed(&self, prefix: &str) -> Result<Vec<String>, HostError> {
        let mut keys = self.store.keys(self.key(prefix))?;
        keys.sort();
        Ok(keys.into_iter().map(|key| key.strip_prefix(&self.prefix).map_or(key.clone(), str::to_owned)).collect())
    }

    fn reads(&mut self) -> Result<(), HostError> {
        let wrote = self.commit(&[], &[("one", "1"), ("two", "2")], &[])?;
        self.note(wrote == Commit::Committed, "write_refused", "A change without requirements was refused; make it.");
        let read = self.read(&["two", "none", "one", "two"])?;
        let wanted = [Some("2"), None, Some("1"), Some("2")].map(|value| value.map(str::to_owned));
        self.note(
            read.len() == wanted.len(),
            "read_length",
            "read answered with another number of values than keys; answer one for each, also where a key is absent or \
             comes twice.",
        );
        let absent = read.len() != wanted.len() || read.iter().filter(|value| value.is_none()).count() == 1;
        self.note(absent, "read_absent", "read gave a value for an absent key; answer that it is absent.");
        let in_order = !absent || read.len() != wanted.len() || read == wanted;
        self.note(
            in_order,
            "read_order",
            "read gave the values in another order than the keys; sort them by the keys.",
        );
        self.note(self.read(&[])?.is_empty(), "read_nothing", "read of no keys gave values; answer with none.");
        Ok(())
    }

    fn prefixes(&mut self) -> Result<(), HostError> {
        for letter in ["%", "_", "*", "?", "[", "\\", ".", "^", "$", "+", "("] {
            let (own, other) = (format!("wild{letter}"), "wildX".to_owned());
            self.commit(&[], &[(own.as_str(), "1"), (other.as_str(), "1"), ("wild", "1")], &[])?;
            let sentence = format!(
                "keys read {letter} in a prefix as a pattern; compare the prefix letter by letter, not by LIKE, GLOB or a \
                 regular expression."
            );
            self.note(self.listed(&own)? == [own.as_str()], "prefix_wildcard", &sentence);
            self.commit(&[], &[], &[own.as_str(), other.as_str(), "wild"])?;
        }
        let inside = format!("inside.{}", self.key("case.a"));
        self.commit(
            &[],
            &[
                ("case.a", "1"),
                ("CASE.b", "1"),
                ("\u{e9}", "1"),
                ("e\u{301}", "1"),
                ("case.\u{1f600}", "1"),
                (&inside, "1"),
            ],
            &[],
        )?;
        let listed = self.listed("case.")?;
        let has = |name: &str| listed.iter().any(|known| known == name);
        let (exact, astral, within) = (!has("CASE.b"), has("case.\u{1f600}"), !has(&inside));
        self.note(exact, "prefix_case", "keys took capital and small letters for the same; compare them as they are.");
        self.note(
            astral,
            "prefix_range",
            "keys missed a key with a letter beyond U+FFFF; an upper bound such as prefix + U+FFFF is too low.",
        );
        self.note(within, "prefix_inside", "keys found a prefix in the middle of a key; a key has to begin with it.");
        let composed = self.listed("\u{e9}")? == ["\u{e9}"];
        self.note(composed, "prefix_unicode", "keys normalised Unicode; compare keys as they are.");
        let mut all = self.store.keys(String::new())?;
        let every = ["one", "two", "case.a"].into_iter().all(|name| all.contains(&self.key(name)));
        self.note(every, "prefix_empty", "keys of the empty prefix did not list every key; it means all of them.");
        let before = all.len();
        all.sort();
        all.dedup();
        self.note(all.len() == before, "keys_twice", "keys listed a key twice; list each once.");
        Ok(())
    }

    fn requirements(&mut self) -> Result<(), HostError> {
        self.commit(&[], &[("seen", "Value"), ("empty", ""), ("goes", "1")], &[])?;
        let right = self.commit(&[("seen", Some("Value")), ("none", None)], &[("new", "1")], &[])?;
        self.note(
            right == Commit::Committed,
            "requirement_refused",
            "commit answered Conflict although every required value was there; compare whole values, and an absent one with \
             an absent key.",
        );
        for (require, name, what) in [
            (("seen", Some("Other")), "requirement_ignored", "although a required value had changed"),
            (("seen", None), "required_absence_ignored", "although a key was there that must not exist"),
            (
                ("empty", None),
                "required_absence_ignored",
                "although a key with an empty value was there that must not exist",
            ),
            (("none", Some("Value")), "required_presence_ignored", "although a required key was absent"),
            (("none", Some("")), "required_presence_ignored", "although a required empty value was absent"),
            (("seen", Some("value")), "requirement_loose", "although the required value differs in a capital"),
            (("seen", Some("Value ")), "requirement_loose", "although the required value differs in a blank"),
        ] {
            let conflict = [("seen", Some("Value")), require];
            let answer = self.commit(&conflict, &[("torn", "1")], &["goes"])?;
            let sentence = format!(
                "commit went on {what}; check every requirement in the transaction that writes, then answer Conflict."
            );
            self.note(answer == Commit::Conflict, name, &sentence);
            let untouched = self.holds("torn", None)? && self.holds("goes", Some("1"))?;
            self.note(
                untouched || answer == Commit::Committed,
                "conflict_changes",
                "commit answered Conflict and changed something all the same; check first, or roll back.",
            );
            if !untouched {
                self.commit(&[], &[("goes", "1"), ("torn", "1")], &[])?;
                self.commit(&[], &[], &["torn"])?;
            }
        }
        Ok(())
    }

    fn changes(&mut self) -> Result<(), HostError> {
        self.commit(&[], &[("old", "1"), ("same", "1")], &[])?;
        let both = self.commit(&[("old", Some("1"))], &[("fresh", "1"), ("same", "2")], &["old"])?;
        let done = both == Commit::Committed && self.holds("fresh", Some("1"))? && self.holds("same", Some("2"))?;
        self.note(
            done,
            "write_lost",
            "commit said that it wrote, and the value is not there; write before it answers.",
        );
        let gone = self.holds("old", None)? && !self.listed("old")?.iter().any(|key| key == "old");
        self.note(
            gone,
            "removal_lost",
            "commit said that it removed a key, and it is still there; remove it, do not blank it.",
        );
        let absent = self.commit(&[], &[], &["never there"]);
        let fine = matches!(absent, Ok(Commit::Committed));
        self.note(
            fine,
            "absent_removal_refused",
            "commit refused to remove a key that is not there; that is no error.",
        );
        let nothing = matches!(self.commit(&[], &[], &[]), Ok(Commit::Committed));
        self.note(nothing, "empty_change_refused", "commit refused a change of nothing; answer Committed.");
        let both = self.commit(&[], &[("both", "1")], &["both"])?;
        let in_order = !gone || both != Commit::Committed || self.holds("both", None)?;
        self.note(
            in_order,
            "removal_before_write",
            "commit removed before it wrote, so a key that one change writes and removes is still there; write first.",
        );
        Ok(())
    }

    fn values(&mut self) -> Result<(), HostError> {
        let large = "0123456789abcdef".repeat(65_536);
        for (kind, value) in [
            ("an empty value", ""),
            ("quotation marks", "'\"`\\'; --"),
            ("line breaks", "a\r\nb\nc\t"),
            ("blanks at both ends", "  x  "),
            ("the word null", "null"),
            ("digits", "007"),
            ("letters beyond ASCII", "\u{e9}e\u{301}\u{1f600}\u{202e}"),
            ("one megabyte", &large),
        ] {
            let written = self.commit(&[], &[("value", value)], &[])? == Commit::Committed;
            let sentence = format!("{kind} came back otherwise than written; keep values byte for byte.");
            self.note(written && self.holds("value", Some(value))?, "value_changed", &sentence);
            let same = self.commit(&[("value", Some(value))], &[], &["value"])? == Commit::Committed;
            let sentence =
                format!("commit did not know its own value again, with {kind}; compare values byte for byte.");
            self.note(same, "requirement_refused", &sentence);
        }
        Ok(())
    }

    fn odd_keys(&mut self) -> Result<(), HostError> {
        let long = "k".repeat(500);
        for name in
            ["a b", "'; --", "\"", "a/../b", "a\\b", "a|b:c=d&e#f", "\u{e9}\u{1f600}", "{\"a\":1}", "%00", &long]
        {
            self.commit(&[], &[(name, "1")], &[])?;
            let known = self.holds(name, Some("1"))? && self.listed(name)? == [name];
            let sentence =
                format!("The key {name:.20?} is not found again; keep keys as they are and bind them as values.");
            self.note(known, "key_changed", &sentence);
            self.commit(&[], &[], &[name])?;
        }
        self.commit(&[], &[("Key", "1"), ("key", "2")], &[])?;
        let apart = self.holds("Key", Some("1"))?;
        self.note(apart, "key_case", "Two keys that differ in a capital are one; compare keys byte for byte.");
        self.commit(&[], &[("\u{e9}", "1"), ("e\u{301}", "2")], &[])?;
        let apart = self.holds("\u{e9}", Some("1"))?;
        self.note(
            apart,
            "key_unicode",
            "Two keys that differ in how a letter is composed are one; compare keys byte for byte.",
        );
        Ok(())
    }

    fn crowds(&mut self) -> Result<(), HostError> {
        let names: Vec<String> = (0..CROWD).map(|number| format!("crowd.{number:03}")).collect();
        let crowd: Vec<&str> = names.iter().map(String::as_str).collect();
        for some in crowd.chunks(AT_ONCE) {
            self.commit(&[], &some.iter().map(|name| (*name, "1")).collect::<Vec<_>>(), &[])?;
        }
        let listed: BTreeSet<String> = self.listed("crowd.")?.into_iter().collect();
        let unlisted: Vec<&str> = crowd.iter().copied().filter(|name| !listed.contains(*name)).collect();
        let hidden = match unlisted.first() {
            Some(name) => self.holds(name, Some("1"))?,
            None => false,
        };
        let sentence = format!(
            "keys listed {} of {CROWD} keys; list all that begin with the prefix, page after page where the database answers \
             in pages.",
            CROWD - unlisted.len()
        );
        self.note(!hidden, "keys_limited", &sentence);
        for some in crowd.chunks(AT_ONCE) {
            self.commit(&[], &[], some)?;
        }
        Ok(())
    }
}
