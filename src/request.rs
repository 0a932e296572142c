//! What the app asks for.

use serde::Deserialize;

use crate::account::Account;
use crate::navigation::{LogoutMode, Parameter, PopupWindow};
use crate::secret::{Secret, display_as_debug};

/// Who is signed out. There is no default: leaving it out must not sign out everybody.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, uniffi::Enum)]
#[uniffi::export(Debug, Display, Eq, Hash)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Who {
    /// One account.
    This {
        /// The account.
        account: Account,
    },
    /// Every account in the cache of this client. Only on a device.
    Everyone,
}

/// Where the browser returns after the provider has finished.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, uniffi::Enum)]
#[uniffi::export(Debug, Display, Eq, Hash)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Redirect {
    /// Send none; the browser stays at the provider.
    Omit,
    /// Return to this registered address. Wire name `post_logout_redirect_uri`, RP-Initiated Logout 1.0 §2.
    Uri {
        /// The address, byte for byte as it is registered.
        uri: String,
    },
}

/// How far a sign-out goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Only this app's own tokens: nothing is sent anywhere. Other libraries call it a local sign-out.
    App,
    /// Also the session at the identity provider.
    Provider,
    /// Also the session at the provider behind the provider.
    Upstream,
}

/// What becomes of this app's session when the browser does not do what it was asked: the user cancels, the app stops it,
/// there is no browser, the provider cannot be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum OnCancel {
    /// The user leaves this app in any case: it is cleared first, then the browser goes.
    FinishLocally,
    /// The user stays signed in: the browser goes first, and nothing is cleared before it is back. Whoever never comes back
    /// and never cancels has asked to leave: after 15 minutes `resume` clears. Where no return can be asked for, since
    /// nothing at hand names the app to the provider, it is cleared at once; the plan says so.
    KeepEverything,
}

/// One sign-out. Every absent value means "as configured".
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
#[serde(deny_unknown_fields)]
pub struct EndSessionRequest {
    /// Who is signed out.
    pub who: Who,
    /// Where the browser returns; absent inherits from the configuration, then from `initiating_page` where the
    /// provider's documents say so.
    #[uniffi(default)]
    pub redirect: Option<Redirect>,
    /// The page on which the user asked; its query and fragment are cut off before use.
    #[uniffi(default)]
    pub initiating_page: Option<Secret>,
    /// Where the app's own page goes once `complete` has answered; never sent to the provider.
    #[uniffi(default)]
    pub return_to: Option<String>,
    /// Another authority for this request, of the same cloud; absent means the configured one.
    #[uniffi(default)]
    pub authority: Option<String>,
    /// How the browser is used.
    #[uniffi(default)]
    pub mode: Option<LogoutMode>,
    /// How far the sign-out goes.
    #[uniffi(default)]
    pub reach: Option<Reach>,
    /// An ID token to send in any case, also when everyone leaves. Wire name `id_token_hint`, RP-Initiated Logout 1.0
    /// §2.
    #[uniffi(default)]
    pub id_token_hint: Option<Secret>,
    /// A hint to send in any case, also when everyone leaves. Wire name `logout_hint`, RP-Initiated Logout 1.0 §2.
    #[uniffi(default)]
    pub logout_hint: Option<Secret>,
    /// The caller's own state: sent behind ours, given back by `complete`. Wire name `state`, RP-Initiated Logout 1.0
    /// §2.
    #[uniffi(default)]
    pub state: Option<Secret>,
    /// Languages in order of preference, BCP 47. Wire name `ui_locales`, RP-Initiated Logout 1.0 §2.
    #[uniffi(default)]
    #[serde(default)]
    pub ui_locales: Vec<String>,
    /// Further parameters in this order. One that repeats a parameter of the request is refused.
    #[uniffi(default)]
    #[serde(default)]
    pub extra_parameters: Vec<Parameter>,
    /// An identifier for finding this sign-out in the provider's logs; drawn at random when absent. Wire name
    /// `client-request-id` at Microsoft's providers.
    #[uniffi(default)]
    pub correlation_id: Option<String>,
    /// Whether steps that end other devices or apps are allowed.
    #[uniffi(default)]
    #[serde(default)]
    pub everywhere: bool,
    /// Whether the page that asks is itself in a frame. Give `initiating_page` too, with its query: a page for front-channel
    /// notices that names a session which is not here signs nobody out.
    #[uniffi(default)]
    #[serde(default)]
    pub in_frame: bool,
    /// Size, place and name of the popup.
    #[uniffi(default)]
    pub popup: Option<PopupWindow>,
    /// Where the main window goes when the popup has closed.
    #[uniffi(default)]
    pub main_window_redirect_uri: Option<String>,
    /// Whether the tokens are revoked; absent means as configured.
    #[uniffi(default)]
    pub revoke_tokens: Option<bool>,
    /// What a cancelled sign-out leaves; absent means as configured.
    #[uniffi(default)]
    pub on_cancel: Option<OnCancel>,
    /// On a server: the ticket that this browser brought from an earlier sign-out, which this one then replaces.
    #[uniffi(default)]
    pub ticket: Option<Secret>,
}

impl EndSessionRequest {
    /// A request with nothing but who.
    pub fn new(who: Who) -> Self {
        Self {
            who,
            redirect: None,
            initiating_page: None,
            return_to: None,
            authority: None,
            mode: None,
            reach: None,
            id_token_hint: None,
            logout_hint: None,
            state: None,
            ui_locales: Vec::new(),
            extra_parameters: Vec::new(),
            correlation_id: None,
            everywhere: false,
            in_frame: false,
            popup: None,
            main_window_redirect_uri: None,
            revoke_tokens: None,
            on_cancel: None,
            ticket: None,
        }
    }

    /// The token that goes along to the session behind the provider.
    pub(crate) fn upstream_token(&self) -> Option<&Secret> {
        match &self.who {
            Who::This { account } => account.upstream_access_token.as_ref(),
            Who::Everyone => None,
        }
    }

    /// What it asks of the browser alone, by the names of its fields.
    pub(crate) fn browser_options(&self) -> impl Iterator<Item = &'static str> {
        let options = [
            ("redirect", matches!(self.redirect, Some(Redirect::Uri { .. }))),
            ("mode", self.mode.is_some()),
            ("id_token_hint", self.id_token_hint.is_some()),
            ("logout_hint", self.logout_hint.is_some()),
            ("state", self.state.is_some()),
            ("ui_locales", !self.ui_locales.is_empty()),
            ("extra_parameters", !self.extra_parameters.is_empty()),
            ("popup", self.popup.is_some()),
            ("main_window_redirect_uri", self.main_window_redirect_uri.is_some()),
            ("on_cancel", self.on_cancel == Some(OnCancel::KeepEverything)),
        ];
        options.into_iter().filter_map(|(name, given)| given.then_some(name))
    }
}

display_as_debug!(Who, Redirect, EndSessionRequest);
