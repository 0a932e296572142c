//! A host that does what a case says, and writes down what it was asked.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, Weak};

use exeunt::{
    Change, Commit, Done, Guarantee, Header, HostError, HttpAnswer, HttpCall, HttpMethod, HttpTransport, LogoutClient,
    LogoutEvent, LogoutListener, Navigated, Navigation, Navigator, Secret, SessionStore,
};
use serde::Deserialize;

use crate::map_store::{self, Entries};

/// The object `host` of a case.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Script {
    pub navigator: Option<String>,
    pub dismiss: Option<String>,
    pub listener: Option<String>,
    pub http: Vec<Rule>,
    pub transport: Option<String>,
    pub store: Faults,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub method: String,
    pub url: String,
    pub times: Option<usize>,
    pub status: Option<i32>,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    #[serde(default)]
    pub body: String,
    pub fails: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Faults {
    pub guarantee: Option<String>,
    pub fails: Vec<Fault>,
    pub ignores_removals: Vec<String>,
    pub ignores_writes: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    pub method: String,
    pub from: usize,
    pub to: Option<usize>,
    pub how: String,
}

pub fn host_error(how: &str) -> HostError {
    let reason = "scripted".to_owned();
    match how {
        "unavailable" => HostError::Unavailable { reason },
        "offline" => HostError::Offline { reason },
        "time_expired" => HostError::TimeExpired { reason },
        "insecure" => HostError::Insecure { reason },
        "bad_answer" => HostError::BadAnswer { reason },
        // In Rust nothing unexpected can be raised: what the boundary makes of it is this.
        "broken" | "throws" => HostError::Broken { reason },
        other => panic!("unknown way to fail: {other}"),
    }
}

#[derive(Default)]
pub struct Store {
    pub entries: Mutex<Entries>,
    pub faults: Mutex<Faults>,
    calls: Mutex<HashMap<&'static str, usize>>,
}

impl Store {
    fn fault(&self, method: &'static str) -> Option<String> {
        let mut calls = self.calls.lock().unwrap();
        let count = calls.entry(method).or_insert(0);
        *count += 1;
        let faults = self.faults.lock().unwrap();
        let hit =
            |fault: &&Fault| fault.method == method && *count >= fault.from && fault.to.is_none_or(|to| *count <= to);
        faults.fails.iter().find(hit).map(|fault| fault.how.clone())
    }

    pub fn time_passes(&self, seconds: i64) {
        map_store::time_passes(&mut self.entries.lock().unwrap(), seconds);
    }
}

impl SessionStore for Store {
    fn keys(&self, prefix: String) -> Result<Vec<String>, HostError> {
        match self.fault("keys") {
            Some(how) => Err(host_error(&how)),
            None => Ok(map_store::keys(&self.entries.lock().unwrap(), &prefix)),
        }
    }

    fn read(&self, keys: Vec<String>) -> Result<Vec<Option<Secret>>, HostError> {
        let fault = self.fault("read");
        let mut values = map_store::read(&self.entries.lock().unwrap(), &keys);
        match fault.as_deref() {
            None => Ok(values),
            Some("short") => {
                values.pop();
                Ok(values)
            }
            Some(how) => Err(host_error(how)),
        }
    }

    fn commit(&self, mut change: Change) -> Result<Commit, HostError> {
        match self.fault("commit").as_deref() {
            Some("conflict") => return Ok(Commit::Conflict),
            Some(how) => return Err(host_error(how)),
            None => {}
        }
        let mut entries = self.entries.lock().unwrap();
        if !map_store::holds(&entries, &change) {
            return Ok(Commit::Conflict);
        }
        let faults = self.faults.lock().unwrap();
        let ignored = |prefixes: &[String], key: &str| prefixes.iter().any(|prefix| key.starts_with(prefix));
        change.write.retain(|entry| !ignored(&faults.ignores_writes, &entry.key));
        change.remove.retain(|key| !ignored(&faults.ignores_removals, key));
        map_store::apply(&mut entries, &change);
        Ok(Commit::Committed)
    }

    fn guarantee(&self) -> Result<Guarantee, HostError> {
        match self.fault("guarantee") {
            Some(how) => Err(host_error(&how)),
            None if self.faults.lock().unwrap().guarantee.as_deref() == Some("per_key") => Ok(Guarantee::PerKey),
            None => Ok(Guarantee::Atomic),
        }
    }
}

/// The browser: answers as scripted.
pub struct Browser {
    pub answer: String,
    pub dismissal: Option<String>,
    pub navigations: Mutex<Vec<Navigation>>,
    pub dismissed: Mutex<Vec<String>>,
    pub client: OnceLock<Weak<LogoutClient>>,
}

