//! A sign-out, a sign-in and a refresh of the real client, to be interleaved.

pub mod app;
pub mod schedule;

use std::collections::BTreeMap;
use std::sync::Arc;

use app::config;
use exeunt::{
    Account, Change, Commit, Completion, EndSessionRequest, Entry, Guarantee, HostError, LogoutClient, LogoutOutcome,
    Resumed, Saved, Secret, SessionStore, Who,
};
use schedule::{Call, Count, End, Hand, Kind, Part, Step, explore};

pub const ACCESS: &str = "s:alice:access_token";
pub const REFRESH: &str = "s:alice:refresh_token";
pub const CAROL: &str = "s:carol:refresh_token";

/// What a thread came home with.
#[derive(Debug)]
#[allow(dead_code)] // who reads the story of a fault reads all of it
pub enum Brought {
    Outcome(Box<LogoutOutcome>),
    /// Nothing where there was nothing to refresh.
    Refreshed(Option<Saved>),
    SignedIn,
    Resumed(Resumed),
    Returned(Box<Completion>),
}

impl Brought {
    pub fn outcome(&self) -> &LogoutOutcome {
        match self {
            Self::Outcome(outcome) => outcome,
            other => panic!("no sign-out: {other:?}"),
        }
    }
}

pub fn client(hand: &Arc<Hand>) -> LogoutClient {
    LogoutClient::new(config("finish_locally"), hand.clone(), Some(hand.clone()), None, Vec::new()).unwrap()
}

pub fn keeping_client(hand: &Arc<Hand>) -> LogoutClient {
    LogoutClient::new(config("keep_everything"), hand.clone(), Some(hand.clone()), None, Vec::new()).unwrap()
}

pub fn alice_leaves(hand: Arc<Hand>) -> Brought {
    let request = EndSessionRequest::new(Who::This { account: Account::new("alice") });
    Brought::Outcome(Box::new(client(&hand).sign_out(&request).unwrap()))
}

pub fn everyone_leaves(hand: Arc<Hand>) -> Brought {
    Brought::Outcome(Box::new(client(&hand).logout().unwrap()))
}

fn entries(of: &[(&str, &str)]) -> Vec<Entry> {
    let entry =
        |(key, value): &(&str, &str)| Entry { key: (*key).to_owned(), value: Secret::from(*value), protect: true };
    of.iter().map(entry).collect()
}

/// A refresh as an app does it: lease, read, ask the provider, save.
pub fn alice_refreshes(hand: Arc<Hand>) -> Brought {
    let client = client(&hand);
    refreshes(&hand, &client)
}

/// The same in which nothing of a sign-out is there to be swept, so that no schedule differs by when it is looked for.
pub fn alice_refreshes_unswept(hand: Arc<Hand>) -> Brought {
    let client = LogoutClient::new(config("finish_locally"), Arc::new(Unswept(hand.clone())), None, None, Vec::new());
    refreshes(&hand, &client.unwrap())
}

struct Unswept(Arc<Hand>);

impl SessionStore for Unswept {
    fn keys(&self, prefix: String) -> Result<Vec<String>, HostError> {
        if prefix.starts_with("exeunt.pending.") { Ok(Vec::new()) } else { self.0.keys(prefix) }
    }

    fn read(&self, keys: Vec<String>) -> Result<Vec<Option<Secret>>, HostError> {
        self.0.read(keys)
    }

    fn commit(&self, change: Change) -> Result<Commit, HostError> {
        self.0.commit(change)
    }

    fn guarantee(&self) -> Result<Guarantee, HostError> {
        self.0.guarantee()
    }
}

fn refreshes(hand: &Arc<Hand>, client: &LogoutClient) -> Brought {
    let lease = client.lease("alice").unwrap();
    let token = hand.read(vec![REFRESH.to_owned()]).unwrap().remove(0);
    let fresh = |token: Secret| {
        let value = format!("refreshed from {}", token.reveal());
        client.save(&lease, entries(&[(ACCESS, &value), (REFRESH, &value)])).unwrap()
    };
    Brought::Refreshed(token.map(fresh))
}

/// The same without a lease: the fault that it is there against.
pub fn alice_refreshes_blindly(hand: Arc<Hand>) -> Brought {
    let token = hand.read(vec![REFRESH.to_owned()]).unwrap().remove(0);
    let fresh = |token: Secret| {
        let value = format!("refreshed from {}", token.reveal());
        let write = entries(&[(ACCESS, &value), (REFRESH, &value)]);
        hand.commit(Change { write, ..Change::default() }).unwrap();
        Saved::Stored
    };
    Brought::Refreshed(token.map(fresh))
}

