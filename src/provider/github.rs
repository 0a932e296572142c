//! GitHub: no sign-out endpoint; a back end may delete one token of its app. Source: GitHub's REST reference of OAuth
//! authorizations.

use super::row::{Endpoint, RevocationDialect, RevocationRule, Row};
use crate::account::TokenKind;
use crate::query;

const REVOCATIONS: RevocationRule = RevocationRule {
    dialect: RevocationDialect::JsonDelete,
    kinds: &[TokenKind::AccessToken],
    by_default: false,
    needs_secret: true,
    ..RevocationRule::STANDARD
};

pub(super) fn row(client_id: &str) -> Row {
    let address = format!("https://api.github.com/applications/{}/token", query::encode(client_id));
    Row {
        revocation: Endpoint::Known(address),
        revocations: REVOCATIONS,
        ..Row::without_sign_out("https://github.com")
    }
}
