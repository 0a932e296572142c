//! The guards of a session: the lease that a token refresh takes, and the advice for the next sign-in.

use std::collections::{BTreeMap, BTreeSet};

use super::records::TRIES;
use super::store::{before, failed};
use super::{LogoutClient, entropy};
use crate::cache::Leaver;
use crate::config::{Home, OWN_PREFIX};
use crate::error::LogoutError;
use crate::guard::{Lease, LoginAdvice, Saved};
use crate::host::{Change, Commit, Entry, Guarantee, HostError, Requirement};
use crate::keys;
use crate::navigation::Parameter;
use crate::pending::Record;
use crate::provider::row::Endpoint;
use crate::secret::Secret;

#[uniffi::export]
impl LogoutClient {
    /// The right to save what a token refresh will bring. Take it before the refresh token is read, and give it to `save`
    /// with the answer: a sign-out in between then wins.
    ///
    /// Fails when the store does not answer. Touches: store.
    pub fn lease(&self, account: &str) -> Result<Lease, LogoutError> {
        let account = self.checked_name(account)?;
        let [epoch, everyone] = self.epochs(&account).map_err(before)?;
        self.sweep(&Leaver::One(account.clone()));
        Ok(Lease { account, epoch, everyone })
    }

    /// Saves what a token refresh brought, unless the account has signed out since the lease was taken: one commit that
    /// requires the lease, so that a refresh on its way cannot bring an ended session back.
    ///
    /// Fails for entries that are not the account's, and when the store does not answer. Touches: store.
    pub fn save(&self, lease: &Lease, entries: Vec<Entry>) -> Result<Saved, LogoutError> {
        // What a sign-out of the account would take is its own.
        let leaver = Leaver::One(self.name_of(&lease.account));
        let brought: BTreeMap<_, _> = entries.iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect();
        let keys: Vec<String> = brought.keys().cloned().collect();
        let own = self.selector(&leaver).resolve(&keys, &brought).left_behind();
        let foreign = |entry: &Entry| entry.key.starts_with(OWN_PREFIX) || !own.contains(&entry.key);
        if entries.iter().any(foreign) {
            return Err(LogoutError::request(
                "LEASE-01",
                "an entry's key is not one of the account's; save only its own",
            ));
        }
        let saved = self.save_under(lease, &entries).map_err(|error| failed("saving refreshed tokens", &error))?;
        self.sweep(&leaver);
        Ok(saved)
    }

    /// Whether the account has not signed out since the lease was taken. For hosts that keep tokens where exeunt cannot
    /// write them: between this answer and the host's own write a sign-out may still happen, so `save` is the safer way.
    ///
    /// Fails when the store does not answer. Touches: store.
    pub fn still_valid(&self, lease: &Lease) -> Result<bool, LogoutError> {
        let stands = self.epochs(&lease.account).map_err(before)? == [lease.epoch.clone(), lease.everyone.clone()];
        self.sweep(&Leaver::One(self.name_of(&lease.account)));
        Ok(stands)
    }

    /// What the next sign-in should ask of the provider. On a device name the account where it is known; on a server give
    /// the ticket of this browser (`ticket_in_cookies`), without which nothing is known of it.
    ///
    /// Fails when the store does not answer. Touches: store.
    #[uniffi::method(default(account), default(ticket))]
    pub fn login_advice(&self, account: Option<String>, ticket: Option<Secret>) -> Result<LoginAdvice, LogoutError> {
        let account = account.map(|account| self.checked_name(&account)).transpose()?;
        let records = self.of_browser(ticket.as_ref()).map_err(before)?;
        let since = unended(records, account.as_deref(), entropy::now());
        let parameter = |(name, value): (&str, &str)| Parameter { name: name.to_owned(), value: Secret::from(value) };
        let asks = since.is_some() && self.row.authorization != Endpoint::Missing;
        // With max_age the provider has to say when the user signed in, and `signed_in` sees that it was fresh.
        let parameters = [("prompt", "login"), ("max_age", "0")].into_iter().filter(|_| asks).map(parameter).collect();
        Ok(LoginAdvice { parameters, since })
    }
}

