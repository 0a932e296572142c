//! The traits that the host implements. A callback's success is never the zero value: an interrupted callback must
//! not read as "done".

use std::fmt;

use crate::secret::{Secret, display_as_debug};

/// Why a callback of the host could not do what it was asked.
///
/// `reason` is for the host's own eyes: it is never copied into an error, an outcome or a log, because it may quote a
/// token.
#[derive(Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum HostError {
    /// The store is locked or out of reach now (a locked keychain, a lost database). It is not the same as "absent".
    #[error("not available now")]
    Unavailable {
        /// In the host's words.
        reason: String,
    },
    /// The request could not be sent: no network, name not found, connection refused.
    #[error("offline")]
    Offline {
        /// In the host's words.
        reason: String,
    },
    /// The time allowed for the request ran out.
    #[error("timed out")]
    TimeExpired {
        /// In the host's words.
        reason: String,
    },
    /// TLS failed, or the address is not one that may be spoken to. It is never tried again without TLS.
    #[error("insecure")]
    Insecure {
        /// In the host's words.
        reason: String,
    },
    /// The answer broke off, is larger than allowed, compressed, or not HTTP. The request may have been carried out.
    #[error("bad answer")]
    BadAnswer {
        /// In the host's words.
        reason: String,
    },
    /// Anything else: the callback raised, or its result could not be read.
    #[error("callback failed")]
    Broken {
        /// In the host's words.
        reason: String,
    },
}

impl fmt::Debug for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostError({self})")
    }
}

impl From<uniffi::UnexpectedUniFFICallbackError> for HostError {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        // The reason holds the text of a foreign exception, which may quote a token.
        Self::Broken { reason: "the callback raised an unexpected error".to_owned() }
    }
}

/// The receipt of a callback that changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Done {
    /// It was done.
    Done,
}

/// What became of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Commit {
    /// Every write and removal is durable.
    Committed,
    /// A required value had changed. Nothing was written or removed.
    Conflict,
}

/// What a store promises about one `commit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Guarantee {
    /// All of a change or nothing of it, compared and written in one transaction.
    Atomic,
    /// Each key by itself; a crash may leave a change half done.
    PerKey,
}

/// A value that a key must have for a change to be made.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub struct Requirement {
    /// The key.
    pub key: String,
    /// The value that was seen; absent means that the key must not exist.
    #[uniffi(default)]
    pub value: Option<Secret>,
}

/// One entry to be written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The value.
    pub value: Secret,
    /// Whether the value needs the device's own protection (a keychain, an encrypted file).
    #[uniffi(default = true)]
    pub protect: bool,
}

/// Everything one step does to the store, in one crossing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub struct Change {
    /// Values that must still be there; otherwise the answer is `Conflict` and nothing changes.
    #[uniffi(default)]
    pub require: Vec<Requirement>,
    /// Entries to write.
    #[uniffi(default)]
    pub write: Vec<Entry>,
    /// Keys to remove, after the writes. A key that is not there is no error. A store that works key by key writes and
    /// removes in the order given, so that a crash in the middle leaves nothing behind that nothing leads to.
    #[uniffi(default)]
    pub remove: Vec<String>,
}

display_as_debug!(Requirement, Entry, Change, Header, HttpCall, HttpAnswer);

/// Where the host keeps its sessions. exeunt reads it, clears it and keeps its own records under `exeunt.`.
#[uniffi::export(foreign)]
pub trait SessionStore: Send + Sync {
    /// All keys that begin with `prefix`; an empty prefix means all keys.
    fn keys(&self, prefix: String) -> Result<Vec<String>, HostError>;
    /// The values of these keys in this order; an absent key is an absent value.
    fn read(&self, keys: Vec<String>) -> Result<Vec<Option<Secret>>, HostError>;
    /// Makes a change, or none of it where a requirement fails. `Unavailable` means that nothing was done; where the answer
    /// was lost, and nobody knows, it is `Broken`.
    fn commit(&self, change: Change) -> Result<Commit, HostError>;
    /// What `commit` promises.
    fn guarantee(&self) -> Result<Guarantee, HostError>;
}

