//! oidc-client-ts, which Immutable Passport is built on: one entry, `oidc.user:{authority}:{client_id}`.
//!
//! The entries `oidc.{id}` of requests that have not come back are left alone. Those of sign-ins hold a code verifier
//! that somebody still waits for. Those of sign-outs (`request_type` beginning with `so:`) name neither client nor
//! account, so that one may be another app's of the same origin, whose return would then not be matched; ours is the
//! record of the sign-out, not such an entry. They hold no session.

use super::one_user::{self, Item};
use super::{Clearing, Selector, Values};

pub(super) fn key(selector: &Selector<'_>, authority: &str) -> String {
    format!("oidc.user:{authority}:{}", selector.client_id)
}

pub(super) fn wanted(selector: &Selector<'_>, authority: &str, keys: &[String]) -> Vec<String> {
    let ours = key(selector, authority);
    keys.iter().filter(|key| **key == ours).cloned().collect()
}

pub(super) fn resolve(selector: &Selector<'_>, authority: &str, keys: &[String], values: &Values) -> Clearing {
    let read = |key: String| match one_user::object(values, &key) {
        Some(user) => Item::new(&key).read(&user, &[&["profile", "sub"]]),
        None => Item::new(&key),
    };
    let items: Vec<Item> = wanted(selector, authority, keys).into_iter().map(read).collect();
    one_user::resolve(selector.leaver, &items)
}
