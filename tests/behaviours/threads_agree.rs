//! Eight threads on one store: whatever they do at the same time, no update is lost, nobody waits for ever, nothing comes
//! back, and a host may call back from inside a call.

use std::collections::BTreeSet;
use std::sync::{Arc, Barrier, Mutex, OnceLock, Weak};

use crate::app::config;
use exeunt::{
    Account, CancelReason, Change, Completion, Done, EndSessionRequest, Entry, Evidence, HostError, LogoutClient,
    LogoutEvent, LogoutEventKind, LogoutListener, LogoutOutcome, MemoryStore, Navigated, Navigation, Navigator, Saved,
    Secret, SessionStatus, SessionStore, Who,
};

const THREADS: usize = 8;
const ENDED: SessionStatus = SessionStatus::Ended { evidence: Evidence::ReadBack };

fn leaves(account: &str) -> EndSessionRequest {
    EndSessionRequest::new(Who::This { account: Account::new(account) })
}

fn entry(account: &str, value: &str) -> Entry {
    Entry { key: format!("s:{account}:refresh_token"), value: Secret::from(value), protect: true }
}

fn put(store: &MemoryStore, account: &str, value: &str) {
    store.commit(Change { write: vec![entry(account, value)], ..Change::default() }).unwrap();
}

fn sessions(store: &MemoryStore) -> Vec<String> {
    store.keys("s:".to_owned()).unwrap()
}

fn back(navigation: &Navigation) -> Secret {
    let url = url::Url::parse(navigation.url.reveal()).unwrap();
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    Secret::from(format!("https://app.example.com/bye?state={state}"))
}

/// A browser that remembers where it was sent and, if asked to, comes back from inside the call.
#[derive(Default)]
struct Browser {
    returns: bool,
    client: OnceLock<Weak<LogoutClient>>,
    sent: Mutex<Vec<Navigation>>,
    dismissed: Mutex<Vec<String>>,
}

impl Navigator for Browser {
    fn navigate(&self, navigation: Navigation) -> Result<Navigated, HostError> {
        self.sent.lock().unwrap().push(navigation.clone());
        if self.returns {
            let client = self.client.get().and_then(Weak::upgrade).unwrap();
            let answer = client.complete(&back(&navigation), None).unwrap();
            assert!(matches!(answer, Completion::Matched { .. }), "{answer}");
        }
        Ok(Navigated::Started)
    }

    fn dismiss(&self, id: String) -> Result<Done, HostError> {
        self.dismissed.lock().unwrap().push(id);
        Ok(Done::Done)
    }
}

/// A listener that asks what is known, and signs another account out, from inside the call.
#[derive(Default)]
struct Curious {
    client: OnceLock<Weak<LogoutClient>>,
    nested: Mutex<Vec<LogoutOutcome>>,
}

impl LogoutListener for Curious {
    fn on_event(&self, event: LogoutEvent) -> Result<Done, HostError> {
        let client = self.client.get().and_then(Weak::upgrade).unwrap();
        assert_eq!(client.outcome(&event.id).unwrap().id, event.id);
        client.pending(None).unwrap();
        let first = self.nested.lock().unwrap().is_empty();
        if first && event.kind == LogoutEventKind::LogoutSuccess {
            // A place in the list first: the nested sign-out has its own events.
            self.nested.lock().unwrap().push(client.outcome(&event.id).unwrap());
            let nested = client.sign_out(&leaves("bob")).unwrap();
            self.nested.lock().unwrap().push(nested);
        }
        Ok(Done::Done)
    }
}

fn client(store: &Arc<MemoryStore>, browser: &Arc<Browser>) -> Arc<LogoutClient> {
    let client =
        LogoutClient::new(config("finish_locally"), store.clone(), Some(browser.clone()), None, Vec::new()).unwrap();
    let client = Arc::new(client);
    let _ = browser.client.set(Arc::downgrade(&client));
    client
}

