//! Okta's organisation server and custom servers. Source: Okta's OpenID Connect reference and okta-auth-js.

use super::parameters::{Carries, Parameters};
use super::row::{Endpoint, ReturnCondition, Row, check_issuer};
use crate::error::LogoutError;

pub(super) fn row(issuer: &str) -> Result<Row, LogoutError> {
    // OKTA-01: a segment of the path, since a host may be called oauth2 too.
    let custom = check_issuer(issuer)?.path_segments().is_some_and(|mut path| path.any(|segment| segment == "oauth2"));
    let issuer = issuer.trim_end_matches('/');
    let server = if custom { issuer.to_owned() } else { format!("{issuer}/oauth2") };
    let at = |path: &str| Endpoint::Known(format!("{server}/v1/{path}"));
    Ok(Row {
        end_session: at("logout"),
        revocation: at("revoke"),
        authorization: at("authorize"),
        parameters: Parameters::listed(&[
            (Carries::IdTokenHint, "id_token_hint"),
            (Carries::RedirectUri, "post_logout_redirect_uri"),
            (Carries::State, "state"),
        ]),
        redirect_needs_identity: false,
        may_not_return: &[ReturnCondition::MustBeRegistered, ReturnCondition::NeedsIdToken],
        ..Row::standard(issuer)
    })
}
