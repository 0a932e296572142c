//! Microsoft Entra ID. Addresses are documented, so nothing is looked up. Sources: the MSAL.js documents on sign-out, and
//! the Microsoft identity platform's page on the sign-out request.

use super::row::{Endpoint, HintClaim, Names, ReturnCondition, Row, endpoint_url};
use crate::error::LogoutError;
use crate::request::Reach;

/// Hosts that share one cloud's cached tokens (ENTRA-04). Never compared by suffix: look-alikes exist.
const CLOUDS: [&[&str]; 4] = [
    &["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"],
    &["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
    &["login.microsoftonline.us", "login.usgovcloudapi.net"],
    &["login-us.microsoftonline.com"],
];

const NAMES: Names = Names {
    redirect_uri: "post_logout_redirect_uri",
    correlation_id: Some("client-request-id"),
    id_token_hint: "id_token_hint",
    client_id: None,
    state: "state",
    logout_hint: "logout_hint",
    ui_locales: "ui_locales",
};

/// The four conditions of the MSAL.js document, the redirect address itself apart.
const CONDITIONS: &[ReturnCondition] =
    &[ReturnCondition::MustBeRegistered, ReturnCondition::NeedsActiveSession, ReturnCondition::NeedsFrontChannelUrl];

pub(super) fn row(authority: &str) -> Result<Row, LogoutError> {
    let url = endpoint_url(authority)
        .map_err(|why| LogoutError::configuration("ENTRA-01", format!("the authority {why}")))?;
    let host = url.host_str().unwrap_or_default();
    let Some(cloud) = CLOUDS.iter().find(|cloud| cloud.contains(&host)) else {
        return Err(LogoutError::configuration(
            "ENTRA-04",
            "the authority's host is not one of Microsoft's; check its spelling, or use Provider.Oidc with the issuer \
             of your own domain",
        ));
    };
    let tenant = url.path().trim_matches('/');
    if tenant.is_empty() || tenant.contains('/') || url.query().is_some() || url.port().is_some() {
        return Err(LogoutError::configuration(
            "ENTRA-01",
            "the authority must be https://{host}/{tenant}, with common, organizations, consumers or a tenant",
        ));
    }
    let base = format!("https://{host}/{}", tenant.to_ascii_lowercase());
    Ok(Row {
        issuer: format!("{base}/v2.0"),
        end_session: Endpoint::Known(format!("{base}/oauth2/v2.0/logout")),
        revocation: Endpoint::Missing,
        authorization: Endpoint::Known(format!("{base}/oauth2/v2.0/authorize")),
        names: NAMES,
        sends_id_token: false,
        logout_hint_claim: Some(HintClaim {
            cure: "enable the optional claim login_hint for ID tokens in the app registration",
        }),
        inherits_page: true,
        redirect_needs_identity: false,
        accepts_post: true,
        default_reach: Reach::Provider,
        farthest_reach: Reach::Provider,
        may_not_return: CONDITIONS,
        alias_hosts: cloud.iter().map(|&alias| alias.to_owned()).collect(),
        public_addresses_only: false,
    })
}
