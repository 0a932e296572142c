//! MSAL's common cache. Entries of browser schemas 2 and 3 are named `msal.3|home|host|…`; schema 0 and the native
//! libraries join with dashes, which account and client identifiers contain too, so those names are read from a known
//! host outwards and confirmed by the entry's own JSON. Everything is compared in lower case, as MSAL stores it.

use std::cmp::Reverse;

use serde_json::{Map, Value};

use super::{Cached, Clearing, Leaver, Rewrite, Selector, Values};
use crate::config::OWN_PREFIX;
use crate::secret::Secret;

const CREDENTIAL_TYPES: [&str; 4] = ["idtoken", "accesstoken_with_authscheme", "accesstoken", "refreshtoken"];
/// The client segment of a refresh token that a family of apps shares.
const FAMILY: &str = "1";

/// What a key names.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Name {
    Account {
        home: String,
    },
    /// Between dashes anything of the app's may stand around a host; the entry's JSON decides.
    PerhapsAccount {
        home: String,
    },
    Credential {
        home: String,
        kind: &'static str,
        client: Client,
    },
    AccountIndex,
    TokenIndex {
        client: String,
    },
    /// Something of this client that is not an account's.
    OfClient,
    ActiveAccount,
    /// Belongs to the client that its value names.
    ByValue,
}

/// Whether an entry is what its name makes it look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Yes,
    No,
    /// What would tell cannot be read.
    Open,
}

/// Whose credential it is, as far as the name tells.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Client {
    Ours,
    Family,
    Other,
    /// Dashes leave it open whether the identifier ends here; the entry's JSON decides.
    PerhapsOurs,
}

pub(super) fn fold(text: &str) -> String {
    text.to_lowercase()
}

fn name(selector: &Selector<'_>, key: &str) -> Option<Name> {
    if key.starts_with(OWN_PREFIX) {
        return None;
    }
    let key = fold(key);
    let client = fold(selector.client_id);
    own_name(&key, &client, selector)
        .or_else(|| piped(&key, &client, selector))
        .or_else(|| dashed(&key, &client, selector))
}

/// `msal.3` or `msal.2` or `msal`, as the first part of a name.
fn schema(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("msal")?;
    let digits = rest.strip_prefix('.').map(|r| r.bytes().take_while(u8::is_ascii_digit).count()).unwrap_or(0);
    if digits == 0 { Some(rest) } else { rest.get(1 + digits..) }
}

fn own_name(key: &str, client: &str, selector: &Selector<'_>) -> Option<Name> {
    if let Some(rest) = schema(key) {
        if rest == ".account.keys" {
            return Some(Name::AccountIndex);
        }
        if let Some(owner) = rest.strip_prefix(".token.keys.") {
            return Some(Name::TokenIndex { client: owner.to_owned() });
        }
    }
    if let Some(rest) = key.strip_prefix("msal.").and_then(|r| r.strip_prefix(client)).and_then(|r| r.strip_prefix('.'))
    {
        return Some(if rest == "active-account-filters" { Name::ActiveAccount } else { Name::OfClient });
    }
    if key == "msal.interaction.status" || key.starts_with("throttling.{") {
        return Some(Name::ByValue);
    }
    let of_client = key.strip_prefix("server-telemetry-") == Some(client)
        || selector.hosts.iter().any(|host| key == format!("appmetadata-{host}-{client}"));
    of_client.then_some(Name::OfClient)
}

fn piped(key: &str, client: &str, selector: &Selector<'_>) -> Option<Name> {
    let segments: Vec<&str> = key.split('|').collect();
    let [first, home, host, rest @ ..] = segments.as_slice() else {
        return None;
    };
    let numbered = schema(first) == Some("") && first.len() > "msal".len();
    if !numbered || home.is_empty() || !selector.hosts.iter().any(|known| known == host) {
        return None;
    }
    match rest {
        [_tenant] => Some(Name::Account { home: (*home).to_owned() }),
        [kind, owner, _realm, _target, ..] => {
            let kind = CREDENTIAL_TYPES.into_iter().find(|known| known == kind)?;
            let client = match *owner {
                owner if owner == client => Client::Ours,
                FAMILY => Client::Family,
                _ => Client::Other,
            };
            Some(Name::Credential { home: (*home).to_owned(), kind, client })
        }
        _ => None,
    }
}

