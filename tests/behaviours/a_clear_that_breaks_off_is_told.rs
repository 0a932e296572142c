//! A store without transactions that stops answering in the middle of a clear: what it did is not forgotten, what it did
//! not do is named, and nobody is told that nothing happened.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use exeunt::{
    Account, CacheLayout, Change, ClientConfig, Commit, EndSessionRequest, Endpoints, Failure, Guarantee, Home,
    HostError, HttpAnswer, HttpCall, HttpTransport, LogoutClient, LogoutError, Provider, Secret, SessionStatus,
    SessionStore, Who,
};

/// Removes this many keys in all; a clear beyond that finds it locked, for ever or until it is asked again.
struct Breaking {
    entries: Mutex<BTreeMap<String, String>>,
    guarantee: Guarantee,
    removes: Mutex<usize>,
    stays_locked: bool,
    locked: Mutex<bool>,
}

fn unavailable() -> HostError {
    HostError::Unavailable { reason: "locked".to_owned() }
}

impl Breaking {
    fn open(&self) -> Result<(), HostError> {
        if *self.locked.lock().unwrap() { Err(unavailable()) } else { Ok(()) }
    }
}

impl SessionStore for Breaking {
    fn keys(&self, prefix: String) -> Result<Vec<String>, HostError> {
        self.open()?;
        Ok(self.entries.lock().unwrap().keys().filter(|key| key.starts_with(&prefix)).cloned().collect())
    }

    fn read(&self, keys: Vec<String>) -> Result<Vec<Option<Secret>>, HostError> {
        self.open()?;
        let entries = self.entries.lock().unwrap();
        Ok(keys.iter().map(|key| entries.get(key).cloned().map(Secret::from)).collect())
    }

    fn commit(&self, change: Change) -> Result<Commit, HostError> {
        self.open()?;
        let mut entries = self.entries.lock().unwrap();
        let clears = change.remove.iter().any(|key| key.starts_with("session:"));
        if !clears {
            entries.extend(change.write.into_iter().map(|entry| (entry.key, entry.value.reveal().to_owned())));
            entries.retain(|key, _| !change.remove.contains(key));
            return Ok(Commit::Committed);
        }
        let mut removes = self.removes.lock().unwrap();
        for key in change.remove.iter().filter(|key| key.starts_with("session:")).take(*removes) {
            entries.remove(key);
        }
        *removes = 0;
        *self.locked.lock().unwrap() = self.stays_locked;
        Err(unavailable())
    }

    fn guarantee(&self) -> Result<Guarantee, HostError> {
        Ok(self.guarantee)
    }
}

#[derive(Default)]
struct Network(Mutex<Vec<HttpCall>>);

impl HttpTransport for Network {
    fn send(&self, call: HttpCall) -> Result<HttpAnswer, HostError> {
        self.0.lock().unwrap().push(call);
        Ok(HttpAnswer { status: 200, headers: Vec::new(), body: Vec::new() })
    }
}

fn signed_out(
    guarantee: Guarantee,
    removes: usize,
    stays_locked: bool,
) -> (Result<exeunt::LogoutOutcome, LogoutError>, Vec<HttpCall>, Vec<String>) {
    let entries = [("refresh_token", "R-1"), ("cart", "3 apples")];
    let store = Arc::new(Breaking {
        entries: Mutex::new(entries.map(|(key, value)| (format!("session:alice:{key}"), value.to_owned())).into()),
        guarantee,
        removes: Mutex::new(removes),
        stays_locked,
        locked: Mutex::new(false),
    });
    let at = |path: &str| Some(format!("https://op.example.com/{path}"));
    let provider = Provider::oidc(
        "https://op.example.com",
        Endpoints { end_session: at("logout"), revocation: at("revoke"), authorization: None },
    );
    let layout = CacheLayout::Prefix { prefix: "session".to_owned(), separator: ":".to_owned() };
    let network = Arc::new(Network::default());
    let config = ClientConfig::new("app", provider, Home::Device, layout);
    let client = LogoutClient::new(config, store.clone(), None, Some(network.clone()), Vec::new()).unwrap();
    let result = client.sign_out(&EndSessionRequest::new(Who::This { account: Account::new("alice") }));
    let sent = network.0.lock().unwrap().clone();
    let left = store.entries.lock().unwrap().keys().filter(|key| key.starts_with("session:")).cloned().collect();
    (result, sent, left)
}

#[test]
fn what_was_removed_before_the_store_broke_off_is_revoked_and_the_rest_is_named() {
    let (result, sent, left) = signed_out(Guarantee::PerKey, 1, false);
    let outcome = result.unwrap();
    assert_eq!(outcome.application, SessionStatus::Failed { because: Failure::LeftBehind });
    assert_eq!(outcome.left_behind, left);
    assert_eq!(left.len(), 1);
    let body = sent.first().and_then(|call| call.body.clone()).unwrap();
    assert!(body.reveal().contains("token=R-1"));
}

#[test]
fn a_store_that_stays_locked_in_the_middle_is_not_said_to_have_kept_everything() {
    let (result, sent, _) = signed_out(Guarantee::PerKey, 1, true);
    let outcome = result.unwrap();
    assert!(!outcome.signed_out_locally());
    assert!(matches!(outcome.application, SessionStatus::Unconfirmed { .. }));
    assert_eq!(sent.len(), 1);
}

#[test]
fn a_store_that_was_locked_before_it_removed_anything_refuses_and_nothing_is_sent() {
    let (result, sent, left) = signed_out(Guarantee::PerKey, 0, false);
    assert!(matches!(result, Err(LogoutError::StoreLocked { .. })), "{result:?}");
    assert!(sent.is_empty());
    assert_eq!(left.len(), 2);
}

#[test]
fn a_store_with_transactions_that_is_locked_has_changed_nothing() {
    let (result, sent, _) = signed_out(Guarantee::Atomic, 0, true);
    assert!(matches!(result, Err(LogoutError::StoreLocked { .. })), "{result:?}");
    assert!(sent.is_empty());
}

#[test]
fn a_store_that_claims_transactions_and_has_none_is_found_out() {
    let (result, _, left) = signed_out(Guarantee::Atomic, 1, false);
    assert_eq!(result.unwrap().left_behind, left);
}
