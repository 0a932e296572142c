//! The record of a sign-out that begins: a new one, or the one of the same sign-out that is under way; and what becomes of
//! older ones.

use std::collections::{BTreeMap, BTreeSet};

use super::clear::{joined, revoking, strike};
use super::run::Stored;
use super::{LogoutClient, entropy};
use crate::cache::Leaver;
use crate::config::Home;
use crate::error::LogoutError;
use crate::host::{Change, LogoutEventKind};
use crate::keys;
use crate::navigation::LogoutMode;
use crate::outcome::{AccountStatus, Doubt, SessionStatus, UpstreamStatus};
use crate::pending::{self, Journey, Record};
use crate::plan::{LogoutPlan, OwnedToken};
use crate::provider::parameters::Carries;
use crate::secret::Secret;
use crate::unfinished::{Calling, Clear, Handover, Revoking, Stage, is_late};

/// A record to begin with.
pub(super) struct Opened {
    pub(super) record: Record,
    /// As it is in the store, where the sign-out is already under way.
    pub(super) stored: Option<Stored>,
    pub(super) older: Vec<Older>,
    /// What the browser has to bring back.
    pub(super) ticket: Option<Secret>,
}

impl Opened {
    /// The record, where somebody else works on this very sign-out and nothing new has to go.
    pub(super) fn live(&self, nothing_left: bool) -> Option<Record> {
        let claimed = self.stored.as_ref().is_some_and(|stored| stored.record.is_claimed(entropy::now()));
        (claimed && nothing_left).then(|| self.record.clone())
    }
}

/// An older record of the same accounts or browser, and what becomes of it.
pub(super) struct Older {
    stored: Stored,
    becomes: Option<Record>,
}

impl LogoutClient {
    /// The record of the same sign-out that is under way, else a new one, and the older ones that it supersedes (PLR-13)
    /// or pushes out; none where they cannot be read.
    pub(super) fn open(&self, plan: &LogoutPlan) -> Result<Opened, LogoutError> {
        let now = entropy::now();
        let mut records = self.records(&self.keys.scope(&plan.leaver)).unwrap_or_default();
        let ticket = plan.ticket.as_ref();
        if let Some((id, _)) = ticket.and_then(|ticket| keys::identify(ticket.reveal())) {
            let known = records.iter().any(|stored| stored.record.id == id);
            records.extend(self.record(id).ok().flatten().filter(|_| !known));
        }
        records.sort_by_key(|stored| std::cmp::Reverse(stored.record.issued_at));
        let joinable = records.iter().position(|stored| self.joins(plan, &stored.record, now));
        let stored = joinable.map(|at| records.remove(at));
        let (mut older, mut taken_over) = (Vec::new(), Vec::new());
        let advising = self.advising(&records, now);
        for (at, stored) in records.into_iter().enumerate() {
            let one = &stored.record;
            let is_needed = one.is_owed() || self.is_awaited(one, now) || advising.contains(&one.id);
            if one.is_forgotten(now) || at + 1 >= pending::MOST && !is_needed {
                older.push(Older { stored, becomes: None });
            } else if self.concerns(plan, one) && (one.is_waiting() || one.handover.is_some()) {
                let mut becomes = one.clone();
                becomes.supersede();
                if self.replaces(plan, one) {
                    strike(&mut becomes, &Leaver::Everyone);
                    taken_over.append(&mut becomes.revocations);
                }
                older.push(Older { stored, becomes: Some(becomes) });
            }
        }
        let mut opened = match stored {
            Some(stored) => {
                let record = self.again(plan, stored.record.clone(), now);
                Opened { record, stored: Some(stored), older, ticket: plan.ticket.clone() }
            }
            None => self.open_new(plan, older)?,
        };
        let mine = &mut opened.record.revocations;
        taken_over.retain(|one| one.token.is_some() && !mine.iter().any(|known| known.token == one.token));
        mine.append(&mut taken_over);
        if !plan.after_return {
            // What this one revokes no older one keeps.
            let mine = |one: &Revoking| opened.record.revocations.iter().any(|own| own.token == one.token);
            for becomes in opened.older.iter_mut().filter_map(|older| older.becomes.as_mut()) {
                becomes.revocations.retain(|one| one.token.is_none() || !mine(one));
            }
        }
        Ok(opened)
    }

    /// Whether a browser is on its way back to it. On a server the number of one session's waits is bounded: whoever holds
    /// the session could begin any number of them.
    fn is_awaited(&self, record: &Record, now: i64) -> bool {
        let live = |journey: &Journey| !journey.over && !is_late(journey.started_at, now);
        self.config.home == Home::Device && [&record.logout, &record.proof].into_iter().flatten().any(live)
    }

