//! Everything may be done twice: the second time succeeds and changes nothing that matters.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::scripted::host::{Host, Rule, Script};
use crate::scripted::project::{percent_encode, raw_state};
use exeunt::{
    Account, CancelReason, ClientConfig, Completion, EndSessionRequest, Evidence, LogoutClient, LogoutEventKind,
    LogoutOutcome, Navigation, Secret, SessionStatus, Token, TokenKind, Who,
};
use serde_json::json;

const ENDED: SessionStatus = SessionStatus::Ended { evidence: Evidence::ReadBack };

fn config() -> ClientConfig {
    serde_json::from_value(json!({
        "client_id": "rp",
        "provider": {"oidc": {"issuer": "https://op.example.com", "endpoints": {
            "end_session": "https://op.example.com/logout",
            "revocation": "https://op.example.com/revoke",
            "authorization": "https://op.example.com/authorize"
        }}},
        "home": "device",
        "layout": {"prefix": {"prefix": "s", "separator": ":"}},
        "post_logout_redirect_uri": {"uri": {"uri": "https://app.example.com/bye"}},
        "redirect_uri": "https://app.example.com/signed-in"
    }))
    .unwrap()
}

fn host() -> Host {
    let revocation = Rule {
        method: "post".to_owned(),
        url: "https://op.example.com/revoke".to_owned(),
        times: None,
        status: Some(200),
        headers: BTreeMap::new(),
        body: String::new(),
        fails: None,
    };
    let entries = [("s:alice:refresh_token", "r1"), ("s:alice:cart", "3 apples"), ("s:bob:cart", "1 pear")];
    let script = Script { navigator: Some("started".to_owned()), http: vec![revocation], ..Script::default() };
    Host::new(script, entries.map(|(key, value)| (key.to_owned(), value.to_owned())).into())
}

fn request() -> EndSessionRequest {
    let token = Token { kind: TokenKind::AccessToken, value: Secret::from("a1") };
    let account = Account { tokens: vec![token], ..Account::new("alice") };
    EndSessionRequest::new(Who::This { account })
}

fn navigations(host: &Host) -> Vec<Navigation> {
    host.browser.as_ref().unwrap().navigations.lock().unwrap().clone()
}

#[test]
fn a_sign_out_without_a_request_is_one_of_everyone() {
    let (with, without) = (host(), host());
    let asked = with.client(config()).unwrap().sign_out(&EndSessionRequest::new(Who::Everyone)).unwrap();
    let plain = without.client(config()).unwrap().logout().unwrap();
    assert_eq!((plain.application, plain.provider), (asked.application, asked.provider));
    assert_eq!(plain.accounts, asked.accounts);
    assert!(without.store.entries.lock().unwrap().keys().all(|key| key.starts_with("exeunt.")));
    assert_eq!(navigations(&without).len(), 1);
}

fn back(navigation: &Navigation) -> Secret {
    let state = percent_encode(&raw_state(navigation).unwrap());
    Secret::from(format!("{}?state={state}", navigation.redirect_uri.as_deref().unwrap()))
}

fn matched(client: &LogoutClient, url: &Secret) -> LogoutOutcome {
    match client.complete(url, None).unwrap() {
        Completion::Matched { outcome } => outcome,
        other => panic!("{other}"),
    }
}

fn waiting_ids(client: &LogoutClient) -> Vec<String> {
    client.pending(None).unwrap().into_iter().map(|pending| pending.id).collect()
}

fn made(host: &Host) -> Arc<LogoutClient> {
    host.client(config()).unwrap()
}

/// CLEAR-03: the second sign-out finds nothing, and is finished.
#[test]
fn signing_out_twice_succeeds_twice() {
    let host = host();
    let client = made(&host);
    for _ in 0..2 {
        let outcome = client.sign_out(&request()).unwrap();
        assert_eq!(outcome.application, ENDED);
        assert!(outcome.left_behind.is_empty());
    }
    let entries = host.store.entries.lock().unwrap();
    let theirs: Vec<_> = entries.keys().filter(|key| !key.starts_with("exeunt.")).collect();
    assert_eq!(theirs, ["s:bob:cart"]);
}

