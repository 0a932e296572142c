//! Requests and configurations in which every secret is a marker, and the search for them.

use std::fmt::{Debug, Display};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exeunt::{Change, ClientConfig, EndSessionRequest, HostError, HttpAnswer, LogoutError, Navigation, Secret};
use serde_json::{Value, json};

use crate::scripted::host::Host;
use crate::scripted::project::raw_state;

/// In every planted secret, and in nothing else.
pub const MARK: &str = "PLANTED";
pub const BACK: &str = "https://app.example.com/bye";

/// What was printed, each with where it came from.
#[derive(Default)]
pub struct Printed {
    pub texts: Vec<(String, String)>,
    /// Secrets that were drawn at random.
    pub drawn: Vec<String>,
}

impl Printed {
    pub fn add(&mut self, place: &str, value: &(impl Debug + Display)) {
        self.debug(place, value);
        self.texts.push((format!("{place}, displayed"), value.to_string()));
    }

    pub fn debug(&mut self, place: &str, value: &impl Debug) {
        self.texts.push((format!("{place}, debugged"), format!("{value:?}")));
        self.texts.push((format!("{place}, debugged at length"), format!("{value:#?}")));
    }

    pub fn error(&mut self, place: &str, error: &LogoutError) {
        self.add(place, error);
        let more = [error.sentence(), error.code(), error.broken_rule().unwrap_or_default()];
        self.texts.push((format!("{place}, in words"), more.join(" ")));
    }

    pub fn navigation(&mut self, place: &str, navigation: &Navigation) {
        self.add(place, navigation);
        let state = raw_state(navigation).unwrap();
        // The last part of ours is the secret; what stands before it names the record.
        let ours = state.split(';').next().unwrap().rsplit('.').next().unwrap();
        self.drawn.push(ours.to_owned());
    }

    pub fn leaks(&self) -> Vec<String> {
        let tokens = [own_token(), other_token()];
        let mut secrets: Vec<&str> = tokens.iter().flat_map(|token| token.split('.').skip(1)).collect();
        secrets.extend(self.drawn.iter().map(String::as_str).chain([MARK]));
        let shows = |text: &str| secrets.iter().find(|secret| text.contains(*secret));
        let leak = |(place, text): &(String, String)| shows(text).map(|mark| format!("{place}: {mark} in {text}"));
        self.texts.iter().filter_map(leak).collect()
    }

    pub fn assert_clean(&self) {
        assert!(self.texts.len() > 10, "next to nothing was printed");
        let leaks = self.leaks();
        assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
    }
}

pub fn id_token(claims: Value) -> String {
    let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
    format!(
        "{}.{}.{}",
        encode(json!({"alg": "RS256"}).to_string()),
        encode(claims.to_string()),
        encode(format!("{MARK}-sig"))
    )
}

pub fn own_token() -> String {
    id_token(
        json!({"iss": "https://op.example.com", "aud": "rp", "sub": format!("{MARK}-sub"), "sid": format!("{MARK}-sid"),
        "login_hint": format!("{MARK}-login-hint")}),
    )
}

pub fn other_token() -> String {
    id_token(json!({"aud": "rp", "sub": format!("{MARK}-other-sub")}))
}

pub fn config(home: &str) -> ClientConfig {
    let mut value = json!({
        "client_id": "rp",
        "provider": {"oidc": {"issuer": "https://op.example.com", "endpoints": {
            "end_session": "https://op.example.com/logout",
            "revocation": "https://op.example.com/revoke",
            "authorization": "https://op.example.com/authorize"
        }}},
        "home": home,
        "layout": {"prefix": {"prefix": "s", "separator": ":"}},
        "redirect_uris": [BACK],
        "redirect_uri": "https://app.example.com/signed-in"
    });
    if home == "server" {
        value["client_secret"] = json!(format!("{MARK}-client-secret"));
    }
    serde_json::from_value(value).unwrap()
}

