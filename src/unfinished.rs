//! What of a sign-out is still to be done, and how long its secrets are kept for that. Endpoints are named by role: the
//! configuration says where they are, so that whoever writes into the store cannot send a token elsewhere.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::account::{Account, TokenKind};
use crate::host::HttpAnswer;
use crate::outcome::{Revocation, RevocationStatus};
use crate::request::{EndSessionRequest, Who};
use crate::secret::{Secret, revealed};

/// Seconds for which a return is waited for (RPI-09, PLR-10).
pub(crate) const WAIT: i64 = 15 * 60;
/// Seconds for which a runner may be silent before another one takes its sign-out over.
pub(crate) const CLAIM: i64 = 60;
/// Seconds by which the clocks of several servers may differ.
pub(crate) const SKEW: i64 = 5;
/// Seconds for which tokens are kept unless the configuration says otherwise.
pub(crate) const KEEP_TOKENS: i64 = 24 * 60 * 60;
/// As much of a server's wish to be left alone as is heard (REV-05).
const LONGEST_WISH: i64 = 60 * 60;
/// Seconds before the first repetition; each further one waits four times as long.
const FIRST_PAUSE: i64 = 60;
const LONGEST_PAUSE: i64 = 6 * 60 * 60;

/// How far the clear has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    /// It has to be done, or it waits for the browser.
    Waiting,
    /// It was done, and nobody has looked yet whether it was.
    Cleared,
    /// It was done and seen to be done.
    Done,
    /// It was called off, and everything is kept.
    Kept,
    /// Somebody signed in again, so it must not be done any more.
    Struck,
}

/// The clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Clear {
    pub(crate) stage: Stage,
    /// Whether it waits until the browser has come back.
    pub(crate) after_return: bool,
    /// The epochs that this sign-out set, by the key of the card: while they stand nobody has signed in again.
    pub(crate) epochs: BTreeMap<String, String>,
    /// The epochs before those: key by key they stand until the new ones are written.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) replaced: BTreeMap<String, Option<String>>,
    /// Accounts that have signed in again.
    pub(crate) struck: Vec<String>,
    pub(crate) tries: u32,
    pub(crate) next_at: i64,
}

/// What the same navigation needs once more, until the browser is back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Handover {
    /// What was asked, as a number: only the same request joins.
    pub(crate) request: String,
    #[serde(with = "revealed")]
    pub(crate) state: Secret,
    #[serde(with = "revealed::option")]
    pub(crate) id_token_hint: Option<Secret>,
    #[serde(with = "revealed::option")]
    pub(crate) logout_hint: Option<Secret>,
    pub(crate) asked_at: i64,
    /// When the navigation was handed to the host.
    pub(crate) given_at: Option<i64>,
}

/// A direct request that is not answered yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Calling {
    pub(crate) account: String,
    /// Of a token that would be revoked otherwise; none of an ID token.
    pub(crate) kind: Option<TokenKind>,
    #[serde(with = "revealed")]
    pub(crate) token: Secret,
    pub(crate) tries: u32,
    pub(crate) next_at: i64,
}

/// One token: what became of it, and the token itself while it has still to be revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Revoking {
    pub(crate) account: String,
    pub(crate) kind: TokenKind,
    pub(crate) status: RevocationStatus,
    pub(crate) provider_error: Option<String>,
    #[serde(with = "revealed::option")]
    pub(crate) token: Option<Secret>,
    /// Since when it is kept, whichever record it has been handed on to.
    pub(crate) taken_at: i64,
    pub(crate) tries: u32,
    pub(crate) next_at: i64,
}

impl Revoking {
    pub(crate) fn new(account: &str, kind: TokenKind, token: Secret, now: i64) -> Self {
        Self {
            taken_at: now,
            account: account.to_owned(),
            kind,
            status: RevocationStatus::Waiting,
            provider_error: None,
            token: Some(token),
            tries: 0,
            next_at: 0,
        }
    }

    pub(crate) fn is_due(&self, now: i64) -> bool {
        self.token.is_some() && is_due(self.next_at, now)
    }

    /// A token of which nobody will hear any more: it has to be taken for alive.
    pub(crate) fn lost(account: &str, kind: TokenKind, now: i64) -> Self {
        Self { status: RevocationStatus::Uncertain, token: None, ..Self::new(account, kind, Secret::from(""), now) }
    }

    /// Whether it was kept for long enough.
    pub(crate) fn is_old(&self, now: i64, keep_tokens: i64) -> bool {
        self.token.is_some() && is_older(self.taken_at, now, keep_tokens)
    }

