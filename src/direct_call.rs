//! A direct request that ends a session without a browser, and what its answer proves.

use crate::config::ClientConfig;
use crate::host::{Header, HostError, HttpAnswer, HttpCall, HttpMethod};
use crate::json::strict_object;
use crate::outcome::{Doubt, Evidence, Failure, SessionStatus};
use crate::plan::PlannedCall;
use crate::provider::row::CallDialect;
use crate::provider_words;
use crate::query::form;
use crate::revocation::{FORM, client_credentials, error_code, plain_basic};
use crate::secret::Secret;

/// A browser waits behind it, so it has little time.
const TIMEOUT_MS: i64 = 5_000;
/// A transport refuses what is longer, and with it the status.
const MAX_BODY: i64 = 64 * 1024;
/// More than any error message (CA-03): of a longer body nothing is read, and the status counts alone.
const LONGEST_ERROR: usize = 4 * 1024;

/// The request (CA-01 for text; Keycloak's documented logout for the form).
pub(crate) fn call(config: &ClientConfig, planned: &PlannedCall, public_only: bool) -> HttpCall {
    let (content_type, credentials, body) = match planned.call.dialect {
        CallDialect::TokenAsText => {
            let basic = config.client_secret.as_ref().map(|secret| plain_basic(&config.client_id, secret));
            ("text/plain", basic, planned.token.clone())
        }
        CallDialect::RefreshTokenForm => {
            let mut fields = vec![("refresh_token", planned.token.reveal())];
            let basic = client_credentials(config, &mut fields);
            (FORM, basic, Secret::from(form(fields)))
        }
    };
    let header = |name: &str, value: &str| Header { name: name.to_owned(), value: Secret::from(value) };
    let mut headers = vec![header("Content-Type", content_type), header("Accept", "application/json")];
    headers.extend(credentials.map(|basic| header("Authorization", &basic)));
    HttpCall {
        method: HttpMethod::Post,
        url: Secret::from(planned.call.endpoint.as_str()),
        headers,
        body: Some(body),
        connect_timeout_ms: TIMEOUT_MS,
        timeout_ms: TIMEOUT_MS,
        max_body_bytes: MAX_BODY,
        public_addresses_only: public_only,
    }
}

/// What an answer says of its error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
}

impl Told {
    /// What none of these secrets shines through.
    pub(crate) fn unless_repeated(self, secrets: &[Secret]) -> Self {
        Self {
            code: provider_words::unless_repeated(self.code, secrets),
            message: provider_words::unless_repeated(self.message, secrets),
        }
    }
}

/// What the answer proves, and the provider's error. Only the documented answer proves the end.
pub(crate) fn read(planned: &PlannedCall, answer: Result<&HttpAnswer, &HostError>) -> (SessionStatus, Told) {
    let told = |answer: &HttpAnswer| {
        if answer.body.len() > LONGEST_ERROR {
            return Told::default();
        }
        Told { code: error_code(answer), message: message(answer) }
    };
    match answer {
        Err(HostError::Offline { .. } | HostError::Insecure { .. }) => {
            (SessionStatus::Failed { because: Failure::ProviderUnreachable }, Told::default())
        }
        // It may have arrived all the same.
        Err(_) => (SessionStatus::Unconfirmed { because: Doubt::CallUnanswered }, Told::default()),
        Ok(answer) if answer.status == planned.call.success && answer.body.is_empty() => {
            (SessionStatus::Ended { evidence: Evidence::EndedByCall }, Told::default())
        }
        // Neither of these says anything about the session.
        Ok(answer) if matches!(answer.status, 408 | 429) => {
            (SessionStatus::Unconfirmed { because: Doubt::CallInconclusive }, told(answer))
        }
        Ok(answer) if (400..500).contains(&answer.status) => {
            (SessionStatus::Failed { because: Failure::ProviderRefused }, told(answer))
        }
        Ok(answer) => (SessionStatus::Unconfirmed { because: Doubt::CallInconclusive }, told(answer)),
    }
}

/// What an error says in a sentence (CA-03). It may still repeat a secret.
fn message(answer: &HttpAnswer) -> Option<String> {
    let body = strict_object(&answer.body).ok()?;
    provider_words::sentence(body.get("message")?.as_str()?)
}

/// Whether the same request may still succeed: not where the provider has said yes or no.
pub(crate) fn may_succeed_later(provider: SessionStatus) -> bool {
    match provider {
        SessionStatus::Failed { because } => because == Failure::ProviderUnreachable,
        SessionStatus::Unconfirmed { .. } => true,
        SessionStatus::Ended { .. } | SessionStatus::Pending | SessionStatus::NotAsked => false,
    }
}