/// What a navigator did with a navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Navigated {
    /// The browser, popup or frame is on its way. The answer comes later, through `complete` or `cancel`.
    Started,
    /// The app declines to navigate; the sign-out stays local.
    Stopped,
    /// There is no browser to navigate with.
    NoBrowser,
}

/// Opens the browser. Optional: without one, the navigation is handed over in the outcome.
#[uniffi::export(foreign)]
pub trait Navigator: Send + Sync {
    /// Starts a navigation and answers at once; it never waits for the user. Raises `Offline` where it sees that no page
    /// can be reached.
    fn navigate(&self, navigation: crate::navigation::Navigation) -> Result<Navigated, HostError>;
    /// Closes the popup or removes the frame of this sign-out. Called exactly once for each that was started.
    fn dismiss(&self, id: String) -> Result<Done, HostError>;
}

/// How a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum HttpMethod {
    /// Reads.
    Get,
    /// Sends a body.
    Post,
    /// Removes; a body says what.
    Delete,
}

/// One HTTP header.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub struct Header {
    /// The header's name, case-insensitive.
    pub name: String,
    /// Its value.
    pub value: Secret,
}

/// A request that the transport sends exactly as it is: no redirect is followed, nothing is added but what HTTP needs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub struct HttpCall {
    /// How.
    pub method: HttpMethod,
    /// The absolute address: https, or http on a loopback address.
    pub url: Secret,
    /// The headers to send.
    pub headers: Vec<Header>,
    /// The body of a POST or DELETE.
    #[uniffi(default)]
    pub body: Option<Secret>,
    /// Milliseconds that connecting may take.
    pub connect_timeout_ms: i64,
    /// Milliseconds that the whole exchange may take.
    pub timeout_ms: i64,
    /// Bytes that the answer's body may have; more is `BadAnswer`.
    pub max_body_bytes: i64,
    /// Refuse addresses of this machine and of private networks, checked after the name was resolved.
    pub public_addresses_only: bool,
}

/// The answer to a request, of any status.
#[derive(Clone, PartialEq, Eq, Hash, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub struct HttpAnswer {
    /// The status code.
    pub status: i32,
    /// The headers.
    pub headers: Vec<Header>,
    /// The body as received.
    pub body: Vec<u8>,
}

impl fmt::Debug for HttpAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpAnswer({}, {} headers, {} bytes)", self.status, self.headers.len(), self.body.len())
    }
}

impl HttpAnswer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|h| h.name.eq_ignore_ascii_case(name)).map(|h| h.value.reveal())
    }
}

/// Sends HTTP requests. Optional where the built-in transport exists (feature `http`).
#[uniffi::export(foreign)]
pub trait HttpTransport: Send + Sync {
    /// Sends one request and answers with whatever status came. Redirects are answers, not instructions.
    fn send(&self, call: HttpCall) -> Result<HttpAnswer, HostError>;
}

/// What happened, in the order it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum LogoutEventKind {
    /// The sign-out began.
    LogoutStart,
    /// The local session is cleared and the sign-out address is ready.
    LogoutSuccess,
    /// A popup was opened.
    PopupOpened,
    /// The local session could not be cleared; the outcome says what is left. What fails at the provider is no failure
    /// of the sign-out.
    LogoutFailure,
    /// The navigation came back, was stopped, or there was none.
    LogoutEnd,
}

/// One event of one sign-out.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub struct LogoutEvent {
    /// What happened.
    pub kind: LogoutEventKind,
    /// The sign-out's identifier.
    pub id: String,
    /// The identifier that also went to the provider, for finding this sign-out in its logs.
    pub correlation_id: String,
}
display_as_debug!(LogoutEvent);

/// Hears of events. What it throws is ignored.
#[uniffi::export(foreign)]
pub trait LogoutListener: Send + Sync {
    /// Called in order, on the thread of the sign-out.
    fn on_event(&self, event: LogoutEvent) -> Result<Done, HostError>;
}
