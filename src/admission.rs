//! Whether a browser may be sent back to an address: what is configured, and what the provider's own list says of it.

use crate::config::ClientConfig;
use crate::error::LogoutError;
use crate::plan::PlanWarning;
use crate::provider::allow_list::{Admission, Naming};
use crate::provider::parameters::Carries;
use crate::provider::row::Row;
use crate::query;
use crate::redirect_uri::{self, Policy, Remark};
use crate::request::{EndSessionRequest, Who};

/// The provider's own list, where it is known, says which addresses are registered; the configured one does where it is
/// not, and says so too where it names any.
pub(crate) fn of(
    config: &ClientConfig,
    row: &Row,
    request: &EndSessionRequest,
    target: &str,
    policy: Policy<'_>,
) -> Result<Vec<PlanWarning>, LogoutError> {
    let Some(list) = &row.allow_list else {
        return Ok(redirect_uri::validate(target, policy)?.into_iter().map(remark).collect());
    };
    // What is no sound address is refused as such, whatever the list says (A0-04).
    let remarks = redirect_uri::well_formed(target, policy)?.into_iter().map(remark);
    let mut naming = naming(row, request);
    if let Some(page) = row.upstream_return.as_ref().filter(|_| request.upstream_token().is_some()) {
        if list.admits(page, naming, row.allow_list_query_counts) == Admission::Refused {
            const PAGE: &str = "this connection returns through the provider's own /logout, which is not among the \
                                allowed logout URLs; add it there";
            return Err(LogoutError::redirect_uri("A0-10", PAGE));
        }
        // What that page is asked in turn names no client.
        naming = Naming::Nobody;
    }
    match list.admits(target, naming, row.allow_list_query_counts) {
        Admission::Refused => Err(LogoutError::redirect_uri(
            "A0-02",
            match naming {
                Naming::Client => "it is not among the application's allowed logout URLs",
                Naming::Nobody => {
                    "it is not among the tenant's allowed logout URLs, which count where no client_id is sent"
                }
                Naming::Unknown => "it is among the allowed logout URLs of neither the application nor the tenant",
            },
        )),
        Admission::Admitted if nests(row, target) => Err(LogoutError::redirect_uri(
            "ATT-21",
            "it is a page of the provider with another target inside; name that target instead",
        )),
        // Who names addresses of their own means these, and no others that a wildcard admits.
        Admission::Admitted if !config.redirect_uris.is_empty() => {
            redirect_uri::validate(target, policy)?;
            Ok(remarks.collect())
        }
        Admission::Admitted => Ok(remarks.collect()),
        Admission::Uncertain => {
            redirect_uri::validate(target, policy)?;
            Ok(remarks.chain([PlanWarning::AllowListUncertain]).collect())
        }
        Admission::NoList => {
            redirect_uri::validate(target, policy)?;
            Ok(remarks.collect())
        }
    }
}

/// Whether the request will name the client: as such, or by its ID token (A0-23).
fn naming(row: &Row, request: &EndSessionRequest) -> Naming {
    if row.parameters.carry(Carries::ClientId) {
        return Naming::Client;
    }
    let own = match &request.who {
        Who::This { account } => account.id_token.as_ref(),
        Who::Everyone => None,
    };
    match (own.or(request.id_token_hint.as_ref()), &request.who) {
        _ if !row.parameters.carry(Carries::IdTokenHint) => Naming::Nobody,
        (Some(_), _) => Naming::Client,
        (None, Who::This { .. }) => Naming::Unknown,
        (None, Who::Everyone) => Naming::Nobody,
    }
}

/// ATT-21: a target that is a page of the provider itself, with the real target in a query that no list compares.
fn nests(row: &Row, target: &str) -> bool {
    let own = row.upstream_return.as_ref().is_some_and(|page| redirect_uri::same_host(page, target));
    own && query::carries(target, |name| row.parameters.names_target(name))
}

fn remark(remark: Remark) -> PlanWarning {
    match remark {
        Remark::SchemeWithoutDot => PlanWarning::SchemeWithoutDot,
        Remark::LocalhostByName => PlanWarning::LocalhostByName,
    }
}
