//! Typed values as the JSON that cases compare.

use exeunt::{
    ClientRegistration, Completion, Cookie, Hints, HttpCall, Kept, KeptFor, Lease, LoginAdvice, LogoutError,
    LogoutEvent, LogoutEventKind, LogoutOutcome, LogoutPlan, LogoutStep, Navigation, PlanWarning, PopupWindow, Reply,
    Resumed, Saved, Secret, SessionStatus,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// What was drawn at random so far, for placeholders in both directions.
#[derive(Default)]
pub struct Seen {
    pub states: Vec<String>,
    pub ids: Vec<String>,
    pub tickets: Vec<String>,
    pub lease: Option<Lease>,
    uuids: Vec<String>,
    nonces: Vec<String>,
    challenges: Vec<String>,
}

pub fn raw_state(navigation: &Navigation) -> Option<String> {
    navigation
        .form
        .iter()
        .find(|field| field.name == "state")
        .map(|field| field.value.reveal().to_owned())
        .or_else(|| parameter(navigation.url.reveal(), "state"))
}

fn parameter(url: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

pub fn percent_encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text
            .chars()
            .enumerate()
            .all(|(at, letter)| if matches!(at, 8 | 13 | 18 | 23) { letter == '-' } else { letter.is_ascii_hexdigit() })
}

impl Seen {
    pub fn navigation(&mut self, navigation: &Navigation) {
        if let Some(state) = raw_state(navigation) {
            let ours = state.split(';').next().unwrap_or_default().to_owned();
            if !self.states.contains(&ours) {
                self.states.push(ours);
            }
        }
        self.nonces.extend(parameter(navigation.url.reveal(), "nonce"));
        self.challenges.extend(parameter(navigation.url.reveal(), "code_challenge"));
    }

    pub fn outcome(&mut self, outcome: &LogoutOutcome, fresh: bool) {
        if fresh {
            self.ids.push(outcome.id.clone());
            self.tickets.extend(outcome.ticket.as_ref().map(|ticket| ticket.reveal().to_owned()));
        }
        if is_uuid(&outcome.correlation_id) {
            self.uuids.push(outcome.correlation_id.clone());
        }
        if let Some(next) = &outcome.next {
            self.navigation(next);
        }
    }

    pub fn leased(&self) -> &Lease {
        self.lease.as_ref().expect("a lease was taken before")
    }

    pub fn fill(&self, text: &str) -> String {
        let mut text = text.to_owned();
        let lists = [("state", &self.states), ("id", &self.ids), ("ticket", &self.tickets)];
        for (name, list) in lists {
            if let (Some(first), Some(last)) = (list.first(), list.last()) {
                text = text.replace(&format!("{{first_{name}}}"), first).replace(&format!("{{{name}}}"), last);
            }
        }
        text
    }

    fn hide(&self, text: &str) -> String {
        let mut text = text.to_owned();
        let lists = [
            ("{state}", &self.states),
            ("{ticket}", &self.tickets),
            ("{uuid}", &self.uuids),
            ("{nonce}", &self.nonces),
            ("{code_challenge}", &self.challenges),
            ("{id}", &self.ids),
        ];
        for (placeholder, list) in lists {
            for drawn in list {
                text = text.replace(drawn.as_str(), placeholder);
            }
        }
        text
    }

    pub fn hide_all(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.hide(&text)),
            Value::Array(items) => items.into_iter().map(|item| self.hide_all(item)).collect(),
            Value::Object(members) => {
                members.into_iter().map(|(name, member)| (name, self.hide_all(member))).collect::<Map<_, _>>().into()
            }
            other => other,
        }
    }
}

fn plain(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

/// Leaves out what is null.
fn present(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            members.into_iter().filter(|(_, member)| !member.is_null()).collect::<Map<_, _>>().into()
        }
        other => other,
    }
}

fn text(secret: &Option<Secret>) -> Option<&str> {
    secret.as_ref().map(Secret::reveal)
}

pub fn error(error: &LogoutError) -> Value {
    json!({"error": present(json!({"code": error.code(), "rule": error.broken_rule()}))})
}

pub fn navigation(navigation: &Navigation) -> Value {
    let form: Vec<Value> = navigation.form.iter().map(|field| json!([field.name, field.value.reveal()])).collect();
    present(json!({
        "url": navigation.url.reveal(),
        "method": match navigation.method { exeunt::NavigationMethod::Get => "get", exeunt::NavigationMethod::Post => "post" },
        "form": form,
        "mode": plain(navigation.mode),
        "popup": navigation.popup.as_ref().map(popup),
        "main_window_redirect_uri": navigation.main_window_redirect_uri,
        "redirect_uri": navigation.redirect_uri,
        "frame_timeout_ms": navigation.frame_timeout_ms,
    }))
}

/// What `proof` answers: the navigation, and how a web framework sends it.
pub fn asked(proof: &Navigation) -> Value {
    let mut value = navigation(proof);
    value["reply"] = reply(&proof.reply());
    value
}

fn popup(popup: &PopupWindow) -> Value {
    present(json!({
        "width": popup.width, "height": popup.height, "left": popup.left, "top": popup.top, "name": popup.name,
    }))
}

pub fn reply(reply: &Reply) -> Value {
    let headers: Vec<Value> = reply.headers.iter().map(|header| json!([header.name, header.value.reveal()])).collect();
    json!({"status": reply.status, "headers": headers, "body": reply.body.reveal()})
}

