//! The record of a sign-out: what survives a crash, and the browser's absence, in a new process too. What of it is secret
//! is needed for a step that is not done, and has an end; then nothing of it is secret.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::cache::Leaver;
use crate::cookie::Cookie;
use crate::keys::{self, hash};
use crate::navigation::LogoutMode;
use crate::outcome::{
    AccountStatus, Doubt, Failure, Kept, KeptFor, LogoutOutcome, PendingLogout, SessionStatus, UpstreamStatus,
};
use crate::plan::PlanWarning;
use crate::secret::{Secret, revealed};
use crate::unfinished::{CLAIM, Calling, Clear, Handover, Revoking, SKEW, Stage, WAIT, is_due, is_late, is_older};

/// Seconds for which a finished sign-out is remembered.
pub(crate) const REMEMBER: i64 = 30 * 24 * 60 * 60;
/// Records kept in one scope; the oldest go first.
pub(crate) const MOST: usize = 64;
/// How many are remembered beside them because somebody's session at the provider may still be alive.
pub(crate) const MOST_ADVISED: usize = 1_000;

/// One journey of the browser that is expected back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Journey {
    pub(crate) state_hash: String,
    /// Whether the provider brings the state back.
    pub(crate) echoes: bool,
    pub(crate) redirect_uri: String,
    pub(crate) started_at: i64,
    /// Whether its return was handled, or is of no interest any more.
    pub(crate) over: bool,
}

impl Journey {
    pub(crate) fn new(state: &str, redirect_uri: String, started_at: i64) -> Self {
        Self { state_hash: hash(state), echoes: true, redirect_uri, started_at, over: false }
    }

    /// Constant-time: how much of a guess is right must not show (PLR-05).
    pub(crate) fn has_state(&self, state: &str) -> bool {
        matches_hash(&self.state_hash, state)
    }

    pub(crate) fn is_late(&self, now: i64) -> bool {
        is_late(self.started_at, now)
    }
}

/// One sign-out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    pub(crate) version: u32,
    pub(crate) id: String,
    pub(crate) issued_at: i64,
    /// The runner that works on it, and until when it may be silent.
    pub(crate) owner: Option<String>,
    pub(crate) claimed_until: Option<i64>,
    /// The other authority that the request named: a proof has to ask there.
    pub(crate) authority: Option<String>,
    pub(crate) correlation_id: String,
    pub(crate) mode: LogoutMode,
    pub(crate) everyone: bool,
    pub(crate) clear: Clear,
    pub(crate) application: SessionStatus,
    pub(crate) accounts: Vec<AccountStatus>,
    pub(crate) provider: SessionStatus,
    pub(crate) upstream: UpstreamStatus,
    pub(crate) call: Option<Calling>,
    pub(crate) handover: Option<Handover>,
    /// Whether tokens that the clear comes upon are revoked.
    pub(crate) revokes: bool,
    pub(crate) revocations: Vec<Revoking>,
    pub(crate) left_behind: Vec<String>,
    /// Names and attributes, no values.
    pub(crate) cookies: Vec<Cookie>,
    pub(crate) warnings: Vec<PlanWarning>,
    pub(crate) provider_error: Option<String>,
    #[serde(default)]
    pub(crate) provider_message: Option<String>,
    pub(crate) return_to: Option<String>,
    /// The caller's state, until it was given back.
    #[serde(with = "revealed::option")]
    pub(crate) caller_state: Option<Secret>,
    pub(crate) ticket_hash: Option<String>,
    pub(crate) logout: Option<Journey>,
    pub(crate) proof: Option<Journey>,
    /// Whether a popup or frame of this sign-out is still open.
    pub(crate) open_window: bool,
    pub(crate) frame_parent: Option<String>,
    /// Whether the user has shown a password since.
    pub(crate) reauthenticated: bool,
    pub(crate) http_loopback: bool,
    /// On a server, the epochs of sign-ins after it, by the key of the card: they are forgotten with it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) welcomed: BTreeMap<String, String>,
}

impl Record {
    pub(crate) const VERSION: u32 = 2;

