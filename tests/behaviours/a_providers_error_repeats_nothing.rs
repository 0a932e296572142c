//! A provider may write whatever it was sent into its error: neither outcome nor record shows it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::scripted::host::{Host, Script};
use crate::scripted::project::raw_state;
use exeunt::{
    Account, ClientConfig, Completion, EndSessionRequest, Failure, HostError, HttpAnswer, HttpCall, HttpTransport,
    LogoutClient, LogoutOutcome, MemoryStore, Reach, Secret, SessionStatus, Token, TokenKind, Who,
};
use serde_json::{Value, json};

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

const TOKEN: &str = "TOKEN_of_alice";
const SECRET: &str = "s3cret_of_ours";

/// Refuses everything with the same words.
struct Refusing(Value);

impl HttpTransport for Refusing {
    fn send(&self, _: HttpCall) -> Result<HttpAnswer, HostError> {
        Ok(HttpAnswer { status: 401, headers: Vec::new(), body: self.0.to_string().into_bytes() })
    }
}

/// A sign-out by a direct request that is refused in these words.
fn refused(provider: &Value, kind: TokenKind, everywhere: bool, words: &Value) -> LogoutOutcome {
    let config: ClientConfig = serde_json::from_value(json!({
        "client_id": "rp", "client_secret": SECRET, "home": "server", "provider": provider,
        "layout": {"prefix": {"prefix": "s", "separator": ":"}}, "revoke_tokens": false
    }))
    .unwrap();
    let transport = Arc::new(Refusing(words.clone()));
    let client = LogoutClient::new(config, Arc::new(MemoryStore::new()), None, Some(transport), Vec::new()).unwrap();
    let tokens = vec![Token { kind, value: Secret::from(TOKEN) }];
    let account = Account { tokens, ..Account::new("alice") };
    let request = EndSessionRequest::new(Who::This { account });
    client.sign_out(&EndSessionRequest { reach: Some(Reach::Provider), everywhere, ..request }).unwrap()
}

/// An error is told in the provider's words, unless they repeat what the request proved itself with.
#[test]
fn in_the_answer_to_a_direct_request() {
    let keycloak = json!({"keycloak": {"server_url": "https://sso.example.com", "realm": "shop", "direct": true}});
    let central_auth = json!({"central_auth": {"autologin": true}});
    for (provider, kind, everywhere) in
        [(keycloak, TokenKind::RefreshToken, false), (central_auth, TokenKind::AccessToken, true)]
    {
        let told = |code: &str, member: &str| {
            let outcome = refused(&provider, kind, everywhere, &json!({member: code, "message": "no"}));
            assert_eq!(outcome.provider, SessionStatus::Failed { because: Failure::ProviderRefused });
            assert_eq!(outcome.provider_message.as_deref(), Some("no"));
            outcome.provider_error
        };
        for member in ["error", "errorCode"] {
            assert_eq!(told("tokenInvalid", member).as_deref(), Some("tokenInvalid"));
            // Of what is longer than 4 KiB nothing is read but the status (CA-03).
            let long = refused(&provider, kind, everywhere, &json!({member: "tokenInvalid", "x": "y".repeat(4096)}));
            assert_eq!((long.provider_error, long.provider_message), (None, None));
            assert_eq!(long.provider, SessionStatus::Failed { because: Failure::ProviderRefused });
            for code in [TOKEN, SECRET, &format!("no_{TOKEN}_here"), &format!("x{SECRET}"), &"e".repeat(31)] {
                assert_eq!(told(code, member), None, "{code}");
            }
        }
    }
}
