//! Token revocation, RFC 7009: the request, and what its answer means.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::account::TokenKind;
use crate::config::{ClientAuthentication, ClientConfig};
use crate::host::{Header, HostError, HttpAnswer, HttpCall, HttpMethod};
use crate::json::strict_object;
use crate::outcome::{Revocation, RevocationStatus};
use crate::plan::OwnedToken;
use crate::query::{form, form_encode};
use crate::secret::Secret;

/// The request for one token (REV-01, REV-02).
pub(crate) fn call(config: &ClientConfig, endpoint: &str, owned: &OwnedToken, public_only: bool) -> HttpCall {
    let kind = match owned.token.kind {
        TokenKind::RefreshToken => "refresh_token",
        TokenKind::AccessToken => "access_token",
    };
    let mut fields = vec![("token", owned.token.value.reveal()), ("token_type_hint", kind)];
    let mut headers =
        vec![header("Content-Type", "application/x-www-form-urlencoded"), header("Accept", "application/json")];
    match &config.client_secret {
        None => fields.push(("client_id", &config.client_id)),
        Some(secret) if config.client_authentication == Some(ClientAuthentication::SecretPost) => {
            fields.extend([("client_id", config.client_id.as_str()), ("client_secret", secret.reveal())]);
        }
        Some(secret) => headers.push(header("Authorization", &basic(&config.client_id, secret))),
    }
    HttpCall {
        method: HttpMethod::Post,
        url: Secret::from(endpoint),
        headers,
        body: Some(Secret::from(form(fields))),
        connect_timeout_ms: 5_000,
        timeout_ms: 10_000,
        max_body_bytes: 64 * 1024,
        public_addresses_only: public_only,
    }
}

fn header(name: &str, value: &str) -> Header {
    Header { name: name.to_owned(), value: Secret::from(value) }
}

/// RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
fn basic(client_id: &str, secret: &Secret) -> String {
    format!("Basic {}", STANDARD.encode(format!("{}:{}", form_encode(client_id), form_encode(secret.reveal()))))
}

/// What the answer says about the token (REV-03 to REV-05, REV-09, ATT-84).
pub(crate) fn read(owned: &OwnedToken, answer: Result<&HttpAnswer, &HostError>) -> Revocation {
    let (status, provider_error) = match answer {
        Err(_) => (RevocationStatus::Uncertain, None),
        Ok(answer) => judge(answer),
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
        400..=499 if answer.status == 429 => RevocationStatus::Uncertain,
        400..=499 if code.as_deref() == Some("unsupported_token_type") => RevocationStatus::Unsupported,
        300..=499 => RevocationStatus::Refused,
        _ => RevocationStatus::Uncertain,
    };
    (status, code)
}

/// The member `error`, RFC 6749 §5.2, if it looks like one.
fn error_code(answer: &HttpAnswer) -> Option<String> {
    let body = strict_object(&answer.body).ok()?;
    let code = body.get("error")?.as_str()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (code.len() <= 64 && code.bytes().all(plain)).then(|| code.to_owned())
}
