//! What a sign-out does when time passes between its steps: records are aged in the store, since the core's clock is the
//! system's.

use std::collections::BTreeMap;

use crate::scripted::host::{Host, Script};
use exeunt::{Account, Completion, Doubt, EndSessionRequest, LogoutOutcome, NotOursReason, Secret, SessionStatus, Who};
use serde_json::json;

fn config() -> exeunt::ClientConfig {
    serde_json::from_value(json!({
        "client_id": "rp",
        "provider": {"oidc": {"issuer": "https://op.example.com", "endpoints": {"end_session": "https://op.example.com/logout"}}},
        "home": "device",
        "layout": {"prefix": {"prefix": "s", "separator": ":"}},
        "post_logout_redirect_uri": {"uri": {"uri": "https://app.example.com/bye"}},
        "revoke_tokens": false
    }))
    .unwrap()
}

fn host() -> Host {
    Host::new(Script { navigator: Some("started".to_owned()), ..Script::default() }, BTreeMap::new())
}

fn who(id: &str) -> EndSessionRequest {
    let account = Account::new(id);
    EndSessionRequest::new(Who::This { account })
}

fn last_return(host: &Host) -> Secret {
    let last = host.browser.as_ref().unwrap().navigations.lock().unwrap().len() - 1;
    returned_from(host, last)
}

fn returned_from(host: &Host, navigation: usize) -> Secret {
    let navigations = host.browser.as_ref().unwrap().navigations.lock().unwrap();
    let state = crate::scripted::project::raw_state(&navigations[navigation]).unwrap();
    Secret::from(format!("https://app.example.com/bye?state={state}"))
}

fn records(host: &Host) -> usize {
    host.store.entries.lock().unwrap().keys().filter(|key| key.starts_with("exeunt.pending.")).count()
}

/// PLR-10: up to 15 minutes it is in time.
#[test]
fn a_return_after_fourteen_minutes_is_matched() {
    let host = host();
    let client = host.client(config()).unwrap();
    client.sign_out(&who("alice")).unwrap();
    host.store.time_passes(14 * 60);
    assert!(matches!(client.complete(&last_return(&host), None).unwrap(), Completion::Matched { .. }));
}

/// PLR-10: too late is after 15 minutes; the clear has happened.
#[test]
fn a_return_after_fifteen_minutes_has_expired_and_changes_nothing() {
    let host = host();
    host.store.entries.lock().unwrap().insert("s:alice:cart".to_owned(), "3 apples".to_owned());
    let client = host.client(config()).unwrap();
    let LogoutOutcome { id, .. } = client.sign_out(&who("alice")).unwrap();
    host.store.time_passes(15 * 60 + 1);
    assert!(!host.store.entries.lock().unwrap().contains_key("s:alice:cart"));
    let answer = client.complete(&last_return(&host), None).unwrap();
    assert_eq!(answer, Completion::NotOurs { why: NotOursReason::Expired });
    let never = SessionStatus::Unconfirmed { because: Doubt::NeverCameBack };
    assert_eq!(client.outcome(&id).unwrap().provider, never);
    assert_eq!(client.pending(None).unwrap(), Vec::new());
}

#[test]
fn a_clock_that_jumped_back_expires_nothing() {
    let host = host();
    let client = host.client(config()).unwrap();
    client.sign_out(&who("alice")).unwrap();
    host.store.time_passes(-24 * 60 * 60);
    assert!(matches!(client.complete(&last_return(&host), None).unwrap(), Completion::Matched { .. }));
}

/// A clear never ages, and no clock holds it up.
#[test]
fn a_clock_that_jumped_back_keeps_nobody_signed_in() {
    let host = host();
    host.store.entries.lock().unwrap().insert("s:alice:cart".to_owned(), "3 apples".to_owned());
    let keeping = exeunt::ClientConfig { on_cancel: Some(exeunt::OnCancel::KeepEverything), ..config() };
    let client = host.client(keeping).unwrap();
    client.sign_out(&who("alice")).unwrap();
    assert!(host.store.entries.lock().unwrap().contains_key("s:alice:cart"));
    host.store.time_passes(-365 * 24 * 60 * 60);
    client.resume(10).unwrap();
    assert!(!host.store.entries.lock().unwrap().contains_key("s:alice:cart"), "nobody comes back from next year");
}

