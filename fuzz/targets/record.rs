//! The input as what somebody else wrote under our keys: records, epochs and the index. The first byte says where it goes
//! and who reads it; a `{` begins a change of a real record, so that the input reaches what only a whole record can.
#![no_main]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use exeunt::{
    EndSessionRequest, Home, HostError, HttpAnswer, HttpCall, HttpTransport, LogoutClient, Secret, TokenKind,
};
use exeunt_fuzz::{Store, client, config, known_provider, request};
use libfuzzer_sys::fuzz_target;

const BACK: &str = "https://app.example.com/bye";
const NAMED: &str = "https://op.example/t/";

/// A network that accepts nothing but the addresses of the configuration.
#[derive(Default)]
struct Watched(Mutex<usize>);

impl HttpTransport for Watched {
    fn send(&self, call: HttpCall) -> Result<HttpAnswer, HostError> {
        assert!(call.url.reveal().starts_with(NAMED), "a token went elsewhere");
        *self.0.lock().expect("a count") += 1;
        Err(HostError::Offline { reason: String::new() })
    }
}

/// A client, and what a sign-out that could not revoke anything left in its store.
struct Place {
    client: LogoutClient,
    store: Arc<Store>,
    entries: BTreeMap<String, String>,
    id: String,
    ticket: Option<Secret>,
}

impl Place {
    fn at(home: Home) -> Self {
        let store = Store::with_session();
        store.entries().insert("session:bob:refresh_token".to_owned(), "refresh-2".to_owned());
        let config = config(known_provider(), home, vec![BACK.to_owned()]);
        let client = client(config, store.clone(), Arc::new(Watched::default())).expect("the configuration is sound");
        let outcome = client.sign_out(&EndSessionRequest { ..request() }).expect("the sign-out runs");
        assert!(outcome.revocations.iter().any(|one| one.token == TokenKind::RefreshToken));
        let entries = store.entries().clone();
        Self { client, store, entries, id: outcome.id, ticket: outcome.ticket }
    }
}

fn both() -> &'static [Place; 2] {
    static BOTH: OnceLock<[Place; 2]> = OnceLock::new();
    BOTH.get_or_init(|| [Place::at(Home::Device), Place::at(Home::Server)])
}

fn others(entries: &BTreeMap<String, String>) -> Vec<(&String, &String)> {
    entries.iter().filter(|(key, _)| !key.starts_with("exeunt.") && !key.starts_with("session:alice:")).collect()
}

fuzz_target!(|data: &[u8]| {
    let [choice, rest @ ..] = data else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let here = &both()[usize::from(choice & 1)];
    let own = format!("exeunt.pending.{}", here.id);
    let mut entries = here.entries.clone();
    match choice >> 1 & 3 {
        // The whole record, or members of it: `name=value` in lines, each value JSON.
        0 => {
            let mut record: serde_json::Value = serde_json::from_str(&entries[&own]).expect("a record is JSON");
            record["claimed_until"] = serde_json::Value::Null;
            for (name, value) in text.lines().filter_map(|line| line.split_once('=')) {
                let Ok(value) = serde_json::from_str::<serde_json::Value>(value) else { continue };
                let place = name.split('.').try_fold(&mut record, |place, step| match step.parse::<usize>() {
                    Ok(at) => place.get_mut(at),
                    Err(_) => place.get_mut(step),
                });
                if let Some(place) = place {
                    *place = value;
                }
            }
            entries.insert(own.clone(), record.to_string());
        }
        1 => drop(entries.insert(own.clone(), text.to_owned())),
        2 => {
            let keys: Vec<String> = entries.keys().filter(|key| key.starts_with("exeunt.epoch.")).cloned().collect();
            keys.into_iter().for_each(|key| drop(entries.insert(key, text.to_owned())));
        }
        _ => {
            let (key, value) = text.split_once('\n').unwrap_or((text, ""));
            let kind = ["pending", "epoch", "due", "old"][usize::from(choice >> 3 & 3)];
            entries.insert(format!("exeunt.{kind}.{key}"), value.to_owned());
        }
    }
    here.store.entries().clone_from(&entries);
    let client = &here.client;
    let account = (choice & 1 == 1).then(|| "alice".to_owned());
    let _ = client.outcome(&here.id);
    let _ = client.pending(account.clone().or(Some("alice".to_owned())));
    let _ = client.login_advice(account.clone(), here.ticket.clone());
    let lease = client.lease("alice").expect("the store answers");
    assert_eq!(client.still_valid(&lease), Ok(true));
    let resumed = client.resume(3).expect("the store answers");
    let _ = client.complete(&Secret::from(format!("{BACK}?state={}.{}", here.id, "A".repeat(22))), here.ticket.clone());
    client.signed_in("alice", None, here.ticket.clone()).expect("the store answers");
    let after = here.store.entries().clone();
    // A record may be changed to name Bob, who then leaves as it says: on a device whoever writes the store may do that.
    let names_bob = entries.values().any(|value| value.contains("bob") || value.contains("\"everyone\":true"));
    assert!(names_bob || others(&after) == others(&entries), "something else changed: {text}");
    for key in &resumed.set_aside {
        assert_eq!(after.get(key), entries.get(key), "what was set aside changed: {text}");
    }
    #[cfg(feature = "planted")]
    if resumed.set_aside.contains(&own) {
        let record: serde_json::Value = serde_json::from_str(&entries[&own]).unwrap_or_default();
        if record["version"].as_i64().is_some_and(|version| version != 2) {
            panic!("planted");
        }
    }
});
