//! Keycloak 18 and later: the standard way by browser, and a direct request with the refresh token. Source: Keycloak's
//! documentation on securing applications.

use super::parameters::{Carries, Parameters};
use super::row::{CallDialect, DirectCall, Endpoint, RevocationRule, Row, check_issuer};
use crate::error::LogoutError;
use crate::query;

pub(super) fn row(server: &str, realm: &str, direct: bool) -> Result<Row, LogoutError> {
    check_issuer(server)?;
    if realm.is_empty() || realm == "." || realm == ".." {
        return Err(LogoutError::configuration("KC-01", "the realm has no name"));
    }
    let issuer = format!("{}/realms/{}", server.trim_end_matches('/'), query::encode(realm));
    let at = |path: &str| format!("{issuer}/protocol/openid-connect/{path}");
    Ok(Row {
        end_session: Endpoint::Known(at("logout")),
        revocation: Endpoint::Known(at("revoke")),
        authorization: Endpoint::Known(at("auth")),
        parameters: Parameters::listed(&[
            (Carries::ClientId, "client_id"),
            (Carries::RedirectUri, "post_logout_redirect_uri"),
            (Carries::IdTokenHint, "id_token_hint"),
            (Carries::State, "state"),
            (Carries::LogoutHint, "logout_hint"),
            (Carries::UiLocales, "ui_locales"),
        ]),
        direct: Some(DirectCall {
            endpoint: at("logout"),
            dialect: CallDialect::RefreshTokenForm,
            enabled: direct,
            success: 204,
            ends_other_apps: false,
        }),
        revocations: RevocationRule { cascades: true, ..RevocationRule::STANDARD },
        ..Row::standard(&issuer)
    })
}
