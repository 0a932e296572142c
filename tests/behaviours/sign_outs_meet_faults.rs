//! Whole sign-outs through the built-in transport against every fault of `tests/transport/sign_outs.json`, on real
//! sockets: what is said at once, and what `resume` makes of it when the server has recovered.
#![cfg(feature = "http")]

use std::sync::Arc;
use std::thread;

use crate::faulty::{Behaviour, Role, Server};
use crate::scripted::host::Store;
use crate::scripted::project;
use exeunt::{ClientConfig, EndSessionRequest, LogoutClient, LogoutOutcome};
use serde::Deserialize;
use serde_json::{Value, json};

const TOKEN: &str = "TOKEN-OF-ALICE";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    source: String,
    server: Behaviour,
    #[serde(default = "http")]
    scheme: String,
    step: Role,
    expect: Expect,
}

fn http() -> String {
    "http".to_owned()
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    application: Value,
    provider: Value,
    revocations: Vec<String>,
    kept: Vec<String>,
    navigation: bool,
    requests: Vec<Role>,
    more: bool,
    later: Vec<Moment>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Moment {
    after: i64,
    #[serde(default)]
    sound: bool,
    finds: Option<Found>,
    requests: Vec<Role>,
    more: bool,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Found {
    application: Value,
    provider: Value,
    revocations: Vec<String>,
    kept: Vec<String>,
}

/// What a cell compares of an outcome.
fn seen(outcome: &LogoutOutcome) -> Value {
    let projected = project::outcome(outcome);
    let each = |list: &str, member: &str| -> Vec<Value> {
        let items = projected.get(list).and_then(Value::as_array).unwrap();
        items.iter().map(|item| item.get(member).unwrap().clone()).collect()
    };
    json!({
        "application": projected.get("application"), "provider": projected.get("provider"),
        "revocations": each("revocations", "status"), "kept": each("kept", "purpose"),
    })
}

/// Where the tokens of the account are: in the record as long as the outcome says so, and nowhere else.
fn secrecy(store: &Store, kept: &[String]) -> Option<String> {
    let entries = store.entries.lock().unwrap();
    if let Some(key) = entries.keys().find(|key| !key.starts_with("exeunt.")) {
        return Some(format!("{key} is still there"));
    }
    let holds = entries.values().any(|value| value.contains(TOKEN));
    let said = kept.iter().any(|purpose| purpose != "browser_return");
    (holds != said).then(|| format!("a token is {}kept", if holds { "" } else { "not " }))
}

fn config(step: Role, here: &str) -> ClientConfig {
    let provider = match step {
        Role::Metadata => json!({"oidc": {"issuer": here}}),
        Role::Revocation => {
            let endpoints = json!({"end_session": format!("{here}/bye"), "revocation": format!("{here}/revoke")});
            json!({"oidc": {"issuer": here, "endpoints": endpoints}})
        }
        Role::Call => json!({"keycloak": {"server_url": here, "realm": "r", "direct": true}}),
    };
    serde_json::from_value(json!({
        "client_id": "rp", "provider": provider, "home": "device",
        "layout": {"prefix": {"prefix": "s", "separator": ":"}},
        "post_logout_redirect_uri": {"uri": {"uri": "https://app.example.com/bye"}},
    }))
    .unwrap()
}

fn run(case: Case) -> Vec<String> {
    let Case { name, source, server, scheme, step, expect } = case;
    let mut server = Server::start(server, step);
    let here = format!("{scheme}://127.0.0.1:{}", server.port);
    let store = Arc::new(Store::default());
    store.entries.lock().unwrap().insert("s:alice:refresh_token".to_owned(), TOKEN.to_owned());
    let client = LogoutClient::new(config(step, &here), store.clone(), None, None, Vec::new()).unwrap();
    let request: EndSessionRequest =
        serde_json::from_value(json!({"who": {"this": {"account": {"home_account_id": "alice"}}}})).unwrap();
    let mut faults = Vec::new();
    let mut same = |what: &str, found: Value, expected: Value| {
        if found != expected {
            faults.push(format!("{name} ({source}): {what}: {found}, expected {expected}"));
        }
    };

    let outcome = client.sign_out(&request).unwrap();
    let Expect { application, provider, revocations, kept, navigation, requests, more, later } = expect;
    let told = json!({"application": application, "provider": provider, "revocations": revocations, "kept": kept});
    same("the sign-out", seen(&outcome), told);
    same("a navigation", json!(outcome.next.is_some()), json!(navigation));
    same("requests", json!(server.asked()), json!(requests));
    same("secrets", json!(secrecy(&store, &kept)), Value::Null);
    let mut kept = kept;

    let now = Moment { after: 0, sound: false, finds: None, requests: Vec::new(), more };
    for Moment { after, sound, finds, requests, more } in std::iter::once(now).chain(later) {
        store.time_passes(after);
        if sound {
            server.recover();
        }
        let when = |what: &str| format!("{what} {after} seconds later");
        let resumed = client.resume(8).unwrap();
        let found: Vec<Value> = resumed.outcomes.iter().map(seen).collect();
        let expected: Vec<Value> = finds
            .iter()
            .map(|one| {
                let Found { application, provider, revocations, kept } = one;
                json!({"application": application, "provider": provider, "revocations": revocations, "kept": kept})
            })
            .collect();
        same(&when("resume"), json!(found), json!(expected));
        same(&when("requests"), json!(server.asked()), json!(requests));
        same(&when("whether more is due"), json!(resumed.next_due.is_some()), json!(more));
        same(&when("set aside"), json!(resumed.set_aside), json!([]));
        kept = finds.map_or(kept, |one| one.kept);
        same(&when("secrets"), json!(secrecy(&store, &kept)), Value::Null);
    }
    faults
}

/// All at once: where a server is slow the time-outs of the requests are waited for, and that once is enough.
#[test]
fn every_cell_ends_as_it_says() {
    let cases: Vec<Case> =
        serde_json::from_str(&std::fs::read_to_string("tests/transport/sign_outs.json").unwrap()).unwrap();
    let cells: Vec<_> = cases.into_iter().map(|case| thread::spawn(move || run(case))).collect();
    println!("rust: {} sign-outs that meet faults", cells.len());
    let faults: Vec<String> = cells.into_iter().flat_map(|cell| cell.join().unwrap()).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
