//! Every provider, its layout and its home; a layout with one user and a server's ticket are rows of their own.

use exeunt::TokenKind::{self, AccessToken, RefreshToken};
use exeunt::{ClientConfig, LogoutMode};
use serde_json::{Value, json};

use crate::once::{Made, once};
use crate::world::{Answers, SIGN_IN};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Row {
    /// Addresses are looked up; tokens are revoked.
    Discovered,
    /// The address is given; no token is revoked.
    Given,
    /// A direct request with the refresh token.
    KeycloakDirect,
    Keycloak,
    /// MSAL's cache and its indexes.
    Entra,
    AzureB2c,
    ExternalId,
    AdFs,
    Auth0,
    Auth0Oidc,
    /// The cache of auth0-spa-js, which has one user.
    Auth0Spa,
    Passport,
    Cognito,
    Okta,
    Ping,
    Salesforce,
    Google,
    Apple,
    Github,
    Slack,
    Discord,
    /// A back end that ends the session by a direct request.
    CentralAuth,
    /// A back end whose browser comes back with a ticket.
    Server,
}

/// What distinguishes a row from the first of all.
struct Facts {
    provider: &'static str,
    /// As in its ID tokens.
    issuer: &'static str,
    /// Whether its addresses are looked up.
    looked_up: bool,
    server: bool,
    /// Whether there is a page to open.
    opens: bool,
    /// Whether it can be told where to return to.
    returns: bool,
    modes: &'static [LogoutMode],
    /// Whether its documents clear before the browser goes, whatever becomes of it.
    clears_first: bool,
    direct: Option<(&'static str, i32)>,
    revokes: &'static [TokenKind],
    /// Whether access tokens die with the refresh token.
    cascades: bool,
    /// Whether ending a token ends more than this session, so that it has to be asked for.
    everywhere: bool,
}

pub const MSAL_CLIENT: &str = "11111111-2222-4333-8444-555555555555";
pub const TENANT: &str = "f6b04c32-0000-4000-8000-000000000001";
pub const BACK: &str = "https://app.example.com/bye";
const OP: &str = "https://op.example.com";

impl Row {
    pub const ALL: [Self; 23] = [
        Self::Discovered,
        Self::Given,
        Self::KeycloakDirect,
        Self::Keycloak,
        Self::Entra,
        Self::AzureB2c,
        Self::ExternalId,
        Self::AdFs,
        Self::Auth0,
        Self::Auth0Oidc,
        Self::Auth0Spa,
        Self::Passport,
        Self::Cognito,
        Self::Okta,
        Self::Ping,
        Self::Salesforce,
        Self::Google,
        Self::Apple,
        Self::Github,
        Self::Slack,
        Self::Discord,
        Self::CentralAuth,
        Self::Server,
    ];

