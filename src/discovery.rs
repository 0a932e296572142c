//! Provider metadata: where it lies, what of it is believed. OpenID Connect Discovery 1.0 and RFC 8414.

use serde_json::{Map, Value};

use crate::error::LogoutError;
use crate::host::{Header, HttpAnswer, HttpCall, HttpMethod};
use crate::json::strict_object;
use crate::provider::row::{Row, endpoint_url};
use crate::secret::Secret;

/// Seconds for which metadata is used without asking again (DISC-09).
const FRESH_FOR: i64 = 24 * 60 * 60;
const MAX_BODY: i64 = 256 * 1024;

/// What is believed of a provider's metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Metadata {
    pub(crate) fetched_at: i64,
    /// Seconds for which it may be used without asking again.
    pub(crate) fresh_for: i64,
    pub(crate) end_session: Option<String>,
    pub(crate) revocation: Option<String>,
    pub(crate) authorization: Option<String>,
    /// Members that were refused because they are no https addresses (DISC-03).
    pub(crate) insecure: Vec<String>,
    /// Hosts of endpoints that differ from the issuer's (ATT-80).
    pub(crate) other_hosts: Vec<String>,
}

impl Metadata {
    /// Whether it may be used without asking again. A date in the future is a clock that jumped, not freshness.
    pub(crate) fn is_fresh(&self, now: i64) -> bool {
        (0..self.fresh_for).contains(&now.saturating_sub(self.fetched_at))
    }
}

/// The request for the metadata of an issuer (DISC-01, DISC-06).
pub(crate) fn call(row: &Row) -> HttpCall {
    HttpCall {
        method: HttpMethod::Get,
        url: Secret::from(row.metadata.as_str()),
        headers: vec![Header { name: "Accept".to_owned(), value: Secret::from("application/json") }],
        body: None,
        connect_timeout_ms: 5_000,
        timeout_ms: 10_000,
        max_body_bytes: MAX_BODY,
        public_addresses_only: row.public_addresses_only,
    }
}

/// Reads an answer, believing only what the rules allow.
pub(crate) fn read(row: &Row, answer: &HttpAnswer, now: i64) -> Result<Metadata, LogoutError> {
    if answer.status != 200 {
        return Err(LogoutError::metadata("DISC-06", format!("the provider answered with status {}", answer.status)));
    }
    if answer.header("content-encoding").is_some_and(|coding| !coding.trim().eq_ignore_ascii_case("identity")) {
        return Err(LogoutError::metadata("ATT-83", "the answer is compressed, which was not asked for"));
    }
    if !answer.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("json")) {
        return Err(LogoutError::metadata("DISC-06", "the answer is not JSON by its content type"));
    }
    if i64::try_from(answer.body.len()).is_ok_and(|length| length > MAX_BODY) {
        return Err(LogoutError::metadata("DISC-06", "the answer is larger than 256 KiB"));
    }
    let Ok(document) = strict_object(&answer.body) else {
        return Err(LogoutError::metadata("DISC-11", "the answer is not a JSON object without duplicate members"));
    };
    if !document.get("issuer").and_then(Value::as_str).is_some_and(|issuer| row.believes(issuer)) {
        return Err(LogoutError::metadata(
            "DISC-02",
            "the issuer in the answer is not byte for byte the configured one",
        ));
    }
    Ok(believe(row, &document, now, fresh_for(answer)))
}

/// The directives of `Cache-Control`, in lower case.
fn directives(answer: &HttpAnswer) -> Vec<String> {
    let fields = answer.headers.iter().filter(|header| header.name.eq_ignore_ascii_case("cache-control"));
    fields.flat_map(|header| header.value.reveal().split(',')).map(|one| one.trim().to_ascii_lowercase()).collect()
}

/// DISC-09: what the provider does not want stored is not kept.
pub(crate) fn may_be_kept(answer: &HttpAnswer) -> bool {
    !directives(answer).iter().any(|directive| directive == "no-store")
}

/// DISC-09: a shorter `max-age` than ours is honoured; with `no-cache` it is none.
fn fresh_for(answer: &HttpAnswer) -> i64 {
    let directives = directives(answer);
    if directives.iter().any(|directive| directive == "no-cache") {
        return 0;
    }
    let max_age = directives.iter().find_map(|directive| directive.strip_prefix("max-age=")?.parse().ok());
    max_age.unwrap_or(FRESH_FOR).clamp(0, FRESH_FOR)
}

/// DISC-09: an answer that only says "not now" is as good as none.
pub(crate) fn is_not_now(answer: &HttpAnswer) -> bool {
    matches!(answer.status, 408 | 429 | 500..=599)
}

fn believe(row: &Row, document: &Map<String, Value>, now: i64, fresh_for: i64) -> Metadata {
    let mut metadata = Metadata {
        fetched_at: now,
        fresh_for,
        end_session: None,
        revocation: None,
        authorization: None,
        insecure: Vec::new(),
        other_hosts: Vec::new(),
    };
    metadata.end_session = address(row, document, "end_session_endpoint", &mut metadata);
    metadata.revocation = address(row, document, "revocation_endpoint", &mut metadata);
    metadata.authorization = address(row, document, "authorization_endpoint", &mut metadata);
    metadata
}

fn address(row: &Row, document: &Map<String, Value>, name: &str, metadata: &mut Metadata) -> Option<String> {
    let value = document.get(name)?;
    // An issuer on loopback may name loopback addresses; nobody else may leave https.
    let trusted = |url: &url::Url| url.scheme() == "https" || row.issuer.starts_with("http://");
    let parsed = value.as_str().and_then(|address| Some((address, endpoint_url(address).ok().filter(trusted)?)));
    let Some((address, url)) = parsed else {
        metadata.insecure.push(name.to_owned());
        return None;
    };
    let host = url.host_str().unwrap_or_default();
    if !row.alias_hosts.iter().any(|known| known == host) && !metadata.other_hosts.iter().any(|seen| seen == host) {
        metadata.other_hosts.push(host.to_owned());
    }
    Some(address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Metadata, believe, fresh_for};
    use crate::host::{Header, HttpAnswer};
    use crate::provider::row::Row;
    use crate::secret::Secret;

    /// What an answer of the moment 1,000,000 with this header leaves.
    fn heard(cache_control: Option<&str>) -> Metadata {
        let field = |value: &str| Header { name: "Cache-Control".to_owned(), value: Secret::from(value) };
        let headers = cache_control.into_iter().map(field).collect();
        let answer = HttpAnswer { status: 200, headers, body: Vec::new() };
        believe(&Row::standard("https://op.example.com"), &serde_json::Map::new(), 1_000_000, fresh_for(&answer))
    }

    #[test]
    fn metadata_is_asked_for_again_after_a_day_or_as_soon_as_the_provider_says() {
        for (cache_control, seconds) in
            [(None, 86_400), (Some("max-age=604800"), 86_400), (Some("public, max-age=600"), 600)]
        {
            let heard = heard(cache_control);
            assert!(heard.is_fresh(1_000_000), "{cache_control:?}");
            assert!(heard.is_fresh(1_000_000 + seconds - 1), "{cache_control:?}");
            assert!(!heard.is_fresh(1_000_000 + seconds), "{cache_control:?}");
        }
        for never in ["max-age=0", "no-cache", "max-age=600, no-cache"] {
            assert!(!heard(Some(never)).is_fresh(1_000_000), "{never}");
        }
    }

    #[test]
    fn metadata_with_a_date_in_the_future_is_a_clock_that_jumped_and_is_asked_for_again() {
        assert!(!heard(None).is_fresh(999_999));
    }
}
