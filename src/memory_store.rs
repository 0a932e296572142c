//! A store that forgets with the process: for tests, and for hosts that keep their sessions in memory anyway.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::host::{Change, Commit, Guarantee, HostError, SessionStore};
use crate::secret::Secret;

/// A `SessionStore` in memory, for Rust. Safe to share between threads; every commit is atomic.
#[derive(Default)]
pub struct MemoryStore {
    entries: Mutex<BTreeMap<String, Secret>>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<String, Secret>> {
        // A commit cannot fail half-way, so what a poisoned lock guards is whole.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SessionStore for MemoryStore {
    fn keys(&self, prefix: String) -> Result<Vec<String>, HostError> {
        Ok(self.entries().keys().filter(|key| key.starts_with(&prefix)).cloned().collect())
    }

    fn read(&self, keys: Vec<String>) -> Result<Vec<Option<Secret>>, HostError> {
        let entries = self.entries();
        Ok(keys.iter().map(|key| entries.get(key).cloned()).collect())
    }

    fn commit(&self, change: Change) -> Result<Commit, HostError> {
        let mut entries = self.entries();
        if change.require.iter().any(|required| entries.get(&required.key) != required.value.as_ref()) {
            return Ok(Commit::Conflict);
        }
        entries.extend(change.write.into_iter().map(|entry| (entry.key, entry.value)));
        for key in &change.remove {
            entries.remove(key);
        }
        Ok(Commit::Committed)
    }

    fn guarantee(&self) -> Result<Guarantee, HostError> {
        Ok(Guarantee::Atomic)
    }
}
