//! A page for front-channel notices is loaded by whoever knows its address: the session that it names must be one that is
//! here.

use crate::asked::refuse;
use crate::cache::{Cached, Clearing};
use crate::config::ClientConfig;
use crate::error::LogoutError;
use crate::id_token::{Hints, read_id_token_unverified};
use crate::provider::row::Row;
use crate::query;
use crate::request::EndSessionRequest;
use crate::secret::Secret;

/// Refuses a page in a frame whose address names the session of somebody else, or half of one (Front-Channel Logout 1.0
/// §3). An address that names none is refused where the registration demands one, or the provider always names it.
pub(crate) fn check(
    config: &ClientConfig,
    request: &EndSessionRequest,
    clearing: &Clearing,
    row: &Row,
) -> Result<(), LogoutError> {
    let Some(page) = request.initiating_page.as_ref().filter(|_| request.in_frame) else {
        return Ok(());
    };
    let is_notice = config.has_notices_at(page);
    let demanded = is_notice && config.frontchannel_logout_session_required;
    let expected = demanded || is_notice && row.notices_name_session;
    let parameters = query::decode(query::split(page.reveal()).1.unwrap_or_default());
    let named = |wanted: &str| -> Vec<&str> {
        parameters.iter().filter(|(name, _)| name == wanted).map(|(_, value)| value.as_str()).collect()
    };
    match (named("iss").as_slice(), named("sid").as_slice()) {
        ([], []) if !expected => Ok(()),
        ([issuer], [session]) if is_here(clearing, issuer, session, demanded) => Ok(()),
        ([_], [_]) => refuse("FCL-02", "the page in the frame names a session that is not here; nobody is signed out"),
        _ => refuse("FCL-03", "the page in the frame has to name issuer and session, each once"),
    }
}

/// Whether nothing says that this session is another one. Not every ID token names its session; and where nobody is signed
/// in, there is nobody to protect.
fn is_here(clearing: &Clearing, issuer: &str, session: &str, demanded: bool) -> bool {
    let known: Vec<Vec<Hints>> = clearing.cached.iter().map(readable).filter(|hints| !hints.is_empty()).collect();
    if known.is_empty() {
        return !demanded || clearing.touched().is_empty();
    }
    known.iter().any(|account| {
        let of_issuer = account.iter().filter(|hints| hints.issuer.as_deref() == Some(issuer));
        let sessions: Vec<Option<&str>> =
            of_issuer.map(|hints| hints.session_id.as_ref().map(Secret::reveal)).collect();
        // A token that names no session says nothing beside one of the same account that does.
        if sessions.iter().any(Option::is_some) {
            sessions.contains(&Some(session))
        } else {
            !sessions.is_empty() && !demanded
        }
    })
}

/// What the ID tokens of an account say, as far as they can be read.
fn readable(cached: &Cached) -> Vec<Hints> {
    let read = cached.id_tokens().filter_map(|token| read_id_token_unverified(token).ok());
    read.filter(|hints| !hints.encrypted).collect()
}