    fn facts(self) -> Facts {
        use LogoutMode::{Popup, Redirect, Silent};
        let common = Facts {
            provider: r#"{"oidc": {"issuer": "https://op.example.com"}}"#,
            issuer: OP,
            looked_up: false,
            server: false,
            opens: true,
            returns: true,
            modes: &[Redirect],
            clears_first: false,
            direct: None,
            revokes: &[RefreshToken, AccessToken],
            cascades: false,
            everywhere: false,
        };
        let entra = Facts { modes: &[Redirect, Popup], clears_first: true, revokes: &[], ..common };
        let auth0 = Facts { issuer: "https://t.auth0.com/", revokes: &[RefreshToken], ..common };
        let social = Facts { opens: false, ..common };
        match self {
            Self::Discovered => Facts { looked_up: true, modes: &[Redirect, Popup, Silent], ..common },
            Self::Given => Facts {
                provider: r#"{"oidc": {"issuer": "https://op.example.com", "endpoints": {
                    "end_session": "https://op.example.com/logout"}}}"#,
                modes: &[Redirect, Popup, Silent],
                revokes: &[],
                ..common
            },
            Self::KeycloakDirect => Facts {
                provider: r#"{"keycloak": {"server_url": "https://sso.example.com", "realm": "shop", "direct": true}}"#,
                issuer: "https://sso.example.com/realms/shop",
                direct: Some(("https://sso.example.com/realms/shop/protocol/openid-connect/logout", 204)),
                cascades: true,
                ..common
            },
            Self::Keycloak => Facts {
                provider: r#"{"keycloak": {"server_url": "https://sso.example.com", "realm": "shop"}}"#,
                issuer: "https://sso.example.com/realms/shop",
                cascades: true,
                ..common
            },
            Self::Entra => Facts {
                provider: r#"{"entra": {"authority": "https://login.microsoftonline.com/contoso.onmicrosoft.com"}}"#,
                ..entra
            },
            Self::AzureB2c => Facts {
                provider: r#"{"azure_b2c": {
                    "authority": "https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_susi"}}"#,
                issuer: "https://contoso.b2clogin.com/f6b04c32-0000-4000-8000-000000000001/v2.0/",
                ..entra
            },
            Self::ExternalId => Facts {
                provider: r#"{"entra_external_id": {"authority": "https://contoso.ciamlogin.com"}}"#,
                issuer: "https://contoso.ciamlogin.com/f6b04c32-0000-4000-8000-000000000001/v2.0",
                looked_up: true,
                ..entra
            },
            Self::AdFs => Facts {
                provider: r#"{"ad_fs": {"issuer": "https://op.example.com"}}"#,
                looked_up: true,
                revokes: &[],
                ..common
            },
            Self::Auth0 => Facts { provider: r#"{"auth0": {"domain": "t.auth0.com"}}"#, ..auth0 },
            Self::Auth0Oidc => {
                Facts { provider: r#"{"auth0": {"domain": "t.auth0.com", "endpoint": "oidc_logout"}}"#, ..auth0 }
            }
            Self::Auth0Spa => Facts {
                provider: r#"{"oidc": {"issuer": "https://op.example.com", "endpoints": {
                    "end_session": "https://op.example.com/logout", "revocation": "https://op.example.com/revoke"}}}"#,
                modes: &[Redirect, Popup],
                ..common
            },
            Self::Passport => Facts {
                provider: r#"{"passport": {}}"#,
                issuer: "https://auth.immutable.com/",
                modes: &[Redirect, Silent],
                clears_first: true,
                revokes: &[RefreshToken],
                ..common
            },
            Self::Cognito => Facts {
                provider: r#"{"cognito": {"domain": "acme.auth.eu-central-1.amazoncognito.com"}}"#,
                revokes: &[RefreshToken],
                ..common
            },
            Self::Okta => Facts {
                provider: r#"{"okta": {"issuer": "https://acme.okta.com"}}"#,
                issuer: "https://acme.okta.com",
                ..common
            },
            Self::Ping => {
                Facts { provider: r#"{"ping": {"issuer": "https://op.example.com"}}"#, looked_up: true, ..common }
            }
            Self::Salesforce => {
                Facts { provider: r#"{"salesforce": {"domain": "acme.my.salesforce.com"}}"#, returns: false, ..common }
            }
            Self::Google => Facts { provider: "\"google\"", cascades: true, everywhere: true, ..social },
            Self::Apple => Facts { provider: "\"apple\"", server: true, ..social },
            Self::Github => Facts { provider: "\"github\"", server: true, revokes: &[AccessToken], ..social },
            Self::Slack => Facts { provider: "\"slack\"", revokes: &[AccessToken], ..social },
            Self::Discord => {
                Facts { provider: "\"discord\"", server: true, cascades: true, everywhere: true, ..social }
            }
            Self::CentralAuth => Facts {
                provider: r#"{"central_auth": {"autologin": true}}"#,
                server: true,
                direct: Some(("https://centralauth.com/api/v1/logout", 200)),
                revokes: &[],
                everywhere: true,
                ..social
            },
            Self::Server => Facts { looked_up: true, server: true, ..common },
        }
    }

    pub fn is_server(self) -> bool {
        self.facts().server
    }

    /// Whether everything is tried that can follow a sign-out: these go all the ways through the core there are.
    pub fn has_every_act(self) -> bool {
        use Row::{Auth0Spa, CentralAuth, Discovered, Entra, Given, KeycloakDirect, Salesforce, Server};
        matches!(self, Discovered | Given | KeycloakDirect | Entra | Auth0Spa | CentralAuth | Server | Salesforce)
    }

    /// Whether there is one user in its cache.
    pub fn has_one_user(self) -> bool {
        self == Self::Auth0Spa
    }

    /// Whether there is a page to open at the provider.
    pub fn opens(self) -> bool {
        self.facts().opens
    }

    /// Whether it can be told where to return to.
    pub fn returns(self) -> bool {
        self.facts().returns
    }

    pub fn modes(self) -> &'static [LogoutMode] {
        self.facts().modes
    }

    /// Whether a cancelled sign-out can leave everything as it was.
    pub fn can_keep(self) -> bool {
        let facts = self.facts();
        facts.opens && facts.returns && !facts.clears_first
    }

    pub fn answers(self) -> Answers {
        let facts = self.facts();
        let metadata = || {
            let addresses = json!({"issuer": facts.issuer, "end_session_endpoint": "https://op.example.com/logout",
                "revocation_endpoint": "https://op.example.com/revoke",
                "authorization_endpoint": "https://op.example.com/authorize"});
            addresses.to_string()
        };
        Answers { metadata: facts.looked_up.then(metadata), direct: facts.direct }
    }

    /// Whether a direct request can end the session.
    pub fn is_direct(self) -> bool {
        self.facts().direct.is_some()
    }

    /// Whether a sign-out has to ask for what ends more than one session.
    pub fn everywhere(self) -> bool {
        self.facts().everywhere
    }

    pub fn issuer(self) -> &'static str {
        self.facts().issuer
    }

    pub fn client_id(self) -> &'static str {
        if self == Self::Entra { MSAL_CLIENT } else { "rp" }
    }

    pub fn config(self) -> ClientConfig {
        thread_local!(static MADE: Made<Row, ClientConfig> = Made::default());
        MADE.with(|made| once(made, self, || self.configured()))
    }

    fn configured(self) -> ClientConfig {
        let facts = self.facts();
        let layout = match self {
            Self::Entra => json!("msal"),
            Self::Auth0Spa => json!("auth0_spa"),
            _ => json!({"prefix": {"prefix": "s", "separator": ":"}}),
        };
        let mut config = json!({
            "client_id": self.client_id(),
            "provider": serde_json::from_str::<Value>(facts.provider).unwrap(),
            "home": if facts.server { "server" } else { "device" },
            "layout": layout,
            "redirect_uris": [BACK],
        });
        if facts.server && self != Self::Server {
            config["client_secret"] = json!("CLIENT_SECRET");
        }
        if facts.opens {
            config["post_logout_redirect_uri"] = json!({"uri": {"uri": BACK}});
            config["redirect_uri"] = json!(SIGN_IN);
        }
        if self == Self::Given {
            config["revoke_tokens"] = json!(false);
        } else if !facts.opens && !facts.revokes.is_empty() {
            // Where no browser goes they are revoked only for those who ask.
            config["revoke_tokens"] = json!(true);
        }
        serde_json::from_value(config).unwrap()
    }

    /// Kinds of tokens that are revoked at this provider.
    pub fn revokes(self) -> &'static [TokenKind] {
        self.facts().revokes
    }

    /// Whether access tokens die with the refresh token there.
    pub fn cascades(self) -> bool {
        self.facts().cascades
    }
}
