//! The identity provider behind the identity provider: what is known of each, as a table. Source: the list of supported
//! providers in Auth0's document on sign-out; the names are Auth0's.

use serde::Deserialize;

/// How the user signed in at the provider: with which other identity provider, or with an account of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum Connection {
    /// AOL.
    Aol,
    /// An account of the provider's own: there is no session behind it.
    Database,
    /// Active Directory or LDAP through a connector.
    AdLdap,
    /// A custom connection: Passport, WS-Federation or SAML.
    Custom,
    /// Facebook.
    Facebook,
    /// Fitbit.
    Fitbit,
    /// GitHub.
    Github,
    /// Google, of either kind.
    Google,
    /// Google Workspace, formerly Apps.
    GoogleApps,
    /// Google accounts by OAuth 2.0.
    GoogleOauth2,
    /// LinkedIn.
    Linkedin,
    /// Microsoft, of any kind.
    Microsoft,
    /// Microsoft Active Directory.
    ActiveDirectory,
    /// Active Directory Federation Services.
    Adfs,
    /// Microsoft 365, formerly Office 365.
    Office365,
    /// Personal Microsoft accounts.
    WindowsLive,
    /// OAuth of either version.
    Oauth,
    /// OAuth 1.0.
    Oauth1,
    /// OAuth 2.0.
    Oauth2,
    /// Salesforce.
    Salesforce,
    /// A Salesforce community.
    SalesforceCommunity,
    /// A Salesforce sandbox.
    SalesforceSandbox,
    /// SAML.
    Samlp,
    /// X, formerly Twitter.
    Twitter,
    /// Microsoft Entra ID, formerly Windows Azure Active Directory.
    Waad,
    /// WS-Federation.
    WsFed,
    /// Yahoo.
    Yahoo,
    /// Yammer, now Viva Engage.
    Yammer,
}

/// What is known of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Traits {
    /// Whether there is a session behind the provider at all.
    pub(crate) has_session: bool,
    /// A social provider: it may not honour the redirect address.
    pub(crate) social: bool,
    /// Whether its sign-out needs the developer's own client identifier and secret in the provider's settings.
    pub(crate) own_client: bool,
    /// SAML: its sign-out address is configured at the provider, its SessionIndex may be missing.
    pub(crate) saml: bool,
    /// Whether its sign-out can carry an access token of its own.
    pub(crate) takes_token: bool,
}

const ENTERPRISE: Traits =
    Traits { has_session: true, social: false, own_client: false, saml: false, takes_token: false };
const SOCIAL: Traits = Traits { social: true, own_client: true, ..ENTERPRISE };

impl Connection {
    /// The row of this connection.
    pub(crate) fn traits(self) -> Traits {
        match self {
            Self::Database => Traits { has_session: false, ..ENTERPRISE },
            Self::Facebook => Traits { takes_token: true, ..SOCIAL },
            Self::Aol
            | Self::Fitbit
            | Self::Github
            | Self::Google
            | Self::GoogleOauth2
            | Self::Linkedin
            | Self::Microsoft
            | Self::WindowsLive
            | Self::Oauth
            | Self::Oauth1
            | Self::Oauth2
            | Self::Salesforce
            | Self::SalesforceCommunity
            | Self::SalesforceSandbox
            | Self::Twitter
            | Self::Yahoo
            | Self::Yammer => SOCIAL,
            // A custom connection may be SAML, and nobody else can tell.
            Self::Custom | Self::Samlp => Traits { saml: true, ..ENTERPRISE },
            // Auth0's note names Google without a difference between its kinds.
            Self::GoogleApps => Traits { own_client: true, ..ENTERPRISE },
            Self::AdLdap | Self::ActiveDirectory | Self::Adfs | Self::Office365 | Self::Waad | Self::WsFed => {
                ENTERPRISE
            }
        }
    }
}
