//! Cookies that have to go with the session, and how a browser is told.

use serde::Deserialize;

use crate::secret::display_as_debug;

/// Which requests of other sites carry a cookie. Wire name `SameSite`, RFC 6265bis §4.1.2.7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, serde::Serialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum SameSite {
    /// None of them.
    Strict,
    /// Only top-level navigations.
    Lax,
    /// All; a browser then wants `Secure` too.
    CrossSite,
}

/// A cookie that ends with the session. A browser deletes one only by the name, path and domain it was set with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, serde::Serialize, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
#[serde(deny_unknown_fields)]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Its path; absent means `/`. Wire name `Path`.
    #[uniffi(default)]
    #[serde(default)]
    pub path: Option<String>,
    /// Its domain; absent for a cookie of one host. Wire name `Domain`.
    #[uniffi(default)]
    #[serde(default)]
    pub domain: Option<String>,
    /// Whether it goes over TLS only; absent means it does. Wire name `Secure`.
    #[uniffi(default)]
    #[serde(default)]
    pub secure: Option<bool>,
    /// Whether scripts cannot read it; absent means they cannot. Wire name `HttpOnly`.
    #[uniffi(default)]
    #[serde(default)]
    pub http_only: Option<bool>,
    /// Which requests of other sites carry it; absent means `Lax`.
    #[uniffi(default)]
    #[serde(default)]
    pub same_site: Option<SameSite>,
}

display_as_debug!(Cookie);
