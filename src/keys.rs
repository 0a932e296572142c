//! What exeunt's own entries are called, and whose they are: several clients may share one store, and each finds its own
//! records there and no other's.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::cache::{Leaver, same_cache};
use crate::config::{ClientConfig, Home, OWN_PREFIX};

/// How long a part of an identifier is: 128 bits in base64url.
const PART: usize = 22;
/// How much of it says whose a record is.
const TAG: usize = 8;
/// How long a `state` of ours is: the scope and two random numbers.
pub(crate) const STATE_LENGTH: usize = PART + 2 * (1 + PART);

/// The names that one client uses: those of another application, provider or cache have another beginning.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    own: String,
    home: Home,
}

impl Keys {
    pub(crate) fn new(config: &ClientConfig, issuer: &str) -> Self {
        // As JSON, whose form no version of Rust and no name of ours in memory changes: the keys outlive both.
        let whose = json!([config.client_id, issuer, same_cache(&config.layout)]);
        Self { own: part(&whose.to_string()), home: config.home }
    }

    /// Where records are listed together: all of a device, or those of one session on a server, so that the cost does not
    /// grow with the number of other users.
    pub(crate) fn scope(&self, leaver: &Leaver) -> String {
        match (self.home, leaver) {
            (Home::Server, Leaver::One(session)) => part_of(&self.own, &hash(session)),
            (Home::Device | Home::Server, _) => self.own.clone(),
        }
    }

    /// Whether a record of this identifier is this client's.
    pub(crate) fn holds(&self, id: &str) -> bool {
        is_id(id) && tag(id) == tag(&self.own)
    }

    /// The key of an epoch: a number that changes whenever this account, or everyone, signs out or in.
    pub(crate) fn epoch(&self, leaver: &Leaver) -> String {
        format!("{}{}", epochs(&self.own), name_of(leaver))
    }

    /// The key under which the last sign-out stands that was written down before its clear: two that begin at once meet
    /// here.
    pub(crate) fn latest(&self, leaver: &Leaver) -> String {
        format!("{OWN_PREFIX}latest.{}.{}", tag(&self.own), name_of(leaver))
    }
}

/// Where the epochs stand of whoever this record, or this name, is of.
pub(crate) fn epochs(id: &str) -> String {
    format!("{OWN_PREFIX}epoch.{}.", tag(id))
}

/// The store's prefix of a scope; of the empty one, that of everybody's records.
pub(crate) fn records(scope: &str) -> String {
    let end = if scope.is_empty() { "" } else { "." };
    format!("{OWN_PREFIX}pending.{scope}{end}")
}

/// The store's key of a record.
pub(crate) fn record(id: &str) -> String {
    format!("{OWN_PREFIX}pending.{id}")
}

/// The record's identifier in a `state` or ticket `{scope}.{random}.{secret}`, with the part that is ours.
pub(crate) fn identify(text: &str) -> Option<(&str, &str)> {
    let ours = text.split(';').next()?;
    let (id, secret) = ours.rsplit_once('.')?;
    (is_id(id) && is_part(secret)).then_some((id, ours))
}

/// Whether a text has the form of an identifier: it becomes part of a key, so nothing else may.
pub(crate) fn is_id(id: &str) -> bool {
    id.split_once('.').is_some_and(|(scope, random)| is_part(scope) && is_part(random))
}

/// The scope in which a record of this identifier is listed.
pub(crate) fn scope_of(id: &str) -> &str {
    id.split_once('.').map_or(id, |(scope, _)| scope)
}

/// SHA-256 of a text, in base64url.
pub(crate) fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
}

fn is_part(text: &str) -> bool {
    text.len() == PART && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn part(text: &str) -> String {
    hash(text).chars().take(PART).collect()
}

fn part_of(own: &str, hash: &str) -> String {
    tag(own).chars().chain(hash.chars()).take(PART).collect()
}

fn tag(id: &str) -> &str {
    id.get(..TAG).unwrap_or(id)
}

fn name_of(leaver: &Leaver) -> String {
    match leaver {
        Leaver::Everyone => "everyone".to_owned(),
        Leaver::One(account) => hash(account),
    }
}
