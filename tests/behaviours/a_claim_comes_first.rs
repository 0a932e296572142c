//! What is resumed is claimed in the store before anything is sent, and who still has to be cleared comes before what has to
//! be revoked.

use std::collections::BTreeMap;

use crate::scripted::host::{Host, Script};
use exeunt::{Account, ClientConfig, EndSessionRequest, Who};
use serde_json::{Value, json};

fn config() -> ClientConfig {
    serde_json::from_value(json!({
        "client_id": "rp", "home": "device", "layout": {"prefix": {"prefix": "s", "separator": ":"}},
        "provider": {"oidc": {"issuer": "https://op.example.com", "endpoints": {
            "end_session": "https://op.example.com/logout", "revocation": "https://op.example.com/revoke"}}}
    }))
    .unwrap()
}

/// What sign-outs of these users leave in the store that could revoke nothing, when everything is due.
fn offline(users: &[&str]) -> BTreeMap<String, String> {
    let token = |user: &&str| (format!("s:{user}:refresh_token"), format!("r-{user}"));
    let host = Host::new(Script::default(), users.iter().map(token).collect());
    let client = host.client(config()).unwrap();
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
    let host = Host::new(serde_json::from_value(faults).unwrap(), offline(&["alice"]));
    let resumed = host.client(config()).unwrap().resume(10).unwrap();
    assert!(host.network.as_ref().unwrap().calls.lock().unwrap().is_empty());
    assert_eq!(resumed.outcomes.len(), 0);
    assert!(resumed.next_due.is_some());
}

#[test]
fn a_clear_that_is_owed_comes_before_an_older_revocation() {
    let mut entries = offline(&["alice", "bob"]);
    for (_, text) in entries.iter_mut().filter(|(key, _)| key.starts_with("exeunt.pending.")) {
        let mut record: Value = serde_json::from_str(text).unwrap();
        if record.to_string().contains("bob") {
            record["clear"]["stage"] = json!("waiting");
        }
        *text = record.to_string();
    }
    entries.insert("s:bob:access_token".to_owned(), "a-bob".to_owned());
    let host = Host::new(Script::default(), entries);
    let resumed = host.client(config()).unwrap().resume(1).unwrap();
    assert_eq!(resumed.outcomes.len(), 1);
    assert!(!host.store.entries.lock().unwrap().contains_key("s:bob:access_token"));
}
