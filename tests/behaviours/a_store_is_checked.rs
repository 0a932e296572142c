//! The check of stores passes one that keeps the contract, and finds each way of breaking it by name.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

use exeunt::{Change, Commit, Guarantee, HostError, MemoryStore, Secret, SessionStore, check_session_store};

/// A store in memory with one fault.
#[derive(Default)]
struct Broken {
    fault: &'static str,
    entries: Mutex<BTreeMap<String, String>>,
}

impl Broken {
    fn has(&self, fault: &str) -> bool {
        self.fault == fault
    }

    /// As LIKE reads a pattern, more or less.
    fn begins(&self, key: &str, prefix: &str) -> bool {
        match self.fault {
            "prefix_wildcard" => {
                key.len() >= prefix.len() && key.bytes().zip(prefix.bytes()).all(|(k, p)| k == p || p == b'_')
            }
            "prefix_case" => key.to_lowercase().starts_with(&prefix.to_lowercase()),
            "prefix_inside" => key.contains(prefix),
            "prefix_range" => key.starts_with(prefix) && key.chars().all(|letter| letter < '\u{ffff}'),
            "prefix_unicode" => key.replace("e\u{301}", "\u{e9}").starts_with(prefix),
            "prefix_empty" => !prefix.is_empty() && key.starts_with(prefix),
            _ => key.starts_with(prefix),
        }
    }

    fn meets(&self, entries: &BTreeMap<String, String>, key: &str, wanted: Option<&str>) -> bool {
        let held = entries.get(key).map(String::as_str);
        match (self.fault, held, wanted) {
            ("requirement_ignored", ..) => true,
            ("lost_update", ..) if key.ends_with(".count") => true,
            ("required_absence_ignored", Some(""), None) => true,
            ("required_presence_ignored", None, Some(_)) => true,
            ("requirement_loose", Some(held), Some(wanted)) => held.eq_ignore_ascii_case(wanted),
            ("requirement_refused", None, None) => false,
            _ => held == wanted,
        }
    }
}

impl SessionStore for Broken {
    fn keys(&self, prefix: String) -> Result<Vec<String>, HostError> {
        let entries = self.entries.lock().unwrap();
        let mut keys: Vec<String> = entries.keys().filter(|key| self.begins(key, &prefix)).cloned().collect();
        if self.has("keys_twice") {
            keys.extend(keys.first().cloned());
        }
        if self.has("keys_limited") {
            keys.truncate(100);
        }
        Ok(keys)
    }

    fn read(&self, keys: Vec<String>) -> Result<Vec<Option<Secret>>, HostError> {
        let entries = self.entries.lock().unwrap();
        let mut values: Vec<_> = keys.iter().map(|key| entries.get(key).cloned().map(Secret::from)).collect();
        match self.fault {
            "read_length" => values.retain(Option::is_some),
            "read_order" => values.sort_by_key(|value| value.as_ref().map(|value| value.reveal().to_owned())),
            "read_absent" => {
                values.iter_mut().for_each(|value| *value = Some(value.take().unwrap_or(Secret::from(""))))
            }
            _ => {}
        }
        Ok(values)
    }

    fn commit(&self, change: Change) -> Result<Commit, HostError> {
        let met = {
            let entries = self.entries.lock().unwrap();
            change.require.iter().all(|one| self.meets(&entries, &one.key, one.value.as_ref().map(Secret::reveal)))
        };
        assert!(!self.has("panics") || change.remove.len() != 1, "as a store that is not finished");
        let mut entries = self.entries.lock().unwrap();
        if !met && !self.has("conflict_changes") {
            return Ok(Commit::Conflict);
        }
        if self.has("absent_removal_refused") && change.remove.iter().any(|key| !entries.contains_key(key)) {
            return Err(HostError::Broken { reason: "no such key".to_owned() });
        }
        if self.has("removal_before_write") {
            entries.retain(|key, _| !change.remove.contains(key));
        }
        for entry in &change.write {
            let value = entry.value.reveal();
            let value = if self.has("value_changed") { value.trim() } else { value };
            let key = match self.fault {
                "key_case" => entry.key.to_lowercase(),
                "key_unicode" => entry.key.replace("e\u{301}", "\u{e9}"),
                _ => entry.key.clone(),
            };
            if !self.has("write_lost") || !entries.contains_key(&key) {
                entries.insert(key, value.to_owned());
            }
        }
        if !self.has("removal_lost") && !self.has("removal_before_write") {
            entries.retain(|key, _| !change.remove.contains(key));
        }
        Ok(if met { Commit::Committed } else { Commit::Conflict })
    }

