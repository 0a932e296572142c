//! The pure half of a sign-out: what was asked is joined with what the cache and the metadata say.

use std::sync::Arc;

use crate::asked::{Asked, check_client, refuse};
use crate::cache::{Clearing, Leaver};
use crate::config::{BrowserMode, ClientConfig, Home};
use crate::discovery::Metadata;
use crate::end_session::{self, Draft, Post};
use crate::error::LogoutError;
use crate::id_token::{Hints, read_id_token_unverified};
use crate::navigation::LogoutMode;
use crate::plan::{Departure, LogoutPlan, Obstacle, OwnedToken, PlanWarning};
use crate::provider::row::{Endpoint, ReturnCondition, Row};
use crate::request::{EndSessionRequest, Reach, Who};
use crate::secret::Secret;

/// As long as the longest `state` of ours: for judging the length of an address before the state is drawn.
const STATE_LENGTH: usize = 68;

/// Joins what was asked with what is known. Still nothing happens.
pub(crate) fn plan(
    asked: Asked<'_>,
    clearing: &Clearing,
    metadata: Option<&Metadata>,
) -> Result<LogoutPlan, LogoutError> {
    let Asked { config, row, request, leaver, reach, mode, redirect_uri, mut warnings } = asked;
    let accounts = match &leaver {
        Leaver::One(account) => vec![account.clone()],
        Leaver::Everyone => clearing.accounts(),
    };
    let (mut departure, mut obstacle) = (None, None);
    let mut tokens = Vec::new();
    let mut revocation = Endpoint::Missing;
    let end_session = resolve(&row.end_session, metadata, |known| known.end_session.as_ref());
    if reach == Reach::App {
        warnings.push(PlanWarning::ProviderSessionRemains);
    } else {
        revocation = resolve(&row.revocation, metadata, |known| known.revocation.as_ref());
        if request.revoke_tokens.or(config.revoke_tokens).unwrap_or(true) {
            tokens = tokens_to_revoke(request, clearing);
        }
        let hints = Leaving::gather(config, row, request, clearing, &mut warnings);
        // A damaged cached token must not stop the clear: the browser then stays at the provider (RPI-08).
        let damaged = warnings.iter().any(|warning| matches!(warning, PlanWarning::DamagedIdToken { .. }));
        let mut draft = draft(config, row, request, redirect_uri, hints);
        if damaged && end_session::is_anonymous(row, &draft, true) {
            draft.redirect_uri = None;
        }
        match &end_session {
            Endpoint::Missing => {
                let (why, said) = without_endpoint(metadata);
                obstacle = Some(why);
                warnings.extend(said);
            }
            // What the provider itself names wrongly is no reason to refuse the clear.
            Endpoint::Known(address)
                if row.end_session == Endpoint::Discovered
                    && end_session::check_endpoint(&row.names, &draft, address).is_err() =>
            {
                obstacle = Some(Obstacle::EndpointRefused);
            }
            Endpoint::Known(_) | Endpoint::Discovered => {
                departure = Some(depart(config, row, request, mode, end_session, draft, &mut warnings)?);
            }
        }
        warnings.extend(metadata.into_iter().flat_map(about_metadata));
    }
    Ok(LogoutPlan {
        config: Arc::clone(config),
        issuer: row.issuer.clone(),
        leaver,
        accounts,
        keys: clearing.touched(),
        cookies: clearing.cookies.clone(),
        departure,
        obstacle,
        revocation,
        tokens,
        warnings,
        return_to: request.return_to.clone(),
        correlation_id: request.correlation_id.clone(),
        ticket: request.ticket.clone(),
    })
}

