//! Somebody signed in: what older sign-outs have still to do must not reach the new session.

use super::clear::{joined, strike};
use super::records::TRIES;
use super::run::Stored;
use super::store::before;
use super::{LogoutClient, entropy};
use crate::cache::Leaver;
use crate::config::Home;
use crate::error::LogoutError;
use crate::host::{Change, Commit, HostError, Requirement};
use crate::id_token::read_id_token_unverified;
use crate::keys;
use crate::outcome::{Doubt, SessionStatus};
use crate::pending::Record;
use crate::secret::Secret;
use crate::unfinished::Stage;

#[uniffi::export]
impl LogoutClient {
    /// Says that this account has signed in: one line in the code that handles a sign-in, before the new tokens are saved.
    /// Sign-outs of it that are not finished neither clear nor navigate any more; what they have to revoke is still
    /// revoked. With the ID token a fresh `auth_time` ends the advice to ask for a password. On a server give the ticket
    /// of this browser too (`ticket_in_cookies`).
    ///
    /// Fails for a malformed ID token, and when the store does not answer. Touches: store, navigator.
    #[uniffi::method(default(id_token), default(ticket))]
    pub fn signed_in(
        &self,
        account: &str,
        id_token: Option<Secret>,
        ticket: Option<Secret>,
    ) -> Result<(), LogoutError> {
        let hints = id_token.as_ref().map(read_id_token_unverified).transpose()?;
        let authenticated_at = hints.and_then(|hints| hints.authenticated_at);
        self.welcome(&self.checked_name(account)?, authenticated_at, ticket.as_ref()).map_err(before)
    }
}

impl LogoutClient {
    fn welcome(&self, account: &str, authenticated_at: Option<i64>, ticket: Option<&Secret>) -> Result<(), HostError> {
        for _ in 0..TRIES {
            let mut closed = Vec::new();
            // Before the records are listed: a sign-out that begins in between is not among them.
            let require = self.seen_of(account)?;
            let stored = self.of_account(account, ticket)?;
            let known = !stored.is_empty() || require.iter().any(|seen| seen.value.is_some());
            let epoch = self.fresh_epoch(&Leaver::One(account.to_owned()))?;
            let mut change = Change { require, ..Change::default() };
            for (at, stored) in stored.into_iter().enumerate() {
                let mut record = stored.record.clone();
                stand_down(&mut record, account, authenticated_at);
                // A device's epochs stay; a server's would be one more for each sign-in, so the record remembers it.
                if self.config.home == Home::Server && at == 0 {
                    record.welcomed.insert(epoch.key.clone(), epoch.value.reveal().to_owned());
                }
                if record != stored.record {
                    change = joined(change, self.writing(&record, Some(&stored)));
                    closed.push(stored.record);
                }
            }
            // A server has a name for each session: one that nobody signs out of would leave its epoch for ever.
            if self.config.home == Home::Server && !known {
                return Ok(());
            }
            change.write.push(epoch);
            if self.store.commit(change)? == Commit::Committed {
                closed.iter().for_each(|record| self.called_back(record));
                return Ok(());
            }
        }
        Err(HostError::Unavailable { reason: "the records were changed by others again and again".to_owned() })
    }

    /// The sign-outs that may still reach this account or browser.
    fn of_account(&self, account: &str, ticket: Option<&Secret>) -> Result<Vec<Stored>, HostError> {
        let scope = self.keys.scope(&Leaver::One(account.to_owned()));
        let mut found = self.records(&scope)?;
        if self.config.home == Home::Device {
            let named = |record: &Record| record.accounts.iter().any(|known| known.account == account);
            found.retain(|stored| stored.record.everyone || named(&stored.record));
        }
        if let Some((id, _)) = ticket.and_then(|ticket| keys::identify(ticket.reveal())) {
            let known = found.iter().any(|stored| stored.record.id == id);
            let other = self.record(id)?.filter(|stored| !known && stored.record.has_ticket(ticket));
            found.extend(other);
        }
        found.sort_by_key(|stored| std::cmp::Reverse(stored.record.issued_at));
        Ok(found)
    }

    /// What every sign-out changes, as it is: the epochs and, for one that keeps everything and so ends no lease yet, the
    /// last that was written down; of the account and, on a device, of everyone.
    fn seen_of(&self, account: &str) -> Result<Vec<Requirement>, HostError> {
        let (own, everyone) = self.epoch_keys(account);
        let latest = [Some(Leaver::One(account.to_owned())), everyone.is_some().then_some(Leaver::Everyone)];
        let latest = latest.iter().flatten().map(|leaver| self.keys.latest(leaver));
        let keys: Vec<String> = std::iter::once(own).chain(everyone).chain(latest).collect();
        let mut seen = self.read_all(keys.clone())?;
        Ok(keys.into_iter().map(|key| Requirement { value: seen.remove(&key), key }).collect())
    }
}

/// A sign-out stands down for a session that is newer than it; of everyone, the others go on leaving, one by one.
fn stand_down(record: &mut Record, account: &str, authenticated_at: Option<i64>) {
    if record.clear.stage == Stage::Kept {
        // The user stayed, and now no return names them.
        record.revocations.clear();
    }
    if matches!(record.clear.stage, Stage::Waiting | Stage::Cleared | Stage::Kept) {
        strike(record, &Leaver::One(account.to_owned()));
        if record.everyone {
            record.clear.epochs.clear();
        }
    }
    record.supersede();
    // At the provider it may be one session that the new sign-in has joined.
    if record.stop_calling(entropy::now()) {
        record.provider = SessionStatus::Unconfirmed { because: Doubt::Superseded };
    }
    record.reauthenticated |= authenticated_at.is_some_and(|at| at >= record.issued_at);
}
