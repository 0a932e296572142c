//! The credentials managers of Auth0.swift and Auth0.Android, under their default names. Auth0.swift archives its entry
//! and Auth0.Android's secure manager encrypts it, so that it says whose it is only where the host stores JSON.
//!
//! Credentials for single APIs lie under their audience, or `{audience}::{scopes}`. Keys for encryption and
//! proof-of-possession stay: they are the device's.

use super::one_user::{self, Item};
use super::{Clearing, Leaver, Values};
use crate::account::TokenKind;

/// The whole credentials as one value.
const CREDENTIALS: [&str; 2] = ["credentials", "com.auth0.credentials"];
/// One token each, in the clear.
const ID_TOKEN: &str = "com.auth0.id_token";
const TOKENS: [(&str, TokenKind); 2] =
    [("com.auth0.refresh_token", TokenKind::RefreshToken), ("com.auth0.access_token", TokenKind::AccessToken)];
/// What stands beside them and names nobody; names of older releases included.
const COMPANIONS: [&str; 11] = [
    "credentials_session_expiry",
    "dpop_thumbprint",
    "com.auth0.credentials_access_token_expires_at",
    "com.auth0.credentials_expires_at",
    "com.auth0.credentials_can_refresh",
    "com.auth0.manager_key_alias",
    "com.auth0.token_type",
    "com.auth0.expires_at",
    "com.auth0.cache_expires_at",
    "com.auth0.scope",
    "com.auth0.dpop_key_thumbprint",
];

fn is_of_api(audiences: &[String], key: &str) -> bool {
    let named = |audience: &String| key.strip_prefix(audience.as_str());
    audiences.iter().filter_map(named).any(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn is_ours(audiences: &[String], key: &str) -> bool {
    CREDENTIALS.contains(&key)
        || key == ID_TOKEN
        || TOKENS.iter().any(|(name, _)| *name == key)
        || COMPANIONS.contains(&key)
        || is_of_api(audiences, key)
}

pub(super) fn wanted(audiences: &[String], keys: &[String]) -> Vec<String> {
    keys.iter().filter(|key| is_ours(audiences, key) && !COMPANIONS.contains(&key.as_str())).cloned().collect()
}

fn item(key: &str, values: &Values) -> Item {
    let mut item = Item::new(key);
    let value = values.get(key).map(|value| value.reveal());
    if key == ID_TOKEN {
        item.id_token(value);
    } else if let Some((_, kind)) = TOKENS.iter().find(|(name, _)| *name == key) {
        item.token(*kind, value);
    } else if let Some(credentials) = one_user::object(values, key) {
        item = item.read(&credentials, &[]);
    }
    item
}

pub(super) fn resolve(leaver: &Leaver, audiences: &[String], keys: &[String], values: &Values) -> Clearing {
    let ours = keys.iter().filter(|key| is_ours(audiences, key));
    let items: Vec<Item> = ours.map(|key| item(key, values)).collect();
    // Left over from credentials that are gone, they hold no session, so there is nothing to report.
    let left_over = items.iter().all(|item| COMPANIONS.contains(&item.key.as_str()));
    if left_over && *leaver != Leaver::Everyone {
        return Clearing::default();
    }
    one_user::resolve(leaver, &items)
}
