//! What is known afterwards, session by session, and how it is known.

use serde::{Deserialize, Serialize};

use crate::account::TokenKind;
use crate::cookie::Cookie;
use crate::navigation::Navigation;
use crate::plan::{Obstacle, PlanWarning};
use crate::secret::{Secret, display_as_debug};

/// How a session is known to have ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// The keys were listed again after the clear, and are gone.
    ReadBack,
    /// The provider answered `login_required` to a top-level `prompt=none` request in the same browser.
    LoginRequired,
    /// A direct request was answered exactly as the provider's documents say that it answers when it has ended the
    /// session.
    EndedByCall,
}

/// Why the end of a session cannot be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// The browser came back with the right state. A provider answers "yes" and "no" of the user alike.
    ReturnedWithState,
    /// The store was not available after the clear had begun.
    StoreUnavailable,
    /// The deletion of a cookie was sent; whether the browser obeyed cannot be seen.
    CookieDeletionSent,
    /// The user closed the browser before it came back.
    UserCancelled,
    /// The wait for the browser or frame ran out.
    TimedOut,
    /// The browser never came back, and nobody said why; it may never have left.
    NeverCameBack,
    /// The app gave up waiting.
    AppCancelled,
    /// A later sign-out took over the browser.
    Superseded,
    /// The proof was answered with something that proves nothing.
    ProofInconclusive,
    /// The browser stays at the provider, since it has no address to return to.
    NoReturn,
    /// The browser came back to the address; this provider echoes no state.
    Returned,
    /// A direct request was sent, and no answer came.
    CallUnanswered,
    /// A direct request was answered, but not as one that ended the session.
    CallInconclusive,
}

/// Why a session is known, or has to be feared, to be alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// Keys that are the account's, or cannot be told to be another's, are still in the store; `left_behind` names them.
    LeftBehind,
    /// There is no browser to send to the provider.
    NoBrowser,
    /// The navigator raised an error other than `Offline`.
    NavigatorFailed,
    /// The provider's addresses could not be looked up.
    DiscoveryFailed,
    /// The provider's end-session address is refused.
    EndpointRefused,
    /// The provider has no end-session endpoint.
    NoEndpoint,
    /// The provider answered with an error; `provider_error` tells which.
    ProviderRefused,
    /// The provider could not be reached: no answer came to a direct request, or the browser is offline.
    ProviderUnreachable,
    /// There is no token that names the session to the provider.
    NoToken,
    /// The provider answered a proof as it answers a signed-in user.
    StillSignedIn,
    /// The sign-out was called off before anything was cleared, and the configuration says that then everything is kept.
    Cancelled,
}

impl From<Obstacle> for Failure {
    fn from(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::NoEndpoint => Self::NoEndpoint,
            Obstacle::EndpointRefused => Self::EndpointRefused,
            Obstacle::NoToken => Self::NoToken,
        }
    }
}

/// What is known of one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, uniffi::Enum)]
#[uniffi::export(Debug, Display, Eq, Hash)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// It is known to have ended.
    Ended {
        /// How it is known.
        evidence: Evidence,
    },
    /// It may have ended; nobody can tell from here.
    Unconfirmed {
        /// Why not.
        because: Doubt,
    },
    /// It was not ended.
    Failed {
        /// Why not.
        because: Failure,
    },
    /// The browser is on its way.
    Pending,
    /// It was not asked for.
    NotAsked,
}

/// What is known of the session behind the provider: never more than that it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum UpstreamStatus {
    /// It was not asked for.
    NotAsked,
    /// It was asked for; nothing more can be known.
    Unconfirmed,
}

/// One account's session in this app.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub struct AccountStatus {
    /// The account's identifier in the cache.
    pub account: String,
    /// What is known.
    pub status: SessionStatus,
}

