//! The input as a redirect target: against a fixed list of registered addresses, and as a registered address itself.
#![no_main]

use std::sync::{Arc, OnceLock};

use exeunt::{EndSessionRequest, Home, LogoutClient, Redirect};
use exeunt_fuzz::{Offline, Store, client, config, known_provider, request};
use libfuzzer_sys::fuzz_target;
use url::Url;

const REGISTERED: [&str; 5] = [
    "https://app.example.com/bye",
    "https://app.example.com:8443/bye?from=app",
    "http://127.0.0.1:7000/bye",
    "com.example.app:/bye",
    "com.example.app://signed-out/bye",
];
const NEVER: [&str; 6] = ["javascript", "data", "vbscript", "file", "blob", "about"];

fn to(uri: &str) -> EndSessionRequest {
    EndSessionRequest { redirect: Some(Redirect::Uri { uri: uri.to_owned() }), ..request() }
}

fn fixed() -> &'static LogoutClient {
    static CLIENT: OnceLock<LogoutClient> = OnceLock::new();
    CLIENT.get_or_init(|| made(REGISTERED.map(str::to_owned).to_vec()).expect("the registered addresses are sound"))
}

fn made(registered: Vec<String>) -> Option<LogoutClient> {
    let config = config(known_provider(), Home::Device, registered);
    client(config, Store::with_session(), Arc::new(Offline)).ok()
}

/// Only what is registered is accepted, whatever a browser would make of it.
fn against_the_list(input: &str) {
    let client = fixed();
    if client.plan(&to(input)).is_err() {
        return;
    }
    assert!(client.plan(&to(input)).is_ok(), "accepted once, then refused");
    let parsed = Url::parse(input).expect("what is accepted is an address");
    let is_port = input.strip_prefix("http://127.0.0.1").and_then(|rest| rest.strip_suffix("/bye")).is_some();
    assert!(REGISTERED.contains(&input) || is_port, "accepted without being registered: {input}");
    let hosts = ["app.example.com", "127.0.0.1", "signed-out"];
    assert!(parsed.host_str().is_none_or(|host| hosts.contains(&host)), "leads to another host: {input}");
}

/// What may be registered says the same to our reader and to a browser's.
fn as_an_entry(input: &str) {
    let Some(client) = made(vec![input.to_owned()]) else {
        assert!(fixed().plan(&to(input)).is_err(), "accepted as a target, refused as an entry: {input}");
        return;
    };
    assert!(client.plan(&to(input)).is_ok(), "registered, yet refused: {input}");
    assert!(input.bytes().all(|byte| (0x21..=0x7E).contains(&byte)), "a control or foreign character: {input:?}");
    let parsed = Url::parse(input).expect("what is registered is an address");
    assert!(!NEVER.contains(&parsed.scheme()), "a forbidden scheme: {input}");
    assert!(parsed.fragment().is_none(), "a fragment: {input}");
    assert!(parsed.username().is_empty() && parsed.password().is_none(), "a user: {input}");
    if let "http" | "https" = parsed.scheme() {
        let authority = input.split_once("//").map_or("", |(_, rest)| rest);
        let authority = authority.split(['/', '?']).next().unwrap_or("").to_ascii_lowercase();
        let host = parsed.host_str().expect("a web address has a host");
        let port = authority.strip_prefix(host).expect("the written host is the host that is meant");
        assert!(port.is_empty() || port.starts_with(':'), "two readings of the host: {input}");
        assert!(
            parsed.scheme() == "https" || ["127.0.0.1", "[::1]", "localhost"].contains(&host),
            "plain http: {input}"
        );
    }
    #[cfg(feature = "planted")]
    if parsed.path().contains('~') {
        panic!("planted");
    }
}

fuzz_target!(|data: &[u8]| {
    if let Ok(input) = std::str::from_utf8(data) {
        against_the_list(input);
        as_an_entry(input);
    }
});