    fn guarantee(&self) -> Result<Guarantee, HostError> {
        match self.fault {
            "call_fails" => Err(HostError::Broken { reason: "token=abc".to_owned() }),
            _ => Ok(Guarantee::Atomic),
        }
    }
}

/// A store in memory that locks its entries for one key at a time. As a whole it is in order if it promises no more.
struct KeyByKey {
    promise: Guarantee,
    /// One commit at a time; without it, a commit of another thread comes between comparing and writing.
    in_turn: bool,
    /// The only thread that it answers.
    only: Option<ThreadId>,
    turn: Mutex<()>,
    entries: Mutex<BTreeMap<String, Secret>>,
}

impl KeyByKey {
    fn promising(promise: Guarantee) -> Self {
        Self { promise, in_turn: true, only: None, turn: Mutex::default(), entries: Mutex::default() }
    }

    fn answers(&self) -> Result<(), HostError> {
        match self.only {
            Some(only) if only != thread::current().id() => {
                Err(HostError::Broken { reason: "made on another thread".to_owned() })
            }
            _ => Ok(()),
        }
    }

    fn get(&self, key: &str) -> Option<Secret> {
        self.entries.lock().unwrap().get(key).cloned()
    }
}

impl SessionStore for KeyByKey {
    fn keys(&self, prefix: String) -> Result<Vec<String>, HostError> {
        self.answers()?;
        Ok(self.entries.lock().unwrap().keys().filter(|key| key.starts_with(&prefix)).cloned().collect())
    }

    fn read(&self, keys: Vec<String>) -> Result<Vec<Option<Secret>>, HostError> {
        self.answers()?;
        Ok(keys.iter().map(|key| self.get(key)).collect())
    }

    fn commit(&self, change: Change) -> Result<Commit, HostError> {
        self.answers()?;
        let _turn = self.in_turn.then(|| self.turn.lock().unwrap());
        if change.require.iter().any(|one| self.get(&one.key) != one.value) {
            return Ok(Commit::Conflict);
        }
        for entry in change.write {
            self.entries.lock().unwrap().insert(entry.key, entry.value);
            // Where a file or a service is written to, others have their turn.
            thread::yield_now();
        }
        for key in &change.remove {
            self.entries.lock().unwrap().remove(key);
        }
        Ok(Commit::Committed)
    }

    fn guarantee(&self) -> Result<Guarantee, HostError> {
        Ok(self.promise)
    }
}

/// A whole store whose reads are not as of one moment: it looks up each key by itself.
struct ReadsKeyByKey(MemoryStore);

impl SessionStore for ReadsKeyByKey {
    fn keys(&self, prefix: String) -> Result<Vec<String>, HostError> {
        self.0.keys(prefix)
    }

    fn read(&self, keys: Vec<String>) -> Result<Vec<Option<Secret>>, HostError> {
        keys.into_iter().map(|key| Ok(self.0.read(vec![key])?.remove(0))).collect()
    }

    fn commit(&self, change: Change) -> Result<Commit, HostError> {
        self.0.commit(change)
    }

    fn guarantee(&self) -> Result<Guarantee, HostError> {
        self.0.guarantee()
    }
}

fn names(store: Arc<dyn SessionStore>) -> Vec<String> {
    check_session_store(store).into_iter().map(|fault| fault.name).collect()
}

