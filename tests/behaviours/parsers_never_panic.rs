//! Whatever arrives from outside is read or refused: no input makes a parser panic, and what is accepted means to every
//! other reader what it means to ours.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::scripted::host::{Host, Script};
use crate::scripted::project::percent_encode;
use exeunt::{
    Account, CacheLayout, ClientConfig, Completion, EndSessionRequest, Endpoints, Home, LogoutClient, LogoutOutcome,
    Parameter, Provider, Redirect, Secret, Who, read_id_token_unverified, ticket_in_cookies,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};
use url::Url;

const REGISTERED: [&str; 4] = [
    "https://app.example.com/bye",
    "https://app.example.com/bye?from=app",
    "http://127.0.0.1:7000/bye",
    "com.example.app:/bye",
];

/// The same inputs on every run; the fuzz targets look further.
fn settings() -> ProptestConfig {
    ProptestConfig { cases: 256, failure_persistence: None, rng_seed: RngSeed::Fixed(20), ..ProptestConfig::default() }
}

fn client(home: Home) -> (Host, Arc<LogoutClient>) {
    let provider = Provider::oidc(
        "https://op.example.com",
        Endpoints { end_session: Some("https://op.example.com/logout".to_owned()), ..Endpoints::default() },
    );
    let layout = CacheLayout::Prefix { prefix: "s".to_owned(), separator: ":".to_owned() };
    let config = ClientConfig {
        redirect_uris: REGISTERED.map(str::to_owned).to_vec(),
        revoke_tokens: Some(false),
        ..ClientConfig::new("rp", provider, home, layout)
    };
    let host = Host::new(Script::default(), BTreeMap::new());
    let client = host.client(config).unwrap();
    (host, client)
}

fn request(redirect: &str) -> EndSessionRequest {
    let account = Account::new("alice");
    EndSessionRequest {
        redirect: Some(Redirect::Uri { uri: redirect.to_owned() }),
        ..EndSessionRequest::new(Who::This { account })
    }
}

/// A parameter of the navigation, as a provider would read it.
fn sent(outcome: &LogoutOutcome, name: &str) -> String {
    let next = outcome.next.as_ref().unwrap();
    let url = Url::parse(next.url.reveal()).unwrap();
    let found: Vec<_> = url.query_pairs().filter(|(key, _)| key == name).collect();
    assert_eq!(found.len(), 1, "{name} in {:?}", found.len());
    found.into_iter().next().unwrap().1.into_owned()
}

/// As `application/x-www-form-urlencoded` has it, by the URL standard's own writer: a space becomes `+`.
fn form_encoded(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

/// Unpadded base64url.
fn encode(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
}

/// Any text, and often one of the letters that mean something in an address.
fn awkward() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[ +%&=;#?/:@~a-f0-9\\x00-\\x1f\u{e9}]{0,40}"]
}

/// The same, as far as a hint may be it.
fn spoken() -> impl Strategy<Value = String> {
    awkward().prop_map(|text| format!("h{}", text.replace(char::is_control, "-")))
}

/// Registered addresses, damaged in one place or left whole.
fn nearly_registered() -> impl Strategy<Value = String> {
    let base = prop::sample::select(REGISTERED.to_vec());
    let odd = prop::sample::select(vec![
        "", "\n", "\r", "\t", " ", "\0", "\\", "@", "%2e", "%00", "/", "//", "..", ":80", ":443", ":0", "#", "?", "&",
        ".", "\u{ad}", "\u{430}", "a", "%0d%0a", "[", "]", "*",
    ]);
    (base, odd, any::<prop::sample::Index>()).prop_map(|(base, odd, at)| {
        let (front, back) = base.split_at(at.index(base.len() + 1));
        format!("{front}{odd}{back}")
    })
}

/// A few parts, some of them a header or claims, some damaged.
fn nearly_a_token() -> impl Strategy<Value = String> {
    let whole = prop::sample::select(vec![encode(r#"{"alg":"RS256"}"#), encode(r#"{"alg":"none"}"#), encode("{}")]);
    let part = prop_oneof![4 => whole, 1 => "[A-Za-z0-9_-]{0,6}", 1 => Just("e30=".to_owned())];
    prop::collection::vec(part, 1..7).prop_map(|parts| parts.join("."))
}

fn json_values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6).prop_map(|members| json!(members)),
        ]
    })
}

