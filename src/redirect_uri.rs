//! One validator for every address that a browser may be sent to. It looks at the raw text, because a URL parser
//! silently repairs what an attacker broke on purpose, and lets the raw text through, because providers compare byte by
//! byte.

use url::Url;

use crate::error::LogoutError;

/// Longest address accepted, in bytes (URI-01).
pub(crate) const MAX_LENGTH: usize = 2_048;

/// Schemes that run code, read files or leave the browser: refused even where configured (URI-04).
const FORBIDDEN: [&str; 17] = [
    "javascript",
    "data",
    "vbscript",
    "blob",
    "file",
    "about",
    "view-source",
    "filesystem",
    "intent",
    "content",
    "jar",
    "ws",
    "wss",
    "ftp",
    "mailto",
    "tel",
    "sms",
];

/// What the configuration says about addresses.
#[derive(Clone, Copy)]
pub(crate) struct Policy<'a> {
    /// The registered addresses; a private-use scheme is known through them.
    pub(crate) registered: &'a [String],
    pub(crate) allow_http: bool,
    /// Whether the app is on a device, where a listener on loopback gets another port each time (NAT-03).
    pub(crate) native: bool,
}

/// Something about an accepted address that its owner should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remark {
    /// NAT-02: a private-use scheme without a dot can be claimed by anybody.
    SchemeWithoutDot,
    /// NAT-03: `localhost` may resolve to something else than loopback.
    LocalhostByName,
}

fn refuse<T>(rule: &str, detail: &str) -> Result<T, LogoutError> {
    Err(LogoutError::redirect_uri(rule, detail))
}

/// Accepts a registered, well-formed address (URI-01 to URI-13), with remarks.
pub(crate) fn validate(raw: &str, policy: Policy<'_>) -> Result<Vec<Remark>, LogoutError> {
    let remarks = well_formed(raw, policy)?;
    if policy.registered.iter().any(|entry| entry == raw || policy.native && same_but_loopback_port(entry, raw)) {
        return Ok(remarks);
    }
    refuse("URI-11", "it is not among the configured redirect_uris, which are compared byte by byte")
}

/// The syntax and scheme rules without the list of registered addresses; the list itself is checked with it.
pub(crate) fn well_formed(raw: &str, policy: Policy<'_>) -> Result<Vec<Remark>, LogoutError> {
    if raw.is_empty() {
        return refuse("URI-01", "it is empty");
    }
    if raw.len() > MAX_LENGTH {
        return refuse("URI-01", "it is longer than 2048 bytes");
    }
    if raw.bytes().any(|b| !(0x21..=0x7E).contains(&b) || b"\\\"<>^{}|`".contains(&b)) {
        return refuse(
            "URI-02",
            "it contains a space, a control or non-ASCII character, or one of \\ \" < > ^ { } | `",
        );
    }
    let Some((scheme, rest)) = scheme_of(raw) else {
        return refuse("URI-03", "it has no scheme; relative addresses are not accepted");
    };
    let scheme = scheme.to_ascii_lowercase();
    if FORBIDDEN.contains(&scheme.as_str()) {
        return refuse("URI-04", "its scheme is never a redirect target");
    }
    let lower = raw.to_ascii_lowercase();
    if ["%0d", "%0a", "%00"].iter().any(|escape| lower.contains(escape)) {
        return refuse("URI-13", "it contains an encoded control character");
    }
    if raw.contains('#') {
        return refuse("URI-08", "it has a fragment; remove everything from # on");
    }
    if scheme == "http" || scheme == "https" { web(raw, &scheme, rest, policy) } else { native(raw, &scheme, policy) }
}

fn scheme_of(raw: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = raw.split_once(':')?;
    let mut letters = scheme.bytes();
    let first = letters.next()?;
    (first.is_ascii_alphabetic() && letters.all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b)))
        .then_some((scheme, rest))
}

