//! The plan: every effect in order, before any of it happens. Pure: it is given everything and touches nothing.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::account::{Token, TokenKind};
use crate::cache::Leaver;
use crate::config::{ClientConfig, Home};
use crate::cookie::Cookie;
use crate::end_session::Draft;
use crate::navigation::{LogoutMode, PopupWindow};
use crate::provider::row::{CallDialect, DirectCall, Endpoint, ReturnCondition, RevocationScope};
use crate::query::split;
use crate::secret::{Secret, display_as_debug};

/// What should be known before it happens.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, uniffi::Enum)]
#[uniffi::export(Debug, Display, Eq, Hash)]
#[serde(rename_all = "snake_case")]
pub enum PlanWarning {
    /// The provider brings the browser back only under conditions.
    MayNotReturn {
        /// The condition.
        why: ReturnCondition,
    },
    /// The popup has no address to return to, so it stays open at the provider.
    PopupStaysOpen,
    /// The provider's session is not ended: the next sign-in may need no password.
    ProviderSessionRemains,
    /// The provider has no end-session endpoint.
    NoEndSessionEndpoint,
    /// The user will be asked which account to sign out of.
    AccountPickerWillShow {
        /// How to avoid it.
        cure: String,
    },
    /// The provider will ask the user whether to sign out.
    ConfirmationWillShow {
        /// How to make it less likely.
        cure: String,
    },
    /// The cached ID token cannot be used as a hint.
    DamagedIdToken {
        /// Whose.
        account: String,
        /// The rule it breaks.
        rule: String,
    },
    /// The ID token was left out, since the address would have been too long.
    HintDropped,
    /// The record of this sign-out could not be written: its return cannot be matched, and nothing of it is repeated.
    NotRecorded,
    /// The same sign-out is under way already, so no page was opened for it now. Where none shows, since the app ended
    /// before it did, ask again after a minute.
    AlreadyUnderWay,
    /// The store changes key by key: a sign-in or a refresh at the same moment may leave entries that no later step sees.
    StoreNotAtomic,
    /// The scheme of the redirect address has no dot, so any app may claim it.
    SchemeWithoutDot,
    /// The redirect address names `localhost`, which may not be loopback; use 127.0.0.1.
    LocalhostByName,
    /// The user signed in with other cookies than those of the browser that signs out.
    DifferentCookieJar,
    /// An endpoint lies on another host than the issuer.
    EndpointOnOtherHost {
        /// The host.
        host: String,
    },
    /// The provider's metadata names an address that is not https; it is not used.
    InsecureEndpoint {
        /// The metadata member.
        member: String,
    },
    /// The provider's addresses could not be looked up, or what was found is not believed.
    MetadataRefused {
        /// The rule that decided, `DISC-01` and following.
        rule: String,
    },
    /// Only the provider can tell whether its list of allowed addresses admits the redirect address.
    AllowListUncertain,
    /// The connection's sign-out works only with the developer's own client identifier and secret in the provider's
    /// settings.
    ConnectionNeedsOwnClient,
    /// There is no session behind the provider: the account is its own.
    NothingBehindProvider,
    /// What the request asks of the browser is not used, since none is sent anywhere.
    OptionUnused {
        /// The field of the request.
        option: String,
    },
    /// A SAML connection needs a logout URL in the provider's settings; without one its login URL is used.
    SamlLogoutUrlNeeded,
    /// A SAML sign-out fails where the sign-in brought no SessionIndex.
    SamlSessionIndexNeeded,
    /// Other apps of the same user are signed out too.
    OtherAppsSignedOut,
    /// Revoking the tokens ends more than this session.
    RevocationReachesFurther {
        /// What it ends.
        scope: RevocationScope,
    },
    /// The provider cannot revoke this kind of token: it stays valid until it expires.
    TokenStaysValid {
        /// The kind.
        token: TokenKind,
    },
}

impl PlanWarning {
    /// Whether it says what will become of the browser.
    pub(crate) fn foretells_the_browser(&self) -> bool {
        matches!(
            self,
            Self::MayNotReturn { .. }
                | Self::PopupStaysOpen
                | Self::AccountPickerWillShow { .. }
                | Self::ConfirmationWillShow { .. }
                | Self::HintDropped
                | Self::DifferentCookieJar
                | Self::AllowListUncertain
        )
    }
}

