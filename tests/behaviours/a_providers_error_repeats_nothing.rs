//! A provider may write whatever it was sent into its error: neither outcome nor record shows it.

use std::collections::BTreeMap;

use crate::scripted::host::{Host, Script};
use crate::scripted::project::raw_state;
use exeunt::{Account, Completion, EndSessionRequest, Failure, LogoutOutcome, Secret, SessionStatus, Who};
use serde_json::json;

const ID_TOKEN: &str =
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL29wLmV4YW1wbGUuY29tIiwiYXVkIjoicnAiLCJzdWIiOiJhbGljZSJ9.c2ln";
const STATE: &str = "back_to_the_shop";

fn returned_with(error: &str) -> (LogoutOutcome, Host) {
    let config = serde_json::from_value(json!({
        "client_id": "rp",
        "provider": {"oidc": {"issuer": "https://op.example.com", "endpoints": {
            "end_session": "https://op.example.com/logout"}}},
        "home": "device",
        "layout": {"prefix": {"prefix": "s", "separator": ":"}},
        "post_logout_redirect_uri": {"uri": {"uri": "https://app.example.com/bye"}}
    }));
    let store = BTreeMap::from([("s:alice:id_token".to_owned(), ID_TOKEN.to_owned())]);
    let host = Host::new(Script { navigator: Some("started".to_owned()), ..Script::default() }, store);
    let client = host.client(config.unwrap()).unwrap();
    let who = Who::This { account: Account::new("alice") };
    let request = EndSessionRequest { state: Some(Secret::from(STATE)), ..EndSessionRequest::new(who) };
    client.sign_out(&request).unwrap();
    let state = {
        let navigations = host.browser.as_ref().unwrap().navigations.lock().unwrap();
        raw_state(navigations.last().unwrap()).unwrap()
    };
    let url = Secret::from(format!("https://app.example.com/bye?state={state}&error={error}"));
    let Completion::Matched { outcome, .. } = client.complete(&url, None).unwrap() else { panic!("not matched") };
    (outcome, host)
}

/// PLR-07: what it is, is told; what it was sent, is not.
#[test]
fn in_a_returned_address() {
    let (outcome, _) = returned_with("server_error");
    assert_eq!(outcome.provider_error.as_deref(), Some("server_error"));
    for secret in [ID_TOKEN, &ID_TOKEN[..25], STATE, &STATE[..12]] {
        let (outcome, host) = returned_with(secret);
        assert_eq!(outcome.provider, SessionStatus::Failed { because: Failure::ProviderRefused });
        assert_eq!(outcome.provider_error, None, "{secret}");
        let entries = host.store.entries.lock().unwrap();
        assert!(!entries.values().any(|value| value.contains(secret)), "{secret} is kept");
    }
}

/// REV-11: nor does the answer to one token repeat another, whole or in part.
#[test]
fn in_the_answer_to_a_revocation() {
    for repeated in ["invalid_request", "refreshTokenOfAlice", "TokenOfAlice", "accessTokenOfAlice"] {
        let rule = |status: u16, body: &str| json!({"method": "post", "url": "https://op.example.com/revoke", "times": 1, "status": status, "body": body});
        let answer = json!({ "error": repeated }).to_string();
        let http = serde_json::from_value(json!([rule(200, ""), rule(400, &answer)])).unwrap();
        let tokens = [("s:alice:refresh_token", "refreshTokenOfAlice"), ("s:alice:access_token", "accessTokenOfAlice")];
        let store = tokens.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let host = Host::new(Script { http, ..Script::default() }, BTreeMap::from(store));
        let config = serde_json::from_value(json!({
            "client_id": "rp",
            "provider": {"oidc": {"issuer": "https://op.example.com", "endpoints": {
                "end_session": "https://op.example.com/logout", "revocation": "https://op.example.com/revoke"}}},
            "home": "device",
            "layout": {"prefix": {"prefix": "s", "separator": ":"}}
        }));
        let client = host.client(config.unwrap()).unwrap();
        let who = Who::This { account: Account::new("alice") };
        let outcome = client.sign_out(&EndSessionRequest::new(who)).unwrap();
        let told: Vec<_> = outcome.revocations.iter().map(|one| one.provider_error.as_deref()).collect();
        assert_eq!(told, [None, Some(repeated).filter(|code| *code == "invalid_request")], "{repeated}");
    }
}