/// What it means that there is no end-session endpoint: none was named, or one that is refused.
pub(crate) fn without_endpoint(metadata: Option<&Metadata>) -> (Obstacle, Vec<PlanWarning>) {
    let refused = |known: &Metadata| known.insecure.iter().any(|member| member == "end_session_endpoint");
    if metadata.is_some_and(refused) {
        (Obstacle::EndpointRefused, vec![PlanWarning::ProviderSessionRemains])
    } else {
        (Obstacle::NoEndpoint, vec![PlanWarning::NoEndSessionEndpoint, PlanWarning::ProviderSessionRemains])
    }
}

/// What it means for the browser that no redirect address is sent.
pub(crate) fn no_way_back(mode: LogoutMode) -> PlanWarning {
    match mode {
        LogoutMode::Popup => PlanWarning::PopupStaysOpen,
        LogoutMode::Redirect | LogoutMode::Silent => PlanWarning::MayNotReturn { why: ReturnCondition::NoRedirectUri },
    }
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
    let insecure = metadata.insecure.iter().map(|member| PlanWarning::InsecureEndpoint { member: member.clone() });
    let elsewhere = metadata.other_hosts.iter().map(|host| PlanWarning::EndpointOnOtherHost { host: host.clone() });
    insecure.chain(elsewhere).collect()
}

/// Refresh tokens first (REV-06); what the request names and what the cache holds, each once.
fn tokens_to_revoke(request: &EndSessionRequest, clearing: &Clearing) -> Vec<OwnedToken> {
    let mut tokens: Vec<OwnedToken> = Vec::new();
    if let Who::This { account } = &request.who {
        let id = &account.home_account_id;
        tokens.extend(account.tokens.iter().map(|token| OwnedToken { account: id.clone(), token: token.clone() }));
    }
    for cached in &clearing.cached {
        for token in &cached.tokens {
            let known = tokens.iter().any(|owned| owned.token == *token);
            if !known {
                tokens.push(OwnedToken { account: cached.account.clone(), token: token.clone() });
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
        Self { id_token_hint, logout_hint }
    }
}

/// The ID token of the request, which was checked, or the cached one, which may be damaged and is then only a warning.
fn usable_token(
    config: &ClientConfig,
    given: Option<&Secret>,
    clearing: &Clearing,
    warnings: &mut Vec<PlanWarning>,
) -> Option<(Secret, Hints)> {
    let cached = clearing.cached.iter().find_map(|cached| Some((&cached.account, cached.id_token.as_ref()?)));
    let (account, token) = given.map(|token| (None, token)).or(cached.map(|(account, token)| (Some(account), token)))?;
    let read = read_id_token_unverified(token).and_then(|hints| check_client(config, &hints).map(|()| hints));
    match (read, account) {
        (Ok(hints), _) => Some((token.clone(), hints)),
        (Err(error), Some(account)) => {
            let rule = error.broken_rule().unwrap_or_default();
            warnings.push(PlanWarning::DamagedIdToken { account: account.clone(), rule });
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
    const ANONYMOUS: &str = "a redirect needs an ID token or a client_id, or the provider will not return";
    if end_session::is_anonymous(row, &draft, true) {
        return refuse("RPI-08", ANONYMOUS);
    }
    match &draft.redirect_uri {
        Some(_) => warnings.extend(row.may_not_return.iter().map(|why| PlanWarning::MayNotReturn { why: *why })),
        None => warnings.push(no_way_back(mode)),
    }
    // Two private sessions share no cookies either.
    let jars = config.sign_in_browser.zip(config.sign_out_browser);
    if jars.is_some_and(|jars| jars != (BrowserMode::Shared, BrowserMode::Shared)) {
        warnings.push(PlanWarning::DifferentCookieJar);
    }
    let endpoint = match endpoint {
        Endpoint::Known(address) => {
            end_session::check_endpoint(&row.names, &draft, &address)?;
            if end_session::build(&row.names, &draft, &address, &"x".repeat(STATE_LENGTH), "").hint_dropped {
                if end_session::is_anonymous(row, &draft, false) {
                    return refuse("RPI-08", ANONYMOUS);
                }
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
