//! A server on loopback that keeps to what vendors document of their own sign-out endpoints, and writes down every
//! request. Whatever breaks a rule is refused by the rule's name. Sources: the vendors' references, as in the rows.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::loopback::{Server, answer};

pub mod fixed_hosts;

pub const CLIENT: &str = "app 1";
/// Form encoding would change every one of its marks.
pub const SECRET: &str = "s:e/c%r+t";
pub const BYE: &str = "https://app.example.com/bye";
/// Allowed for the whole tenant, not for this application.
pub const TENANT_BYE: &str = "https://tenant.example.com/bye";
pub const TOKEN: &str = "token-1";
pub const REFRESH_TOKEN: &str = "refresh-1";

/// Every rule; a test breaks each of them.
pub const RULES: [&str; 25] = [
    "there is such an endpoint",
    "a sign-out by browser is a GET",
    "the application is known",
    "the target is on the application's list",
    "without an application the target is on the tenant's list",
    "federated has no value",
    "a target comes with the application or an ID token",
    "the target is registered",
    "the application comes along",
    "a target comes along",
    "a target comes with an ID token",
    "the ID token comes along",
    "nothing is asked for that the settings decide",
    "a direct request is a POST",
    "the credentials are Basic and as they are",
    "the token is plain text",
    "the token is known",
    "a revocation is a form",
    "a revocation names token and application",
    "the credentials of a revocation are Basic and form-encoded",
    "a token that was given is revoked",
    "only refresh tokens are revoked here",
    "the ID token is the application's",
    "a sign-out by browser is a GET or a form",
    "in a form federated is true or false",
];

type Refusal = &'static str;

/// What came.
pub struct Request {
    method: String,
    path: String,
    /// Of the address, or of a form.
    parameters: Vec<(String, Option<String>)>,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Request {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut lines = head.lines();
        let mut first = lines.next().unwrap().split(' ');
        let method = first.next().unwrap().to_owned();
        let (path, query) = first.next().map(|target| target.split_once('?').unwrap_or((target, ""))).unwrap();
        let named = lines.filter_map(|line| line.split_once(": "));
        let headers: BTreeMap<_, _> = named.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        let is_form = headers.get("content-type").is_some_and(|kind| kind == "application/x-www-form-urlencoded");
        Self {
            method,
            path: path.to_owned(),
            parameters: fields(if is_form { body } else { query }),
            headers,
            body: body.to_owned(),
        }
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name)?.1.as_deref()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// Names and values of a form; a name alone has no value.
fn fields(text: &str) -> Vec<(String, Option<String>)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) => (decoded(name), Some(decoded(value))),
            None => (decoded(pair), None),
        })
        .collect()
}

/// Whom an ID token is for.
fn audience(token: &str) -> Option<String> {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
    claims["aud"].as_str().map(str::to_owned)
}

