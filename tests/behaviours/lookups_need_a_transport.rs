//! A client that must look something up or revoke needs a transport: its host's, or the built-in one (feature `http`).
//! What happens with neither is seen by `cargo test --no-default-features --test lookups_need_a_transport`.
#![allow(dead_code, unreachable_pub)] // it needs some of the scripted host; a program has no outside
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // what is no test here serves tests

#[path = "../map_store/mod.rs"]
mod map_store;
mod scripted;

use exeunt::{ClientConfig, LogoutError};
use scripted::host::{Host, Script};
use serde_json::{Value, json};

/// Makes a client of this provider, with or without a transport of the host.
fn made(transport: bool, endpoints: &Value, revoke_tokens: bool) -> Result<(), LogoutError> {
    let config: ClientConfig = serde_json::from_value(json!({
        "client_id": "rp",
        "provider": {"oidc": {"issuer": "https://op.example.com", "endpoints": endpoints}},
        "home": "device",
        "layout": {"prefix": {"prefix": "s", "separator": ":"}},
        "revoke_tokens": revoke_tokens
    }))
    .unwrap();
    let script = Script { transport: (!transport).then(|| "absent".to_owned()), ..Script::default() };
    Host::new(script, [].into()).client(config).map(|_| ())
}

/// One client that looks the end-session endpoint up, and one for each way to revoke.
fn those_that_ask(transport: bool) -> [Result<(), LogoutError>; 3] {
    let revocation =
        json!({"end_session": "https://op.example.com/bye", "revocation": "https://op.example.com/revoke"});
    [
        made(transport, &json!({}), false),
        made(transport, &json!({"end_session": "https://op.example.com/bye"}), true),
        made(transport, &revocation, true),
    ]
}

/// HOST-01
#[cfg(not(feature = "http"))]
#[test]
fn without_any_transport_a_client_that_looks_up_or_revokes_is_refused() {
    for (at, client) in those_that_ask(false).into_iter().enumerate() {
        let error = client.expect_err(&format!("client {at} was made without a transport"));
        assert_eq!(
            (error.code(), error.broken_rule().as_deref()),
            ("configuration".to_owned(), Some("HOST-01")),
            "{at}"
        );
    }
}

#[cfg(feature = "http")]
#[test]
fn the_built_in_transport_is_enough() {
    assert!(those_that_ask(false).iter().all(Result::is_ok));
}

#[test]
fn a_transport_of_the_host_is_enough() {
    assert!(those_that_ask(true).iter().all(Result::is_ok));
}

#[test]
fn a_client_that_neither_looks_up_nor_revokes_needs_no_transport() {
    assert!(made(false, &json!({"end_session": "https://op.example.com/bye"}), false).is_ok());
}