    /// Without which of these, newest first, a device would forget that somebody's session at the provider may be alive
    /// (ADV-01): of each account the last one that asked the provider.
    fn advising(&self, records: &[Stored], now: i64) -> BTreeSet<String> {
        let (mut told, mut advising) = (BTreeSet::<&String>::new(), BTreeSet::new());
        if self.config.home == Home::Server {
            return advising;
        }
        for record in records.iter().map(|stored| &stored.record).filter(|record| record.has_asked()) {
            let names = record.accounts.iter().map(|known| &known.account);
            if advising.len() >= pending::MOST_ADVISED {
                break;
            }
            if record.may_be_alive(now) && (record.everyone || names.clone().any(|name| !told.contains(name))) {
                advising.insert(record.id.clone());
            }
            if record.everyone {
                break;
            }
            told.extend(names);
        }
        advising
    }

    /// Whether nothing of an older sign-out, which waited for its browser, is left to do: this one decides about the same
    /// accounts, also when it is called off.
    fn replaces(&self, plan: &LogoutPlan, record: &Record) -> bool {
        let waits = record.clear.after_return && record.clear.stage == Stage::Waiting;
        let covers = || !record.everyone && record.accounts.iter().all(|known| plan.accounts.contains(&known.account));
        waits && (plan.leaver == Leaver::Everyone || covers())
    }

    /// Whether this record is the same sign-out: of the same accounts and browser, asked for in the same way.
    fn joins(&self, plan: &LogoutPlan, record: &Record, now: i64) -> bool {
        let same = |handover: &Handover| handover.request == plan.request && !is_late(handover.asked_at, now);
        let everyone = plan.leaver == Leaver::Everyone;
        let accounts = || record.accounts.iter().map(|account| &account.account).eq(&plan.accounts);
        record.handover.as_ref().is_some_and(same)
            && plan.departure.is_some()
            && self.concerns(plan, record)
            && record.everyone == everyone
            && (everyone || accounts())
    }

    fn concerns(&self, plan: &LogoutPlan, record: &Record) -> bool {
        match self.config.home {
            Home::Server => plan.ticket.is_some() && record.has_ticket(plan.ticket.as_ref()),
            Home::Device => {
                let named = |account: &AccountStatus| plan.accounts.contains(&account.account);
                record.everyone || plan.leaver == Leaver::Everyone || record.accounts.iter().any(named)
            }
        }
    }

    /// The same sign-out once more: the same navigation, and whatever has come into the cache since goes as well.
    fn again(&self, plan: &LogoutPlan, record: Record, now: i64) -> Record {
        let fresh = self.record_of(plan, record.id.clone(), now);
        let away = record.is_on_its_way();
        let provider = if away { record.provider } else { fresh.provider };
        let mut accounts = record.accounts;
        accounts.iter_mut().for_each(|known| known.status = SessionStatus::Pending);
        for one in fresh.accounts {
            if !accounts.contains(&one) {
                accounts.push(one);
            }
        }
        let mut revocations = record.revocations;
        for one in fresh.revocations {
            if one.token.is_some() && !revocations.iter().any(|known| known.token == one.token) {
                revocations.push(one);
            }
        }
        let hints = plan.departure.as_ref().map(|departure| &departure.draft);
        Record {
            issued_at: record.issued_at,
            correlation_id: record.correlation_id,
            ticket_hash: record.ticket_hash,
            provider,
            logout: record.logout.map(|journey| Journey { over: false, started_at: now, ..journey }),
            // Asked again, it is kept no longer: the hints end as if it had been asked for once.
            handover: record.handover.map(|handover| Handover {
                // A browser that was called back, or never left, is sent again.
                given_at: handover.given_at.filter(|_| away),
                id_token_hint: handover.id_token_hint.or(hints.and_then(|hints| hints.id_token_hint.clone())),
                logout_hint: handover.logout_hint.or(hints.and_then(|hints| hints.logout_hint.clone())),
                ..handover
            }),
            warnings: record.warnings,
            open_window: record.open_window,
            proof: record.proof,
            welcomed: record.welcomed,
            revocations,
            accounts,
            ..fresh
        }
    }

    pub(super) fn open_new(&self, plan: &LogoutPlan, older: Vec<Older>) -> Result<Opened, LogoutError> {
        let now = entropy::now();
        let scope = self.keys.scope(&plan.leaver);
        let id = format!("{scope}.{}", entropy::random()?);
        let state = format!("{id}.{}", entropy::random()?);
        let ticket = match self.config.home {
            // Where the provider is not asked, nothing comes back: the browser keeps the ticket that may still mean something.
            Home::Server if plan.ticket.is_some() && !plan.asks_provider() && plan.obstacle.is_none() => None,
            Home::Server => Some(Secret::from(format!("{id}.{}", entropy::random()?))),
            Home::Device => None,
        };
        let correlation_id = entropy::uuid()?;
        let mut record = self.record_of(plan, id, now);
        record.correlation_id = plan.correlation_id.clone().unwrap_or(correlation_id);
        record.ticket_hash = ticket.as_ref().map(|ticket| keys::hash(ticket.reveal()));
        if let Some(departure) = &plan.departure {
            let echoes = self.row.parameters.carry(Carries::State);
            let journey = |uri: &String| Journey { echoes, ..Journey::new(&state, uri.clone(), now) };
            record.logout = departure.draft.redirect_uri.as_ref().map(journey);
            record.handover = Some(Handover {
                request: plan.request.clone(),
                state: Secret::from(state.as_str()),
                id_token_hint: departure.draft.id_token_hint.clone(),
                logout_hint: departure.draft.logout_hint.clone(),
                asked_at: now,
                given_at: None,
            });
        }
        Ok(Opened { record, stored: None, older, ticket })
    }

