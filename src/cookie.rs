//! Cookies that have to go with the session, and how a browser is told.

use serde::Deserialize;

use crate::error::LogoutError;
use crate::secret::display_as_debug;

/// Name of the cookie that ties a return to the browser that left. The prefix makes browsers refuse it from other hosts
/// and without TLS; over http on loopback it has to do without.
pub(crate) const TICKET: &str = "__Host-exeunt-ticket";
pub(crate) const LOOPBACK_TICKET: &str = "exeunt-ticket";

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

impl Cookie {
    /// Refuses what would break the header, and what no browser would obey.
    pub(crate) fn check(&self) -> Result<(), LogoutError> {
        let refuse = |rule: &str, detail: &str| Err(LogoutError::configuration(rule, detail));
        let secure = self.secure != Some(false);
        if !is_token(&self.name) {
            return refuse(
                "COOKIE-01",
                "the name of a cookie is empty, too long, or holds characters that no name has",
            );
        }
        if [TICKET, LOOPBACK_TICKET].iter().any(|ours| self.name.eq_ignore_ascii_case(ours)) {
            return refuse("COOKIE-01", "this cookie is exeunt's own, which a sign-out still needs; leave it out");
        }
        if self.path.as_ref().is_some_and(|path| !is_path(path)) {
            return refuse("COOKIE-02", "the path of a cookie begins with / and holds no ; and no control characters");
        }
        if self.domain.as_ref().is_some_and(|domain| !is_domain(domain)) {
            return refuse("COOKIE-02", "the domain of a cookie is a host name");
        }
        if begins_with(&self.name, "__Secure-") && !secure {
            return refuse("COOKIE-03", "a cookie whose name begins with __Secure- is secure");
        }
        let at_root = self.path.as_deref().is_none_or(|path| path == "/");
        if begins_with(&self.name, "__Host-") && !(secure && at_root && self.domain.is_none()) {
            return refuse(
                "COOKIE-03",
                "a cookie whose name begins with __Host- is secure, has the path / and no domain",
            );
        }
        if self.same_site == Some(SameSite::CrossSite) && !secure {
            return refuse("COOKIE-04", "a cookie that requests of other sites carry is secure");
        }
        Ok(())
    }

    /// The value of a `Set-Cookie` header that deletes it.
    pub(crate) fn deletion(&self) -> String {
        let domain = self.domain.as_ref().map(|domain| format!("; Domain={domain}")).unwrap_or_default();
        let http_only = if self.http_only == Some(false) { "" } else { "; HttpOnly" };
        let same_site = match self.same_site {
            Some(SameSite::Strict) => "Strict",
            None | Some(SameSite::Lax) => "Lax",
            Some(SameSite::CrossSite) => "None",
        };
        let secure = if self.secure == Some(false) { "" } else { "; Secure" };
        let path = self.path.as_deref().unwrap_or("/");
        let past = "Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0";
        format!("{}=; Path={path}{domain}; {past}{http_only}; SameSite={same_site}{secure}", self.name)
    }
}

/// A token of RFC 9110 §5.6.2, which the name of a cookie is.
pub(crate) fn is_token(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    (1..=512).contains(&text.len()) && text.bytes().all(is_letter)
}

fn is_path(path: &str) -> bool {
    path.starts_with('/')
        && path.len() <= 1024
        && path.bytes().all(|byte| (0x20..=0x7E).contains(&byte) && byte != b';')
}

/// A host name; the dot before it that older servers write is allowed.
fn is_domain(domain: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let name = domain.strip_prefix('.').unwrap_or(domain);
    name.len() <= 253 && name.split('.').all(|label| !label.is_empty() && label.bytes().all(is_letter))
}

/// Browsers compare these prefixes without regard to case.
fn begins_with(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}
