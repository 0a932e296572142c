//! The built-in transport against servers that fail, lie and dawdle: the session here ends all the same, and the outcome
//! says what is not known. The transport is reached only as hosts reach it, through a client.
#![cfg(feature = "http")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use crate::loopback::{JSON, Server, answer, is_untouched, metadata, trickle};
use crate::scripted::host::{Host, Script};
use exeunt::{
    ClientConfig, EndSessionRequest, Evidence, Failure, LogoutOutcome, PlanWarning, RevocationStatus, SessionStatus,
};
use serde_json::{Value, json};

fn config(provider: Value) -> ClientConfig {
    let layout = json!({"prefix": {"prefix": "s", "separator": ":"}});
    serde_json::from_value(json!({"client_id": "rp", "provider": provider, "home": "device", "layout": layout}))
        .unwrap()
}

/// Signs one account out through the built-in transport.
fn signed_out(provider: Value) -> LogoutOutcome {
    let entries = [("s:alice:refresh_token", "refresh-1"), ("s:alice:cart", "3 apples")];
    let script = Script { transport: Some("absent".to_owned()), ..Script::default() };
    let host = Host::new(script, entries.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
    let client = host.client(config(provider)).unwrap();
    let request: EndSessionRequest =
        serde_json::from_value(json!({"who": {"this": {"account": {"home_account_id": "alice"}}}})).unwrap();
    let outcome = client.sign_out(&request).unwrap();
    let left = host.store.entries.lock().unwrap().keys().filter(|key| key.starts_with("s:")).count();
    assert_eq!(left, 0, "the session here is alive");
    assert_eq!(outcome.application, SessionStatus::Ended { evidence: Evidence::ReadBack });
    assert!(!outcome.signed_out_at_provider());
    outcome
}

fn discovering(issuer: &str) -> LogoutOutcome {
    signed_out(json!({"oidc": {"issuer": issuer}}))
}

/// Addresses are known; only the revocation goes out.
fn revoking(server: &Server) -> LogoutOutcome {
    let here = server.issuer();
    let endpoints = json!({"end_session": format!("{here}/bye"), "revocation": format!("{here}/revoke")});
    signed_out(json!({"oidc": {"issuer": here, "endpoints": endpoints}}))
}

fn assert_not_discovered(outcome: &LogoutOutcome) {
    assert_eq!(outcome.provider, SessionStatus::Failed { because: Failure::DiscoveryFailed });
    assert!(outcome.next.is_none());
    let statuses: Vec<_> = outcome.revocations.iter().map(|revocation| revocation.status).collect();
    assert_eq!(statuses, [RevocationStatus::Uncertain]);
}

#[test]
fn a_sound_answer_is_believed() {
    let server =
        Server::new(|port, request, stream| match request.starts_with("GET /.well-known/openid-configuration ") {
            true => answer(stream, "200 OK", JSON, &metadata(port)),
            false => answer(stream, "200 OK", "", ""),
        });
    let outcome = discovering(&server.issuer());
    assert!(outcome.next.unwrap().url.reveal().starts_with(&format!("{}/bye?", server.issuer())));
    assert_eq!(outcome.revocations.first().unwrap().status, RevocationStatus::Revoked);
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    assert!(asked.iter().all(|one| !one.to_lowercase().contains("accept-encoding: gzip")), "{asked:?}");
    let (head, body) = asked.last().unwrap().split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /revoke "));
    assert_eq!(body, "token=refresh-1&token_type_hint=refresh_token&client_id=rp");
}

#[test]
fn nobody_listens() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert_not_discovered(&discovering(&format!("http://127.0.0.1:{port}")));
}

#[test]
fn a_connection_that_breaks_off_in_the_middle_is_no_answer() {
    let server = Server::new(|_, _, stream| {
        let _ =
            stream.write_all(format!("HTTP/1.1 200 OK\r\n{JSON}content-length: 4000\r\n\r\n{{\"issuer\":").as_bytes());
    });
    assert_not_discovered(&discovering(&server.issuer()));
    assert!(!server.asked().is_empty());
}

#[test]
fn what_is_not_http_is_no_answer() {
    let server = Server::new(|_, _, stream| stream.write_all(b"220 mail.example.com ready\r\n").unwrap());
    assert_not_discovered(&discovering(&server.issuer()));
}