/// What became of a revocation. A revoked token does not prove that the session has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum RevocationStatus {
    /// It was not sent yet; `resume` sends it, as long as `kept` names the token.
    Waiting,
    /// The provider accepted the request: the token is dead, or was before. Also of an access token that, as the provider
    /// documents, died with its refresh token.
    Revoked,
    /// The provider cannot revoke this kind of token.
    Unsupported,
    /// The provider refused the request for good; the configuration is wrong.
    Refused,
    /// Nobody knows; the token has to be taken for alive.
    Uncertain,
}

/// One token's revocation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub struct Revocation {
    /// Whose token; empty where the cache does not say.
    pub account: String,
    /// Which token.
    pub token: TokenKind,
    /// What became of it.
    pub status: RevocationStatus,
    /// The provider's error code, where it gave one.
    pub provider_error: Option<String>,
}

/// What a secret is kept for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum KeptFor {
    /// Hints and state of the navigation: the same sign-out asked for again gets the same navigation, and the return is
    /// recognised.
    BrowserReturn,
    /// A token that has still to be revoked.
    TokenRevocation,
    /// The token that names the session in a direct request, which was not answered yet.
    SessionCall,
}

/// A secret that stays in the store for a while so that the sign-out can be finished.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub struct Kept {
    /// What it is kept for.
    pub purpose: KeptFor,
    /// Whose token; absent for what the browser needs.
    pub account: Option<String>,
    /// Until when at most, seconds since 1970.
    pub until: i64,
}

/// What is known of a sign-out. It holds no token; `next` and `ticket` are secrets of their own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub struct LogoutOutcome {
    /// The sign-out's identifier, for `cancel`, `outcome` and `proof`.
    pub id: String,
    /// This app's session: of all accounts that leave, the worst. Where cookies have to be deleted it is never more than
    /// `Unconfirmed` by `CookieDeletionSent`: the store's keys can be seen to be gone, a browser's cookies cannot.
    pub application: SessionStatus,
    /// This app's session, account by account.
    pub accounts: Vec<AccountStatus>,
    /// The session at the identity provider.
    pub provider: SessionStatus,
    /// The session behind the identity provider.
    pub upstream: UpstreamStatus,
    /// What became of the tokens that were to be revoked.
    pub revocations: Vec<Revocation>,
    /// Keys that are still in the store: those that could not be removed, and those of a store for one user that may be
    /// the account's but do not say whose they are.
    pub left_behind: Vec<String>,
    /// What is still kept of this sign-out's secrets, and until when.
    pub kept: Vec<Kept>,
    /// Cookies that the host still has to delete, with the attributes that doing so needs. `reply` deletes them.
    pub cookies: Vec<Cookie>,
    /// What should be known about this sign-out.
    pub warnings: Vec<PlanWarning>,
    /// The identifier for finding this sign-out in the provider's logs.
    pub correlation_id: String,
    /// The provider's error code, such as `invalid_grant` or CentralAuth's `tokenInvalid`: up to 30 letters and `_`; none
    /// where it is no such code, or repeats something secret. Wire names `error`, RFC 6749 §5.2, and `errorCode`.
    pub provider_error: Option<String>,
    /// What the provider's error says in a sentence, where a direct request failed: cut to 200 characters, controls removed,
    /// left out if something in it could be a token. Never to be shown as HTML. Wire name `message`.
    pub provider_message: Option<String>,
    /// Where the browser has to go now, where no navigator took it there.
    pub next: Option<Navigation>,
    /// On a server: what this browser must bring back, as a cookie (`reply` sets it).
    pub ticket: Option<Secret>,
    /// The caller's own state, given back once by `complete`.
    pub state: Option<Secret>,
    /// Where the app's own page goes after `complete`, as it was given with the request.
    pub return_to: Option<String>,
    /// On a server, of a hidden frame: the origin of the page that holds it. `Completion.reply` writes a page that tells
    /// it that the frame has come back.
    pub frame_parent: Option<String>,
    /// Whether every address that the configuration lets a browser go to is http on loopback, as on a developer's own
    /// machine: `reply` then sets the ticket without `Secure`.
    pub http_loopback: bool,
}

