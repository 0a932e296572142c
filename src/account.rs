//! Whose session ends.

use serde::{Deserialize, Serialize};

use crate::connection::Connection;
use crate::secret::{Secret, display_as_debug};

/// What kind of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// Wire name `refresh_token`, RFC 7009 §2.1.
    RefreshToken,
    /// Wire name `access_token`, RFC 7009 §2.1.
    AccessToken,
}

/// A token to be revoked.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Wire name `token_type_hint`, RFC 7009 §2.1.
    pub kind: TokenKind,
    /// Wire name `token`, RFC 7009 §2.1.
    pub value: Secret,
}

/// One signed-in account. On a server it is one application session, not one person.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// What the cache knows the account by: MSAL's home account id, the second segment of a `Prefix` layout, the user name
    /// of `Amplify`, and for the other layouts the subject of the ID token.
    pub home_account_id: String,
    /// The ID token received at sign-in, where the cache does not hold it. Wire name `id_token_hint`,
    /// RP-Initiated Logout 1.0 §2.
    #[uniffi(default)]
    #[serde(default)]
    pub id_token: Option<Secret>,
    /// Tokens to revoke, where the cache does not hold them.
    #[uniffi(default)]
    #[serde(default)]
    pub tokens: Vec<Token>,
    /// With which identity provider behind the provider the user signed in, where that is known.
    #[uniffi(default)]
    #[serde(default)]
    pub connection: Option<Connection>,
    /// An access token of the connection, for one whose sign-out wants it. It travels in an address: give it only when
    /// that is acceptable. Wire name `access_token`.
    #[uniffi(default)]
    #[serde(default)]
    pub upstream_access_token: Option<Secret>,
}

impl Account {
    /// An account known by nothing but its identifier.
    pub fn new(home_account_id: impl Into<String>) -> Self {
        Self {
            home_account_id: home_account_id.into(),
            id_token: None,
            tokens: Vec::new(),
            connection: None,
            upstream_access_token: None,
        }
    }
}

display_as_debug!(Token, Account);
