//! What is resumed is claimed in the store before anything is sent, and who still has to be cleared comes before what has to
//! be revoked.

use std::collections::BTreeMap;

use crate::scripted::host::{Host, Script};
use exeunt::{Account, ClientConfig, EndSessionRequest, Who};
use serde_json::{Value, json};

fn config(home: &str) -> ClientConfig {
    serde_json::from_value(json!({
        "client_id": "rp", "home": home, "layout": {"prefix": {"prefix": "s", "separator": ":"}},
        "provider": {"oidc": {"issuer": "https://op.example.com", "endpoints": {
            "end_session": "https://op.example.com/logout", "revocation": "https://op.example.com/revoke"}}}
    }))
    .unwrap()
}

/// What sign-outs of these users leave in the store that could revoke nothing, when everything is due.
fn offline(home: &str, users: &[&str]) -> BTreeMap<String, String> {
    let token = |user: &&str| (format!("s:{user}:refresh_token"), format!("r-{user}"));
    let host = Host::new(Script::default(), users.iter().map(token).collect());
    let client = host.client(config(home)).unwrap();
    for user in users {
        client.sign_out(&EndSessionRequest::new(Who::This { account: Account::new(*user) })).unwrap();
        host.store.time_passes(61);
    }
    let entries = host.store.entries.lock().unwrap();
    entries.clone()
}

/// JRN-02: without a claim in the store another runner would send the same at the same time.
#[test]
fn a_store_that_takes_no_claim_sends_nothing_and_is_tried_again() {
    let faults = json!({"store": {"fails": [{"method": "commit", "from": 1, "how": "unavailable"}]}});
    let host = Host::new(serde_json::from_value(faults).unwrap(), offline("device", &["alice"]));
    let resumed = host.client(config("device")).unwrap().resume(10).unwrap();
    assert!(host.network.as_ref().unwrap().calls.lock().unwrap().is_empty());
    assert_eq!(resumed.outcomes.len(), 0);
    assert!(resumed.next_due.is_some());
}

/// The sign-out of this user has not cleared yet.
fn owe_the_clear(entries: &mut BTreeMap<String, String>, user: &str) {
    let ours = |(key, text): &(&String, &mut String)| key.starts_with("exeunt.pending.") && text.contains(user);
    let (_, text) = entries.iter_mut().find(ours).unwrap();
    let mut record: Value = serde_json::from_str(text).unwrap();
    record["clear"]["stage"] = json!("waiting");
    *text = record.to_string();
    // On a server the index has it where that is due, which is later than all that others have to revoke.
    let (id, due) = (record["id"].as_str().unwrap(), record["issued_at"].as_i64().unwrap());
    if let Some(key) = entries.keys().find(|key| key.starts_with("exeunt.due.") && key.ends_with(id)).cloned() {
        let last = entries.keys().filter(|key| key.starts_with("exeunt.due.") && !key.ends_with(id)).max().cloned();
        let right = format!("exeunt.due.{due:012}.{id}");
        assert!(last.unwrap() < right);
        let value = entries.remove(&key).unwrap();
        entries.insert(right, value);
    }
}

#[test]
fn a_clear_that_is_owed_comes_before_an_older_revocation() {
    for home in ["device", "server"] {
        let mut entries = offline(home, &["alice", "carol", "bob"]);
        owe_the_clear(&mut entries, "bob");
        entries.insert("s:bob:access_token".to_owned(), "a-bob".to_owned());
        let host = Host::new(Script::default(), entries);
        let client = host.client(config(home)).unwrap();
        let whose = |resumed: exeunt::Resumed| {
            let accounts = resumed.outcomes.iter().flat_map(|outcome| &outcome.accounts);
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
            let more = resumed.next_due.unwrap() <= i64::try_from(now).unwrap();
            (accounts.map(|known| known.account.clone()).collect::<Vec<_>>(), more)
        };
        let first = whose(client.resume(1).unwrap());
        assert_eq!(first, (vec!["bob".to_owned()], true), "{home}");
        assert!(!host.store.entries.lock().unwrap().contains_key("s:bob:access_token"), "{home}");
        // Then those that were put off, the oldest first, and nothing of them is due any more.
        assert_eq!(whose(client.resume(1).unwrap()), (vec!["alice".to_owned()], true), "{home}");
        assert_eq!(whose(client.resume(1).unwrap()), (vec!["carol".to_owned()], false), "{home}");
    }
}