impl LogoutClient {
    /// The epochs of the account and, on a device, of everyone.
    fn epochs(&self, account: &str) -> Result<[Option<String>; 2], HostError> {
        let (own, everyone) = self.epoch_keys(account);
        let mut values = self.read_all([Some(own.clone()), everyone.clone()].into_iter().flatten().collect())?;
        let mut epoch = |key: Option<String>| values.remove(&key?).map(|value| value.reveal().to_owned());
        Ok([epoch(Some(own)), epoch(everyone)])
    }

    pub(super) fn epoch_keys(&self, account: &str) -> (String, Option<String>) {
        let everyone = (self.config.home == Home::Device).then(|| self.keys.epoch(&Leaver::Everyone));
        (self.keys.epoch(&Leaver::One(self.name_of(account))), everyone)
    }

    fn save_under(&self, lease: &Lease, entries: &[Entry]) -> Result<Saved, HostError> {
        let atomic = self.store.guarantee()? == Guarantee::Atomic;
        let (own, everyone) = self.epoch_keys(&lease.account);
        let required = |key, epoch: &Option<String>| Requirement { key, value: epoch.as_deref().map(Secret::from) };
        let mut require = vec![required(own, &lease.epoch)];
        require.extend(everyone.map(|key| required(key, &lease.everyone)));
        let stands = || {
            let now = self.epochs(&lease.account)?;
            Ok::<_, HostError>(now == [lease.epoch.clone(), lease.everyone.clone()])
        };
        for _ in 0..TRIES {
            if !stands()? {
                return Ok(Saved::SignedOut);
            }
            let change = Change { require: require.clone(), write: entries.to_vec(), remove: Vec::new() };
            match self.store.commit(change)? {
                Commit::Conflict => {}
                Commit::Committed if atomic || stands()? => return Ok(Saved::Stored),
                Commit::Committed => {
                    // Key by key a sign-out may have come in between: what was just written goes again, and nothing newer.
                    for Entry { key, value, .. } in entries {
                        let (require, remove) = (vec![super::store::require(key, value)], vec![key.clone()]);
                        self.store.commit(Change { require, remove, ..Change::default() })?;
                    }
                    return Ok(Saved::SignedOut);
                }
            }
        }
        Err(HostError::Unavailable { reason: "the store refused without a cause again and again".to_owned() })
    }

    /// The sign-outs of this device, or of the browser that brings this ticket; newest first.
    pub(super) fn of_browser(&self, ticket: Option<&Secret>) -> Result<Vec<Record>, HostError> {
        let mut records: Vec<Record> = match self.config.home {
            Home::Device => {
                let scope = self.keys.scope(&Leaver::Everyone);
                self.records(&scope)?.into_iter().map(|stored| stored.record).collect()
            }
            Home::Server => {
                let id = ticket.and_then(|ticket| keys::identify(ticket.reveal())).map(|(id, _)| id);
                let stored = id.map(|id| self.record(id)).transpose()?.flatten();
                stored.map(|stored| stored.record).filter(|record| record.has_ticket(ticket)).into_iter().collect()
            }
        };
        records.sort_by_key(|record| std::cmp::Reverse(record.issued_at));
        Ok(records)
    }
}

/// When the sign-out was asked for after which the provider's session may still be alive: of each account the latest one
/// tells that asked the provider at all.
fn unended(records: Vec<Record>, account: Option<&str>, now: i64) -> Option<i64> {
    let mut told = BTreeSet::new();
    for record in records.into_iter().filter(Record::has_asked) {
        let names: Vec<&String> = record.accounts.iter().map(|known| &known.account).collect();
        let concerned = account.is_none_or(|name| record.everyone || names.iter().any(|known| *known == name));
        let news = record.everyone || names.iter().any(|name| !told.contains(*name));
        if concerned && news && record.may_be_alive(now) {
            return Some(record.issued_at);
        }
        if record.everyone && concerned {
            return None;
        }
        told.extend(names.into_iter().cloned());
    }
    None
}
