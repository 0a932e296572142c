//! Taking away again what the check has written.

use super::{AT_ONCE, CROWD, Check, guarded};
use crate::host::{Change, HostError};

impl Check {
    /// By what is listed, and then by what was written: a store that lists too little keeps nothing of this either.
    pub(super) fn cleans_up(&mut self) -> Result<(), HostError> {
        let listed = guarded(|| self.removes_listed());
        let written = self.written().iter().cloned().collect::<Vec<_>>();
        let removed = written.chunks(AT_ONCE).map(|some| self.removes(&self.present(some))).fold(Ok(()), Result::and);
        self.note(
            !listed?,
            "removal_lost",
            "commit said that it removed keys, and they are still listed; remove them.",
        );
        removed
    }

    /// Whether some are still listed. Again and again, as long as it helps: a store may list only so many at once. No more
    /// often than there are keys, since one that removes nothing may list others each time.
    fn removes_listed(&self) -> Result<bool, HostError> {
        let mut before = Vec::new();
        for _ in 0..CROWD {
            let mut listed = self.store.keys(self.prefix.clone())?;
            listed.retain(|key| key.starts_with(&self.prefix));
            listed.sort();
            if listed.is_empty() || listed == before {
                return Ok(!listed.is_empty());
            }
            self.removes(&listed)?;
            before = listed;
        }
        Ok(true)
    }

    /// Those that are there, or might be. Only they are removed, since a store may refuse to remove what is not there.
    fn present(&self, keys: &[String]) -> Vec<String> {
        let values = guarded(|| self.store.read(keys.to_vec())).ok().filter(|values| values.len() == keys.len());
        let there = |at: usize| values.as_ref().is_none_or(|values| values.get(at).is_some_and(Option::is_some));
        keys.iter().enumerate().filter(|(at, _)| there(*at)).map(|(_, key)| key.clone()).collect()
    }

    /// One refusal keeps no others back.
    fn removes(&self, keys: &[String]) -> Result<(), HostError> {
        let remove = |some: &[String]| {
            guarded(|| self.store.commit(Change { remove: some.to_vec(), ..Change::default() })).map(|_| ())
        };
        keys.chunks(AT_ONCE).map(remove).fold(Ok(()), Result::and)
    }
}
