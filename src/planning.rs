//! From request to plan: what is asked is checked, then joined with what the cache and the metadata say.

use crate::cache::{Clearing, Leaver};
use crate::config::{CacheLayout, ClientConfig, Home};
use crate::discovery::Metadata;
use crate::end_session::{self, Draft, Post};
use crate::error::LogoutError;
use crate::id_token::{Hints, read_id_token_unverified};
use crate::navigation::LogoutMode;
use crate::plan::{Departure, LogoutPlan, OwnedToken, PlanWarning};
use crate::provider::row::{Endpoint, ReturnCondition, Row};
use crate::redirect_uri::{self, Policy, Remark};
use crate::request::{EndSessionRequest, Reach, Redirect, Who};
use crate::secret::Secret;

/// As long as the longest `state` of ours: for judging the length of an address before the state is drawn.
const STATE_LENGTH: usize = 68;
const LONGEST_TEXT: usize = 2_048;

/// A request that was found sound, with everything that inherits resolved.
pub(crate) struct Asked<'a> {
    config: &'a ClientConfig,
    row: &'a Row,
    request: &'a EndSessionRequest,
    pub(crate) leaver: Leaver,
    reach: Reach,
    mode: LogoutMode,
    redirect_uri: Option<String>,
    warnings: Vec<PlanWarning>,
}

fn refuse<T>(rule: &str, detail: &str) -> Result<T, LogoutError> {
    Err(LogoutError::request(rule, detail))
}

/// Checks a request without looking at the store. Nothing is cleared when this fails.
pub(crate) fn check<'a>(
    config: &'a ClientConfig,
    row: &'a Row,
    registered: &[String],
    request: &'a EndSessionRequest,
) -> Result<Asked<'a>, LogoutError> {
    let leaver = leaver(config, &request.who)?;
    let mode = request.mode.or(config.mode).unwrap_or(LogoutMode::Redirect);
    let reach = request.reach.or(config.reach).unwrap_or(row.default_reach);
    if reach > row.farthest_reach {
        return refuse("REQ-01", "this provider cannot be asked to end the session behind it");
    }
    if request.everywhere {
        return refuse(
            "REQ-02",
            "this provider has no step that ends other devices or apps; leave out everywhere",
        );
    }
    if request.in_frame && mode == LogoutMode::Redirect && reach > Reach::App && !config.allow_redirect_in_frame {
        return refuse(
            "REQ-03",
            "a redirect in a frame needs allow_redirect_in_frame, or use the reach App",
        );
    }
    if mode != LogoutMode::Popup && (request.popup.is_some() || request.main_window_redirect_uri.is_some()) {
        return refuse("REQ-04", "popup and main_window_redirect_uri need the mode Popup");
    }
    if request.ticket.is_some() && config.home == Home::Device {
        return refuse("HOME-04", "a ticket belongs to a server; on a device leave it out");
    }
    check_texts(row, request)?;
    check_tokens(config, request)?;
    let policy = Policy {
        registered,
        allow_http: config.allow_http,
    };
    let mut warnings = Vec::new();
    for target in [&request.return_to, &request.main_window_redirect_uri]
        .into_iter()
        .flatten()
    {
        redirect_uri::validate(target, policy)?;
    }
    let redirect_uri = redirect(config, row, request);
    if let Some(target) = &redirect_uri {
        warnings.extend(redirect_uri::validate(target, policy)?.into_iter().map(remark));
    }
    Ok(Asked {
        config,
        row,
        request,
        leaver,
        reach,
        mode,
        redirect_uri,
        warnings,
    })
}

fn leaver(config: &ClientConfig, who: &Who) -> Result<Leaver, LogoutError> {
    match who {
        Who::Everyone if config.home == Home::Server => refuse(
            "HOME-01",
            "on a server one session is signed out at a time; name it with Who.This",
        ),
        Who::Everyone => Ok(Leaver::Everyone),
        Who::This { account } => {
            check_account_id(&config.layout, &account.home_account_id)?;
            Ok(Leaver::One(account.home_account_id.clone()))
        }
    }
}

/// An identifier that could reach into another account's keys is refused.
pub(crate) fn check_account_id(layout: &CacheLayout, id: &str) -> Result<(), LogoutError> {
    if id.is_empty() || id.len() > LONGEST_TEXT {
        return refuse("REQ-05", "the account has no identifier, or one longer than 2048 bytes");
    }
    match layout {
        CacheLayout::Prefix { separator, .. } if id.contains(separator.as_str()) => refuse(
            "REQ-05",
            "the account's identifier contains the separator of the cache layout",
        ),
        CacheLayout::Prefix { .. } | CacheLayout::Msal => Ok(()),
    }
}

