//! The columns of the provider table. What is not a column is a named function in the provider's own file.

use url::Url;

use crate::error::LogoutError;
use crate::request::Reach;

/// Where an endpoint's address comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Endpoint {
    /// Configured or documented.
    Known(String),
    /// To be read from the provider's metadata.
    Discovered,
    /// The provider has none.
    Missing,
}

impl Endpoint {
    pub(crate) fn known_or_discovered(address: Option<&String>) -> Self {
        address.map_or(Self::Discovered, |known| Self::Known(known.clone()))
    }
}

/// What the provider calls the parameters; an absent one is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Names {
    pub(crate) redirect_uri: &'static str,
    pub(crate) correlation_id: Option<&'static str>,
    pub(crate) id_token_hint: &'static str,
    pub(crate) client_id: Option<&'static str>,
    pub(crate) state: &'static str,
    pub(crate) logout_hint: &'static str,
    pub(crate) ui_locales: &'static str,
}

impl Names {
    /// RP-Initiated Logout 1.0 §2.
    pub(crate) const STANDARD: Self = Self {
        redirect_uri: "post_logout_redirect_uri",
        correlation_id: None,
        id_token_hint: "id_token_hint",
        client_id: Some("client_id"),
        state: "state",
        logout_hint: "logout_hint",
        ui_locales: "ui_locales",
    };

    /// Every name that only exeunt may write.
    pub(crate) fn reserved(&self) -> impl Iterator<Item = &'static str> {
        [Some(self.redirect_uri), self.correlation_id, Some(self.id_token_hint), Some("client_id"), Some(self.state)]
            .into_iter()
            .flatten()
            .chain([self.logout_hint, self.ui_locales, "post_logout_redirect_uri"])
    }
}

/// A documented condition under which the browser does not come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum ReturnCondition {
    /// No redirect address is sent.
    NoRedirectUri,
    /// The address must be registered with the provider.
    MustBeRegistered,
    /// The user must have a live session with the provider.
    NeedsActiveSession,
    /// Personal accounts need a front-channel sign-out address in the app registration.
    NeedsFrontChannelUrl,
}

/// One provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) issuer: String,
    pub(crate) end_session: Endpoint,
    pub(crate) revocation: Endpoint,
    pub(crate) authorization: Endpoint,
    pub(crate) names: Names,
    /// Whether the ID token of the leaving account is sent without being asked for.
    pub(crate) sends_id_token: bool,
    /// The claim that gives `logout_hint`, and the cure where it is missing.
    pub(crate) logout_hint_claim: Option<HintClaim>,
    /// Whether the page that asked is the redirect target when nothing else is.
    pub(crate) inherits_page: bool,
    /// Whether the provider refuses a redirect without hint and client identifier.
    pub(crate) redirect_needs_identity: bool,
    /// Whether the endpoint takes a form as well as an address.
    pub(crate) accepts_post: bool,
    pub(crate) default_reach: Reach,
    /// How far this provider can be asked to go.
    pub(crate) farthest_reach: Reach,
    pub(crate) may_not_return: &'static [ReturnCondition],
    /// Hosts that name the same cloud in a token cache, the first being preferred.
    pub(crate) alias_hosts: Vec<String>,
    pub(crate) public_addresses_only: bool,
}

/// A claim of the ID token that spares the user an account picker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HintClaim {
    pub(crate) cure: &'static str,
}

/// An https address without fragment and user; http on loopback only, for tests.
pub(crate) fn endpoint_url(address: &str) -> Result<Url, &'static str> {
    if address.contains('#') {
        return Err("has a fragment");
    }
    if address.bytes().any(|byte| !(0x21..=0x7E).contains(&byte) || byte == b'\\') {
        return Err("contains a space, a control or non-ASCII character or a backslash");
    }
    let url = Url::parse(address).map_err(|_| "is not an absolute address")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("names a user");
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if crate::redirect_uri::is_loopback(&url) => Ok(url),
        _ => Err("is not https"),
    }
}

/// An issuer: an endpoint's rules, and no query (DISC-01).
pub(crate) fn check_issuer(issuer: &str) -> Result<Url, LogoutError> {
    let url = endpoint_url(issuer).map_err(|why| LogoutError::configuration("DISC-01", format!("the issuer {why}")))?;
    if url.query().is_some() {
        return Err(LogoutError::configuration("DISC-01", "the issuer has a query"));
    }
    Ok(url)
}

/// A configured endpoint, refused when the client is made.
pub(crate) fn check_endpoint(name: &str, endpoint: &Endpoint) -> Result<(), LogoutError> {
    match endpoint {
        Endpoint::Known(address) => endpoint_url(address)
            .map(|_| ())
            .map_err(|why| LogoutError::configuration("DISC-03", format!("the {name} endpoint {why}"))),
        Endpoint::Discovered | Endpoint::Missing => Ok(()),
    }
}
