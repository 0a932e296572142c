//! What a record holds for the next step goes when its time is over, or when the step is done.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::scripted::host::{Host, Script};
use crate::scripted::project::{percent_encode, raw_state};
use exeunt::{
    Account, CancelReason, ClientConfig, EndSessionRequest, Lease, LogoutClient, Secret, Token, TokenKind, Who,
};
use serde_json::json;

const HINT: &str =
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL29wLmV4YW1wbGUuY29tIiwiYXVkIjoicnAiLCJzdWIiOiJhbGljZSJ9.c2ln";
const NAVIGATION: [&str; 3] = [HINT, "the-hint", "the-callers-state"];
const TOKEN: &str = "the-refresh-token";

/// A sign-out whose revocation found nobody.
fn signed_out() -> (Host, Arc<LogoutClient>, String) {
    signed_out_at("device")
}

fn signed_out_at(home: &str) -> (Host, Arc<LogoutClient>, String) {
    let config = json!({
        "client_id": "rp",
        "provider": {"oidc": {"issuer": "https://op.example.com", "endpoints": {
            "end_session": "https://op.example.com/logout", "revocation": "https://op.example.com/revoke",
            "authorization": "https://op.example.com/authorize"}}},
        "home": home,
        "layout": {"prefix": {"prefix": "s", "separator": ":"}},
        "redirect_uri": "https://app.example.com/in",
        "post_logout_redirect_uri": {"uri": {"uri": "https://app.example.com/bye"}}
    });
    let cached = [("s:alice:id_token", HINT), ("s:alice:refresh_token", TOKEN)];
    let cached = cached.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let script = Script { navigator: Some("started".to_owned()), ..Script::default() };
    let host = Host::new(script, BTreeMap::from(cached));
    let client = host.client(serde_json::from_value(config).unwrap()).unwrap();
    let request = EndSessionRequest {
        state: Some(Secret::from("the-callers-state")),
        logout_hint: Some(Secret::from("the-hint")),
        ..EndSessionRequest::new(Who::This { account: Account::new("alice") })
    };
    let outcome = client.sign_out(&request).unwrap();
    assert_eq!(held(&host), 4, "all of it is planted");
    (host, client, outcome.id)
}

/// How many of the planted secrets are in the store.
fn held(host: &Host) -> usize {
    let entries = host.store.entries.lock().unwrap();
    let text: String = entries.values().cloned().collect();
    NAVIGATION.iter().chain([&TOKEN]).filter(|secret| text.contains(**secret)).count()
}

/// The address with which the browser that left last comes back.
fn way_back(host: &Host) -> Secret {
    let navigations = host.browser.as_ref().unwrap().navigations.lock().unwrap();
    let state = raw_state(navigations.last().unwrap()).unwrap();
    Secret::from(format!("https://app.example.com/bye?state={}", percent_encode(&state)))
}

fn leaving(account: &str) -> EndSessionRequest {
    EndSessionRequest::new(Who::This { account: Account::new(account) })
}

/// JRN-04
#[test]
fn what_the_browser_needs_goes_after_fifteen_minutes() {
    let (host, client, id) = signed_out();
    host.store.time_passes(850);
    client.outcome(&id).unwrap();
    assert_eq!(held(&host), 4);
    host.store.time_passes(52);
    client.outcome(&id).unwrap();
    assert_eq!(held(&host), 1, "the token stays");
}

/// JRN-04
#[test]
fn what_the_browser_needs_goes_when_it_is_back() {
    let (host, client, _) = signed_out();
    client.complete(&way_back(&host), None).unwrap();
    assert_eq!(held(&host), 1, "the token stays");
}

#[test]
fn what_the_browser_needs_goes_when_somebody_signs_in() {
    let (host, client, _) = signed_out();
    client.signed_in("alice", None, None).unwrap();
    assert_eq!(held(&host), 1, "the token stays");
}

