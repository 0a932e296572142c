//! auth0-spa-js 1 and 2: `@@auth0spajs@@::{client_id}::{audience}::{scopes}`, the ID token under `…::@@user@@`, and for
//! caches that cannot list their keys an index under `@@auth0spajs@@::{client_id}`.
//!
//! The transaction `a0.spajs.txs.{client_id}` is left alone, as the library does: it is a sign-in that has not come back.

use serde_json::Value;

use super::one_user::{self, Item};
use super::{Clearing, Leaver, Rewrite, Selector, Values};
use crate::cookie::{Cookie, SameSite};
use crate::secret::Secret;

const PREFIX: &str = "@@auth0spajs@@::";
const USER: &str = "@@user@@";
const SEPARATOR: &str = "::";

pub(super) fn scope(selector: &Selector<'_>) -> String {
    format!("{PREFIX}{}", selector.client_id)
}

/// What follows the client in a key of ours; empty for the index.
fn entry<'a>(selector: &Selector<'_>, key: &'a str) -> Option<&'a str> {
    let rest = key.strip_prefix(PREFIX)?.strip_prefix(selector.client_id)?;
    if rest.is_empty() { Some("") } else { rest.strip_prefix(SEPARATOR) }
}

pub(super) fn wanted(selector: &Selector<'_>, keys: &[String]) -> Vec<String> {
    keys.iter().filter(|key| entry(selector, key).is_some()).cloned().collect()
}

/// An entry, unless it names another client: a client identifier that holds the separator looks like one of ours.
fn item(selector: &Selector<'_>, key: &str, values: &Values) -> Option<Item> {
    const SUBJECTS: &[&[&str]] = &[&["decodedToken", "claims", "sub"], &["decodedToken", "user", "sub"]];
    let Some(stored) = one_user::object(values, key) else {
        return Some(Item::new(key));
    };
    if one_user::text(&stored, &["body", "client_id"]).is_some_and(|client| client != selector.client_id) {
        return None;
    }
    let body = stored.get("body").and_then(Value::as_object).unwrap_or(&stored);
    Some(Item::new(key).read(body, SUBJECTS))
}

pub(super) fn resolve(selector: &Selector<'_>, keys: &[String], values: &Values) -> Clearing {
    let ours = keys.iter().filter_map(|key| Some((key, entry(selector, key)?)));
    let (indexes, mut entries): (Vec<_>, Vec<_>) = ours.partition(|(_, entry)| entry.is_empty());
    // The ID token of the user comes first: those beside access tokens may be older.
    entries.sort_by_key(|(_, entry)| *entry != USER);
    let items: Vec<Item> = entries.into_iter().filter_map(|(key, _)| item(selector, key, values)).collect();
    let mut clearing = one_user::resolve(selector.leaver, &items);
    for (index, _) in indexes {
        settle_index(selector.leaver, index, values, &mut clearing);
    }
    clearing.remove.sort_by_cached_key(|key| (one_user::names_somebody(&items, key), key.clone()));
    clearing.unclear.sort();
    clearing
}

/// The index goes with the last entry; before that it loses the names of those that go. One whose entries are not here
/// does not say whose they are.
fn settle_index(leaver: &Leaver, index: &str, values: &Values, clearing: &mut Clearing) {
    if *leaver == Leaver::Everyone || !clearing.others_stay && !clearing.remove.is_empty() {
        clearing.remove.push(index.to_owned());
        return;
    }
    let (Some(seen), Some(mut stored)) = (values.get(index), one_user::object(values, index)) else { return };
    let Some(Value::Array(names)) = stored.get_mut("keys") else { return };
    let before = names.len();
    names.retain(|name| !clearing.remove.iter().any(|key| name.as_str() == Some(key)));
    if names.len() != before {
        let becomes = Secret::from(Value::Object(stored).to_string());
        clearing.rewrite.push(Rewrite { key: index.to_owned(), seen: seen.clone(), becomes });
    }
}

/// What the library sets over TLS, by script; each once more for browsers that know no `SameSite=None`.
pub(super) fn cookies(client_id: &str) -> Vec<Cookie> {
    let names = ["organization_hint", "is.authenticated"].map(|name| format!("auth0.{client_id}.{name}"));
    let cookie = |name: String, same_site| Cookie {
        name,
        path: Some("/".to_owned()),
        domain: None,
        secure: Some(true),
        http_only: Some(false),
        same_site,
    };
    let both =
        |name: String| [cookie(name.clone(), Some(SameSite::CrossSite)), cookie(format!("_legacy_{name}"), None)];
    names.into_iter().flat_map(both).collect()
}
