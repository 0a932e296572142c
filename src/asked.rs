//! What is asked, checked: a request is found sound, with everything that inherits resolved, or refused.

use std::sync::Arc;

use crate::cache::Leaver;
use crate::config::{CacheLayout, ClientConfig, Home};
use crate::error::LogoutError;
use crate::id_token::{Hints, read_id_token_unverified};
use crate::navigation::LogoutMode;
use crate::plan::PlanWarning;
use crate::provider::row::Row;
use crate::redirect_uri::{self, Policy, Remark};
use crate::request::{EndSessionRequest, Reach, Redirect, Who};
use crate::secret::Secret;

const LONGEST_TEXT: usize = 2_048;

/// A request that was found sound, with everything that inherits resolved.
pub(crate) struct Asked<'a> {
    pub(crate) config: &'a Arc<ClientConfig>,
    pub(crate) row: &'a Row,
    pub(crate) request: &'a EndSessionRequest,
    pub(crate) leaver: Leaver,
    pub(crate) reach: Reach,
    pub(crate) mode: LogoutMode,
    pub(crate) redirect_uri: Option<String>,
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
    let leaver = leaver(config, &request.who)?;
    let mode = request.mode.or(config.mode).unwrap_or(LogoutMode::Redirect);
    let reach = request.reach.or(config.reach).unwrap_or(row.default_reach);
    if reach > row.farthest_reach {
        return refuse("REQ-01", "this provider cannot be asked to end the session behind it");
    }
    if request.everywhere {
        return refuse("REQ-02", "this provider has no step that ends other devices or apps; leave out everywhere");
    }
    if request.in_frame && mode == LogoutMode::Redirect && reach > Reach::App && !config.allow_redirect_in_frame {
        return refuse("REQ-03", "a redirect in a frame needs allow_redirect_in_frame, or use the reach App");
    }
    if mode != LogoutMode::Popup && (request.popup.is_some() || request.main_window_redirect_uri.is_some()) {
        return refuse("REQ-04", "popup and main_window_redirect_uri need the mode Popup");
    }
    if request.ticket.is_some() && config.home == Home::Device {
        return refuse("HOME-04", "a ticket belongs to a server; on a device leave it out");
    }
    check_texts(row, request)?;
    check_tokens(config, request)?;
    let policy = Policy { registered, allow_http: config.allow_http, native: config.home == Home::Device };
    let mut warnings = Vec::new();
    for target in [&request.return_to, &request.main_window_redirect_uri].into_iter().flatten() {
        redirect_uri::validate(target, policy)?;
    }
    let redirect_uri = redirect(config, row, request);
    if let Some(target) = &redirect_uri {
        warnings.extend(redirect_uri::validate(target, policy)?.into_iter().map(remark));
    }
    Ok(Asked { config, row, request, leaver, reach, mode, redirect_uri, warnings })
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
    match layout {
        CacheLayout::Prefix { separator, .. } if id.contains(separator.as_str()) => {
            refuse("REQ-05", "the account's identifier contains the separator of the cache layout")
        }
        _ => Ok(()),
    }
}

/// Request over configuration; then the page that asked, where the row says so.
fn redirect(config: &ClientConfig, row: &Row, request: &EndSessionRequest) -> Option<String> {
    match request.redirect.as_ref().or(config.post_logout_redirect_uri.as_ref()) {
        Some(Redirect::Uri { uri }) => Some(uri.clone()),
        Some(Redirect::Omit) => None,
        None if row.inherits_page => {
            request.initiating_page.as_ref().map(|page| redirect_uri::page_without_query(page.reveal()).to_owned())
        }
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
    if longest.chain(request.correlation_id.iter().map(String::len)).any(|length| length > LONGEST_TEXT) {
        return refuse("REQ-06", "state, logout_hint or correlation_id is longer than 2048 bytes");
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
pub(crate) fn check_client(config: &ClientConfig, hints: &Hints) -> Result<(), LogoutError> {
    let ours = |id: &String| *id == config.client_id;
    if hints.encrypted || hints.audience.iter().any(ours) || hints.authorized_party.as_ref().is_some_and(ours) {
        return Ok(());
    }
    refuse("RPI-06", "the ID token was issued to another client than the configured client_id")
}

/// ATT-85: what goes into a header or a form is visible ASCII.
pub(crate) fn check_opaque(token: &Secret) -> Result<(), LogoutError> {
    let text = token.reveal();
    if text.is_empty() || text.len() > 64 * 1024 || !text.bytes().all(|byte| (0x21..=0x7E).contains(&byte)) {
        return refuse("ATT-85", "a token to revoke is empty, too long, or holds characters that no token has");
    }
    Ok(())
}
