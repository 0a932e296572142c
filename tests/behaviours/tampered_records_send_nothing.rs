//! Whoever writes into the store cannot send a token elsewhere: records name endpoints by role, and the configuration says
//! where they are.

use std::collections::BTreeMap;

use crate::scripted::host::{Host, Rule, Script};
use exeunt::{Account, EndSessionRequest, RevocationStatus, Who};
use serde_json::{Value, json};

fn config(provider: &Value) -> exeunt::ClientConfig {
    serde_json::from_value(json!({
        "client_id": "rp", "provider": provider, "home": "device",
        "layout": {"prefix": {"prefix": "s", "separator": ":"}},
        "post_logout_redirect_uri": {"uri": {"uri": "https://app.example.com/bye"}}
    }))
    .unwrap()
}

/// Signs out offline, changes the record, and resumes when everything is due.
fn resumed_after(provider: &Value, change: impl Fn(&mut Value)) -> (Host, exeunt::Resumed) {
    let found =
        |url: &str| -> Rule { serde_json::from_value(json!({"method": "post", "url": url, "status": 200})).unwrap() };
    let script = Script { http: vec![found("https://evil.example.net/revoke")], ..Script::default() };
    let host = Host::new(script, BTreeMap::from([("s:alice:refresh_token".to_owned(), "r-1".to_owned())]));
    let client = host.client(config(provider)).unwrap();
    let account = Account::new("alice");
    client.sign_out(&EndSessionRequest::new(Who::This { account })).unwrap();
    host.store.time_passes(61);
    for (key, value) in host.store.entries.lock().unwrap().iter_mut() {
        if key.starts_with("exeunt.pending.") {
            let mut record = serde_json::from_str(value).unwrap();
            change(&mut record);
            *value = record.to_string();
        }
    }
    host.network.as_ref().unwrap().calls.lock().unwrap().clear();
    let resumed = client.resume(10).unwrap();
    (host, resumed)
}

fn hosts_asked(host: &Host) -> Vec<String> {
    let calls = host.network.as_ref().unwrap().calls.lock().unwrap();
    calls.iter().map(|call| url::Url::parse(call.url.reveal()).unwrap().host_str().unwrap().to_owned()).collect()
}

fn oidc() -> Value {
    json!({"oidc": {"issuer": "https://op.example.com", "endpoints": {
        "end_session": "https://op.example.com/logout", "revocation": "https://op.example.com/revoke"}}})
}

#[test]
fn unchanged_it_goes_to_the_configured_server() {
    let (host, resumed) = resumed_after(&oidc(), |_| {});
    assert_eq!(hosts_asked(&host), ["op.example.com"]);
    assert_eq!(resumed.outcomes.len(), 1);
}

#[test]
fn a_foreign_authority_is_not_asked_and_does_not_hurry() {
    let (host, resumed) = resumed_after(&oidc(), |record| record["authority"] = json!("https://evil.example.net"));
    assert_eq!(hosts_asked(&host), Vec::<String>::new());
    let [outcome] = resumed.outcomes.as_slice() else { panic!("one sign-out: {resumed}") };
    assert_eq!(outcome.revocations[0].status, RevocationStatus::Uncertain);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert!(resumed.next_due.unwrap() > i64::try_from(now).unwrap(), "what cannot be sent now is put off");
}

/// JRN-03: a record with more in it than ours is of another version, and nothing of it is done.
#[test]
fn an_address_in_the_record_makes_it_none() {
    for name in ["endpoint", "revocation_endpoint", "url"] {
        let (host, resumed) = resumed_after(&oidc(), |record| record[name] = json!("https://evil.example.net/revoke"));
        assert_eq!(hosts_asked(&host), Vec::<String>::new(), "{name}");
        assert_eq!(resumed.set_aside.len(), 1, "{name}");
        let deeper = |record: &mut Value| record["revocations"][0][name] = json!("https://evil.example.net/revoke");
        let (host, resumed) = resumed_after(&oidc(), deeper);
        assert_eq!(hosts_asked(&host), Vec::<String>::new(), "{name}");
        assert_eq!(resumed.set_aside.len(), 1, "{name}");
    }
}

