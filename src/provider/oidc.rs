//! Any OpenID provider: RP-Initiated Logout 1.0 and RFC 7009, by metadata or by given addresses.

use super::Endpoints;
use super::row::{Endpoint, Names, Row, check_issuer};
use crate::error::LogoutError;
use crate::request::Reach;

pub(super) fn row(issuer: &str, endpoints: &Endpoints, dynamic: bool) -> Result<Row, LogoutError> {
    let url = check_issuer(issuer)?;
    Ok(Row {
        issuer: issuer.to_owned(),
        end_session: Endpoint::known_or_discovered(endpoints.end_session.as_ref()),
        revocation: Endpoint::known_or_discovered(endpoints.revocation.as_ref()),
        authorization: Endpoint::known_or_discovered(endpoints.authorization.as_ref()),
        names: Names::STANDARD,
        sends_id_token: true,
        logout_hint_claim: None,
        inherits_page: false,
        redirect_needs_identity: true,
        accepts_post: true,
        default_reach: Reach::Provider,
        farthest_reach: Reach::Provider,
        may_not_return: &[],
        alias_hosts: url.host_str().map(str::to_owned).into_iter().collect(),
        public_addresses_only: dynamic,
    })
}

/// RPI-07 asks for `client_id`; some providers refuse it beside an ID token.
pub(super) fn without_client_id(row: Row) -> Row {
    Row { names: Names { client_id: None, ..row.names }, ..row }
}
