//! Walking a plan: clear, read back, hand over the browser, revoke.

use super::discover::Lookup;
use super::records::{TRIES, entry};
use super::store::require;
use super::{LogoutClient, entropy};
use crate::cache::{Clearing, Leaver};
use crate::config::Home;
use crate::error::LogoutError;
use crate::host::{Change, Commit, Entry, Guarantee, HostError, LogoutEventKind};
use crate::navigation::LogoutMode;
use crate::outcome::{AccountStatus, Doubt, Evidence, Failure, LogoutOutcome, SessionStatus, UpstreamStatus};
use crate::pending::{self, Journey, Record};
use crate::plan::{LogoutPlan, PlanWarning};
use crate::provider::parameters::Carries;
use crate::secret::Secret;

/// What is drawn at random for one run.
pub(super) struct Drawn {
    pub(super) state: String,
    pub(super) ticket: Option<Secret>,
}

impl LogoutClient {
    pub(super) fn walk(&self, plan: &LogoutPlan) -> Result<LogoutOutcome, LogoutError> {
        if plan.config != self.config {
            return Err(LogoutError::request("REQ-07", "the plan was made by a client of another configuration"));
        }
        let (mut record, drawn) = self.open_record(plan)?;
        self.emit(LogoutEventKind::LogoutStart, &record);
        if let Err(error) = self.clear(plan, &mut record) {
            self.emit(LogoutEventKind::LogoutFailure, &record);
            self.emit(LogoutEventKind::LogoutEnd, &record);
            return Err(error);
        }
        self.read_back(plan, &mut record);
        let mut lookup = Lookup::default();
        self.call(plan, &mut record);
        let next = self.depart(plan, &mut record, &drawn, &mut lookup);
        self.revoke(plan, &mut record, &mut lookup);
        let known = self.settle(record);
        Ok(LogoutOutcome { next, ticket: drawn.ticket, ..known.outcome() })
    }

    fn open_record(&self, plan: &LogoutPlan) -> Result<(Record, Drawn), LogoutError> {
        let now = entropy::now();
        let scope = pending::scope(self.config.home, &plan.leaver);
        let id = format!("{scope}.{}", entropy::random()?);
        let state = format!("{id}.{}", entropy::random()?);
        let ticket = match self.config.home {
            Home::Server => Some(format!("{id}.{}", entropy::random()?)),
            Home::Device => None,
        };
        let drawn_id = entropy::uuid()?;
        let expected = plan.departure.as_ref().and_then(|departure| departure.draft.redirect_uri.clone());
        let pending = SessionStatus::Pending;
        let record = Record {
            version: Record::VERSION,
            id,
            issued_at: now,
            authority: plan.authority.clone(),
            correlation_id: plan.correlation_id.clone().unwrap_or(drawn_id),
            mode: plan.departure.as_ref().map_or(LogoutMode::Redirect, |departure| departure.mode),
            everyone: plan.leaver == Leaver::Everyone,
            application: pending,
            accounts: plan.accounts.iter().map(|id| AccountStatus { account: id.clone(), status: pending }).collect(),
            provider: match (plan.asks_provider(), plan.obstacle) {
                (true, _) => pending,
                (false, Some(obstacle)) => SessionStatus::Failed { because: obstacle.into() },
                (false, None) => SessionStatus::NotAsked,
            },
            upstream: match &plan.departure {
                Some(departure) if departure.draft.federated => UpstreamStatus::Unconfirmed,
                _ => UpstreamStatus::NotAsked,
            },
            revocations: Vec::new(),
            left_behind: Vec::new(),
            cookies: plan.cookies.clone(),
            warnings: plan.warnings.clone(),
            provider_error: None,
            return_to: plan.return_to.clone(),
            caller_state: plan
                .departure
                .as_ref()
                .filter(|departure| departure.draft.redirect_uri.is_some())
                .and_then(|departure| departure.draft.caller_state.as_ref())
                .map(|state| state.reveal().to_owned()),
            ticket_hash: ticket.as_deref().map(pending::hash),
            logout: expected.map(|uri| Journey {
                echoes: self.row.parameters.carry(Carries::State),
                ..Journey::new(&state, uri, now)
            }),
            proof: None,
            open_window: false,
            frame_parent: plan.frame_parent.clone(),
            http_loopback: self.config.is_http_loopback(),
        };
        Ok((record, Drawn { state, ticket: ticket.map(Secret::from) }))
    }

