//! Who signs out of what, and how.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exeunt::{Account, ClientConfig, EndSessionRequest, LogoutMode, OnCancel, Reach, Secret, TokenKind, Who};
use serde_json::{Value, json};

use crate::world::{Answers, Entries};

/// A provider, a layout and a home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// Addresses are looked up; tokens are revoked.
    Discovered,
    /// The address is given; there is no revocation.
    Given,
    /// A direct request with the refresh token.
    KeycloakDirect,
    /// MSAL's cache and its indexes.
    Entra,
    /// The cache of auth0-spa-js, which has one user.
    Auth0Spa,
    /// A back end that ends the session by a direct request.
    CentralAuth,
    /// A back end whose browser comes back with a ticket.
    Server,
}

/// What the process does that is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Out,
    OutTwice,
    OutAndReturn,
    OutAndCancel,
    OutAndLogin,
    /// Without a network; then time passes, and what is left is resumed.
    OutOfflineAndResume,
    /// The host has no browser.
    OutWithoutBrowser,
}

#[derive(Debug, Clone, Copy)]
pub struct Scenario {
    pub row: Row,
    pub mode: LogoutMode,
    pub everyone: bool,
    pub keep: bool,
    pub per_key: bool,
    pub act: Act,
}

impl std::fmt::Display for Scenario {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let who = if self.everyone { "everyone" } else { "one" };
        let order = if self.keep { "keep everything" } else { "clear first" };
        let store = if self.per_key { "key by key" } else { "atomic" };
        write!(f, "{:?}, {:?}, {who}, {order}, {store}, {:?}", self.row, self.mode, self.act)
    }
}

const METADATA: &str = r#"{"issuer":"https://op.example.com","end_session_endpoint":"https://op.example.com/logout",
"revocation_endpoint":"https://op.example.com/revoke","authorization_endpoint":"https://op.example.com/authorize"}"#;
const MSAL_CLIENT: &str = "11111111-2222-4333-8444-555555555555";
const TENANT: &str = "f6b04c32-0000-4000-8000-000000000001";
pub const BACK: &str = "https://app.example.com/bye";

impl Row {
    pub fn is_server(self) -> bool {
        matches!(self, Self::CentralAuth | Self::Server)
    }

    pub fn answers(self) -> Answers {
        let direct = match self {
            Self::KeycloakDirect => Some(("https://sso.example.com/realms/shop/protocol/openid-connect/logout", 204)),
            Self::CentralAuth => Some(("https://centralauth.com/api/v1/logout", 200)),
            _ => None,
        };
        Answers { metadata: matches!(self, Self::Discovered | Self::Server).then_some(METADATA), direct }
    }

