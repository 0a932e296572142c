//! What is decided once, when the client is made.

use serde::{Deserialize, Serialize};

use crate::cookie::{self, Cookie};
use crate::error::LogoutError;
use crate::navigation::LogoutMode;
use crate::provider::Provider;
use crate::provider::row::{Endpoint, Row, check_endpoint};
use crate::query;
use crate::redirect_uri::{self, Policy};
use crate::registration::{self, ClientRegistration};
use crate::request::{OnCancel, Reach, Redirect};
use crate::secret::{Secret, display_as_debug};

/// Seconds for which tokens may be kept at most.
pub(crate) const LONGEST_KEEP: i64 = 7 * 24 * 60 * 60;

/// exeunt's own records live under this prefix and belong to no account.
pub(crate) const OWN_PREFIX: &str = "exeunt.";

/// Whose store this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum Home {
    /// One person's device: everyone may be signed out together.
    Device,
    /// Many users in one store: every call names one session, and `complete` wants the ticket of the browser that left.
    Server,
}

/// How the host names its cached entries.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, uniffi::Enum)]
#[uniffi::export(Debug, Display, Eq, Hash)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CacheLayout {
    /// The host's own naming: `prefix`, account, entry, joined by `separator`. The entries `id_token`,
    /// `access_token` and `refresh_token` are read; all entries of the account are cleared.
    Prefix {
        /// The first segment or segments, such as `session`.
        prefix: String,
        /// What stands between segments, such as `:`.
        separator: String,
    },
    /// MSAL's common cache: browser schemas 0, 2 and 3, and the native one without prefix.
    Msal,
    /// The cache of auth0-spa-js 1 and 2 in the browser's storage, and the cookies that it sets for this client. The
    /// account is the subject of the ID token. Where the library was given a cookie domain, name its cookies with that
    /// domain in `cookies` of the configuration. Its transactions stay: they are sign-ins that have not come back.
    Auth0Spa,
    /// What the credentials managers of Auth0.swift and Auth0.Android keep under their default names, in a store of
    /// their own: one user's credentials. The account is the subject of the ID token. Encrypted or archived credentials
    /// do not say whose they are; they are cleared when everyone leaves.
    Auth0Native {
        /// The audiences of credentials for single APIs: their keys are the audience, alone or with scopes, so that no
        /// others can be recognised.
        #[uniffi(default)]
        #[serde(default)]
        audiences: Vec<String>,
    },
    /// The user entry of oidc-client-ts, which Immutable Passport has too. The account is the subject of the ID token.
    /// Entries of pending requests stay: they hold no session and do not say whose they are.
    OidcClient {
        /// The authority as the library was given it, byte for byte: it is part of the key.
        authority: String,
    },
    /// The token storage of okta-auth-js under its default name; tokens are removed at once. The account is the subject
    /// of the ID token. Its other storages stay: they hold the provider's metadata and sign-ins that have not come back.
    OktaAuthJs,
    /// The tokens of Amplify and of amazon-cognito-identity-js. The account is the user name in the key. What remembers
    /// the device stays.
    Amplify,
    /// keycloak-js, which keeps tokens in memory only, where exeunt does not see them: nothing is cleared. Give the ID
    /// token and the tokens to revoke with the account. Entries of pending sign-ins stay.
    KeycloakJs,
}

/// How the app proves who it is to the revocation endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// In the `Authorization` header, form-encoded first. Wire name `client_secret_basic`, RFC 6749 §2.3.1.
    SecretBasic,
    /// In the body. Wire name `client_secret_post`, RFC 6749 §2.3.1.
    SecretPost,
}

/// Which cookies a browser session sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum BrowserMode {
    /// The browser's own cookies.
    Shared,
    /// Cookies of this one session only.
    Ephemeral,
}

