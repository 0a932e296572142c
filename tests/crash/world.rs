//! The world that outlives a process: the store, the provider, the browser. And the process's host, which can be killed in
//! the middle of any call, and in which others can break in there.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex};

use exeunt::{
    Change, Commit, Done, Guarantee, Header, HostError, HttpAnswer, HttpCall, HttpMethod, HttpTransport, LogoutEvent,
    LogoutListener, Navigated, Navigation, Navigator, Secret, SessionStore,
};
use serde_json::Value;

use crate::map_store;
pub use crate::map_store::Entries;

/// Where the app is signed in at, and proofs are answered to.
pub const SIGN_IN: &str = "https://app.example.com/in";

/// What a provider answers.
#[derive(Debug, Clone)]
pub struct Answers {
    pub metadata: Option<String>,
    /// Where a direct request ends a session, and the status that says so.
    pub direct: Option<(&'static str, i32)>,
}

pub struct World {
    pub per_key: bool,
    pub entries: Mutex<Entries>,
    pub answers: Answers,
    pub online: Mutex<bool>,
    /// Whether the store keeps entries of the app that it is told to remove.
    pub stubborn: Mutex<bool>,
    /// Tokens that the provider has revoked, in order.
    pub revoked: Mutex<Vec<String>>,
    /// Tokens whose session the provider has ended by a direct request.
    pub ended: Mutex<Vec<String>>,
    /// Where the browser went.
    pub navigations: Mutex<Vec<Navigation>>,
    /// All that the core asked for, also where there was no browser to go.
    pub asked: Mutex<Vec<Navigation>>,
    /// How many of them belonged to a sign-out that nobody had claimed.
    pub unclaimed: Mutex<usize>,
}

impl World {
    pub fn new(per_key: bool, answers: Answers, entries: Entries) -> Arc<Self> {
        Arc::new(Self {
            per_key,
            entries: Mutex::new(entries),
            answers,
            online: Mutex::new(true),
            stubborn: Mutex::new(false),
            revoked: Mutex::default(),
            ended: Mutex::default(),
            navigations: Mutex::default(),
            asked: Mutex::default(),
            unclaimed: Mutex::default(),
        })
    }

    pub fn entries(&self) -> Entries {
        self.entries.lock().unwrap().clone()
    }

    /// The entries of the app: without what exeunt keeps for itself.
    pub fn theirs(&self) -> Entries {
        map_store::theirs(&self.entries())
    }

    /// Each record with its identifier.
    pub fn records(&self) -> BTreeMap<String, Value> {
        let read = |(key, value): (String, String)| {
            Some((key.strip_prefix("exeunt.pending.")?.to_owned(), serde_json::from_str(&value).unwrap()))
        };
        self.entries().into_iter().filter_map(read).collect()
    }

    pub fn put(&self, entries: &Entries) {
        self.entries.lock().unwrap().extend(entries.clone());
    }

    /// Requests that change something at the provider.
    pub fn sends(&self) -> usize {
        self.revoked.lock().unwrap().len() + self.ended.lock().unwrap().len()
    }

    pub fn time_passes(&self, seconds: i64) {
        map_store::time_passes(&mut self.entries.lock().unwrap(), seconds);
    }

    /// The network is back, and the store does what it is told.
    pub fn heals(&self) {
        *self.online.lock().unwrap() = true;
        *self.stubborn.lock().unwrap() = false;
    }

