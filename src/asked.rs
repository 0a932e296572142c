//! What is asked, checked: a request is found sound, with everything that inherits resolved, or refused.

use std::borrow::Cow;
use std::sync::Arc;

use crate::admission;
use crate::cache::Leaver;
use crate::config::{CacheLayout, ClientConfig, Home, NOTHING_TO_WAIT_FOR, clears_first};
use crate::error::LogoutError;
use crate::id_token::{Hints, read_id_token_unverified};
use crate::navigation::LogoutMode;
use crate::plan::{Barrier, PlanWarning};
use crate::provider::parameters::Carries;
use crate::provider::row::{Endpoint, Row};
use crate::redirect_uri::{self, Policy};
use crate::request::{EndSessionRequest, OnCancel, Reach, Redirect, Who};
use crate::secret::Secret;

const LONGEST_TEXT: usize = 2_048;

/// A request that was found sound, with everything that inherits resolved.
pub(crate) struct Asked<'a> {
    pub(crate) config: &'a Arc<ClientConfig>,
    /// The configured row, or that of another authority.
    pub(crate) row: Cow<'a, Row>,
    pub(crate) request: &'a EndSessionRequest,
    pub(crate) leaver: Leaver,
    pub(crate) reach: Reach,
    pub(crate) mode: LogoutMode,
    pub(crate) redirect_uri: Option<String>,
    /// The origin of the page that holds the hidden frame.
    pub(crate) frame_parent: Option<String>,
    pub(crate) warnings: Vec<PlanWarning>,
}

pub(crate) fn refuse<T>(rule: &str, detail: &str) -> Result<T, LogoutError> {
    Err(LogoutError::request(rule, detail))
}

/// Checks a request without looking at the store. Nothing is cleared when this fails.
pub(crate) fn check<'a>(
    config: &'a Arc<ClientConfig>,
    row: &'a Row,
    registered: &[String],
    request: &'a EndSessionRequest,
) -> Result<Asked<'a>, LogoutError> {
    let row = match &request.authority {
        Some(authority) => Cow::Owned(config.provider.row_at(row, authority)?),
        None => Cow::Borrowed(row),
    };
    let leaver = leaver(config, &request.who)?;
    let mode = request.mode.or(config.mode).unwrap_or(LogoutMode::Redirect);
    let reach = request.reach.or(config.reach).unwrap_or(row.default_reach);
    check_reach(config, &row, request, reach)?;
    if request.on_cancel == Some(OnCancel::KeepEverything) {
        if row.clears_first {
            return Err(clears_first());
        }
        if row.end_session == Endpoint::Missing && reach > Reach::App {
            return refuse("CAN-01", NOTHING_TO_WAIT_FOR);
        }
    }
    if request.in_frame && mode == LogoutMode::Redirect && reach > Reach::App && !config.allow_redirect_in_frame {
        return refuse("REQ-03", "a redirect in a frame needs allow_redirect_in_frame, or use the reach App");
    }
    if mode != LogoutMode::Popup && (request.popup.is_some() || request.main_window_redirect_uri.is_some()) {
        return refuse("REQ-04", "popup and main_window_redirect_uri need the mode Popup");
    }
    let sizes = request.popup.iter().flat_map(|popup| [popup.width, popup.height]).flatten();
    if sizes.into_iter().any(|size| size <= 0) {
        return refuse("REQ-04", "a popup's width and height are positive; leave them out for the host's own");
    }
    if request.ticket.is_some() && config.home == Home::Device {
        return refuse("HOME-04", "a ticket belongs to a server; on a device leave it out");
    }
    check_texts(&row, request)?;
    check_options(&row, request, reach)?;
    check_tokens(config, &row, request)?;
    let policy = Policy { registered, allow_http: config.allow_http, native: config.home == Home::Device };
    let mut warnings = Vec::new();
    for target in [&request.return_to, &request.main_window_redirect_uri].into_iter().flatten() {
        redirect_uri::validate(target, policy)?;
    }
    let redirect_uri = redirect(config, &row, request, reach);
    match &redirect_uri {
        Some(target) => warnings.extend(admission::of(config, &row, request, target, policy)?),
        None if row.needs_redirect && reach > Reach::App => {
            return refuse("COG-01", "this provider wants an address to return to; configure post_logout_redirect_uri");
        }
        None => {}
    }
    let frame_parent = frame_parent(config, request, mode, registered)?;
    Ok(Asked { config, row, request, leaver, reach, mode, redirect_uri, frame_parent, warnings })
}