    /// The clear, with the record in one commit where the store can. Fails only when nothing was removed.
    fn clear(&self, plan: &LogoutPlan, record: &mut Record) -> Result<(), LogoutError> {
        let atomic = self.store.guarantee().map_err(|error| refused(&error))? == Guarantee::Atomic;
        if !atomic {
            self.write_ahead(plan, record);
        }
        let mut journal_goes_along = atomic;
        for _ in 0..TRIES {
            let clearing = self.look(&plan.leaver).map_err(|error| refused(&error))?;
            self.name_accounts(plan, &clearing, record);
            record.cookies.clone_from(&clearing.cookies);
            record.left_behind.clone_from(&clearing.unclear);
            let older = if journal_goes_along { self.older_records(plan, record) } else { Vec::new() };
            let journal = if journal_goes_along { journal(record, &older) } else { Change::default() };
            match self.store.commit(with_clear(journal, &clearing)) {
                Ok(Commit::Committed) => {
                    self.close_older(&older);
                    return Ok(());
                }
                Ok(Commit::Conflict) => {}
                Err(error) => {
                    let locked = matches!(error, HostError::Unavailable { .. });
                    // Key by key a part of it may be done; what cannot be seen may be, unless all goes or nothing.
                    let changed = match self.look(&plan.leaver) {
                        Ok(now) => now.touched() != clearing.touched(),
                        Err(_) => !(atomic && locked),
                    };
                    if changed {
                        return Ok(());
                    }
                    if locked || !journal_goes_along {
                        self.forget(record);
                        return Err(refused(&error));
                    }
                    // A journal that cannot be written does not stop the clear.
                    journal_goes_along = false;
                    record.warnings.push(PlanWarning::NotRecorded);
                }
            }
        }
        self.forget(record);
        Err(LogoutError::StoreLocked { operation: "clearing, which others interrupted again and again".to_owned() })
    }

    /// Without transactions the record is written before anything is removed.
    fn write_ahead(&self, plan: &LogoutPlan, record: &mut Record) {
        for _ in 0..TRIES {
            let older = self.older_records(plan, record);
            match self.store.commit(journal(record, &older)) {
                Ok(Commit::Committed) => return self.close_older(&older),
                Ok(Commit::Conflict) => {}
                Err(_) => break,
            }
        }
        record.warnings.push(PlanWarning::NotRecorded);
    }

    /// Nothing was removed, so nothing is remembered.
    fn forget(&self, record: &Record) {
        let remove = vec![pending::key(&record.id)];
        let _ = self.store.commit(Change { remove, ..Change::default() });
    }

    /// When everyone leaves, who that is is known only now.
    fn name_accounts(&self, plan: &LogoutPlan, clearing: &Clearing, record: &mut Record) {
        if plan.leaver == Leaver::Everyone {
            let status = SessionStatus::Pending;
            let named = clearing.accounts().into_iter().map(|account| AccountStatus { account, status });
            record.accounts = named.collect();
        }
    }

    /// Records that this one supersedes (PLR-13) or pushes out; none where they cannot be read.
    fn older_records(&self, plan: &LogoutPlan, record: &Record) -> Vec<Older> {
        let scope = pending::scope(self.config.home, &plan.leaver);
        let mut records = self.records(&scope).unwrap_or_default();
        let ticket = plan.ticket.as_ref();
        if let Some((id, _)) = ticket.and_then(|ticket| pending::identify(ticket.reveal())) {
            let known = records.iter().any(|(record, _)| record.id == id);
            records.extend(self.record(id).ok().flatten().filter(|_| !known));
        }
        records.sort_by_key(|(record, _)| std::cmp::Reverse(record.issued_at));
        let mut older = Vec::new();
        for (at, (mut one, seen)) in records.into_iter().enumerate() {
            let aged = record.issued_at.saturating_sub(one.issued_at) > pending::REMEMBER;
            if aged || at + 1 >= pending::MOST {
                older.push(Older { record: one, seen, fate: Fate::Forgotten });
                continue;
            }
            let concerned = match self.config.home {
                Home::Server => ticket.is_some() && one.has_ticket(ticket),
                Home::Device => {
                    let named = |account: &AccountStatus| plan.accounts.contains(&account.account);
                    one.everyone || plan.leaver == Leaver::Everyone || one.accounts.iter().any(named)
                }
            };
            if concerned && one.is_waiting() {
                one.stop_waiting(SessionStatus::Unconfirmed { because: Doubt::Superseded });
                let was_open = std::mem::take(&mut one.open_window);
                if let Some(entry) = entry(&one) {
                    one.open_window = was_open;
                    older.push(Older { record: one, seen, fate: Fate::Superseded(entry) });
                }
            }
        }
        older
    }

