//! What is refused before anything was touched.

/// Thrown before the first effect: nothing was cleared, sent or opened. After the first effect a failure is a reason
/// in the `LogoutOutcome` instead.
///
/// `rule` names the rule that was broken (listed in `tests/RULES.md`); `detail` says what to change. Neither ever
/// contains a token, a secret or the query of an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
#[uniffi::export(Debug, Display)]
pub enum LogoutError {
    /// The client is configured in a way that cannot work. Mend the configuration; trying again does not help.
    #[error("configuration: {detail} ({rule})")]
    Configuration {
        /// The rule that was broken.
        rule: String,
        /// What is wrong and how to mend it.
        detail: String,
    },
    /// This request cannot be carried out as it stands.
    #[error("request: {detail} ({rule})")]
    Request {
        /// The rule that was broken.
        rule: String,
        /// What is wrong and how to mend it.
        detail: String,
    },
    /// An address given as a redirect target is refused.
    #[error("redirect URI: {detail} ({rule})")]
    RedirectUri {
        /// The rule that was broken, `URI-01` to `URI-13`.
        rule: String,
        /// What is wrong and how to mend it.
        detail: String,
    },
    /// A token given in the request is not a well-formed ID token.
    #[error("ID token: {detail} ({rule})")]
    MalformedToken {
        /// The rule that was broken, `HINT-01` to `HINT-08`.
        rule: String,
        /// What is wrong.
        detail: String,
    },
    /// The provider could not be asked for its addresses, or its answer is refused.
    #[error("provider metadata: {detail} ({rule})")]
    Metadata {
        /// The rule that was broken.
        rule: String,
        /// What is wrong.
        detail: String,
        /// Whether the same call may succeed later.
        retryable: bool,
    },
    /// No sign-out with this identifier is recorded.
    #[error("no sign-out is recorded under this identifier; records are kept for 30 days ({rule})")]
    UnknownLogout {
        /// The rule that was broken.
        rule: String,
    },
    /// The store is locked or out of reach. Nothing was deleted; try again when it is available.
    #[error("the session store is not available for {operation}; nothing was changed, try again later")]
    StoreLocked {
        /// What the store was asked to do.
        operation: String,
    },
    /// A callback of the host failed before anything was changed.
    #[error("the host failed in {operation}; nothing was changed")]
    HostFailed {
        /// What the host was asked to do.
        operation: String,
    },
}

#[uniffi::export]
impl LogoutError {
    /// A stable name for programs: `configuration`, `request`, `redirect_uri`, `malformed_token`, `metadata`,
    /// `unknown_logout`, `store_locked` or `host_failed`.
    pub fn code(&self) -> String {
        match self {
            Self::Configuration { .. } => "configuration",
            Self::Request { .. } => "request",
            Self::RedirectUri { .. } => "redirect_uri",
            Self::MalformedToken { .. } => "malformed_token",
            Self::Metadata { .. } => "metadata",
            Self::UnknownLogout { .. } => "unknown_logout",
            Self::StoreLocked { .. } => "store_locked",
            Self::HostFailed { .. } => "host_failed",
        }
        .to_owned()
    }

    /// Whether the same call may succeed later without a change.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::StoreLocked { .. } => true,
            Self::Metadata { retryable, .. } => *retryable,
            _ => false,
        }
    }

    /// The rule that was broken, where one was.
    pub fn broken_rule(&self) -> Option<String> {
        match self {
            Self::Configuration { rule, .. }
            | Self::Request { rule, .. }
            | Self::RedirectUri { rule, .. }
            | Self::MalformedToken { rule, .. }
            | Self::Metadata { rule, .. }
            | Self::UnknownLogout { rule } => Some(rule.clone()),
            Self::StoreLocked { .. } | Self::HostFailed { .. } => None,
        }
    }

    /// The whole sentence, with the rule at its end.
    pub fn sentence(&self) -> String {
        self.to_string()
    }
}

impl LogoutError {
    pub(crate) fn configuration(rule: &str, detail: impl Into<String>) -> Self {
        Self::Configuration { rule: rule.to_owned(), detail: detail.into() }
    }

    pub(crate) fn request(rule: &str, detail: impl Into<String>) -> Self {
        Self::Request { rule: rule.to_owned(), detail: detail.into() }
    }

    pub(crate) fn redirect_uri(rule: &str, detail: impl Into<String>) -> Self {
        Self::RedirectUri { rule: rule.to_owned(), detail: detail.into() }
    }

    pub(crate) fn token(rule: &str, detail: impl Into<String>) -> Self {
        Self::MalformedToken { rule: rule.to_owned(), detail: detail.into() }
    }

    pub(crate) fn metadata(rule: &str, detail: impl Into<String>) -> Self {
        Self::Metadata { rule: rule.to_owned(), detail: detail.into(), retryable: false }
    }
}
