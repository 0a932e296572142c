//! The clear: everything of those who leave goes in one commit, together with what is written down about it; then the keys
//! are listed again.

use super::run::Run;
use super::{LogoutClient, entropy};
use crate::account::Token;
use crate::cache::{Clearing, Leaver};
use crate::guard::settled;
use crate::host::{Change, Commit, Entry, Guarantee, HostError, LogoutEventKind, Requirement};
use crate::outcome::{AccountStatus, Doubt, Evidence, Failure, RevocationStatus, SessionStatus};
use crate::pending::Record;
use crate::provider::row::{Endpoint, Row};
use crate::secret::Secret;
use crate::unfinished::{Revoking, Stage, pause};

/// How often what is left is cleared again: a refresh that was on its way may have written in between.
const PASSES: usize = 3;

/// What one attempt to clear came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    Cleared,
    /// Somebody was faster; look again.
    Conflict,
    /// Somebody signed in again: nothing may go any more.
    Struck,
}

impl LogoutClient {
    /// Clears one leaver, once. `beside` is written along with the record: in the same commit, where the store can do
    /// that, else before anything goes.
    pub(super) fn try_clear(
        &self,
        run: &mut Run<'_>,
        leaver: &Leaver,
        clearing: &Clearing,
        beside: Change,
    ) -> Result<Attempt, HostError> {
        let seen = self.epoch_of(leaver)?;
        self.try_clear_since(run, leaver, clearing, beside, seen)
    }

    /// The same, unless anybody left or signed in since this epoch was seen.
    pub(super) fn try_clear_since(
        &self,
        run: &mut Run<'_>,
        leaver: &Leaver,
        clearing: &Clearing,
        mut beside: Change,
        seen: Option<Secret>,
    ) -> Result<Attempt, HostError> {
        let Some((seen, epoch)) = self.next_epoch(&run.record, leaver, seen)? else {
            return Ok(Attempt::Struck);
        };
        let row = self.row_of(&run.record).map(std::borrow::Cow::into_owned);
        let (found, now) = (clearing.clone(), entropy::now());
        run.change(move |record| note_clearing(record, &found, row.as_ref(), now));
        let mut next = run.next();
        next.clear.epochs.insert(epoch.key.clone(), epoch.value.reveal().to_owned());
        let replaced = seen.value.as_ref().map(|seen| seen.reveal().to_owned());
        beside.require.push(seen);
        beside.write.push(epoch.clone());
        next.clear.replaced.insert(epoch.key.clone(), replaced);
        let guarantee = self.store.guarantee()?;
        run.attempted = true;
        if guarantee == Guarantee::Atomic {
            next.clear.stage = Stage::Cleared;
            let clear = joined(unchanged(clearing), emptying(clearing));
            let commit = if run.is_recorded() {
                self.store.commit(joined(joined(run.writing(&next), beside), clear))?
            } else {
                // A store that takes not even the epoch gives up its keys all the same.
                let parted = run.parting(epoch).map(|parting| self.store.commit(joined(parting, clear.clone())));
                parted.and_then(Result::ok).map_or_else(|| self.store.commit(clear), Ok)?
            };
            return Ok(match commit {
                Commit::Conflict => {
                    run.take_back();
                    Attempt::Conflict
                }
                Commit::Committed => {
                    run.written(next);
                    Attempt::Cleared
                }
            });
        }
        if run.is_recorded() {
            match self.store.commit(joined(run.writing(&next), beside)) {
                Ok(Commit::Committed) => run.written(next),
                Ok(Commit::Conflict) => {
                    run.take_back();
                    return Ok(Attempt::Conflict);
                }
                // A journal that cannot be written does not stop the first clear; a later one has it already.
                Err(error) if run.stored.is_some() => return Err(error),
                Err(_) => run.unrecord(),
            }
        }
        if let Some(parting) = run.parting(epoch.clone()) {
            let _ = self.store.commit(parting);
        }
        let claimed = run.stored.as_ref().filter(|_| run.is_recorded()).map(|stored| {
            let record = super::store::require(&crate::keys::record(&stored.record.id), &stored.text);
            let require = vec![record, super::store::require(&epoch.key, &epoch.value)];
            Change { require, ..Change::default() }
        });
        // Who slept for so long that another took over, or somebody signed in, takes nothing away.
        if self.store.commit(joined(claimed.unwrap_or_default(), emptying(clearing)))? == Commit::Conflict {
            if run.is_recorded() && matches!(self.record(&run.record.id), Ok(None)) {
                // It was said to be written, and is not: the next attempt goes without.
                run.unrecord();
            }
            return Ok(Attempt::Conflict);
        }
        self.end_leases(run, leaver)?;
        run.change(|record| record.clear.stage = Stage::Cleared);
        Ok(Attempt::Cleared)
    }

