//! One runner works on a sign-out: a live claim is left alone, a lapsed or impossible one is taken over.

use std::collections::BTreeMap;

use crate::scripted::host::{Host, Script};
use exeunt::{Account, EndSessionRequest, PlanWarning, Resumed, Who};
use serde_json::{Value, json};

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// Signs out offline; then somebody else claims the record, and it is resumed when its revocation is due.
fn resumed_under(home: &str, claimed_until: Option<i64>) -> (Resumed, usize) {
    let config = json!({
        "client_id": "rp",
        "provider": {"oidc": {"issuer": "https://op.example.com", "endpoints": {
            "end_session": "https://op.example.com/logout", "revocation": "https://op.example.com/revoke"}}},
        "home": home,
        "layout": {"prefix": {"prefix": "s", "separator": ":"}}
    });
    let host = Host::new(Script::default(), BTreeMap::from([("s:alice:refresh_token".to_owned(), "r-1".to_owned())]));
    let client = host.client(serde_json::from_value(config).unwrap()).unwrap();
    let account = Account::new("alice");
    client.sign_out(&EndSessionRequest::new(Who::This { account })).unwrap();
    host.store.time_passes(61);
    for (key, value) in host.store.entries.lock().unwrap().iter_mut() {
        if key.starts_with("exeunt.pending.") {
            let mut record: Value = serde_json::from_str(value).unwrap();
            record["owner"] = json!("somebody else");
            record["claimed_until"] = json!(claimed_until);
            *value = record.to_string();
        }
    }
    host.network.as_ref().unwrap().calls.lock().unwrap().clear();
    let resumed = client.resume(10).unwrap();
    let calls = host.network.as_ref().unwrap().calls.lock().unwrap().len();
    (resumed, calls)
}

/// JRN-02: a live claim is respected.
#[test]
fn while_it_lives_nothing_is_sent_and_the_next_time_is_its_end() {
    for home in ["device", "server"] {
        // Another server's clock may be some seconds ahead.
        for ahead in [50, 60, 64] {
            let until = now() + ahead;
            let (resumed, calls) = resumed_under(home, Some(until));
            assert_eq!((resumed.outcomes.len(), calls), (0, 0), "{home}, {ahead}");
            assert_eq!(resumed.next_due, Some(until), "{home}, {ahead}");
        }
    }
}

/// JRN-02: a lapsed claim stops nobody.
#[test]
fn once_it_has_lapsed_the_sign_out_is_taken_over() {
    for home in ["device", "server"] {
        for until in [None, Some(0), Some(now() - 1)] {
            let (resumed, calls) = resumed_under(home, until);
            assert_eq!((resumed.outcomes.len(), calls), (1, 1), "{home}");
        }
    }
}

/// JRN-02: no claim lasts longer than 60 seconds.
#[test]
fn one_further_ahead_than_a_claim_lasts_is_a_clock_that_jumped() {
    for home in ["device", "server"] {
        for ahead in [70, 1000] {
            let (resumed, calls) = resumed_under(home, Some(now() + ahead));
            assert_eq!((resumed.outcomes.len(), calls), (1, 1), "{home}, {ahead}");
        }
    }
}

/// JRN-02: whoever asks again while the first run has not let go gets no second page and is told why; once its claim has
/// lapsed the page is opened after all, though the app ended between the record and the browser.
#[test]
fn a_sign_out_asked_for_again_under_a_live_claim_says_that_it_is_under_way() {
    let config = json!({
        "client_id": "rp",
        "provider": {"oidc": {"issuer": "https://op.example.com",
            "endpoints": {"end_session": "https://op.example.com/logout"}}},
        "home": "device",
        "layout": {"prefix": {"prefix": "s", "separator": ":"}},
        "post_logout_redirect_uri": {"uri": {"uri": "https://app.example.com/bye"}}
    });
    let script = Script { navigator: Some("started".to_owned()), ..Script::default() };
    let host = Host::new(script, BTreeMap::from([("s:alice:cart".to_owned(), "3 apples".to_owned())]));
    let client = host.client(serde_json::from_value(config).unwrap()).unwrap();
    let request = EndSessionRequest::new(Who::This { account: Account::new("alice") });
    let first = client.sign_out(&request).unwrap();
    let claim = |until: i64| {
        for (key, value) in host.store.entries.lock().unwrap().iter_mut() {
            if key.starts_with("exeunt.pending.") {
                let mut record: Value = serde_json::from_str(value).unwrap();
                record["owner"] = json!("an app that was killed");
                record["claimed_until"] = json!(until);
                record["handover"]["given_at"] = json!(until - 60);
                *value = record.to_string();
            }
        }
    };
    let pages = || host.browser.as_ref().unwrap().navigations.lock().unwrap().len();
    claim(now() + 59);
    let second = client.sign_out(&request).unwrap();
    assert_eq!((second.id.as_str(), pages()), (first.id.as_str(), 1));
    assert!(!first.warnings.contains(&PlanWarning::AlreadyUnderWay));
    assert!(second.warnings.contains(&PlanWarning::AlreadyUnderWay), "{second}");
    claim(now() - 1);
    let third = client.sign_out(&request).unwrap();
    assert_eq!((third.id.as_str(), pages()), (first.id.as_str(), 2));
    assert!(!third.warnings.contains(&PlanWarning::AlreadyUnderWay), "{third}");
}
