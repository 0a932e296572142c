//! Amazon Cognito's hosted sign-in. Source: the Cognito reference of the logout and revocation endpoints.

use super::parameters::{Carries, Parameters};
use super::row::{Endpoint, ReturnCondition, RevocationRule, Row, domain_base};
use crate::error::LogoutError;

pub(super) fn row(domain: &str) -> Result<Row, LogoutError> {
    let base = domain_base("COG-01", domain)?;
    Ok(Row {
        end_session: Endpoint::Known(format!("{base}/logout")),
        revocation: Endpoint::Known(format!("{base}/oauth2/revoke")),
        authorization: Endpoint::Known(format!("{base}/oauth2/authorize")),
        parameters: Parameters::listed(&[(Carries::ClientId, "client_id"), (Carries::RedirectUri, "logout_uri")]),
        sends_id_token: false,
        needs_redirect: true,
        accepts_post: false,
        may_not_return: &[ReturnCondition::MustBeRegistered],
        revocations: RevocationRule::REFRESH_ONLY,
        ..Row::standard(&base)
    })
}