/// One effect.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Enum)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub enum LogoutStep {
    /// Remove cached entries. The keys are looked up again when it runs.
    Clear {
        /// Whose; everyone's where `everyone` is set.
        accounts: Vec<String>,
        /// Whether every account of this client leaves.
        everyone: bool,
        /// The keys as they are now.
        keys: Vec<String>,
        /// The cookies that the host is told to delete.
        cookies: Vec<Cookie>,
    },
    /// End the session at the provider by a direct request.
    Call {
        /// Whose session.
        account: String,
        /// The endpoint.
        endpoint: String,
    },
    /// Send the browser to the provider.
    Navigate {
        /// The endpoint without our parameters; absent where it has to be looked up first.
        endpoint: Option<String>,
        /// How the browser is used.
        mode: LogoutMode,
        /// Where it returns to.
        redirect_uri: Option<String>,
        /// The names of the parameters that are sent.
        parameters: Vec<String>,
    },
    /// Revoke one token.
    Revoke {
        /// Whose.
        account: String,
        /// Which.
        token: TokenKind,
        /// The endpoint; absent where it has to be looked up first.
        endpoint: Option<String>,
    },
}

display_as_debug!(PlanWarning, LogoutStep);

impl LogoutStep {
    /// For printing: what an app puts into the query of its own page may be a secret.
    fn without_query(self) -> Self {
        match self {
            Self::Navigate { endpoint, mode, redirect_uri, parameters } => {
                let redirect_uri = redirect_uri.map(|uri| split(&uri).0.to_owned());
                Self::Navigate { endpoint, mode, redirect_uri, parameters }
            }
            other => other,
        }
    }
}

/// The navigation, as far as it is known beforehand.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Departure {
    pub(crate) endpoint: Option<String>,
    pub(crate) draft: Draft,
    /// The same where the ID token of an earlier sign-out says who asks.
    pub(crate) named: Draft,
    /// The names of the parameters, in order.
    pub(crate) parameters: Vec<String>,
    pub(crate) mode: LogoutMode,
    pub(crate) popup: Option<PopupWindow>,
    pub(crate) main_window_redirect_uri: Option<String>,
    pub(crate) because: BrowserNeed,
    /// Whether the provider may ask the user, also with an ID token.
    pub(crate) may_ask: bool,
    /// Whether the provider documents a sign-out in a hidden frame.
    pub(crate) frame_documented: bool,
}

/// Why a browser has to go there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum BrowserNeed {
    /// No other way ends the session.
    OnlyWay,
    /// A direct request could, and is not configured.
    NotConfigured,
    /// A direct request could, and no token names the session.
    NoToken,
    /// A direct request ends one session, and everyone leaves.
    Everyone,
}

/// A direct request, and the token that names the session.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct PlannedCall {
    pub(crate) call: DirectCall,
    pub(crate) account: String,
    /// Of the token; none of an ID token.
    pub(crate) kind: Option<TokenKind>,
    pub(crate) token: Secret,
}

/// Why the provider cannot be asked to end its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Obstacle {
    /// The provider names no end-session endpoint.
    NoEndpoint,
    /// The one that it names is refused.
    EndpointRefused,
    /// No token names the session.
    NoToken,
}

/// What of the session elsewhere a sign-out leaves that asks nobody, and the quietest way to end it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Remainder {
    /// The app's own session is the only one.
    Nothing,
    /// A direct request would end it.
    ByRequest,
    /// A direct request could, and this client cannot send it.
    Barred(Barrier),
    /// A direct request could, and no token names the session.
    NoToken,
    /// The provider's page would end it.
    ByPage(BrowserNeed),
    /// Nothing ends it.
    Endless,
}

/// Why a client cannot send a direct request that another could.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Barrier {
    /// It is on a device, and the request needs the client's secret.
    OnDevice,
    /// The secret is not configured.
    NoSecret,
}

