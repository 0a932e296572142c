//! A plan is a value: made from what is known, equal to itself made again, and nothing happens by making it.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};

use crate::scripted::host::{Host, Script, Store};
use exeunt::{
    Account, Change, ClientConfig, Commit, EndSessionRequest, Guarantee, HostError, LogoutClient, LogoutMode,
    LogoutPlan, LogoutStep, Parameter, Reach, Redirect, Secret, SessionStore, Token, TokenKind, Who,
};
use serde_json::{Value, json};

/// A store that writes down what it is asked.
#[derive(Default)]
struct Watched {
    inner: Store,
    asked: Mutex<Vec<&'static str>>,
}

impl Watched {
    fn note(&self, method: &'static str) {
        self.asked.lock().unwrap().push(method);
    }
}

impl SessionStore for Watched {
    fn keys(&self, prefix: String) -> Result<Vec<String>, HostError> {
        self.note("keys");
        self.inner.keys(prefix)
    }
    fn read(&self, keys: Vec<String>) -> Result<Vec<Option<Secret>>, HostError> {
        self.note("read");
        self.inner.read(keys)
    }
    fn commit(&self, change: Change) -> Result<Commit, HostError> {
        self.note("commit");
        self.inner.commit(change)
    }
    fn guarantee(&self) -> Result<Guarantee, HostError> {
        self.note("guarantee");
        self.inner.guarantee()
    }
}

fn config(change: impl FnOnce(&mut Value)) -> ClientConfig {
    let mut value = json!({
        "client_id": "rp",
        "provider": {"oidc": {"issuer": "https://op.example.com"}},
        "home": "device",
        "layout": {"prefix": {"prefix": "s", "separator": ":"}},
        "redirect_uris": ["https://app.example.com/bye", "https://app.example.com/other"],
        "post_logout_redirect_uri": {"uri": {"uri": "https://app.example.com/bye"}}
    });
    change(&mut value);
    serde_json::from_value(value).unwrap()
}

fn host() -> Host {
    let entries = [("s:alice:refresh_token", "r1"), ("s:alice:cart", "3 apples"), ("s:bob:cart", "1 pear")];
    let script = Script { navigator: Some("started".to_owned()), ..Script::default() };
    Host::new(script, entries.map(|(key, value)| (key.to_owned(), value.to_owned())).into())
}

fn account() -> Account {
    Account::new("alice")
}

fn request() -> EndSessionRequest {
    EndSessionRequest::new(Who::This { account: account() })
}

/// One request for each thing that can be asked differently.
fn different_requests() -> Vec<EndSessionRequest> {
    let token = Token { kind: TokenKind::AccessToken, value: Secret::from("a1") };
    let to = |uri: &str| Some(Redirect::Uri { uri: uri.to_owned() });
    let extra = |value: &str| vec![Parameter { name: "x".to_owned(), value: Secret::from(value) }];
    vec![
        request(),
        EndSessionRequest::new(Who::Everyone),
        EndSessionRequest::new(Who::This { account: Account { home_account_id: "bob".to_owned(), ..account() } }),
        EndSessionRequest::new(Who::This { account: Account { tokens: vec![token], ..account() } }),
        EndSessionRequest { redirect: Some(Redirect::Omit), ..request() },
        EndSessionRequest { redirect: to("https://app.example.com/other"), ..request() },
        EndSessionRequest { return_to: Some("https://app.example.com/bye".to_owned()), ..request() },
        EndSessionRequest { mode: Some(LogoutMode::Popup), ..request() },
        EndSessionRequest { reach: Some(Reach::App), ..request() },
        EndSessionRequest { logout_hint: Some(Secret::from("h1")), ..request() },
        EndSessionRequest { logout_hint: Some(Secret::from("h2")), ..request() },
        EndSessionRequest { state: Some(Secret::from("mine")), ..request() },
        EndSessionRequest { ui_locales: vec!["sv".to_owned()], ..request() },
        EndSessionRequest { extra_parameters: extra("1"), ..request() },
        EndSessionRequest { extra_parameters: extra("2"), ..request() },
        EndSessionRequest { correlation_id: Some("c-1".to_owned()), ..request() },
        EndSessionRequest { revoke_tokens: Some(false), ..request() },
    ]
}

fn hash(plan: &LogoutPlan) -> u64 {
    let mut hasher = DefaultHasher::new();
    plan.hash(&mut hasher);
    hasher.finish()
}