fn web(raw: &str, scheme: &str, rest: &str, policy: Policy<'_>) -> Result<Vec<Remark>, LogoutError> {
    let Some(authority) = authority(rest) else {
        return refuse("URI-05", "after the scheme there must be exactly two slashes and a host");
    };
    if authority.contains('@') {
        return refuse("URI-06", "it names a user before the host");
    }
    if authority.contains('%') {
        return refuse("URI-07", "its host is percent-encoded");
    }
    let Ok(url) = Url::parse(raw) else {
        return refuse("URI-09", "its host is not a valid host name or address");
    };
    let Some(host) = url.host_str() else {
        return refuse("URI-09", "it has no host");
    };
    let raw_host = raw_host(authority);
    let named = raw_host.to_ascii_lowercase();
    let is_address = matches!(url.host(), Some(url::Host::Ipv4(_) | url::Host::Ipv6(_)));
    if named.split('.').any(str::is_empty) || named.contains('*') || (is_address && host != named) {
        return refuse(
            "URI-09",
            "its host is empty, has an empty label, a wildcard or an unusual spelling of an address",
        );
    }
    if url.port() == Some(0) {
        return refuse("URI-09", "its port is 0");
    }
    let loopback = is_loopback(&url);
    if scheme == "http" && !loopback && !policy.allow_http {
        return refuse("URI-04", "http is accepted only on a loopback address, or with allow_http");
    }
    if scheme == "https" && loopback && (is_address || policy.native) {
        return refuse("NAT-03", "an app's listener on loopback has no certificate; use http");
    }
    if !same_but_canonical(raw, &url, authority) {
        return refuse("URI-10", "a browser would rewrite it; write it in its canonical form, without dot segments");
    }
    Ok(if named == "localhost" { vec![Remark::LocalhostByName] } else { Vec::new() })
}

fn native(raw: &str, scheme: &str, policy: Policy<'_>) -> Result<Vec<Remark>, LogoutError> {
    let listed = policy
        .registered
        .iter()
        .any(|entry| scheme_of(entry).is_some_and(|(configured, _)| configured.eq_ignore_ascii_case(scheme)));
    if !listed {
        return refuse("URI-04", "its scheme is neither https nor that of a configured redirect URI");
    }
    let Ok(url) = Url::parse(raw) else {
        return refuse("URI-09", "it is not a valid address");
    };
    let rest = raw.get(scheme.len() + 1..).unwrap_or_default();
    let authority =
        rest.strip_prefix("//").map(|after| after.split(['/', '?']).next().unwrap_or(after)).unwrap_or_default();
    if authority.contains('@') {
        return refuse("URI-06", "it names a user before the host");
    }
    if authority.contains('%') {
        return refuse("URI-07", "its host is percent-encoded");
    }
    if !authority.is_empty() && (raw_host(authority).split('.').any(str::is_empty) || authority.contains('*')) {
        return refuse("URI-09", "its host has an empty label or a wildcard");
    }
    let canonical = url.as_str().get(scheme.len()..);
    if raw.get(scheme.len()..) != canonical {
        return refuse("URI-10", "a browser would rewrite it; write it in its canonical form, without dot segments");
    }
    Ok(if scheme.contains('.') { Vec::new() } else { vec![Remark::SchemeWithoutDot] })
}

/// URI-10: only the case of scheme and host, a default port and the slash of an empty path may differ.
fn same_but_canonical(raw: &str, url: &Url, authority: &str) -> bool {
    let after_authority = raw.split_once("//").and_then(|(_, rest)| rest.get(authority.len()..)).unwrap_or("");
    let port = match url.port() {
        Some(port) => format!(":{port}"),
        None => String::new(),
    };
    let slash = if after_authority.starts_with('/') { "" } else { "/" };
    let host = raw_host(authority).to_ascii_lowercase();
    let written = authority.get(raw_host(authority).len()..).unwrap_or("");
    let default_port = match url.scheme() {
        "https" => ":443",
        _ => ":80",
    };
    let port_kept = written == port || (port.is_empty() && written == default_port);
    port_kept && url.as_str() == format!("{}://{host}{port}{slash}{after_authority}", url.scheme())
}

/// What stands behind exactly two slashes, up to path or query; `rest` is what follows the scheme and its colon.
fn authority(rest: &str) -> Option<&str> {
    let after = rest.strip_prefix("//").filter(|after| !after.starts_with(['/', '\\']) && !after.is_empty())?;
    after.split(['/', '?']).next()
}

