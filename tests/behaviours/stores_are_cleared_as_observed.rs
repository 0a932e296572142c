//! The storage of every vector, replayed through the public API: the same keys go and stay as in the library that was
//! observed, but for the differences listed here. No network answers: what is cleared must not depend on it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::vectors_support::asked::Asked;
use crate::vectors_support::{SetCookie, Vector};
use exeunt::{
    Account, CacheLayout, Change, ClientConfig, Completion, Cookie, EndSessionRequest, Entry, Home, HostError,
    HttpAnswer, HttpCall, HttpTransport, LogoutClient, MemoryStore, Reach, Redirect, Secret, SessionStore, Who,
};
use serde_json::Value;

type Entries = BTreeMap<String, String>;

/// The reasons in `tests/vectors/README.md`.
const SEGMENTS: &str = "whole segments: what is another client's, or merely contains a word, stays";
const INDEXES: &str = "an index goes with its last entry, and holds no names that lead nowhere";
const AT_ONCE: &str = "tokens go at once, not on the next load";
const CLEAR_FIRST: &str = "the clear comes first: nothing that can fail stands before it";
const NOTHING_LEFT: &str = "nothing that is the account's stays behind";
const NOTICES: &str = "a page for notices that names a session which is not here signs nobody out";

/// Where our result is another one, and which. What is not named here is as observed.
struct Difference {
    id: &'static str,
    reasons: &'static [&'static str],
    /// Keys that went there and stay here.
    stay: &'static [&'static str],
    /// Keys that stayed there and go here.
    go: &'static [&'static str],
    /// Keys whose value was changed there and is not here.
    unchanged: &'static [&'static str],
    /// The rule under which the sign-out is refused here: then nothing changes at all.
    refused: Option<&'static str>,
}

const SAME: Difference = Difference { id: "", reasons: &[], stay: &[], go: &[], unchanged: &[], refused: None };

const TOKENS: &str = crate::vectors_support::OKTA_TOKENS;

const OTHER_CLIENT: &[&str] = &[
    "@@auth0spajs@@::OTHER::@@user@@",
    "@@auth0spajs@@::OTHER::default::openid profile email",
    "@@auth0spajs@@::OTHER::https://api.example.com::openid",
];