fn dashed(key: &str, client: &str, selector: &Selector<'_>) -> Option<Name> {
    let (home, rest) = selector.hosts.iter().find_map(|host| key.split_once(&format!("-{host}-")))?;
    if home.is_empty() || home == "appmetadata" || home.contains('|') {
        return None;
    }
    let home = home.to_owned();
    let Some((kind, rest)) =
        CREDENTIAL_TYPES.into_iter().find_map(|kind| Some((kind, rest.strip_prefix(kind)?.strip_prefix('-')?)))
    else {
        return Some(Name::PerhapsAccount { home });
    };
    let client = if rest.strip_prefix(client).is_some_and(|r| r.starts_with('-')) {
        Client::PerhapsOurs
    } else if rest.strip_prefix(FAMILY).is_some_and(|r| r.starts_with('-')) {
        Client::Family
    } else {
        Client::Other
    };
    Some(Name::Credential { home, kind, client })
}

fn leaves(selector: &Selector<'_>, home: &str) -> bool {
    match selector.leaver {
        Leaver::One(account) => fold(account) == home,
        Leaver::Everyone => true,
    }
}

pub(super) fn wanted(selector: &Selector<'_>, keys: &[String]) -> Vec<String> {
    let needed = |key: &&String| match name(selector, key) {
        Some(Name::Credential { home, kind, client }) => {
            leaves(selector, &home) && (client == Client::PerhapsOurs || kind == "idtoken")
        }
        Some(Name::PerhapsAccount { home }) => leaves(selector, &home),
        Some(Name::AccountIndex | Name::TokenIndex { .. } | Name::ActiveAccount | Name::ByValue) => true,
        Some(Name::Account { .. } | Name::OfClient) | None => false,
    };
    keys.iter().filter(needed).cloned().collect()
}

