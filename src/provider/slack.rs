//! Slack: no sign-out endpoint; a token revokes itself. Source: Slack's reference of `auth.revoke`.

use super::row::{Endpoint, RevocationDialect, RevocationRule, Row};
use crate::account::TokenKind;

const REVOCATIONS: RevocationRule = RevocationRule {
    dialect: RevocationDialect::Bearer,
    kinds: &[TokenKind::AccessToken],
    by_default: false,
    ..RevocationRule::STANDARD
};

pub(super) fn row() -> Row {
    Row {
        revocation: Endpoint::Known("https://slack.com/api/auth.revoke".to_owned()),
        revocations: REVOCATIONS,
        ..Row::without_sign_out("https://slack.com")
    }
}