    fn answer(&self, call: &HttpCall) -> Result<HttpAnswer, HostError> {
        if !*self.online.lock().unwrap() {
            return Err(HostError::Offline { reason: "no network".to_owned() });
        }
        let header = |name: &str, value: &str| Header { name: name.to_owned(), value: Secret::from(value) };
        let answer = |status, body: &str| {
            let headers = vec![header("Content-Type", "application/json")];
            Ok(HttpAnswer { status, headers, body: body.as_bytes().to_vec() })
        };
        if call.method == HttpMethod::Get {
            return self.answers.metadata.as_ref().map_or_else(|| answer(404, "{}"), |metadata| answer(200, metadata));
        }
        let body = call.body.as_ref().map(Secret::reveal).unwrap_or_default();
        let field = |name: &str| body.split('&').find_map(|pair| pair.strip_prefix(name)).map(str::to_owned);
        match self.answers.direct.filter(|(address, _)| *address == call.url.reveal()) {
            Some((_, success)) => {
                let token = field("refresh_token=").unwrap_or_else(|| body.to_owned());
                let mut ended = self.ended.lock().unwrap();
                if ended.contains(&token) {
                    return answer(400, "{\"error\":\"invalid_grant\"}");
                }
                ended.push(token);
                answer(success, "")
            }
            None => {
                self.revoked.lock().unwrap().push(revoked_by(call));
                match call.method {
                    HttpMethod::Delete => answer(204, ""),
                    _ => answer(200, "{\"ok\":true,\"revoked\":true}"),
                }
            }
        }
    }
}

/// The token that a request revokes, in whatever way it is handed in.
fn revoked_by(call: &HttpCall) -> String {
    let body = call.body.as_ref().map(Secret::reveal).unwrap_or_default();
    let bearer = || {
        let authorization = call.headers.iter().find(|header| header.name == "Authorization")?;
        authorization.value.reveal().strip_prefix("Bearer ").map(str::to_owned)
    };
    let json = || serde_json::from_str::<Value>(body).ok()?["access_token"].as_str().map(str::to_owned);
    let form = || body.split('&').find_map(|pair| pair.strip_prefix("token=")).map(str::to_owned);
    bearer().or_else(json).or_else(form).expect("a token to revoke")
}

/// Where in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum At {
    Before,
    /// Before this single key of a commit that is made key by key.
    Within(usize),
    After,
}

/// A place in a run: the number of the call, and where in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    pub call: usize,
    pub at: At,
}

/// One call, as the counting run saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub name: &'static str,
    /// Steps that can be seen from outside one by one.
    pub parts: usize,
    /// Whether it removes entries of the app.
    pub removes: bool,
}

/// What the host unwinds with when it is killed.
pub struct Killed;

type BreakIn = Box<dyn FnOnce() + Send>;

/// One process's host.
pub struct Host {
    pub world: Arc<World>,
    pub navigated: Navigated,
    kill: Option<Point>,
    break_in: Mutex<Option<(Point, BreakIn)>>,
    seen: Mutex<Vec<Seen>>,
    /// Places at which the world is another than at the place before.
    news: Mutex<(Vec<Point>, Option<Entries>, usize)>,
    dead: Mutex<bool>,
}

impl Host {
    pub fn new(world: &Arc<World>) -> Self {
        Self {
            world: Arc::clone(world),
            navigated: Navigated::Started,
            kill: None,
            break_in: Mutex::default(),
            seen: Mutex::default(),
            news: Mutex::default(),
            dead: Mutex::default(),
        }
    }

    pub fn killed_at(self, point: Option<Point>) -> Self {
        Self { kill: point, ..self }
    }

