//! Reading and rewriting records. Whoever reads one lets go of what has had its time.

use super::run::Stored;
use super::store::{before, require};
use super::{LogoutClient, entropy};
use crate::cache::{Leaver, Values};
use crate::config::{Home, OWN_PREFIX};
use crate::error::LogoutError;
use crate::host::{Change, Commit, Entry, HostError, Requirement};
use crate::keys;
use crate::outcome::LogoutOutcome;
use crate::pending::{self, Record};
use crate::redirect_uri;
use crate::secret::Secret;
use crate::unfinished::KEEP_TOKENS;

/// How often a change is tried again when somebody else was faster.
pub(super) const TRIES: usize = 16;

/// Where the sign-outs of a server stand in the order in which something is due, and those that are only remembered in the
/// order in which they are forgotten.
pub(super) fn due_prefix(remembered: bool) -> String {
    format!("{OWN_PREFIX}{}.", if remembered { "old" } else { "due" })
}

impl LogoutClient {
    /// Seconds for which tokens are kept.
    pub(super) fn keep_tokens(&self) -> i64 {
        self.config.keep_tokens_seconds.unwrap_or(KEEP_TOKENS)
    }

    /// What a record says. Whoever writes into the store sends no browser elsewhere: where it goes has to be configured.
    pub(super) fn known(&self, record: &Record) -> LogoutOutcome {
        let mut outcome = record.outcome(self.keep_tokens());
        let policy = self.policy();
        outcome.return_to = outcome.return_to.filter(|target| redirect_uri::validate(target, policy).is_ok());
        outcome.frame_parent =
            outcome.frame_parent.filter(|origin| redirect_uri::is_origin_of(origin, &self.registered));
        outcome.cookies.retain(|cookie| cookie.check().is_ok());
        outcome
    }

    /// The key by which `resume` finds a sign-out on a server, where nobody lists everybody's records.
    pub(super) fn due_key(&self, record: &Record) -> Option<String> {
        let due = record.due(self.keep_tokens());
        let at = due.unwrap_or(record.issued_at.saturating_add(pending::REMEMBER)).max(0);
        let key = || format!("{}{at:012}.{}", due_prefix(due.is_none()), record.id);
        (self.config.home == Home::Server).then(key)
    }

    /// The entry of the index under that key.
    pub(super) fn due_entry(&self, record: &Record) -> Option<Entry> {
        let entry = |key| Entry { key, value: Secret::from(record.id.as_str()), protect: false };
        self.due_key(record).map(entry)
    }

    /// Writes a record if it is still what was read, or still absent.
    pub(super) fn writing(&self, next: &Record, stored: Option<&Stored>) -> Change {
        let key = keys::record(&next.id);
        let mut change = Change::default();
        change.require.push(Requirement { key: key.clone(), value: stored.map(|stored| stored.text.clone()) });
        let (old, new) = (stored.and_then(|stored| self.due_key(&stored.record)), self.due_key(next));
        if old != new {
            change.write.extend(self.due_entry(next));
            change.remove.extend(old);
        }
        // Behind its entry in the index: key by key, what leads nowhere is swept, and what nothing leads to is lost. A
        // record is plain data, so writing it cannot fail.
        change.write.extend(next.write().map(|value| Entry { key, value, protect: true }));
        change
    }

    /// Removes a record that is still what was read.
    pub(super) fn forgetting(&self, stored: &Stored) -> Change {
        let key = keys::record(&stored.record.id);
        let remove = std::iter::once(key.clone()).chain(self.due_key(&stored.record)).collect();
        Change { require: vec![require(&key, &stored.text)], write: Vec::new(), remove }
    }

    /// Forgets a sign-out.
    pub(super) fn forget(&self, stored: &Stored) {
        let _ = self.store.commit(self.forgetting(stored));
        self.forget_beside(&stored.record);
    }

    /// Forgets what a sign-out wrote beside its record, where nobody has written anything newer.
    pub(super) fn forget_beside(&self, record: &Record) {
        let latest = record.asked_leaver().map(|leaver| (self.keys.latest(&leaver), record.id.clone()));
        // A device knows few accounts, and without its epoch a lease of before would be good again.
        let epochs = record.clear.epochs.clone().into_iter().filter(|_| self.config.home == Home::Server);
        for (key, value) in epochs.chain(record.welcomed.clone()).chain(latest) {
            let require = vec![require(&key, &Secret::from(value))];
            let _ = self.store.commit(Change { require, write: Vec::new(), remove: vec![key] });
        }
    }

