//! Google: no sign-out endpoint; revoking a token ends everything that the user granted to the project. Source: Google's
//! pages on OAuth 2.0 for web server applications.

use super::row::{Endpoint, RevocationDialect, RevocationRule, RevocationScope, Row};

const REVOCATIONS: RevocationRule = RevocationRule {
    dialect: RevocationDialect::TokenAlone,
    by_default: false,
    scope: Some(RevocationScope::WholeGrant),
    cascades: true,
    ..RevocationRule::STANDARD
};

pub(super) fn row() -> Row {
    Row {
        revocation: Endpoint::Known("https://oauth2.googleapis.com/revoke".to_owned()),
        authorization: Endpoint::Known("https://accounts.google.com/o/oauth2/v2/auth".to_owned()),
        revocations: REVOCATIONS,
        ..Row::without_sign_out("https://accounts.google.com")
    }
}
