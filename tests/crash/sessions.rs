//! What a signed-in user has in the app's cache.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::once::{Made, once};
use crate::row::{MSAL_CLIENT, Row, TENANT};
use crate::world::Entries;

impl Row {
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
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let claims = json!({"iss": self.issuer(), "aud": self.client_id(), "sub": self.account(user),
            "jti": tag, "login_hint": format!("hint-{user}")});
        format!("{}.{}.c2ln", part(json!({"alg": "RS256"})), part(claims))
    }

    /// The entries of one signed-in user; the tag tells one session's tokens from the next one's.
    pub fn session(self, user: &'static str, tag: &'static str) -> Entries {
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

    /// What MSAL keeps over all its users.
    pub fn indexes(self, seed: &Entries) -> Entries {
        if self != Self::Entra {
            return Entries::new();
        }
        let accounts: Vec<&String> =
            seed.keys().filter(|key| key.ends_with(&format!("|{TENANT}")) && !key.contains("token")).collect();
        let of = |kind: &str| seed.keys().filter(|key| key.contains(&format!("|{kind}|"))).collect::<Vec<_>>();
        let tokens =
            json!({"idToken": of("idtoken"), "accessToken": of("accesstoken"), "refreshToken": of("refreshtoken")});
        Entries::from([
            ("msal.3.account.keys".to_owned(), json!(accounts).to_string()),
            (format!("msal.3.token.keys.{MSAL_CLIENT}"), tokens.to_string()),
        ])
    }

    /// What a refresh brings: new tokens, and an entry that was not there before.
    pub fn refreshed(self, user: &'static str) -> Entries {
        let mut entries = self.session(user, "3");
        if !matches!(self, Self::Entra | Self::Auth0Spa) {
            entries.insert(format!("s:{user}:scope"), "openid".to_owned());
        }
        entries
    }

    /// ID token, refresh token and access token.
    pub fn secrets(self, user: &'static str, tag: &'static str) -> [String; 3] {
        thread_local!(static MADE: Made<(Row, &'static str, &'static str), [String; 3]> = Made::default());
        MADE.with(|made| once(made, (self, user, tag), || self.tokens(user, tag)))
    }

    fn tokens(self, user: &str, tag: &str) -> [String; 3] {
        [self.id_token(user, tag), format!("rt.{user}.{tag}"), format!("at.{user}.{tag}")]
    }
}