/// Whether an address names its host as it is written, and not only once a parser has repaired it (URI-05, ATT-04). A
/// browser takes `https:host` for a path on the host that it is on.
pub(crate) fn names_host_plainly(address: &str, url: &Url) -> bool {
    let authority = scheme_of(address).and_then(|(_, rest)| authority(rest));
    let Some(named) = authority.filter(|one| !one.contains(['@', '%'])).map(raw_host) else {
        return false;
    };
    match url.host() {
        // Each of its spellings is an address of version 6 and nothing else.
        Some(url::Host::Ipv6(host)) => named.trim_matches(['[', ']']).parse() == Ok(host),
        _ => url.host_str().is_some_and(|host| named.eq_ignore_ascii_case(host)),
    }
}

/// Whether host and port are written as they are read; an address without a host has none of both.
fn names_place_plainly(address: &str, url: &Url) -> bool {
    let port = |written: &str| {
        let host = raw_host(written).len();
        written.get(host..).is_some_and(|port| {
            port.is_empty() || url.port_or_known_default().is_some_and(|known| port == format!(":{known}"))
        })
    };
    let authority = scheme_of(address).and_then(|(_, rest)| authority(rest));
    !url.has_host() || names_host_plainly(address, url) && authority.is_some_and(port)
}

/// The host as it is written, an IPv6 address with its brackets.
pub(crate) fn raw_host(authority: &str) -> &str {
    if authority.starts_with('[') {
        return authority.find(']').and_then(|end| authority.get(..=end)).unwrap_or(authority);
    }
    authority.split_once(':').map_or(authority, |(host, _)| host)
}

/// Loopback by address or by the name `localhost`, nothing that merely looks like it (ATT-16).
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.octets() == [127, 0, 0, 1],
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether an address is http on loopback: a server under development.
pub(crate) fn is_http_loopback(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| url.scheme() == "http" && is_loopback(&url))
}

/// NAT-03: a native app's loopback listener gets another port each time; everything else stays as it is written.
fn same_but_loopback_port(registered: &str, raw: &str) -> bool {
    let parts = |uri: &str| -> Option<(String, String)> {
        let rest = uri.strip_prefix("http://")?;
        let authority = rest.split(['/', '?']).next()?;
        Some((raw_host(authority).to_owned(), rest.get(authority.len()..)?.to_owned()))
    };
    match (parts(registered), parts(raw)) {
        (Some(ours), Some(theirs)) => ["127.0.0.1", "[::1]", "localhost"].contains(&ours.0.as_str()) && ours == theirs,
        _ => false,
    }
}

/// PLR-06: whether a returned address is the one that was sent, give or take what the provider appends to its query.
pub(crate) fn returned_to(sent: &str, returned: &str) -> bool {
    let (Ok(ours), Ok(theirs)) = (Url::parse(sent), Url::parse(returned)) else {
        return false;
    };
    // What a parser had to repair is another address.
    let path = raw_path(returned);
    let as_sent = path == raw_path(sent) || path == theirs.path();
    let registered_query = crate::query::decode(ours.query().unwrap_or(""));
    let mut returned_query = crate::query::decode(theirs.query().unwrap_or(""));
    ours.scheme() == theirs.scheme()
        && ours.host() == theirs.host()
        && ours.port_or_known_default() == theirs.port_or_known_default()
        && ours.path() == theirs.path()
        && as_sent
        && names_place_plainly(returned, &theirs)
        && theirs.username().is_empty()
        && theirs.password().is_none()
        && registered_query.iter().all(|pair| {
            let found = returned_query.iter().position(|other| other == pair);
            found.map(|at| returned_query.swap_remove(at)).is_some()
        })
}

/// The path as it is written.
fn raw_path(address: &str) -> &str {
    let (front, ..) = crate::query::split(address);
    match front.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => front.split_once(':').map_or("", |(_, rest)| rest),
    }
}

/// The origin of a page: scheme, host and port. RFC 6454 §6.2.
pub(crate) fn origin(page: &str) -> Option<String> {
    let origin = Url::parse(page).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

/// Whether some of these addresses have this origin.
pub(crate) fn is_origin_of(one: &str, addresses: &[String]) -> bool {
    addresses.iter().any(|address| origin(address).as_deref() == Some(one))
}

/// Whether two addresses lie on one host, whatever their scheme and port.
pub(crate) fn same_host(one: &str, other: &str) -> bool {
    match (Url::parse(one), Url::parse(other)) {
        (Ok(one), Ok(other)) => one.host().is_some() && one.host() == other.host(),
        _ => false,
    }
}

/// The page on which the user asked, without query and fragment.
pub(crate) fn page_without_query(page: &str) -> &str {
    crate::query::split(page).0
}
