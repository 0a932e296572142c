//! keycloak-js keeps its tokens in memory, where they end with the page: the store holds no session.
//!
//! `kc-callback-{state}` is a sign-in that has not come back. It holds a nonce and a code verifier, names no account, and
//! the library drops it after an hour by itself; a sign-out leaves it alone, there and here.

use super::Clearing;

/// All that the library stores; listing it touches nothing else.
pub(super) const SCOPE: &str = "kc-callback-";

pub(super) fn resolve() -> Clearing {
    Clearing::default()
}
