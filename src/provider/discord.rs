//! Discord: no sign-out endpoint; revoking one token ends all of this user and app. Source: Discord's reference of OAuth2.

use super::row::{Endpoint, RevocationRule, RevocationScope, Row};

const REVOCATIONS: RevocationRule = RevocationRule {
    by_default: false,
    scope: Some(RevocationScope::EveryTokenOfApp),
    needs_secret: true,
    cascades: true,
    ..RevocationRule::STANDARD
};

pub(super) fn row() -> Row {
    Row {
        revocation: Endpoint::Known("https://discord.com/api/oauth2/token/revoke".to_owned()),
        revocations: REVOCATIONS,
        ..Row::without_sign_out("https://discord.com")
    }
}