const DIFFERENT: &[Difference] = &[
    Difference { id: "auth0v1-01", reasons: &[SEGMENTS], stay: OTHER_CLIENT, ..SAME },
    // Without a client the library clears every client's entries.
    Difference { id: "auth0-04", reasons: &[SEGMENTS], stay: OTHER_CLIENT, ..SAME },
    // The cached profile, which the older library removes.
    Difference {
        id: "amplify-03",
        reasons: &[NOTHING_LEFT],
        go: &["CognitoIdentityServiceProvider.poolclient.ada.userData"],
        ..SAME
    },
    Difference {
        id: "amplify-06",
        reasons: &[NOTHING_LEFT],
        go: &["CognitoIdentityServiceProvider.poolclient.ada.userData"],
        ..SAME
    },
    Difference {
        id: "auth0-21",
        reasons: &[crate::vectors_support::decided::ALONE],
        go: &[
            "@@auth0spajs@@::CLIENT_ID::@@user@@",
            "@@auth0spajs@@::CLIENT_ID::default::openid profile email",
            "@@auth0spajs@@::CLIENT_ID::https://api.example.com::openid",
        ],
        ..SAME
    },
    // The revocation fails, there and here.
    Difference {
        id: "imx-04",
        reasons: &[CLEAR_FIRST],
        go: &["oidc.user:https://auth.immutable.com:imx-client"],
        ..SAME
    },
    Difference { id: "msal-v3-07", reasons: &[SEGMENTS], stay: &["my.msal.pref"], ..SAME },
    Difference {
        id: "msal-041",
        reasons: &[SEGMENTS],
        stay: &["msal.other-client.urlHash", "my.msal.pref", "x-my-client-y"],
        ..SAME
    },
    // The other client's tokens need the account's record, and the record its name in the index.
    Difference {
        id: "msal-043",
        reasons: &[SEGMENTS, INDEXES],
        stay: &[
            "msal.3|aaaa0000-0000-4000-8000-00000000000a.f6b04c32-0000-4000-8000-000000000001|login.windows.net|f6b04c32-0000-4000-8000-000000000001",
            "msal.3|aaaa0000-0000-4000-8000-00000000000a.f6b04c32-0000-4000-8000-000000000001|login.windows.net|accesstoken|other-client|f6b04c32-0000-4000-8000-000000000001|user.read openid|",
            "msal.3|aaaa0000-0000-4000-8000-00000000000a.f6b04c32-0000-4000-8000-000000000001|login.windows.net|idtoken|other-client|f6b04c32-0000-4000-8000-000000000001||",
            "msal.3|aaaa0000-0000-4000-8000-00000000000a.f6b04c32-0000-4000-8000-000000000001|login.windows.net|refreshtoken|other-client|||",
        ],
        unchanged: &["msal.3.account.keys"],
        ..SAME
    },
    // The notice names a session of another tenant.
    Difference { id: "msal-066", reasons: &[NOTICES], refused: Some("FCL-02"), ..SAME },
    // Another interaction is no reason to stay signed in.
    Difference {
        id: "msal-068",
        reasons: &[CLEAR_FIRST],
        go: &[
            "msal.3|aaaa0000-0000-4000-8000-00000000000a.f6b04c32-0000-4000-8000-000000000001|login.windows.net|f6b04c32-0000-4000-8000-000000000001",
            "msal.3|aaaa0000-0000-4000-8000-00000000000a.f6b04c32-0000-4000-8000-000000000001|login.windows.net|accesstoken|my-client|f6b04c32-0000-4000-8000-000000000001|user.read openid|",
            "msal.3|aaaa0000-0000-4000-8000-00000000000a.f6b04c32-0000-4000-8000-000000000001|login.windows.net|idtoken|my-client|f6b04c32-0000-4000-8000-000000000001||",
            "msal.3|aaaa0000-0000-4000-8000-00000000000a.f6b04c32-0000-4000-8000-000000000001|login.windows.net|refreshtoken|my-client|||",
            "msal.3.account.keys",
            "msal.3.token.keys.my-client",
        ],
        ..SAME
    },
    Difference { id: "okta-01", reasons: &[AT_ONCE], go: &[TOKENS], ..SAME },
    Difference { id: "okta-02", reasons: &[AT_ONCE], go: &[TOKENS], ..SAME },
    Difference { id: "okta-11", reasons: &[AT_ONCE], go: &[TOKENS], ..SAME },
    // The revocation fails, there and here.
    Difference { id: "okta-10", reasons: &[CLEAR_FIRST, AT_ONCE], go: &[TOKENS], ..SAME },
];

/// Libraries whose layouts are not built, by decision: under the nearest layout that is, their keys stay.
const NO_LAYOUT: [(&str, &str); 2] =
    [("axa-fr", "entries oidc.{configuration name}"), ("msal@1", "the cache of the first major version")];

/// What the nearest layout knows all the same: an ID token under the name that later versions use too.
const KNOWN_ALL_THE_SAME: [(&str, &str); 1] = [("msal1-01", "msal.my-client.idtoken")];

fn nearest_layout(vector: &Vector) -> CacheLayout {
    let (library, _) = NO_LAYOUT
        .into_iter()
        .find(|(library, _)| vector.sdk.trim_start_matches('@').starts_with(library))
        .unwrap_or_else(|| panic!("{} of {} is neither replayed nor explained", vector.id, vector.sdk));
    match library {
        "axa-fr" => CacheLayout::OidcClient { authority: "https://idp.example.org".to_owned() },
        _ => CacheLayout::Msal,
    }
}

