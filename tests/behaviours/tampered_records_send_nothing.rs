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

/// Signs out, changes the metadata that this has kept, and signs out again.
fn kept_metadata(issuer: &str, change: impl Fn(&str) -> String) -> (Host, exeunt::LogoutOutcome) {
    let document = json!({"issuer": issuer, "end_session_endpoint": format!("{issuer}/logout"),
        "revocation_endpoint": format!("{issuer}/revoke")});
    let rule = |method: &str, url: &str, body: &Value| -> Rule {
        let headers = json!({"content-type": "application/json"});
        let rule = json!({"method": method, "url": url, "status": 200, "headers": headers, "body": body.to_string()});
        serde_json::from_value(rule).unwrap()
    };
    let http = vec![
        rule("get", &format!("{issuer}/.well-known/openid-configuration"), &document),
        rule("post", &format!("{issuer}/revoke"), &json!("")),
        rule("post", &change(&format!("{issuer}/revoke")), &json!("")),
    ];
    let cache = BTreeMap::from([("s:alice:refresh_token".to_owned(), "r-1".to_owned())]);
    let host = Host::new(Script { http, ..Script::default() }, cache);
    let client = host.client(config(&json!({"oidc": {"issuer": issuer}}))).unwrap();
    let sign_out = || {
        let account = Account::new("alice");
        client.sign_out(&EndSessionRequest::new(Who::This { account })).unwrap()
    };
    sign_out();
    let mut entries = host.store.entries.lock().unwrap();
    let kept = entries.iter_mut().find(|(key, _)| key.starts_with("exeunt.metadata.")).unwrap().1;
    *kept = change(kept);
    entries.insert("s:alice:refresh_token".to_owned(), "r-2".to_owned());
    drop(entries);
    host.network.as_ref().unwrap().calls.lock().unwrap().clear();
    let outcome = sign_out();
    (host, outcome)
}

fn urls_asked(host: &Host) -> Vec<String> {
    let calls = host.network.as_ref().unwrap().calls.lock().unwrap();
    calls.iter().map(|call| call.url.reveal().to_owned()).collect()
}

/// Kept metadata names the issuer's own hosts at its own port, or is asked for anew.
#[test]
fn metadata_in_the_store_that_name_another_place_are_not_believed() {
    let issuers = ["https://op.example.com", "https://op.example.com:8443", "http://localhost:8080"];
    let elsewhere = ["https://evil.example.net/", "https://op.example.com:9443/", "http://localhost:9090/"];
    for (issuer, elsewhere) in issuers.iter().flat_map(|issuer| elsewhere.map(|elsewhere| (*issuer, elsewhere))) {
        let (host, outcome) = kept_metadata(issuer, |kept| kept.replace(&format!("{issuer}/"), elsewhere));
        let asked = [format!("{issuer}/.well-known/openid-configuration"), format!("{issuer}/revoke")];
        assert_eq!(urls_asked(&host), asked, "{elsewhere}");
        assert!(outcome.next.unwrap().url.reveal().starts_with(&format!("{issuer}/logout?")), "{elsewhere}");
    }
    // The default port is another place too, and unchanged they are believed.
    let issuer = "https://op.example.com:8443";
    let (host, _) = kept_metadata(issuer, |kept| kept.replace(&format!("{issuer}/"), "https://op.example.com/"));
    assert_eq!(urls_asked(&host).len(), 2);
    for issuer in issuers {
        let (host, _) = kept_metadata(issuer, str::to_owned);
        assert_eq!(urls_asked(&host), [format!("{issuer}/revoke")]);
    }
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
