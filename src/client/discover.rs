//! Looking up the provider's addresses, and keeping them.

use super::{LogoutClient, entropy};
use crate::config::OWN_PREFIX;
use crate::discovery::{self, Metadata};
use crate::error::LogoutError;
use crate::host::{Change, Entry, HostError, HttpAnswer, HttpCall};
use crate::keys::hash;
use crate::provider::row::Endpoint;
use crate::redirect_uri::{same_host, same_scheme_and_port};
use crate::secret::Secret;

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

impl LogoutClient {
    /// Metadata, asked for at most once in one sign-out.
    pub(super) fn metadata_once(&self, lookup: &mut Lookup) -> Result<Metadata, LogoutError> {
        let Lookup { found, refusal, .. } = lookup;
        found.get_or_insert_with(|| self.metadata(entropy::now(), refusal)).clone()
    }

    fn metadata_key(&self) -> String {
        format!("{OWN_PREFIX}metadata.{}", hash(&self.row.issuer))
    }

    fn stored_metadata(&self) -> Option<Metadata> {
        let stored = self.read_one(&self.metadata_key()).ok()??;
        let metadata: Metadata = serde_json::from_str(stored.reveal()).ok()?;
        let known = metadata.version == Metadata::VERSION && metadata.issuer == self.row.issuer;
        // Whoever writes into the store must not send tokens elsewhere: other hosts, and other ports of the same, are
        // believed from the provider alone.
        let ours = |address: &String| {
            let alias = |host: &String| same_host(address, &format!("https://{host}"));
            let host = same_host(address, &self.row.issuer) || self.row.alias_hosts.iter().any(alias);
            host && same_scheme_and_port(address, &self.row.issuer)
        };
        let endpoints = [&metadata.end_session, &metadata.revocation, &metadata.authorization];
        let all_ours = endpoints.into_iter().flatten().all(ours);
        (known && all_ours).then_some(metadata)
    }

    fn is_discovered(&self) -> bool {
        [&self.row.end_session, &self.row.revocation, &self.row.authorization].contains(&&Endpoint::Discovered)
    }

    /// Metadata that was kept and is fresh.
    pub(super) fn kept_metadata(&self, now: i64) -> Option<Metadata> {
        if !self.is_discovered() {
            return None;
        }
        self.stored_metadata().filter(|metadata| metadata.is_fresh(&self.row.issuer, now))
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
            _ => self.stored_metadata().ok_or(error),
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
                    self.keep(&metadata);
                }
                Ok(metadata)
            }
            Err(error) => {
                *refusal = Some(answer);
                Err(error)
            }
        }
    }

    /// Keeping metadata saves a request; failing to keep it costs nothing else.
    fn keep(&self, metadata: &Metadata) {
        let Ok(text) = serde_json::to_string(metadata) else {
            return;
        };
        let entry = Entry { key: self.metadata_key(), value: Secret::from(text), protect: false };
        let _ = self.store.commit(Change { require: Vec::new(), write: vec![entry], remove: Vec::new() });
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