    fn close_older(&self, older: &[Older]) {
        for one in older {
            self.dismiss(&one.record.id, one.record.open_window);
        }
    }

    /// Lists the keys again: only what is seen to be gone has ended, and of a cookie nobody sees that.
    fn read_back(&self, plan: &LogoutPlan, record: &mut Record) {
        let failed = SessionStatus::Failed { because: Failure::LeftBehind };
        let asked = SessionStatus::Unconfirmed { because: Doubt::CookieDeletionSent };
        let gone = SessionStatus::Ended { evidence: Evidence::ReadBack };
        let ended = if record.cookies.is_empty() { gone } else { asked };
        match self.look(&plan.leaver) {
            Err(_) => {
                let unknown = SessionStatus::Unconfirmed { because: Doubt::StoreUnavailable };
                record.application = unknown;
                record.accounts.iter_mut().for_each(|account| account.status = unknown);
            }
            Ok(left) => {
                // What was not clear before is not clearer now that the entries beside it are gone.
                record.left_behind.extend(left.left_behind());
                record.left_behind.sort();
                record.left_behind.dedup();
                record.application = if record.left_behind.is_empty() { ended } else { failed };
                for account in &mut record.accounts {
                    let held = left.cached.iter().any(|cached| cached.account.eq_ignore_ascii_case(&account.account));
                    let one = matches!(plan.leaver, Leaver::One(_)) && !record.left_behind.is_empty();
                    account.status = if held || one { failed } else { ended };
                }
            }
        }
        let kind =
            if record.application == ended { LogoutEventKind::LogoutSuccess } else { LogoutEventKind::LogoutFailure };
        self.emit(kind, record);
    }

    /// Writes down what became of it. A browser that came back in the meantime has the last word on the provider.
    fn settle(&self, record: Record) -> Record {
        let settled = self.update(&record.id, |stored| {
            let moved_on = !stored.is_waiting() && record.is_waiting() || stored.provider != SessionStatus::Pending;
            let mut merged = record.clone();
            if moved_on && record.is_on_its_way() {
                merged.provider = stored.provider;
                merged.provider_error = stored.provider_error.clone();
                merged.caller_state = stored.caller_state.clone();
                merged.logout = stored.logout.clone();
            }
            merged.open_window = record.open_window && stored.open_window;
            merged.proof = stored.proof.clone();
            *stored = merged;
            Some(())
        });
        match settled {
            Ok(Some((stored, ()))) => stored,
            Ok(None) | Err(_) => {
                let mut record = record;
                if !record.warnings.contains(&PlanWarning::NotRecorded) {
                    record.warnings.push(PlanWarning::NotRecorded);
                }
                record
            }
        }
    }
}

/// An older record of the same accounts or browser, and what becomes of it.
struct Older {
    record: Record,
    seen: Secret,
    fate: Fate,
}

enum Fate {
    Superseded(Entry),
    Forgotten,
}

/// Writing the record, and what becomes of older ones.
fn journal(record: &Record, older: &[Older]) -> Change {
    let mut change = Change { write: entry(record).into_iter().collect(), ..Change::default() };
    for one in older {
        change.require.push(require(&pending::key(&one.record.id), &one.seen));
        match &one.fate {
            Fate::Superseded(entry) => change.write.push(entry.clone()),
            Fate::Forgotten => change.remove.push(pending::key(&one.record.id)),
        }
    }
    change
}

fn with_clear(mut journal: Change, clearing: &Clearing) -> Change {
    for rewrite in &clearing.rewrite {
        journal.require.push(require(&rewrite.key, &rewrite.seen));
        journal.write.push(Entry { key: rewrite.key.clone(), value: rewrite.becomes.clone(), protect: true });
    }
    journal.remove.extend(clearing.remove.iter().cloned());
    journal
}

/// A store that fails while nothing was removed yet.
fn refused(error: &HostError) -> LogoutError {
    let operation = "clearing the session".to_owned();
    match error {
        HostError::Unavailable { .. } => LogoutError::StoreLocked { operation },
        _ => LogoutError::HostFailed { operation },
    }
}