#[test]
fn a_sign_out_is_forgotten_after_thirty_days() {
    let host = host();
    let client = host.client(config()).unwrap();
    let LogoutOutcome { id, .. } = client.sign_out(&who("alice")).unwrap();
    host.store.time_passes(31 * 24 * 60 * 60);
    client.sign_out(&who("bob")).unwrap();
    assert_eq!(client.outcome(&id).unwrap_err().code(), "unknown_logout");
    assert_eq!(records(&host), 1);
}

/// PLR-13: none is given up for another account's sake while its browser may still come back.
#[test]
fn of_hundreds_of_sign_outs_each_is_matched_and_later_they_do_not_pile_up() {
    let host = host();
    let client = host.client(config()).unwrap();
    for round in 0..300 {
        client.sign_out(&who(&format!("user{round}"))).unwrap();
    }
    for early in [0, 100, 235, 299] {
        let url = returned_from(&host, early);
        assert!(matches!(client.complete(&url, None).unwrap(), Completion::Matched { .. }), "{early}");
    }
    host.store.time_passes(16 * 60);
    client.sign_out(&who("latest")).unwrap();
    assert!(matches!(client.complete(&last_return(&host), None).unwrap(), Completion::Matched { .. }));
    // Of all of them it is remembered that the provider's session may be alive, as long as it is advised.
    for user in ["user0", "user150", "latest"] {
        assert!(client.login_advice(Some(user.to_owned()), None).unwrap().since.is_some(), "{user}");
    }
    host.store.time_passes(30 * 24 * 60 * 60);
    client.sign_out(&who("somebody")).unwrap();
    assert!(records(&host) <= 64, "{} records", records(&host));
}

/// ADV-01: of an account the last sign-out is enough.
#[test]
fn sign_outs_of_the_same_accounts_do_not_pile_up() {
    let host = host();
    let client = host.client(config()).unwrap();
    for round in 0..200 {
        client.sign_out(&who(&format!("user{}", round % 10))).unwrap();
        host.store.time_passes(16 * 60);
    }
    client.sign_out(&who("latest")).unwrap();
    assert!(records(&host) <= 64, "{} records", records(&host));
    assert!(client.login_advice(Some("user3".to_owned()), None).unwrap().since.is_some());
}

/// ADV-01: nor is one account's forgotten for all that others do.
#[test]
fn login_advice_outlives_many_sign_outs_of_others() {
    let host = host();
    let client = host.client(config()).unwrap();
    client.sign_out(&who("alice")).unwrap();
    for round in 0..200 {
        host.store.time_passes(16 * 60);
        client.sign_out(&who(&format!("user{}", round % 10))).unwrap();
    }
    assert!(client.login_advice(Some("alice".to_owned()), None).unwrap().since.is_some());
}

/// A server has a name for each session: what a sign-in writes beside the record of a sign-out is forgotten with it.
#[test]
fn a_server_remembers_nothing_of_a_sign_out_and_the_sign_ins_after_it() {
    let host = host();
    let client = host.client(exeunt::ClientConfig { home: exeunt::Home::Server, ..config() }).unwrap();
    let LogoutOutcome { ticket, .. } = client.sign_out(&who("session1")).unwrap();
    for session in ["session2", "session1", "session3", "session1"] {
        client.signed_in(session, None, ticket.clone()).unwrap();
    }
    let own = || host.store.entries.lock().unwrap().keys().filter(|key| key.starts_with("exeunt.")).count();
    assert!(own() > 2);
    let lease = client.lease("session2").unwrap();
    assert!(client.still_valid(&lease).unwrap());
    host.store.time_passes(31 * 24 * 60 * 60);
    client.resume(10).unwrap();
    client.resume(10).unwrap();
    assert_eq!(own(), 0);
}
