//! Providers as data: the public enum, and the one place that turns a provider into its row.

mod ad_fs;
pub(crate) mod allow_list;
mod apple;
mod auth0;
mod azure_b2c;
mod central_auth;
mod cognito;
mod discord;
mod entra;
mod entra_external_id;
mod github;
mod google;
mod keycloak;
mod oidc;
mod okta;
pub(crate) mod parameters;
mod passport;
mod ping;
pub(crate) mod row;
mod salesforce;
mod slack;

use serde::Deserialize;

use crate::error::LogoutError;
use crate::secret::display_as_debug;
use row::Row;

/// Addresses that stand in for what the provider's metadata says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
#[serde(deny_unknown_fields)]
pub struct Endpoints {
    /// Wire name `end_session_endpoint`, RP-Initiated Logout 1.0 §2.1.
    #[uniffi(default)]
    pub end_session: Option<String>,
    /// Wire name `revocation_endpoint`, RFC 8414 §2.
    #[uniffi(default)]
    pub revocation: Option<String>,
    /// Wire name `authorization_endpoint`, OpenID Connect Discovery 1.0 §3.
    #[uniffi(default)]
    pub authorization: Option<String>,
}

/// Other names for the parameters of the end-session request; an absent one keeps the standard name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
#[serde(deny_unknown_fields)]
pub struct ParameterNames {
    /// For `post_logout_redirect_uri`.
    #[uniffi(default)]
    pub redirect_uri: Option<String>,
    /// For `id_token_hint`.
    #[uniffi(default)]
    pub id_token_hint: Option<String>,
    /// For `client_id`.
    #[uniffi(default)]
    pub client_id: Option<String>,
    /// For `state`.
    #[uniffi(default)]
    pub state: Option<String>,
    /// For `logout_hint`.
    #[uniffi(default)]
    pub logout_hint: Option<String>,
    /// For `ui_locales`.
    #[uniffi(default)]
    pub ui_locales: Option<String>,
}

/// Which of Auth0's two endpoints ends the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum Auth0Endpoint {
    /// `/v2/logout`, which every tenant has.
    V2Logout,
    /// `/oidc/logout`, RP-Initiated Logout 1.0.
    OidcLogout,
}

/// The identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, uniffi::Enum)]
#[uniffi::export(Debug, Display, Eq, Hash)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Provider {
    /// Any provider with OpenID Connect metadata, or with addresses given here.
    Oidc {
        /// The issuer, byte for byte as in its ID tokens. Wire name `issuer`, OpenID Connect Discovery 1.0 §3.
        issuer: String,
        /// Addresses that are known; the others are looked up at the issuer.
        #[uniffi(default)]
        endpoints: Option<Endpoints>,
        /// Other names for the parameters.
        #[uniffi(default)]
        parameter_names: Option<ParameterNames>,
        /// Leave `client_id` out: for a provider that refuses it beside an ID token.
        #[uniffi(default)]
        #[serde(default)]
        omit_client_id: bool,
        /// The issuer was named by a user or tenant: refuse addresses of this machine and of private networks. Only
        /// with the built-in transport, the only one that sees the resolved address.
        #[uniffi(default)]
        #[serde(default)]
        dynamic: bool,
    },
    /// Microsoft Entra ID in its public and national clouds.
    Entra {
        /// The authority, such as `https://login.microsoftonline.com/{tenant}`.
        authority: String,
    },
    /// Azure AD B2C.
    AzureB2c {
        /// The authority with its policy: `https://{tenant}.b2clogin.com/{tenant}.onmicrosoft.com/{policy}`, or the same
        /// without the policy and with `?p={policy}`. The path may begin with `tfp`.
        authority: String,
        /// The tenant's own domains, without scheme: only these and b2clogin.com are believed to be Microsoft's.
        #[uniffi(default)]
        #[serde(default)]
        known_authorities: Vec<String>,
    },
    /// Microsoft Entra External ID.
    EntraExternalId {
        /// The authority: `https://{tenant}.ciamlogin.com`.
        authority: String,
    },
    /// Active Directory Federation Services.
    AdFs {
        /// The issuer, such as `https://fs.example.com/adfs`.
        issuer: String,
    },
    /// Auth0.
    Auth0 {
        /// The tenant's domain, or its custom domain.
        domain: String,
        /// Which endpoint; absent means `V2Logout`.
        #[uniffi(default)]
        endpoint: Option<Auth0Endpoint>,
        /// Leave `client_id` out: then the tenant's list of allowed logout URLs counts, not the application's.
        #[uniffi(default)]
        #[serde(default)]
        omit_client_id: bool,
        /// The application's Allowed Logout URLs; with them a target is checked before leaving. Empty means not known.
        #[uniffi(default)]
        #[serde(default)]
        allowed_logout_urls: Vec<String>,
        /// The tenant's Allowed Logout URLs.
        #[uniffi(default)]
        #[serde(default)]
        tenant_allowed_logout_urls: Vec<String>,
    },
    /// Immutable Passport.
    Passport {
        /// Its domain; absent means the public one.
        #[uniffi(default)]
        domain: Option<String>,
    },
    /// CentralAuth.
    CentralAuth {
        /// Its base address; absent means the public one.
        #[uniffi(default)]
        base_url: Option<String>,
        /// Whether the organisation has `autologin` enabled: only then is there a session beyond the app's own.
        #[uniffi(default)]
        #[serde(default)]
        autologin: bool,
    },
    /// Keycloak.
    Keycloak {
        /// The server's address, with `/auth` where it has that.
        server_url: String,
        /// The realm, as it is called.
        realm: String,
        /// End the session by a direct request with the refresh token where there is one: no browser is needed then.
        #[uniffi(default)]
        #[serde(default)]
        direct: bool,
    },
    /// Okta.
    Okta {
        /// The issuer: the organisation's address, or that of a custom server.
        issuer: String,
    },
    /// Amazon Cognito.
    Cognito {
        /// The domain of the hosted sign-in.
        domain: String,
    },
    /// Google accounts.
    Google,
    /// Sign in with Apple.
    Apple,
    /// PingOne, PingFederate and PingAM.
    Ping {
        /// The issuer.
        issuer: String,
    },
    /// Salesforce.
    Salesforce {
        /// The organisation's My Domain.
        domain: String,
    },
    /// GitHub.
    Github,
    /// Slack.
    Slack,
    /// Discord.
    Discord,
}