fn claims() -> impl Strategy<Value = Value> {
    let names = ["iss", "sub", "aud", "azp", "sid", "exp", "iat", "auth_time", "login_hint", "other"];
    prop::collection::btree_map(prop::sample::select(names.to_vec()), json_values(), 0..8)
        .prop_map(|members| json!(members))
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn an_accepted_redirect_is_a_registered_one(raw in prop_oneof![awkward(), nearly_registered()]) {
        let (_, client) = client(Home::Device);
        if client.plan(&request(&raw)).is_ok() {
            let other_port = raw.strip_prefix("http://127.0.0.1").and_then(|rest| rest.strip_suffix("/bye"));
            let port = other_port.is_some_and(|port| port.is_empty() || port.starts_with(':'));
            prop_assert!(REGISTERED.contains(&raw.as_str()) || port, "{raw:?}");
            prop_assert!(raw.bytes().all(|byte| (0x21..=0x7E).contains(&byte)), "{raw:?}");
        }
    }

    #[test]
    fn what_may_be_registered_reads_the_same_everywhere(raw in prop_oneof![any::<String>(), nearly_registered()]) {
        let (host, _) = client(Home::Device);
        let provider = Provider::oidc("https://op.example.com", Endpoints::default());
        let layout = CacheLayout::Prefix { prefix: "s".to_owned(), separator: ":".to_owned() };
        let config = ClientConfig {
            redirect_uris: vec![raw.clone()],
            ..ClientConfig::new("rp", provider, Home::Device, layout)
        };
        if host.client(config).is_ok() {
            let url = Url::parse(&raw).unwrap();
            prop_assert!(raw.bytes().all(|byte| (0x21..=0x7E).contains(&byte)), "{raw:?}");
            prop_assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none(), "{raw:?}");
            if let ("https", Some(host)) = (url.scheme(), url.host_str()) {
                prop_assert!(raw.to_ascii_lowercase().starts_with(&format!("https://{host}")), "{raw:?}");
            }
        }
    }

    #[test]
    fn the_callers_state_comes_back_exactly(state in awkward(), plus in any::<bool>()) {
        let (_, client) = client(Home::Device);
        let mut request = request(REGISTERED[0]);
        request.state = Some(Secret::from(state.as_str()));
        let outcome = client.sign_out(&request);
        prop_assume!(state.len() <= 2_048);
        let outcome = outcome.unwrap();
        let echoed = sent(&outcome, "state");
        let ending = format!(";{state}");
        prop_assert!(echoed.ends_with(&ending));
        let written = if plus { form_encoded(&echoed) } else { percent_encode(&echoed) };
        let back = Secret::from(format!("{}?state={written}", REGISTERED[0]));
        let Completion::Matched { outcome } = client.complete(&back, None).unwrap() else {
            panic!("{} was not matched", back.reveal());
        };
        prop_assert_eq!(outcome.state, Some(Secret::from(state)));
    }

    #[test]
    fn a_value_never_becomes_a_parameter(name in "[a-z]{1,9}", value in awkward(), hint in spoken()) {
        prop_assume!(value.len() <= 2_048 && hint.len() <= 2_048);
        let (_, client) = client(Home::Device);
        let mut request = request(REGISTERED[1]);
        request.logout_hint = Some(Secret::from(hint.as_str()));
        request.extra_parameters = vec![Parameter { name: format!("x_{name}"), value: Secret::from(value.as_str()) }];
        let outcome = client.sign_out(&request).unwrap();
        prop_assert_eq!(sent(&outcome, "post_logout_redirect_uri"), REGISTERED[1]);
        prop_assert_eq!(sent(&outcome, "client_id"), "rp");
        prop_assert_eq!(sent(&outcome, "logout_hint"), hint);
        prop_assert_eq!(sent(&outcome, &format!("x_{name}")), value);
    }

    #[test]
    fn any_text_is_a_token_or_none(token in prop_oneof![any::<String>(), nearly_a_token()]) {
        if let Ok(hints) = read_id_token_unverified(&Secret::from(token.as_str())) {
            prop_assert_eq!(token.split('.').count(), if hints.encrypted { 5 } else { 3 });
            prop_assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)));
        }
    }

    #[test]
    fn any_claims_are_read_as_they_are_or_refused(header in json_values(), claims in claims()) {
        for header in [header, json!({"alg": "RS256"})] {
            let token = format!("{}.{}.c2ln", encode(&header.to_string()), encode(&claims.to_string()));
            if let Ok(hints) = read_id_token_unverified(&Secret::from(token)) {
                prop_assert_eq!(hints.issuer.as_deref(), claims.get("iss").and_then(Value::as_str));
                prop_assert_eq!(hints.subject.as_ref().map(Secret::reveal), claims.get("sub").and_then(Value::as_str));
                prop_assert!(!hints.audience.is_empty() || claims.get("aud").is_none());
                prop_assert_eq!(hints.expires_at.is_some(), claims.get("exp").is_some());
            }
        }
    }

    #[test]
    fn any_text_may_come_back(text in any::<String>(), query in awkward(), server in any::<bool>()) {
        let (_, client) = client(if server { Home::Server } else { Home::Device });
        let mut request = request(REGISTERED[0]);
        request.state = Some(Secret::from("mine"));
        let outcome = client.sign_out(&request).unwrap();
        let state = percent_encode(&sent(&outcome, "state"));
        let ours = format!("{}?state=AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA&{query}", REGISTERED[0]);
        let elsewhere = format!("https://app.example.com/bye{}?state={state}", percent_encode(&format!("/{text}")));
        for url in [&text, &format!("{}?{query}", REGISTERED[0]), &ours, &elsewhere] {
            for ticket in [None, Some(Secret::from(text.as_str())), outcome.ticket.clone()] {
                let answer = client.complete(&Secret::from(url.as_str()), ticket).unwrap();
                prop_assert!(matches!(answer, Completion::NotOurs { .. }), "{url:?}");
            }
        }
    }

    #[test]
    fn any_cookies_hold_a_ticket_or_none(header in any::<String>(), damaged in awkward(), ticket in "[A-Za-z0-9_-]{22}(\\.[A-Za-z0-9_-]{22}){2}") {
        for value in [&damaged, &ticket] {
            let cookies = format!("{header}; __Host-exeunt-ticket={value}; {header}");
            let found = ticket_in_cookies(&Secret::from(cookies));
            prop_assert_eq!(found.is_some(), *value == ticket);
            prop_assert!(found.is_none_or(|found| found.reveal() == ticket));
        }
    }
}
