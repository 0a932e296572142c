//! A process that dies between its clear and its look leaves a record that says so: whoever resumes clears what is there,
//! unless somebody has signed in since.

use std::collections::BTreeMap;

use crate::scripted::host::{Host, Script};
use exeunt::{Account, Doubt, EndSessionRequest, Evidence, LogoutOutcome, SessionStatus, Who};
use serde_json::{Value, json};

const KEY: &str = "s:alice:cart";

/// Signs out, takes the record back to this stage, puts something into the cache, perhaps changes the epoch, and resumes.
fn resumed_from(home: &str, stage: &str, signed_in_since: bool) -> (Vec<LogoutOutcome>, bool) {
    let config = json!({
        "client_id": "rp",
        "provider": {"oidc": {"issuer": "https://op.example.com", "endpoints": {
            "end_session": "https://op.example.com/logout"}}},
        "home": home,
        "layout": {"prefix": {"prefix": "s", "separator": ":"}},
        "revoke_tokens": false
    });
    let host = Host::new(Script::default(), BTreeMap::from([(KEY.to_owned(), "1".to_owned())]));
    let client = host.client(serde_json::from_value(config).unwrap()).unwrap();
    let account = Account::new("alice");
    client.sign_out(&EndSessionRequest::new(Who::This { account })).unwrap();
    let mut entries = host.store.entries.lock().unwrap();
    for (key, value) in entries.iter_mut() {
        if key.starts_with("exeunt.pending.") {
            let mut record: Value = serde_json::from_str(value).unwrap();
            record["clear"]["stage"] = json!(stage);
            *value = record.to_string();
        } else if key.starts_with("exeunt.epoch.") && signed_in_since {
            "another one".clone_into(value);
        }
    }
    let due: Vec<String> = entries.keys().filter(|key| key.starts_with("exeunt.due.")).cloned().collect();
    for key in due {
        // The index of a record that is due at once.
        let id = entries.remove(&key).unwrap();
        entries.insert(format!("exeunt.due.000000000000.{id}"), id);
    }
    entries.insert(KEY.to_owned(), "2".to_owned());
    drop(entries);
    let outcomes = client.resume(5).unwrap().outcomes;
    let stays = host.store.entries.lock().unwrap().contains_key(KEY);
    (outcomes, stays)
}

/// JRN-05: the clear first.
#[test]
fn what_was_cleared_is_looked_at_and_what_waits_is_cleared() {
    for (home, stage) in [("device", "cleared"), ("device", "waiting"), ("server", "cleared"), ("server", "waiting")] {
        let (outcomes, stays) = resumed_from(home, stage, false);
        let [outcome] = outcomes.as_slice() else { panic!("{home}, {stage}: {} outcomes", outcomes.len()) };
        assert_eq!(outcome.application, SessionStatus::Ended { evidence: Evidence::ReadBack }, "{home}, {stage}");
        assert!(!stays, "{home}, {stage}");
    }
}

#[test]
fn what_is_done_or_kept_is_not_cleared_again() {
    for stage in ["done", "kept", "struck"] {
        let (outcomes, stays) = resumed_from("device", stage, false);
        assert!(outcomes.is_empty(), "{stage}");
        assert!(stays, "{stage}");
    }
}

#[test]
fn whoever_signed_in_since_stays() {
    for (home, stage) in [("device", "cleared"), ("device", "waiting"), ("server", "cleared"), ("server", "waiting")] {
        let (outcomes, stays) = resumed_from(home, stage, true);
        let [outcome] = outcomes.as_slice() else { panic!("{home}, {stage}: {} outcomes", outcomes.len()) };
        assert_eq!(outcome.application, SessionStatus::Unconfirmed { because: Doubt::Superseded }, "{home}, {stage}");
        assert!(stays, "{home}, {stage}");
    }
}