#[test]
fn a_store_in_order_has_no_fault_and_keeps_what_was_in_it() {
    let store = Arc::new(MemoryStore::new());
    let mine = exeunt::Entry { key: "session:alice:cart".to_owned(), value: Secret::from("3 apples"), protect: true };
    store.commit(Change { write: vec![mine], ..Change::default() }).unwrap();
    assert_eq!(check_session_store(store.clone()), Vec::new());
    assert_eq!(store.keys(String::new()).unwrap(), ["session:alice:cart"]);
}

#[test]
fn a_store_of_this_test_without_a_fault_only_races() {
    // It looks and writes under two locks, which is no compare-and-swap.
    let found = names(Arc::new(Broken::default()));
    assert!(found.iter().all(|name| name == "lost_update" || name == "torn_change"), "{found:?}");
}

#[test]
fn each_fault_is_found_by_its_name() {
    let faults = [
        "prefix_wildcard",
        "prefix_case",
        "prefix_inside",
        "prefix_range",
        "prefix_unicode",
        "prefix_empty",
        "keys_twice",
        "read_length",
        "read_order",
        "read_absent",
        "requirement_ignored",
        "required_absence_ignored",
        "required_presence_ignored",
        "requirement_loose",
        "requirement_refused",
        "conflict_changes",
        "absent_removal_refused",
        "key_case",
        "key_unicode",
        "value_changed",
        "write_lost",
        "removal_lost",
        "removal_before_write",
        "keys_limited",
        "lost_update",
        "call_fails",
    ];
    // A check takes a second, so some are made beside each other.
    for some in faults.chunks(7) {
        thread::scope(|scope| {
            for fault in some {
                scope.spawn(move || {
                    let found = names(Arc::new(Broken { fault, ..Broken::default() }));
                    assert!(found.iter().any(|name| name == fault), "{fault}: {found:?}");
                });
            }
        });
    }
}

#[test]
fn a_store_that_writes_key_by_key_may_not_call_itself_atomic() {
    assert_eq!(names(Arc::new(KeyByKey::promising(Guarantee::Atomic))), ["torn_change"]);
}

#[test]
fn a_store_that_writes_key_by_key_and_says_so_is_in_order() {
    assert_eq!(names(Arc::new(KeyByKey::promising(Guarantee::PerKey))), [""; 0]);
}

#[test]
fn a_store_that_reads_key_by_key_is_whole_if_its_commits_are() {
    assert_eq!(names(Arc::new(ReadsKeyByKey(MemoryStore::new()))), [""; 0]);
}

#[test]
fn a_store_that_promises_each_key_loses_no_update_of_one() {
    let racing = KeyByKey { in_turn: false, ..KeyByKey::promising(Guarantee::PerKey) };
    assert_eq!(names(Arc::new(racing)), ["lost_update"]);
}

#[test]
fn a_store_that_promises_each_key_answers_every_thread() {
    let bound = KeyByKey { only: Some(thread::current().id()), ..KeyByKey::promising(Guarantee::PerKey) };
    assert_eq!(names(Arc::new(bound)), ["threads_fail"]);
}

#[test]
fn the_keys_of_the_check_are_gone_also_where_the_store_does_not_list_them() {
    for fault in ["keys_limited", "prefix_range", "prefix_empty", "absent_removal_refused", "read_length", "call_fails"]
    {
        let store = Arc::new(Broken { fault, ..Broken::default() });
        assert!(names(store.clone()).iter().any(|name| name == fault), "{fault}");
        assert_eq!(store.entries.lock().unwrap().len(), 0, "{fault}");
    }
}

#[test]
fn a_store_that_panics_is_told_so_and_keeps_nothing_of_the_check() {
    let store = Arc::new(Broken { fault: "panics", ..Broken::default() });
    assert!(names(store.clone()).iter().any(|name| name == "call_fails"));
    assert_eq!(store.entries.lock().unwrap().len(), 0);
}

#[test]
fn a_fault_says_nothing_of_what_the_host_said() {
    let found = check_session_store(Arc::new(Broken { fault: "call_fails", ..Broken::default() }));
    assert!(!found.is_empty());
    assert!(found.iter().all(|fault| !fault.to_string().contains("abc")), "{found:?}");
}
