//! Microsoft Entra ID. Addresses are documented, so nothing is looked up. Sources: the MSAL.js documents on sign-out, and
//! the Microsoft identity platform's page on the sign-out request.

use url::Url;

use super::parameters::{Carries, Parameters};
use super::row::{Endpoint, HintClaim, IssuerRule, ReturnCondition, Row, as_request, endpoint_url};
use crate::error::LogoutError;

/// Hosts that share one cloud's cached tokens (ENTRA-04). Never compared by suffix: look-alikes exist.
const CLOUDS: [&[&str]; 7] = [
    &["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"],
    &["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
    &["login.microsoftonline.us", "login.usgovcloudapi.net"],
    &["login-us.microsoftonline.com"],
    &["login.sovcloud-identity.fr"],
    &["login.sovcloud-identity.de"],
    &["login.sovcloud-identity.sg"],
];

/// The four conditions of the MSAL.js document, the redirect address itself apart.
const CONDITIONS: &[ReturnCondition] =
    &[ReturnCondition::MustBeRegistered, ReturnCondition::NeedsActiveSession, ReturnCondition::NeedsFrontChannelUrl];

/// The order is that of Microsoft's library. No document names languages (`ui_locales`) here.
pub(super) fn parameters() -> Parameters {
    Parameters::listed(&[
        (Carries::RedirectUri, "post_logout_redirect_uri"),
        (Carries::CorrelationId, "client-request-id"),
        (Carries::IdTokenHint, "id_token_hint"),
        (Carries::State, "state"),
        (Carries::LogoutHint, "logout_hint"),
    ])
}

/// The same where the client is named too.
pub(super) fn parameters_with_client() -> Parameters {
    Parameters::listed(&[
        (Carries::RedirectUri, "post_logout_redirect_uri"),
        (Carries::CorrelationId, "client-request-id"),
        (Carries::IdTokenHint, "id_token_hint"),
        (Carries::ClientId, "client_id"),
        (Carries::State, "state"),
        (Carries::LogoutHint, "logout_hint"),
    ])
}

/// What all of Microsoft's identity services have in common in these documents.
pub(super) fn family(row: Row) -> Row {
    Row {
        revocation: Endpoint::Missing,
        parameters: parameters(),
        sends_id_token: false,
        logout_hint_claim: Some(HintClaim {
            cure: Some("enable the optional claim login_hint for ID tokens in the app registration"),
        }),
        inherits_page: true,
        clears_first: true,
        may_not_return: CONDITIONS,
        ..row
    }
}

fn cloud_of(host: &str) -> Option<&'static [&'static str]> {
    CLOUDS.into_iter().find(|cloud| cloud.contains(&host))
}

pub(super) fn row(authority: &str) -> Result<Row, LogoutError> {
    let refuse = |rule: &str, detail: String| Err(LogoutError::configuration(rule, detail));
    let url = match endpoint_url(authority) {
        Ok(url) => url,
        Err(why) => return refuse("ENTRA-01", format!("the authority {why}")),
    };
    let host = url.host_str().unwrap_or_default();
    let Some(cloud) = cloud_of(host) else {
        const UNKNOWN: &str = "the authority's host is not one of Microsoft's; check its spelling, or use \
                               Provider.Oidc with the issuer of your own domain";
        return refuse("ENTRA-04", UNKNOWN.to_owned());
    };
    let tenant = url.path().trim_matches('/');
    if has_empty_segment(&url) || !is_tenant(tenant) || url.query().is_some() || url.port().is_some() {
        const FORM: &str =
            "the authority must be https://{host}/{tenant}, with common, organizations, consumers or a tenant";
        return refuse("ENTRA-01", FORM.to_owned());
    }
    let base = format!("https://{host}/{}", tenant.to_ascii_lowercase());
    Ok(Row {
        // ENTRA-05: whatever the authority calls the tenant, its issuer is numbered.
        issuer_rule: IssuerRule::Tenant { suffix: None },
        end_session: Endpoint::Known(format!("{base}/oauth2/v2.0/logout")),
        authorization: Endpoint::Known(format!("{base}/oauth2/v2.0/authorize")),
        alias_hosts: cloud.iter().map(|&alias| alias.to_owned()).collect(),
        redirect_needs_identity: false,
        notices_name_session: true,
        ..family(Row::standard(&format!("{base}/v2.0")))
    })
}

/// Whether a segment before the last slashes names nothing.
pub(super) fn has_empty_segment(authority: &Url) -> bool {
    authority.path().trim_end_matches('/').split('/').skip(1).any(str::is_empty)
}

/// Whether this can be a tenant's name or number, or stand for several.
fn is_tenant(text: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    text.bytes().all(known) && !text.split('.').any(str::is_empty)
}

/// Another authority for one request: of the same cloud only, so that a request cannot send hints elsewhere.
pub(super) fn row_at(configured: &Row, authority: &str) -> Result<Row, LogoutError> {
    let other = row(authority).map_err(as_request)?;
    if other.alias_hosts != configured.alias_hosts {
        return Err(LogoutError::request("ENTRA-04", "the authority belongs to another cloud than the configured one"));
    }
    Ok(other)
}

/// The tenant that a host of Microsoft's names by its one label in front of this suffix (B2C-05, CIAM-01).
pub(super) fn tenant_below<'a>(suffix: &str, host: &'a str) -> Option<&'a str> {
    let tenant = host.strip_suffix(suffix)?.strip_suffix('.')?;
    (!tenant.is_empty() && !tenant.contains('.')).then_some(tenant)
}