pub fn request() -> EndSessionRequest {
    serde_json::from_value(json!({
        "who": {"this": {"account": {
            "home_account_id": "alice",
            "id_token": own_token(),
            "tokens": [{"kind": "access_token", "value": format!("{MARK}-access")}]
        }}},
        "redirect": {"uri": {"uri": BACK}},
        "initiating_page": format!("https://app.example.com/page?code={MARK}-code#{MARK}-fragment"),
        "id_token_hint": other_token(),
        "logout_hint": format!("{MARK}-hint"),
        "state": format!("{MARK}-state"),
        "extra_parameters": [{"name": "x_extra", "value": format!("{MARK}-extra")}]
    }))
    .unwrap()
}

/// A store, a network and a browser whose every error quotes a secret.
pub struct Quoting(pub fn(String) -> HostError);

impl exeunt::SessionStore for Quoting {
    fn keys(&self, _: String) -> Result<Vec<String>, HostError> {
        Err(self.0(MARK.to_owned()))
    }
    fn read(&self, _: Vec<String>) -> Result<Vec<Option<Secret>>, HostError> {
        Err(self.0(MARK.to_owned()))
    }
    fn commit(&self, _: Change) -> Result<exeunt::Commit, HostError> {
        Err(self.0(MARK.to_owned()))
    }
    fn guarantee(&self) -> Result<exeunt::Guarantee, HostError> {
        Err(self.0(MARK.to_owned()))
    }
}

impl exeunt::HttpTransport for Quoting {
    fn send(&self, _: exeunt::HttpCall) -> Result<HttpAnswer, HostError> {
        Err(self.0(MARK.to_owned()))
    }
}

impl exeunt::Navigator for Quoting {
    fn navigate(&self, _: Navigation) -> Result<exeunt::Navigated, HostError> {
        Err(self.0(MARK.to_owned()))
    }
    fn dismiss(&self, _: String) -> Result<exeunt::Done, HostError> {
        Err(self.0(MARK.to_owned()))
    }
}

/// While the browser is away its record holds what the same navigation would need, and nothing else does; what nobody
/// needs any more is nowhere.
pub fn assert_holds_only_what_the_return_needs(host: &Host, ticket: Option<&Secret>) {
    for (key, value) in host.store.entries.lock().unwrap().iter() {
        let is_record = key.starts_with("exeunt.pending.");
        assert!(is_record || !key.starts_with("exeunt.") || !value.contains(MARK), "{key} holds a secret");
        for secret in ["cart", "extra", "client-secret", "access", "refresh"] {
            assert!(!is_record || !value.contains(&format!("{MARK}-{secret}")), "{secret} is kept");
        }
        let ours = ticket.map(|ticket| ticket.reveal().rsplit('.').next().unwrap());
        assert!(ours.is_none_or(|ours| !value.contains(ours)), "the ticket is kept");
    }
}

/// exeunt's own entries, as one text.
pub fn records(host: &Host) -> String {
    let entries = host.store.entries.lock().unwrap();
    let own: Vec<_> =
        entries.iter().filter(|(key, _)| key.starts_with("exeunt.")).map(|(k, v)| format!("{k} {v}")).collect();
    assert!(!own.is_empty(), "nothing is recorded");
    own.join("\n")
}

pub fn assert_holds_no_token(kept: &str, navigation: &Navigation, ticket: Option<&Secret>) {
    let secrets = [
        "access",
        "refresh",
        "cart",
        "sub",
        "sid",
        "login-hint",
        "other-sub",
        "hint",
        "extra",
        "client-secret",
        "sig",
        "code",
    ];
    for secret in secrets.map(|name| format!("{MARK}-{name}")) {
        assert!(
            !kept.contains(&secret) && !kept.contains(&URL_SAFE_NO_PAD.encode(&secret)),
            "{secret} is kept: {kept}"
        );
    }
    let tokens = [own_token(), other_token()];
    assert!(tokens.iter().all(|token| token.split('.').all(|part| !kept.contains(part))), "a token is kept: {kept}");
    let state = raw_state(navigation).unwrap();
    let ours = state.split(';').next().unwrap().rsplit('.').next().unwrap();
    assert!(!kept.contains(ours), "the state is kept, not its hash: {kept}");
    if let Some(ticket) = ticket {
        assert!(!kept.contains(ticket.reveal().rsplit('.').next().unwrap()), "the ticket is kept: {kept}");
    }
}
