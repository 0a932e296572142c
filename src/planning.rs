//! The pure half of a sign-out: what was asked is joined with what the cache and the metadata say.

use std::sync::Arc;

use crate::asked::{Asked, refuse};
use crate::cache::{Clearing, Leaver};
use crate::config::{BrowserMode, ClientConfig, Home};
use crate::connection::Connection;
use crate::discovery::Metadata;
use crate::end_session::{self, Draft, Post};
use crate::error::LogoutError;
use crate::front_channel;
use crate::keys;
use crate::leaving::{Leaving, directly, remainder, tokens_to_revoke};
use crate::navigation::LogoutMode;
use crate::plan::{BrowserNeed, Departure, LogoutPlan, Obstacle, PlanWarning, Remainder};
use crate::provider::parameters::Carries;
use crate::provider::row::{Endpoint, ReturnCondition, Row};
use crate::query;
use crate::request::{EndSessionRequest, OnCancel, Reach, Who};
use crate::unfinished::fingerprint;

/// As long as a correlation identifier that is drawn.
const UUID_LENGTH: usize = 36;

/// Joins what was asked with what is known. Still nothing happens.
pub(crate) fn plan(
    asked: Asked<'_>,
    clearing: &Clearing,
    metadata: Option<&Metadata>,
) -> Result<LogoutPlan, LogoutError> {
    let Asked { config, row, request, leaver, reach, mode, redirect_uri, frame_parent, warnings } = asked;
    front_channel::check(config, request, clearing, &row)?;
    let accounts = match &leaver {
        Leaver::One(account) => vec![account.clone()],
        Leaver::Everyone => clearing.accounts(),
    };
    let mut plan = LogoutPlan {
        config: Arc::clone(config),
        issuer: row.issuer.clone(),
        request: fingerprint(request),
        after_return: false,
        revokes: false,
        authority: request.authority.clone(),
        leaver,
        accounts,
        keys: clearing.touched(),
        cookies: clearing.cookies.clone(),
        call: None,
        departure: None,
        obstacle: None,
        remainder: remainder(config, &row, request, clearing),
        revocation: Endpoint::Missing,
        tokens: Vec::new(),
        warnings,
        return_to: request.return_to.clone(),
        correlation_id: request.correlation_id.clone(),
        ticket: request.ticket.clone(),
        frame_parent,
    };
    let asking = Asking { config, row: &row, request, reach, mode };
    if reach == Reach::App {
        let remains = plan.remainder != Remainder::Nothing;
        plan.warnings.extend(remains.then_some(PlanWarning::ProviderSessionRemains));
    } else {
        asking.ask(&mut plan, redirect_uri, clearing, metadata)?;
    }
    let returns = |departure: &Departure| departure.draft.redirect_uri.is_some();
    if request.state.is_some() && plan.departure.as_ref().is_some_and(|departure| !returns(departure)) {
        plan.warnings.push(PlanWarning::OptionUnused { option: "state".to_owned() });
    }
    // Whether a browser is needed turns on the tokens of the moment, so that these options are no fault of the request.
    if plan.departure.is_none() {
        let unused = request.browser_options().map(|option| PlanWarning::OptionUnused { option: option.to_owned() });
        plan.warnings.extend(unused);
    }
    Ok(plan)
}

/// Everything that concerns the provider.
struct Asking<'a> {
    config: &'a ClientConfig,
    row: &'a Row,
    request: &'a EndSessionRequest,
    reach: Reach,
    mode: LogoutMode,
}