#[test]
fn a_redirect_is_not_followed() {
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
        let target = format!("http://{}/.well-known/openid-configuration", elsewhere.local_addr().unwrap());
        let server = Server::new(move |port, request, stream| {
            let to = if request.starts_with("GET /.well-known") { target.clone() } else { format!("{target}?token=1") };
            answer(stream, status, &format!("{JSON}location: {to}\r\n"), &metadata(port));
        });
        assert_not_discovered(&discovering(&server.issuer()));
        let outcome = revoking(&server);
        assert_ne!(outcome.revocations.first().unwrap().status, RevocationStatus::Revoked, "{status}");
        assert!(is_untouched(&elsewhere), "{status} was followed");
        assert!(server.asked().iter().all(|one| one.contains(" /.well-known/") || one.contains(" /revoke ")));
    }
}

#[test]
fn a_status_other_than_200_is_no_metadata() {
    for status in ["204 No Content", "404 Not Found", "500 Oops", "503 Busy"] {
        let server =
            Server::answering(
                status,
                JSON,
                |port| {
                    if status.starts_with("204") { String::new() } else { metadata(port) }
                },
            );
        assert_not_discovered(&discovering(&server.issuer()));
    }
}

#[test]
fn metadata_of_another_kind_or_compressed_is_refused() {
    for headers in [
        "content-type: text/html\r\n",
        "content-type: application/json\r\ncontent-encoding: gzip\r\n",
        "content-type: application/json\r\ncontent-encoding: br\r\n",
    ] {
        let server = Server::answering("200 OK", headers, metadata);
        assert_not_discovered(&discovering(&server.issuer()));
    }
}

#[test]
fn an_endless_answer_is_cut_off() {
    let hung_up = Arc::new(AtomicBool::new(false));
    let flag = hung_up.clone();
    let (done, heard) = std::sync::mpsc::channel();
    let done = Mutex::new(done);
    let server = Server::new(move |_, _, stream| {
        let mut going = stream.write_all(format!("HTTP/1.1 200 OK\r\n{JSON}\r\n{{\"a\":\"").as_bytes()).is_ok();
        let block = [b'a'; 64 * 1024];
        // Far more than any buffer on the way; a reader without a limit would take it all.
        for _ in 0..1_024 {
            going = going && stream.write_all(&block).is_ok();
        }
        flag.store(!going, Ordering::SeqCst);
        let _ = done.lock().unwrap().send(());
    });
    assert_not_discovered(&discovering(&server.issuer()));
    heard.recv().unwrap();
    assert!(hung_up.load(Ordering::SeqCst), "64 MiB were taken");
}

#[test]
fn the_limit_is_256_kib_to_the_byte() {
    let padded = |port: u16, length: usize| metadata(port) + &" ".repeat(length - metadata(port).len());
    let full = Server::answering("200 OK", JSON, move |port| padded(port, 256 * 1024));
    assert_ne!(discovering(&full.issuer()).provider, SessionStatus::Failed { because: Failure::DiscoveryFailed });
    let over = Server::answering("200 OK", JSON, move |port| padded(port, 256 * 1024 + 1));
    assert_not_discovered(&discovering(&over.issuer()));
}

/// Waits until the ten seconds of the core are over: a sound answer, one byte at a time, comes too late.
#[test]
fn an_answer_that_trickles_is_given_up() {
    let server = Server::new(|port, _, stream| trickle(stream, &format!("{:>300}", metadata(port))));
    assert_not_discovered(&discovering(&server.issuer()));
}