#[uniffi::export]
impl LogoutOutcome {
    /// Whether this app is known to hold nothing of the accounts any more: not where a cookie has to be deleted, since
    /// nobody can see whether the browser obeyed. It says nothing about the provider.
    pub fn signed_out_locally(&self) -> bool {
        matches!(self.application, SessionStatus::Ended { .. })
    }

    /// Whether the provider's session is proved to have ended. A return from the provider is no proof.
    pub fn signed_out_at_provider(&self) -> bool {
        matches!(self.provider, SessionStatus::Ended { .. })
    }
}

/// Why a returned address is not the end of one of our sign-outs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum NotOursReason {
    /// It is not an address to which a sign-out returns.
    OtherAddress,
    /// No sign-out is waiting for it.
    NothingPending,
    /// It carries no state, though one was sent.
    MissingState,
    /// Its state, or its issuer, is not the one that was sent.
    WrongState,
    /// It comes from another browser than the one that left.
    NotThisBrowser,
    /// It comes after the 15 minutes for which a sign-out waits.
    Expired,
}

/// What `complete` found.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Enum)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub enum Completion {
    /// It ends this sign-out, or answers its proof.
    Matched {
        /// What is known now.
        outcome: LogoutOutcome,
    },
    /// It was delivered before; nothing changed.
    AlreadyHandled {
        /// What was known then.
        outcome: LogoutOutcome,
    },
    /// It is nothing of ours; nothing changed.
    NotOurs {
        /// Why.
        why: NotOursReason,
    },
}

/// Why the browser will not come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// The user closed the browser.
    UserCancelled,
    /// The wait ran out.
    TimedOut,
    /// The app gave up.
    AppCancelled,
    /// The browser could not reach the provider.
    Offline,
}

impl SessionStatus {
    /// What the answer to a proof can say: that the session has ended, that it is alive, and neither.
    pub(crate) const PROVED: Self = Self::Ended { evidence: Evidence::LoginRequired };
    pub(crate) const STILL_SIGNED_IN: Self = Self::Failed { because: Failure::StillSignedIn };
    pub(crate) const INCONCLUSIVE: Self = Self::Unconfirmed { because: Doubt::ProofInconclusive };

    pub(crate) fn is_proof(self) -> bool {
        [Self::PROVED, Self::STILL_SIGNED_IN, Self::INCONCLUSIVE].contains(&self)
    }
}

impl From<CancelReason> for SessionStatus {
    fn from(reason: CancelReason) -> Self {
        let unconfirmed = |because| Self::Unconfirmed { because };
        match reason {
            CancelReason::UserCancelled => unconfirmed(Doubt::UserCancelled),
            CancelReason::TimedOut => unconfirmed(Doubt::TimedOut),
            CancelReason::AppCancelled => unconfirmed(Doubt::AppCancelled),
            CancelReason::Offline => Self::Failed { because: Failure::ProviderUnreachable },
        }
    }
}

/// A sign-out that has not come back yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub struct PendingLogout {
    /// Its identifier.
    pub id: String,
    /// The accounts that left.
    pub accounts: Vec<String>,
    /// When it began, seconds since 1970.
    pub issued_at: i64,
    /// What is known of the provider's session.
    pub provider: SessionStatus,
}

/// What `resume` did, and when it wants to be called again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub struct Resumed {
    /// The sign-outs on which something was done or found out, as they stand now.
    pub outcomes: Vec<LogoutOutcome>,
    /// When the next step is due, seconds since 1970; absent when nothing is left to do.
    pub next_due: Option<i64>,
    /// Keys of records that cannot be read: damaged, or written by another version. They stay as they are and are passed
    /// over; remove them if no other version of the app needs them.
    pub set_aside: Vec<String>,
}

display_as_debug!(SessionStatus, AccountStatus, Revocation, Kept, LogoutOutcome, Completion, PendingLogout, Resumed);