    /// Reads a stored record; one that is damaged, of another version or under a wrong name is none.
    pub(crate) fn read(id: &str, stored: &Secret) -> Option<Self> {
        let record: Self = serde_json::from_str(stored.reveal()).ok()?;
        // One that names other keys is damaged, or somebody else's work.
        let epochs = keys::epochs(id);
        let own = |key: &String| key.starts_with(&epochs);
        let mut named = record.clear.epochs.keys().chain(record.clear.replaced.keys()).chain(record.welcomed.keys());
        let names_others = !named.all(own);
        (record.version == Self::VERSION && record.id == id && !names_others).then_some(record)
    }

    pub(crate) fn write(&self) -> Option<Secret> {
        serde_json::to_string(self).ok().map(Secret::from)
    }

    /// What it holds that nobody may see.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &Secret> {
        let handover = self.handover.iter().flat_map(|kept| {
            let hints = [kept.id_token_hint.as_ref(), kept.logout_hint.as_ref()];
            hints.into_iter().flatten().chain([&kept.state])
        });
        let tokens = self.revocations.iter().filter_map(|one| one.token.as_ref());
        handover.chain(tokens).chain(self.call.as_ref().map(|call| &call.token)).chain(&self.caller_state)
    }

    /// Whether the browser is still expected back from the provider.
    pub(crate) fn is_waiting(&self) -> bool {
        self.logout.as_ref().is_some_and(|journey| !journey.over)
    }

    /// Adds warnings that are not there yet.
    pub(crate) fn learn(&mut self, warnings: impl IntoIterator<Item = PlanWarning>) {
        for warning in warnings {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }

    /// Whether the browser was handed over and nothing is known of it yet.
    pub(crate) fn is_on_its_way(&self) -> bool {
        let no_return = SessionStatus::Unconfirmed { because: Doubt::NoReturn };
        self.provider == SessionStatus::Pending || self.provider == no_return
    }

    /// Whether the provider was asked to end its session.
    pub(crate) fn has_asked(&self) -> bool {
        self.provider != SessionStatus::NotAsked
    }

    /// Whether the session that the provider was asked to end may still be alive.
    pub(crate) fn may_be_alive(&self, now: i64) -> bool {
        let ended = matches!(self.provider, SessionStatus::Ended { .. });
        !ended && !self.reauthenticated && !is_older(self.issued_at, now, REMEMBER)
    }

    pub(crate) fn has_ticket(&self, ticket: Option<&Secret>) -> bool {
        match (&self.ticket_hash, ticket) {
            (None, _) => true,
            (Some(expected), Some(ticket)) => matches_hash(expected, ticket.reveal()),
            (Some(_), None) => false,
        }
    }

    /// Ends the wait for the browser; says whether there was one. What it kept for the return goes.
    pub(crate) fn stop_waiting(&mut self, provider: SessionStatus) -> bool {
        let waited = self.is_waiting();
        if let Some(journey) = &mut self.logout {
            journey.over = true;
        }
        self.provider = provider;
        self.caller_state = None;
        waited
    }

    /// Those who still have to be cleared.
    pub(crate) fn leavers(&self) -> Vec<Leaver> {
        if self.everyone && self.clear.struck.is_empty() {
            return vec![Leaver::Everyone];
        }
        let names = self.accounts.iter().map(|account| &account.account);
        names.filter(|name| !self.clear.struck.contains(name)).cloned().map(Leaver::One).collect()
    }

    /// Who was to leave when a sign-out was written down before its clear.
    pub(crate) fn asked_leaver(&self) -> Option<Leaver> {
        let one = self.accounts.first().map(|account| Leaver::One(account.account.clone()));
        let leaver = if self.everyone { Some(Leaver::Everyone) } else { one };
        leaver.filter(|_| self.clear.after_return)
    }

    /// Lets go of what has had its time; says whether anything changed. A clear never ages (the user asked for it), but a
    /// navigation and a secret do.
    pub(crate) fn age(&mut self, now: i64, keep_tokens: i64) -> bool {
        let mut changed = false;
        if self.handover.as_ref().is_some_and(|handover| is_older(handover.asked_at, now, WAIT)) {
            self.handover = None;
            changed = true;
            if self.logout.is_none() && self.provider == SessionStatus::Pending {
                self.provider = SessionStatus::Unconfirmed { because: Doubt::NeverCameBack };
            }
        }
        if self.logout.as_ref().is_some_and(|journey| is_older(journey.started_at, now, WAIT)) {
            changed |= self.caller_state.take().is_some();
            if self.is_waiting() && self.provider == SessionStatus::Pending {
                self.provider = SessionStatus::Unconfirmed { because: Doubt::NeverCameBack };
                changed = true;
            }
        }
        if is_older(self.issued_at, now, keep_tokens) && self.stop_calling(now) {
            changed = true;
            if self.provider == SessionStatus::Pending {
                self.provider = SessionStatus::Unconfirmed { because: Doubt::CallUnanswered };
            }
        }
        for one in self.revocations.iter_mut().filter(|one| one.is_old(now, keep_tokens)) {
            changed |= one.give_up();
        }
        changed
    }

    /// Sends the direct request no more; says whether it was to be sent. Its token is not revoked either, which is told.
    pub(crate) fn stop_calling(&mut self, now: i64) -> bool {
        let Some(call) = self.call.take() else {
            return false;
        };
        let lost = call.kind.filter(|_| self.revokes).map(|kind| Revoking::lost(&call.account, kind, now));
        self.revocations.extend(lost);
        true
    }

    /// The user stays: where nothing was cleared yet because the browser was to go first, everything is kept. A provider
    /// that has no way out keeps nobody from leaving this app.
    pub(crate) fn call_off(&mut self) {
        let no_way =
            matches!(self.provider, SessionStatus::Failed { because: Failure::NoEndpoint | Failure::EndpointRefused });
        if !self.clear.after_return || self.clear.stage != Stage::Waiting || no_way {
            return;
        }
        let kept = SessionStatus::Failed { because: Failure::Cancelled };
        self.clear.stage = Stage::Kept;
        self.application = kept;
        self.accounts.iter_mut().for_each(|account| account.status = kept);
        // A return that comes all the same names them; what the cache holds is then found again.
        for one in &mut self.revocations {
            one.give_up();
        }
        self.handover = None;
    }

    /// Whether a runner works on it now. A claim that lies further ahead than one is ever made is a clock that jumped.
    pub(crate) fn is_claimed(&self, now: i64) -> bool {
        self.claimed_until.is_some_and(|until| until > now && until <= now.saturating_add(CLAIM + SKEW))
    }

    /// Whether the clear is to be done without waiting for anybody any longer.
    pub(crate) fn wants_clear(&self, now: i64) -> bool {
        let late = |journey: &Journey| is_older(journey.started_at, now, WAIT);
        let gone = self.logout.as_ref().is_none_or(|journey| journey.over || late(journey));
        match self.clear.stage {
            Stage::Waiting => !self.clear.after_return || gone,
            Stage::Cleared => true,
            Stage::Done | Stage::Kept | Stage::Struck => false,
        }
    }

    /// Whether the clear waited for a browser that will not come back.
    pub(crate) fn is_left_waiting(&self, now: i64) -> bool {
        self.clear.after_return && self.clear.stage == Stage::Waiting && self.wants_clear(now)
    }

    /// Whether there is something to do that waits for nobody.
    pub(crate) fn wants_work(&self, now: i64) -> bool {
        self.wants_clear(now) && is_due(self.clear.next_at, now)
            || self.call.as_ref().is_some_and(|call| is_due(call.next_at, now))
            || self.may_revoke() && self.revocations.iter().any(|one| one.is_due(now))
    }

    /// Whether tokens may go: not while the user may still stay.
    pub(crate) fn may_revoke(&self) -> bool {
        !(self.clear.after_return && matches!(self.clear.stage, Stage::Waiting | Stage::Kept))
    }

    /// When the next step is due, whoever works on it: none when only the memory of it is left.
    pub(crate) fn due(&self, keep_tokens: i64) -> Option<i64> {
        let waits = self.logout.as_ref().filter(|journey| !journey.over);
        let clear = match self.clear.stage {
            Stage::Waiting | Stage::Cleared => {
                let back = waits.filter(|_| self.clear.after_return && self.clear.stage == Stage::Waiting);
                let late = back.map(|journey| journey.started_at.saturating_add(WAIT + 1));
                Some(self.clear.next_at.max(late.unwrap_or(self.clear.next_at)))
            }
            Stage::Done | Stage::Kept | Stage::Struck => None,
        };
        let call = self.call.iter().map(|call| call.next_at);
        let may_revoke = |one: &&Revoking| one.token.is_some() && self.may_revoke();
        let revocations = self.revocations.iter().filter(may_revoke).map(|one| one.next_at);
        let journey = waits.filter(|_| self.provider == SessionStatus::Pending).map(|journey| journey.started_at);
        let ends = journey.into_iter().chain(self.kept_for_return()).map(|since| since.saturating_add(WAIT + 1));
        let kept = self.revocations.iter().filter(|one| one.token.is_some()).map(|one| one.taken_at);
        let kept = kept.chain(self.call.as_ref().map(|_| self.issued_at));
        let tokens = kept.map(|since| since.saturating_add(keep_tokens + 1));
        call.chain(revocations).chain(ends).chain(tokens).chain(clear).min().map(|due| due.max(self.issued_at))
    }

    /// Whether something of it has still to be done that nobody else does: then it is not pushed out.
    pub(crate) fn is_owed(&self) -> bool {
        self.has_token() || matches!(self.clear.stage, Stage::Waiting | Stage::Cleared)
    }

    fn has_token(&self) -> bool {
        self.call.is_some() || self.revocations.iter().any(|one| one.token.is_some())
    }

    /// Whether it may be forgotten: nothing is left to do, and it was remembered long enough.
    pub(crate) fn is_forgotten(&self, now: i64) -> bool {
        !self.is_owed() && now.saturating_sub(self.issued_at) > REMEMBER
    }

    /// Since when it has kept a secret for the browser and its return.
    fn kept_for_return(&self) -> Option<i64> {
        let handover = self.handover.as_ref().map(|handover| handover.asked_at);
        let state = self.caller_state.as_ref().and(self.logout.as_ref()).map(|journey| journey.started_at);
        handover.into_iter().chain(state).max()
    }

    /// The secrets that are still in it.
    fn kept(&self, keep_tokens: i64) -> Vec<Kept> {
        let navigation = self.kept_for_return().map(|since| Kept {
            purpose: KeptFor::BrowserReturn,
            account: None,
            until: since.saturating_add(WAIT),
        });
        let token = |purpose, account: &String, since: i64| {
            let until = since.saturating_add(keep_tokens);
            Kept { purpose, account: Some(account.clone()), until }
        };
        let call = self.call.iter().map(|call| token(KeptFor::SessionCall, &call.account, self.issued_at));
        let waiting = self.revocations.iter().filter(|one| one.token.is_some());
        let revocations = waiting.map(|one| token(KeptFor::TokenRevocation, &one.account, one.taken_at));
        navigation.into_iter().chain(call).chain(revocations).collect()
    }

    pub(crate) fn summary(&self) -> PendingLogout {
        PendingLogout {
            id: self.id.clone(),
            accounts: self.accounts.iter().map(|account| account.account.clone()).collect(),
            issued_at: self.issued_at,
            provider: self.provider,
        }
    }

    pub(crate) fn outcome(&self, keep_tokens: i64) -> LogoutOutcome {
        let called_off = self.clear.stage == Stage::Kept;
        LogoutOutcome {
            id: self.id.clone(),
            application: self.application,
            accounts: self.accounts.clone(),
            provider: self.provider,
            upstream: self.upstream,
            revocations: self.revocations.iter().filter(|_| !called_off).map(Revoking::result).collect(),
            left_behind: self.left_behind.clone(),
            kept: self.kept(keep_tokens),
            cookies: self.cookies.clone(),
            warnings: self.warnings.clone(),
            correlation_id: self.correlation_id.clone(),
            provider_error: self.provider_error.clone(),
            provider_message: self.provider_message.clone(),
            next: None,
            ticket: None,
            state: None,
            return_to: self.return_to.clone(),
            frame_parent: self.frame_parent.clone(),
            http_loopback: self.http_loopback,
        }
    }
}

/// SHA-256 in the alphabet that a Content-Security-Policy wants.
pub(crate) fn standard_hash(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}

fn matches_hash(expected: &str, text: &str) -> bool {
    expected.as_bytes().ct_eq(hash(text).as_bytes()).into()
}
