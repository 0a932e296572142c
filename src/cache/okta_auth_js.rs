//! okta-auth-js: one entry, a JSON object of tokens by name. The key names no client; the tokens do, as far as they say.
//!
//! The library only marks tokens for removal on the next load; here they are removed at once. Its other storages
//! (`okta-cache-storage`, `okta-transaction-storage`, `okta-shared-transaction-storage`, `okta-pkce-storage`, …) hold
//! the provider's metadata and sign-ins that have not come back, and stay as they do there.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::one_user::{self, Fate, Item, text};
use super::{Clearing, Leaver, Rewrite, Selector, Values};
use crate::account::TokenKind;
use crate::secret::Secret;

pub(super) const TOKENS: &str = "okta-token-storage";

pub(super) fn wanted(keys: &[String]) -> Vec<String> {
    keys.iter().filter(|key| *key == TOKENS).cloned().collect()
}

/// Whose client a token is, as far as it says.
fn client(token: &Value) -> Option<&str> {
    let token = token.as_object()?;
    text(token, &["clientId"]).or_else(|| text(token, &["claims", "cid"]))
}

/// A token as an entry; its name stands for a key. An access token names the user in `uid`, and in `sub` often by the
/// name he signs in with, which counts only where no ID token names him.
fn item(name: &str, token: &Value, has_id_token: bool) -> Item {
    let mut item = Item::new(name);
    let Some(token) = token.as_object() else { return item };
    let is_id_token = token.contains_key("idToken");
    if let Some(uid) = text(token, &["claims", "uid"]) {
        item.named(Some(uid));
    } else if is_id_token || !has_id_token {
        item.named(text(token, &["claims", "sub"]));
    }
    item.id_token(text(token, &["idToken"]));
    item.token(TokenKind::RefreshToken, text(token, &["refreshToken"]));
    item.token(TokenKind::AccessToken, text(token, &["accessToken"]));
    item
}

/// The tokens that can be ours, and whether each names our client where another client has some too.
fn ours<'a>(selector: &Selector<'_>, stored: &'a Map<String, Value>) -> Vec<(&'a String, &'a Value, bool)> {
    let clients: BTreeSet<&str> = stored.values().filter_map(client).collect();
    let alone = clients.iter().all(|one| *one == selector.client_id);
    let shared = !alone && clients.contains(selector.client_id);
    let can_be_ours = |token: &Value| match client(token) {
        Some(one) => one == selector.client_id,
        None => alone || shared,
    };
    let sure = |token: &Value| !shared || client(token).is_some();
    stored.iter().filter(|(_, token)| can_be_ours(token)).map(|(name, token)| (name, token, sure(token))).collect()
}

pub(super) fn resolve(selector: &Selector<'_>, keys: &[String], values: &Values) -> Clearing {
    if !keys.iter().any(|key| key == TOKENS) {
        return Clearing::default();
    }
    let (Some(seen), Some(mut stored)) = (values.get(TOKENS), one_user::object(values, TOKENS)) else {
        return one_user::resolve(selector.leaver, &[Item::new(TOKENS)]);
    };
    let candidates = ours(selector, &stored);
    let has_id_token = candidates.iter().any(|(_, token, _)| token.get("idToken").is_some());
    let items: Vec<Item> = candidates.iter().map(|(name, token, _)| item(name, token, has_id_token)).collect();
    let mut fates = one_user::fates(selector.leaver, &items);
    for (fate, (.., sure)) in fates.iter_mut().zip(&candidates) {
        if !sure && *fate == Fate::Goes {
            *fate = Fate::Unclear;
        }
    }
    let unclear = fates.contains(&Fate::Unclear);
    let others_stay = items.len() < stored.len() || fates.iter().any(|fate| *fate != Fate::Goes);
    let mut clearing = Clearing { cached: one_user::cached(selector.leaver, &items, &fates), ..Clearing::default() };
    let before = stored.len();
    for (item, _) in items.iter().zip(&fates).filter(|(_, fate)| **fate == Fate::Goes) {
        stored.remove(&item.key);
    }
    // An object without tokens is the library's empty storage, and a trace of nobody.
    if stored.is_empty() && (before > 0 || *selector.leaver == Leaver::Everyone) {
        clearing.remove.push(TOKENS.to_owned());
    } else if stored.len() < before {
        let becomes = Secret::from(Value::Object(stored).to_string());
        clearing.rewrite.push(Rewrite { key: TOKENS.to_owned(), seen: seen.clone(), becomes });
    }
    if unclear {
        clearing.unclear.push(TOKENS.to_owned());
    }
    Clearing { others_stay, ..clearing }
}
