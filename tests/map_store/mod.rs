//! A plain map that keeps what a session store promises, and the time that passes over what exeunt keeps in it.
#![allow(dead_code, unreachable_pub)] // each test uses some of it; a module of a test has no outside

use std::collections::BTreeMap;

use exeunt::{Change, Secret};
use serde_json::{Value, json};

pub type Entries = BTreeMap<String, String>;

/// The keys that begin with this.
pub fn keys(entries: &Entries, prefix: &str) -> Vec<String> {
    entries.keys().filter(|key| key.starts_with(prefix)).cloned().collect()
}

/// The values of these keys, in their order.
pub fn read(entries: &Entries, keys: &[String]) -> Vec<Option<Secret>> {
    keys.iter().map(|key| entries.get(key).cloned().map(Secret::from)).collect()
}

/// Whether everything is as the change requires it.
pub fn holds(entries: &Entries, change: &Change) -> bool {
    let held = |key: &String| entries.get(key).map(String::as_str);
    change.require.iter().all(|one| held(&one.key) == one.value.as_ref().map(Secret::reveal))
}

/// Writes and removes, whatever is required.
pub fn apply(entries: &mut Entries, change: &Change) {
    entries.extend(change.write.iter().map(|entry| (entry.key.clone(), entry.value.reveal().to_owned())));
    entries.retain(|key, _| !change.remove.contains(key));
}

/// One change of one key each, in the order in which a store makes them that works key by key.
pub fn apart(change: Change) -> Vec<Change> {
    let write = change.write.into_iter().map(|entry| Change { write: vec![entry], ..Change::default() });
    write.chain(change.remove.into_iter().map(|key| Change { remove: vec![key], ..Change::default() })).collect()
}

/// What the app itself has in the store.
pub fn theirs(entries: &Entries) -> Entries {
    let own = |key: &str| key.starts_with("exeunt.");
    entries.iter().filter(|(key, _)| !own(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// Ages what is exeunt's: every time in it moves into the past, by names and types alone.
pub fn time_passes(entries: &mut Entries, seconds: i64) {
    let own: Vec<String> = entries.keys().filter(|key| key.starts_with("exeunt.")).cloned().collect();
    for key in own {
        let Some(value) = entries.remove(&key) else { continue };
        match (renamed(&key, seconds), serde_json::from_str(&value).ok().filter(Value::is_object)) {
            (Some(renamed), _) => entries.insert(renamed, value),
            (None, Some(mut read)) => {
                older(&mut read, seconds);
                entries.insert(key, read.to_string())
            }
            (None, None) => entries.insert(key, value),
        };
    }
}

fn older(value: &mut Value, seconds: i64) {
    match value {
        Value::Object(members) => members.iter_mut().for_each(|(name, member)| match member.as_i64() {
            Some(time) if name.ends_with("_at") || name.ends_with("_until") => *member = json!(time - seconds),
            _ => older(member, seconds),
        }),
        Value::Array(items) => items.iter_mut().for_each(|item| older(item, seconds)),
        _ => {}
    }
}

/// The index of a server says in its keys when something is due.
fn renamed(key: &str, seconds: i64) -> Option<String> {
    let (prefix, rest) = ["exeunt.due.", "exeunt.old."].iter().find_map(|p| Some((p, key.strip_prefix(p)?)))?;
    let (time, id) = rest.split_once('.')?;
    let digits = time.len() == 12 && time.bytes().all(|byte| byte.is_ascii_digit());
    let time: i64 = time.parse().ok().filter(|_| digits)?;
    Some(format!("{prefix}{:012}.{id}", (time - seconds).max(0)))
}
