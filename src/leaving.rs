//! What goes along with those who leave: the hints that name their session, and the tokens that die with it.

use crate::account::{Account, TokenKind};
use crate::asked::{check_client, check_opaque, check_session};
use crate::cache::Clearing;
use crate::config::ClientConfig;
use crate::error::LogoutError;
use crate::id_token::{Hints, read_id_token_unverified};
use crate::plan::{Barrier, BrowserNeed, OwnedToken, PlanWarning, PlannedCall, Remainder};
use crate::provider::parameters::Carries;
use crate::provider::row::{CallDialect, Endpoint, Row};
use crate::request::{EndSessionRequest, Reach, Who};
use crate::secret::Secret;

/// Every token of those who leave, refresh tokens first (REV-06): what the account brings and what the cache holds, each
/// once.
fn all_tokens(account: Option<&Account>, clearing: &Clearing) -> Vec<OwnedToken> {
    let mut tokens: Vec<OwnedToken> = Vec::new();
    if let Some(account) = account {
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

fn named(request: &EndSessionRequest) -> Option<&Account> {
    match &request.who {
        Who::This { account } => Some(account),
        Who::Everyone => None,
    }
}

/// The tokens that will be revoked, and what should be known about that.
pub(crate) fn tokens_to_revoke(
    row: &Row,
    request: &EndSessionRequest,
    clearing: &Clearing,
    warnings: &mut Vec<PlanWarning>,
) -> Vec<OwnedToken> {
    let mut tokens = all_tokens(named(request), clearing);
    if row.revocation == Endpoint::Missing {
        return tokens;
    }
    for kind in [TokenKind::RefreshToken, TokenKind::AccessToken] {
        if !row.revocations.kinds.contains(&kind) && tokens.iter().any(|owned| owned.token.kind == kind) {
            warnings.push(PlanWarning::TokenStaysValid { token: kind });
        }
    }
    tokens.retain(|owned| row.revocations.kinds.contains(&owned.token.kind));
    if let Some(scope) = row.revocations.scope.filter(|_| !tokens.is_empty()) {
        warnings.push(PlanWarning::RevocationReachesFurther { scope });
    }
    tokens
}

/// The token that names the session in a direct request.
fn session_token(dialect: CallDialect, account: &Account, clearing: &Clearing) -> Option<(Option<TokenKind>, Secret)> {
    let wanted = match dialect {
        CallDialect::RefreshTokenForm => TokenKind::RefreshToken,
        CallDialect::TokenAsText => TokenKind::AccessToken,
    };
    let owned = all_tokens(Some(account), clearing).into_iter().find(|owned| owned.token.kind == wanted);
    let id_token = || match dialect {
        CallDialect::RefreshTokenForm => None,
        CallDialect::TokenAsText => {
            account.id_token.clone().or_else(|| clearing.cached.iter().find_map(|cached| cached.id_token.clone()))
        }
    };
    let owned = owned.map(|owned| (Some(owned.token.kind), owned.token.value));
    owned.or_else(|| Some((None, id_token()?))).filter(|(_, token)| check_opaque(token).is_ok())
}

/// The direct request, where the provider takes one and a token names the session; or why there is none.
pub(crate) fn directly(
    row: &Row,
    request: &EndSessionRequest,
    clearing: &Clearing,
) -> Result<PlannedCall, BrowserNeed> {
    let call = row.direct.clone().ok_or(BrowserNeed::OnlyWay)?;
    // One request ends one session: when everyone leaves, each would need its own.
    let account = named(request).ok_or(BrowserNeed::Everyone)?;
    if !call.enabled {
        return Err(BrowserNeed::NotConfigured);
    }
    let (kind, token) = session_token(call.dialect, account, clearing).ok_or(BrowserNeed::NoToken)?;
    Ok(PlannedCall { call, account: account.home_account_id.clone(), kind, token })
}

/// What stays where nobody is asked.
pub(crate) fn remainder(
    config: &ClientConfig,
    row: &Row,
    request: &EndSessionRequest,
    clearing: &Clearing,
) -> Remainder {
    if row.farthest_reach == Reach::App {
        return Remainder::Nothing;
    }
    let enabled = row.direct.as_ref().filter(|direct| direct.enabled);
    if let Some(barrier) = enabled.and_then(|call| Barrier::of(config, call)) {
        return Remainder::Barred(barrier);
    }
    match directly(row, request, clearing) {
        Ok(_) => Remainder::ByRequest,
        Err(because) if row.end_session != Endpoint::Missing => Remainder::ByPage(because),
        Err(BrowserNeed::NoToken | BrowserNeed::Everyone) => Remainder::NoToken,
        Err(BrowserNeed::OnlyWay | BrowserNeed::NotConfigured) => Remainder::Endless,
    }
}

/// The hints of the account that leaves.
#[derive(Default)]
pub(crate) struct Leaving {
    pub(crate) id_token_hint: Option<Secret>,
    pub(crate) logout_hint: Option<Secret>,
}

impl Leaving {
    pub(crate) fn gather(
        config: &ClientConfig,
        row: &Row,
        request: &EndSessionRequest,
        clearing: &Clearing,
        warnings: &mut Vec<PlanWarning>,
    ) -> Self {
        let own = match &request.who {
            // RPI-12: when everyone leaves, nobody's token is sent.
            Who::Everyone => Vec::new(),
            Who::This { account } => {
                let sound = |hints: &Hints| {
                    check_client(config, hints).and_then(|()| check_session(row, request.logout_hint.as_ref(), hints))
                };
                usable_tokens(sound, account.id_token.as_ref(), clearing, warnings)
            }
        };
        // Not every ID token of an account needs to have the claim; only the first one is ever sent.
        let claim = own.iter().find_map(|(_, hints)| hints.login_hint.clone());
        let own = own.into_iter().next();
        // ATT-40: what names the session as well as the token does, and tells less.
        let session = own.as_ref().and_then(|(_, hints)| hints.session_id.clone());
        let session = session.filter(|_| config.minimise_hints && row.logout_hint_is_sid);
        let logout_hint = request.logout_hint.clone().or_else(|| row.logout_hint_claim.and(claim)).or(session);
        if let (Some(cure), None) = (row.logout_hint_claim.and_then(|claim| claim.cure), &logout_hint) {
            let cure = match &request.who {
                Who::Everyone => "name the account, or give a logout_hint",
                Who::This { .. } => cure,
            };
            warnings.push(PlanWarning::AccountPickerWillShow { cure: cure.to_owned() });
        }
        let names_client = row.parameters.carry(Carries::ClientId);
        let minimised = config.minimise_hints && (names_client || logout_hint.is_some());
        let sent = own.filter(|_| row.sends_id_token && !minimised).map(|(token, _)| token);
        let id_token_hint = request.id_token_hint.clone().or(sent);
        // Where the hint is the session itself it names whose session ends as well as the token does (A0-22).
        let named = id_token_hint.is_some() || row.logout_hint_is_sid && logout_hint.is_some();
        if row.sends_id_token && row.asks_without_token && !named {
            let cure = match &request.who {
                Who::Everyone => "give an id_token_hint, or name the account and keep its ID token",
                Who::This { .. } if minimised => "leave out minimise_hints, or give an id_token_hint",
                Who::This { .. } => "keep the ID token of the sign-in and give it with the account",
            };
            warnings.push(PlanWarning::ConfirmationWillShow { cure: cure.to_owned() });
        }
        Self { id_token_hint, logout_hint }
    }
}

/// The ID token of the request, which was checked, or the sound ones of the cache, the best one first. That one is damaged is
/// a warning only where no sound one is left.
fn usable_tokens(
    sound: impl Fn(&Hints) -> Result<(), LogoutError>,
    given: Option<&Secret>,
    clearing: &Clearing,
    warnings: &mut Vec<PlanWarning>,
) -> Vec<(Secret, Hints)> {
    let read = |token: &Secret| {
        let hints = read_id_token_unverified(token)?;
        sound(&hints).map(|()| (token.clone(), hints))
    };
    if let Some(token) = given {
        return read(token).into_iter().collect();
    }
    let mut usable = Vec::new();
    let mut damaged = None;
    for cached in &clearing.cached {
        for token in cached.id_tokens() {
            match read(token) {
                Ok(token) => usable.push(token),
                Err(error) => damaged = damaged.or(Some((&cached.account, error))),
            }
        }
    }
    if let Some((account, error)) = damaged.filter(|_| usable.is_empty()) {
        let rule = error.broken_rule().unwrap_or_default();
        warnings.push(PlanWarning::DamagedIdToken { account: account.clone(), rule });
    }
    usable
}
