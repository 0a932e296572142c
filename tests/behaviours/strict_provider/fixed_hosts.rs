//! Vendors whose addresses are fixed: a server for each host, and a transport that finds it there and changes nothing
//! else. Sources: GitHub's REST reference (OAuth authorizations, user agent), Slack's of `auth.revoke`, Discord's and
//! Google's of OAuth 2.0, Apple's of Sign in with Apple.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use exeunt::{HostError, HttpAnswer, HttpCall, HttpTransport, Secret, built_in_transport};

use super::{CLIENT, REFRESH_TOKEN, Refusal, Request, SECRET, TOKEN, fields, rule};
use crate::loopback::{Server, answer};

pub const HOSTS: [&str; 5] =
    ["api.github.com", "slack.com", "discord.com", "appleid.apple.com", "oauth2.googleapis.com"];

/// Every rule; a test breaks each of them.
pub const RULES: [&str; 10] = [
    "there is such an endpoint",
    "a token is deleted by DELETE",
    "the credentials are Basic and as they are",
    "the body is JSON with the access token",
    "the request names its user agent",
    "a token revokes itself as bearer",
    "a revocation is a POST of a form",
    "the credentials are Basic and form-encoded",
    "client and secret stand in the form",
    "a token that was given is revoked",
];

/// What is answered when no rule is broken.
struct Taken {
    status: &'static str,
    body: &'static str,
}

const EMPTY: Taken = Taken { status: "200 OK", body: "" };

fn known(token: &str) -> Result<(), Refusal> {
    rule([TOKEN, REFRESH_TOKEN].contains(&token), RULES[9])
}

fn judge(host: &str, request: &Request) -> Result<Taken, Refusal> {
    match (host, request.path.as_str()) {
        ("api.github.com", "/applications/app%201/token") => deletion(request),
        ("slack.com", "/api/auth.revoke") => itself(request),
        ("discord.com", "/api/oauth2/token/revoke") => {
            let form = form(request)?;
            // RFC 6749 §2.3.1.
            let wanted = format!("Basic {}", STANDARD.encode("app+1:s%3Ae%2Fc%25r%2Bt"));
            rule(request.header("authorization") == wanted, RULES[7])?;
            known(value(&form, "token")).map(|()| EMPTY)
        }
        ("appleid.apple.com", "/auth/revoke") => {
            let form = form(request)?;
            rule(value(&form, "client_id") == CLIENT && value(&form, "client_secret") == SECRET, RULES[8])?;
            known(value(&form, "token")).map(|()| EMPTY)
        }
        ("oauth2.googleapis.com", "/revoke") => {
            let form = form(request)?;
            known(value(&form, "token")).map(|()| EMPTY)
        }
        _ => Err(RULES[0]),
    }
}

fn value<'a>(form: &'a [(String, Option<String>)], name: &str) -> &'a str {
    form.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.as_deref()).unwrap_or_default()
}

fn form(request: &Request) -> Result<Vec<(String, Option<String>)>, Refusal> {
    let is_form = request.header("content-type") == "application/x-www-form-urlencoded";
    rule(request.method == "POST" && is_form, RULES[6])?;
    Ok(fields(&request.body))
}

/// GitHub.
fn deletion(request: &Request) -> Result<Taken, Refusal> {
    rule(!request.header("user-agent").is_empty(), RULES[4])?;
    rule(request.method == "DELETE", RULES[1])?;
    let wanted = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{SECRET}")));
    rule(request.header("authorization") == wanted, RULES[2])?;
    let body: serde_json::Value = serde_json::from_str(&request.body).map_err(|_| RULES[3])?;
    known(body["access_token"].as_str().ok_or(RULES[3])?)?;
    Ok(Taken { status: "204 No Content", body: "" })
}

/// Slack.
fn itself(request: &Request) -> Result<Taken, Refusal> {
    form(request)?;
    known(request.header("authorization").strip_prefix("Bearer ").ok_or(RULES[5])?)?;
    Ok(Taken { status: "200 OK", body: "{\"ok\":true,\"revoked\":true}" })
}

/// A server for each host.
pub struct Vendors(pub BTreeMap<&'static str, Server>);

pub fn start() -> Arc<Vendors> {
    let server = |host: &'static str| {
        Server::new(move |_, text, stream| match judge(host, &Request::read(text)) {
            Ok(taken) => answer(stream, taken.status, "content-type: application/json\r\n", taken.body),
            // Slack answers 200 whatever happens, and says in the body what did.
            Err(refusal) => {
                let status = if host == "slack.com" { "200 OK" } else { "400 Bad Request" };
                let body = format!("{{\"ok\":false,\"error\":\"refused\",\"error_description\":\"{refusal}\"}}");
                answer(stream, status, "content-type: application/json\r\n", &body);
            }
        })
    };
    Arc::new(Vendors(HOSTS.into_iter().map(|host| (host, server(host))).collect()))
}

impl HttpTransport for Vendors {
    /// The built-in transport sends it, with method, path, headers and body as they are.
    fn send(&self, call: HttpCall) -> Result<HttpAnswer, HostError> {
        let nowhere = || HostError::Offline { reason: "no such vendor".to_owned() };
        let (host, path) =
            call.url.reveal().strip_prefix("https://").and_then(|rest| rest.split_once('/')).ok_or_else(nowhere)?;
        let server = self.0.get(host).ok_or_else(nowhere)?;
        let url = Secret::from(format!("{}/{path}", server.issuer()));
        built_in_transport().ok_or_else(nowhere)?.send(HttpCall { url, ..call })
    }
}
