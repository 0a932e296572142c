//! The columns of the provider table. What is not a column is a named function in the provider's own file.

use url::Url;

use super::allow_list::AllowList;
use super::parameters::Parameters;
use crate::account::TokenKind;
use crate::cookie::Cookie;
use crate::error::LogoutError;
use crate::query;
use crate::request::Reach;

/// Where an endpoint's address comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Endpoint {
    /// Configured or documented.
    Known(String),
    /// To be read from the provider's metadata.
    Discovered,
    /// The provider has none.
    Missing,
}

impl Endpoint {
    pub(crate) fn known_or_discovered(address: Option<&String>) -> Self {
        address.map_or(Self::Discovered, |known| Self::Known(known.clone()))
    }
}

/// A documented condition under which the browser does not come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum ReturnCondition {
    /// No redirect address is sent.
    NoRedirectUri,
    /// The address must be registered with the provider.
    MustBeRegistered,
    /// The user must have a live session with the provider.
    NeedsActiveSession,
    /// Personal accounts need a front-channel sign-out address in the app registration.
    NeedsFrontChannelUrl,
    /// A social provider behind the provider may ignore the address.
    SocialConnection,
    /// The ID token of the session must be sent along.
    NeedsIdToken,
    /// Without an address in the request, the one counts that is set at the provider.
    SetAtProvider,
}

/// How far the end of a token reaches where it is more than the session that leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum RevocationScope {
    /// Everything the user ever granted to the project, in all its apps.
    WholeGrant,
    /// Every token of this user and app, on all devices.
    EveryTokenOfApp,
}

/// How a token is handed in to be revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RevocationDialect {
    /// RFC 7009.
    Standard,
    /// RFC 7009 with the client's secret in the body, whatever is configured.
    SecretInBody,
    /// A form with the token and nothing else.
    TokenAlone,
    /// DELETE with Basic credentials and the token in JSON.
    JsonDelete,
    /// POST with the token as bearer; the answer is JSON that says `ok`.
    Bearer,
}

/// What a provider does with tokens that leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RevocationRule {
    pub(crate) dialect: RevocationDialect,
    pub(crate) kinds: &'static [TokenKind],
    /// Whether it is done without being asked for.
    pub(crate) by_default: bool,
    /// Where it ends more than the session that leaves, it has to be asked for with `everywhere` (PRV-03).
    pub(crate) scope: Option<RevocationScope>,
    /// Whether it needs the client's secret, which only a server has (PRV-02).
    pub(crate) needs_secret: bool,
    /// Whether access tokens die with the refresh token (REV-06).
    pub(crate) cascades: bool,
}

impl RevocationRule {
    pub(crate) const STANDARD: Self = Self {
        dialect: RevocationDialect::Standard,
        kinds: &[TokenKind::RefreshToken, TokenKind::AccessToken],
        by_default: true,
        scope: None,
        needs_secret: false,
        cascades: false,
    };
    pub(crate) const REFRESH_ONLY: Self = Self { kinds: &[TokenKind::RefreshToken], ..Self::STANDARD };
}

/// What names the session in a direct request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum CallDialect {
    /// A form with the refresh token and the client.
    RefreshTokenForm,
    /// The access token or ID token as plain text, Basic credentials as they are.
    TokenAsText,
}

/// A direct request that ends a session, without a browser.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct DirectCall {
    pub(crate) endpoint: String,
    pub(crate) dialect: CallDialect,
    /// Whether it is made; otherwise it is only known that it could be.
    pub(crate) enabled: bool,
    /// The only answer that proves the end: this status with an empty body.
    pub(crate) success: i32,
    /// Whether other apps of the same user are signed out too.
    pub(crate) ends_other_apps: bool,
}

/// Which issuers metadata and returns may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IssuerRule {
    /// Byte for byte the configured one (DISC-02).
    Exact,
    /// `https://{host}/{tenant id}/v2.0`, where the host is the configured one or the tenant's below this suffix, and the
    /// tenant the configured one where that is known by its number: the named exceptions ENTRA-05 and B2C-04.
    Tenant { suffix: Option<&'static str> },
}

/// Why a reach is too far for a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooFar {
    pub(crate) rule: &'static str,
    pub(crate) detail: &'static str,
}

impl TooFar {
    pub(crate) const NOTHING_BEHIND: Self =
        Self { rule: "REQ-01", detail: "this provider cannot be asked to end the session behind it" };
}

