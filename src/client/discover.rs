//! Looking up the provider's addresses, and keeping them.

use std::sync::Mutex;

use super::{LogoutClient, entropy};
use crate::discovery::{self, Metadata};
use crate::error::LogoutError;
use crate::host::{HostError, HttpAnswer, HttpCall};

/// What one sign-out found out about the provider: a lookup that failed is not repeated within it.
#[derive(Default)]
pub(super) struct Lookup {
    found: Option<Result<Metadata, LogoutError>>,
    refusal: Option<HttpAnswer>,
    /// The answer by which its revocation endpoint said how long it wants to be left alone.
    pub(super) wish: Option<HttpAnswer>,
}

impl Lookup {
    /// The answer of a provider that gave no metadata: it may say how long it wants to be left alone.
    pub(super) fn refusal(&self) -> Option<&HttpAnswer> {
        self.refusal.as_ref()
    }
}

/// What the provider last said of its addresses, as this client heard it. It is not kept in the store: whoever writes there
/// could say where a token goes.
#[derive(Default)]
pub(super) struct Heard(Mutex<Option<Metadata>>);

impl Heard {
    /// A lock that a fork left behind is not waited for: asking again costs one request.
    fn get(&self) -> Option<Metadata> {
        self.0.try_lock().ok()?.clone()
    }

    fn set(&self, metadata: &Metadata) {
        if let Ok(mut heard) = self.0.try_lock() {
            *heard = Some(metadata.clone());
        }
    }
}

impl LogoutClient {
    /// Metadata, asked for at most once in one sign-out.
    pub(super) fn metadata_once(&self, lookup: &mut Lookup) -> Result<Metadata, LogoutError> {
        let Lookup { found, refusal, .. } = lookup;
        found.get_or_insert_with(|| self.metadata(entropy::now(), refusal)).clone()
    }

    /// Metadata that was heard and is fresh.
    pub(super) fn kept_metadata(&self, now: i64) -> Option<Metadata> {
        self.heard.get().filter(|metadata| metadata.is_fresh(now))
    }

    /// Metadata that is kept, else asked for; old one only where the provider does not answer (DISC-09): what it answers
    /// and is refused is not replaced by what it said before.
    fn metadata(&self, now: i64, refusal: &mut Option<HttpAnswer>) -> Result<Metadata, LogoutError> {
        if let Some(metadata) = self.kept_metadata(now) {
            return Ok(metadata);
        }
        let error = match self.fetch_metadata(now, refusal) {
            Ok(metadata) => return Ok(metadata),
            Err(error) => error,
        };
        match refusal {
            Some(answer) if !discovery::is_not_now(answer) => Err(error),
            _ => self.heard.get().ok_or(error),
        }
    }

    fn fetch_metadata(&self, now: i64, refusal: &mut Option<HttpAnswer>) -> Result<Metadata, LogoutError> {
        let answer = self.send(discovery::call(&self.row)).map_err(|error| {
            let retryable = matches!(
                error,
                HostError::Offline { .. } | HostError::TimeExpired { .. } | HostError::BadAnswer { .. }
            );
            let detail = format!("the provider could not be asked for its addresses ({error})");
            // An issuer that somebody else named may lie at no private address.
            let barred = self.row.public_addresses_only && matches!(error, HostError::Insecure { .. });
            let rule = if barred { "DISC-07" } else { "DISC-06" };
            LogoutError::Metadata { rule: rule.to_owned(), detail, retryable }
        })?;
        match discovery::read(&self.row, &answer, now) {
            Ok(metadata) => {
                if discovery::may_be_kept(&answer) {
                    self.heard.set(&metadata);
                }
                Ok(metadata)
            }
            Err(error) => {
                *refusal = Some(answer);
                Err(error)
            }
        }
    }

    pub(super) fn send(&self, call: HttpCall) -> Result<HttpAnswer, HostError> {
        let limit = call.max_body_bytes;
        let Some(transport) = &self.transport else {
            return Err(HostError::Offline { reason: "there is no transport".to_owned() });
        };
        let answer = transport.send(call)?;
        if i64::try_from(answer.body.len()).is_ok_and(|length| length <= limit) {
            Ok(answer)
        } else {
            Err(HostError::BadAnswer { reason: "the body is larger than allowed".to_owned() })
        }
    }
}
