//! Reading `tests/vectors`, and what every replay needs of one.

pub mod asked;
pub mod decided;
pub mod replay;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use exeunt::{CacheLayout, LogoutClient};
use serde_json::Value;

/// The entry in which okta-auth-js keeps its tokens.
pub const OKTA_TOKENS: &str = "okta-token-storage";

/// One observation. What is absent is null.
#[derive(Debug, Clone)]
pub struct Vector {
    pub id: String,
    pub sdk: String,
    /// The whole of it.
    pub data: Value,
}

/// Every observation, file by file.
pub fn read() -> Vec<Vector> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    let mut found = Vec::new();
    for file in files {
        let content: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let sdk = content["sdk"].as_str().unwrap();
        let vectors = content["vectors"].as_array().unwrap();
        assert_eq!(content["count"], vectors.len(), "{}", file.display());
        found.extend(vectors.iter().map(|data| Vector {
            id: data["id"].as_str().unwrap().to_owned(),
            sdk: sdk.to_owned(),
            data: data.clone(),
        }));
    }
    found
}

impl Vector {
    /// The text at a path of members, such as `/config/auth/clientId`.
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.data.pointer(pointer)?.as_str()
    }

    pub fn call(&self) -> &str {
        self.text("/call").unwrap_or_default()
    }

    /// What `localStorage` and `sessionStorage` held together, and the cookies' names.
    pub fn stored(&self) -> BTreeMap<String, String> {
        let mut entries = BTreeMap::new();
        for place in ["/env/localStorage", "/env/sessionStorage"] {
            for (key, value) in self.data.pointer(place).and_then(Value::as_object).into_iter().flatten() {
                let before = entries.insert(key.clone(), value.as_str().unwrap().to_owned());
                assert!(before.is_none(), "{}: {key} is in both stores", self.id);
            }
        }
        entries
    }

    pub fn cookies(&self) -> BTreeSet<String> {
        let cookies = self.data.pointer("/env/cookies").and_then(Value::as_object);
        cookies.into_iter().flat_map(|cookies| cookies.keys().cloned()).collect()
    }

    /// Keys that were seen `removed`, `remaining` or `added`, of these places (`local`, `session`, `cookies`).
    pub fn observed(&self, what: &str, places: &[&str]) -> BTreeSet<String> {
        let keys = |place: &&str| self.data["observed"][what][*place].as_array().cloned().unwrap_or_default();
        places.iter().flat_map(keys).map(|key| key.as_str().unwrap().to_owned()).collect()
    }

    /// New values of keys that stayed.
    pub fn changed(&self) -> BTreeMap<String, String> {
        let changed = |place: &str| self.data["observed"]["changed"][place].as_object().cloned().unwrap_or_default();
        let both = changed("local").into_iter().chain(changed("session"));
        both.map(|(key, value)| (key, value.as_str().unwrap().to_owned())).collect()
    }

    /// What the store held: what the browser did, and the tokens that the library had been given.
    pub fn stored_with_tokens(&self) -> BTreeMap<String, String> {
        let mut entries = self.stored();
        if let (true, Some(tokens)) = (self.sdk.ends_with("okta-auth-js"), self.data.pointer("/options/tokens")) {
            entries.insert(OKTA_TOKENS.to_owned(), tokens.to_string());
        }
        entries
    }

    /// The client that signs out, where it has an identifier.
    pub fn client_id(&self) -> Option<&str> {
        let places = ["/config/clientId", "/config/client_id", "/config/ClientId", "/config/clientID"];
        let nested = ["/config/auth/clientId", "/config/Auth/Cognito/userPoolClientId"];
        places.into_iter().chain(nested).find_map(|place| self.text(place))
    }

    pub fn is_msal(&self) -> bool {
        self.sdk.starts_with("msal")
    }

    /// The layout of the library's cache, where it is built.
    pub fn layout(&self) -> Option<CacheLayout> {
        let authority = |authority: &str| Some(CacheLayout::OidcClient { authority: authority.to_owned() });
        match self.sdk.as_str() {
            "msal-browser" | "msal-browser@2.0" | "msal-browser@2" | "msal-browser@3" | "msal-browser@4" => {
                Some(CacheLayout::Msal)
            }
            "auth0-spa-js" | "auth0-spa-js@1" => Some(CacheLayout::Auth0Spa),
            "oidc-client-ts" => authority(self.text("/config/authority").unwrap()),
            // Without configuration of its own it knows no cache, so that the host has a layout of its own.
            "@imtbl/auth" if matches!(self.call(), "buildLogoutUrl" | "logoutSilent") => Some(own_layout()),
            "@imtbl/auth" | "@imtbl/passport" => authority("https://auth.immutable.com"),
            "@okta/okta-auth-js" => Some(CacheLayout::OktaAuthJs),
            "amazon-cognito-identity-js" | "@aws-amplify/auth" => Some(CacheLayout::Amplify),
            "keycloak-js" => Some(CacheLayout::KeycloakJs),
            _ => None,
        }
    }

    /// The account that the library was told to sign out, or the one that it had.
    pub fn leaver(&self, client: &LogoutClient) -> Option<String> {
        match self.sdk.as_str() {
            _ if self.is_msal() => self.text("/request/account/homeAccountId").map(str::to_owned),
            "amazon-cognito-identity-js" | "@aws-amplify/auth" => Some("ada".to_owned()),
            _ => client.accounts().unwrap().into_iter().map(|account| account.home_account_id).next(),
        }
    }

    /// Whether the library was asked to clear and to send the browser nowhere.
    pub fn is_local(&self) -> bool {
        matches!(self.call(), "removeUser" | "clearCache")
            || self.data.pointer("/options/openUrl") == Some(&Value::Bool(false))
            || self.data.pointer("/request/localOnly") == Some(&Value::Bool(true))
    }
}

/// A cookie as it is set or deleted: its name, its value, and its attributes by their names in small letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetCookie {
    pub name: String,
    pub value: String,
    pub attributes: BTreeMap<String, String>,
}

impl SetCookie {
    /// White space around the parts does not count (RFC 6265 §5.2).
    pub fn read(text: &str) -> Self {
        let pair = |part: &str| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (name.trim().to_owned(), value.trim().to_owned())
        };
        let mut parts = text.split(';').map(pair);
        let (name, value) = parts.next().unwrap();
        Self { name, value, attributes: parts.map(|(name, value)| (name.to_lowercase(), value)).collect() }
    }

    /// What tells a browser which cookie is meant, beside the name.
    pub fn place(&self) -> (Option<&str>, Option<&str>) {
        let attribute = |name: &str| self.attributes.get(name).map(String::as_str);
        (attribute("path"), attribute("domain"))
    }
}

/// A list of pairs, as it stands in a vector.
pub fn decoded(pairs: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    pairs.as_array().into_iter().flatten().map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
}

/// The host's own naming, where a library has no cache of its own.
pub fn own_layout() -> CacheLayout {
    CacheLayout::Prefix { prefix: "session".to_owned(), separator: ":".to_owned() }
}