    /// Somebody else does this while this host is in that call.
    pub fn interrupted_at(self, point: Point, by: impl FnOnce() + Send + 'static) -> Self {
        Self { break_in: Mutex::new(Some((point, Box::new(by)))), ..self }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The places at which a kill leaves another world than at the place before.
    pub fn news(&self) -> Vec<Point> {
        self.news.lock().unwrap().0.clone()
    }

    /// Only a run that counts looks.
    fn look_around(&self, here: Point) {
        if self.kill.is_some() {
            return;
        }
        let (entries, others) =
            (self.world.entries(), self.world.sends() + self.world.navigations.lock().unwrap().len());
        let mut news = self.news.lock().unwrap();
        if news.1.as_ref() != Some(&entries) || news.2 != others {
            *news = (std::mem::take(&mut news.0), Some(entries), others);
            news.0.push(here);
        }
    }

    /// What never got its turn before the end of the run, or before the kill.
    pub fn late_comer(&self) -> Option<BreakIn> {
        self.break_in.lock().unwrap().take().map(|(_, by)| by)
    }

    fn begin(&self, name: &'static str, parts: usize, removes: bool) -> usize {
        assert!(!*self.dead.lock().unwrap(), "a dead process called {name}");
        let mut seen = self.seen.lock().unwrap();
        seen.push(Seen { name, parts, removes });
        seen.len() - 1
    }

    fn pass(&self, call: usize, at: At) {
        let here = Point { call, at };
        self.look_around(here);
        let due = self.break_in.lock().unwrap().take_if(|(point, _)| *point == here);
        if let Some((_, by)) = due {
            by();
        }
        if self.kill == Some(here) {
            *self.dead.lock().unwrap() = true;
            resume_unwind(Box::new(Killed));
        }
    }

    fn whole<T>(&self, name: &'static str, effect: impl FnOnce() -> T) -> T {
        let call = self.begin(name, 1, false);
        self.pass(call, At::Before);
        let answer = effect();
        self.pass(call, At::After);
        answer
    }
}

/// Every place in the calls of a run where it can be killed.
pub fn points(seen: &[Seen]) -> Vec<Point> {
    let of_call = |(call, seen): (usize, &Seen)| {
        let within = (1..seen.parts).map(At::Within);
        let places: Vec<At> = std::iter::once(At::Before).chain(within).chain([At::After]).collect();
        places.into_iter().map(move |at| Point { call, at })
    };
    seen.iter().enumerate().flat_map(of_call).collect()
}

impl SessionStore for Host {
    fn keys(&self, prefix: String) -> Result<Vec<String>, HostError> {
        self.whole("keys", || Ok(map_store::keys(&self.world.entries(), &prefix)))
    }

    fn read(&self, keys: Vec<String>) -> Result<Vec<Option<Secret>>, HostError> {
        self.whole("read", || Ok(map_store::read(&self.world.entries(), &keys)))
    }

    fn commit(&self, mut change: Change) -> Result<Commit, HostError> {
        if *self.world.stubborn.lock().unwrap() {
            change.remove.retain(|key| key.starts_with("exeunt."));
        }
        let single = change.write.len() + change.remove.len();
        let parts = if self.world.per_key { single.max(1) } else { 1 };
        let call = self.begin("commit", parts, change.remove.iter().any(|key| !key.starts_with("exeunt.")));
        self.pass(call, At::Before);
        if !map_store::holds(&self.world.entries(), &change) {
            self.pass(call, At::After);
            return Ok(Commit::Conflict);
        }
        let steps = if self.world.per_key { map_store::apart(change) } else { vec![change] };
        for (part, step) in steps.iter().enumerate() {
            if part > 0 {
                self.pass(call, At::Within(part));
            }
            map_store::apply(&mut self.world.entries.lock().unwrap(), step);
        }
        self.pass(call, At::After);
        Ok(Commit::Committed)
    }

    fn guarantee(&self) -> Result<Guarantee, HostError> {
        self.whole("guarantee", || Ok(if self.world.per_key { Guarantee::PerKey } else { Guarantee::Atomic }))
    }
}

impl Navigator for Host {
    fn navigate(&self, navigation: Navigation) -> Result<Navigated, HostError> {
        self.whole("navigate", || {
            let record = self.world.records().remove(&navigation.id);
            if record.is_none_or(|record| record["owner"].is_null()) {
                *self.world.unclaimed.lock().unwrap() += 1;
            }
            self.world.asked.lock().unwrap().push(navigation.clone());
            // Where there is no browser, none comes back either.
            if self.navigated == Navigated::Started {
                self.world.navigations.lock().unwrap().push(navigation);
            }
            Ok(self.navigated)
        })
    }

    fn dismiss(&self, _id: String) -> Result<Done, HostError> {
        self.whole("dismiss", || Ok(Done::Done))
    }
}

impl HttpTransport for Host {
    fn send(&self, call: HttpCall) -> Result<HttpAnswer, HostError> {
        self.whole("send", || self.world.answer(&call))
    }
}

impl LogoutListener for Host {
    fn on_event(&self, _event: LogoutEvent) -> Result<Done, HostError> {
        self.whole("listener", || Ok(Done::Done))
    }
}