    /// Whether nobody may try any more; says whether that is new.
    pub(crate) fn give_up(&mut self) -> bool {
        if self.token.take().is_none() {
            return false;
        }
        self.status = RevocationStatus::Uncertain;
        true
    }

    /// It is tried again after a pause.
    pub(crate) fn put_off(&mut self, now: i64, answer: Option<&HttpAnswer>) {
        self.status = RevocationStatus::Uncertain;
        self.next_at = now.saturating_add(pause(self.tries, answer, now));
        self.tries = self.tries.saturating_add(1);
    }

    pub(crate) fn result(&self) -> Revocation {
        Revocation {
            account: self.account.clone(),
            token: self.kind,
            status: self.status,
            provider_error: self.provider_error.clone(),
        }
    }
}

/// What was asked, as a number: two requests that agree ask for one sign-out. Tokens do not count, since they are gone from
/// the app when it asks again; nor does the ticket, which says who asks.
pub(crate) fn fingerprint(request: &EndSessionRequest) -> String {
    let who = match &request.who {
        Who::This { account } => {
            Who::This { account: Account { id_token: None, tokens: Vec::new(), ..account.clone() } }
        }
        Who::Everyone => Who::Everyone,
    };
    let mut digest = Digesting(Sha256::new());
    EndSessionRequest { who, ticket: None, ..request.clone() }.hash(&mut digest);
    URL_SAFE_NO_PAD.encode(digest.0.finalize())
}

struct Digesting(Sha256);

impl Hasher for Digesting {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Asked for by the trait; the whole digest is taken instead.
    fn finish(&self) -> u64 {
        0
    }
}

/// Whether a secret of that moment has had its time. One from the future, which a clock that was set back leaves, has:
/// nobody knows how old it is.
pub(crate) fn is_older(moment: i64, now: i64, seconds: i64) -> bool {
    now.saturating_sub(moment).saturating_abs() > seconds
}

/// Whether it is time. What lies further ahead than any pause was put off by a clock that has been set back since.
pub(crate) fn is_due(next_at: i64, now: i64) -> bool {
    next_at <= now || next_at > now.saturating_add(KEEP_TOKENS)
}

/// Whether the return of a browser that left then is not waited for any more.
pub(crate) fn is_late(started_at: i64, now: i64) -> bool {
    now.saturating_sub(started_at) > WAIT
}

/// Seconds until a request that failed is sent again. A server that says how long it wants to be left alone is heard.
pub(crate) fn pause(tries: u32, answer: Option<&HttpAnswer>, now: i64) -> i64 {
    let asked = answer.and_then(|answer| retry_after(answer.header("retry-after")?.trim(), now));
    let own = FIRST_PAUSE.saturating_mul(4_i64.saturating_pow(tries)).min(LONGEST_PAUSE);
    own.max(asked.unwrap_or(0).min(LONGEST_WISH))
}

/// Seconds, as a number or until a date (RFC 9110 §10.2.3).
fn retry_after(value: &str, now: i64) -> Option<i64> {
    value.parse().ok().or_else(|| Some(date(value)?.saturating_sub(now)))
}

/// The form in which servers write dates (RFC 9110 §5.6.7), as seconds since 1970; the obsolete ones are passed over.
fn date(text: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = ["Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb"];
    let parts: Vec<&str> = text.split_once(", ")?.1.split([' ', ':']).collect();
    let [day, month, year, hour, minute, second, "GMT"] = parts.as_slice() else {
        return None;
    };
    let number = |text: &str, most: i64| text.parse().ok().filter(|number| (0..=most).contains(number));
    let month = i64::try_from(MONTHS.iter().position(|name| name == month)?).ok()?;
    // The year begins in March, so that the leap day is its last.
    let year = number(year, 9999)? - i64::from(month > 9);
    let (day, hour, minute, second) = (number(day, 31)?, number(hour, 23)?, number(minute, 59)?, number(second, 60)?);
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1 - 719_468;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::retry_after;

    #[test]
    fn a_server_may_name_seconds_or_a_date() {
        let at = |text: &str| retry_after(text, 784_111_700);
        assert_eq!(at("120"), Some(120));
        assert_eq!(at("Sun, 06 Nov 1994 08:49:37 GMT"), Some(77));
        assert_eq!(at("Thu, 29 Feb 1996 00:00:00 GMT"), Some(41_440_300));
        for other in
            ["soon", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Foo 1994 08:49:37 GMT"]
        {
            assert_eq!(at(other), None, "{other}");
        }
    }
}