    /// Key by key a refresh may have taken its lease between the epoch and the clear, with the token still there to read.
    fn end_leases(&self, run: &mut Run<'_>, leaver: &Leaver) -> Result<(), HostError> {
        let key = self.keys.epoch(leaver);
        let Some(own) = run.record.clear.epochs.get(&key).cloned() else {
            return Ok(());
        };
        let next = settled(&own);
        let require = vec![super::store::require(&key, &Secret::from(own))];
        let write = vec![Entry { key: key.clone(), value: Secret::from(next.as_str()), protect: false }];
        if self.store.commit(Change { require, write, remove: Vec::new() })? == Commit::Committed {
            run.change(move |record| drop(record.clear.epochs.insert(key.clone(), next.clone())));
        }
        Ok(())
    }

    pub(super) fn epoch_of(&self, leaver: &Leaver) -> Result<Option<Secret>, HostError> {
        self.read_one(&self.keys.epoch(leaver))
    }

    /// The epoch that a clear sets, and the one that it requires; none where it is not the one that this sign-out set
    /// before, nor the one that this replaced and that a crash, or a store that does not do what it says, left there.
    fn next_epoch(
        &self,
        record: &Record,
        leaver: &Leaver,
        seen: Option<Secret>,
    ) -> Result<Option<(Requirement, Entry)>, HostError> {
        let key = self.keys.epoch(leaver);
        let stands = seen.as_ref().map(Secret::reveal);
        let own = record.clear.epochs.get(&key);
        let replaced = record.clear.replaced.get(&key);
        let other = |own: &String| stands != Some(own) && stands != Some(settled(own).as_str());
        if own.is_some_and(other) && replaced.is_none_or(|old| old.as_deref() != stands) {
            return Ok(None);
        }
        Ok(Some((Requirement { key, value: seen }, self.fresh_epoch(leaver)?)))
    }

    /// An epoch that never was.
    pub(super) fn fresh_epoch(&self, leaver: &Leaver) -> Result<Entry, HostError> {
        let drawn = entropy::random().map_err(|_| HostError::Broken { reason: "no random numbers".to_owned() })?;
        Ok(Entry { key: self.keys.epoch(leaver), value: Secret::from(drawn), protect: false })
    }

    /// Clears what an interrupted or waiting sign-out still has to clear. Answers whether the sign-out is still this
    /// runner's.
    pub(super) fn finish_clear(&self, run: &mut Run<'_>) -> bool {
        let (mut done, mut tries) = (Vec::new(), 0);
        while let Some(leaver) = run.record.leavers().into_iter().find(|leaver| !done.contains(leaver)) {
            match self.look(&leaver).and_then(|found| self.try_clear(run, &leaver, &found, Change::default())) {
                Ok(Attempt::Cleared) => done.push(leaver),
                Ok(Attempt::Struck) => {
                    let who = leaver.clone();
                    run.change(move |record| strike(record, &who));
                    done.push(leaver);
                }
                // Somebody wrote the record: whoever signed in again has left it.
                Ok(Attempt::Conflict) if tries < super::records::TRIES && run.save() => tries += 1,
                Ok(Attempt::Conflict) | Err(_) => {
                    if !run.lost {
                        self.clear_later(run);
                    }
                    return run.save();
                }
            }
        }
        run.change(|record| {
            if record.leavers().is_empty() {
                record.clear.stage = Stage::Struck;
            }
        });
        if run.record.clear.stage == Stage::Struck { run.save() } else { self.read_back(run) }
    }

    fn clear_later(&self, run: &mut Run<'_>) {
        let (now, tries) = (entropy::now(), run.record.clear.tries);
        run.change(move |record| {
            record.clear.stage = Stage::Waiting;
            record.clear.tries = tries.saturating_add(1);
            record.clear.next_at = now.saturating_add(pause(tries, None, now));
            let unknown = SessionStatus::Unconfirmed { because: Doubt::StoreUnavailable };
            record.application = unknown;
            record.accounts.iter_mut().for_each(|account| account.status = unknown);
        });
    }