/// One provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) issuer: String,
    pub(crate) issuer_rule: IssuerRule,
    /// Where metadata is looked up, for endpoints that are `Discovered`.
    pub(crate) metadata: String,
    pub(crate) end_session: Endpoint,
    pub(crate) revocation: Endpoint,
    pub(crate) authorization: Endpoint,
    pub(crate) parameters: Parameters,
    /// Whether the ID token of the leaving account is sent without being asked for.
    pub(crate) sends_id_token: bool,
    /// Whether the provider asks the user before signing out where no ID token says who it is.
    pub(crate) asks_without_token: bool,
    /// The claim that gives `logout_hint`, and the cure where it is missing.
    pub(crate) logout_hint_claim: Option<HintClaim>,
    /// Whether `logout_hint` must be the session identifier of the ID token beside it.
    pub(crate) logout_hint_is_sid: bool,
    /// Whether the page that asked is the redirect target when nothing else is.
    pub(crate) inherits_page: bool,
    /// Whether a front-channel notice always names issuer and session, registered for or not.
    pub(crate) notices_name_session: bool,
    /// Whether the provider refuses a redirect without hint and client identifier.
    pub(crate) redirect_needs_identity: bool,
    /// Whether the provider refuses a request without a redirect.
    pub(crate) needs_redirect: bool,
    /// Whether the provider's documents clear before the browser goes, whatever becomes of it.
    pub(crate) clears_first: bool,
    /// Whether the endpoint takes a form as well as an address.
    pub(crate) accepts_post: bool,
    /// Whether a sign-out in a hidden frame is documented: others may refuse to be framed, or ask something there.
    pub(crate) frame_documented: bool,
    pub(crate) default_reach: Reach,
    /// How far this provider can be asked to go, and why not farther.
    pub(crate) farthest_reach: Reach,
    pub(crate) too_far: TooFar,
    pub(crate) may_not_return: &'static [ReturnCondition],
    /// Whether the address is compared with the registered ones only where an ID token comes with it.
    pub(crate) compares_with_token_only: bool,
    /// What the provider itself checks a redirect address against, where that is known.
    pub(crate) allow_list: Option<AllowList>,
    /// Whether that list compares the query of an address too.
    pub(crate) allow_list_query_counts: bool,
    /// A page of the provider through which some sessions behind it return; the target follows.
    pub(crate) upstream_return: Option<String>,
    pub(crate) revocations: RevocationRule,
    pub(crate) direct: Option<DirectCall>,
    /// Cookies in which an app of this provider keeps its session.
    pub(crate) cookies: Vec<Cookie>,
    /// Hosts that name the same cloud in a token cache, the first being preferred.
    pub(crate) alias_hosts: Vec<String>,
    pub(crate) public_addresses_only: bool,
}

impl Row {
    /// An OpenID provider that keeps to the specifications; other rows say in what they differ.
    pub(crate) fn standard(issuer: &str) -> Self {
        let host = Url::parse(issuer).ok().and_then(|url| url.host_str().map(str::to_owned));
        Self {
            issuer: issuer.to_owned(),
            issuer_rule: IssuerRule::Exact,
            metadata: format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/')),
            end_session: Endpoint::Discovered,
            revocation: Endpoint::Discovered,
            authorization: Endpoint::Discovered,
            parameters: Parameters::standard(),
            sends_id_token: true,
            asks_without_token: true,
            logout_hint_claim: None,
            logout_hint_is_sid: false,
            inherits_page: false,
            notices_name_session: false,
            redirect_needs_identity: true,
            needs_redirect: false,
            clears_first: false,
            accepts_post: true,
            frame_documented: false,
            default_reach: Reach::Provider,
            farthest_reach: Reach::Provider,
            too_far: TooFar::NOTHING_BEHIND,
            may_not_return: &[],
            compares_with_token_only: false,
            allow_list: None,
            allow_list_query_counts: false,
            upstream_return: None,
            revocations: RevocationRule::STANDARD,
            direct: None,
            cookies: Vec::new(),
            alias_hosts: host.into_iter().collect(),
            public_addresses_only: false,
        }
    }

    /// A provider without a browser's way out: only tokens can be revoked.
    pub(crate) fn without_sign_out(issuer: &str) -> Self {
        Self {
            end_session: Endpoint::Missing,
            revocation: Endpoint::Missing,
            authorization: Endpoint::Missing,
            parameters: Parameters::listed(&[]),
            accepts_post: false,
            ..Self::standard(issuer)
        }
    }

    /// Whether some request carries client and secret in Basic credentials as they are, where the first colon ends the
    /// client (RFC 7617 §2).
    pub(crate) fn sends_plain_credentials(&self) -> bool {
        let as_text = |call: &DirectCall| call.dialect == CallDialect::TokenAsText;
        self.revocations.dialect == RevocationDialect::JsonDelete || self.direct.as_ref().is_some_and(as_text)
    }