/// Book-keeping of the libraries.
fn is_ignored(vector: &Vector, key: &str) -> bool {
    let request = key.strip_prefix("oidc.").is_some_and(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    key == "msal.interaction.status" || key == "msal.version" || request && vector.sdk == "oidc-client-ts"
}

const BACK: &str = "https://app.example.com/bye";

struct NoNetwork;

impl HttpTransport for NoNetwork {
    fn send(&self, _: HttpCall) -> Result<HttpAnswer, HostError> {
        Err(HostError::Offline { reason: "none".to_owned() })
    }
}

/// The store afterwards, and the cookies that have to go. A refusal has to be under the rule that is expected.
fn replay(
    vector: &Vector,
    layout: CacheLayout,
    before: &Entries,
    refused: Option<&'static str>,
) -> (Entries, Vec<Cookie>) {
    let store = Arc::new(MemoryStore::new());
    let entry = |(key, value): (&String, &String)| Entry {
        key: key.clone(),
        value: Secret::from(value.as_str()),
        protect: true,
    };
    store.commit(Change { write: before.iter().map(entry).collect(), ..Change::default() }).unwrap();
    let mut config = ClientConfig::new(vector.client_id().unwrap(), Asked(vector).provider(), Home::Device, layout);
    config.redirect_uris = vec![BACK.to_owned()];
    // Where a browser returns changes nothing of what is cleared, and some providers want to know it.
    config.post_logout_redirect_uri = Some(Redirect::Uri { uri: BACK.to_owned() });
    let client = LogoutClient::new(config, store.clone(), None, Some(Arc::new(NoNetwork)), Vec::new()).unwrap();
    let who = vector.leaver(&client).map_or(Who::Everyone, |id| Who::This { account: Account::new(id) });
    let mut request = EndSessionRequest::new(who);
    let stopped = vector.data.pointer("/options/onRedirectNavigate") == Some(&Value::Bool(false));
    request.reach = (vector.is_local() || stopped).then_some(Reach::App);
    request.in_frame = vector.data.pointer("/env/inIframe") == Some(&Value::Bool(true));
    request.initiating_page = vector.text("/env/href").map(Secret::from);
    let mut cookies = Vec::new();
    match vector.call() {
        "buildLogoutUrl" => {
            client.plan(&request).unwrap();
        }
        "signoutRedirectCallback" => {
            let url = Secret::from(vector.text("/request").unwrap());
            let completion = client.complete(&url, None).unwrap();
            assert!(matches!(completion, Completion::NotOurs { .. }), "{}", vector.id);
        }
        _ => match (client.sign_out(&request), refused) {
            (Err(error), Some(rule)) => assert_eq!(error.broken_rule().as_deref(), Some(rule), "{}", vector.id),
            (outcome, _) => {
                let outcome = outcome.unwrap();
                assert_eq!(outcome.left_behind, Vec::<String>::new(), "{}", vector.id);
                cookies = outcome.cookies;
            }
        },
    }
    let keys: Vec<String> =
        store.keys(String::new()).unwrap().into_iter().filter(|key| !key.starts_with("exeunt.")).collect();
    let values = store.read(keys.clone()).unwrap();
    let after = keys.into_iter().zip(values).map(|(key, value)| (key, value.unwrap().reveal().to_owned())).collect();
    (after, cookies)
}

/// Text, or JSON of which only the content counts.
fn content(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

/// What the store should hold: as observed, then as decided.
fn expected(vector: &Vector, before: &Entries, difference: &Difference) -> BTreeMap<String, Value> {
    if difference.refused.is_some() {
        let kept = before.iter().filter(|(key, _)| !is_ignored(vector, key));
        return kept.map(|(key, value)| (key.clone(), content(value))).collect();
    }
    let mut removed = vector.observed("removed", &["local", "session"]);
    for key in difference.stay {
        assert!(removed.remove(*key), "{}: {key} had not gone", vector.id);
    }
    for key in difference.go {
        assert!(removed.insert((*key).to_owned()), "{}: {key} had gone", vector.id);
    }
    let mut changed = vector.changed();
    for key in difference.unchanged {
        assert!(changed.remove(*key).is_some(), "{}: {key} had not changed", vector.id);
    }
    let kept = before.iter().filter(|(key, _)| !removed.contains(*key) && !is_ignored(vector, key));
    kept.map(|(key, value)| (key.clone(), content(changed.get(key).unwrap_or(value)))).collect()
}

/// Cookies that were seen to go are named, and those that stayed are not. Each is deleted where it was seen to be: a script
/// says no more than that, so that the other attributes are known from the library's document only.
fn cookie_faults(vector: &Vector, ours: &[Cookie]) -> Vec<String> {
    let gone = vector.observed("removed", &["cookies"]);
    let there = vector.cookies();
    let named = |name: &String| ours.iter().any(|cookie| cookie.name == *name);
    let wrong = there.iter().filter(|name| gone.contains(*name) != named(name)).cloned();
    let log = vector.data["observed"]["log"].as_array().into_iter().flatten();
    let deleted = log.filter(|entry| entry["t"] == "cookie.remove").filter_map(|entry| entry["raw"].as_str());
    let elsewhere = deleted.map(SetCookie::read).filter(|seen| {
        let place =
            |cookie: &Cookie| (Some(cookie.path.as_deref().unwrap_or("/")), cookie.domain.as_deref()) == seen.place();
        !ours.iter().filter(|cookie| cookie.name == seen.name).all(place)
    });
    wrong.chain(elsewhere.map(|seen| format!("{} elsewhere", seen.name))).collect()
}

#[test]
fn every_observed_store_is_cleared_likewise_or_by_decision() {
    let (mut equal, mut different, mut empty) = (0, 0, 0);
    let mut no_layout = Vec::new();
    let mut faults = Vec::new();
    let mut decided: BTreeSet<&str> = DIFFERENT.iter().map(|difference| difference.id).collect();
    assert_eq!(decided.len(), DIFFERENT.len(), "a vector differs twice");
    let vectors = crate::vectors_support::read();
    for vector in &vectors {
        let before = vector.stored_with_tokens();
        if before.is_empty() {
            empty += 1;
            continue;
        }
        let Some(layout) = vector.layout() else {
            let (after, cookies) = replay(vector, nearest_layout(vector), &before, None);
            let gone: Vec<&String> = before.keys().filter(|key| !after.contains_key(*key)).collect();
            let known = KNOWN_ALL_THE_SAME.iter().filter(|(id, _)| *id == vector.id).map(|(_, key)| *key);
            if !gone.iter().map(|key| key.as_str()).eq(known) || !cookies.is_empty() {
                faults.push(format!("{}: goes although the layout is not built: {gone:?}, {cookies:?}", vector.id));
            }
            no_layout.push(vector.id.as_str());
            different += 1;
            continue;
        };
        let difference = DIFFERENT.iter().find(|difference| difference.id == vector.id);
        let wanted = expected(vector, &before, difference.unwrap_or(&SAME));
        let refused = difference.and_then(|difference| difference.refused);
        let (after, cookies) = replay(vector, layout, &before, refused);
        let found: BTreeMap<String, Value> = after
            .iter()
            .filter(|(key, _)| !is_ignored(vector, key))
            .map(|(key, value)| (key.clone(), content(value)))
            .collect();
        if found != wanted {
            let named = |one: &BTreeMap<String, Value>, other: &BTreeMap<String, Value>| {
                one.iter().filter(|(k, v)| other.get(*k) != Some(v)).map(|(k, _)| k.clone()).collect::<Vec<_>>()
            };
            faults.push(format!(
                "{}: stays or differs {:#?}; expected {:#?}",
                vector.id,
                named(&found, &wanted),
                named(&wanted, &found)
            ));
        }
        faults.extend(cookie_faults(vector, &cookies).into_iter().map(|name| format!("{}: cookie {name}", vector.id)));
        match difference {
            Some(difference) => {
                assert!(!difference.reasons.is_empty(), "{} differs without a reason", vector.id);
                decided.remove(difference.id);
                different += 1;
            }
            None => equal += 1,
        }
    }
    println!("{} vectors: {equal} equal, {different} different by decision", equal + different);
    println!(
        "{} of these of layouts that are not built ({}); besides: {empty} without stored entries",
        no_layout.len(),
        no_layout.join(", ")
    );
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    assert!(decided.is_empty(), "not replayed: {decided:?}");
    assert_eq!(equal + different + empty, vectors.len());
}
