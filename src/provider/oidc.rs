//! Any OpenID provider: RP-Initiated Logout 1.0 and RFC 7009, by metadata or by given addresses.

use super::parameters::{Carries, Parameters};
use super::row::{Endpoint, Row, check_issuer};
use super::{Endpoints, ParameterNames};
use crate::error::LogoutError;

pub(super) fn row(
    issuer: &str,
    endpoints: &Endpoints,
    names: &ParameterNames,
    dynamic: bool,
) -> Result<Row, LogoutError> {
    check_issuer(issuer)?;
    Ok(Row {
        end_session: Endpoint::known_or_discovered(endpoints.end_session.as_ref()),
        revocation: Endpoint::known_or_discovered(endpoints.revocation.as_ref()),
        authorization: Endpoint::known_or_discovered(endpoints.authorization.as_ref()),
        parameters: named(names)?,
        public_addresses_only: dynamic,
        ..Row::standard(issuer)
    })
}

/// RPI-07 asks for `client_id`; some providers refuse it beside an ID token.
pub(super) fn without_client_id(row: Row) -> Row {
    Row { parameters: row.parameters.without(Carries::ClientId), ..row }
}

fn named(names: &ParameterNames) -> Result<Parameters, LogoutError> {
    let given = [
        (Carries::RedirectUri, &names.redirect_uri),
        (Carries::IdTokenHint, &names.id_token_hint),
        (Carries::ClientId, &names.client_id),
        (Carries::State, &names.state),
        (Carries::LogoutHint, &names.logout_hint),
        (Carries::UiLocales, &names.ui_locales),
    ];
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    let sound = |name: &String| (1..=64).contains(&name.len()) && name.bytes().all(plain);
    if given.iter().filter_map(|(_, name)| name.as_ref()).any(|name| !sound(name)) {
        return Err(LogoutError::configuration("RPI-04", "a parameter name is not 1 to 64 of A-Z a-z 0-9 - . _"));
    }
    let all =
        given.into_iter().fold(Parameters::standard(), |all, (carries, name)| all.renamed(carries, name.as_ref()));
    let mut seen: Vec<&str> = all.0.iter().map(|slot| slot.name.as_ref()).collect();
    seen.sort_unstable();
    seen.dedup();
    if seen.len() < all.0.len() {
        return Err(LogoutError::configuration("RPI-04", "two parameters have the same name"));
    }
    Ok(all)
}