display_as_debug!(Endpoints, ParameterNames, Provider);

impl Provider {
    /// An OpenID provider that keeps to the standard names and is configured, not named by a user. Endpoints that are not
    /// given are looked up in its metadata.
    pub fn oidc(issuer: impl Into<String>, endpoints: Endpoints) -> Self {
        Self::Oidc {
            issuer: issuer.into(),
            endpoints: Some(endpoints),
            parameter_names: None,
            omit_client_id: false,
            dynamic: false,
        }
    }
}

impl Provider {
    /// The row of this provider: everything the road needs to know about it.
    pub(crate) fn row(&self, client_id: &str) -> Result<Row, LogoutError> {
        match self {
            Self::Oidc { issuer, endpoints, parameter_names, omit_client_id, dynamic } => {
                let (endpoints, names) = (endpoints.clone().unwrap_or_default(), parameter_names.clone());
                let row = oidc::row(issuer, &endpoints, &names.unwrap_or_default(), *dynamic)?;
                Ok(if *omit_client_id { oidc::without_client_id(row) } else { row })
            }
            Self::Entra { authority } => entra::row(authority),
            Self::AzureB2c { authority, known_authorities } => azure_b2c::row(authority, known_authorities),
            Self::EntraExternalId { authority } => entra_external_id::row(authority),
            Self::AdFs { issuer } => ad_fs::row(issuer),
            Self::Auth0 { domain, endpoint, omit_client_id, allowed_logout_urls, tenant_allowed_logout_urls } => {
                let lists = auth0::Lists {
                    application: allowed_logout_urls,
                    tenant: tenant_allowed_logout_urls,
                    names_client: !omit_client_id,
                };
                auth0::row(domain, endpoint.unwrap_or(Auth0Endpoint::V2Logout), &lists)
            }
            Self::Passport { domain } => passport::row(domain.as_deref()),
            Self::CentralAuth { base_url, autologin } => central_auth::row(base_url.as_deref(), *autologin),
            Self::Keycloak { server_url, realm, direct } => keycloak::row(server_url, realm, *direct),
            Self::Okta { issuer } => okta::row(issuer),
            Self::Cognito { domain } => cognito::row(domain),
            Self::Google => Ok(google::row()),
            Self::Apple => Ok(apple::row()),
            Self::Ping { issuer } => ping::row(issuer),
            Self::Salesforce { domain } => salesforce::row(domain),
            Self::Github => Ok(github::row(client_id)),
            Self::Slack => Ok(slack::row()),
            Self::Discord => Ok(discord::row()),
        }
    }

    /// The row for another authority of the same provider, named by one request.
    pub(crate) fn row_at(&self, configured: &Row, authority: &str) -> Result<Row, LogoutError> {
        match self {
            Self::Entra { .. } => entra::row_at(configured, authority),
            Self::AzureB2c { known_authorities, .. } => azure_b2c::row_at(configured, authority, known_authorities),
            _ => Err(LogoutError::request("REQ-08", "this provider has no other authority; leave it out")),
        }
    }
}
