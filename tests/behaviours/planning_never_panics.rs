//! Planning reads and answers, whatever is configured, asked and cached: it never panics, comes to the same when it is done
//! again, names no key that is not there, and changes nothing (PLAN-01).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use exeunt::{
    Account, CacheLayout, Change, ClientConfig, Commit, Connection, Done, EndSessionRequest, Guarantee, Home,
    HostError, HttpAnswer, HttpCall, HttpTransport, LogoutClient, LogoutEvent, LogoutListener, LogoutMode, LogoutStep,
    Navigated, Navigation, Navigator, OnCancel, Parameter, Provider, Reach, Redirect, Secret, SessionStore, Token,
    TokenKind, Who,
};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use serde_json::json;

const BACK: [&str; 4] = [
    "https://app.example.com/bye",
    "https://app.example.com/bye?from=app",
    "http://127.0.0.1:7000/bye",
    "com.example.app:/bye",
];

/// A host that writes down everything but reads. Its list of keys may ignore the prefix and name keys twice.
#[derive(Default)]
struct Host {
    entries: BTreeMap<String, String>,
    careless: bool,
    asked: Mutex<Vec<&'static str>>,
}

impl Host {
    fn was_asked<T>(&self, what: &'static str) -> Result<T, HostError> {
        self.asked.lock().unwrap().push(what);
        Err(HostError::Broken { reason: "planning asks for nothing".to_owned() })
    }
}

impl SessionStore for Host {
    fn keys(&self, prefix: String) -> Result<Vec<String>, HostError> {
        let keys = self.entries.keys().filter(|key| self.careless || key.starts_with(&prefix)).cloned();
        let mut keys: Vec<String> = keys.collect();
        keys.extend(keys.clone().into_iter().filter(|_| self.careless));
        Ok(keys)
    }
    fn read(&self, keys: Vec<String>) -> Result<Vec<Option<Secret>>, HostError> {
        Ok(keys.iter().map(|key| self.entries.get(key).cloned().map(Secret::from)).collect())
    }
    fn commit(&self, _: Change) -> Result<Commit, HostError> {
        self.was_asked("commit")
    }
    fn guarantee(&self) -> Result<Guarantee, HostError> {
        self.was_asked("guarantee")
    }
}

impl HttpTransport for Host {
    fn send(&self, _: HttpCall) -> Result<HttpAnswer, HostError> {
        self.was_asked("send")
    }
}

impl Navigator for Host {
    fn navigate(&self, _: Navigation) -> Result<Navigated, HostError> {
        self.was_asked("navigate")
    }
    fn dismiss(&self, _: String) -> Result<Done, HostError> {
        self.was_asked("dismiss")
    }
}

impl LogoutListener for Host {
    fn on_event(&self, _: LogoutEvent) -> Result<Done, HostError> {
        self.was_asked("on_event")
    }
}

fn providers() -> Vec<Provider> {
    let all = json!([
        {"oidc": {"issuer": "https://op.example.com"}},
        {"oidc": {"issuer": "https://op.example.com", "omit_client_id": true, "endpoints": {
            "end_session": "https://op.example.com/logout?x=1&", "revocation": "https://op.example.com/revoke"}}},
        {"oidc": {"issuer": "https://op.example.com", "parameter_names": {"state": "s", "redirect_uri": "r"}}},
        {"entra": {"authority": "https://login.microsoftonline.com/contoso.onmicrosoft.com"}},
        {"azure_b2c": {"authority": "https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_susi"}},
        {"entra_external_id": {"authority": "https://contoso.ciamlogin.com"}},
        {"ad_fs": {"issuer": "https://fs.example.com/adfs"}},
        {"auth0": {"domain": "tenant.auth0.com"}},
        {"auth0": {"domain": "tenant.auth0.com", "endpoint": "oidc_logout", "omit_client_id": true,
            "allowed_logout_urls": ["https://*.example.com/bye"], "tenant_allowed_logout_urls": [BACK[0]]}},
        {"passport": {}},
        {"central_auth": {"autologin": true}},
        {"keycloak": {"server_url": "https://sso.example.com/auth", "realm": "shop", "direct": true}},
        {"okta": {"issuer": "https://org.okta.com"}},
        {"cognito": {"domain": "acme.auth.eu-central-1.amazoncognito.com"}},
        "google",
        "apple",
        {"ping": {"issuer": "https://auth.pingone.eu/env/as"}},
        {"salesforce": {"domain": "acme.my.salesforce.com"}},
        "github",
        "slack",
        "discord"
    ]);
    serde_json::from_value(all).unwrap()
}

