//! Clients of other applications, providers or caches may share one store: none carries out, ends or tells what another
//! has begun; but what nobody comes back for loses its secrets.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::scripted::host::{Host, Rule, Script};
use exeunt::{Account, EndSessionRequest, Entry, LogoutClient, OnCancel, Saved, Secret, Who};
use serde_json::json;

const TOKEN: &str = "TOKEN-OF-A";
const WEEK: i64 = 7 * 24 * 60 * 60;

fn config(home: &str, client_id: &str, issuer: &str, prefix: &str) -> exeunt::ClientConfig {
    serde_json::from_value(json!({
        "client_id": client_id,
        "provider": {"oidc": {"issuer": issuer, "endpoints": {
            "end_session": format!("{issuer}/logout"), "revocation": format!("{issuer}/revoke"),
            "authorization": format!("{issuer}/auth")}}},
        "home": home,
        "layout": {"prefix": {"prefix": prefix, "separator": ":"}},
        "post_logout_redirect_uri": {"uri": {"uri": "https://app.example.com/bye"}}
    }))
    .unwrap()
}

/// A store with a session of `a`, whose provider does not answer, and of `b`, whose provider does.
fn host() -> Host {
    let found =
        |url: &str| -> Rule { serde_json::from_value(json!({"method": "post", "url": url, "status": 200})).unwrap() };
    let entries = [("a:alice:refresh_token", TOKEN), ("b:alice:refresh_token", "TOKEN-OF-B")];
    let script = Script { http: vec![found("https://b.example.com/revoke")], ..Script::default() };
    Host::new(script, entries.map(|(key, value)| (key.to_owned(), value.to_owned())).into())
}

fn alice() -> EndSessionRequest {
    EndSessionRequest::new(Who::This { account: Account::new("alice") })
}

/// One client, and each way in which another may differ from it.
fn pairs(host: &Host, home: &str) -> Vec<(&'static str, Arc<LogoutClient>, Arc<LogoutClient>)> {
    let client = |id, issuer, prefix| host.client(config(home, id, issuer, prefix)).unwrap();
    let a = || client("a", "https://a.example.com", "a");
    vec![
        ("application", a(), client("b", "https://a.example.com", "a")),
        ("provider", a(), client("a", "https://b.example.com", "a")),
        ("cache", a(), client("a", "https://a.example.com", "b")),
    ]
}

fn entries(host: &Host) -> BTreeMap<String, String> {
    host.store.entries.lock().unwrap().clone()
}

fn requests(host: &Host) -> usize {
    host.network.as_ref().unwrap().calls.lock().unwrap().len()
}

/// JRN-08
#[test]
fn what_one_has_begun_no_other_resumes() {
    for home in ["device", "server"] {
        for (differs, keep) in (0..3).flat_map(|differs| [(differs, false), (differs, true)]) {
            let host = host();
            let (name, one, other) = pairs(&host, home).swap_remove(differs);
            let on_cancel = keep.then_some(OnCancel::KeepEverything);
            let begun = one.sign_out(&EndSessionRequest { on_cancel, ..alice() }).unwrap();
            let sent = requests(&host);
            for (seconds, whole) in [(61, true), (16 * 60, false)] {
                host.store.time_passes(seconds);
                let before = entries(&host);
                let resumed = other.resume(10).unwrap();
                assert_eq!((resumed.outcomes.len(), resumed.set_aside.len()), (0, 0), "{home}, {name}, {keep}");
                assert_eq!(requests(&host), sent, "{home}, {name}, {keep}");
                // After fifteen minutes what the browser would have needed goes from the record.
                let same = |key: &String| whole || !key.starts_with("exeunt.");
                let kept =
                    |all: BTreeMap<String, String>| all.into_iter().filter(|(key, _)| same(key)).collect::<Vec<_>>();
                assert_eq!(kept(entries(&host)), kept(before), "{home}, {name}, {keep}");
            }
            assert!(other.outcome(&begun.id).is_err());
            assert_eq!(one.resume(10).unwrap().outcomes.len(), 1, "{home}, {name}, {keep}: it is its own to finish");
        }
    }
}

#[test]
fn asked_for_by_another_it_is_another_sign_out() {
    for home in ["device", "server"] {
        for differs in 0..3 {
            let host = host();
            let (name, one, other) = pairs(&host, home).swap_remove(differs);
            let begun = one.sign_out(&alice()).unwrap();
            let again = other.sign_out(&EndSessionRequest { ticket: begun.ticket.clone(), ..alice() }).unwrap();
            assert_ne!(begun.id, again.id, "{home}, {name}");
            let known = one.outcome(&begun.id).unwrap();
            assert_eq!(known.provider, begun.provider, "{home}, {name}: nobody took its browser");
        }
    }
}

#[test]
fn a_sign_out_of_one_ends_no_lease_of_another_and_gives_it_no_advice() {
    for differs in 0..3 {
        let host = host();
        let (name, one, other) = pairs(&host, "device").swap_remove(differs);
        let prefix = if name == "cache" { "b" } else { "a" };
        let lease = other.lease("alice").unwrap();
        one.sign_out(&alice()).unwrap();
        let entry = |key| Entry { key, value: Secret::from("fresh"), protect: true };
        let saved = other.save(&lease, vec![entry(format!("{prefix}:alice:access_token"))]).unwrap();
        assert_eq!(saved, Saved::Stored, "{name}");
        assert_eq!(other.login_advice(None, None).unwrap().since, None, "{name}");
        assert!(other.pending(None).unwrap().is_empty(), "{name}");
        assert!(one.login_advice(None, None).unwrap().since.is_some(), "{name}");
    }
}

/// JRN-04: nobody keeps a token for longer than a week.
#[test]
fn secrets_of_one_who_never_comes_back_end_all_the_same() {
    for home in ["device", "server"] {
        let host = host();
        let (_, one, other) = pairs(&host, home).swap_remove(0);
        one.sign_out(&alice()).unwrap();
        let holds = || entries(&host).values().any(|value| value.contains(TOKEN));
        host.store.time_passes(WEEK - 60);
        other.resume(10).unwrap();
        assert!(holds(), "{home}: it is not over yet");
        host.store.time_passes(WEEK);
        other.resume(10).unwrap();
        assert!(!holds(), "{home}");
        host.store.time_passes(30 * 24 * 60 * 60);
        other.resume(10).unwrap();
        let left: Vec<String> = entries(&host).into_keys().filter(|key| key.starts_with("exeunt.")).collect();
        assert!(!left.iter().any(|key| key.contains("pending")), "{home}: {left:?}");
    }
}

#[test]
fn what_was_asked_of_another_provider_before_is_not_said_to_be_done_at_this_one() {
    let host = host();
    let before = host.client(config("device", "a", "https://a.example.com", "a")).unwrap();
    before.sign_out(&alice()).unwrap();
    let after = host.client(config("device", "a", "https://b.example.com", "b")).unwrap();
    host.store.time_passes(61);
    assert!(after.resume(10).unwrap().outcomes.is_empty());
    let sent = host.network.as_ref().unwrap().calls.lock().unwrap().clone();
    let asked: Vec<&str> = sent.iter().map(|call: &exeunt::HttpCall| call.url.reveal()).collect();
    assert_eq!(asked, ["https://a.example.com/revoke"], "once, at the provider that it is of");
}
