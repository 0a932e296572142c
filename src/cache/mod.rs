//! Which cached keys belong to whom. Keys match by whole segments, never by substring.

mod amplify;
mod auth0_native;
mod auth0_spa;
mod keycloak_js;
mod msal;
mod oidc_client;
mod okta_auth_js;
mod one_user;
mod prefix;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::account::Token;
use crate::config::CacheLayout;
use crate::cookie::Cookie;
use crate::secret::Secret;

/// Whose entries.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Leaver {
    One(String),
    Everyone,
}

/// The name under which a layout tells this account from others.
pub(crate) fn account_name<'a>(layout: &CacheLayout, account: &'a str) -> Cow<'a, str> {
    match layout {
        CacheLayout::Msal => Cow::Owned(msal::fold(account)),
        _ => Cow::Borrowed(account),
    }
}

/// A selection of cached entries: the layout, and who leaves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Selector<'a> {
    pub(crate) layout: &'a CacheLayout,
    pub(crate) client_id: &'a str,
    /// Hosts that name one cloud in a cache that records hosts.
    pub(crate) hosts: &'a [String],
    pub(crate) leaver: &'a Leaver,
    /// The app's own session cookies.
    pub(crate) cookies: &'a [Cookie],
}

/// An index that loses the names of removed entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rewrite {
    pub(crate) key: String,
    pub(crate) seen: Secret,
    pub(crate) becomes: Secret,
}

/// What the cache holds of one account; the account is empty where the cache does not say whose it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cached {
    pub(crate) account: String,
    pub(crate) id_token: Option<Secret>,
    /// Further ones of the same account, as of another tenant or from before an upgrade; the better one first.
    pub(crate) other_id_tokens: Vec<Secret>,
    pub(crate) tokens: Vec<Token>,
}

impl Cached {
    /// Every ID token, the best one first.
    pub(crate) fn id_tokens(&self) -> impl Iterator<Item = &Secret> {
        self.id_token.iter().chain(&self.other_id_tokens)
    }
}

/// What goes, and what it leaves for later steps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Clearing {
    /// In this order, where a store goes key by key.
    pub(crate) remove: Vec<String>,
    pub(crate) rewrite: Vec<Rewrite>,
    /// What was read of that which goes, by key: a refresh may put another token in its place.
    pub(crate) seen: Values,
    pub(crate) cached: Vec<Cached>,
    /// Keys that are left although they may belong to the one who leaves: nothing says whose they are.
    pub(crate) unclear: Vec<String>,
    /// Whether the cache keeps a session of somebody else, or of nobody knows whom.
    pub(crate) others_stay: bool,
    /// The cookies that go.
    pub(crate) cookies: Vec<Cookie>,
}

impl Clearing {
    /// The keys that this clearing touches: after a clear, those that are left behind.
    pub(crate) fn touched(&self) -> Vec<String> {
        let mut keys: Vec<String> = self.remove.clone();
        keys.extend(self.rewrite.iter().map(|rewrite| rewrite.key.clone()));
        keys.sort();
        keys
    }

    /// After a clear: what of it is still there, or may be.
    pub(crate) fn left_behind(&self) -> Vec<String> {
        let mut keys = self.touched();
        keys.extend(self.unclear.iter().cloned());
        keys.sort();
        keys
    }

    /// The accounts that the cache names.
    pub(crate) fn accounts(&self) -> Vec<String> {
        let names = self.cached.iter().map(|cached| &cached.account);
        names.filter(|name| !name.is_empty()).cloned().collect()
    }
}

/// What tells one cache from another: where its keys lie, whatever else is known of them.
pub(crate) fn same_cache(layout: &CacheLayout) -> CacheLayout {
    match layout {
        CacheLayout::Auth0Native { .. } => CacheLayout::Auth0Native { audiences: Vec::new() },
        _ => layout.clone(),
    }
}

/// Values by key, as far as they were read.
pub(crate) type Values = BTreeMap<String, Secret>;

impl Selector<'_> {
    /// The prefix to list: everything the selection can touch begins with it.
    pub(crate) fn scope(&self) -> String {
        match self.layout {
            CacheLayout::Prefix { prefix, separator } => prefix::scope(prefix, separator, self.leaver),
            CacheLayout::Auth0Spa => auth0_spa::scope(self),
            CacheLayout::OidcClient { authority } => oidc_client::key(self, authority),
            CacheLayout::OktaAuthJs => okta_auth_js::TOKENS.to_owned(),
            CacheLayout::KeycloakJs => keycloak_js::SCOPE.to_owned(),
            CacheLayout::Msal | CacheLayout::Auth0Native { .. } | CacheLayout::Amplify => String::new(),
        }
    }

    /// A key that does not begin with that prefix, and goes along where it is there.
    pub(crate) fn alone(&self) -> Option<String> {
        match self.layout {
            CacheLayout::Prefix { prefix, separator } => prefix::alone(prefix, separator, self.leaver),
            _ => None,
        }
    }

    /// The keys whose values must be read before the selection can be resolved.
    pub(crate) fn wanted(&self, keys: &[String]) -> Vec<String> {
        match self.layout {
            CacheLayout::Prefix { prefix, separator } => prefix::wanted(prefix, separator, self.leaver, keys),
            CacheLayout::Msal => msal::wanted(self, keys),
            CacheLayout::Auth0Spa => auth0_spa::wanted(self, keys),
            CacheLayout::Auth0Native { audiences } => auth0_native::wanted(audiences, keys),
            CacheLayout::OidcClient { authority } => oidc_client::wanted(self, authority, keys),
            CacheLayout::OktaAuthJs => okta_auth_js::wanted(keys),
            CacheLayout::Amplify => amplify::wanted(self, keys),
            CacheLayout::KeycloakJs => Vec::new(),
        }
    }

    /// The cookies that end with a session of this layout, and the app's own.
    pub(crate) fn cookies(&self) -> Vec<Cookie> {
        let of_layout = match self.layout {
            CacheLayout::Auth0Spa => auth0_spa::cookies(self.client_id),
            _ => Vec::new(),
        };
        let others = self.cookies.iter().filter(|cookie| !of_layout.contains(cookie)).cloned().collect::<Vec<_>>();
        of_layout.into_iter().chain(others).collect()
    }

    /// What goes and what stays.
    pub(crate) fn resolve(&self, keys: &[String], values: &Values) -> Clearing {
        let clearing = self.resolve_keys(keys, values);
        // The layout's cookies belong to the session that it keeps.
        let cookies = if clearing.others_stay { self.cookies.to_vec() } else { self.cookies() };
        let known = |key: &String| values.get(key).map(|value| (key.clone(), value.clone()));
        let seen = clearing.remove.iter().filter_map(known).collect();
        Clearing { cookies, seen, ..clearing }
    }

    fn resolve_keys(&self, keys: &[String], values: &Values) -> Clearing {
        match self.layout {
            CacheLayout::Prefix { prefix, separator } => prefix::resolve(prefix, separator, self.leaver, keys, values),
            CacheLayout::Msal => msal::resolve(self, keys, values),
            CacheLayout::Auth0Spa => auth0_spa::resolve(self, keys, values),
            CacheLayout::Auth0Native { audiences } => auth0_native::resolve(self.leaver, audiences, keys, values),
            CacheLayout::OidcClient { authority } => oidc_client::resolve(self, authority, keys, values),
            CacheLayout::OktaAuthJs => okta_auth_js::resolve(self, keys, values),
            CacheLayout::Amplify => amplify::resolve(self, keys, values),
            CacheLayout::KeycloakJs => keycloak_js::resolve(),
        }
    }
}
