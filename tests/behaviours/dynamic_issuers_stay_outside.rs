//! Where a user may name the issuer, no name and no spelling of an address leads into this machine or its network.
#![cfg(feature = "http")]

use std::sync::Arc;

use exeunt::{EndSessionRequest, HostError, HttpCall, HttpMethod, LogoutClient, MemoryStore, PlanWarning, Secret, Who};

/// Whether the built-in transport refuses the address before it connects. Nothing listens on port 1.
fn is_refused(host: &str, public_addresses_only: bool) -> bool {
    let call = HttpCall {
        method: HttpMethod::Get,
        url: Secret::from(format!("https://{host}:1/")),
        headers: Vec::new(),
        body: None,
        connect_timeout_ms: 5_000,
        timeout_ms: 5_000,
        max_body_bytes: 1,
        public_addresses_only,
    };
    let error = exeunt::built_in_transport().unwrap().send(call).unwrap_err();
    matches!(error, HostError::Insecure { .. })
}

/// DISC-07: whatever a name resolves to.
#[test]
fn addresses_that_are_not_public_are_refused() {
    let inside = [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "198.18.0.1",
        "198.19.255.255",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "localhost",
    ];
    let open: Vec<_> = inside.iter().filter(|host| !is_refused(host, true)).collect();
    assert!(open.is_empty(), "not refused: {open:?}");
}

/// DISC-07
#[test]
fn addresses_of_version_six_that_are_not_public_are_refused() {
    let inside = ["[::]", "[::1]", "[fc00::1]", "[fdff::1]", "[fe80::1]", "[febf::1]", "[ff02::1]"];
    let open: Vec<_> = inside.iter().filter(|host| !is_refused(host, true)).collect();
    assert!(open.is_empty(), "not refused: {open:?}");
}

#[test]
fn an_inner_address_inside_one_of_version_six_is_refused() {
    let inner = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "198.18.0.1", "240.0.0.1", "100.64.0.1"];
    let open: Vec<String> =
        inner.iter().flat_map(|inner| spellings(inner)).filter(|host| !is_refused(host, true)).collect();
    assert!(open.is_empty(), "not refused: {open:?}");
}

#[test]
fn a_configured_provider_may_be_anywhere() {
    let refused: Vec<_> =
        ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]"].into_iter().filter(|host| is_refused(host, false)).collect();
    assert!(refused.is_empty(), "refused: {refused:?}");
}

/// DISC-07: and the outcome names the rule.
#[test]
fn a_sign_out_names_the_rule_and_clears() {
    let config = serde_json::from_value(serde_json::json!({
        "client_id": "rp",
        "provider": {"oidc": {"issuer": "https://10.0.0.1", "dynamic": true}},
        "home": "device",
        "layout": {"prefix": {"prefix": "s", "separator": ":"}}
    }));
    let store = Arc::new(MemoryStore::new());
    let client = LogoutClient::new(config.unwrap(), store, None, None, Vec::new()).unwrap();
    let outcome = client.sign_out(&EndSessionRequest::new(Who::Everyone)).unwrap();
    assert!(outcome.signed_out_locally());
    let refused = PlanWarning::MetadataRefused { rule: "DISC-07".to_owned() };
    assert!(outcome.warnings.contains(&refused), "{:?}", outcome.warnings);
}

/// An address of version 4 mapped, compatible, behind NAT64 and behind 6to4.
fn spellings(version_four: &str) -> Vec<String> {
    let [a, b, c, d] = version_four.parse::<std::net::Ipv4Addr>().unwrap().octets();
    let tail = format!("{a:02x}{b:02x}:{c:02x}{d:02x}");
    vec![format!("[::ffff:{tail}]"), format!("[::{tail}]"), format!("[64:ff9b::{tail}]"), format!("[2002:{tail}::1]")]
}
