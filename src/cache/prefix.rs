//! The host's own naming: `{prefix}{separator}{account}{separator}{entry}`.

use std::collections::BTreeMap;

use super::{Cached, Clearing, Leaver, Values};
use crate::account::{Token, TokenKind};

/// The entries whose values later steps need.
const ID_TOKEN: &str = "id_token";
const TOKENS: [(&str, TokenKind); 2] =
    [("refresh_token", TokenKind::RefreshToken), ("access_token", TokenKind::AccessToken)];

pub(super) fn scope(prefix: &str, separator: &str, leaver: &Leaver) -> String {
    match leaver {
        Leaver::One(account) => format!("{prefix}{separator}{account}{separator}"),
        Leaver::Everyone => format!("{prefix}{separator}"),
    }
}

/// The entry that is named by the account alone, which that prefix does not list.
pub(super) fn alone(prefix: &str, separator: &str, leaver: &Leaver) -> Option<String> {
    match leaver {
        Leaver::One(account) => Some(format!("{prefix}{separator}{account}")),
        Leaver::Everyone => None,
    }
}

/// Where the separator behind the account stands. An account may end in what the separator begins with (`a_` before
/// `__`), so of those that overlap the last one counts: entries are named by the app, accounts are not.
fn cut(rest: &str, separator: &str) -> Option<usize> {
    let mut at = rest.find(separator)?;
    let overlap = |at: usize| (at + 1..at + separator.len()).rev().find(|next| is_at(rest, separator, *next));
    while let Some(next) = overlap(at) {
        at = next;
    }
    Some(at)
}

fn is_at(rest: &str, separator: &str, at: usize) -> bool {
    rest.get(at..).is_some_and(|rest| rest.starts_with(separator))
}

/// The account and the entry that a key names, if it is one of these.
fn segments<'a>(key: &'a str, prefix: &str, separator: &str, leaver: &Leaver) -> Option<(&'a str, &'a str)> {
    let rest = key.strip_prefix(prefix)?.strip_prefix(separator)?;
    let cut = cut(rest, separator).and_then(|at| Some((rest.get(..at)?, rest.get(at + separator.len()..)?)));
    let (account, entry) = cut.unwrap_or((rest, ""));
    let ours = match leaver {
        Leaver::One(one) => one == account,
        Leaver::Everyone => true,
    };
    ours.then_some((account, entry))
}

pub(super) fn wanted(prefix: &str, separator: &str, leaver: &Leaver, keys: &[String]) -> Vec<String> {
    keys.iter()
        .filter(|key| {
            segments(key, prefix, separator, leaver)
                .is_some_and(|(_, entry)| entry == ID_TOKEN || TOKENS.iter().any(|(name, _)| *name == entry))
        })
        .cloned()
        .collect()
}

pub(super) fn resolve(prefix: &str, separator: &str, leaver: &Leaver, keys: &[String], values: &Values) -> Clearing {
    let mut clearing = Clearing::default();
    let mut cached: BTreeMap<&str, Cached> = BTreeMap::new();
    for key in keys {
        let Some((account, entry)) = segments(key, prefix, separator, leaver) else {
            continue;
        };
        clearing.remove.push(key.clone());
        let held = cached.entry(account).or_insert_with(|| Cached { account: account.to_owned(), ..Cached::default() });
        let Some(value) = values.get(key) else { continue };
        if entry == ID_TOKEN {
            held.id_token = Some(value.clone());
        }
        if let Some((_, kind)) = TOKENS.iter().find(|(name, _)| *name == entry) {
            held.tokens.push(Token { kind: *kind, value: value.clone() });
        }
    }
    clearing.cached = cached.into_values().collect();
    clearing
}
