//! Active Directory Federation Services, by metadata. Source: the page on single log-out for OpenID Connect with AD FS.

use super::parameters::{Carries, Parameters};
use super::row::{Endpoint, ReturnCondition, Row, check_issuer};
use crate::error::LogoutError;

/// A return needs the ID token and a registered address (ADFS-01).
const CONDITIONS: &[ReturnCondition] = &[ReturnCondition::MustBeRegistered, ReturnCondition::NeedsIdToken];

pub(super) fn row(issuer: &str) -> Result<Row, LogoutError> {
    check_issuer(issuer)?;
    Ok(Row {
        revocation: Endpoint::Missing,
        parameters: Parameters::listed(&[
            (Carries::RedirectUri, "post_logout_redirect_uri"),
            (Carries::CorrelationId, "client-request-id"),
            (Carries::IdTokenHint, "id_token_hint"),
            (Carries::ClientId, "client_id"),
            (Carries::State, "state"),
            (Carries::LogoutHint, "logout_hint"),
            (Carries::UiLocales, "ui_locales"),
        ]),
        accepts_post: false,
        may_not_return: CONDITIONS,
        ..Row::standard(issuer)
    })
}
