//! Microsoft Entra External ID, by metadata. Source: the Microsoft Entra External ID pages and MSAL.js, which completes a
//! bare host with the tenant's name (CIAM-01).

use super::entra;
use super::row::{IssuerRule, Row, endpoint_url};
use crate::error::LogoutError;

const HOST_SUFFIX: &str = "ciamlogin.com";

const FORM: &str = "the authority must be https://{tenant}.ciamlogin.com, with a tenant after it or nothing";

pub(super) fn row(authority: &str) -> Result<Row, LogoutError> {
    let refuse = |detail: &str| Err(LogoutError::configuration("CIAM-01", detail));
    let url = match endpoint_url(authority) {
        Ok(url) => url,
        Err(why) => return refuse(&format!("the authority {why}")),
    };
    let host = url.host_str().unwrap_or_default();
    let Some(tenant) = entra::tenant_below(HOST_SUFFIX, host) else {
        return refuse("the authority's host must be {tenant}.ciamlogin.com; for another domain use Provider.Oidc");
    };
    if entra::has_empty_segment(&url) {
        return refuse(FORM);
    }
    let path = url.path().trim_matches('/');
    let base = match path.strip_suffix("/v2.0").unwrap_or(path) {
        path if path.contains('/') || url.query().is_some() || url.port().is_some() => {
            return refuse(FORM);
        }
        "" => format!("https://{host}/{tenant}.onmicrosoft.com"),
        path => format!("https://{host}/{path}"),
    };
    Ok(Row {
        issuer_rule: IssuerRule::Tenant { suffix: Some(HOST_SUFFIX) },
        redirect_needs_identity: false,
        ..entra::family(Row::standard(&format!("{base}/v2.0")))
    })
}