impl Asking<'_> {
    fn ask(
        &self,
        plan: &mut LogoutPlan,
        redirect_uri: Option<String>,
        clearing: &Clearing,
        metadata: Option<&Metadata>,
    ) -> Result<(), LogoutError> {
        let Self { config, row, request, .. } = self;
        let has_address = redirect_uri.is_some();
        let because = match directly(row, request, clearing) {
            Ok(call) => {
                plan.call = Some(call);
                BrowserNeed::OnlyWay
            }
            Err(because) => because,
        };
        plan.revocation = resolve(&row.revocation, metadata, |known| known.revocation.as_ref());
        plan.revokes = request.revoke_tokens.or(config.revoke_tokens).unwrap_or(row.revocations.by_default);
        if plan.revokes {
            plan.tokens = tokens_to_revoke(row, request, clearing, &mut plan.warnings);
        }
        match &plan.call {
            Some(planned) => {
                plan.tokens.retain(|owned| owned.token.value != planned.token);
                if planned.call.ends_other_apps {
                    plan.warnings.push(PlanWarning::OtherAppsSignedOut);
                }
            }
            None if row.direct.is_some() && row.end_session == Endpoint::Missing => {
                plan.obstacle = Some(Obstacle::NoToken);
                plan.warnings.push(PlanWarning::ProviderSessionRemains);
            }
            None => self.by_browser(plan, redirect_uri, clearing, metadata, because)?,
        }
        plan.after_return = self.waits_for_return(plan, has_address)?;
        plan.warnings.extend(metadata.into_iter().flat_map(about_metadata));
        Ok(())
    }

    /// Whether nothing is cleared before the browser is back: it has to go, and there has to be a way back.
    fn waits_for_return(&self, plan: &LogoutPlan, has_address: bool) -> Result<bool, LogoutError> {
        let keeps = self.request.on_cancel.or(self.config.on_cancel) == Some(OnCancel::KeepEverything);
        let Some(departure) = plan.departure.as_ref().filter(|_| keeps) else {
            return Ok(false);
        };
        if !has_address {
            return refuse("CAN-02", "KeepEverything clears when the browser is back; give it an address to return to");
        }
        Ok(departure.draft.redirect_uri.is_some())
    }

    fn by_browser(
        &self,
        plan: &mut LogoutPlan,
        redirect_uri: Option<String>,
        clearing: &Clearing,
        metadata: Option<&Metadata>,
        because: BrowserNeed,
    ) -> Result<(), LogoutError> {
        let Self { config, row, request, .. } = self;
        let end_session = resolve(&row.end_session, metadata, |known| known.end_session.as_ref());
        let hints = match end_session {
            Endpoint::Missing => Leaving::default(),
            _ => Leaving::gather(config, row, request, clearing, &mut plan.warnings),
        };
        let draft = self.draft(redirect_uri, hints);
        match &end_session {
            Endpoint::Missing => {
                let (why, said) = without_endpoint(metadata);
                plan.obstacle = Some(why);
                plan.warnings.extend(said);
            }
            // What the provider itself names wrongly is no reason to refuse the clear.
            Endpoint::Known(address)
                if row.end_session == Endpoint::Discovered
                    && end_session::check_endpoint(&row.parameters, &draft, address).is_err() =>
            {
                plan.obstacle = Some(Obstacle::EndpointRefused);
                plan.warnings.retain(|warning| !warning.foretells_the_browser());
                plan.warnings.extend(repeating_endpoint());
            }
            Endpoint::Known(_) | Endpoint::Discovered => {
                self.about_connection(draft.redirect_uri.is_some(), &mut plan.warnings);
                let state = keys::STATE_LENGTH;
                plan.departure = Some(self.depart(end_session, draft, because, state, &mut plan.warnings)?);
            }
        }
        Ok(())
    }

    fn connection(&self) -> Option<Connection> {
        match &self.request.who {
            Who::This { account } => account.connection.filter(|_| self.reach == Reach::Upstream),
            Who::Everyone => None,
        }
    }

    /// What is known of the session behind the provider, when it shall end too.
    fn about_connection(&self, returns: bool, warnings: &mut Vec<PlanWarning>) {
        let Some(traits) = self.connection().map(Connection::traits) else {
            return;
        };
        if !traits.has_session {
            warnings.push(PlanWarning::NothingBehindProvider);
        }
        if traits.social && returns {
            warnings.push(PlanWarning::MayNotReturn { why: ReturnCondition::SocialConnection });
        }
        if traits.own_client {
            warnings.push(PlanWarning::ConnectionNeedsOwnClient);
        }
        if traits.saml {
            warnings.extend([PlanWarning::SamlLogoutUrlNeeded, PlanWarning::SamlSessionIndexNeeded]);
        }
    }

    fn draft(&self, redirect_uri: Option<String>, hints: Leaving) -> Draft {
        let Self { config, row, request, .. } = self;
        let post = match config.home {
            Home::Server if row.accepts_post && config.prefer_form_post => Post::Always,
            Home::Server if row.accepts_post => Post::WhenLong,
            Home::Server | Home::Device => Post::Never,
        };
        let upstream_token = request.upstream_token().cloned();
        let through = row.upstream_return.as_ref().filter(|_| upstream_token.is_some());
        let behind = self.connection().is_none_or(|connection| connection.traits().has_session);
        Draft {
            returns_through: through.zip(redirect_uri.as_ref()).map(|(page, target)| nested(page, target)),
            redirect_uri,
            correlation_id: request.correlation_id.clone(),
            id_token_hint: hints.id_token_hint,
            client_id: row.parameters.carry(Carries::ClientId).then(|| config.client_id.clone()),
            logout_hint: hints.logout_hint,
            ui_locales: request.ui_locales.clone(),
            caller_state: request.state.clone(),
            federated: self.reach == Reach::Upstream && behind,
            upstream_token,
            extra: request.extra_parameters.clone(),
            post,
        }
    }

    fn depart(
        &self,
        endpoint: Endpoint,
        draft: Draft,
        because: BrowserNeed,
        state: usize,
        warnings: &mut Vec<PlanWarning>,
    ) -> Result<Departure, LogoutError> {
        let Self { config, row, request, mode, .. } = self;
        let address = match endpoint {
            Endpoint::Known(address) => {
                end_session::check_endpoint(&row.parameters, &draft, &address)?;
                Some(address)
            }
            Endpoint::Discovered | Endpoint::Missing => None,
        };
        // Neither is drawn yet, but both are as long as these.
        let (state, correlation_id) = ("x".repeat(state), "x".repeat(UUID_LENGTH));
        let build = |address| end_session::build(&row.parameters, &draft, address, &state, &correlation_id);
        let hint_dropped = address.as_ref().is_some_and(|address| build(address).hint_dropped);
        let named = draft.clone();
        let mut draft = self.named(draft, !hint_dropped)?;
        if hint_dropped {
            draft.id_token_hint = None;
            warnings.extend(dropped(row, &draft));
        }
        match &draft.redirect_uri {
            Some(_) => warnings.extend(conditions(row, &draft)),
            None if row.may_not_return.contains(&ReturnCondition::SetAtProvider) => {
                warnings.push(PlanWarning::MayNotReturn { why: ReturnCondition::SetAtProvider });
                // Wherever that is, it is no return that closes the popup.
                warnings.extend((*mode == LogoutMode::Popup).then_some(PlanWarning::PopupStaysOpen));
            }
            None => warnings.push(no_way_back(*mode)),
        }
        // Two private sessions share no cookies either.
        let jars = config.sign_in_browser.zip(config.sign_out_browser);
        if jars.is_some_and(|jars| jars != (BrowserMode::Shared, BrowserMode::Shared)) {
            warnings.push(PlanWarning::DifferentCookieJar);
        }
        Ok(Departure {
            endpoint: address,
            parameters: end_session::parameter_names(&row.parameters, &draft),
            draft,
            named,
            mode: *mode,
            popup: request.popup.clone(),
            main_window_redirect_uri: request.main_window_redirect_uri.clone(),
            because,
            may_ask: row.asks_without_token,
            frame_documented: row.frame_documented,
        })
    }
}