/// The configuration of a `LogoutClient`. Every absent value means the provider's default.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
#[serde(deny_unknown_fields)]
pub struct ClientConfig {
    /// The app's identifier at the provider. Wire name `client_id`, RFC 6749 §2.2.
    pub client_id: String,
    /// The provider.
    pub provider: Provider,
    /// Whose store this is.
    pub home: Home,
    /// How the cache is named.
    pub layout: CacheLayout,
    /// The app's secret; only on a server. Wire name `client_secret`, RFC 6749 §2.3.1.
    #[uniffi(default)]
    pub client_secret: Option<Secret>,
    /// How the secret is sent; absent means `SecretBasic`.
    #[uniffi(default)]
    pub client_authentication: Option<ClientAuthentication>,
    /// Every address that a browser may be sent to, byte for byte as registered: post-logout redirects, `return_to`,
    /// `main_window_redirect_uri`. Where it is empty and `Auth0` is told its lists of allowed logout URLs, those say where a
    /// browser may return to; where it is not, both have to admit an address.
    #[uniffi(default)]
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Where the browser returns unless a request says otherwise. Wire name `post_logout_redirect_uri`, RP-Initiated
    /// Logout 1.0 §2.
    #[uniffi(default)]
    pub post_logout_redirect_uri: Option<Redirect>,
    /// The sign-in redirect address to which `proof` asks the provider to answer. Wire name `redirect_uri`, OpenID
    /// Connect Core 1.0 §3.1.2.1.
    #[uniffi(default)]
    pub redirect_uri: Option<String>,
    /// Whether http addresses other than loopback are accepted as redirect targets.
    #[uniffi(default)]
    #[serde(default)]
    pub allow_http: bool,
    /// How the browser is used unless a request says otherwise.
    #[uniffi(default)]
    pub mode: Option<LogoutMode>,
    /// How far a sign-out goes unless a request says otherwise.
    #[uniffi(default)]
    pub reach: Option<Reach>,
    /// Whether tokens are revoked unless a request says otherwise; absent means yes where the provider can.
    #[uniffi(default)]
    pub revoke_tokens: Option<bool>,
    /// Whether a redirect may start inside a frame.
    #[uniffi(default)]
    #[serde(default)]
    pub allow_redirect_in_frame: bool,
    /// Send the request as a form even where the address is short; only on a server.
    #[uniffi(default)]
    #[serde(default)]
    pub prefer_form_post: bool,
    /// Keep the user's ID token out of the request, and with it out of the browser's history, where the client identifier
    /// or a logout hint goes along; at `/oidc/logout` of Auth0 its session identifier does. The provider may ask the user
    /// then, which the plan says. An `id_token_hint` given with the request is sent all the same.
    #[uniffi(default)]
    #[serde(default)]
    pub minimise_hints: bool,
    /// The browser session in which the user signed in.
    #[uniffi(default)]
    pub sign_in_browser: Option<BrowserMode>,
    /// The browser session in which the user signs out; it must see the same cookies.
    #[uniffi(default)]
    pub sign_out_browser: Option<BrowserMode>,
    /// What a cancelled sign-out leaves; absent means `FinishLocally`. Providers whose documents clear first know nothing
    /// else.
    #[uniffi(default)]
    pub on_cancel: Option<OnCancel>,
    /// Seconds for which tokens that could not be revoked yet are kept for `resume`; absent means 24 hours, at most 7 days.
    #[uniffi(default)]
    pub keep_tokens_seconds: Option<i64>,
    /// The app's own session cookies, which a sign-out deletes; those of the cache layout come by themselves.
    #[uniffi(default)]
    #[serde(default)]
    pub cookies: Vec<Cookie>,
    /// For the registration: the page that the provider opens in a hidden frame to sign out, on scheme, host and port of
    /// one of the redirect addresses above. Https; http only with a `client_secret`, with `allow_http`, and where the
    /// provider takes it. Wire name `frontchannel_logout_uri`, Front-Channel Logout 1.0 §2.
    #[uniffi(default)]
    pub frontchannel_logout_uri: Option<String>,
    /// For the registration: whether the provider has to name issuer and session there. Wire name
    /// `frontchannel_logout_session_required`, Front-Channel Logout 1.0 §2.
    #[uniffi(default)]
    #[serde(default)]
    pub frontchannel_logout_session_required: bool,
    /// For the registration: where the provider posts logout tokens; https as above, on any host. Wire name
    /// `backchannel_logout_uri`, Back-Channel Logout 1.0 §2.2.
    #[uniffi(default)]
    pub backchannel_logout_uri: Option<String>,
    /// For the registration: whether a logout token has to name the session. Wire name
    /// `backchannel_logout_session_required`, Back-Channel Logout 1.0 §2.2.
    #[uniffi(default)]
    #[serde(default)]
    pub backchannel_logout_session_required: bool,
}