/// Eight threads that begin together; what they bring home, in their order.
fn together<T: Send>(part: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let begin = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        let run = |at| {
            let (begin, part) = (&begin, &part);
            scope.spawn(move || {
                begin.wait();
                part(at)
            })
        };
        let threads: Vec<_> = (0..THREADS).map(run).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn eight_sign_outs_of_one_account_are_one() {
    for round in 0..20 {
        let (store, browser) = (Arc::new(MemoryStore::new()), Arc::new(Browser::default()));
        put(&store, "alice", "r");
        let client = client(&store, &browser);
        let outcomes = together(|_| client.sign_out(&leaves("alice")).unwrap());
        let ids: BTreeSet<&String> = outcomes.iter().map(|outcome| &outcome.id).collect();
        assert_eq!((ids.len(), browser.sent.lock().unwrap().len()), (1, 1), "round {round}");
        assert_eq!(client.outcome(&outcomes.first().unwrap().id).unwrap().application, ENDED, "round {round}");
        assert_eq!(sessions(&store), Vec::<String>::new(), "round {round}");
    }
}

#[test]
fn eight_accounts_leave_at_the_same_time() {
    for round in 0..20 {
        let (store, browser) = (Arc::new(MemoryStore::new()), Arc::new(Browser::default()));
        (0..=THREADS).for_each(|at| put(&store, &format!("user{at}"), "r"));
        let client = client(&store, &browser);
        let outcomes = together(|at| client.sign_out(&leaves(&format!("user{at}"))).unwrap());
        for outcome in &outcomes {
            assert_eq!((outcome.application, outcome.provider), (ENDED, SessionStatus::Pending), "round {round}");
            assert_eq!(client.outcome(&outcome.id).unwrap().application, ENDED);
        }
        assert_eq!(sessions(&store), ["s:user8:refresh_token"], "round {round}");
        assert_eq!((client.pending(None).unwrap().len(), browser.sent.lock().unwrap().len()), (THREADS, THREADS));
    }
}

#[test]
fn everything_at_once_loses_nothing_and_brings_nothing_back() {
    for round in 0..20 {
        let (store, browser) = (Arc::new(MemoryStore::new()), Arc::new(Browser::default()));
        for account in ["alice", "bob", "carol"] {
            put(&store, account, "old");
        }
        let client = client(&store, &browser);
        let earlier = client.sign_out(&leaves("dave")).unwrap();
        let way_back = back(browser.sent.lock().unwrap().first().unwrap());
        let lease = client.lease("alice").unwrap();
        together(|at| match at {
            0 | 1 => drop(client.sign_out(&leaves("alice")).unwrap()),
            2 => drop(client.sign_out(&leaves("bob")).unwrap()),
            3 => {
                let fresh = client.save(&lease, vec![entry("alice", "refreshed")]).unwrap();
                assert!(matches!(fresh, Saved::Stored | Saved::SignedOut));
            }
            4 => {
                client.signed_in("carol", None, None).unwrap();
                put(&store, "carol", "signed in");
            }
            5 => drop(client.resume(5).unwrap()),
            6 => drop(client.complete(&way_back, None).unwrap()),
            _ => drop(client.cancel(&earlier.id, CancelReason::UserCancelled).unwrap()),
        });
        assert_eq!(sessions(&store), ["s:carol:refresh_token"], "round {round}");
        let value = store.read(sessions(&store)).unwrap();
        assert_eq!(value, [Some(Secret::from("signed in"))], "round {round}");
        // One for Dave, Alice and Bob each; complete and cancel left one truth about Dave.
        assert_eq!(browser.sent.lock().unwrap().len(), 3, "round {round}");
        let dave = client.outcome(&earlier.id).unwrap();
        assert!(matches!(dave.provider, SessionStatus::Unconfirmed { .. }), "{dave}");
        let again = client.complete(&way_back, None).unwrap();
        assert!(matches!(again, Completion::AlreadyHandled { .. }), "{again}");
        assert!(!client.still_valid(&lease).unwrap());
        assert_eq!(client.save(&lease, vec![entry("alice", "late")]).unwrap(), Saved::SignedOut);
    }
}

#[test]
fn a_browser_that_comes_back_from_inside_the_call_ends_the_wait() {
    let (store, browser) = (Arc::new(MemoryStore::new()), Arc::new(Browser { returns: true, ..Browser::default() }));
    let client = client(&store, &browser);
    let outcomes = together(|at| client.sign_out(&leaves(&format!("user{at}"))).unwrap());
    for outcome in outcomes {
        let known = client.outcome(&outcome.id).unwrap();
        assert_eq!((known.application, known.provider), (outcome.application, outcome.provider));
        assert!(matches!(known.provider, SessionStatus::Unconfirmed { .. }), "{known}");
    }
    assert!(client.pending(None).unwrap().is_empty());
}

#[test]
fn a_listener_may_ask_and_sign_another_account_out() {
    let (store, curious) = (Arc::new(MemoryStore::new()), Arc::new(Curious::default()));
    put(&store, "alice", "r");
    put(&store, "bob", "r");
    let client = LogoutClient::new(config("finish_locally"), store.clone(), None, None, vec![curious.clone()]).unwrap();
    let client = Arc::new(client);
    curious.client.set(Arc::downgrade(&client)).unwrap();
    let outcome = client.sign_out(&leaves("alice")).unwrap();
    let nested = curious.nested.lock().unwrap().pop().unwrap();
    assert_eq!((outcome.application, nested.application), (ENDED, ENDED));
    assert_ne!(outcome.id, nested.id);
    assert_eq!(sessions(&store), Vec::<String>::new());
}