impl Asking<'_> {
    /// RPI-08: a redirect by which nobody says who asks is refused where the request or the configuration can never say
    /// it. What only the cache does not say, damaged or empty as after a first sign-out, stops no clear: then no return is asked for.
    fn named(&self, draft: Draft, with_token: bool) -> Result<Draft, LogoutError> {
        if !end_session::is_anonymous(self.row, &draft, with_token) {
            return Ok(draft);
        }
        let given = match &self.request.who {
            Who::This { account } => account.id_token.is_some() || self.request.id_token_hint.is_some(),
            Who::Everyone => true,
        };
        if given {
            return refuse(
                "RPI-08",
                "a redirect needs an ID token that fits into an address or a client_id, or the provider will not return",
            );
        }
        let id_token_hint = draft.id_token_hint.filter(|_| with_token);
        Ok(Draft { redirect_uri: None, returns_through: None, id_token_hint, ..draft })
    }
}

/// The documented conditions of a return that this request does not meet by itself.
fn conditions(row: &Row, draft: &Draft) -> Vec<PlanWarning> {
    let open = |why: &&ReturnCondition| match why {
        ReturnCondition::NeedsIdToken => draft.id_token_hint.is_none(),
        // Where it goes when no address is sent.
        ReturnCondition::SetAtProvider => false,
        ReturnCondition::MustBeRegistered => !row.compares_with_token_only || draft.id_token_hint.is_some(),
        _ => true,
    };
    row.may_not_return.iter().filter(open).map(|why| PlanWarning::MayNotReturn { why: *why }).collect()
}