/// Any text, and often one that means something somewhere.
fn text() -> impl Strategy<Value = String> {
    let known = ["", "alice", "bob", "web", ":", ".", "|", "id_token", "\r\n", "a.b.c", "a.b.c.d.e", "{}", "[]", "%00"];
    prop_oneof![3 => prop::sample::select(known.to_vec()).prop_map(str::to_owned), 2 => letters()]
}

fn letters() -> impl Strategy<Value = String> {
    prop::collection::vec(any::<char>(), 0..9).prop_map(|letters| letters.into_iter().collect())
}

/// Read once: a pattern by itself would be read for each value.
fn like(pattern: &str) -> impl Strategy<Value = String> + use<> {
    proptest::string::string_regex(pattern).unwrap()
}

fn secret() -> impl Strategy<Value = Secret> {
    prop_oneof![1 => text(), 6 => like("[!-~]{1,9}"), 1 => Just("x".repeat(2_049))].prop_map(Secret::from)
}

fn address() -> impl Strategy<Value = String> {
    let known = prop::sample::select(BACK.to_vec()).prop_map(str::to_owned);
    prop_oneof![12 => known, 1 => text(), 1 => like("https://[a-z.:@/?#%\\[\\]]{0,20}")]
}

fn base64url(bytes: impl AsRef<[u8]>) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// An ID token for our client, for another, or of any claims.
fn id_token() -> impl Strategy<Value = Secret> {
    let part = |text: &str| base64url(text);
    let claims = ["web", "web", "web", "other"].map(|client| {
        json!({"iss": "https://op.example.com", "sub": "alice", "aud": client,
        "sid": "s1", "login_hint": "\u{e9}&x", "exp": 1})
        .to_string()
    });
    let claims = prop_oneof![4 => prop::sample::select(claims.to_vec()), 1 => text()];
    let whole = claims.prop_map(move |claims| format!("{}.{}.c2ln", part("{\"alg\":\"RS256\"}"), part(&claims)));
    prop_oneof![8 => whole, 1 => text()].prop_map(Secret::from)
}

fn layout() -> impl Strategy<Value = CacheLayout> {
    prop_oneof![
        4 => (like("[a-z]{1,2}"), prop_oneof![6 => Just(":".to_owned()), 1 => text()])
            .prop_map(|(prefix, separator)| CacheLayout::Prefix { prefix, separator }),
        2 => Just(CacheLayout::Msal),
        1 => Just(CacheLayout::Auth0Spa),
        1 => text().prop_map(|audience| CacheLayout::Auth0Native { audiences: vec![audience] }),
        1 => text().prop_map(|authority| CacheLayout::OidcClient { authority }),
        1 => Just(CacheLayout::OktaAuthJs),
        1 => Just(CacheLayout::Amplify),
        1 => Just(CacheLayout::KeycloakJs),
    ]
}

fn mode() -> impl Strategy<Value = LogoutMode> {
    prop::sample::select(vec![LogoutMode::Redirect, LogoutMode::Popup, LogoutMode::Silent])
}

fn reach() -> impl Strategy<Value = Reach> {
    prop::sample::select(vec![Reach::App, Reach::Provider, Reach::Upstream])
}

fn on_cancel() -> impl Strategy<Value = OnCancel> {
    prop::sample::select(vec![OnCancel::FinishLocally, OnCancel::KeepEverything])
}

fn redirect() -> impl Strategy<Value = Redirect> {
    prop_oneof![1 => Just(Redirect::Omit), 3 => address().prop_map(|uri| Redirect::Uri { uri })]
}

fn config() -> impl Strategy<Value = ClientConfig> {
    let fixed =
        (prop::sample::select(providers()), prop::bool::weighted(0.7), layout(), weighted(0.5, like("[!-~]{1,9}")));
    let lists = (prop::collection::vec(address(), 0..3), weighted(0.5, redirect()), weighted(0.1, text()));
    let policies =
        (weighted(0.1, mode()), weighted(0.1, reach()), weighted(0.1, any::<bool>()), weighted(0.1, on_cancel()));
    (fixed, lists, policies, any::<bool>()).prop_map(|(fixed, (redirect_uris, default, cookie), policies, in_frame)| {
        let (provider, device, layout, client_secret) = fixed;
        let (mode, reach, revoke_tokens, on_cancel) = policies;
        let home = if device { Home::Device } else { Home::Server };
        let prefix = CacheLayout::Prefix { prefix: "s".to_owned(), separator: ":".to_owned() };
        let layout = if device { layout } else { prefix };
        let cookie = cookie.map(|name| serde_json::from_value(json!({"name": name})).unwrap());
        ClientConfig {
            client_secret: client_secret.filter(|_| !device).map(Secret::from),
            redirect_uris,
            post_logout_redirect_uri: default,
            mode,
            reach,
            revoke_tokens,
            on_cancel,
            allow_redirect_in_frame: in_frame,
            cookies: cookie.into_iter().collect(),
            ..ClientConfig::new("web", provider, home, layout)
        }
    })
}

