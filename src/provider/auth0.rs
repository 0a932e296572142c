//! Auth0: its own endpoint `/v2/logout` and, where a tenant has it, the standard one `/oidc/logout`. Sources: Auth0's
//! documents on sign-out.

use super::Auth0Endpoint;
use super::allow_list::AllowList;
use super::parameters::{Carries, Parameters};
use super::row::{Endpoint, ReturnCondition, RevocationRule, Row, domain_base};
use crate::error::LogoutError;
use crate::request::Reach;

/// Whose address the browser may return to, and who is asked.
pub(super) struct Lists<'a> {
    pub(super) application: &'a [String],
    pub(super) tenant: &'a [String],
    pub(super) names_client: bool,
}

const CONDITIONS: &[ReturnCondition] = &[ReturnCondition::MustBeRegistered, ReturnCondition::SetAtProvider];
const UNNAMED: &[ReturnCondition] =
    &[ReturnCondition::MustBeRegistered, ReturnCondition::SetAtProvider, ReturnCondition::NeedsIdToken];

pub(super) fn row(domain: &str, endpoint: Auth0Endpoint, lists: &Lists<'_>) -> Result<Row, LogoutError> {
    let base = domain_base("A0-01", domain)?;
    let common = Row {
        revocation: Endpoint::Known(format!("{base}/oauth/revoke")),
        authorization: Endpoint::Known(format!("{base}/authorize")),
        farthest_reach: Reach::Upstream,
        // A0-02: without a target the browser goes to the first address of the list that counts.
        may_not_return: CONDITIONS,
        revocations: RevocationRule::REFRESH_ONLY,
        allow_list: Some(AllowList::read(lists.application, lists.tenant)?),
        ..Row::standard(&format!("{base}/"))
    };
    let row = match endpoint {
        Auth0Endpoint::V2Logout => Row {
            end_session: Endpoint::Known(format!("{base}/v2/logout")),
            parameters: own_parameters(),
            sends_id_token: false,
            accepts_post: false,
            upstream_return: Some(format!("{base}/logout?returnTo=")),
            ..common
        },
        Auth0Endpoint::OidcLogout => Row {
            end_session: Endpoint::Known(format!("{base}/oidc/logout")),
            parameters: standard_parameters(),
            logout_hint_is_sid: true,
            // A0-24: here the query of the target counts; at the other endpoint it is not looked at (A0-04).
            allow_list_query_counts: true,
            ..common
        },
    };
    // A0-01: without a client it is the tenant's list that counts.
    let row = Row { redirect_needs_identity: false, ..row };
    if lists.names_client {
        return Ok(row);
    }
    let parameters = row.parameters.without(Carries::ClientId);
    Ok(match endpoint {
        Auth0Endpoint::V2Logout => Row { parameters, ..row },
        // A0-23 knows of the tenant's list for a session identifier only, and Auth0's documents disagree about that.
        Auth0Endpoint::OidcLogout => Row { parameters, may_not_return: UNNAMED, ..row },
    })
}

/// A0-01: `federated` has no value and stands first; nothing is echoed, so there is no `state`.
fn own_parameters() -> Parameters {
    Parameters::listed(&[
        (Carries::Federated, "federated"),
        (Carries::RedirectUri, "returnTo"),
        (Carries::ClientId, "client_id"),
        (Carries::UpstreamToken, "access_token"),
    ])
}

/// A0-20.
fn standard_parameters() -> Parameters {
    Parameters::listed(&[
        (Carries::IdTokenHint, "id_token_hint"),
        (Carries::LogoutHint, "logout_hint"),
        (Carries::RedirectUri, "post_logout_redirect_uri"),
        (Carries::ClientId, "client_id"),
        (Carries::Federated, "federated"),
        (Carries::State, "state"),
        (Carries::UiLocales, "ui_locales"),
    ])
}