    /// Lists the keys again: only what is seen to be gone has ended, and of a cookie nobody sees that. What somebody wrote
    /// in the meantime goes as well. Answers whether the sign-out is still this runner's.
    pub(super) fn read_back(&self, run: &mut Run<'_>) -> bool {
        for _ in 0..PASSES {
            self.look_at_each(run);
            // Somebody signed in while everyone left: those who still leave are looked at one by one.
            if !run.save() || run.record.clear.stage != Stage::Cleared {
                break;
            }
        }
        let kind = match run.record.application {
            SessionStatus::Ended { .. } | SessionStatus::Unconfirmed { because: Doubt::CookieDeletionSent } => {
                LogoutEventKind::LogoutSuccess
            }
            _ => LogoutEventKind::LogoutFailure,
        };
        self.emit(kind, &run.record);
        !run.lost
    }

    fn look_at_each(&self, run: &mut Run<'_>) {
        let mut again = false;
        for leaver in run.record.leavers() {
            let (mut left, mut struck) = (self.look(&leaver), false);
            for _ in 1..PASSES {
                let Some(found) = left.as_ref().ok().filter(|left| !left.touched().is_empty()).cloned() else {
                    break;
                };
                let attempt = self.try_clear(run, &leaver, &found, Change::default());
                // Somebody wrote the record: whoever signed in again has left it.
                if attempt == Ok(Attempt::Conflict) && (!run.save() || !run.record.leavers().contains(&leaver)) {
                    break;
                }
                struck = attempt == Ok(Attempt::Struck);
                if struck || attempt.is_err() {
                    break;
                }
                left = self.look(&leaver);
            }
            match left {
                _ if struck => run.change(move |record| strike(record, &leaver)),
                Ok(left) => {
                    if !left.touched().is_empty() && matches!(self.record(&run.record.id), Ok(None)) {
                        // Not even the record is there: the store says of more that it is done than is.
                        run.unrecord();
                    }
                    let now = entropy::now();
                    let later = now.saturating_add(pause(run.record.clear.tries, None, now));
                    run.change(move |record| note_left(record, &leaver, &left, later));
                }
                Err(_) => self.clear_later(run),
            }
            again |= run.record.clear.stage == Stage::Waiting;
        }
        if again {
            // One of whom nothing is left does not end the wait for another.
            run.change(|record| record.clear.stage = Stage::Waiting);
        }
    }
}

/// What a clear is about to do.
fn note_clearing(record: &mut Record, clearing: &Clearing, row: Option<&Row>, now: i64) {
    let status = SessionStatus::Pending;
    let first = record.clear.epochs.is_empty() && record.clear.struck.is_empty();
    for account in clearing.accounts().into_iter().filter(|_| record.everyone) {
        if !record.accounts.iter().any(|known| known.account == account) {
            record.accounts.push(AccountStatus { account, status });
        }
    }
    if first {
        record.cookies.clone_from(&clearing.cookies);
    }
    // What stayed the last time goes now, or is seen again.
    let goes = clearing.touched();
    record.left_behind.retain(|key| !goes.contains(key));
    leave_behind(record, clearing.unclear.iter().cloned());
    let Some(row) = row.filter(|_| record.revokes) else {
        return;
    };
    for (cached, token) in clearing.cached.iter().flat_map(|one| one.tokens.iter().map(move |token| (one, token))) {
        let called = record.call.as_ref().is_some_and(|call| call.token == token.value);
        let known = record.revocations.iter().any(|one| one.token.as_ref() == Some(&token.value));
        let told = |one: &Revoking| one.status == RevocationStatus::Unsupported && one.kind == token.kind;
        let listed = record.revocations.iter().any(|one| told(one) && one.account == cached.account);
        let takes = row.revocations.kinds.contains(&token.kind) || row.revocation == Endpoint::Missing;
        if takes && !called && !known && !listed {
            // Given up while it was called off, or waited for too long: here it is again.
            let lost = |one: &Revoking| one.token.is_none() && one.status == RevocationStatus::Uncertain;
            let same = |one: &Revoking| lost(one) && one.kind == token.kind && one.account == cached.account;
            if let Some(at) = record.revocations.iter().position(same).filter(|_| first && record.clear.after_return) {
                record.revocations.remove(at);
            }
            record.revocations.push(revoking(&row.revocation, &cached.account, token, now));
        }
    }
}

