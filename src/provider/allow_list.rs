//! A provider's own list of addresses to which a browser may return, as far as it can be checked before leaving. The
//! provider has the last word. Source: Auth0's documents on sign-out and on wildcards for subdomains.

use url::Url;

use crate::error::LogoutError;
use crate::query;
use crate::redirect_uri;

/// The two lists of a tenant, and how they are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AllowList {
    /// Asked where the request names the client.
    application: Vec<Entry>,
    /// Asked where it does not.
    tenant: Vec<Entry>,
}

/// One entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    Address {
        scheme: String,
        /// The host up to the first dot, which may hold one `*`, and the rest.
        label: String,
        rest: String,
        port: Option<u16>,
        path: String,
        query: Option<String>,
    },
    /// With a placeholder that only the provider can fill in (A0-07).
    Unknown,
}

/// What a list says of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    Admitted,
    Refused,
    /// Only the provider can tell.
    Uncertain,
    /// There is no list.
    NoList,
}

/// Whether a request names the client, which decides whose list counts (A0-02, A0-23).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    Client,
    Nobody,
    /// Only the cache knows.
    Unknown,
}

impl AllowList {
    /// Reads both lists; each text may hold several addresses, separated by commas (A0-05).
    pub(crate) fn read(application: &[String], tenant: &[String]) -> Result<Self, LogoutError> {
        let list = |texts: &[String]| -> Result<Vec<Entry>, LogoutError> {
            let entries = texts.iter().flat_map(|text| text.split(',')).map(str::trim);
            entries.filter(|entry| !entry.is_empty()).map(Entry::read).collect()
        };
        Ok(Self { application: list(application)?, tenant: list(tenant)? })
    }

    /// What the list that will be asked says of an address (A0-02); both, where that is not known. Whether queries are
    /// compared is the provider's rule.
    pub(crate) fn admits(&self, address: &str, naming: Naming, query_counts: bool) -> Admission {
        let listed = |list| listed(list, address, query_counts);
        let (application, tenant) = (listed(&self.application), listed(&self.tenant));
        match naming {
            Naming::Client => application,
            Naming::Nobody => tenant,
            Naming::Unknown if application == tenant => application,
            Naming::Unknown => Admission::Uncertain,
        }
    }
}

fn listed(list: &[Entry], address: &str, query_counts: bool) -> Admission {
    if list.is_empty() {
        return Admission::NoList;
    }
    let Some(target) = Entry::parts(address) else {
        return Admission::Refused;
    };
    if list.iter().any(|entry| entry.matches(&target, query_counts)) {
        Admission::Admitted
    } else if list.contains(&Entry::Unknown) {
        Admission::Uncertain
    } else {
        Admission::Refused
    }
}

impl Entry {
    fn read(text: &str) -> Result<Self, LogoutError> {
        let refuse = |detail: &str| Err(LogoutError::configuration("A0-06", format!("an allowed logout URL {detail}")));
        let Some((scheme, after)) = text.split_once("://") else {
            return refuse("has no scheme; write http:// or https:// before it, also with a wildcard");
        };
        if text.contains('{') {
            return Ok(Self::Unknown);
        }
        let Some(entry) = Self::parts(text) else {
            return refuse("is not an address, or has a fragment");
        };
        if after.split_once(['/', '?']).is_some_and(|(_, beyond)| beyond.contains('*')) {
            return refuse("may have a * in its host only");
        }
        if let (Self::Address { rest, .. }, true) = (&entry, text.contains('*')) {
            let in_web = matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https");
            if text.matches('*').count() > 1 || rest.contains('*') || !rest.contains('.') || !in_web {
                return refuse("may have one * only, in the first label of a subdomain, with http or https");
            }
        }
        Ok(entry)
    }

    /// Scheme, host, port, path and query of an address, the host possibly with a wildcard.
    fn parts(text: &str) -> Option<Self> {
        let (front, query, fragment) = query::split(text);
        if fragment.is_some() {
            return None;
        }
        // A parser refuses `*` in some hosts, so a letter stands in for it.
        let stand_in = front.replace('*', "x");
        let url = Url::parse(&stand_in).ok()?;
        let (_, after) = front.split_once("://")?;
        let authority = after.split('/').next().unwrap_or(after);
        if authority.is_empty() || authority.contains('@') {
            return None;
        }
        let host = redirect_uri::raw_host(authority).to_ascii_lowercase();
        let (label, rest) = host.split_once('.').unwrap_or((&host, ""));
        let path = after.get(authority.len()..).unwrap_or_default();
        Some(Self::Address {
            scheme: url.scheme().to_owned(),
            label: label.to_owned(),
            rest: rest.to_owned(),
            port: url.port_or_known_default(),
            path: if path.is_empty() { "/".to_owned() } else { path.to_owned() },
            query: query.map(str::to_owned),
        })
    }

    fn matches(&self, target: &Self, query_counts: bool) -> bool {
        match (self, target) {
            (
                Self::Address { scheme, label, rest, port, path, query },
                Self::Address { scheme: s, label: l, rest: r, port: p, path: a, query: q },
            ) => {
                scheme == s
                    && rest == r
                    && port == p
                    && path == a
                    && label_matches(label, l)
                    && (!query_counts || query == q)
            }
            _ => false,
        }
    }
}

/// `*` stands for 1 to 63 characters of one label, never for none and never for a dot (A0-06).
fn label_matches(pattern: &str, label: &str) -> bool {
    let Some((front, back)) = pattern.split_once('*') else {
        return pattern == label;
    };
    let middle = label.strip_prefix(front).and_then(|rest| rest.strip_suffix(back));
    middle.is_some_and(|middle| {
        (1..=63).contains(&middle.len())
            && middle.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    })
}
