//! Records of other clients in the same store: of another application, provider or cache, or of this one before its
//! configuration was changed. Nothing of them is carried out here; but perhaps nobody else comes any more who would let go
//! of their secrets.

use super::LogoutClient;
use super::store::require;
use crate::config::LONGEST_KEEP;
use crate::host::{Change, Entry};
use crate::keys;
use crate::pending::Record;

impl LogoutClient {
    /// On a device: all of them.
    pub(super) fn sweep_others(&self, now: i64) {
        let prefix = keys::records("");
        let mut found = self.store.keys(prefix.clone()).unwrap_or_default();
        found.sort();
        for id in found.iter().filter_map(|key| key.strip_prefix(&prefix)) {
            if keys::is_id(id) && !self.keys.holds(id) {
                self.sweep_other(id, None, now);
            }
        }
    }

    /// One of them, to which an entry of a server's index led.
    pub(super) fn sweep_other(&self, id: &str, index: Option<&String>, now: i64) {
        let key = keys::record(id);
        let mut change = Change::default();
        match self.read_one(&key) {
            Ok(Some(text)) => {
                let Some(mut record) = Record::read(id, &text) else { return };
                change.require.push(require(&key, &text));
                if record.is_forgotten(now) {
                    change.remove.extend(std::iter::once(key).chain(index.cloned()));
                } else if record.age(now, LONGEST_KEEP) {
                    change.write.extend(record.write().map(|value| Entry { key, value, protect: true }));
                } else {
                    return;
                }
            }
            Ok(None) => change.remove.extend(index.cloned()),
            Err(_) => return,
        }
        // Whoever changes it at this moment sweeps it too.
        let _ = self.store.commit(change);
    }
}
