//! Sign in with Apple: no sign-out endpoint; a back end may revoke tokens, with a client secret that it signs itself.
//! Source: Apple's REST reference of Sign in with Apple.

use super::row::{Endpoint, RevocationDialect, RevocationRule, Row};

const REVOCATIONS: RevocationRule = RevocationRule {
    dialect: RevocationDialect::SecretInBody,
    by_default: false,
    needs_secret: true,
    ..RevocationRule::STANDARD
};

pub(super) fn row() -> Row {
    Row {
        revocation: Endpoint::Known("https://appleid.apple.com/auth/revoke".to_owned()),
        revocations: REVOCATIONS,
        ..Row::without_sign_out("https://appleid.apple.com")
    }
}