impl Barrier {
    pub(crate) fn of(config: &ClientConfig, call: &DirectCall) -> Option<Self> {
        match call.dialect {
            CallDialect::TokenAsText if config.home == Home::Device => Some(Self::OnDevice),
            CallDialect::TokenAsText if config.client_secret.is_none() => Some(Self::NoSecret),
            CallDialect::TokenAsText | CallDialect::RefreshTokenForm => None,
        }
    }
}

/// A token and whose it is.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct OwnedToken {
    pub(crate) account: String,
    pub(crate) token: Token,
}

/// Every effect of one sign-out, in order, before any of it happens. Made by `LogoutClient.plan`; it prints without
/// secrets, compares by what it would do, and explains itself.
///
/// `state`, the time and a correlation identifier drawn at random are not in it: `run` draws them.
#[derive(Clone, PartialEq, Eq, Hash, uniffi::Object)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub struct LogoutPlan {
    /// The client that made it: another one refuses to run it.
    pub(crate) config: Arc<ClientConfig>,
    pub(crate) issuer: String,
    /// What was asked, as a number: a sign-out that is asked for twice is one.
    pub(crate) request: String,
    /// Whether everything is kept until the browser has come back.
    pub(crate) after_return: bool,
    /// Whether tokens are revoked.
    pub(crate) revokes: bool,
    /// The other authority that the request named.
    pub(crate) authority: Option<String>,
    pub(crate) leaver: Leaver,
    pub(crate) accounts: Vec<String>,
    pub(crate) keys: Vec<String>,
    pub(crate) cookies: Vec<Cookie>,
    pub(crate) call: Option<PlannedCall>,
    pub(crate) departure: Option<Departure>,
    /// Why the provider is not asked although it was to be.
    pub(crate) obstacle: Option<Obstacle>,
    pub(crate) remainder: Remainder,
    pub(crate) revocation: Endpoint,
    pub(crate) tokens: Vec<OwnedToken>,
    pub(crate) warnings: Vec<PlanWarning>,
    pub(crate) return_to: Option<String>,
    pub(crate) correlation_id: Option<String>,
    pub(crate) ticket: Option<Secret>,
    /// The origin of the page that holds the hidden frame.
    pub(crate) frame_parent: Option<String>,
}

#[uniffi::export]
impl LogoutPlan {
    /// The effects in the order in which they will happen.
    pub fn steps(&self) -> Vec<LogoutStep> {
        let clear = LogoutStep::Clear {
            accounts: self.accounts.clone(),
            everyone: self.leaver == Leaver::Everyone,
            keys: self.keys.clone(),
            cookies: self.cookies.clone(),
        };
        let navigate = self.departure.as_ref().map(|departure| LogoutStep::Navigate {
            endpoint: departure.endpoint.clone(),
            mode: departure.mode,
            redirect_uri: departure.draft.redirect_uri.clone(),
            parameters: departure.parameters.clone(),
        });
        let endpoint = match &self.revocation {
            Endpoint::Known(address) => Some(address.clone()),
            Endpoint::Discovered | Endpoint::Missing => None,
        };
        let can_revoke = self.revocation != Endpoint::Missing;
        let revoke = self.tokens.iter().filter(|_| can_revoke).map(|owned| LogoutStep::Revoke {
            account: owned.account.clone(),
            token: owned.token.kind,
            endpoint: endpoint.clone(),
        });
        let call = self.call.as_ref().map(|planned| LogoutStep::Call {
            account: planned.account.clone(),
            endpoint: planned.call.endpoint.clone(),
        });
        if self.after_return {
            return navigate.into_iter().chain([clear]).chain(revoke).collect();
        }
        std::iter::once(clear).chain(call).chain(navigate).chain(revoke).collect()
    }

    /// What should be known before it happens.
    pub fn warnings(&self) -> Vec<PlanWarning> {
        self.warnings.clone()
    }
}

impl LogoutPlan {
    /// Whether the provider is asked to end its session, by browser or directly.
    pub(crate) fn asks_provider(&self) -> bool {
        self.departure.is_some() || self.call.is_some()
    }
}

impl fmt::Debug for LogoutPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps: Vec<LogoutStep> = self.steps().into_iter().map(LogoutStep::without_query).collect();
        f.debug_struct("LogoutPlan").field("steps", &steps).field("warnings", &self.warnings).finish()
    }
}
