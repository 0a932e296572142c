//! Reading hints from an ID token that the app itself stored. Nothing is verified, and the name says so: hints address a
//! sign-out request, they never decide about an inbound one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::error::LogoutError;
use crate::json::{Fault, strict_object};
use crate::secret::{Secret, display_as_debug};

const MAX_TOKEN: usize = 16 * 1024;
const MAX_HEADER: usize = 4 * 1024;
const MAX_CLAIM: usize = 4 * 1024;
const MAX_SID: usize = 512;

/// What an unverified ID token says about its session. Claims are kept as received, without normalisation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub struct Hints {
    /// Whether the token is encrypted (five parts): it can be sent as a hint, but says nothing here.
    pub encrypted: bool,
    /// Whether the token names no signature (`alg` none).
    pub unsigned: bool,
    /// Wire name `iss`, OpenID Connect Core 1.0 §2.
    pub issuer: Option<String>,
    /// Wire name `sub`, OpenID Connect Core 1.0 §2.
    pub subject: Option<Secret>,
    /// Wire name `aud`, OpenID Connect Core 1.0 §2.
    pub audience: Vec<String>,
    /// Wire name `azp`, OpenID Connect Core 1.0 §2.
    pub authorized_party: Option<String>,
    /// Wire name `sid`, Front-Channel Logout 1.0 §3.
    pub session_id: Option<Secret>,
    /// The optional claim `login_hint` of Microsoft Entra ID.
    pub login_hint: Option<Secret>,
    /// Wire name `exp`, seconds since 1970, fractions cut off.
    pub expires_at: Option<i64>,
    /// Wire name `iat`, seconds since 1970, fractions cut off.
    pub issued_at: Option<i64>,
    /// Wire name `auth_time`, seconds since 1970, fractions cut off.
    pub authenticated_at: Option<i64>,
}
display_as_debug!(Hints);

#[uniffi::export]
impl Hints {
    /// Whether the token had expired at `now`, in seconds since 1970. An expired token is still sent as a hint:
    /// providers accept it from a recent session (RP-Initiated Logout 1.0 §2).
    pub fn is_expired_at(&self, now: i64) -> bool {
        self.expires_at.is_some_and(|expiry| expiry <= now)
    }
}

fn refuse<T>(rule: &str, detail: &str) -> Result<T, LogoutError> {
    Err(LogoutError::token(rule, detail))
}

/// Reads hints without checking the signature. Only for a token that this app stored itself after sign-in.
///
/// Fails with `MalformedToken` for what is not a compact JWS or JWE of at most 16 KiB with strict base64url, strict JSON
/// and claims of the right types.
#[uniffi::export]
pub fn read_id_token_unverified(token: &Secret) -> Result<Hints, LogoutError> {
    let token = token.reveal();
    if token.len() > MAX_TOKEN {
        return refuse("HINT-03", "it is longer than 16 KiB");
    }
    let parts: Vec<&str> = token.split('.').collect();
    let (header, payload, signature) = match parts.as_slice() {
        [header, payload, signature] => (*header, *payload, *signature),
        [header, rest @ ..] if rest.len() == 4 => {
            check_header(&decode_object(header, MAX_HEADER)?)?;
            // The key may be empty: with a shared key there is none to wrap.
            rest.iter().try_for_each(|part| decode_part(part).map(|_| ()))?;
            return Ok(Hints { encrypted: true, ..Hints::default() });
        }
        _ => return refuse("HINT-01", "it does not have three or five parts"),
    };
    let header = decode_object(header, MAX_HEADER)?;
    check_header(&header)?;
    let claims = decode_object(payload, MAX_TOKEN)?;
    let unsigned = header.get("alg").and_then(Value::as_str).is_some_and(|alg| alg.eq_ignore_ascii_case("none"));
    if signature.is_empty() != unsigned {
        return refuse("HINT-01", "its signature and its algorithm contradict each other");
    }
    if !signature.is_empty() {
        decode_part(signature)?;
    }
    hints(&claims, unsigned)
}

fn decode_part(part: &str) -> Result<Vec<u8>, LogoutError> {
    // The engine refuses padding, foreign letters and trailing bits that are not zero (RFC 7515 §2).
    URL_SAFE_NO_PAD.decode(part).or_else(|_| refuse("HINT-02", "a part is not unpadded, canonical base64url"))
}

fn decode_object(part: &str, limit: usize) -> Result<Map<String, Value>, LogoutError> {
    if part.is_empty() {
        return refuse("HINT-01", "its header or payload is empty");
    }
    let bytes = decode_part(part)?;
    if bytes.len() > limit {
        return refuse("HINT-03", "its header is longer than 4 KiB");
    }
    match strict_object(&bytes) {
        Ok(object) => Ok(object),
        Err(Fault::Malformed) => refuse("HINT-04", "its header or payload is not a JSON object"),
        Err(Fault::Duplicate) => refuse("HINT-05", "its header or payload names a member twice"),
        Err(Fault::TooLarge) => refuse("HINT-03", "its header or payload is nested too deeply or has too many members"),
    }
}

fn check_header(header: &Map<String, Value>) -> Result<(), LogoutError> {
    if header.contains_key("crit") || header.get("b64") == Some(&Value::Bool(false)) {
        return refuse("HINT-06", "its header demands an extension");
    }
    Ok(())
}

fn hints(claims: &Map<String, Value>, unsigned: bool) -> Result<Hints, LogoutError> {
    if claims.values().any(is_too_long) {
        return refuse("HINT-03", "a claim is longer than 4 KiB");
    }
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    time(claims.get("nbf"))?;
    let session_id = text("sid")
        .filter(|sid| (1..=MAX_SID).contains(&sid.len()) && sid.bytes().all(|byte| (0x20..=0x7E).contains(&byte)));
    Ok(Hints {
        encrypted: false,
        unsigned,
        issuer: text("iss"),
        subject: text("sub").map(Secret::from),
        audience: audience(claims.get("aud"))?,
        authorized_party: text("azp"),
        session_id: session_id.map(Secret::from),
        login_hint: text("login_hint").filter(|hint| !hint.is_empty()).map(Secret::from),
        expires_at: time(claims.get("exp"))?,
        issued_at: time(claims.get("iat"))?,
        authenticated_at: time(claims.get("auth_time"))?,
    })
}

fn is_too_long(claim: &Value) -> bool {
    match claim {
        Value::String(text) => text.len() > MAX_CLAIM,
        Value::Array(items) => items.iter().any(is_too_long),
        Value::Object(members) => members.values().any(is_too_long),
        _ => false,
    }
}

fn audience(value: Option<&Value>) -> Result<Vec<String>, LogoutError> {
    match value {
        None => Ok(Vec::new()),
        Some(Value::String(one)) => Ok(vec![one.clone()]),
        Some(Value::Array(many)) if !many.is_empty() => many
            .iter()
            .map(|one| match one {
                Value::String(one) => Ok(one.clone()),
                _ => refuse("HINT-07", "its audience holds something else than text"),
            })
            .collect(),
        Some(_) => refuse("HINT-07", "its audience is neither text nor a list of texts"),
    }
}

fn time(value: Option<&Value>) -> Result<Option<i64>, LogoutError> {
    const BOUND: f64 = 1e11;
    match value {
        None => Ok(None),
        Some(Value::Number(number)) => match number.as_f64() {
            #[allow(clippy::cast_possible_truncation)] // bounded just above
            Some(seconds) if seconds.abs() <= BOUND => Ok(Some(seconds as i64)),
            _ => refuse("HINT-07", "a time is out of range"),
        },
        Some(_) => refuse("HINT-07", "a time is not a number"),
    }
}