    fn client_id(self) -> &'static str {
        if self == Self::Entra { MSAL_CLIENT } else { "rp" }
    }

    pub fn config(self) -> ClientConfig {
        let provider = match self {
            Self::Discovered | Self::Server => json!({"oidc": {"issuer": "https://op.example.com"}}),
            Self::Given => json!({"oidc": {"issuer": "https://op.example.com", "endpoints": {
                "end_session": "https://op.example.com/logout"}}}),
            Self::Auth0Spa => json!({"oidc": {"issuer": "https://op.example.com", "endpoints": {
                "end_session": "https://op.example.com/logout", "revocation": "https://op.example.com/revoke"}}}),
            Self::KeycloakDirect => {
                json!({"keycloak": {"server_url": "https://sso.example.com", "realm": "shop", "direct": true}})
            }
            Self::Entra => json!({"entra": {"authority": "https://login.microsoftonline.com/contoso.onmicrosoft.com"}}),
            Self::CentralAuth => json!({"central_auth": {"autologin": true}}),
        };
        let layout = match self {
            Self::Entra => json!("msal"),
            Self::Auth0Spa => json!("auth0_spa"),
            _ => json!({"prefix": {"prefix": "s", "separator": ":"}}),
        };
        let mut config = json!({
            "client_id": self.client_id(),
            "provider": provider,
            "home": if self.is_server() { "server" } else { "device" },
            "layout": layout,
        });
        if self == Self::CentralAuth {
            config["client_secret"] = json!("CLIENT_SECRET");
            config["redirect_uris"] = json!([BACK]);
        } else {
            config["post_logout_redirect_uri"] = json!({"uri": {"uri": BACK}});
        }
        serde_json::from_value(config).unwrap()
    }

    /// What the cache knows a user by.
    pub fn account(self, user: &str) -> String {
        match self {
            Self::Entra => {
                let letter = user.chars().next().unwrap();
                let first: String = std::iter::repeat_n(letter, 4).collect();
                format!("{first}0000-0000-4000-8000-00000000000{letter}.{TENANT}")
            }
            Self::Auth0Spa => format!("auth0|{user}"),
            _ => user.to_owned(),
        }
    }

    fn id_token(self, user: &str, tag: &str) -> String {
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let claims = json!({"iss": "https://op.example.com", "aud": self.client_id(), "sub": self.account(user),
            "jti": tag, "login_hint": format!("hint-{user}")});
        let claims = match self {
            Self::KeycloakDirect => {
                json!({"iss": "https://sso.example.com/realms/shop", "aud": "rp", "sub": user, "jti": tag})
            }
            _ => claims,
        };
        format!("{}.{}.c2ln", part(json!({"alg": "RS256"})), part(claims))
    }

    /// The entries of one signed-in user; the tag tells one session's tokens from the next one's.
    pub fn session(self, user: &str, tag: &str) -> Entries {
        let [id_token, refresh, access] = self.secrets(user, tag);
        let pairs: Vec<(String, String)> = match self {
            Self::Entra => {
                let (account, host) = (self.account(user), "login.windows.net");
                let own = |secret: &str| {
                    json!({"secret": secret, "clientId": MSAL_CLIENT, "homeAccountId": account}).to_string()
                };
                let key = |rest: &str| format!("msal.3|{account}|{host}|{rest}");
                vec![
                    (key(TENANT), json!({"homeAccountId": account, "environment": host}).to_string()),
                    (key(&format!("idtoken|{MSAL_CLIENT}|{TENANT}||")), own(&id_token)),
                    (key(&format!("accesstoken|{MSAL_CLIENT}|{TENANT}|openid|")), own(&access)),
                    (key(&format!("refreshtoken|{MSAL_CLIENT}|||")), own(&refresh)),
                ]
            }
            Self::Auth0Spa => {
                let (account, key) = (self.account(user), |rest: &str| format!("@@auth0spajs@@::rp::{rest}"));
                let decoded = json!({"claims": {"sub": account}, "user": {"sub": account}});
                let body = json!({"access_token": access, "refresh_token": refresh, "client_id": "rp"});
                vec![
                    (key("@@user@@"), json!({"id_token": id_token, "decodedToken": decoded}).to_string()),
                    (key("default::openid"), json!({"body": body, "expiresAt": 4_102_444_800_i64}).to_string()),
                ]
            }
            _ => {
                [("id_token", id_token), ("refresh_token", refresh), ("access_token", access), ("cart", tag.to_owned())]
                    .map(|(entry, value)| (format!("s:{user}:{entry}"), value))
                    .into()
            }
        };
        pairs.into_iter().collect()
    }

    /// What a refresh brings: new tokens, and an entry that was not there before.
    pub fn refreshed(self, user: &str) -> Entries {
        let mut entries = self.session(user, "3");
        if !matches!(self, Self::Entra | Self::Auth0Spa) {
            entries.insert(format!("s:{user}:scope"), "openid".to_owned());
        }
        entries
    }

    /// ID token, refresh token and access token.
    pub fn secrets(self, user: &str, tag: &str) -> [String; 3] {
        [self.id_token(user, tag), format!("rt.{user}.{tag}"), format!("at.{user}.{tag}")]
    }

    /// Kinds of tokens that are revoked at this provider.
    pub fn revokes(self) -> &'static [TokenKind] {
        match self {
            Self::Entra | Self::CentralAuth => &[],
            _ => &[TokenKind::RefreshToken, TokenKind::AccessToken],
        }
    }

    /// Whether access tokens die with the refresh token there.
    pub fn cascades(self) -> bool {
        self == Self::KeycloakDirect
    }
}