fn signs_in(hand: &Arc<Hand>, account: &str, tokens: &[(&str, &str)]) -> Brought {
    client(hand).signed_in(account, None, None).unwrap();
    hand.commit(Change { write: entries(tokens), ..Change::default() }).unwrap();
    Brought::SignedIn
}

pub fn alice_signs_in(hand: Arc<Hand>) -> Brought {
    signs_in(&hand, "alice", &[(ACCESS, "signed in"), (REFRESH, "signed in")])
}

pub fn carol_signs_in(hand: Arc<Hand>) -> Brought {
    signs_in(&hand, "carol", &[(CAROL, "signed in")])
}

pub fn resumes(hand: Arc<Hand>) -> Brought {
    Brought::Resumed(client(&hand).resume(10).unwrap())
}

/// The browser of the only sign-out comes back.
pub fn returns(hand: Arc<Hand>) -> Brought {
    let client = keeping_client(&hand);
    Brought::Returned(Box::new(client.complete(&Secret::from(hand.way_back()), None).unwrap()))
}

/// A sign-out that keeps everything until the browser is back.
pub fn alice_asks(hand: Arc<Hand>) -> Brought {
    let request = EndSessionRequest::new(Who::This { account: Account::new("alice") });
    Brought::Outcome(Box::new(keeping_client(&hand).sign_out(&request).unwrap()))
}

/// The same of everyone.
pub fn everyone_asks(hand: Arc<Hand>) -> Brought {
    Brought::Outcome(Box::new(keeping_client(&hand).logout().unwrap()))
}

pub fn with_alice() -> BTreeMap<String, String> {
    [(ACCESS, "old"), (REFRESH, "old")].map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

/// What the app itself has in the store.
pub fn sessions(entries: &BTreeMap<String, String>) -> BTreeMap<&str, &str> {
    let all = entries.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    all.filter(|(key, _)| !key.starts_with("exeunt.")).collect()
}

/// Both of Alice's tokens, of one sign-in.
pub fn is_whole(entries: &BTreeMap<String, String>, value: &str) -> bool {
    sessions(entries) == BTreeMap::from([(ACCESS, value), (REFRESH, value)])
}

fn changes(step: &Step, wanted: impl Fn(&String) -> bool) -> bool {
    matches!(&step.call, Call::Commit { changes, .. } if !step.refused && changes.iter().any(wanted))
}

/// When this thread first changed a key of this kind.
pub fn first_change(steps: &[Step], actor: usize, prefix: &str) -> Option<usize> {
    steps.iter().position(|step| step.actor == actor && changes(step, |key| key.starts_with(prefix)))
}

/// When it last did.
pub fn last_change(steps: &[Step], actor: usize, prefix: &str) -> Option<usize> {
    steps.iter().rposition(|step| step.actor == actor && changes(step, |key| key.starts_with(prefix)))
}

/// When this thread last listed the app's own keys.
pub fn last_look(steps: &[Step], actor: usize) -> Option<usize> {
    let looks = |step: &Step| matches!(&step.call, Call::Keys(prefix) if prefix.starts_with("s:"));
    steps.iter().rposition(|step| step.actor == actor && looks(step))
}

/// Everything that is wrong with the ends of all schedules, each with its schedule.
pub struct Found {
    pub count: Count,
    pub faults: Vec<String>,
}

impl Found {
    pub fn nothing(&self, least: usize) {
        assert!(self.faults.is_empty(), "{} faults, the first: {}", self.faults.len(), self.faults[0]);
        assert!(self.count.whole >= least, "only {} schedules", self.count.whole);
    }
}

/// Runs every schedule, and says how many there were.
pub fn judge(
    name: &str,
    kind: Kind,
    entries: &BTreeMap<String, String>,
    parts: &[Part<Brought>],
    check: impl Fn(&End<Brought>) -> Vec<String>,
) -> Found {
    let mut faults = Vec::new();
    let count = explore(kind, entries, parts, |end| {
        let step =
            |step: &Step| format!("{} {}{:?}", step.actor, if step.refused { "refused " } else { "" }, step.call);
        let schedule = || end.steps.iter().map(step).collect::<Vec<_>>().join("\n");
        faults.extend(check(end).into_iter().map(|fault| format!("{fault}, in\n{}", schedule())));
    });
    let Count { whole, pruned } = count;
    println!("{name}, {kind:?}: {whole} schedules, {pruned} given up as the same, {} faults", faults.len());
    Found { count, faults }
}
