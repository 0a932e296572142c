//! Token revocation, RFC 7009: the request, and what its answer means.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::account::TokenKind;
use crate::config::{ClientAuthentication, ClientConfig};
use crate::host::{Header, HostError, HttpAnswer, HttpCall, HttpMethod};
use crate::json::strict_object;
use crate::outcome::{Revocation, RevocationStatus};
use crate::plan::OwnedToken;
use crate::provider::row::RevocationDialect;
use crate::provider_words;
use crate::query::{form, form_encode};
use crate::secret::Secret;

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// The request for one token (REV-01, REV-02), in the provider's dialect.
pub(crate) fn call(
    config: &ClientConfig,
    dialect: RevocationDialect,
    endpoint: &str,
    owned: &OwnedToken,
    public_only: bool,
) -> HttpCall {
    let token = owned.token.value.reveal();
    let kind = match owned.token.kind {
        TokenKind::RefreshToken => "refresh_token",
        TokenKind::AccessToken => "access_token",
    };
    let (mut method, mut content_type, mut authorization) = (HttpMethod::Post, FORM, None);
    let body = match dialect {
        RevocationDialect::Standard => {
            let mut fields = vec![("token", token), ("token_type_hint", kind)];
            authorization = client_credentials(config, &mut fields);
            form(fields)
        }
        RevocationDialect::SecretInBody => {
            let secret = config.client_secret.as_ref().map(Secret::reveal).unwrap_or_default();
            let client = [("client_id", config.client_id.as_str()), ("client_secret", secret)];
            form([("token", token), ("token_type_hint", kind)].into_iter().chain(client))
        }
        RevocationDialect::TokenAlone => form([("token", token)]),
        RevocationDialect::JsonDelete => {
            (method, content_type) = (HttpMethod::Delete, "application/json");
            authorization = config.client_secret.as_ref().map(|secret| plain_basic(&config.client_id, secret));
            serde_json::json!({"access_token": token}).to_string()
        }
        RevocationDialect::Bearer => {
            authorization = Some(format!("Bearer {token}"));
            String::new()
        }
    };
    let mut headers = vec![header("Content-Type", content_type), header("Accept", "application/json")];
    headers.extend(authorization.map(|value| header("Authorization", &value)));
    HttpCall {
        method,
        url: Secret::from(endpoint),
        headers,
        body: Some(Secret::from(body)),
        connect_timeout_ms: 5_000,
        timeout_ms: 10_000,
        max_body_bytes: 64 * 1024,
        public_addresses_only: public_only,
    }
}

/// How the client says who it is: as fields of the form, or as the value of `Authorization` that is returned.
pub(crate) fn client_credentials<'a>(config: &'a ClientConfig, fields: &mut Vec<(&'a str, &'a str)>) -> Option<String> {
    match &config.client_secret {
        None => fields.push(("client_id", &config.client_id)),
        Some(secret) if config.client_authentication == Some(ClientAuthentication::SecretPost) => {
            fields.extend([("client_id", config.client_id.as_str()), ("client_secret", secret.reveal())]);
        }
        Some(secret) => return Some(basic(&config.client_id, secret)),
    }
    None
}

fn header(name: &str, value: &str) -> Header {
    Header { name: name.to_owned(), value: Secret::from(value) }
}

/// RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
fn basic(client_id: &str, secret: &Secret) -> String {
    format!("Basic {}", STANDARD.encode(format!("{}:{}", form_encode(client_id), form_encode(secret.reveal()))))
}

/// Basic credentials as they are, where a provider's documents ask for them so.
pub(crate) fn plain_basic(client_id: &str, secret: &Secret) -> String {
    format!("Basic {}", STANDARD.encode(format!("{client_id}:{}", secret.reveal())))
}

/// What the answer says about the token (REV-03 to REV-05, REV-09, ATT-84).
pub(crate) fn read(
    dialect: RevocationDialect,
    owned: &OwnedToken,
    answer: Result<&HttpAnswer, &HostError>,
) -> Revocation {
    let (status, provider_error) = match (answer, dialect) {
        (Err(_), _) => (RevocationStatus::Uncertain, None),
        (Ok(answer), RevocationDialect::JsonDelete) if answer.status == 204 => (RevocationStatus::Revoked, None),
        // REV-10: of the successes only the documented one counts.
        (Ok(answer), RevocationDialect::JsonDelete) if answer.status == 200 => (RevocationStatus::Uncertain, None),
        (Ok(answer), RevocationDialect::Bearer) if answer.status == 200 => judge_body(answer),
        (Ok(answer), _) => judge(answer),
    };
    Revocation { account: owned.account.clone(), token: owned.token.kind, status, provider_error }
}

fn judge(answer: &HttpAnswer) -> (RevocationStatus, Option<String>) {
    let code = error_code(answer);
    let status = match answer.status {
        // A page instead of an empty answer comes from a captive portal, not from the provider.
        200 if answer.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("text/html")) => {
            RevocationStatus::Uncertain
        }
        200 => return (RevocationStatus::Revoked, None),
        408 | 429 => RevocationStatus::Uncertain,
        400..=499 if code.as_deref() == Some("unsupported_token_type") => RevocationStatus::Unsupported,
        300..=499 => RevocationStatus::Refused,
        _ => RevocationStatus::Uncertain,
    };
    (status, code)
}

/// An answer whose body says whether it is one: `ok`, and whether the token was revoked.
fn judge_body(answer: &HttpAnswer) -> (RevocationStatus, Option<String>) {
    let body = strict_object(&answer.body).unwrap_or_default();
    let says = |name: &str| body.get(name).and_then(serde_json::Value::as_bool);
    match (says("ok"), says("revoked")) {
        (Some(true), Some(true)) => (RevocationStatus::Revoked, None),
        (Some(false), _) => (RevocationStatus::Refused, error_code(answer)),
        _ => (RevocationStatus::Uncertain, None),
    }
}

/// The member `error` (RFC 6749 §5.2) or `errorCode` (CentralAuth), if it looks like one. It may still repeat a secret.
pub(crate) fn error_code(answer: &HttpAnswer) -> Option<String> {
    let body = strict_object(&answer.body).ok()?;
    let code = ["error", "errorCode"].into_iter().find_map(|name| body.get(name)?.as_str())?;
    provider_words::code(code)
}
