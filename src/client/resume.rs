//! Finishing what was interrupted: at start-up, and whenever something is due. It never navigates.

use std::collections::{BTreeMap, BTreeSet};

use super::discover::Lookup;
use super::records::due_prefix;
use super::run::{Run, Stored};
use super::store::require;
use super::{LogoutClient, entropy};
use crate::cache::Leaver;
use crate::config::{Home, LONGEST_KEEP};
use crate::error::LogoutError;
use crate::host::{Change, HostError};
use crate::keys;
use crate::outcome::Resumed;
use crate::pending::{self, Record};
use crate::unfinished::{CLAIM, KEEP_TOKENS, WAIT};

#[uniffi::export]
impl LogoutClient {
    /// Finishes sign-outs that were interrupted, at most `limit` of them: what has still to be cleared first, then direct
    /// requests and revocations that are due. Call it when the app starts, and again at `next_due`. It never opens a
    /// browser, and a sign-out that somebody works on is left alone.
    ///
    /// Fails for a limit that is not positive, and when the store does not answer. Touches: store, network, listeners.
    pub fn resume(&self, limit: i64) -> Result<Resumed, LogoutError> {
        let limit = usize::try_from(limit).ok().filter(|limit| *limit > 0);
        let limit = limit.ok_or_else(|| LogoutError::request("JRN-05", "resume needs a limit of at least 1"))?;
        self.finish(limit)
    }
}

impl LogoutClient {
    fn finish(&self, limit: usize) -> Result<Resumed, LogoutError> {
        let now = entropy::now();
        let found = self.due(now, limit).map_err(super::store::before)?;
        let mut resumed = Resumed { outcomes: Vec::new(), next_due: found.later, set_aside: found.set_aside };
        let mut runs = Vec::new();
        for stored in found.records {
            let mut run = Run::claim(self, stored.record.clone(), Some(stored))?;
            if run.save() && run.is_durable() {
                runs.push(run);
            } else if !run.lost {
                // Without a claim in the store another runner would do the same at the same time.
                resumed.next_due = resumed.next_due.into_iter().chain([now.saturating_add(CLAIM)]).min();
            }
        }
        // Everybody is signed out of the app before anybody waits for a network.
        for run in runs.iter_mut().filter(|run| run.record.wants_clear(now)) {
            self.finish_clear(run);
        }
        let mut lookup = Lookup::default();
        for mut run in runs {
            // Those before it may have taken long: the claim is renewed.
            if run.save() && self.call(&mut run) && run.record.may_revoke() {
                self.revoke(&mut run, &mut lookup);
            }
            let record = run.release();
            let due = record.due(self.keep_tokens());
            resumed.next_due = resumed.next_due.into_iter().chain(due).min();
            resumed.outcomes.push(self.known(&record));
        }
        Ok(resumed)
    }

    /// What is due, oldest first, and when the next is; what has had its time is swept on the way.
    fn due(&self, now: i64, limit: usize) -> Result<Due, HostError> {
        match self.config.home {
            Home::Device => self.due_on_a_device(now, limit),
            Home::Server => self.due_on_a_server(now, limit),
        }
    }

    fn due_on_a_device(&self, now: i64, limit: usize) -> Result<Due, HostError> {
        let (records, set_aside) = self.listed(&self.keys.scope(&Leaver::Everyone))?;
        let mut found = Due { set_aside, ..Due::default() };
        for stored in records {
            self.sort_in(&mut found, stored, now);
        }
        self.sweep_others(now);
        found.records.sort_by_key(|stored| (!stored.record.wants_clear(now), stored.record.issued_at));
        found.keep(limit, self.keep_tokens());
        Ok(found)
    }

    /// On a server an index says what is due, so that nobody lists everybody's records.
    fn due_on_a_server(&self, now: i64, limit: usize) -> Result<Due, HostError> {
        let mut found = Due::default();
        for remembered in [false, true] {
            let prefix = due_prefix(remembered);
            let mut keys = self.store.keys(prefix.clone())?;
            keys.retain(|key| key.starts_with(&prefix));
            keys.sort();
            let parsed = |key: String| {
                let (due, id) = key.strip_prefix(&prefix).and_then(|rest| rest.split_once('.')).unwrap_or_default();
                (due.parse::<i64>().unwrap_or(0), id.to_owned(), key)
            };
            let (mut entries, others): (Vec<_>, Vec<_>) =
                keys.into_iter().map(parsed).partition(|(_, id, _)| !keys::is_id(id) || self.keys.holds(id));
            // Whose they are carries them out in time, if it is still there.
            let patience = if remembered { 0 } else { LONGEST_KEEP };
            for (_, id, key) in others.iter().filter(|(due, ..)| due.saturating_add(patience) < now).take(limit) {
                self.sweep_other(id, Some(key), now);
            }
            let due = entries.iter().take_while(|(due, ..)| *due <= now).count();
            if let Some(due) = entries.get_mut(..due).filter(|due| !remembered && due.len() > limit) {
                self.clears_first(due, now)?;
            }
            for (due, id, key) in entries {
                // What lies further ahead than anything ever does was written by a clock that jumped.
                let most = if remembered { pending::REMEMBER } else { self.keep_tokens().max(KEEP_TOKENS) + WAIT };
                let jumped = due > now.saturating_add(most);
                if due <= now && found.records.len() < limit || jumped {
                    // A runner of now may not have written what this entry leads to: key by key it comes first.
                    let fresh_until = Some(due.saturating_add(CLAIM)).filter(|until| !jumped && *until > now);
                    self.follow(&mut found, &key, &id, now, fresh_until)?;
                } else if !remembered {
                    found.next_is([due]);
                }
            }
        }
        Ok(found)
    }