impl ClientConfig {
    /// A configuration with the necessary values; everything else as the provider's documents have it.
    pub fn new(client_id: impl Into<String>, provider: Provider, home: Home, layout: CacheLayout) -> Self {
        Self {
            client_id: client_id.into(),
            provider,
            home,
            layout,
            client_secret: None,
            client_authentication: None,
            redirect_uris: Vec::new(),
            post_logout_redirect_uri: None,
            redirect_uri: None,
            allow_http: false,
            mode: None,
            reach: None,
            revoke_tokens: None,
            allow_redirect_in_frame: false,
            prefer_form_post: false,
            minimise_hints: false,
            sign_in_browser: None,
            sign_out_browser: None,
            on_cancel: None,
            keep_tokens_seconds: None,
            cookies: Vec::new(),
            frontchannel_logout_uri: None,
            frontchannel_logout_session_required: false,
            backchannel_logout_uri: None,
            backchannel_logout_session_required: false,
        }
    }
}

impl ClientConfig {
    /// Every address that a browser may be sent to, the default included.
    pub(crate) fn registered(&self) -> Vec<String> {
        let mut registered = self.redirect_uris.clone();
        if let Some(Redirect::Uri { uri }) = &self.post_logout_redirect_uri {
            registered.push(uri.clone());
        }
        registered
    }

    /// Whether this is the page for front-channel notices, whatever they say in its query.
    pub(crate) fn has_notices_at(&self, page: &Secret) -> bool {
        let address = |text| query::split(text).0;
        self.frontchannel_logout_uri.as_deref().is_some_and(|own| address(own) == address(page.reveal()))
    }

    /// What the app registers at the provider about signing out.
    pub(crate) fn registration(&self) -> ClientRegistration {
        let mut addresses = Vec::new();
        for uri in self.registered() {
            if !addresses.contains(&uri) {
                addresses.push(uri);
            }
        }
        ClientRegistration {
            post_logout_redirect_uris: addresses,
            frontchannel_logout_uri: self.frontchannel_logout_uri.clone(),
            frontchannel_logout_session_required: self.frontchannel_logout_session_required,
            backchannel_logout_uri: self.backchannel_logout_uri.clone(),
            backchannel_logout_session_required: self.backchannel_logout_session_required,
        }
    }

    /// Whether every address that a browser may be sent to is http on loopback; not where there is none.
    pub(crate) fn is_http_loopback(&self) -> bool {
        let mut addresses = self.registered();
        addresses.extend(self.redirect_uri.clone());
        !addresses.is_empty() && addresses.iter().all(|uri| redirect_uri::is_http_loopback(uri))
    }

    /// Refuses what cannot work, when the client is made.
    pub(crate) fn check(&self, row: &Row) -> Result<(), LogoutError> {
        let refuse = |rule: &str, detail: &str| Err(LogoutError::configuration(rule, detail));
        if self.client_id.is_empty() || self.client_id.len() > 512 || self.client_id.bytes().any(is_control) {
            return refuse("ATT-85", "client_id is empty, longer than 512 bytes or holds control characters");
        }
        if self.client_secret.as_ref().is_some_and(|secret| secret.reveal().bytes().any(is_control)) {
            return refuse("ATT-85", "client_secret holds control characters");
        }
        if self.client_secret.is_some() && self.home == Home::Device {
            return refuse("NAT-07", "a device cannot keep a client_secret; let your back end do what needs it");
        }
        if self.prefer_form_post && self.home == Home::Device {
            return refuse("RPI-13", "only a server writes pages; leave out prefer_form_post");
        }
        if self.prefer_form_post && !row.accepts_post {
            return refuse("RPI-13", "this provider takes no forms; leave out prefer_form_post");
        }
        if self.mode.is_some() && row.end_session == Endpoint::Missing {
            return refuse("MODE-01", "this provider has no page to open in any mode; leave out mode");
        }
        if self.client_authentication.is_some() && self.client_secret.is_none() {
            return refuse("REV-02", "client_authentication needs a client_secret");
        }
        if self.client_secret.is_some() && row.sends_plain_credentials() && self.client_id.contains(':') {
            return refuse(
                "REV-02",
                "this provider takes Basic credentials as they are, where client_id holds no colon",
            );
        }
        if self.on_cancel == Some(OnCancel::KeepEverything) {
            if row.clears_first {
                return Err(clears_first());
            }
            if row.end_session == Endpoint::Missing {
                return refuse("CAN-01", NOTHING_TO_WAIT_FOR);
            }
        }
        if self.keep_tokens_seconds.is_some_and(|seconds| !(0..=LONGEST_KEEP).contains(&seconds)) {
            return refuse("JRN-04", "keep_tokens_seconds is less than 0 or more than 7 days");
        }
        self.cookies.iter().try_for_each(Cookie::check)?;
        self.check_layout()?;
        self.check_addresses(row)
    }