/// JRN-04
#[test]
fn tokens_go_after_a_day() {
    let (host, client, _) = signed_out();
    host.store.time_passes(86_402);
    client.resume(1).unwrap();
    assert_eq!(held(&host), 0);
}

/// A device that revokes, and does this when it is called off.
fn config_for(on_cancel: &str) -> ClientConfig {
    serde_json::from_value(json!({
        "client_id": "rp",
        "provider": {"oidc": {"issuer": "https://op.example.com", "endpoints": {
            "end_session": "https://op.example.com/logout", "revocation": "https://op.example.com/revoke"}}},
        "home": "device",
        "layout": {"prefix": {"prefix": "s", "separator": ":"}},
        "post_logout_redirect_uri": {"uri": {"uri": "https://app.example.com/bye"}},
        "on_cancel": on_cancel
    }))
    .unwrap()
}

/// JRN-04: whatever newer sign-out takes it over, a token was given once.
#[test]
fn a_token_that_is_handed_on_is_kept_no_longer() {
    let script = Script { navigator: Some("started".to_owned()), ..Script::default() };
    let host = Host::new(script, BTreeMap::from([("s:alice:cart".to_owned(), "3 apples".to_owned())]));
    let client = host.client(config_for("keep_everything")).unwrap();
    let token = Token { kind: TokenKind::RefreshToken, value: Secret::from(TOKEN) };
    let account = Account { tokens: vec![token], ..Account::new("alice") };
    client.sign_out(&EndSessionRequest::new(Who::This { account })).unwrap();
    for hour in 0..4 {
        host.store.time_passes(10 * 60);
        let request = EndSessionRequest {
            logout_hint: Some(Secret::from(format!("hint-{hour}"))),
            ..EndSessionRequest::new(Who::This { account: Account::new("alice") })
        };
        client.sign_out(&request).unwrap();
    }
    assert_eq!(held(&host), 1, "it has been taken over");
    host.store.time_passes(24 * 60 * 60 - 39 * 60);
    client.resume(10).unwrap();
    assert_eq!(held(&host), 0);
}

/// JRN-04: asked for again and again, it is still the hint of one sign-out.
#[test]
fn hints_are_kept_no_longer_for_being_asked_for_again() {
    let (host, client, _) = signed_out();
    let request = EndSessionRequest {
        state: Some(Secret::from("the-callers-state")),
        logout_hint: Some(Secret::from("the-hint")),
        ..EndSessionRequest::new(Who::This { account: Account::new("alice") })
    };
    host.store.time_passes(14 * 60);
    client.sign_out(&request).unwrap();
    assert_eq!(held(&host), 4);
    host.store.time_passes(62);
    client.resume(10).unwrap();
    let entries = host.store.entries.lock().unwrap();
    assert!(!entries.values().any(|value| value.contains(HINT) || value.contains("the-hint")));
}

/// A sign-out beside the one that is old, and a lease of before.
struct Beside {
    id: String,
    way_back: Secret,
    lease: Lease,
}

type Verb = fn(&LogoutClient, &Beside);

