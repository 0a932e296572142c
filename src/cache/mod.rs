//! Which cached keys belong to whom. Keys match by whole segments, never by substring.

mod msal;
mod prefix;

use std::collections::BTreeMap;

use crate::account::Token;
use crate::config::CacheLayout;
use crate::secret::Secret;

/// Whose entries.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Leaver {
    One(String),
    Everyone,
}

/// A selection of cached entries: the layout, and who leaves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Selector<'a> {
    pub(crate) layout: &'a CacheLayout,
    pub(crate) client_id: &'a str,
    /// Hosts that name one cloud in a cache that records hosts.
    pub(crate) hosts: &'a [String],
    pub(crate) leaver: &'a Leaver,
}

/// An index that loses the names of removed entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rewrite {
    pub(crate) key: String,
    pub(crate) seen: Secret,
    pub(crate) becomes: Secret,
}

/// What the cache holds of one account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cached {
    pub(crate) account: String,
    pub(crate) id_token: Option<Secret>,
    pub(crate) tokens: Vec<Token>,
}

/// What goes, and what it leaves for later steps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Clearing {
    pub(crate) remove: Vec<String>,
    pub(crate) rewrite: Vec<Rewrite>,
    pub(crate) cached: Vec<Cached>,
}

impl Clearing {
    /// The keys that this clearing touches: after a clear, those that are left behind.
    pub(crate) fn touched(&self) -> Vec<String> {
        let mut keys: Vec<String> = self.remove.clone();
        keys.extend(self.rewrite.iter().map(|rewrite| rewrite.key.clone()));
        keys.sort();
        keys
    }
}

/// Values by key, as far as they were read.
pub(crate) type Values = BTreeMap<String, Secret>;

impl Selector<'_> {
    /// The prefix to list: everything the selection can touch begins with it.
    pub(crate) fn scope(&self) -> String {
        match self.layout {
            CacheLayout::Prefix { prefix, separator } => prefix::scope(prefix, separator, self.leaver),
            CacheLayout::Msal => String::new(),
        }
    }

    /// The keys whose values must be read before the selection can be resolved.
    pub(crate) fn wanted(&self, keys: &[String]) -> Vec<String> {
        match self.layout {
            CacheLayout::Prefix { prefix, separator } => prefix::wanted(prefix, separator, self.leaver, keys),
            CacheLayout::Msal => msal::wanted(self, keys),
        }
    }

    /// What goes and what stays.
    pub(crate) fn resolve(&self, keys: &[String], values: &Values) -> Clearing {
        match self.layout {
            CacheLayout::Prefix { prefix, separator } => prefix::resolve(prefix, separator, self.leaver, keys, values),
            CacheLayout::Msal => msal::resolve(self, keys, values),
        }
    }
}