impl Navigator for Browser {
    fn navigate(&self, navigation: Navigation) -> Result<Navigated, HostError> {
        self.navigations.lock().unwrap().push(navigation.clone());
        match self.answer.as_str() {
            "started" => Ok(Navigated::Started),
            "stopped" => Ok(Navigated::Stopped),
            "no_browser" => Ok(Navigated::NoBrowser),
            "completes" => {
                let state = super::project::raw_state(&navigation).expect("a state to complete with");
                let back = navigation.redirect_uri.expect("an address to return to");
                let client = self.client.get().and_then(Weak::upgrade).expect("the client is alive");
                let url = format!("{back}?state={}", super::project::percent_encode(&state));
                client.complete(&Secret::from(url), None).expect("the nested completion");
                Ok(Navigated::Started)
            }
            how => Err(host_error(how)),
        }
    }

    fn dismiss(&self, id: String) -> Result<Done, HostError> {
        self.dismissed.lock().unwrap().push(id);
        match &self.dismissal {
            Some(how) => Err(host_error(how)),
            None => Ok(Done::Done),
        }
    }
}

/// The network: answers by rules, and remembers.
pub struct Network {
    pub rules: Vec<Rule>,
    pub used: Mutex<Vec<usize>>,
    pub calls: Mutex<Vec<HttpCall>>,
}

impl HttpTransport for Network {
    fn send(&self, call: HttpCall) -> Result<HttpAnswer, HostError> {
        self.calls.lock().unwrap().push(call.clone());
        let method = match call.method {
            HttpMethod::Get => "get",
            HttpMethod::Post => "post",
            HttpMethod::Delete => "delete",
        };
        let mut used = self.used.lock().unwrap();
        let found = self.rules.iter().enumerate().find(|(at, rule)| {
            rule.method == method && rule.url == call.url.reveal() && rule.times.is_none_or(|times| used[*at] < times)
        });
        let Some((at, rule)) = found else {
            return Err(host_error("offline"));
        };
        used[at] += 1;
        if let Some(how) = &rule.fails {
            return Err(host_error(how));
        }
        let header =
            |(name, value): (&String, &String)| Header { name: name.clone(), value: Secret::from(value.as_str()) };
        Ok(HttpAnswer {
            status: rule.status.expect("a rule has a status or fails"),
            headers: rule.headers.iter().map(header).collect(),
            body: rule.body.clone().into_bytes(),
        })
    }
}

pub struct Ears {
    pub fails: bool,
    pub events: Mutex<Vec<LogoutEvent>>,
}

impl LogoutListener for Ears {
    fn on_event(&self, event: LogoutEvent) -> Result<Done, HostError> {
        self.events.lock().unwrap().push(event);
        if self.fails { Err(host_error("throws")) } else { Ok(Done::Done) }
    }
}

/// Everything a client is given.
pub struct Host {
    pub store: Arc<Store>,
    pub browser: Option<Arc<Browser>>,
    pub network: Option<Arc<Network>>,
    pub ears: Arc<Ears>,
}

impl Host {
    pub fn new(script: Script, entries: Entries) -> Self {
        let answer = script.navigator.unwrap_or_else(|| "absent".to_owned());
        let browser = (answer != "absent").then(|| {
            Arc::new(Browser {
                answer,
                dismissal: script.dismiss,
                navigations: Mutex::default(),
                dismissed: Mutex::default(),
                client: OnceLock::new(),
            })
        });
        let network = match script.transport.as_deref() {
            None => Some(Arc::new(Network {
                used: Mutex::new(vec![0; script.http.len()]),
                rules: script.http,
                calls: Mutex::default(),
            })),
            Some("absent") => None,
            Some(other) => panic!("unknown transport: {other}"),
        };
        let fails = match script.listener.as_deref() {
            None => false,
            Some("throws") => true,
            Some(other) => panic!("unknown listener: {other}"),
        };
        Self {
            store: Arc::new(Store {
                entries: Mutex::new(entries),
                faults: Mutex::new(script.store),
                ..Store::default()
            }),
            browser,
            network,
            ears: Arc::new(Ears { fails, events: Mutex::default() }),
        }
    }

    pub fn client(&self, config: exeunt::ClientConfig) -> Result<Arc<LogoutClient>, exeunt::LogoutError> {
        let client = Arc::new(LogoutClient::new(
            config,
            self.store.clone(),
            self.browser.clone().map(|browser| browser as Arc<dyn Navigator>),
            self.network.clone().map(|network| network as Arc<dyn HttpTransport>),
            vec![self.ears.clone()],
        )?);
        if let Some(browser) = &self.browser {
            let _ = browser.client.set(Arc::downgrade(&client));
        }
        Ok(client)
    }
}