    /// Whether metadata or a return may name this issuer.
    pub(crate) fn believes(&self, issuer: &str) -> bool {
        match self.issuer_rule {
            IssuerRule::Exact => issuer == self.issuer,
            IssuerRule::Tenant { suffix } => tenant_issuer(issuer).is_some_and(|(host, id)| {
                let below = |suffix| host.strip_suffix(suffix).and_then(|front| front.strip_suffix('.')) == Some(id);
                let known = tenant_issuer(&self.issuer).is_none_or(|(_, own)| own.eq_ignore_ascii_case(id));
                known && (suffix.is_some_and(below) || self.alias_hosts.iter().any(|alias| alias == host))
            }),
        }
    }
}

/// Host and tenant of `https://{host}/{tenant id}/v2.0`; B2C may also name the policy, behind `tfp`.
fn tenant_issuer(issuer: &str) -> Option<(&str, &str)> {
    let (host, path) = issuer.strip_prefix("https://")?.split_once('/')?;
    let segments: Vec<&str> = path.strip_suffix('/').unwrap_or(path).split('/').collect();
    let id = match segments.as_slice() {
        [id, "v2.0"] => *id,
        ["tfp", id, policy, "v2.0"] if !policy.is_empty() => *id,
        _ => return None,
    };
    let groups: Vec<usize> = id.split('-').map(str::len).collect();
    let is_number = groups == [8, 4, 4, 4, 12] && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_number.then_some((host, id))
}

/// A claim of the ID token that spares the user an account picker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HintClaim {
    /// How to come by it; none where the provider is not known to ask without it.
    pub(crate) cure: Option<&'static str>,
}

/// A refused authority of one request is a refused request.
pub(crate) fn as_request(error: LogoutError) -> LogoutError {
    match error {
        LogoutError::Configuration { rule, detail } => LogoutError::Request { rule, detail },
        other => other,
    }
}

/// `https://{domain}` from a domain as people write it: a scheme before it and a slash after it are forgiven, nothing
/// else. http stays on loopback only, for tests.
pub(crate) fn domain_base(rule: &str, text: &str) -> Result<String, LogoutError> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
    let domain = rest.strip_suffix('/').unwrap_or(rest).to_ascii_lowercase();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':');
    let sound = !domain.is_empty() && domain.bytes().all(plain) && !domain.split('.').any(str::is_empty);
    let loopback = Url::parse(&format!("http://{domain}/")).is_ok_and(|url| crate::redirect_uri::is_loopback(&url));
    let base = if scheme == "http" && loopback { format!("http://{domain}") } else { format!("https://{domain}") };
    if sound && matches!(scheme, "http" | "https") && Url::parse(&base).is_ok() {
        return Ok(base);
    }
    Err(LogoutError::configuration(rule, "the domain must be a host name such as tenant.example.com, and nothing else"))
}

/// An https address without fragment and user; http on loopback only, for tests.
pub(crate) fn endpoint_url(address: &str) -> Result<Url, &'static str> {
    if address.contains('#') {
        return Err("has a fragment");
    }
    if address.bytes().any(|byte| !(0x21..=0x7E).contains(&byte) || byte == b'\\') {
        return Err("contains a space, a control or non-ASCII character or a backslash");
    }
    let url = Url::parse(address).map_err(|_| "is not an absolute address")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("names a user");
    }
    if !crate::redirect_uri::names_host_plainly(address, &url) {
        return Err("does not name its host plainly behind two slashes");
    }
    if !is_written(address, &url) {
        return Err("has a path or query that a parser would have to repair, such as dot segments");
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if crate::redirect_uri::is_loopback(&url) => Ok(url),
        _ => Err("is not https"),
    }
}

/// Whether path and query are those that were written: a parser resolves dots, and escapes some letters.
fn is_written(address: &str, url: &Url) -> bool {
    let (front, asked, _) = query::split(address);
    let path = front.splitn(4, '/').nth(3).unwrap_or_default();
    url.path().strip_prefix('/') == Some(path) && url.query() == asked
}

/// An issuer: an endpoint's rules, and no query (DISC-01).
pub(crate) fn check_issuer(issuer: &str) -> Result<Url, LogoutError> {
    let url = endpoint_url(issuer).map_err(|why| LogoutError::configuration("DISC-01", format!("the issuer {why}")))?;
    if url.query().is_some() {
        return Err(LogoutError::configuration("DISC-01", "the issuer has a query"));
    }
    Ok(url)
}

/// A configured endpoint, refused when the client is made.
pub(crate) fn check_endpoint(name: &str, endpoint: &Endpoint) -> Result<(), LogoutError> {
    match endpoint {
        Endpoint::Known(address) => endpoint_url(address)
            .map(|_| ())
            .map_err(|why| LogoutError::configuration("DISC-03", format!("the {name} endpoint {why}"))),
        Endpoint::Discovered | Endpoint::Missing => Ok(()),
    }
}
