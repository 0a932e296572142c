//! Whatever a store holds: when one account leaves, nothing of another account and of another client goes, and what
//! stays of the leaver is reported.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exeunt::{
    Account, CacheLayout, Change, ClientConfig, EndSessionRequest, Endpoints, Entry, Home, LogoutClient, LogoutOutcome,
    MemoryStore, Provider, Reach, Secret, SessionStore, Who,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::json;

const CLIENT: &str = "web";

fn token(subject: &str) -> String {
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2ln", part(json!({"alg": "RS256"})), part(json!({"sub": subject, "aud": CLIENT})))
}

/// A value that every layout for one user can read, and that names this user in each of their ways.
fn of(user: &str) -> String {
    let id_token = token(user);
    json!({
        "id_token": id_token,
        "profile": {"sub": user},
        "decodedToken": {"claims": {"sub": user}},
        "idToken": {"idToken": id_token, "claims": {"sub": user}, "clientId": CLIENT},
    })
    .to_string()
}

fn layouts() -> Vec<CacheLayout> {
    vec![
        CacheLayout::Auth0Spa,
        CacheLayout::Auth0Native { audiences: vec!["https://api.example.com".to_owned()] },
        CacheLayout::OidcClient { authority: "https://op.example.com".to_owned() },
        CacheLayout::OktaAuthJs,
        CacheLayout::Amplify,
        CacheLayout::KeycloakJs,
        CacheLayout::Msal,
    ]
}

/// Keys of all layouts for our client, for another, and others that look like them.
fn key() -> impl Strategy<Value = String> {
    let client = prop_oneof![3 => Just(CLIENT), 1 => Just("web2"), 1 => Just("xweb"), 1 => Just("WEB")];
    let user = prop_oneof![Just("alice"), Just("bob"), Just("alice.b"), Just("xalice")];
    (0..12, client, user, "[a-z:.|-]{0,4}").prop_map(|(form, client, user, tail)| match form {
        0 => format!("@@auth0spajs@@::{client}::@@user@@"),
        1 => format!("@@auth0spajs@@::{client}::{user}::{tail}"),
        2 => format!("@@auth0spajs@@::{client}{tail}"),
        3 => format!("credentials{tail}"),
        4 => format!("https://api.example.com{tail}"),
        5 => format!("oidc.user:https://op.example.com:{client}{tail}"),
        6 => format!("okta-token-storage{tail}"),
        7 => format!("CognitoIdentityServiceProvider.{client}.{user}.idToken"),
        8 => format!("CognitoIdentityServiceProvider.{client}.LastAuthUser"),
        9 => format!("kc-callback-{tail}"),
        10 => format!("msal.3|{user}|op.example.com|idtoken|{client}|t||"),
        _ => format!("{tail}{client}{user}"),
    })
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![Just(of("alice")), Just(of("bob")), Just("alice".to_owned()), any::<String>(), Just("{}".to_owned())]
}

fn signed_out(
    layout: CacheLayout,
    home: Home,
    before: &BTreeMap<String, String>,
    who: Who,
) -> (LogoutOutcome, BTreeMap<String, String>) {
    let store = Arc::new(MemoryStore::new());
    let entry = |(key, value): (&String, &String)| Entry {
        key: key.clone(),
        value: Secret::from(value.as_str()),
        protect: true,
    };
    store.commit(Change { write: before.iter().map(entry).collect(), ..Change::default() }).unwrap();
    let provider = Provider::oidc(
        "https://op.example.com",
        Endpoints { end_session: Some("https://op.example.com/logout".to_owned()), ..Endpoints::default() },
    );
    let config = ClientConfig { revoke_tokens: Some(false), ..ClientConfig::new(CLIENT, provider, home, layout) };
    let client = LogoutClient::new(config, store.clone(), None, None, Vec::new()).unwrap();
    let request = EndSessionRequest { reach: Some(Reach::App), ..EndSessionRequest::new(who) };
    let outcome = client.sign_out(&request).unwrap();
    let keys: Vec<String> =
        store.keys(String::new()).unwrap().into_iter().filter(|key| !key.starts_with("exeunt.")).collect();
    let values = store.read(keys.clone()).unwrap();
    let after = keys.into_iter().zip(values).map(|(key, value)| (key, value.unwrap().reveal().to_owned())).collect();
    (outcome, after)
}

/// Whether a key names another client, by itself.
fn is_another_clients(key: &str) -> bool {
    key.split([':', '.', '|']).any(|segment| ["web2", "xweb", "WEB"].contains(&segment))
}

/// Whether a layout without regard to case takes that client for ours.
fn folds_to_ours(layout: &CacheLayout, key: &str) -> bool {
    matches!(layout, CacheLayout::Msal) && key.split([':', '.', '|']).any(|segment| segment == "WEB")
}

/// Whether a key names the user, by itself.
fn names(key: &str, user: &str) -> bool {
    let amplify = key.starts_with("CognitoIdentityServiceProvider.")
        && key.split('.').nth(2) == Some(user)
        && key.split('.').count() == 4;
    amplify || key.starts_with("msal.3|") && key.split('|').nth(1) == Some(user)
}

