//! What the app registers at the provider about signing out.

use url::Url;

use crate::error::LogoutError;
use crate::redirect_uri::{self, Policy};
use crate::secret::display_as_debug;

/// The members of a client registration that concern signing out, by the names that a registration request has.
///
/// They are what the configuration says, checked when the client was made. Receiving the provider's notices at the two
/// addresses is the app's own affair: exeunt does not read them yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub struct ClientRegistration {
    /// The configured addresses to return to after a sign-out, each once; register those that requests name. Wire name
    /// `post_logout_redirect_uris`, RP-Initiated Logout 1.0 §3.1.
    pub post_logout_redirect_uris: Vec<String>,
    /// The page that the provider opens in a hidden frame to sign out. Wire name `frontchannel_logout_uri`,
    /// Front-Channel Logout 1.0 §2.
    pub frontchannel_logout_uri: Option<String>,
    /// Whether the provider has to name issuer and session there. Wire name `frontchannel_logout_session_required`,
    /// Front-Channel Logout 1.0 §2.
    pub frontchannel_logout_session_required: bool,
    /// The address to which the provider posts logout tokens. Wire name `backchannel_logout_uri`, Back-Channel Logout
    /// 1.0 §2.2.
    pub backchannel_logout_uri: Option<String>,
    /// Whether a logout token has to name the session. Wire name `backchannel_logout_session_required`, Back-Channel
    /// Logout 1.0 §2.2.
    pub backchannel_logout_session_required: bool,
}

display_as_debug!(ClientRegistration);

/// Refuses an address for notices that is not absolute, has a fragment or another scheme than https; http only where
/// the configuration says so. A query is allowed and stays.
pub(crate) fn check_notice_uri(name: &str, uri: &str, allow_http: bool) -> Result<(), LogoutError> {
    let refuse = |detail: &str| Err(LogoutError::configuration("DISC-05", format!("{name}: {detail}")));
    let policy = Policy { registered: &[], allow_http: true, native: false };
    match redirect_uri::well_formed(uri, policy) {
        Err(LogoutError::RedirectUri { detail, .. }) => return refuse(&detail),
        Err(other) => return Err(other),
        Ok(_) => {}
    }
    if !allow_http && !has_https(uri) {
        return refuse("it is not https; http is for clients with a client_secret, and with allow_http");
    }
    Ok(())
}

/// Refuses a front-channel address without the scheme, host and port of one of the app's own.
pub(crate) fn check_same_origin(name: &str, uri: &str, own: &[String]) -> Result<(), LogoutError> {
    let origin = |uri: &str| Url::parse(uri).map(|url| url.origin()).ok().filter(url::Origin::is_tuple);
    let wanted = origin(uri);
    if wanted.is_some() && own.iter().any(|one| origin(one) == wanted) {
        return Ok(());
    }
    Err(LogoutError::configuration(
        "DISC-05",
        format!("{name}: no configured redirect address has its scheme, host and port"),
    ))
}

fn has_https(uri: &str) -> bool {
    uri.split_once(':').is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("https"))
}
