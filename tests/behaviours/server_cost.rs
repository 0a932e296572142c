//! On a server the work of one sign-out does not grow with the number of other sessions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::scripted::host::Store;
use exeunt::{
    Account, CancelReason, Change, Commit, Completion, EndSessionRequest, Guarantee, HostError, LogoutClient, Secret,
    SessionStore, Who,
};
use serde_json::json;

/// Counts what crosses.
#[derive(Default)]
struct Counted {
    inner: Store,
    calls: AtomicUsize,
    keys: AtomicUsize,
    /// Records that were read.
    records: Mutex<BTreeSet<String>>,
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
        let records = keys.iter().filter(|key| key.starts_with("exeunt.pending.")).cloned();
        self.records.lock().unwrap().extend(records);
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

fn client(store: &Arc<Counted>) -> LogoutClient {
    let config = serde_json::from_value(json!({
        "client_id": "rp",
        "provider": {"oidc": {"issuer": "https://op.example.com", "endpoints": {
            "end_session": "https://op.example.com/logout", "authorization": "https://op.example.com/authorize"}}},
        "home": "server",
        "redirect_uri": "https://app.example.com/in",
        "layout": {"prefix": {"prefix": "s", "separator": ":"}},
        "post_logout_redirect_uri": {"uri": {"uri": "https://app.example.com/bye"}},
        "revoke_tokens": false
    }))
    .unwrap();
    LogoutClient::new(config, store.clone(), None, None, Vec::new()).unwrap()
}

/// Calls and keys of one sign-out, its return and everything that may be asked about its session, with this many others signed in and signing out.
fn cost(others: usize) -> (usize, usize) {
    let store = Arc::new(Counted::default());
    let client = client(&store);
    let sign_out = |session: &str| {
        let account = Account::new(session);
        client.sign_out(&EndSessionRequest::new(Who::This { account })).unwrap()
    };
    let mut entries = BTreeMap::new();
    for other in 0..others {
        // The names of others begin alike.
        entries.insert(format!("s:mine{other}:cart"), "1".to_owned());
    }
    entries.insert("s:mine:cart".to_owned(), "1".to_owned());
    *store.inner.entries.lock().unwrap() = entries;
    for other in 0..others / 2 {
        sign_out(&format!("mine{other}"));
    }
    store.calls.store(0, Ordering::Relaxed);
    store.keys.store(0, Ordering::Relaxed);
    let outcome = sign_out("mine");
    let state = crate::scripted::project::raw_state(outcome.next.as_ref().unwrap()).unwrap();
    let url = Secret::from(format!("https://app.example.com/bye?state={state}"));
    assert!(matches!(client.complete(&url, outcome.ticket.clone()).unwrap(), Completion::Matched { .. }));
    client.plan(&EndSessionRequest::new(Who::This { account: Account::new("mine") })).unwrap();
    client.pending(Some("mine".to_owned())).unwrap();
    client.outcome(&outcome.id).unwrap();
    client.proof(&outcome.id).unwrap();
    client.cancel(&outcome.id, CancelReason::UserCancelled).unwrap();
    client.signed_in("mine", None, outcome.ticket.clone()).unwrap();
    client.login_advice(None, outcome.ticket).unwrap();
    let lease = client.lease("mine").unwrap();
    client.save(&lease, Vec::new()).unwrap();
    client.still_valid(&lease).unwrap();
    (store.calls.load(Ordering::Relaxed), store.keys.load(Ordering::Relaxed))
}

#[test]
fn two_hundred_other_sessions_cost_nothing() {
    assert_eq!(cost(0), cost(200));
}

/// What the browser never came back from is resumed some at a time; whose browser may still come back is not looked at.
#[test]
fn a_resume_reads_no_record_that_is_not_due() {
    let store = Arc::new(Counted::default());
    let client = client(&store);
    let sign_out = |session: String| {
        client.sign_out(&EndSessionRequest::new(Who::This { account: Account::new(&session) })).unwrap();
    };
    (0..5).for_each(|one| sign_out(format!("late{one}")));
    store.inner.time_passes(15 * 60 + 2);
    let records = || store.inner.keys("exeunt.pending.".to_owned()).unwrap().into_iter().collect::<BTreeSet<_>>();
    let late = records();
    (0..5).for_each(|one| sign_out(format!("early{one}")));
    assert_eq!((late.len(), records().len()), (5, 10));
    store.records.lock().unwrap().clear();
    let resumed = client.resume(2).unwrap();
    assert_eq!(resumed.outcomes.len(), 2);
    assert_eq!(*store.records.lock().unwrap(), late);
}
