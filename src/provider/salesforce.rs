//! Salesforce: the browser is signed out at the organisation's own domain, and goes where its settings say. Source:
//! Salesforce's pages on OpenID Connect single logout.

use super::parameters::Parameters;
use super::row::{Endpoint, ReturnCondition, Row, domain_base};
use crate::error::LogoutError;

pub(super) fn row(domain: &str) -> Result<Row, LogoutError> {
    let base = domain_base("SF-01", domain)?;
    Ok(Row {
        end_session: Endpoint::Known(format!("{base}/services/auth/idp/oidc/logout")),
        revocation: Endpoint::Known(format!("{base}/services/oauth2/revoke")),
        authorization: Endpoint::Known(format!("{base}/services/oauth2/authorize")),
        parameters: Parameters::listed(&[]),
        sends_id_token: false,
        accepts_post: false,
        may_not_return: &[ReturnCondition::SetAtProvider],
        ..Row::standard(&base)
    })
}