fn made(host: &Host, config: ClientConfig) -> Arc<LogoutClient> {
    host.client(config).unwrap()
}

#[test]
fn a_plan_equals_the_same_plan_made_again() {
    let host = host();
    let (client, other) = (made(&host, config(|_| {})), made(&host, config(|_| {})));
    for request in different_requests() {
        let (first, second) = (client.plan(&request).unwrap(), other.plan(&request).unwrap());
        assert_eq!(first, second);
        assert_eq!(hash(&first), hash(&second));
        assert_eq!(first.to_string(), second.to_string());
        assert_eq!(format!("{first:?}"), format!("{second:?}"));
        assert_eq!((first.steps(), first.warnings()), (second.steps(), second.warnings()));
    }
}

#[test]
fn a_different_request_makes_a_different_plan() {
    let host = host();
    let client = made(&host, config(|_| {}));
    let requests = different_requests();
    let plans: HashSet<_> = requests.iter().map(|request| client.plan(request).unwrap()).collect();
    assert_eq!(plans.len(), requests.len());
}

#[test]
fn a_plan_follows_the_cache() {
    let host = host();
    let client = made(&host, config(|_| {}));
    let before = client.plan(&request()).unwrap();
    host.store.entries.lock().unwrap().insert("s:alice:more".to_owned(), "1".to_owned());
    let after = client.plan(&request()).unwrap();
    assert_ne!(before, after);
    let Some(LogoutStep::Clear { keys, .. }) = after.steps().into_iter().next() else { panic!("a clear comes first") };
    assert!(keys.contains(&"s:alice:more".to_owned()));
}

/// PLAN-01: whatever is asked for.
#[test]
fn planning_only_reads() {
    let host = host();
    let store = Arc::new(Watched::default());
    *store.inner.entries.lock().unwrap() = host.store.entries.lock().unwrap().clone();
    let before = store.inner.entries.lock().unwrap().clone();
    let (browser, network) = (host.browser.clone().unwrap(), host.network.clone().unwrap());
    let client =
        LogoutClient::new(config(|_| {}), store.clone(), Some(browser), Some(network), vec![host.ears.clone()])
            .unwrap();
    for request in different_requests() {
        let plan = client.plan(&request).unwrap();
        let _ = (plan.explain(), plan.steps(), plan.to_string(), format!("{plan:?}"));
    }
    let asked = store.asked.lock().unwrap().clone();
    assert!(!asked.is_empty() && asked.iter().all(|method| ["keys", "read"].contains(method)), "{asked:?}");
    assert_eq!(*store.inner.entries.lock().unwrap(), before);
    assert!(host.network.as_ref().unwrap().calls.lock().unwrap().is_empty(), "something was sent");
    assert!(host.browser.as_ref().unwrap().navigations.lock().unwrap().is_empty(), "something was opened");
    assert!(host.ears.events.lock().unwrap().is_empty(), "somebody was told");
    client.sign_out(&request()).unwrap();
    assert!(store.asked.lock().unwrap().contains(&"commit"), "the watch sees nothing");
}

/// REQ-07: in whatever the configurations differ.
#[test]
fn a_plan_of_another_configuration_is_refused() {
    let host = host();
    let client = made(&host, config(|_| {}));
    let plan = client.plan(&request()).unwrap();
    let others = [
        made(&host, config(|value| value["client_id"] = json!("another"))),
        made(&host, config(|value| value["provider"]["oidc"]["issuer"] = json!("https://other.example.com"))),
        made(&host, config(|value| value["layout"]["prefix"]["prefix"] = json!("t"))),
        made(
            &host,
            config(|value| {
                value["redirect_uris"] = json!([]);
                value["post_logout_redirect_uri"] = json!({"uri": {"uri": "https://app.example.com/new"}});
            }),
        ),
        made(&host, config(|value| value["home"] = json!("server"))),
    ];
    let before = host.store.entries.lock().unwrap().clone();
    for (at, other) in others.iter().enumerate() {
        let error = other.run(&plan).expect_err(&format!("client {at} ran a plan of another configuration"));
        assert_eq!(error.broken_rule().as_deref(), Some("REQ-07"), "{at}");
    }
    assert_eq!(*host.store.entries.lock().unwrap(), before);
    assert!(host.browser.as_ref().unwrap().navigations.lock().unwrap().is_empty());
    client.run(&plan).unwrap();
}