    /// The text of a record, understood; what has had its time is let go, in the store as well.
    fn understood(&self, id: &str, text: Secret) -> Option<Stored> {
        let mut record = Record::read(id, &text)?;
        let stored = Stored { record: record.clone(), text, aged: false };
        if !record.age(entropy::now(), self.keep_tokens()) {
            return Some(stored);
        }
        match self.store.commit(self.writing(&record, Some(&stored))) {
            Ok(Commit::Committed) => record.write().map(|text| Stored { record, text, aged: true }),
            Ok(Commit::Conflict) | Err(_) => Some(Stored { record, text: stored.text, aged: true }),
        }
    }

    /// All records of a scope; the keys of those that cannot be understood are named.
    pub(super) fn listed(&self, scope: &str) -> Result<(Vec<Stored>, Vec<String>), HostError> {
        let prefix = keys::records(scope);
        let mut keys = self.store.keys(prefix.clone())?;
        keys.retain(|key| key.starts_with(&prefix));
        let (mut records, mut set_aside) = (Vec::new(), Vec::new());
        for (key, text) in self.read_those(keys, &mut set_aside)? {
            let id = key.strip_prefix(&keys::records("")).unwrap_or_default();
            match self.understood(id, text) {
                Some(stored) => records.push(stored),
                None => set_aside.push(key),
            }
        }
        Ok((records, set_aside))
    }

    /// One that cannot be read stops none of the others.
    pub(super) fn read_those(&self, keys: Vec<String>, set_aside: &mut Vec<String>) -> Result<Values, HostError> {
        match self.read_all(keys.clone()) {
            Err(HostError::Broken { .. }) => {}
            read => return read,
        }
        let mut values = Values::new();
        for key in keys {
            match self.read_one(&key) {
                Ok(value) => values.extend(value.map(|value| (key, value))),
                Err(HostError::Broken { .. }) => set_aside.push(key),
                Err(error) => return Err(error),
            }
        }
        Ok(values)
    }

    /// All records of a scope that can be understood.
    pub(super) fn records(&self, scope: &str) -> Result<Vec<Stored>, HostError> {
        Ok(self.listed(scope)?.0)
    }

    /// Lets go of what has had its time. Every verb does: on a device in all sign-outs, on a server in those of the session
    /// that it is about. Nothing depends on it, so a store that fails here fails no verb.
    pub(super) fn sweep(&self, whose: &Leaver) {
        let _ = self.listed(&self.keys.scope(whose));
    }

    /// The same for a verb that names a sign-out, or comes with none that is ours.
    pub(super) fn sweep_beside(&self, id: Option<&str>) {
        let scope = match self.config.home {
            Home::Device => Some(self.keys.scope(&Leaver::Everyone)),
            Home::Server => id.filter(|id| self.keys.holds(id)).map(|id| keys::scope_of(id).to_owned()),
        };
        if let Some(scope) = scope {
            let _ = self.listed(&scope);
        }
    }

    /// One record.
    pub(super) fn record(&self, id: &str) -> Result<Option<Stored>, HostError> {
        if !self.keys.holds(id) {
            return Ok(None);
        }
        let stored = self.read_one(&keys::record(id))?;
        Ok(stored.and_then(|text| self.understood(id, text)))
    }

    /// One record that must be there.
    pub(super) fn recorded(&self, id: &str) -> Result<Record, LogoutError> {
        let stored = self.record(id).map_err(before)?;
        stored.map(|stored| stored.record).ok_or_else(|| LogoutError::UnknownLogout { rule: "REC-01".to_owned() })
    }

    /// Applies a change to a record until nobody was faster. `change` says what it found; nothing is written where it
    /// finds nothing to change.
    pub(super) fn update<T>(
        &self,
        id: &str,
        mut change: impl FnMut(&mut Record) -> Option<T>,
    ) -> Result<Option<(Stored, T)>, HostError> {
        for _ in 0..TRIES {
            let Some(stored) = self.record(id)? else {
                return Ok(None);
            };
            let mut record = stored.record.clone();
            let Some(found) = change(&mut record) else {
                return Ok(None);
            };
            let writing = self.writing(&record, Some(&stored));
            if self.store.commit(writing)? == Commit::Committed {
                let text = record.write().unwrap_or(stored.text);
                return Ok(Some((Stored { record, text, aged: false }, found)));
            }
        }
        Err(HostError::Unavailable { reason: "the record was changed by others again and again".to_owned() })
    }
}