/// JRN-04: what a sign-out kept for too long goes at whatever is called next, though that be about somebody else.
#[test]
fn every_verb_lets_go_of_what_has_had_its_time() {
    let verbs: [(&str, Verb); 20] = [
        ("plan", |client, _| {
            client.plan(&leaving("carol")).unwrap();
        }),
        ("sign_out", |client, _| {
            client.sign_out(&leaving("carol")).unwrap();
        }),
        ("logout", |client, _| {
            client.logout().unwrap();
        }),
        ("complete", |client, bob| {
            client.complete(&bob.way_back, None).unwrap();
        }),
        ("complete, not ours", |client, _| {
            client.complete(&Secret::from("https://app.example.com/else"), None).unwrap();
        }),
        ("cancel of nothing", |client, _| {
            client.cancel("x", CancelReason::UserCancelled).unwrap_err();
        }),
        ("outcome of nothing", |client, _| {
            client.outcome("x").unwrap_err();
        }),
        ("proof of nothing", |client, _| {
            client.proof("x").unwrap_err();
        }),
        ("cancel", |client, bob| {
            client.cancel(&bob.id, CancelReason::UserCancelled).unwrap();
        }),
        ("outcome", |client, bob| {
            client.outcome(&bob.id).unwrap();
        }),
        ("proof", |client, bob| {
            client.proof(&bob.id).unwrap();
        }),
        ("pending", |client, _| {
            client.pending(None).unwrap();
        }),
        ("pending of one", |client, _| {
            client.pending(Some("bob".to_owned())).unwrap();
        }),
        ("resume", |client, _| {
            client.resume(1).unwrap();
        }),
        ("accounts", |client, _| {
            client.accounts().unwrap();
        }),
        ("signed_in", |client, _| client.signed_in("carol", None, None).unwrap()),
        ("login_advice", |client, _| {
            client.login_advice(None, None).unwrap();
        }),
        ("lease", |client, _| {
            client.lease("carol").unwrap();
        }),
        ("save", |client, bob| {
            client.save(&bob.lease, Vec::new()).unwrap();
        }),
        ("still_valid", |client, bob| {
            client.still_valid(&bob.lease).unwrap();
        }),
    ];
    for (name, verb) in verbs {
        let (host, client, _) = signed_out();
        let id = client.sign_out(&leaving("bob")).unwrap().id;
        let bob = Beside { id, way_back: way_back(&host), lease: client.lease("bob").unwrap() };
        let mut entries = host.store.entries.lock().unwrap();
        let mut alices = entries.clone();
        alices.retain(|_, value| value.contains(HINT));
        crate::map_store::time_passes(&mut alices, 902);
        entries.append(&mut alices);
        drop(entries);
        assert_eq!(held(&host), 4, "{name}");
        verb(&client, &bob);
        assert_eq!(held(&host), 1, "{name} leaves what has had its time");
    }
}

/// JRN-04: on a server a verb sweeps the session that it is about.
#[test]
fn on_a_server_the_guards_and_plans_of_a_session_sweep_it() {
    type Verb = fn(&LogoutClient, &Lease);
    let verbs: [(&str, Verb); 4] = [
        ("plan", |client, _| {
            client.plan(&leaving("alice")).unwrap();
        }),
        ("lease", |client, _| {
            client.lease("alice").unwrap();
        }),
        ("save", |client, lease| {
            client.save(lease, Vec::new()).unwrap();
        }),
        ("still_valid", |client, lease| {
            client.still_valid(lease).unwrap();
        }),
    ];
    for (name, verb) in verbs {
        let (host, client, _) = signed_out_at("server");
        let lease = client.lease("alice").unwrap();
        host.store.time_passes(902);
        client.lease("bob").unwrap();
        assert_eq!(held(&host), 4, "{name}: nobody else's session is looked at");
        verb(&client, &lease);
        assert_eq!(held(&host), 1, "{name} leaves what has had its time");
    }
}

/// JRN-04: a token that a newer sign-out has revoked is in no older record either.
#[test]
fn an_older_sign_out_keeps_no_token_that_a_newer_one_revokes() {
    let revokes = json!([{"method": "post", "url": "https://op.example.com/revoke", "status": 200}]);
    let http = serde_json::from_value(revokes).unwrap();
    let script = Script { navigator: Some("started".to_owned()), http, ..Script::default() };
    let cached = [("s:alice:refresh_token", "hers"), ("s:bob:refresh_token", TOKEN)];
    let host = Host::new(script, cached.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
    host.client(config_for("keep_everything")).unwrap().logout().unwrap();
    let held_beside = |host: &Host| {
        let entries = host.store.entries.lock().unwrap();
        entries.iter().filter(|(key, value)| key.starts_with("exeunt.") && value.contains(TOKEN)).count()
    };
    assert_eq!(held_beside(&host), 1, "it waits for its browser");
    host.client(config_for("finish_locally")).unwrap().sign_out(&leaving("bob")).unwrap();
    assert_eq!(held_beside(&host), 0);
}
