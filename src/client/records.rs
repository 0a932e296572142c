//! Reading and rewriting records.

use super::LogoutClient;
use super::store::{before, require};
use crate::error::LogoutError;
use crate::host::{Change, Commit, Entry, HostError};
use crate::pending::{self, Record};
use crate::secret::Secret;

/// How often a change is tried again when somebody else was faster.
pub(super) const TRIES: usize = 16;

/// A record as an entry of the store. Everything in a record is plain data, so writing it cannot fail.
pub(super) fn entry(record: &Record) -> Option<Entry> {
    Some(Entry { key: pending::key(&record.id), value: record.write()?, protect: true })
}

impl LogoutClient {
    /// All records of a scope with their stored text; damaged ones are passed over.
    pub(super) fn records(&self, scope: &str) -> Result<Vec<(Record, Secret)>, HostError> {
        let prefix = pending::prefix(scope);
        let mut keys = self.store.keys(prefix.clone())?;
        keys.retain(|key| key.starts_with(&prefix));
        let values = self.read_all(keys)?;
        let read = |(key, stored): (String, Secret)| {
            let id = key.strip_prefix(&pending::key(""))?;
            Some((Record::read(id, &stored)?, stored))
        };
        Ok(values.into_iter().filter_map(read).collect())
    }

    /// One record with its stored text.
    pub(super) fn record(&self, id: &str) -> Result<Option<(Record, Secret)>, HostError> {
        if !pending::is_id(id) {
            return Ok(None);
        }
        let stored = self.read_one(&pending::key(id))?;
        Ok(stored.and_then(|stored| Some((Record::read(id, &stored)?, stored))))
    }

    /// One record that must be there.
    pub(super) fn recorded(&self, id: &str) -> Result<(Record, Secret), LogoutError> {
        self.record(id).map_err(before)?.ok_or_else(|| LogoutError::UnknownLogout { rule: "REC-01".to_owned() })
    }

    /// Writes a record if it is still what was read.
    pub(super) fn replace(&self, record: &Record, seen: &Secret) -> Result<Commit, HostError> {
        let require = vec![require(&pending::key(&record.id), seen)];
        let write = entry(record).into_iter().collect();
        self.store.commit(Change { require, write, remove: Vec::new() })
    }

    /// Applies a change to a record until nobody was faster. `change` says what it found; nothing is written where it
    /// finds nothing to change.
    pub(super) fn update<T>(
        &self,
        id: &str,
        mut change: impl FnMut(&mut Record) -> Option<T>,
    ) -> Result<Option<(Record, T)>, HostError> {
        for _ in 0..TRIES {
            let Some((mut record, seen)) = self.record(id)? else {
                return Ok(None);
            };
            let Some(found) = change(&mut record) else {
                return Ok(None);
            };
            if self.replace(&record, &seen)? == Commit::Committed {
                return Ok(Some((record, found)));
            }
        }
        Err(HostError::Unavailable { reason: "the record was changed by others again and again".to_owned() })
    }
}
