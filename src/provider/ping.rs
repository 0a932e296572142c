//! PingOne, PingFederate and PingAM, by metadata. Source: Ping Identity's references of the sign-off endpoints.

use super::row::{ReturnCondition, Row, check_issuer};
use crate::error::LogoutError;

/// PingAM 7.2 returns with an ID token only, and nobody sees from outside which product answers.
const CONDITIONS: &[ReturnCondition] = &[ReturnCondition::MustBeRegistered, ReturnCondition::NeedsIdToken];

pub(super) fn row(issuer: &str) -> Result<Row, LogoutError> {
    check_issuer(issuer)?;
    Ok(Row { may_not_return: CONDITIONS, ..Row::standard(issuer) })
}