    fn check_layout(&self) -> Result<(), LogoutError> {
        let refuse = |rule: &str, detail: &str| Err(LogoutError::configuration(rule, detail));
        match &self.layout {
            CacheLayout::Prefix { prefix, separator } => {
                let start = format!("{prefix}{separator}");
                if prefix.is_empty() || separator.is_empty() {
                    return refuse("HOME-03", "the layout Prefix needs a prefix and a separator");
                }
                if start.starts_with(OWN_PREFIX) || OWN_PREFIX.starts_with(&start) {
                    return refuse("HOME-03", "keys that begin with exeunt. are exeunt's own; use another prefix");
                }
            }
            _ if self.home == Home::Server => {
                return refuse("HOME-02", "on a server the cache's keys must begin with the account; use Prefix");
            }
            CacheLayout::Auth0Spa if !cookie::is_token(&self.client_id) => {
                return refuse(
                    "COOKIE-01",
                    "client_id is part of the layout's cookies and holds characters that none has",
                );
            }
            CacheLayout::OidcClient { authority } if authority.is_empty() => {
                return refuse("LAYOUT-08", "the layout OidcClient needs the authority that its keys name");
            }
            CacheLayout::Auth0Native { audiences } if audiences.iter().any(String::is_empty) => {
                return refuse("LAYOUT-08", "an audience is empty; leave it out");
            }
            CacheLayout::Auth0Native { audiences } if audiences.iter().any(|one| one.starts_with(OWN_PREFIX)) => {
                return refuse("HOME-03", "keys that begin with exeunt. are exeunt's own, not an audience");
            }
            _ => {}
        }
        Ok(())
    }

    fn check_addresses(&self, row: &Row) -> Result<(), LogoutError> {
        let endpoints = [("end-session", &row.end_session), ("revocation", &row.revocation)];
        for (name, endpoint) in endpoints.into_iter().chain([("authorization", &row.authorization)]) {
            check_endpoint(name, endpoint)?;
        }
        if let Endpoint::Known(address) = &row.end_session
            && query::carries(address, |name| row.parameters.reserve(name))
        {
            const OURS: &str = "the end-session endpoint already carries one of our parameters";
            return Err(LogoutError::configuration("RPI-04", OURS));
        }
        let mut registered = self.registered();
        registered.extend(self.redirect_uri.clone());
        let policy = Policy { registered: &registered, allow_http: self.allow_http, native: self.home == Home::Device };
        registered.iter().try_for_each(|uri| redirect_uri::well_formed(uri, policy).map(|_| ()))?;
        self.check_notices(&registered)
    }

    /// DISC-05: where the provider would tell the app of sign-outs.
    fn check_notices(&self, own: &[String]) -> Result<(), LogoutError> {
        let http = self.allow_http && self.client_secret.is_some();
        if let Some(uri) = &self.frontchannel_logout_uri {
            registration::check_notice_uri("frontchannel_logout_uri", uri, http)?;
            registration::check_same_origin("frontchannel_logout_uri", uri, own)?;
        }
        let back_channel = self.backchannel_logout_uri.as_ref();
        back_channel.map_or(Ok(()), |uri| registration::check_notice_uri("backchannel_logout_uri", uri, http))
    }
}

/// Where no page is opened, nothing can be kept until a browser is back.
pub(crate) const NOTHING_TO_WAIT_FOR: &str = "this provider has no page to come back from; leave out on_cancel";

/// The documents of this provider clear before the browser goes.
pub(crate) fn clears_first() -> LogoutError {
    LogoutError::configuration("CAN-01", "this provider's documents clear first; leave out on_cancel")
}

fn is_control(byte: u8) -> bool {
    byte < 0x20 || byte == 0x7F
}

display_as_debug!(CacheLayout, ClientConfig);
