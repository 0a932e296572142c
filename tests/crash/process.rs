//! A process that does something and may be killed, and the one that is started after it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use exeunt::{
    CancelReason, Completion, HttpTransport, LogoutClient, LogoutError, LogoutListener, LogoutOutcome, Navigated,
    Navigator, NotOursReason, Secret, SessionStatus, SessionStore,
};

use crate::row::BACK;
use crate::scenario::{Act, Scenario};
use crate::world::{Host, Killed, Point, SIGN_IN, World};

/// What the outside has seen happen.
#[derive(Debug, Default, Clone)]
pub struct Diary {
    /// The cookie that the browser got.
    pub ticket: Option<Secret>,
    /// Where a back end sent the browser.
    pub left: Option<String>,
    /// Whether the user was told that everything is kept.
    pub kept: bool,
    /// Whether the user has called a sign-out off, or has begun to.
    pub cancelled: bool,
    pub returned: bool,
    /// Whether the core may have heard that nobody is signed in at the provider any more.
    pub proved: bool,
    /// Whether the core may have heard of a sign-in; the tokens need not be there.
    pub signed_in: bool,
    pub logged_in: bool,
    pub faults: Vec<String>,
}

pub fn client(scenario: &Scenario, host: &Arc<Host>) -> LogoutClient {
    let navigator = (!scenario.row.is_server()).then(|| Arc::clone(host) as Arc<dyn Navigator>);
    let transport = Some(Arc::clone(host) as Arc<dyn HttpTransport>);
    let listeners: Vec<Arc<dyn LogoutListener>> = vec![Arc::clone(host) as Arc<dyn LogoutListener>];
    let store = Arc::clone(host) as Arc<dyn SessionStore>;
    LogoutClient::new(scenario.row.config(), store, navigator, transport, listeners).unwrap()
}

/// A client of a process that nobody kills.
pub fn fresh(scenario: &Scenario, world: &Arc<World>) -> LogoutClient {
    client(scenario, &Arc::new(Host::new(world)))
}

pub fn state_of(url: &str) -> Option<&str> {
    let (_, query) = url.split_once('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix("state="))
}

/// Runs `act` until its end or until the host is killed; answers whether it lived.
pub fn lives(act: impl FnOnce()) -> bool {
    match catch_unwind(AssertUnwindSafe(act)) {
        Ok(()) => true,
        Err(why) if why.is::<Killed>() => false,
        Err(why) => std::panic::resume_unwind(why),
    }
}

/// One running process.
pub struct Process<'a> {
    pub scenario: &'a Scenario,
    pub world: &'a Arc<World>,
    pub client: LogoutClient,
    pub diary: &'a Mutex<Diary>,
}

impl<'a> Process<'a> {
    pub fn new(scenario: &'a Scenario, host: &Arc<Host>, world: &'a Arc<World>, diary: &'a Mutex<Diary>) -> Self {
        Self { scenario, world, client: client(scenario, host), diary }
    }

    fn note(&self, write: impl FnOnce(&mut Diary)) {
        write(&mut self.diary.lock().unwrap());
    }

    fn expect<T>(&self, what: &str, answer: Result<T, LogoutError>) -> Option<T> {
        answer.map_err(|error| self.note(|diary| diary.faults.push(format!("{what} failed: {error}")))).ok()
    }

    pub fn act(&self) {
        let act = self.scenario.act;
        *self.world.online.lock().unwrap() = act != Act::OutOfflineAndResume;
        *self.world.stubborn.lock().unwrap() = act == Act::OutOfAStubbornStoreAndResume;
        self.sign_out();
        match act {
            Act::Out | Act::OutWithoutBrowser => {}
            Act::OutTwice => self.sign_out(),
            Act::OutAndReturn => self.come_back(),
            Act::OutAndCancel => self.cancel(),
            Act::OutAndLogin => self.log_in(false),
            Act::OutOfflineAndResume | Act::OutOfAStubbornStoreAndResume => self.resume(61),
            Act::OutForGoodAndResume => self.resume(901),
            Act::OutReturnAndProof => {
                self.come_back();
                self.ask();
            }
        }
    }

    fn resume(&self, after: i64) {
        self.world.time_passes(after);
        self.world.heals();
        self.expect("resume", self.client.resume(10));
    }

