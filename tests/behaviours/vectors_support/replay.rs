//! A vector as a sign-out of ours: with the same answers of the network, and what was asked of the browser and of the
//! provider.

use std::sync::{Arc, Mutex};

use exeunt::{
    Account, Change, ClientConfig, Completion, Done, Entry, Header, Home, HostError, HttpAnswer, HttpCall, HttpMethod,
    HttpTransport, LogoutClient, LogoutError, LogoutOutcome, MemoryStore, Navigated, Navigation, Navigator,
    PlanWarning, Secret, SessionStore, Who,
};
use serde_json::Value;

use super::asked::{Asked, issuer, metadata};
use super::{SetCookie, Vector};

/// What was seen of one sign-out.
pub struct Replayed {
    pub navigation: Option<Navigation>,
    /// Where the answer of a back end sends the browser.
    pub location: Option<String>,
    /// Everything sent but look-ups.
    pub requests: Vec<HttpCall>,
    /// Cookies that the answer deletes.
    pub cookies: Vec<SetCookie>,
}

/// Signs out as the vector says; or the rule under which that is refused.
pub fn replay(vector: &Vector) -> Result<Replayed, String> {
    let rule = |error: LogoutError| error.broken_rule().unwrap_or_else(|| error.to_string());
    let asked = Asked(vector);
    let target = asked.target();
    let config = asked.config();
    let network = Arc::new(Network::of(vector));
    let browser = Arc::new(Browser { answer: asked.browser(), seen: Mutex::default() });
    let client = |config: ClientConfig| {
        let navigator = (config.home == Home::Device).then(|| browser.clone() as Arc<dyn Navigator>);
        LogoutClient::new(config, store(vector), navigator, Some(network.clone()), Vec::new())
    };
    let mut registered = config.clone();
    registered.redirect_uris.extend(target.clone());
    let client = match client(registered) {
        Ok(client) => client,
        // What may not be registered may not be asked for either, and for the same reason.
        Err(LogoutError::RedirectUri { rule: unregistrable, .. }) => {
            let client = client(config).map_err(rule)?;
            let mut request = asked.request(&client);
            (request.who, request.id_token_hint) = (Who::This { account: Account::new("ada") }, None);
            let refused = client.plan(&request).map(|_| ()).map_err(rule);
            assert_eq!(refused, Err(unregistrable.clone()), "{}", vector.id);
            return Err(unregistrable);
        }
        Err(other) => return Err(rule(other)),
    };
    if vector.call() == "signoutRedirectCallback" {
        let completion = client.complete(&Secret::from(vector.text("/request").unwrap()), None).unwrap();
        assert!(matches!(completion, Completion::NotOurs { .. }), "{}", vector.id);
        return Ok(Replayed { navigation: None, location: None, requests: Vec::new(), cookies: Vec::new() });
    }
    let outcome = client.sign_out(&asked.request(&client)).map_err(rule)?;
    for warning in &outcome.warnings {
        // What the cache or the metadata hold may be refused too, and stops nothing; here it counts all the same.
        match warning {
            PlanWarning::DamagedIdToken { rule, .. } => return Err(rule.clone()),
            PlanWarning::InsecureEndpoint { member } if member == "end_session_endpoint" => {
                return Err("DISC-03".to_owned());
            }
            _ => {}
        }
    }
    Ok(seen(&outcome, &browser, &network))
}

fn seen(outcome: &LogoutOutcome, browser: &Browser, network: &Network) -> Replayed {
    let reply = outcome.reply();
    let location = reply.headers.iter().find(|header| header.name == "Location");
    let set = reply.headers.iter().filter(|header| header.name == "Set-Cookie");
    let set = set.map(|header| SetCookie::read(header.value.reveal()));
    let mut navigations = std::mem::take(&mut *browser.seen.lock().unwrap());
    navigations.extend(outcome.next.clone());
    assert!(navigations.len() <= 1, "one sign-out leaves once");
    let calls = std::mem::take(&mut *network.calls.lock().unwrap());
    Replayed {
        navigation: navigations.pop(),
        location: location.map(|header| header.value.reveal().to_owned()),
        requests: calls.into_iter().filter(|call| call.method != HttpMethod::Get).collect(),
        cookies: set.filter(|cookie| outcome.cookies.iter().any(|one| one.name == cookie.name)).collect(),
    }
}

fn store(vector: &Vector) -> Arc<MemoryStore> {
    let store = MemoryStore::new();
    let write = vector.stored_with_tokens().into_iter();
    let write = write.map(|(key, value)| Entry { key, value: Secret::from(value), protect: true }).collect();
    store.commit(Change { write, ..Change::default() }).unwrap();
    Arc::new(store)
}

/// The network as the library found it, and the metadata where our row looks for it.
struct Network {
    lookup: Option<(String, String)>,
    rules: Vec<Value>,
    calls: Mutex<Vec<HttpCall>>,
}

impl Network {
    fn of(vector: &Vector) -> Self {
        let rules = vector.data.pointer("/env/network").and_then(Value::as_array).cloned().unwrap_or_default();
        let lookup = metadata(vector).map(|mut known| {
            let issuer = issuer(vector);
            known["issuer"] = Value::from(issuer.as_str());
            (format!("{issuer}/.well-known/openid-configuration"), known.to_string())
        });
        Self { lookup, rules, calls: Mutex::default() }
    }
}

impl HttpTransport for Network {
    fn send(&self, call: HttpCall) -> Result<HttpAnswer, HostError> {
        self.calls.lock().unwrap().push(call.clone());
        let json = Header { name: "Content-Type".to_owned(), value: Secret::from("application/json") };
        if let Some((_, body)) = self.lookup.as_ref().filter(|(url, _)| url == call.url.reveal()) {
            return Ok(HttpAnswer { status: 200, headers: vec![json], body: body.clone().into_bytes() });
        }
        let method = match call.method {
            HttpMethod::Get => "GET",
            HttpMethod::Post => "POST",
            HttpMethod::Delete => "DELETE",
        };
        let hit = |rule: &&Value| {
            let url = rule["url"].as_str().unwrap();
            call.url.reveal().starts_with(url) && rule["method"].as_str().is_none_or(|asked| asked == method)
        };
        match self.rules.iter().find(hit) {
            Some(rule) if rule["fail"] != true => Ok(HttpAnswer {
                status: i32::try_from(rule["status"].as_i64().unwrap_or(200)).unwrap(),
                headers: vec![json],
                body: rule.get("json").map(Value::to_string).unwrap_or_default().into_bytes(),
            }),
            _ => Err(HostError::Offline { reason: "observed".to_owned() }),
        }
    }
}

struct Browser {
    answer: Result<Navigated, HostError>,
    seen: Mutex<Vec<Navigation>>,
}

impl Navigator for Browser {
    fn navigate(&self, navigation: Navigation) -> Result<Navigated, HostError> {
        self.seen.lock().unwrap().push(navigation);
        self.answer.clone()
    }

    fn dismiss(&self, _: String) -> Result<Done, HostError> {
        Ok(Done::Done)
    }
}