/// How far it may go, and what has to be said for that.
fn check_reach(config: &ClientConfig, row: &Row, request: &EndSessionRequest, reach: Reach) -> Result<(), LogoutError> {
    if request.revoke_tokens == Some(true) && reach == Reach::App {
        return refuse("REQ-02", "a sign-out with the reach App asks nobody to revoke; leave out revoke_tokens");
    }
    if reach > row.farthest_reach {
        return refuse(row.too_far.rule, row.too_far.detail);
    }
    let direct = row.direct.as_ref().filter(|direct| direct.enabled && reach > Reach::App);
    match direct.and_then(|direct| Barrier::of(config, direct)) {
        Some(Barrier::OnDevice) => {
            const WHY: &str = "this needs the client's secret, which only a back end has; let it sign the user out";
            return refuse("CA-05", WHY);
        }
        Some(Barrier::NoSecret) => {
            return refuse("CA-01", "this request proves who asks by the client's secret; configure client_secret");
        }
        None => {}
    }
    let ends_other_apps = direct.is_some_and(|direct| direct.ends_other_apps);
    if ends_other_apps && !request.everywhere {
        return refuse("REQ-02", "this signs the user out of other apps too; say everywhere, or leave out the reach");
    }
    let revokes = request.revoke_tokens.or(config.revoke_tokens) == Some(true) && reach > Reach::App;
    if revokes && row.revocations.scope.is_some() && !request.everywhere {
        return refuse("PRV-03", "revoking ends more than this session; say everywhere, or leave out revoke_tokens");
    }
    if revokes && row.revocations.needs_secret && config.client_secret.is_none() {
        return refuse("PRV-02", "revoking needs the client's secret, which only a back end has; let it revoke");
    }
    if request.everywhere && !ends_other_apps && !(revokes && row.revocations.scope.is_some()) {
        return refuse("REQ-02", "this sign-out has no step that ends other devices or apps; leave out everywhere");
    }
    Ok(())
}

/// What this provider does not know is refused, never dropped.
fn check_options(row: &Row, request: &EndSessionRequest, reach: Reach) -> Result<(), LogoutError> {
    let explicit = matches!(request.redirect, Some(Redirect::Uri { .. }));
    let takes = |carries| row.parameters.carry(carries);
    let has_page = row.end_session != Endpoint::Missing;
    let returns = takes(Carries::State) || takes(Carries::RedirectUri);
    let options = [
        (explicit, takes(Carries::RedirectUri), "takes no redirect address with a request; set it in its own settings"),
        (request.id_token_hint.is_some(), takes(Carries::IdTokenHint), "takes no id_token_hint"),
        (request.logout_hint.is_some(), takes(Carries::LogoutHint), "takes no logout_hint"),
        (!request.ui_locales.is_empty(), takes(Carries::UiLocales), "takes no ui_locales"),
        (request.state.is_some(), returns, "brings no state back"),
        (!request.extra_parameters.is_empty(), has_page && !row.parameters.are_none(), "takes no extra_parameters"),
        (request.mode.is_some(), has_page, "has no page to open in any mode"),
    ];
    for (given, known, why) in options {
        if given && !known {
            return Err(LogoutError::request("REQ-09", format!("this provider {why}; leave it out")));
        }
    }
    let Who::This { account } = &request.who else {
        return Ok(());
    };
    if account.connection.is_some() && !row.parameters.carry(Carries::Federated) {
        return refuse("REQ-09", "this provider knows no connections; leave it out of the account");
    }
    let takes_token = account.connection.is_some_and(|connection| connection.traits().takes_token);
    let wanted = takes_token && reach == Reach::Upstream && row.parameters.carry(Carries::UpstreamToken);
    if account.upstream_access_token.is_some() && !wanted {
        return refuse(
            "A0-11",
            "an upstream access token goes only to a connection whose sign-out takes one, with the reach Upstream",
        );
    }
    Ok(())
}

/// PASS-02: the page that holds a hidden frame is told of its return, at an origin of ours only.
fn frame_parent(
    config: &ClientConfig,
    request: &EndSessionRequest,
    mode: LogoutMode,
    registered: &[String],
) -> Result<Option<String>, LogoutError> {
    if mode != LogoutMode::Silent || config.home == Home::Device {
        return Ok(None);
    }
    let Some(page) = request.initiating_page.as_ref() else {
        return refuse(
            "PASS-02",
            "a hidden frame tells its page when it is back; give initiating_page, the page that holds it",
        );
    };
    let origin = redirect_uri::origin(page.reveal());
    if origin.as_ref().is_some_and(|origin| redirect_uri::is_origin_of(origin, registered)) {
        return Ok(origin);
    }
    refuse("PASS-02", "initiating_page is on none of the origins of the configured redirect_uris")
}