pub fn outcome(outcome: &LogoutOutcome) -> Value {
    let accounts: Map<String, Value> =
        outcome.accounts.iter().map(|account| (account.account.clone(), status(account.status))).collect();
    let revocations: Vec<Value> = outcome.revocations.iter().map(|revocation| present(plain(revocation))).collect();
    present(json!({
        "application": status(outcome.application),
        "accounts": accounts,
        "provider": status(outcome.provider),
        "upstream": plain(outcome.upstream),
        "revocations": revocations,
        "left_behind": outcome.left_behind,
        "kept": outcome.kept.iter().map(kept).collect::<Vec<_>>(),
        "cookies": cookies(&outcome.cookies),
        "warnings": warnings(&outcome.warnings),
        "correlation_id": outcome.correlation_id,
        "provider_error": outcome.provider_error,
        "provider_message": outcome.provider_message,
        "next": outcome.next.as_ref().map(navigation),
        "state": text(&outcome.state),
        "return_to": outcome.return_to,
        "has_ticket": outcome.ticket.is_some(),
        "http_loopback": outcome.http_loopback,
        "signed_out_locally": outcome.signed_out_locally(),
        "signed_out_at_provider": outcome.signed_out_at_provider(),
        "reply": reply(&outcome.reply()),
    }))
}

fn kept(kept: &Kept) -> Value {
    let purpose = match kept.purpose {
        KeptFor::BrowserReturn => "browser_return",
        KeptFor::TokenRevocation => "token_revocation",
        KeptFor::SessionCall => "session_call",
    };
    present(json!({"purpose": purpose, "account": kept.account}))
}

pub fn resumed(resumed: &Resumed) -> Value {
    let outcomes: Vec<Value> = resumed.outcomes.iter().map(outcome).collect();
    json!({"outcomes": outcomes, "more": resumed.next_due.is_some(), "set_aside": resumed.set_aside})
}

pub fn advice(advice: &LoginAdvice) -> Value {
    let parameters: Vec<Value> = advice.parameters.iter().map(|one| json!([one.name, one.value.reveal()])).collect();
    json!({"parameters": parameters, "remains": advice.since.is_some()})
}

pub fn saved(saved: Saved) -> &'static str {
    match saved {
        Saved::Stored => "stored",
        Saved::SignedOut => "signed_out",
    }
}

/// Absent where there are none.
fn cookies(cookies: &[Cookie]) -> Option<Vec<Value>> {
    (!cookies.is_empty()).then(|| cookies.iter().map(|cookie| present(plain(cookie))).collect())
}

fn status(status: SessionStatus) -> Value {
    plain(status)
}

fn warnings(warnings: &[PlanWarning]) -> Value {
    plain(warnings)
}

pub fn completion(completion: &Completion) -> Value {
    let reply = reply(&completion.reply());
    match completion {
        Completion::Matched { outcome: known } => json!({"matched": {"outcome": outcome(known)}, "reply": reply}),
        Completion::AlreadyHandled { outcome: known } => {
            json!({"already_handled": {"outcome": outcome(known)}, "reply": reply})
        }
        Completion::NotOurs { why } => json!({"not_ours": {"why": snake(&format!("{why:?}"))}, "reply": reply}),
    }
}

/// `LogoutStart` as `logout_start`.
pub fn snake(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

pub fn plan(plan: &LogoutPlan) -> Value {
    let steps: Vec<Value> = plan.steps().iter().map(step).collect();
    json!({
        "steps": steps, "warnings": warnings(&plan.warnings()), "explain": plan.explain(), "printed": plan.to_string(),
    })
}

fn step(step: &LogoutStep) -> Value {
    match step {
        LogoutStep::Clear { accounts, everyone, keys, cookies: deleted } => json!({"clear": present(json!({
            "accounts": accounts, "everyone": everyone, "keys": keys, "cookies": cookies(deleted),
        }))}),
        LogoutStep::Call { account, endpoint } => json!({"call": {"account": account, "endpoint": endpoint}}),
        LogoutStep::Navigate { endpoint, mode, redirect_uri, parameters } => json!({"navigate": present(json!({
            "endpoint": endpoint, "mode": plain(mode), "redirect_uri": redirect_uri, "parameters": parameters,
        }))}),
        LogoutStep::Revoke { account, token, endpoint } => json!({"revoke": present(json!({
            "account": account, "token": plain(token), "endpoint": endpoint,
        }))}),
    }
}

pub fn registration(registration: &ClientRegistration) -> Value {
    present(json!({
        "post_logout_redirect_uris": registration.post_logout_redirect_uris,
        "frontchannel_logout_uri": registration.frontchannel_logout_uri,
        "frontchannel_logout_session_required": registration.frontchannel_logout_session_required,
        "backchannel_logout_uri": registration.backchannel_logout_uri,
        "backchannel_logout_session_required": registration.backchannel_logout_session_required,
    }))
}

pub fn hints(hints: &Hints) -> Value {
    present(json!({
        "encrypted": hints.encrypted,
        "unsigned": hints.unsigned,
        "issuer": hints.issuer,
        "subject": text(&hints.subject),
        "audience": hints.audience,
        "authorized_party": hints.authorized_party,
        "session_id": text(&hints.session_id),
        "login_hint": text(&hints.login_hint),
        "expires_at": hints.expires_at,
        "issued_at": hints.issued_at,
        "authenticated_at": hints.authenticated_at,
    }))
}

pub fn call(call: &HttpCall) -> Value {
    let headers: Map<String, Value> =
        call.headers.iter().map(|header| (header.name.to_lowercase(), json!(header.value.reveal()))).collect();
    present(json!({
        "method": snake(&format!("{:?}", call.method)),
        "url": call.url.reveal(),
        "headers": headers,
        "body": text(&call.body),
    }))
}

pub fn event(kind: LogoutEventKind) -> Value {
    json!(snake(&format!("{kind:?}")))
}

pub fn event_ids(heard: &LogoutEvent) -> Value {
    json!({"kind": event(heard.kind), "id": heard.id, "correlation_id": heard.correlation_id})
}