fn object(values: &Values, key: &str) -> Option<Map<String, Value>> {
    match serde_json::from_str(values.get(key)?.reveal()).ok()? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

fn member(object: &Map<String, Value>, name: &str) -> Option<String> {
    object.get(name).and_then(Value::as_str).map(fold)
}

/// Whether a credential is of this client or its family.
fn is_ours(selector: &Selector<'_>, values: &Values, key: &str, client: &Client) -> Told {
    match client {
        Client::Ours | Client::Family => Told::Yes,
        Client::Other => Told::No,
        Client::PerhapsOurs => {
            let named = object(values, key)
                .and_then(|entry| member(&entry, "clientId").or_else(|| member(&entry, "client_id")));
            match named {
                Some(owner) if owner == fold(selector.client_id) => Told::Yes,
                Some(_) => Told::No,
                // No identifier of this form begins another one.
                None if is_guid(selector.client_id) => Told::Yes,
                None => Told::Open,
            }
        }
    }
}

/// Whether an entry with the name of an account record is one.
fn is_account(selector: &Selector<'_>, values: &Values, key: &str, home: &str) -> Told {
    match values.get(key).map(|value| serde_json::from_str(value.reveal())) {
        Some(Ok(Value::Object(entry))) => {
            let named = member(&entry, "homeAccountId").or_else(|| member(&entry, "home_account_id"));
            if named.as_deref() == Some(home) { Told::Yes } else { Told::No }
        }
        // Damaged, where the name still speaks for an account: it was asked for, or has the form of one.
        Some(Err(_)) if *selector.leaver != Leaver::Everyone || is_home_account(home) => Told::Open,
        Some(_) | None => Told::No,
    }
}

/// `{user}.{tenant}`, as Microsoft's clouds name accounts; at B2C the policy stands behind the user.
fn is_home_account(home: &str) -> bool {
    home.split_once('.').is_some_and(|(_, tenant)| is_guid(tenant))
}

fn is_guid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

pub(super) fn resolve(selector: &Selector<'_>, keys: &[String], values: &Values) -> Clearing {
    let named: Vec<(&String, Name)> = keys.iter().filter_map(|key| Some((key, name(selector, key)?))).collect();
    let mut clearing = Clearing::default();
    let mut needed_by_others: Vec<&str> = Vec::new();
    let everyone = *selector.leaver == Leaver::Everyone;
    // When everyone leaves, so does what may be of one of them.
    let fate = |told: Told| if told == Told::Open && everyone { Told::Yes } else { told };
    for (key, name) in &named {
        let Name::Credential { home, client, .. } = name else { continue };
        match fate(is_ours(selector, values, key, client)) {
            Told::Yes if leaves(selector, home) => clearing.remove.push((*key).clone()),
            Told::Yes => {}
            Told::No => needed_by_others.push(home),
            Told::Open => {
                needed_by_others.push(home);
                clearing.unclear.extend(leaves(selector, home).then(|| (*key).clone()));
            }
        }
    }
    let told = |goes: bool| if goes { Told::Yes } else { Told::No };
    for (key, name) in &named {
        let is_needed = |home: &String| needed_by_others.contains(&home.as_str());
        let goes = match name {
            Name::Account { home } => told(leaves(selector, home) && !is_needed(home)),
            Name::PerhapsAccount { home } if leaves(selector, home) && !is_needed(home) => {
                fate(is_account(selector, values, key, home))
            }
            Name::OfClient => told(everyone),
            Name::ActiveAccount => told(everyone || names_account(selector, values, key)),
            Name::ByValue => told(everyone && names_client(selector, values, key)),
            Name::TokenIndex { client } => told(everyone && *client == fold(selector.client_id)),
            Name::PerhapsAccount { .. } | Name::Credential { .. } | Name::AccountIndex => Told::No,
        };
        match goes {
            Told::Yes => clearing.remove.push((*key).clone()),
            Told::Open => clearing.unclear.push((*key).clone()),
            Told::No => {}
        }
    }
    rewrite_indexes(selector, keys, &named, values, &mut clearing);
    clearing.cached = cached(selector, &named, values);
    clearing.remove.sort();
    clearing.unclear.sort();
    clearing
}

fn names_account(selector: &Selector<'_>, values: &Values, key: &str) -> bool {
    object(values, key).and_then(|filter| member(&filter, "homeAccountId")).is_some_and(|home| leaves(selector, &home))
}

/// An interaction flag or a throttling entry of this client.
fn names_client(selector: &Selector<'_>, values: &Values, key: &str) -> bool {
    let client = fold(selector.client_id);
    if let Some(thumbprint) = key.strip_prefix("throttling.") {
        let thumbprint: Option<Map<String, Value>> = serde_json::from_str(thumbprint).ok();
        return thumbprint.and_then(|entry| member(&entry, "clientId")).is_some_and(|owner| owner == client);
    }
    match object(values, key) {
        Some(status) => member(&status, "clientId").is_some_and(|owner| owner == client),
        None => values.get(key).is_some_and(|value| fold(value.reveal()) == client),
    }
}

fn rewrite_indexes(
    selector: &Selector<'_>,
    keys: &[String],
    named: &[(&String, Name)],
    values: &Values,
    clearing: &mut Clearing,
) {
    let gone: Vec<String> = clearing.remove.iter().map(|key| fold(key)).collect();
    let there: Vec<String> = keys.iter().map(|key| fold(key)).collect();
    // Also what is gone already: a name that leads nowhere is a trace of the account.
    let prunes = |entry: &str| {
        gone.iter().any(|key| key == entry) || !there.iter().any(|key| key == entry) && is_of(selector, entry)
    };
    for (key, name) in named {
        if !matches!(name, Name::AccountIndex | Name::TokenIndex { .. }) || clearing.remove.contains(*key) {
            continue;
        }
        let Some(seen) = values.get(*key) else { continue };
        let Ok(mut index) = serde_json::from_str::<Value>(seen.reveal()) else {
            continue;
        };
        if !prune(&mut index, &prunes) {
            continue;
        }
        if is_empty(&index) {
            clearing.remove.push((*key).clone());
        } else {
            let becomes = Secret::from(index.to_string());
            clearing.rewrite.push(Rewrite { key: (*key).clone(), seen: seen.clone(), becomes });
        }
    }
}

/// Whether a name in an index is one of those who leave.
fn is_of(selector: &Selector<'_>, entry: &str) -> bool {
    match name(selector, entry) {
        Some(Name::Account { home } | Name::PerhapsAccount { home }) => leaves(selector, &home),
        Some(Name::Credential { home, client, .. }) => client != Client::Other && leaves(selector, &home),
        _ => false,
    }
}

/// Takes names out of an index; says whether there were any.
fn prune(index: &mut Value, prunes: &impl Fn(&str) -> bool) -> bool {
    match index {
        Value::Array(names) => {
            let before = names.len();
            names.retain(|name| !name.as_str().is_some_and(|name| prunes(&fold(name))));
            names.len() != before
        }
        Value::Object(lists) => {
            // Each list, not only the first that changes.
            lists.values_mut().map(|list| prune(list, prunes)).filter(|changed| *changed).count() > 0
        }
        _ => false,
    }
}

fn is_empty(index: &Value) -> bool {
    match index {
        Value::Array(names) => names.is_empty(),
        Value::Object(lists) => lists.values().all(is_empty),
        _ => false,
    }
}

/// The accounts that leave, each with the ID tokens that hold its hints. An encrypted entry has none to give.
fn cached(selector: &Selector<'_>, named: &[(&String, Name)], values: &Values) -> Vec<Cached> {
    let mut accounts: Vec<Cached> = Vec::new();
    let mut id_tokens: Vec<((Reverse<u32>, bool), usize, Secret)> = Vec::new();
    for (key, name) in named {
        let (home, id_token) = match name {
            Name::Account { home } => (home, None),
            Name::PerhapsAccount { home } if is_account(selector, values, key, home) != Told::No => (home, None),
            Name::Credential { home, kind, client } if is_ours(selector, values, key, client) != Told::No => {
                let readable = || object(values, key).and_then(|entry| Some(entry.get("secret")?.as_str()?.to_owned()));
                (home, (*kind == "idtoken").then(readable).flatten())
            }
            _ => continue,
        };
        if !leaves(selector, home) {
            continue;
        }
        let at = accounts.iter().position(|known| known.account == *home).unwrap_or_else(|| {
            accounts.push(Cached { account: home.clone(), ..Cached::default() });
            accounts.len() - 1
        });
        id_tokens.extend(id_token.map(|token| (rank(key, home), at, Secret::from(token))));
    }
    id_tokens.sort_by_key(|(rank, ..)| *rank);
    for (_, at, token) in id_tokens {
        match accounts.get_mut(at) {
            Some(account) if account.id_token.is_some() => account.other_id_tokens.push(token),
            Some(account) => account.id_token = Some(token),
            None => {}
        }
    }
    accounts
}

/// The newest schema first, since an upgrade leaves old entries where they are; then the tenant where the account is at
/// home, before those that it visits.
fn rank(key: &str, home: &str) -> (Reverse<u32>, bool) {
    let key = fold(key);
    let first = key.split_once('|').and_then(|(first, _)| first.strip_prefix("msal."));
    let schema = first.and_then(|number| number.parse().ok()).unwrap_or(0);
    // An ID token has no target, so that its name ends with the tenant.
    let name = key.trim_end_matches(['|', '-']);
    let tenant = home.rsplit_once('.').and_then(|(_, tenant)| name.strip_suffix(tenant));
    (Reverse(schema), !tenant.is_some_and(|front| front.ends_with(['|', '-'])))
}