#[test]
fn a_revocation_says_what_its_answer_proves() {
    let error = r#"{"error":"invalid_client"}"#;
    let unsupported = r#"{"error":"unsupported_token_type"}"#;
    for (status, headers, body, expected, code) in [
        ("200 OK", "", "", RevocationStatus::Revoked, None),
        ("200 OK", "content-type: text/html\r\n", "<title>Sign in</title>", RevocationStatus::Uncertain, None),
        ("400 Bad", JSON, unsupported, RevocationStatus::Unsupported, Some("unsupported_token_type")),
        ("401 No", JSON, error, RevocationStatus::Refused, Some("invalid_client")),
        ("404 Not Found", "", "", RevocationStatus::Refused, None),
        ("429 Slow Down", "", "", RevocationStatus::Uncertain, None),
        ("500 Oops", "", "", RevocationStatus::Uncertain, None),
        ("503 Busy", JSON, error, RevocationStatus::Uncertain, Some("invalid_client")),
    ] {
        let server = Server::answering(status, headers, |_| body.to_owned());
        let outcome = revoking(&server);
        let revocation = outcome.revocations.first().unwrap();
        assert_eq!((revocation.status, revocation.provider_error.as_deref()), (expected, code), "{status}");
        assert_eq!(outcome.provider, SessionStatus::Unconfirmed { because: exeunt::Doubt::NoReturn }, "{status}");
    }
    let broken = Server::new(|_, _, stream| stream.write_all(b"HTTP/1.1 200").unwrap());
    assert_eq!(revoking(&broken).revocations.first().unwrap().status, RevocationStatus::Uncertain);
}

#[test]
fn plain_http_to_anything_but_loopback_is_never_spoken() {
    // Not 127.0.0.1, so not loopback by our rules, and yet a place where a connection would be seen.
    let elsewhere = TcpListener::bind("127.0.0.2:0").unwrap();
    let target = format!("http://{}", elsewhere.local_addr().unwrap());
    let server = Server::answering("200 OK", JSON, {
        let target = target.clone();
        move |port| {
            let here = format!("http://127.0.0.1:{port}");
            json!({"issuer": here, "end_session_endpoint": format!("{target}/bye"), "revocation_endpoint": format!("{target}/r")})
                .to_string()
        }
    });
    let outcome = discovering(&server.issuer());
    assert_eq!(outcome.provider, SessionStatus::Failed { because: Failure::EndpointRefused });
    for member in ["end_session_endpoint", "revocation_endpoint"] {
        assert!(outcome.warnings.contains(&PlanWarning::InsecureEndpoint { member: member.to_owned() }));
    }
    assert_eq!(outcome.revocations.first().unwrap().status, RevocationStatus::Unsupported);
    let host = Host::new(Script { transport: Some("absent".to_owned()), ..Script::default() }, Default::default());
    assert!(host.client(config(json!({"oidc": {"issuer": target}}))).is_err());
    assert!(is_untouched(&elsewhere));
}

#[test]
fn a_failed_handshake_is_never_tried_again_in_the_open() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let first = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        (byte[0], listener)
    });
    let endpoints = json!({"end_session": format!("https://127.0.0.1:{port}/bye"), "revocation": format!("https://127.0.0.1:{port}/r")});
    let outcome = signed_out(json!({"oidc": {"issuer": format!("https://127.0.0.1:{port}"), "endpoints": endpoints}}));
    assert_eq!(outcome.revocations.first().unwrap().status, RevocationStatus::Uncertain);
    let (spoken, listener) = first.join().unwrap();
    assert_eq!(spoken, 0x16, "the first byte was no TLS");
    assert!(is_untouched(&listener), "tried again");
}

/// DISC-07, ATT-82: in a whole sign-out nothing is connected to, whatever is asked for.
#[test]
fn a_dynamic_issuer_that_resolves_to_this_machine_is_never_connected_to() {
    for host in ["localhost", "127.0.0.1"] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("https://{host}:{}", listener.local_addr().unwrap().port());
        assert_not_discovered(&signed_out(json!({"oidc": {"issuer": issuer, "dynamic": true}})));
        let endpoints = json!({"end_session": format!("{issuer}/bye"), "revocation": format!("{issuer}/revoke")});
        let outcome = signed_out(json!({"oidc": {"issuer": issuer, "endpoints": endpoints, "dynamic": true}}));
        assert_eq!(outcome.revocations.first().unwrap().status, RevocationStatus::Uncertain);
        assert!(is_untouched(&listener), "{host} was connected to");
    }
    // The same without `dynamic` does connect: the listener would have seen it.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = std::thread::spawn(move || drop((listener.accept().unwrap(), listener)));
    assert_not_discovered(&discovering(&format!("https://localhost:{port}")));
    seen.join().unwrap();
}