fn decoded(text: &str) -> String {
    let doubled = format!("{text}=");
    url::form_urlencoded::parse(doubled.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

/// What such a server answers.
pub enum Answer {
    /// The browser goes back there.
    Back(String),
    /// The vendor's own page.
    Page,
    /// An empty 200.
    Done,
}

fn rule(holds: bool, name: &'static str) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(name) }
}

fn judge(request: &Request) -> Result<Answer, Refusal> {
    let path = request.path.as_str();
    let by_browser = || rule(request.method == "GET", RULES[1]);
    let is_form = request.header("content-type") == "application/x-www-form-urlencoded";
    let as_it_likes = || rule(request.method == "GET" || request.method == "POST" && is_form, RULES[23]);
    match path {
        "/v2/logout" => by_browser().and_then(|()| own_logout(request)),
        "/oidc/logout" => as_it_likes().and_then(|()| standard_logout(request)),
        "/logout" => by_browser().and_then(|()| hosted_logout(request)),
        "/oauth2/v1/logout" => by_browser().and_then(|()| hinted_logout(request)),
        "/tenant/oauth2/v2.0/logout" => as_it_likes().and_then(|()| tenant_logout(request)),
        "/tenant/policy/oauth2/v2.0/logout" => as_it_likes().and_then(|()| policy_logout(request)),
        "/services/auth/idp/oidc/logout" => {
            by_browser()?;
            rule(request.parameters.is_empty(), RULES[12])?;
            Ok(Answer::Page)
        }
        "/api/v1/logout" => direct_logout(request),
        // Auth0 and Amazon Cognito.
        "/oauth/revoke" | "/oauth2/revoke" => revocation(request, &[REFRESH_TOKEN]),
        "/oauth2/v1/revoke" | "/services/oauth2/revoke" => revocation(request, &[REFRESH_TOKEN, TOKEN]),
        _ => Err(RULES[0]),
    }
}

fn without_query(target: &str) -> &str {
    target.split('?').next().unwrap_or(target)
}

/// Auth0's `/v2/logout`, also below Passport's domain.
fn own_logout(request: &Request) -> Result<Answer, Refusal> {
    let client = request.value("client_id");
    rule(client.is_none_or(|client| client == CLIENT), RULES[2])?;
    rule(request.value("federated").is_none(), RULES[5])?;
    let Some(target) = request.value("returnTo") else {
        return Ok(Answer::Page);
    };
    match client {
        Some(_) => rule(without_query(target) == BYE, RULES[3])?,
        None => rule(without_query(target) == TENANT_BYE, RULES[4])?,
    }
    Ok(Answer::Back(target.to_owned()))
}

/// Auth0's `/oidc/logout`.
fn standard_logout(request: &Request) -> Result<Answer, Refusal> {
    let federated = request.parameters.iter().find(|(name, _)| name == "federated");
    let is_said = federated.is_none_or(|(_, value)| matches!(value.as_deref(), Some("true" | "false")));
    rule(request.method == "GET" || is_said, RULES[24])?;
    let Some(target) = request.value("post_logout_redirect_uri") else {
        return Ok(Answer::Page);
    };
    rule(request.value("client_id").or(request.value("id_token_hint")).is_some(), RULES[6])?;
    rule(request.value("id_token_hint").is_none_or(|token| audience(token).as_deref() == Some(CLIENT)), RULES[22])?;
    rule(target == BYE, RULES[7])?;
    Ok(with_state(target, request))
}

/// Amazon Cognito.
fn hosted_logout(request: &Request) -> Result<Answer, Refusal> {
    rule(request.value("client_id") == Some(CLIENT), RULES[8])?;
    let target = request.value("logout_uri").ok_or(RULES[9])?;
    rule(target == BYE, RULES[7])?;
    Ok(Answer::Back(target.to_owned()))
}

/// Okta.
fn hinted_logout(request: &Request) -> Result<Answer, Refusal> {
    let Some(target) = request.value("post_logout_redirect_uri") else {
        return Ok(Answer::Page);
    };
    rule(request.value("id_token_hint").is_some(), RULES[10])?;
    rule(target == BYE, RULES[7])?;
    Ok(with_state(target, request))
}

/// Azure AD B2C on a tenant's own domain, whose policy requires the ID token.
fn policy_logout(request: &Request) -> Result<Answer, Refusal> {
    rule(request.value("id_token_hint").is_some(), RULES[11])?;
    tenant_logout(request)
}

/// Microsoft Entra ID, where the user has a session. The address has to be registered also where B2C gets an ID token.
fn tenant_logout(request: &Request) -> Result<Answer, Refusal> {
    let Some(target) = request.value("post_logout_redirect_uri") else {
        return Ok(Answer::Page);
    };
    rule(target == BYE, RULES[7])?;
    Ok(with_state(target, request))
}

/// CentralAuth.
fn direct_logout(request: &Request) -> Result<Answer, Refusal> {
    rule(request.method == "POST", RULES[13])?;
    let wanted = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{SECRET}")));
    rule(request.header("authorization") == wanted, RULES[14])?;
    rule(request.header("content-type") == "text/plain", RULES[15])?;
    rule(request.body == TOKEN, RULES[16])?;
    Ok(Answer::Done)
}

fn revocation(request: &Request, taken: &[&str]) -> Result<Answer, Refusal> {
    let is_form = request.header("content-type") == "application/x-www-form-urlencoded";
    rule(request.method == "POST" && is_form, RULES[17])?;
    let form = fields(&request.body);
    let value = |name: &str| form.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.as_deref());
    let basic = request.header("authorization");
    let token = value("token").filter(|_| value("client_id") == Some(CLIENT) || !basic.is_empty()).ok_or(RULES[18])?;
    // RFC 6749 §2.3.1.
    let wanted = format!("Basic {}", STANDARD.encode("app+1:s%3Ae%2Fc%25r%2Bt"));
    rule(basic.is_empty() || basic == wanted, RULES[19])?;
    rule([REFRESH_TOKEN, TOKEN].contains(&token), RULES[20])?;
    rule(taken.contains(&token), RULES[21])?;
    Ok(Answer::Done)
}

fn with_state(target: &str, request: &Request) -> Answer {
    let state = request.value("state").map(|state| format!("?state={state}"));
    Answer::Back(format!("{target}{}", state.unwrap_or_default()))
}

/// Starts it.
pub fn start() -> Server {
    Server::new(|_, text, stream| match judge(&Request::read(text)) {
        Ok(Answer::Back(target)) => answer(stream, "302 Found", &format!("location: {target}\r\n"), ""),
        Ok(Answer::Page) => answer(stream, "200 OK", "", "signed out"),
        Ok(Answer::Done) => answer(stream, "200 OK", "", ""),
        Err(refusal) => {
            let body = format!("{{\"errorCode\":\"refused\",\"message\":\"{refusal}\"}}");
            answer(stream, "400 Bad Request", "content-type: application/json\r\n", &body);
        }
    })
}

/// Sends a request as it stands and gives the whole answer.
pub fn send(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

/// A browser that opens this path.
pub fn opened(port: u16, path: &str) -> String {
    send(port, &format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"))
}
