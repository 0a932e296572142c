//! PingOne, PingFederate and PingAM, by metadata. Source: Ping Identity's references of the sign-off endpoints.

use super::row::{ReturnCondition, Row, check_issuer};
use crate::error::LogoutError;

pub(super) fn row(issuer: &str) -> Result<Row, LogoutError> {
    check_issuer(issuer)?;
    Ok(Row { may_not_return: &[ReturnCondition::MustBeRegistered], ..Row::standard(issuer) })
}
