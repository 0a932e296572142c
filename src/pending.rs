//! The record of a sign-out: what survives until the browser comes back, in a new process too. It holds no token; when
//! the browser has come back, nothing of it is secret.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::cache::Leaver;
use crate::config::{Home, OWN_PREFIX};
use crate::cookie::Cookie;
use crate::navigation::LogoutMode;
use crate::outcome::{AccountStatus, Doubt, LogoutOutcome, PendingLogout, Revocation, SessionStatus, UpstreamStatus};
use crate::plan::PlanWarning;
use crate::secret::Secret;

/// Seconds for which a return is waited for (RPI-09, PLR-10).
pub(crate) const WAIT: i64 = 15 * 60;
/// Seconds for which a finished sign-out is remembered.
pub(crate) const REMEMBER: i64 = 30 * 24 * 60 * 60;
/// Records kept in one scope; the oldest go first.
pub(crate) const MOST: usize = 64;
const RANDOM_LENGTH: usize = 22; // 128 bits in base64url

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
        now.saturating_sub(self.started_at) > WAIT
    }
}

/// One sign-out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    pub(crate) version: u32,
    pub(crate) id: String,
    pub(crate) issued_at: i64,
    /// The other authority that the request named: a proof has to ask there. Older records have none.
    #[serde(default)]
    pub(crate) authority: Option<String>,
    pub(crate) correlation_id: String,
    pub(crate) mode: LogoutMode,
    pub(crate) everyone: bool,
    pub(crate) application: SessionStatus,
    pub(crate) accounts: Vec<AccountStatus>,
    pub(crate) provider: SessionStatus,
    pub(crate) upstream: UpstreamStatus,
    pub(crate) revocations: Vec<Revocation>,
    pub(crate) left_behind: Vec<String>,
    /// Names and attributes, no values. Older records have none.
    #[serde(default)]
    pub(crate) cookies: Vec<Cookie>,
    pub(crate) warnings: Vec<PlanWarning>,
    pub(crate) provider_error: Option<String>,
    pub(crate) return_to: Option<String>,
    /// The caller's state, until it was given back.
    pub(crate) caller_state: Option<String>,
    pub(crate) ticket_hash: Option<String>,
    pub(crate) logout: Option<Journey>,
    pub(crate) proof: Option<Journey>,
    /// Whether a popup or frame of this sign-out is still open.
    pub(crate) open_window: bool,
    pub(crate) frame_parent: Option<String>,
    /// Older records have none.
    #[serde(default)]
    pub(crate) http_loopback: bool,
}

impl Record {
    pub(crate) const VERSION: u32 = 1;

    /// Reads a stored record; one that is damaged, of another version or under a wrong name is none.
    pub(crate) fn read(id: &str, stored: &Secret) -> Option<Self> {
        let record: Self = serde_json::from_str(stored.reveal()).ok()?;
        (record.version == Self::VERSION && record.id == id).then_some(record)
    }

    pub(crate) fn write(&self) -> Option<Secret> {
        serde_json::to_string(self).ok().map(Secret::from)
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

    pub(crate) fn summary(&self) -> PendingLogout {
        PendingLogout {
            id: self.id.clone(),
            accounts: self.accounts.iter().map(|account| account.account.clone()).collect(),
            issued_at: self.issued_at,
            provider: self.provider,
        }
    }

    pub(crate) fn outcome(&self) -> LogoutOutcome {
        LogoutOutcome {
            id: self.id.clone(),
            application: self.application,
            accounts: self.accounts.clone(),
            provider: self.provider,
            upstream: self.upstream,
            revocations: self.revocations.clone(),
            left_behind: self.left_behind.clone(),
            cookies: self.cookies.clone(),
            warnings: self.warnings.clone(),
            correlation_id: self.correlation_id.clone(),
            provider_error: self.provider_error.clone(),
            next: None,
            ticket: None,
            state: None,
            return_to: self.return_to.clone(),
            frame_parent: self.frame_parent.clone(),
            http_loopback: self.http_loopback,
        }
    }
}

pub(crate) fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
}

/// SHA-256 in the alphabet that a Content-Security-Policy wants.
pub(crate) fn standard_hash(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}

fn matches_hash(expected: &str, text: &str) -> bool {
    expected.as_bytes().ct_eq(hash(text).as_bytes()).into()
}

/// Where records are listed together: all of a device, or those of one session on a server, so that the cost does not
/// grow with the number of other users.
pub(crate) fn scope(home: Home, leaver: &Leaver) -> String {
    match (home, leaver) {
        (Home::Server, Leaver::One(session)) => hash(session).chars().take(RANDOM_LENGTH).collect(),
        (Home::Device | Home::Server, _) => "d".to_owned(),
    }
}

/// The store's prefix of a scope.
pub(crate) fn prefix(scope: &str) -> String {
    format!("{OWN_PREFIX}pending.{scope}.")
}

/// The store's key of a record.
pub(crate) fn key(id: &str) -> String {
    format!("{OWN_PREFIX}pending.{id}")
}

/// The record's identifier in a `state` or ticket `{scope}.{random}.{secret}`, with the part that is ours.
pub(crate) fn identify(text: &str) -> Option<(&str, &str)> {
    let ours = text.split(';').next()?;
    let (id, secret) = ours.rsplit_once('.')?;
    (is_id(id) && is_random(secret)).then_some((id, ours))
}

/// Whether a text has the form of an identifier: it becomes part of a key, so nothing else may.
pub(crate) fn is_id(id: &str) -> bool {
    id.split_once('.').is_some_and(|(scope, random)| (scope == "d" || is_random(scope)) && is_random(random))
}

fn is_random(text: &str) -> bool {
    text.len() == RANDOM_LENGTH && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}