/// Request over configuration; then the page that asked, where the row says so.
fn redirect(config: &ClientConfig, row: &Row, request: &EndSessionRequest) -> Option<String> {
    match request.redirect.as_ref().or(config.post_logout_redirect_uri.as_ref()) {
        Some(Redirect::Uri { uri }) => Some(uri.clone()),
        Some(Redirect::Omit) => None,
        None if row.inherits_page => request
            .initiating_page
            .as_deref()
            .map(|page| redirect_uri::page_without_query(page).to_owned()),
        None => None,
    }
}

fn remark(remark: Remark) -> PlanWarning {
    match remark {
        Remark::SchemeWithoutDot => PlanWarning::SchemeWithoutDot,
        Remark::LocalhostByName => PlanWarning::LocalhostByName,
    }
}

fn check_texts(row: &Row, request: &EndSessionRequest) -> Result<(), LogoutError> {
    let secrets = [&request.state, &request.logout_hint];
    let longest = secrets.into_iter().flatten().map(|text| text.reveal().len());
    if longest
        .chain(request.correlation_id.iter().map(String::len))
        .any(|length| length > LONGEST_TEXT)
    {
        return refuse(
            "REQ-06",
            "state, logout_hint or correlation_id is longer than 2048 bytes",
        );
    }
    if request.correlation_id.as_deref() == Some("") {
        return refuse("REQ-06", "correlation_id is empty; leave it out to have one drawn");
    }
    let is_tag = |tag: &String| {
        (1..=64).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if request.ui_locales.len() > 64 || !request.ui_locales.iter().all(is_tag) {
        return refuse("RPI-10", "ui_locales holds something else than language tags");
    }
    for extra in &request.extra_parameters {
        if extra.name.is_empty() || extra.name.len() > 256 || extra.value.reveal().len() > LONGEST_TEXT {
            return refuse("RPI-04", "an extra parameter has no name, or is too long");
        }
        if row.names.reserved().any(|name| name == extra.name) {
            return refuse(
                "RPI-04",
                "an extra parameter repeats a parameter of the request; use the request's own field",
            );
        }
    }
    Ok(())
}

fn check_tokens(config: &ClientConfig, request: &EndSessionRequest) -> Result<(), LogoutError> {
    let own = match &request.who {
        Who::This { account } => account.id_token.as_ref(),
        Who::Everyone => None,
    };
    for token in [own, request.id_token_hint.as_ref()].into_iter().flatten() {
        check_client(config, &read_id_token_unverified(token)?)?;
    }
    if let Who::This { account } = &request.who {
        for token in &account.tokens {
            check_opaque(&token.value)?;
        }
    }
    Ok(())
}

/// RPI-06: a hint of another client is refused by providers; better here than after the clear.
fn check_client(config: &ClientConfig, hints: &Hints) -> Result<(), LogoutError> {
    let ours = |id: &String| *id == config.client_id;
    if hints.encrypted || hints.audience.iter().any(ours) || hints.authorized_party.as_ref().is_some_and(ours) {
        return Ok(());
    }
    refuse(
        "RPI-06",
        "the ID token was issued to another client than the configured client_id",
    )
}

/// ATT-85: what goes into a header or a form is visible ASCII.
fn check_opaque(token: &Secret) -> Result<(), LogoutError> {
    let text = token.reveal();
    if text.is_empty() || text.len() > 64 * 1024 || !text.bytes().all(|byte| (0x21..=0x7E).contains(&byte)) {
        return refuse(
            "ATT-85",
            "a token to revoke is empty, too long, or holds characters that no token has",
        );
    }
    Ok(())
}

/// Joins what was asked with what is known. Still nothing happens.
pub(crate) fn plan(
    asked: Asked<'_>,
    clearing: &Clearing,
    metadata: Option<&Metadata>,
) -> Result<LogoutPlan, LogoutError> {
    let Asked {
        config,
        row,
        request,
        leaver,
        reach,
        mode,
        redirect_uri,
        mut warnings,
    } = asked;
    let accounts = match &leaver {
        Leaver::One(account) => vec![account.clone()],
        Leaver::Everyone => clearing.cached.iter().map(|cached| cached.account.clone()).collect(),
    };
    let mut departure = None;
    let mut tokens = Vec::new();
    let mut revocation = Endpoint::Missing;
    let end_session = resolve(&row.end_session, metadata, |known| known.end_session.as_ref());
    if reach == Reach::App {
        warnings.push(PlanWarning::ProviderSessionRemains);
    } else {
        revocation = resolve(&row.revocation, metadata, |known| known.revocation.as_ref());
        if revocation != Endpoint::Missing && request.revoke_tokens.or(config.revoke_tokens).unwrap_or(true) {
            tokens = tokens_to_revoke(request, clearing);
        }
        let hints = Leaving::gather(config, row, request, clearing, &mut warnings);
        if end_session == Endpoint::Missing {
            warnings.extend([PlanWarning::NoEndSessionEndpoint, PlanWarning::ProviderSessionRemains]);
        } else {
            let draft = draft(config, row, request, redirect_uri, hints);
            departure = Some(depart(config, row, request, mode, end_session, draft, &mut warnings)?);
        }
        warnings.extend(metadata.into_iter().flat_map(about_metadata));
    }
    Ok(LogoutPlan {
        issuer: row.issuer.clone(),
        client_id: config.client_id.clone(),
        leaver,
        accounts,
        keys: clearing.touched(),
        departure,
        revocation,
        tokens,
        warnings,
        return_to: request.return_to.clone(),
        correlation_id: request.correlation_id.clone(),
        ticket: request.ticket.clone(),
    })
}

/// An endpoint as far as it is known without asking.
pub(crate) fn resolve(
    endpoint: &Endpoint,
    metadata: Option<&Metadata>,
    member: impl Fn(&Metadata) -> Option<&String>,
) -> Endpoint {
    match (endpoint, metadata) {
        (Endpoint::Discovered, Some(metadata)) => {
            member(metadata).map_or(Endpoint::Missing, |address| Endpoint::Known(address.clone()))
        }
        (known, _) => known.clone(),
    }
}

/// What the metadata gives cause to say.
pub(crate) fn about_metadata(metadata: &Metadata) -> Vec<PlanWarning> {
    let insecure = metadata
        .insecure
        .iter()
        .map(|member| PlanWarning::InsecureEndpoint { member: member.clone() });
    let elsewhere = metadata
        .other_hosts
        .iter()
        .map(|host| PlanWarning::EndpointOnOtherHost { host: host.clone() });
    insecure.chain(elsewhere).collect()
}

/// Refresh tokens first (REV-06); what the request names and what the cache holds, each once.
fn tokens_to_revoke(request: &EndSessionRequest, clearing: &Clearing) -> Vec<OwnedToken> {
    let mut tokens: Vec<OwnedToken> = Vec::new();
    if let Who::This { account } = &request.who {
        let id = &account.home_account_id;
        tokens.extend(account.tokens.iter().map(|token| OwnedToken {
            account: id.clone(),
            token: token.clone(),
        }));
    }
    for cached in &clearing.cached {
        for token in &cached.tokens {
            let known = tokens.iter().any(|owned| owned.token == *token);
            if !known && check_opaque(&token.value).is_ok() {
                tokens.push(OwnedToken {
                    account: cached.account.clone(),
                    token: token.clone(),
                });
            }
        }
    }
    tokens.sort_by_key(|owned| owned.token.kind);
    tokens
}

/// The hints of the account that leaves.
struct Leaving {
    id_token_hint: Option<Secret>,
    logout_hint: Option<Secret>,
}

impl Leaving {
    fn gather(
        config: &ClientConfig,
        row: &Row,
        request: &EndSessionRequest,
        clearing: &Clearing,
        warnings: &mut Vec<PlanWarning>,
    ) -> Self {
        let own = match &request.who {
            // RPI-12: when everyone leaves, nobody's token is sent.
            Who::Everyone => None,
            Who::This { account } => usable_token(config, account.id_token.as_ref(), clearing, warnings),
        };
        let claim = own.as_ref().and_then(|(_, hints)| hints.login_hint.clone());
        let logout_hint = request.logout_hint.clone().or_else(|| row.logout_hint_claim.and(claim));
        if let (Some(claim), None) = (row.logout_hint_claim, &logout_hint) {
            let cure = match &request.who {
                Who::Everyone => "name the account, or give a logout_hint",
                Who::This { .. } => claim.cure,
            };
            warnings.push(PlanWarning::AccountPickerWillShow { cure: cure.to_owned() });
        }
        let sent = own.filter(|_| row.sends_id_token).map(|(token, _)| token);
        let id_token_hint = request.id_token_hint.clone().or(sent);
        if row.sends_id_token && id_token_hint.is_none() {
            let cure = "keep the ID token of the sign-in and give it with the account".to_owned();
            warnings.push(PlanWarning::ConfirmationWillShow { cure });
        }
        Self {
            id_token_hint,
            logout_hint,
        }
    }
}

/// The ID token of the request, which was checked, or the cached one, which may be damaged and is then only a warning.
fn usable_token(
    config: &ClientConfig,
    given: Option<&Secret>,
    clearing: &Clearing,
    warnings: &mut Vec<PlanWarning>,
) -> Option<(Secret, Hints)> {
    let cached = clearing
        .cached
        .iter()
        .find_map(|cached| Some((&cached.account, cached.id_token.as_ref()?)));
    let (account, token) = given
        .map(|token| (None, token))
        .or(cached.map(|(account, token)| (Some(account), token)))?;
    let read = read_id_token_unverified(token).and_then(|hints| check_client(config, &hints).map(|()| hints));
    match (read, account) {
        (Ok(hints), _) => Some((token.clone(), hints)),
        (Err(error), Some(account)) => {
            let rule = error.broken_rule().unwrap_or_default();
            warnings.push(PlanWarning::DamagedIdToken {
                account: account.clone(),
                rule,
            });
            None
        }
        (Err(_), None) => None,
    }
}

fn draft(
    config: &ClientConfig,
    row: &Row,
    request: &EndSessionRequest,
    redirect_uri: Option<String>,
    hints: Leaving,
) -> Draft {
    let post = match config.home {
        Home::Server if row.accepts_post && config.prefer_form_post => Post::Always,
        Home::Server if row.accepts_post => Post::WhenLong,
        Home::Server | Home::Device => Post::Never,
    };
    Draft {
        redirect_uri,
        correlation_id: request.correlation_id.clone(),
        id_token_hint: hints.id_token_hint,
        client_id: row.names.client_id.map(|_| config.client_id.clone()),
        logout_hint: hints.logout_hint,
        ui_locales: request.ui_locales.clone(),
        caller_state: request.state.clone(),
        extra: request.extra_parameters.clone(),
        post,
    }
}

fn depart(
    config: &ClientConfig,
    row: &Row,
    request: &EndSessionRequest,
    mode: LogoutMode,
    endpoint: Endpoint,
    draft: Draft,
    warnings: &mut Vec<PlanWarning>,
) -> Result<Departure, LogoutError> {
    let anonymous = draft.id_token_hint.is_none() && draft.client_id.is_none();
    if draft.redirect_uri.is_some() && row.redirect_needs_identity && anonymous {
        return refuse(
            "RPI-08",
            "a redirect needs an ID token or a client_id, or the provider will not return",
        );
    }
    match (&draft.redirect_uri, mode) {
        (Some(_), _) => {
            warnings.extend(
                row.may_not_return
                    .iter()
                    .map(|why| PlanWarning::MayNotReturn { why: *why }),
            );
        }
        (None, LogoutMode::Popup) => warnings.push(PlanWarning::PopupStaysOpen),
        (None, _) => warnings.push(PlanWarning::MayNotReturn {
            why: ReturnCondition::NoRedirectUri,
        }),
    }
    if config.sign_in_browser.is_some() && config.sign_in_browser != config.sign_out_browser {
        warnings.push(PlanWarning::DifferentCookieJar);
    }
    let endpoint = match endpoint {
        Endpoint::Known(address) => {
            end_session::check_endpoint(&row.names, &draft, &address)?;
            if end_session::build(&row.names, &draft, &address, &"x".repeat(STATE_LENGTH), "").hint_dropped {
                warnings.push(PlanWarning::HintDropped);
            }
            Some(address)
        }
        Endpoint::Discovered | Endpoint::Missing => None,
    };
    Ok(Departure {
        endpoint,
        parameters: end_session::parameter_names(&row.names, &draft),
        draft,
        mode,
        popup: request.popup.clone(),
        main_window_redirect_uri: request.main_window_redirect_uri.clone(),
    })
}
