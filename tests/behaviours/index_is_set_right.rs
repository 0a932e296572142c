//! On a server an index leads to what is due. An entry at a wrong time, as a changed configuration or a clock leaves it, is
//! replaced, and the sign-out stays to be found.

use std::collections::BTreeMap;

use crate::scripted::host::{Host, Script};
use exeunt::{Account, EndSessionRequest, Who};
use serde_json::json;

fn config() -> exeunt::ClientConfig {
    let endpoints =
        json!({"end_session": "https://op.example.com/logout", "revocation": "https://op.example.com/revoke"});
    serde_json::from_value(json!({
        "client_id": "rp",
        "provider": {"oidc": {"issuer": "https://op.example.com", "endpoints": endpoints}},
        "home": "server",
        "layout": {"prefix": {"prefix": "s", "separator": ":"}}
    }))
    .unwrap()
}

fn index(host: &Host) -> Vec<String> {
    host.store.entries.lock().unwrap().keys().filter(|key| key.starts_with("exeunt.due.")).cloned().collect()
}

#[test]
fn a_sign_out_whose_entry_is_at_a_wrong_time_is_still_found() {
    let host = Host::new(Script::default(), BTreeMap::from([("s:alice:refresh_token".to_owned(), "token".to_owned())]));
    let client = host.client(config()).unwrap();
    let outcome = client.sign_out(&EndSessionRequest::new(Who::This { account: Account::new("alice") })).unwrap();
    let right = index(&host);
    assert_eq!(right.len(), 1, "the revocation, which nobody answered, is due later: {right:?}");
    {
        let mut entries = host.store.entries.lock().unwrap();
        let id = entries.remove(&right[0]).unwrap();
        entries.insert(format!("exeunt.due.000000000000.{id}"), id);
    }
    let resumed = client.resume(10).unwrap();
    assert!(resumed.outcomes.is_empty(), "nothing is due yet");
    assert!(resumed.next_due.is_some());
    assert_eq!(index(&host), right, "of {}", outcome.id);
}