    /// Has the provider asked whether anybody is still signed in there: nobody is.
    fn ask(&self) {
        let Some(id) = self.world.records().into_keys().next() else { return };
        let Some(question) = self.expect("proof", self.client.proof(&id)) else { return };
        let state = state_of(question.url.reveal()).unwrap().to_owned();
        let ticket = self.diary.lock().unwrap().ticket.clone();
        self.note(|diary| diary.proved = true);
        let answer = Secret::from(format!("{SIGN_IN}?error=login_required&state={state}"));
        let heard = self.expect("complete", self.client.complete(&answer, ticket));
        if let Some(Completion::NotOurs { why }) = heard {
            self.note(|diary| diary.faults.push(format!("the answer was not recognised: {why:?}")));
        }
    }

    pub fn sign_out(&self) {
        let ticket = self.diary.lock().unwrap().ticket.clone();
        let request = exeunt::EndSessionRequest { ticket, ..self.scenario.request() };
        let Some(outcome) = self.expect("sign_out", self.client.sign_out(&request)) else { return };
        self.note(|diary| {
            diary.left = outcome.next.as_ref().map(|next| next.url.reveal().to_owned()).or(diary.left.take());
            // The last one decides, also about what an earlier one had kept.
            diary.kept = is_kept(&outcome);
            diary.ticket = outcome.ticket.or(diary.ticket.take());
        });
    }

    /// The address that the browser brings, if it went anywhere and was told where to come back to.
    fn way_back(&self) -> Option<String> {
        let navigations = self.world.navigations.lock().unwrap();
        let seen = navigations.last().map(|navigation| navigation.url.reveal().to_owned());
        let url = seen.or(self.diary.lock().unwrap().left.clone())?;
        let told = url::Url::parse(&url).unwrap().query_pairs().any(|(_, value)| value == BACK);
        told.then(|| state_of(&url).map_or(BACK.to_owned(), |state| format!("{BACK}?state={state}")))
    }

    /// The browser comes back, if it went anywhere.
    pub fn come_back(&self) {
        let Some(url) = self.way_back() else { return };
        let ticket = self.diary.lock().unwrap().ticket.clone();
        match self.expect("complete", self.client.complete(&Secret::from(url), ticket)) {
            Some(Completion::Matched { .. } | Completion::AlreadyHandled { .. }) => self.note(|diary| {
                diary.returned = true;
                diary.kept = false;
            }),
            // After fifteen minutes nobody waits for it.
            Some(Completion::NotOurs { why: NotOursReason::Expired })
                if self.scenario.act == Act::OutForGoodAndResume => {}
            Some(Completion::NotOurs { why }) => {
                self.note(|diary| diary.faults.push(format!("the return was not recognised: {why:?}")));
            }
            None => {}
        }
    }

    pub fn cancel(&self) {
        self.note(|diary| diary.cancelled = true);
        for id in self.world.records().into_keys() {
            if let Some(outcome) = self.expect("cancel", self.client.cancel(&id, CancelReason::UserCancelled)) {
                self.note(|diary| diary.kept |= is_kept(&outcome));
            }
        }
    }

    /// The user signs in again: the core is told, then the new tokens are saved.
    pub fn log_in(&self, by_lease: bool) {
        self.note(|diary| diary.signed_in = true);
        let (row, account) = (self.scenario.row, self.scenario.row.account("alice"));
        let ticket = self.diary.lock().unwrap().ticket.clone();
        if self.expect("signed_in", self.client.signed_in(&account, None, ticket)).is_none() {
            return;
        }
        let session = row.session("alice", "2");
        if by_lease {
            let Some(lease) = self.expect("lease", self.client.lease(&account)) else { return };
            let entry = |(key, value): (&String, &String)| exeunt::Entry {
                key: key.clone(),
                value: Secret::from(value.as_str()),
                protect: true,
            };
            let saved = self.expect("save", self.client.save(&lease, session.iter().map(entry).collect()));
            if saved != Some(exeunt::Saved::Stored) {
                self.note(|diary| diary.faults.push("a lease taken after the login was refused".to_owned()));
            }
        } else {
            self.world.put(&session);
        }
        self.note(|diary| diary.logged_in = true);
    }
}

fn is_kept(outcome: &LogoutOutcome) -> bool {
    outcome.application == SessionStatus::Failed { because: exeunt::Failure::Cancelled }
}

/// A process that is killed at this point, or never.
pub fn host(scenario: &Scenario, world: &Arc<World>, kill: Option<Point>) -> Host {
    let mut host = Host::new(world).killed_at(kill);
    if scenario.act == Act::OutWithoutBrowser {
        host.navigated = Navigated::NoBrowser;
    }
    host
}