fn account() -> impl Strategy<Value = Account> {
    let kind = prop::sample::select(vec![TokenKind::RefreshToken, TokenKind::AccessToken]);
    let token = (kind, secret()).prop_map(|(kind, value)| Token { kind, value });
    let connection = prop::sample::select(vec![Connection::Database, Connection::Facebook, Connection::GoogleOauth2]);
    let name = prop_oneof![9 => Just("alice".to_owned()), 1 => text()];
    let tokens = prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(token, 1..3)];
    (name, weighted(0.3, id_token()), tokens, weighted(0.04, connection), weighted(0.02, secret())).prop_map(
        |(home_account_id, id_token, tokens, connection, upstream_access_token)| Account {
            home_account_id,
            id_token,
            tokens,
            connection,
            upstream_access_token,
        },
    )
}

fn request() -> impl Strategy<Value = EndSessionRequest> {
    let who = prop_oneof![3 => account().prop_map(|account| Who::This { account }), 1 => Just(Who::Everyone)];
    let extra = (text(), secret()).prop_map(|(name, value)| Parameter { name: format!("x{name}"), value });
    let popup = any::<i32>().prop_map(|width| serde_json::from_value(json!({"width": width, "name": "w"})).unwrap());
    let authority = "https://(login|contoso)\\.(microsoftonline|b2clogin)\\.com/[a-z.]{0,9}";
    let addresses = (
        weighted(0.3, redirect()),
        weighted(0.1, address().prop_map(Secret::from)),
        weighted(0.1, address()),
        weighted(0.02, address()),
        weighted(0.02, prop_oneof![like(authority), text()]),
    );
    let policies = (
        weighted(0.1, mode()),
        weighted(0.1, reach()),
        weighted(0.1, any::<bool>()),
        weighted(0.1, on_cancel()),
        prop::bool::weighted(0.05),
        prop::bool::weighted(0.05),
        weighted(0.02, popup),
    );
    let values = (
        weighted(0.1, id_token()),
        weighted(0.1, secret()),
        weighted(0.2, secret()),
        weighted(0.1, text()),
        weighted(0.02, secret()),
    );
    let lists = (prop::collection::vec(like("[a-zA-Z-]{1,5}"), 0..2), prop::collection::vec(extra, 0..2));
    (who, addresses, policies, values, weighted(0.3, lists)).prop_map(|(who, addresses, policies, values, lists)| {
        let (redirect, initiating_page, return_to, main_window_redirect_uri, authority) = addresses;
        let (mode, reach, revoke_tokens, on_cancel, everywhere, in_frame, popup) = policies;
        let (id_token_hint, logout_hint, state, correlation_id, ticket) = values;
        let (ui_locales, extra_parameters) = lists.unwrap_or_default();
        EndSessionRequest {
            redirect,
            initiating_page,
            return_to,
            main_window_redirect_uri,
            authority,
            mode,
            reach,
            revoke_tokens,
            on_cancel,
            everywhere,
            in_frame,
            popup,
            id_token_hint,
            logout_hint,
            state,
            correlation_id,
            ticket,
            ui_locales,
            extra_parameters,
            ..EndSessionRequest::new(who)
        }
    })
}

/// Keys of every layout, whole and damaged, and of nobody.
fn key() -> impl Strategy<Value = String> {
    let user = "(alice|ALICE|bob|alice2|)";
    let forms = [
        format!("s?[a-z]?:{user}(:(id_token|access_token|refresh_token|cart|))?"),
        format!(
            "msal\\.[23](\\||\\.){user}\\|(login\\.windows\\.net|h)\\|(idtoken|refreshtoken|accesstoken|t)\\|web\\|t?\\|[a-z]?\\|"
        ),
        format!("{user}-(login\\.windows\\.net|h)-(idtoken|refreshtoken|accesstoken)-(web|1)-t?-[a-z]?"),
        "msal(\\.[23])?\\.(account\\.keys|token\\.keys\\.web|web\\.active-account(-filters)?)".to_owned(),
        format!("@@auth0spajs@@::web::(@@user@@|default|{user})(::[a-z]{{0,3}})?"),
        "(credentials|auth0_credentials|https://api\\.example\\.com)[a-z:]{0,3}".to_owned(),
        "oidc\\.user:(https://op\\.example\\.com)?:web".to_owned(),
        "okta-token-storage[a-z]{0,2}".to_owned(),
        format!("CognitoIdentityServiceProvider\\.web\\.({user}\\.(idToken|refreshToken|userData)|LastAuthUser)"),
        "(kc-callback-|exeunt\\.(pending|epoch|latest)\\.)[a-z.]{0,4}".to_owned(),
    ];
    let form = |form: &String| like(form).boxed();
    prop_oneof![8 => proptest::strategy::Union::new(forms.iter().map(form)), 1 => letters()]
}

