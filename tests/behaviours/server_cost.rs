//! On a server the work of one sign-out does not grow with the number of other sessions.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::scripted::host::Store;
use exeunt::{
    Account, Change, Commit, Completion, EndSessionRequest, Guarantee, HostError, LogoutClient, Secret, SessionStore,
    Who,
};
use serde_json::json;

/// Counts what crosses.
#[derive(Default)]
struct Counted {
    inner: Store,
    calls: AtomicUsize,
    keys: AtomicUsize,
}

impl Counted {
    fn count(&self, keys: usize) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.keys.fetch_add(keys, Ordering::Relaxed);
    }
}

impl SessionStore for Counted {
    fn keys(&self, prefix: String) -> Result<Vec<String>, HostError> {
        let keys = self.inner.keys(prefix)?;
        self.count(keys.len());
        Ok(keys)
    }
    fn read(&self, keys: Vec<String>) -> Result<Vec<Option<Secret>>, HostError> {
        self.count(keys.len());
        self.inner.read(keys)
    }
    fn commit(&self, change: Change) -> Result<Commit, HostError> {
        self.count(change.require.len() + change.write.len() + change.remove.len());
        self.inner.commit(change)
    }
    fn guarantee(&self) -> Result<Guarantee, HostError> {
        self.inner.guarantee()
    }
}

/// Calls and keys of one sign-out and its return, with this many others signed in and signing out.
fn cost(others: usize) -> (usize, usize) {
    let store = Arc::new(Counted::default());
    let config = serde_json::from_value(json!({
        "client_id": "rp",
        "provider": {"oidc": {"issuer": "https://op.example.com", "endpoints": {"end_session": "https://op.example.com/logout"}}},
        "home": "server",
        "layout": {"prefix": {"prefix": "s", "separator": ":"}},
        "post_logout_redirect_uri": {"uri": {"uri": "https://app.example.com/bye"}},
        "revoke_tokens": false
    }))
    .unwrap();
    let client = LogoutClient::new(config, store.clone(), None, None, Vec::new()).unwrap();
    let sign_out = |session: &str| {
        let account = Account::new(session);
        client.sign_out(&EndSessionRequest::new(Who::This { account })).unwrap()
    };
    let mut entries = BTreeMap::new();
    for other in 0..others {
        entries.insert(format!("s:other{other}:cart"), "1".to_owned());
    }
    entries.insert("s:mine:cart".to_owned(), "1".to_owned());
    *store.inner.entries.lock().unwrap() = entries;
    for other in 0..others / 2 {
        sign_out(&format!("other{other}"));
    }
    store.calls.store(0, Ordering::Relaxed);
    store.keys.store(0, Ordering::Relaxed);
    let outcome = sign_out("mine");
    let state = crate::scripted::project::raw_state(outcome.next.as_ref().unwrap()).unwrap();
    let url = Secret::from(format!("https://app.example.com/bye?state={state}"));
    assert!(matches!(client.complete(&url, outcome.ticket).unwrap(), Completion::Matched { .. }));
    (store.calls.load(Ordering::Relaxed), store.keys.load(Ordering::Relaxed))
}

#[test]
fn two_hundred_other_sessions_cost_nothing() {
    assert_eq!(cost(0), cost(200));
}
