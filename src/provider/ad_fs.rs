//! Active Directory Federation Services, by metadata. Source: the page on single log-out for OpenID Connect with AD FS.

use super::entra;
use super::row::{Endpoint, ReturnCondition, Row, check_issuer};
use crate::error::LogoutError;

/// A return needs the ID token and a registered address (ADFS-01).
const CONDITIONS: &[ReturnCondition] = &[ReturnCondition::MustBeRegistered, ReturnCondition::NeedsIdToken];

pub(super) fn row(issuer: &str) -> Result<Row, LogoutError> {
    check_issuer(issuer)?;
    Ok(Row {
        revocation: Endpoint::Missing,
        parameters: entra::parameters_with_client(),
        accepts_post: false,
        may_not_return: CONDITIONS,
        ..Row::standard(issuer)
    })
}
