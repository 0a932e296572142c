//! A provider that calls `state` by another name brings it back under that name.

use std::collections::BTreeMap;

use crate::scripted::host::{Host, Script};
use exeunt::{Account, ClientConfig, Completion, EndSessionRequest, NotOursReason, Secret, Who};
use serde_json::json;

fn config() -> ClientConfig {
    serde_json::from_value(json!({
        "client_id": "rp",
        "provider": {"oidc": {
            "issuer": "https://op.example.com",
            "endpoints": {"end_session": "https://op.example.com/logout"},
            "parameter_names": {"state": "relay"}
        }},
        "home": "device",
        "layout": {"prefix": {"prefix": "s", "separator": ":"}},
        "post_logout_redirect_uri": {"uri": {"uri": "https://app.example.com/bye"}},
        "revoke_tokens": false
    }))
    .unwrap()
}

/// What becomes of a return whose query and fragment are made from the state that was sent.
fn returned(back: impl Fn(&str) -> String) -> Completion {
    let host = Host::new(Script::default(), BTreeMap::new());
    let client = host.client(config()).unwrap();
    let outcome = client.sign_out(&EndSessionRequest::new(Who::This { account: Account::new("alice") })).unwrap();
    let next = outcome.next.unwrap();
    let (before, relay) = next.url.reveal().split_once("&relay=").unwrap();
    assert!(!before.contains("state="), "it was sent under both names");
    client.complete(&Secret::from(format!("https://app.example.com/bye{}", back(relay))), None).unwrap()
}

#[test]
fn it_is_matched_under_its_new_name() {
    assert!(matches!(returned(|relay| format!("?relay={relay}")), Completion::Matched { .. }));
}

#[test]
fn it_is_matched_under_the_standard_name_too() {
    assert!(matches!(returned(|relay| format!("?state={relay}")), Completion::Matched { .. }));
}

#[test]
fn under_both_names_or_in_the_fragment_it_is_nobodys() {
    let twice = returned(|relay| format!("?relay={relay}&state={relay}"));
    assert_eq!(twice, Completion::NotOurs { why: NotOursReason::WrongState });
    let hidden = returned(|relay| format!("?relay={relay}#relay={relay}"));
    assert_eq!(hidden, Completion::NotOurs { why: NotOursReason::WrongState });
    let alone = returned(|relay| format!("#relay={relay}"));
    assert_eq!(alone, Completion::NotOurs { why: NotOursReason::WrongState });
}