fn leaver(config: &ClientConfig, who: &Who) -> Result<Leaver, LogoutError> {
    match who {
        Who::Everyone if config.home == Home::Server => {
            refuse("HOME-01", "on a server one session is signed out at a time; name it with Who.This")
        }
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
    if id.contains(char::is_control) {
        return refuse("REQ-05", "the account's identifier contains control characters");
    }
    match layout {
        CacheLayout::Prefix { separator, .. } if id.contains(separator.as_str()) => {
            refuse("REQ-05", "the account's identifier contains the separator of the cache layout")
        }
        _ => Ok(()),
    }
}

/// Request over configuration; then the page that asked, where the row says so and somebody is sent it. A page for
/// notices is loaded in a frame and shown to nobody: no browser returns there.
fn redirect(config: &ClientConfig, row: &Row, request: &EndSessionRequest, reach: Reach) -> Option<String> {
    if !row.parameters.carry(Carries::RedirectUri) {
        return None;
    }
    match request.redirect.as_ref().or(config.post_logout_redirect_uri.as_ref()) {
        Some(Redirect::Uri { uri }) => Some(uri.clone()),
        Some(Redirect::Omit) => None,
        None if row.inherits_page && reach > Reach::App => {
            let page = request.initiating_page.as_ref().filter(|page| !config.has_notices_at(page))?;
            Some(redirect_uri::page_without_query(page.reveal()).to_owned())
        }
        None => None,
    }
}

/// Whether a text says nothing, or holds what no parameter holds.
fn is_nothing(text: &str) -> bool {
    text.trim().is_empty() || text.contains(char::is_control)
}

fn check_texts(row: &Row, request: &EndSessionRequest) -> Result<(), LogoutError> {
    let secrets = [&request.state, &request.logout_hint];
    let longest = secrets.into_iter().flatten().map(|text| text.reveal().len());
    if longest.chain(request.correlation_id.iter().map(String::len)).any(|length| length > LONGEST_TEXT) {
        return refuse("REQ-06", "state, logout_hint or correlation_id is longer than 2048 bytes");
    }
    let upstream = request.upstream_token();
    if [request.logout_hint.as_ref(), upstream].into_iter().flatten().any(|text| is_nothing(text.reveal())) {
        return refuse(
            "REQ-06",
            "logout_hint or upstream_access_token is blank or holds control characters; leave it out",
        );
    }
    if request.correlation_id.as_ref().is_some_and(|id| is_nothing(id)) {
        return refuse("REQ-06", "correlation_id is blank or holds control characters; leave it out to have one drawn");
    }
    // RFC 5646 §2.1: parts of one to eight letters and digits.
    let is_part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_tag = |tag: &String| tag.len() <= 64 && tag.split('-').all(is_part);
    if request.ui_locales.len() > 64 || !request.ui_locales.iter().all(is_tag) {
        return refuse("RPI-10", "ui_locales holds something else than language tags");
    }
    for extra in &request.extra_parameters {
        if is_nothing(&extra.name) || extra.name.len() > 256 || extra.value.reveal().len() > LONGEST_TEXT {
            return refuse("RPI-04", "an extra parameter has no plain name, or is too long");
        }
        if row.parameters.have_field(&extra.name) {
            return refuse(
                "RPI-04",
                "an extra parameter repeats a parameter of the request; use the request's own field",
            );
        }
    }
    Ok(())
}

fn check_tokens(config: &ClientConfig, row: &Row, request: &EndSessionRequest) -> Result<(), LogoutError> {
    let own = match &request.who {
        Who::This { account } => account.id_token.as_ref(),
        Who::Everyone => None,
    };
    for token in [own, request.id_token_hint.as_ref()].into_iter().flatten() {
        let hints = read_id_token_unverified(token)?;
        check_client(config, &hints)?;
        check_session(row, request.logout_hint.as_ref(), &hints)?;
    }
    if let Who::This { account } = &request.who {
        for token in &account.tokens {
            check_opaque(&token.value)?;
        }
    }
    Ok(())
}

/// RPI-06: a hint of another client is refused by providers; better here than after the clear.
pub(crate) fn check_client(config: &ClientConfig, hints: &Hints) -> Result<(), LogoutError> {
    let ours = |id: &String| *id == config.client_id;
    if hints.encrypted || hints.audience.iter().any(ours) || hints.authorized_party.as_ref().is_some_and(ours) {
        return Ok(());
    }
    refuse("RPI-06", "the ID token does not name the configured client_id as the client that it was issued to")
}

/// A0-21: a hint that names another session than the ID token beside it is refused by the provider.
pub(crate) fn check_session(row: &Row, logout_hint: Option<&Secret>, hints: &Hints) -> Result<(), LogoutError> {
    let other = |hint: &Secret| hints.session_id.as_ref().is_some_and(|session| session != hint);
    if row.logout_hint_is_sid && logout_hint.is_some_and(other) {
        return refuse("A0-21", "logout_hint is not the session (sid) of the ID token beside it");
    }
    Ok(())
}

/// ATT-85: what goes into a header or a form is visible ASCII.
pub(crate) fn check_opaque(token: &Secret) -> Result<(), LogoutError> {
    let text = token.reveal();
    if text.is_empty() || text.len() > 64 * 1024 || !text.bytes().all(|byte| (0x21..=0x7E).contains(&byte)) {
        return refuse("ATT-85", "a token to revoke is empty, too long, or holds characters that no token has");
    }
    Ok(())
}
