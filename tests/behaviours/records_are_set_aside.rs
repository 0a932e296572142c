//! A record that cannot be read is named and passed over, byte for byte as it was, while others are finished.

use std::collections::BTreeMap;

use crate::scripted::host::{Host, Script};
use exeunt::{Account, EndSessionRequest, Who};
use serde_json::{Value, json};

fn config(home: &str) -> exeunt::ClientConfig {
    serde_json::from_value(json!({
        "client_id": "rp",
        "provider": {"oidc": {"issuer": "https://op.example.com", "endpoints": {
            "end_session": "https://op.example.com/logout", "revocation": "https://op.example.com/revoke"}}},
        "home": home,
        "layout": {"prefix": {"prefix": "s", "separator": ":"}},
        "post_logout_redirect_uri": {"uri": {"uri": "https://app.example.com/bye"}}
    }))
    .unwrap()
}

/// What a record may have become, from what it was.
fn damages(text: &str) -> Vec<String> {
    let record: Value = serde_json::from_str(text).unwrap();
    let with = |name: &str, value: Value| {
        let mut changed = record.clone();
        changed[name] = value;
        changed.to_string()
    };
    vec![
        String::new(),
        "not JSON".to_owned(),
        "null".to_owned(),
        text[..text.len() / 2].to_owned(),
        format!("{text} "), // a blank is JSON's, so this one is read: it must be the only one
        with("version", json!(1)),
        with("version", json!(3)),
        with(
            "id",
            json!(format!("{}.AAAAAAAAAAAAAAAAAAAAAA", record["id"].as_str().unwrap().split_once('.').unwrap().0)),
        ),
        with("id", json!("AAAAAAAAAAAAAAAAAAAAAA")),
        with("issued_at", json!("yesterday")),
        with("revocation_endpoint", json!("https://evil.example.net")),
        with("clear", json!({})),
        {
            let mut clear = record["clear"].clone();
            clear["epochs"] = json!({"theme": "dark"});
            with("clear", clear)
        },
        with("revocations", json!([{"account": "alice"}])),
    ]
}

/// JRN-03: whatever the damage.
#[test]
fn and_its_bytes_stay() {
    let mut read = Vec::new();
    for home in ["device", "server"] {
        let tokens = [("s:alice:refresh_token", "r-1"), ("s:bob:refresh_token", "r-2")];
        let store = tokens.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let host = Host::new(Script::default(), BTreeMap::from(store));
        let client = host.client(config(home)).unwrap();
        let sign_out = |id: &str| {
            client.sign_out(&EndSessionRequest::new(Who::This { account: Account::new(id) })).unwrap();
        };
        sign_out("alice");
        let whole = host.store.entries.lock().unwrap().clone();
        let (key, text) = whole.iter().find(|(key, _)| key.starts_with("exeunt.pending.")).unwrap();
        for damaged in damages(text) {
            *host.store.entries.lock().unwrap() = whole.clone();
            sign_out("bob");
            host.store.time_passes(61);
            host.store.entries.lock().unwrap().insert(key.clone(), damaged.clone());
            let resumed = client.resume(10).unwrap();
            if resumed.set_aside.is_empty() {
                read.push(damaged);
                continue;
            }
            assert_eq!(resumed.set_aside, std::slice::from_ref(key), "{home}: {damaged}");
            assert_eq!(resumed.outcomes.len(), 1, "{home}: bob's is due: {damaged}");
            assert_eq!(host.store.entries.lock().unwrap().get(key), Some(&damaged), "{home}");
        }
    }
    assert_eq!(read.len(), 2, "only a blank behind the record does no harm: {read:?}");
    assert!(read.iter().all(|text| text.ends_with(' ')));
}