/// Values that some layout reads, cut off now and then, and any others.
fn value() -> impl Strategy<Value = String> {
    const MEMBERS: &str = "id_token idToken profile secret homeAccountId clientId familyId decodedToken claims \
        sub body refresh_token refreshToken accessToken environment expiresAt";
    let leaf = prop_oneof![
        id_token().prop_map(|token| json!(token.reveal())),
        text().prop_map(|text| json!(text)),
        any::<i64>().prop_map(|number| json!(number)),
        Just(json!(null)),
    ];
    let read = leaf.prop_recursive(3, 16, 4, |inner| {
        let name = prop::sample::select(MEMBERS.split(' ').collect::<Vec<_>>());
        prop_oneof![
            3 => prop::collection::btree_map(name, inner.clone(), 0..5).prop_map(|members| json!(members)),
            1 => prop::collection::vec(inner, 0..3).prop_map(|items| json!(items)),
        ]
    });
    let cut = |(text, at): (String, prop::sample::Index)| text.chars().take(at.index(text.len() + 1)).collect();
    let whole = read.prop_map(|read| read.to_string()).boxed();
    prop_oneof![
        4 => whole.clone(),
        1 => (whole, any::<prop::sample::Index>()).prop_map(cut),
        2 => id_token().prop_map(|token| token.reveal().to_owned()),
        1 => text(),
    ]
}

/// Plans twice and looks around; answers whether there was a plan.
fn plans(client: &LogoutClient, host: &Host, request: &EndSessionRequest) -> Result<bool, TestCaseError> {
    let (plan, again) = (client.plan(request), client.plan(request));
    prop_assert_eq!(host.asked.lock().unwrap().clone(), Vec::<&str>::new());
    let plan = match (plan, again) {
        (Ok(plan), Ok(again)) => {
            prop_assert_eq!(&plan, &again);
            plan
        }
        (plan, again) => {
            prop_assert_eq!(plan.err(), again.err());
            return Ok(false);
        }
    };
    let printed = [format!("{plan}"), format!("{plan:?}"), plan.explain().concat()];
    prop_assert!(printed.iter().all(|text| !text.is_empty()));
    let steps = plan.steps();
    for step in &steps {
        if let LogoutStep::Clear { keys, .. } = step {
            let ours = |key: &String| host.entries.contains_key(key) && !key.starts_with("exeunt.");
            prop_assert!(keys.iter().all(ours), "{:?} are planned to go", keys);
        }
    }
    Ok(!steps.is_empty())
}

#[test]
fn planning_never_panics_and_changes_nothing() {
    let seed = RngSeed::Fixed(11);
    let settings =
        ProptestConfig { cases: 400, failure_persistence: None, rng_seed: seed, ..ProptestConfig::default() };
    let (accepted, planned) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let entries = prop::collection::btree_map(key(), value(), 0..12);
    let requests = prop::collection::vec(request(), 4);
    let inputs = (config(), entries, prop::bool::weighted(0.2), requests);
    let run = TestRunner::new(settings).run(&inputs, |(config, entries, careless, requests)| {
        let host = Arc::new(Host { entries, careless, ..Host::default() });
        let listeners: Vec<Arc<dyn LogoutListener>> = vec![host.clone()];
        let made = LogoutClient::new(config, host.clone(), Some(host.clone()), Some(host.clone()), listeners);
        let Ok(client) = made else { return Ok(()) };
        accepted.fetch_add(1, Ordering::Relaxed);
        for request in &requests {
            planned.fetch_add(usize::from(plans(&client, &host, request)?), Ordering::Relaxed);
        }
        Ok(())
    });
    assert_eq!(run, Ok(()));
    let (accepted, planned) = (accepted.into_inner(), planned.into_inner());
    println!("{accepted} configurations were accepted, {planned} plans made");
    assert!(accepted > 200 && planned > 250, "{accepted} configurations, {planned} plans");
}