/// A token that has to be revoked: where the provider cannot, there is nothing to keep it for.
pub(super) fn revoking(endpoint: &Endpoint, account: &str, token: &Token, now: i64) -> Revoking {
    let waiting = Revoking::new(account, token.kind, token.value.clone(), now);
    match endpoint {
        Endpoint::Missing => Revoking { status: RevocationStatus::Unsupported, token: None, ..waiting },
        Endpoint::Known(_) | Endpoint::Discovered => waiting,
    }
}

fn leave_behind(record: &mut Record, keys: impl IntoIterator<Item = String>) {
    record.left_behind.extend(keys);
    record.left_behind.sort();
    record.left_behind.dedup();
}

/// What is still there of one leaver after the clear; what ought to be gone is tried again.
pub(super) fn note_left(record: &mut Record, leaver: &Leaver, left: &Clearing, again: i64) {
    // What is there of one who signed in again is a new session.
    if !record.leavers().contains(leaver) {
        return;
    }
    let failed = SessionStatus::Failed { because: Failure::LeftBehind };
    let ended = if record.cookies.is_empty() {
        SessionStatus::Ended { evidence: Evidence::ReadBack }
    } else {
        SessionStatus::Unconfirmed { because: Doubt::CookieDeletionSent }
    };
    // What was not clear before is not clearer now that the entries beside it are gone.
    leave_behind(record, left.left_behind());
    record.application = if record.left_behind.is_empty() { ended } else { failed };
    // Of those who leave one by one, each answers for what is his.
    let one = if record.everyone { !left.left_behind().is_empty() } else { !record.left_behind.is_empty() };
    for account in &mut record.accounts {
        let (concerned, held) = match leaver {
            Leaver::One(name) => (account.account == *name, one),
            Leaver::Everyone => (true, left.cached.iter().any(|cached| cached.account == account.account)),
        };
        if concerned {
            account.status = if held { failed } else { ended };
        }
    }
    // One of whom something is left is not forgotten for the next of whom nothing is.
    if record.clear.stage == Stage::Cleared {
        record.clear.stage = Stage::Done;
    }
    if !left.touched().is_empty() {
        record.clear.stage = Stage::Waiting;
        record.clear.tries = record.clear.tries.saturating_add(1);
        record.clear.next_at = again;
    }
}

/// Somebody signed in again: the clear is off for this leaver.
pub(super) fn strike(record: &mut Record, leaver: &Leaver) {
    let superseded = SessionStatus::Unconfirmed { because: Doubt::Superseded };
    if let (true, Leaver::One(name)) = (record.everyone, leaver) {
        // Also one who was not there when everyone left: from now on those who were leave one by one.
        record.clear.struck.push(name.clone());
        // What of it is theirs, the next look says.
        record.left_behind.clear();
    }
    for account in &mut record.accounts {
        if *leaver == Leaver::Everyone || *leaver == Leaver::One(account.account.clone()) {
            account.status = superseded;
            record.clear.struck.push(account.account.clone());
        }
    }
    record.clear.struck.sort();
    record.clear.struck.dedup();
    let all = record.accounts.iter().all(|account| record.clear.struck.contains(&account.account));
    if all || *leaver == Leaver::Everyone {
        record.application = superseded;
        record.clear.stage = Stage::Struck;
    }
}

fn emptying(clearing: &Clearing) -> Change {
    let mut change = Change { remove: clearing.remove.clone(), ..Change::default() };
    for rewrite in &clearing.rewrite {
        change.require.push(super::store::require(&rewrite.key, &rewrite.seen));
        change.write.push(Entry { key: rewrite.key.clone(), value: rewrite.becomes.clone(), protect: true });
    }
    change
}

/// A token that a refresh has put there in the meantime would go unseen, and never be revoked.
fn unchanged(clearing: &Clearing) -> Change {
    let require = clearing.seen.iter().map(|(key, value)| super::store::require(key, value)).collect();
    Change { require, ..Change::default() }
}

pub(super) fn joined(mut one: Change, other: Change) -> Change {
    one.require.extend(other.require);
    one.write.extend(other.write);
    one.remove.extend(other.remove);
    one
}
