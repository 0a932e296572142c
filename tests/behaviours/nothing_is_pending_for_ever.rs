//! A process that dies between writing down and the next step leaves a sign-out of which nobody will hear: that is told
//! when its time is over.

use std::collections::BTreeMap;

use crate::scripted::host::{Host, Script};
use exeunt::{Account, ClientConfig, Doubt, EndSessionRequest, SessionStatus, Who};
use serde_json::{Value, json};

fn config(provider: &Value) -> ClientConfig {
    let layout = json!({"prefix": {"prefix": "s", "separator": ":"}});
    serde_json::from_value(json!({"client_id": "rp", "provider": provider, "home": "device", "layout": layout}))
        .unwrap()
}

/// Signs out, turns the record back into what it was before the first answer, and lets time pass.
fn told_after(provider: &Value, seconds: i64) -> SessionStatus {
    let cached = BTreeMap::from([("s:alice:refresh_token".to_owned(), "r-1".to_owned())]);
    let host = Host::new(Script::default(), cached);
    let client = host.client(config(provider)).unwrap();
    let account = Account::new("alice");
    let outcome = client.sign_out(&EndSessionRequest::new(Who::This { account })).unwrap();
    for (key, value) in host.store.entries.lock().unwrap().iter_mut() {
        if key.starts_with("exeunt.pending.") {
            let mut record: Value = serde_json::from_str(value).unwrap();
            record["provider"] = json!("pending");
            *value = record.to_string();
        }
    }
    assert_eq!(client.outcome(&outcome.id).unwrap().provider, SessionStatus::Pending);
    host.store.time_passes(seconds);
    client.outcome(&outcome.id).unwrap().provider
}

/// JRN-07: a browser that never came back is told as that.
#[test]
fn a_navigation_without_a_way_back() {
    let provider = json!({"oidc": {"issuer": "https://op.example.com", "endpoints": {
        "end_session": "https://op.example.com/logout"}}});
    assert_eq!(told_after(&provider, 850), SessionStatus::Pending);
    assert_eq!(told_after(&provider, 902), SessionStatus::Unconfirmed { because: Doubt::NeverCameBack });
}

#[test]
fn a_direct_request() {
    let provider = json!({"keycloak": {"server_url": "https://sso.example.com", "realm": "shop", "direct": true}});
    assert_eq!(told_after(&provider, 86_300), SessionStatus::Pending);
    assert_eq!(told_after(&provider, 86_402), SessionStatus::Unconfirmed { because: Doubt::CallUnanswered });
}