#[test]
fn two_sign_outs_of_one_account_leave_one_waiting() {
    let host = host();
    let client = made(&host);
    client.sign_out(&request()).unwrap();
    client.sign_out(&request()).unwrap();
    let waiting = waiting_ids(&client);
    assert_eq!(waiting.len(), 1);
    let outcome = matched(&client, &back(navigations(&host).last().unwrap()));
    assert_eq!(waiting, [outcome.id]);
    assert!(waiting_ids(&client).is_empty());
}

#[test]
fn a_plan_that_runs_twice_sends_the_browser_once() {
    let host = host();
    let client = made(&host);
    let plan = client.plan(&request()).unwrap();
    for _ in 0..2 {
        assert_eq!(client.run(&plan).unwrap().application, ENDED);
    }
    assert_eq!(navigations(&host).len(), 1);
}

#[test]
fn a_return_that_is_delivered_twice_is_handled_once() {
    let host = host();
    let client = made(&host);
    client.sign_out(&request()).unwrap();
    let url = back(&navigations(&host)[0]);
    let first = matched(&client, &url);
    let entries = host.store.entries.lock().unwrap().clone();
    let events = host.ears.events.lock().unwrap().len();
    for _ in 0..3 {
        let Completion::AlreadyHandled { outcome } = client.complete(&url, None).unwrap() else {
            panic!("handled twice");
        };
        assert_eq!((&outcome.id, outcome.provider), (&first.id, first.provider));
    }
    assert_eq!(*host.store.entries.lock().unwrap(), entries);
    assert_eq!(host.ears.events.lock().unwrap().len(), events);
}

#[test]
fn a_proof_that_is_delivered_twice_is_read_once() {
    let host = host();
    let client = made(&host);
    let id = client.sign_out(&request()).unwrap().id;
    matched(&client, &back(&navigations(&host)[0]));
    let proof = client.proof(&id).unwrap();
    let url = Secret::from(format!("{}&error=login_required", back(&proof).reveal()));
    let proved = matched(&client, &url);
    assert!(proved.signed_out_at_provider());
    let Completion::AlreadyHandled { outcome } = client.complete(&url, None).unwrap() else {
        panic!("read twice");
    };
    assert_eq!(outcome.provider, proved.provider);
    let later = Secret::from(format!("{}&code=abc", back(&proof).reveal()));
    assert!(matches!(client.complete(&later, None).unwrap(), Completion::AlreadyHandled { .. }));
    assert_eq!(client.outcome(&id).unwrap().provider, proved.provider);
}

#[test]
fn a_cancel_that_is_repeated_changes_nothing() {
    let host = host();
    let client = made(&host);
    let id = client.sign_out(&request()).unwrap().id;
    let first = client.cancel(&id, CancelReason::UserCancelled).unwrap();
    let entries = host.store.entries.lock().unwrap().clone();
    let second = client.cancel(&id, CancelReason::TimedOut).unwrap();
    assert_eq!(first, second);
    assert_eq!(*host.store.entries.lock().unwrap(), entries);
    let ends = host.ears.events.lock().unwrap().iter().filter(|event| event.kind == LogoutEventKind::LogoutEnd).count();
    assert_eq!(ends, 1);
}

#[test]
fn asking_for_an_outcome_twice_gives_the_same() {
    let host = host();
    let client = made(&host);
    let id = client.sign_out(&request()).unwrap().id;
    let entries = host.store.entries.lock().unwrap().clone();
    assert_eq!(client.outcome(&id).unwrap(), client.outcome(&id).unwrap());
    assert_eq!(client.pending(None).unwrap(), client.pending(None).unwrap());
    assert_eq!(*host.store.entries.lock().unwrap(), entries);
}

/// CLEAR-03: an empty cache.
#[test]
fn signing_out_of_nothing_succeeds() {
    let host = Host::new(Script::default(), BTreeMap::new());
    let client = host.client(ClientConfig { revoke_tokens: Some(false), ..config() }).unwrap();
    let outcome = client.sign_out(&EndSessionRequest::new(Who::Everyone)).unwrap();
    assert_eq!(outcome.application, ENDED);
}