    /// What the plan says, before anything was drawn or done.
    fn record_of(&self, plan: &LogoutPlan, id: String, now: i64) -> Record {
        let pending = SessionStatus::Pending;
        let draft = plan.departure.as_ref().map(|departure| &departure.draft);
        let returns = draft.filter(|draft| draft.redirect_uri.is_some());
        // When everyone leaves, the clear finds out who that is.
        let accounts = plan.accounts.iter().filter(|_| plan.after_return || plan.leaver != Leaver::Everyone);
        let token = |owned: &OwnedToken| revoking(&plan.revocation, &owned.account, &owned.token, now);
        Record {
            version: Record::VERSION,
            id,
            issued_at: now,
            owner: None,
            claimed_until: None,
            authority: plan.authority.clone(),
            correlation_id: String::new(),
            mode: plan.departure.as_ref().map_or(LogoutMode::Redirect, |departure| departure.mode),
            everyone: plan.leaver == Leaver::Everyone,
            clear: Clear::new(plan.after_return),
            application: pending,
            accounts: accounts.map(|id| AccountStatus { account: id.clone(), status: pending }).collect(),
            provider: match (plan.asks_provider(), plan.obstacle) {
                (true, _) => pending,
                (false, Some(obstacle)) => SessionStatus::Failed { because: obstacle.into() },
                (false, None) => SessionStatus::NotAsked,
            },
            upstream: match draft {
                Some(draft) if draft.federated => UpstreamStatus::Unconfirmed,
                _ => UpstreamStatus::NotAsked,
            },
            call: plan.call.as_ref().map(|planned| Calling {
                account: planned.account.clone(),
                kind: planned.kind,
                token: planned.token.clone(),
                tries: 0,
                next_at: 0,
            }),
            handover: None,
            revokes: plan.revokes,
            revocations: plan.tokens.iter().map(token).collect(),
            left_behind: Vec::new(),
            cookies: if plan.after_return { Vec::new() } else { plan.cookies.clone() },
            warnings: plan.warnings.clone(),
            provider_error: None,
            provider_message: None,
            return_to: plan.return_to.clone(),
            caller_state: returns.and_then(|draft| draft.caller_state.clone()),
            ticket_hash: None,
            logout: None,
            proof: None,
            open_window: false,
            frame_parent: plan.frame_parent.clone(),
            reauthenticated: false,
            http_loopback: self.config.is_http_loopback(),
            welcomed: BTreeMap::new(),
        }
    }

    /// What becomes of older records, to be written along with the new one.
    pub(super) fn superseding(&self, older: &[Older]) -> Change {
        older.iter().fold(Change::default(), |change, one| {
            let own = match &one.becomes {
                Some(record) => self.writing(record, Some(&one.stored)),
                None => self.forgetting(&one.stored),
            };
            joined(change, own)
        })
    }

    /// The windows of superseded sign-outs are closed, and of those pushed out nothing stays.
    pub(super) fn close(&self, older: &[Older]) {
        for Older { stored: Stored { record, .. }, becomes } in older {
            match becomes {
                Some(_) => self.called_back(record),
                None => self.forget_beside(record),
            }
        }
    }

    /// Another has taken over the browser of this sign-out.
    pub(super) fn called_back(&self, record: &Record) {
        self.dismiss(&record.id, record.open_window);
        if record.is_waiting() && record.provider == SessionStatus::Pending {
            self.end(record);
        }
    }

    /// The browser of this sign-out goes nowhere any more.
    pub(super) fn end(&self, record: &Record) {
        self.emit(LogoutEventKind::LogoutEnd, record);
    }
}

impl Record {
    /// A later sign-out, or a sign-in, has taken over the browser.
    pub(super) fn supersede(&mut self) {
        // Where nothing comes back nobody waits, and the browser may still be due.
        let was_to_go = self.handover.is_some() && self.provider == SessionStatus::Pending;
        if self.is_waiting() || was_to_go {
            let superseded = SessionStatus::Unconfirmed { because: Doubt::Superseded };
            self.stop_waiting(if self.provider.is_proof() { self.provider } else { superseded });
        }
        self.handover = None;
        self.open_window = false;
    }
}

impl Clear {
    fn new(after_return: bool) -> Self {
        Self {
            stage: Stage::Waiting,
            after_return,
            epochs: BTreeMap::new(),
            replaced: BTreeMap::new(),
            struck: Vec::new(),
            tries: 0,
            next_at: 0,
        }
    }
}
