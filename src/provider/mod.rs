//! Providers as data: the public enum, and the one place that turns a provider into its row.

mod entra;
mod oidc;
pub(crate) mod row;

use serde::Deserialize;

use crate::error::LogoutError;
use crate::secret::display_as_debug;
use row::Row;

/// Addresses that stand in for what the provider's metadata says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
#[serde(deny_unknown_fields)]
pub struct Endpoints {
    /// Wire name `end_session_endpoint`, RP-Initiated Logout 1.0 §2.1.
    #[uniffi(default)]
    pub end_session: Option<String>,
    /// Wire name `revocation_endpoint`, RFC 8414 §2.
    #[uniffi(default)]
    pub revocation: Option<String>,
    /// Wire name `authorization_endpoint`, OpenID Connect Discovery 1.0 §3.
    #[uniffi(default)]
    pub authorization: Option<String>,
}

/// The identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, uniffi::Enum)]
#[uniffi::export(Debug, Display, Eq, Hash)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Provider {
    /// Any provider with OpenID Connect metadata, or with addresses given here.
    Oidc {
        /// The issuer, byte for byte as in its ID tokens. Wire name `issuer`, OpenID Connect Discovery 1.0 §3.
        issuer: String,
        /// Addresses that are known; the others are looked up at the issuer.
        #[uniffi(default)]
        endpoints: Option<Endpoints>,
        /// Leave `client_id` out: for a provider that refuses it beside an ID token.
        #[uniffi(default)]
        #[serde(default)]
        omit_client_id: bool,
        /// The issuer was named by a user or tenant: refuse addresses of this machine and of private networks. Only
        /// with the built-in transport, the only one that sees the resolved address.
        #[uniffi(default)]
        #[serde(default)]
        dynamic: bool,
    },
    /// Microsoft Entra ID in the public, US Government and China clouds.
    Entra {
        /// The authority, such as `https://login.microsoftonline.com/{tenant}`.
        authority: String,
    },
}

display_as_debug!(Endpoints, Provider);

impl Provider {
    /// The row of this provider: everything the road needs to know about it.
    pub(crate) fn row(&self) -> Result<Row, LogoutError> {
        match self {
            Self::Oidc { issuer, endpoints, omit_client_id, dynamic } => {
                let row = oidc::row(issuer, &endpoints.clone().unwrap_or_default(), *dynamic)?;
                Ok(if *omit_client_id { oidc::without_client_id(row) } else { row })
            }
            Self::Entra { authority } => entra::row(authority),
        }
    }
}