impl Scenario {
    pub fn leavers(&self) -> Vec<&'static str> {
        if self.everyone && self.row != Row::Auth0Spa { vec!["alice", "bob"] } else { vec!["alice"] }
    }

    /// The store before anything happened.
    pub fn seed(&self) -> Entries {
        let mut seed = Entries::from([("theme".to_owned(), "dark".to_owned())]);
        seed.extend(self.row.session("alice", "1"));
        if self.row != Row::Auth0Spa {
            seed.extend(self.row.session("bob", "1"));
        }
        if self.row == Row::Entra {
            let accounts: Vec<&String> =
                seed.keys().filter(|key| key.ends_with(&format!("|{TENANT}")) && !key.contains("token")).collect();
            let of = |kind: &str| seed.keys().filter(|key| key.contains(&format!("|{kind}|"))).collect::<Vec<_>>();
            let tokens =
                json!({"idToken": of("idtoken"), "accessToken": of("accesstoken"), "refreshToken": of("refreshtoken")});
            let indexes = [
                ("msal.3.account.keys".to_owned(), json!(accounts).to_string()),
                (format!("msal.3.token.keys.{MSAL_CLIENT}"), tokens.to_string()),
            ];
            seed.extend(indexes);
        }
        seed
    }

    /// Entries that no sign-out of this scenario may touch.
    pub fn others(&self) -> Entries {
        let mut others = self.seed();
        others.retain(|key, _| !key.contains(".keys"));
        for user in self.leavers() {
            for key in self.row.session(user, "1").keys() {
                others.remove(key);
            }
        }
        others
    }

    pub fn request(&self) -> EndSessionRequest {
        let who =
            if self.everyone { Who::Everyone } else { Who::This { account: Account::new(self.row.account("alice")) } };
        let central = self.row == Row::CentralAuth;
        EndSessionRequest {
            mode: (!central).then_some(self.mode),
            on_cancel: self.keep.then_some(OnCancel::KeepEverything),
            reach: central.then_some(Reach::Provider),
            everywhere: central,
            state: (self.row == Row::Given).then(|| Secret::from("back-to-the-shop")),
            ..EndSessionRequest::new(who)
        }
    }

    /// Whether the session is ended by a direct request: then no browser goes.
    pub fn calls(&self) -> bool {
        !self.everyone && self.row.answers().direct.is_some()
    }

    pub fn sends_browser(&self) -> bool {
        !self.calls() && self.row != Row::CentralAuth
    }
}

/// All scenarios: every row in its modes and orders, for one and for everyone, on both kinds of stores; and what is done
/// after the sign-out, where that is not the same everywhere.
pub fn all() -> Vec<Scenario> {
    use LogoutMode::{Popup, Redirect, Silent};
    let rows: [(Row, &[LogoutMode], bool); 7] = [
        (Row::Discovered, &[Redirect, Popup, Silent], true),
        (Row::Given, &[Redirect, Popup, Silent], true),
        (Row::KeycloakDirect, &[Redirect], true),
        (Row::Entra, &[Redirect, Popup], false),
        (Row::Auth0Spa, &[Redirect, Popup], true),
        (Row::CentralAuth, &[Redirect], false),
        (Row::Server, &[Redirect], true),
    ];
    let mut scenarios = Vec::new();
    for (row, modes, can_keep) in rows {
        for (place, mode) in modes.iter().enumerate() {
            for everyone in [false, true].into_iter().filter(|everyone| !(*everyone && row.is_server())) {
                for keep in [false, true].into_iter().filter(|keep| !keep || can_keep) {
                    for per_key in [false, true] {
                        let scenario = Scenario { row, mode: *mode, everyone, keep, per_key, act: Act::Out };
                        // With KeepEverything and a direct request there is no browser to wait for.
                        if !(keep && scenario.calls()) {
                            let acts = scenario.acts(place == 0);
                            scenarios.extend(acts.into_iter().map(|act| Scenario { act, ..scenario }));
                        }
                    }
                }
            }
        }
    }
    scenarios
}

impl Scenario {
    fn acts(&self, first_mode: bool) -> Vec<Act> {
        let mut acts = vec![Act::Out];
        if self.sends_browser() {
            acts.push(Act::OutAndReturn);
            acts.push(Act::OutAndCancel);
        }
        if first_mode {
            acts.extend([Act::OutTwice, Act::OutAndLogin, Act::OutOfflineAndResume]);
        }
        if first_mode && self.sends_browser() && !self.row.is_server() {
            acts.push(Act::OutWithoutBrowser);
        }
        acts
    }
}