/// Keys that are nearly those of a layout `Prefix`: of several users, and under other prefixes and separators.
fn prefixed(separator: &'static str) -> impl Strategy<Value = String> {
    let part = |all: &[&'static str]| prop::sample::select(all.to_vec());
    let between = || prop_oneof![6 => Just(separator), 1 => part(&["", ":", ".", "::"])];
    let prefix = part(&["s", "s", "s", "S", "xs", "ss", ""]);
    let user = part(&["alice", "alice", "bob", "alice2", "alic", "Alice", "xalice", "alice.b", "", "*", "%"]);
    let entry = part(&["id_token", "refresh_token", "cart", "", "alice", "s", ":", "\u{e9}"]);
    (prefix, between(), user, between(), entry, any::<bool>()).prop_map(|(prefix, one, user, two, entry, whole)| {
        if whole { format!("{prefix}{one}{user}{two}{entry}") } else { format!("{prefix}{one}{user}") }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..ProptestConfig::default() })]

    #[test]
    fn one_account_takes_nothing_of_another(before in proptest::collection::btree_map(key(), value(), 0..12)) {
        for layout in layouts() {
            let by_key = matches!(layout, CacheLayout::Amplify | CacheLayout::Msal);
            let account = Account::new("alice".to_owned());
            let (outcome, after) = signed_out(layout.clone(), Home::Device, &before, Who::This { account });
            for (key, value) in &before {
                let of_bob = if by_key { ["bob", "alice.b", "xalice"].iter().any(|other| names(key, other)) } else { *value == of("bob") };
                if of_bob || is_another_clients(key) && !folds_to_ours(&layout, key) {
                    prop_assert_eq!(after.get(key), Some(value), "{:?} in {:?}", key, layout);
                }
                let own_place = match layout {
                    CacheLayout::Auth0Spa => "@@auth0spajs@@::web::@@user@@",
                    CacheLayout::Auth0Native { .. } => "credentials",
                    CacheLayout::OidcClient { .. } => "oidc.user:https://op.example.com:web",
                    CacheLayout::OktaAuthJs => "okta-token-storage",
                    CacheLayout::Amplify => "CognitoIdentityServiceProvider.web.alice.idToken",
                    CacheLayout::Msal => "msal.3|alice|op.example.com|idtoken|web|t||",
                    CacheLayout::KeycloakJs | CacheLayout::Prefix { .. } => continue,
                };
                let of_alice = by_key || *value == of("alice");
                if key == own_place && of_alice {
                    prop_assert_eq!(after.get(key), None, "{:?} in {:?}", key, layout);
                }
            }
            for key in &outcome.left_behind {
                prop_assert!(after.contains_key(key), "{:?} in {:?}", key, layout);
            }
            prop_assert_eq!(outcome.signed_out_locally(), outcome.left_behind.is_empty() && outcome.cookies.is_empty());
        }
    }

    #[test]
    fn everyone_takes_nothing_of_another_client(before in proptest::collection::btree_map(key(), value(), 0..12)) {
        for layout in layouts() {
            let (outcome, after) = signed_out(layout.clone(), Home::Device, &before, Who::Everyone);
            prop_assert_eq!(outcome.left_behind, Vec::<String>::new(), "{:?}", layout);
            for (key, value) in before.iter().filter(|(key, _)| is_another_clients(key)) {
                prop_assert!(folds_to_ours(&layout, key) || after.get(key) == Some(value), "{:?} in {:?}", key, layout);
            }
        }
    }

    #[test]
    fn a_prefix_takes_the_account_and_nothing_beside_it(
        (separator, before) in prop::sample::select(vec![":", ".", "::", "/s/"]).prop_flat_map(|separator| {
            let entries = proptest::collection::btree_map(prefixed(separator), value(), 0..12);
            (Just(separator), entries)
        })
    ) {
        let layout = CacheLayout::Prefix { prefix: "s".to_owned(), separator: separator.to_owned() };
        let alice = || Who::This { account: Account::new("alice") };
        let leaving = [(Home::Device, alice()), (Home::Server, alice()), (Home::Device, Who::Everyone)];
        for (home, who) in leaving {
            let everyone = who == Who::Everyone;
            let (outcome, after) = signed_out(layout.clone(), home, &before, who);
            let goes = |key: &str| {
                let rest = key.strip_prefix("s").and_then(|rest| rest.strip_prefix(separator));
                rest.is_some_and(|rest| everyone || rest.split(separator).next() == Some("alice"))
            };
            let stays: BTreeMap<String, String> =
                before.iter().filter(|(key, _)| !goes(key)).map(|(key, value)| (key.clone(), value.clone())).collect();
            prop_assert_eq!(after, stays, "{:?}, everyone: {}", home, everyone);
            prop_assert_eq!(outcome.left_behind, Vec::<String>::new());
        }
    }
}