/// The ID token has to be left out: the user may be asked.
fn dropped(row: &Row, draft: &Draft) -> impl Iterator<Item = PlanWarning> {
    let named = row.logout_hint_is_sid && draft.logout_hint.is_some();
    let cure = if row.accepts_post {
        "have less put into the ID token, or sign out from a server, which sends a long one as a form"
    } else {
        "have less put into the ID token"
    };
    let asks = row.sends_id_token && row.asks_without_token && !named;
    let confirmation = asks.then(|| PlanWarning::ConfirmationWillShow { cure: cure.to_owned() });
    std::iter::once(PlanWarning::HintDropped).chain(confirmation)
}

/// The same on the way there, when a return that needs the ID token has become unsure too.
pub(crate) fn without_hint(row: &Row, draft: &Draft) -> Vec<PlanWarning> {
    let needs = draft.redirect_uri.is_some() && row.may_not_return.contains(&ReturnCondition::NeedsIdToken);
    let unsure = needs.then_some(PlanWarning::MayNotReturn { why: ReturnCondition::NeedsIdToken });
    dropped(row, draft).chain(unsure).collect()
}

/// A target inside the address of a page. It stands as it is unless something in it would end it early (A0-10).
fn nested(page: &str, target: &str) -> String {
    let breaks = target.bytes().any(|byte| b"&#%+?".contains(&byte));
    if breaks { format!("{page}{}", query::encode(target)) } else { format!("{page}{target}") }
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

/// Why there are no metadata.
pub(crate) fn refused_metadata(error: &LogoutError) -> Option<PlanWarning> {
    error.broken_rule().map(|rule| PlanWarning::MetadataRefused { rule })
}

/// RPI-04: metadata name an end-session address that carries a parameter of ours already.
pub(crate) fn repeating_endpoint() -> [PlanWarning; 2] {
    [PlanWarning::MetadataRefused { rule: "RPI-04".to_owned() }, PlanWarning::ProviderSessionRemains]
}

/// What the metadata gives cause to say.
pub(crate) fn about_metadata(metadata: &Metadata) -> Vec<PlanWarning> {
    let insecure = metadata.insecure.iter().map(|member| PlanWarning::InsecureEndpoint { member: member.clone() });
    let elsewhere = metadata.other_hosts.iter().map(|host| PlanWarning::EndpointOnOtherHost { host: host.clone() });
    insecure.chain(elsewhere).collect()
}