#[test]
fn a_direct_request_goes_to_the_configured_server_or_nowhere() {
    let keycloak = json!({"keycloak": {"server_url": "https://sso.example.com", "realm": "shop", "direct": true}});
    let (host, _) = resumed_after(&keycloak, |_| {});
    assert_eq!(hosts_asked(&host), ["sso.example.com"]);
    let (host, _) = resumed_after(&keycloak, |record| record["authority"] = json!("https://evil.example.net"));
    assert_eq!(hosts_asked(&host), Vec::<String>::new());
    let (host, _) =
        resumed_after(&keycloak, |record| record["call"]["endpoint"] = json!("https://evil.example.net/revoke"));
    assert_eq!(hosts_asked(&host), Vec::<String>::new());
}

fn urls_asked(host: &Host) -> Vec<String> {
    let calls = host.network.as_ref().unwrap().calls.lock().unwrap();
    calls.iter().map(|call| call.url.reveal().to_owned()).collect()
}

/// What is looked up at the provider is known to the client alone: the next one asks again.
#[test]
fn the_store_names_no_address_of_a_provider_that_is_looked_up() {
    let issuer = "https://op.example.com";
    let document = json!({"issuer": issuer, "end_session_endpoint": format!("{issuer}/logout"),
        "revocation_endpoint": format!("{issuer}/revoke")});
    let lookup = json!({"method": "get", "url": format!("{issuer}/.well-known/openid-configuration"), "status": 200,
        "headers": {"content-type": "application/json"}, "body": document.to_string()});
    let http = vec![serde_json::from_value(lookup).unwrap()];
    let cache = BTreeMap::from([("s:alice:refresh_token".to_owned(), "r-1".to_owned())]);
    let host = Host::new(Script { http, ..Script::default() }, cache);
    let provider = json!({"oidc": {"issuer": issuer}});
    let client = host.client(config(&provider)).unwrap();
    let outcome = client.sign_out(&EndSessionRequest::new(Who::This { account: Account::new("alice") })).unwrap();
    assert!(outcome.next.unwrap().url.reveal().starts_with("https://op.example.com/logout?"));
    assert_eq!(outcome.revocations[0].status, RevocationStatus::Uncertain, "the record waits for the network");
    let entries = host.store.entries.lock().unwrap().clone();
    assert!(entries.iter().any(|(key, value)| key.starts_with("exeunt.pending.") && value.contains("r-1")));
    let named: Vec<_> = entries.iter().filter(|(_, value)| value.contains("op.example.com")).collect();
    assert_eq!(named, Vec::<(&String, &String)>::new());
    host.store.time_passes(61);
    host.network.as_ref().unwrap().calls.lock().unwrap().clear();
    host.client(config(&provider)).unwrap().resume(10).unwrap();
    assert_eq!(urls_asked(&host), [format!("{issuer}/.well-known/openid-configuration"), format!("{issuer}/revoke")]);
}

/// ATT-25: nor does it send a browser anywhere.
#[test]
fn a_place_to_go_to_in_the_record_has_to_be_configured() {
    for to in ["https://evil.example.net/phish", "https://app.example.com/bye"] {
        let host = Host::new(Script::default(), BTreeMap::new());
        let client = host.client(config(&oidc())).unwrap();
        let request = EndSessionRequest {
            return_to: Some("https://app.example.com/bye".to_owned()),
            ..EndSessionRequest::new(Who::This { account: Account::new("alice") })
        };
        let outcome = client.sign_out(&request).unwrap();
        for (key, value) in host.store.entries.lock().unwrap().iter_mut() {
            if key.starts_with("exeunt.pending.") {
                let mut record: Value = serde_json::from_str(value).unwrap();
                record["return_to"] = json!(to);
                record["frame_parent"] = json!("https://evil.example.net");
                record["cookies"] = json!([{"name": "a\r\nX-Evil: b"}]);
                *value = record.to_string();
            }
        }
        let known = client.outcome(&outcome.id).unwrap();
        assert_eq!(known.return_to.as_deref(), Some(to).filter(|to| to.contains("app.example.com")));
        assert_eq!((known.frame_parent, known.cookies), (None, Vec::new()));
    }
}
