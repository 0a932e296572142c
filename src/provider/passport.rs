//! Immutable Passport, which is a tenant of Auth0 under its own name. Sources: Passport's document on sign-out, and its
//! public SDK.

use super::parameters::{Carries, Parameters};
use super::row::{Endpoint, RevocationRule, Row, domain_base};
use crate::error::LogoutError;

/// The domain of production and sandbox alike.
const DOMAIN: &str = "auth.immutable.com";

pub(super) fn row(domain: Option<&str>) -> Result<Row, LogoutError> {
    let base = domain_base("PASS-01", domain.unwrap_or(DOMAIN))?;
    Ok(Row {
        end_session: Endpoint::Known(format!("{base}/v2/logout")),
        revocation: Endpoint::Known(format!("{base}/oauth/revoke")),
        authorization: Endpoint::Known(format!("{base}/authorize")),
        parameters: Parameters::listed(&[
            (Carries::ClientId, "client_id"),
            (Carries::RedirectUri, "returnTo"),
            (Carries::IdTokenHint, "id_token_hint"),
        ]),
        // PASS-01: the hint is passed on as Passport's own SDK does; this endpoint signs out without a question.
        asks_without_token: false,
        clears_first: true,
        accepts_post: false,
        frame_documented: true,
        revocations: RevocationRule::REFRESH_ONLY,
        ..Row::standard(&format!("{base}/"))
    })
}