    /// Where only some of what is due will be done, whoever has still to be cleared comes first.
    fn clears_first(&self, due: &mut [(i64, String, String)], now: i64) -> Result<(), HostError> {
        let mut owed = BTreeSet::new();
        for some in due.chunks(pending::MOST) {
            let ids = some.iter().map(|(_, id, _)| id).filter(|id| keys::is_id(id));
            let keys: BTreeMap<String, &String> = ids.map(|id| (keys::record(id), id)).collect();
            // Nothing is decided here: whoever reads it to finish it says what cannot be read.
            let texts = self.read_those(keys.keys().cloned().collect(), &mut Vec::new())?;
            let wants = |id: &str, text| Record::read(id, text).is_some_and(|record| record.wants_clear(now));
            let found = keys.into_iter().filter(|(key, id)| texts.get(key).is_some_and(|text| wants(id, text)));
            owed.extend(found.map(|(_, id)| id.clone()));
        }
        due.sort_by_key(|(_, id, _)| !owed.contains(id));
        Ok(())
    }

    /// What an entry of the index leads to; one that leads nowhere goes, and one that is out of date is replaced once it is
    /// stale.
    fn follow(
        &self,
        found: &mut Due,
        key: &String,
        id: &str,
        now: i64,
        fresh_until: Option<i64>,
    ) -> Result<(), HostError> {
        let read = match self.record(id) {
            // One that cannot be read stops none of the others.
            Err(HostError::Broken { .. }) => {
                found.set_aside.push(keys::record(id));
                return Ok(());
            }
            read => read?,
        };
        match read {
            Some(stored) => {
                if self.due_key(&stored.record).as_ref() != Some(key) {
                    match fresh_until {
                        // Unless reading the record has moved it.
                        Some(until) if self.read_one(key)?.is_some() => found.next_is([until]),
                        Some(_) => {}
                        None => self.replace_key(key, &stored),
                    }
                }
                // Two entries may lead to it.
                if !found.records.iter().any(|known| known.record.id == id) {
                    self.sort_in(found, stored, now);
                }
            }
            None if keys::is_id(id) && self.read_one(&keys::record(id))?.is_some() => {
                found.set_aside.push(keys::record(id));
            }
            None => match fresh_until {
                Some(until) => found.next_is([until]),
                None => self.drop_key(key),
            },
        }
        Ok(())
    }

    fn drop_key(&self, key: &str) {
        let _ = self.store.commit(Change { remove: vec![key.to_owned()], ..Change::default() });
    }

    /// An entry at another time than its record's, as after a change of the configuration: the right one takes its place,
    /// since nothing else leads to the record.
    fn replace_key(&self, key: &str, stored: &Stored) {
        let unchanged = require(&keys::record(&stored.record.id), &stored.text);
        let write = self.due_entry(&stored.record).into_iter().collect();
        let _ = self.store.commit(Change { require: vec![unchanged], write, remove: vec![key.to_owned()] });
    }

    fn sort_in(&self, found: &mut Due, stored: Stored, now: i64) {
        let record = &stored.record;
        if record.is_forgotten(now) {
            self.forget(&stored);
        } else if record.is_claimed(entropy::now()) {
            // By the clock of this moment: it may have been claimed since this began.
            found.next_is(record.claimed_until);
        } else if record.wants_work(now) || stored.aged {
            found.records.push(stored);
        } else {
            found.next_is(record.due(self.keep_tokens()));
        }
    }
}

/// What `resume` found.
#[derive(Default)]
struct Due {
    records: Vec<Stored>,
    /// When the next one is due that is not among them.
    later: Option<i64>,
    set_aside: Vec<String>,
}

impl Due {
    fn keep(&mut self, limit: usize, keep_tokens: i64) {
        let over = self.records.split_off(limit.min(self.records.len()));
        self.next_is(over.iter().filter_map(|stored| stored.record.due(keep_tokens)));
    }

    fn next_is(&mut self, due: impl IntoIterator<Item = i64>) {
        self.later = self.later.into_iter().chain(due).min();
    }
}
