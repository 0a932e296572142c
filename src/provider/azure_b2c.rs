//! Azure AD B2C. The policy stands in the path or in the query, and stays where it was written (B2C-01). Source: the Azure
//! AD B2C page on OpenID Connect sign-out.

use super::entra;
use super::row::{Endpoint, HintClaim, IssuerRule, ReturnCondition, Row, as_request, endpoint_url};
use crate::error::LogoutError;
use crate::query;

/// Tenants live below this host; a tenant's own domain is named in full.
const HOST_SUFFIX: &str = "b2clogin.com";

const FORM: &str =
    "the authority must be https://{tenant}.b2clogin.com/{tenant}.onmicrosoft.com/{policy}, or end in ?p={policy}";

pub(super) fn row(authority: &str, known: &[String]) -> Result<Row, LogoutError> {
    let refuse = |detail: &str| Err(LogoutError::configuration("B2C-01", detail));
    let url = match endpoint_url(authority) {
        Ok(url) => url,
        Err(why) => return refuse(&format!("the authority {why}")),
    };
    let host = url.host_str().unwrap_or_default();
    let named = known.iter().any(|known| known.eq_ignore_ascii_case(host));
    if !named && entra::tenant_below(HOST_SUFFIX, host).is_none() {
        return Err(LogoutError::configuration(
            "B2C-05",
            "the authority's host must be {tenant}.b2clogin.com; name the tenant's own domain in known_authorities",
        ));
    }
    let (front, policy, _) = query::split(authority);
    let front = front.trim_end_matches('/');
    let path = url.path_segments().into_iter().flatten().filter(|segment| !segment.is_empty());
    let segments = path.skip_while(|segment| *segment == "tfp").count();
    let in_query = policy.map(|text| {
        let named = query::decode(text).into_iter().filter(|(name, _)| name == "p").collect::<Vec<_>>();
        matches!(named.as_slice(), [(_, value)] if !value.is_empty())
    });
    let has_policy = matches!((segments, in_query), (2, None) | (1, Some(true)));
    if !has_policy || entra::has_empty_segment(&url) {
        return refuse(FORM);
    }
    let at = |path: &str| match policy {
        Some(policy) => format!("{front}{path}?{policy}"),
        None => format!("{front}{path}"),
    };
    Ok(Row {
        issuer_rule: IssuerRule::Tenant { suffix: Some(HOST_SUFFIX) },
        end_session: Endpoint::Known(at("/oauth2/v2.0/logout")),
        authorization: Endpoint::Known(at("/oauth2/v2.0/authorize")),
        // B2C-02: needed where the session is shared within one application.
        parameters: entra::parameters_with_client(),
        // B2C-03: without a hint the browser may be sent anywhere, so the hint always goes along.
        sends_id_token: true,
        // No page of B2C's is documented to ask, neither for an account nor for consent.
        logout_hint_claim: Some(HintClaim { cure: None }),
        asks_without_token: false,
        // There are no personal accounts, whose condition Entra's third is.
        may_not_return: &[ReturnCondition::MustBeRegistered, ReturnCondition::NeedsActiveSession],
        compares_with_token_only: true,
        ..entra::family(Row::standard(front))
    })
}

/// Another policy of the same host for one request.
pub(super) fn row_at(configured: &Row, authority: &str, known: &[String]) -> Result<Row, LogoutError> {
    let origin = |address: &str| endpoint_url(address).ok().map(|url| url.origin());
    // The ID token goes along, so that the port counts as well.
    if origin(authority).is_some_and(|asked| Some(asked) != origin(&configured.issuer)) {
        return Err(LogoutError::request("ENTRA-04", "the authority lies on another host than the configured one"));
    }
    row(authority, known).map_err(as_request)
}
