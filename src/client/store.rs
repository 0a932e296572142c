//! Crossing to the host's store, one call a step.

use super::LogoutClient;
use crate::cache::{Clearing, Leaver, Values};
use crate::error::LogoutError;
use crate::host::{HostError, Requirement};
use crate::secret::Secret;

/// What a store that fails at this means before anything was changed.
pub(super) fn failed(operation: &str, error: &HostError) -> LogoutError {
    let operation = operation.to_owned();
    match error {
        HostError::Unavailable { .. } => LogoutError::StoreLocked { operation },
        _ => LogoutError::HostFailed { operation },
    }
}

pub(super) fn before(error: HostError) -> LogoutError {
    failed("reading the session store", &error)
}

pub(super) fn require(key: &str, seen: &Secret) -> Requirement {
    Requirement { key: key.to_owned(), value: Some(seen.clone()) }
}

impl LogoutClient {
    /// The values of these keys. An answer of another length is a store that lies.
    pub(super) fn read_all(&self, keys: Vec<String>) -> Result<Values, HostError> {
        if keys.is_empty() {
            return Ok(Values::new());
        }
        let values = self.store.read(keys.clone())?;
        if values.len() != keys.len() {
            return Err(HostError::Broken { reason: "read answered with another number of values".to_owned() });
        }
        Ok(keys.into_iter().zip(values).filter_map(|(key, value)| Some((key, value?))).collect())
    }

    pub(super) fn read_one(&self, key: &str) -> Result<Option<Secret>, HostError> {
        Ok(self.read_all(vec![key.to_owned()])?.remove(key))
    }

    /// What the cache holds of those who leave, as it is now.
    pub(super) fn look(&self, leaver: &Leaver) -> Result<Clearing, HostError> {
        let selector = self.selector(leaver);
        let scope = selector.scope();
        let mut keys = self.store.keys(scope.clone())?;
        keys.retain(|key| key.starts_with(&scope));
        keys.sort();
        keys.dedup();
        let mut wanted = selector.wanted(&keys);
        wanted.extend(selector.alone());
        let values = self.read_all(wanted)?;
        keys.extend(selector.alone().filter(|key| values.contains_key(key)));
        Ok(selector.resolve(&keys, &values))
    }
}
