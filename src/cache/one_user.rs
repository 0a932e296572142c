//! Stores for one user at a time: their keys do not name him, so whose an entry is, its value says.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Cached, Clearing, Leaver, Values};
use crate::account::{Token, TokenKind};
use crate::id_token::read_id_token_unverified;
use crate::json::strict_object;
use crate::secret::Secret;

/// One entry of our client.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) key: String,
    /// The subjects that the value names; none where it cannot be read.
    pub(super) subjects: BTreeSet<String>,
    pub(super) id_token: Option<Secret>,
    pub(super) tokens: Vec<Token>,
}

/// What becomes of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Goes,
    /// It is somebody else's.
    Stays,
    /// It stays, and may be the leaver's.
    Unclear,
}

impl Item {
    pub(super) fn new(key: &str) -> Self {
        Self { key: key.to_owned(), ..Self::default() }
    }

    /// Takes what a JSON object tells: the ID token, the other tokens, and the subject at each of these paths.
    pub(super) fn read(mut self, object: &Map<String, Value>, subjects: &[&[&str]]) -> Self {
        for path in subjects {
            self.named(text(object, path));
        }
        self.id_token(text(object, &["id_token"]));
        self.token(TokenKind::RefreshToken, text(object, &["refresh_token"]));
        self.token(TokenKind::AccessToken, text(object, &["access_token"]));
        self
    }

    pub(super) fn named(&mut self, subject: Option<&str>) {
        self.subjects.extend(subject.filter(|subject| !subject.is_empty()).map(str::to_owned));
    }

    pub(super) fn id_token(&mut self, token: Option<&str>) {
        let Some(token) = token.filter(|token| !token.is_empty()).map(Secret::from) else { return };
        let hints = read_id_token_unverified(&token).ok();
        let subject = hints.and_then(|hints| hints.subject);
        self.named(subject.as_ref().map(Secret::reveal));
        self.id_token = Some(token);
    }

    pub(super) fn token(&mut self, kind: TokenKind, value: Option<&str>) {
        let token = value.filter(|value| !value.is_empty()).map(|value| Token { kind, value: Secret::from(value) });
        self.tokens.extend(token);
    }
}

/// The stored object under a key, if it is one.
pub(super) fn object(values: &Values, key: &str) -> Option<Map<String, Value>> {
    strict_object(values.get(key)?.reveal().as_bytes()).ok()
}

/// The text at the end of a path of members.
pub(super) fn text<'a>(object: &'a Map<String, Value>, path: &[&str]) -> Option<&'a str> {
    let (last, before) = path.split_last()?;
    let inner = before.iter().try_fold(object, |inside, name| inside.get(*name)?.as_object())?;
    inner.get(*last)?.as_str()
}

/// What becomes of each entry.
///
/// When everyone leaves, all of our client's entries go, readable or not. When one account leaves, an entry that names
/// subjects goes if they are his alone. One that names nobody (encrypted, damaged, or a part that never does) follows the
/// others, since the store is one user's: it goes where these name him alone, and stays where they name only somebody
/// else. Where nothing says whose it is, it stays too, for it may be somebody else's, but it is reported: that the
/// account is gone cannot be claimed.
pub(super) fn fates(leaver: &Leaver, items: &[Item]) -> Vec<Fate> {
    let all = subjects(items);
    items.iter().map(|item| fate(leaver, owners(item, &all))).collect()
}

fn subjects(items: &[Item]) -> BTreeSet<String> {
    items.iter().flat_map(|item| item.subjects.iter().cloned()).collect()
}

fn owners<'a>(item: &'a Item, all: &'a BTreeSet<String>) -> &'a BTreeSet<String> {
    if item.subjects.is_empty() { all } else { &item.subjects }
}

fn fate(leaver: &Leaver, owners: &BTreeSet<String>) -> Fate {
    match leaver {
        Leaver::Everyone => Fate::Goes,
        Leaver::One(account) if !owners.contains(account) && !owners.is_empty() => Fate::Stays,
        Leaver::One(_) if owners.len() == 1 => Fate::Goes,
        Leaver::One(_) => Fate::Unclear,
    }
}

/// What the entries that go hold, account by account.
pub(super) fn cached(leaver: &Leaver, items: &[Item], fates: &[Fate]) -> Vec<Cached> {
    let all = subjects(items);
    let mut accounts: Vec<Cached> = Vec::new();
    for (item, _) in items.iter().zip(fates).filter(|(_, fate)| **fate == Fate::Goes) {
        let mut owners = owners(item, &all).iter();
        let account = match (leaver, owners.next(), owners.next()) {
            (Leaver::One(account), ..) | (Leaver::Everyone, Some(account), None) => account.as_str(),
            (Leaver::Everyone, ..) => "",
        };
        let at = accounts.iter().position(|known| known.account == account).unwrap_or_else(|| {
            accounts.push(Cached { account: account.to_owned(), ..Cached::default() });
            accounts.len() - 1
        });
        if let Some(known) = accounts.get_mut(at) {
            known.id_token = known.id_token.take().or_else(|| item.id_token.clone());
            known.tokens.extend(item.tokens.iter().cloned());
        }
    }
    accounts
}

/// Entries that say whose the others are go last: key by key a crash may come in between, and what is left then must still
/// be somebody's.
pub(super) fn names_somebody(items: &[Item], key: &str) -> bool {
    items.iter().any(|item| item.key == key && !item.subjects.is_empty())
}

/// Where each entry is a key of its own.
pub(super) fn resolve(leaver: &Leaver, items: &[Item]) -> Clearing {
    let fates = fates(leaver, items);
    let with = |wanted: Fate| {
        let chosen = items.iter().zip(&fates).filter(move |(_, fate)| **fate == wanted);
        chosen.map(|(item, _)| item.key.clone()).collect::<Vec<_>>()
    };
    let mut remove = with(Fate::Goes);
    remove.sort_by_key(|key| names_somebody(items, key));
    Clearing {
        remove,
        unclear: with(Fate::Unclear),
        others_stay: fates.iter().any(|fate| *fate != Fate::Goes),
        cached: cached(leaver, items, &fates),
        ..Clearing::default()
    }
}
