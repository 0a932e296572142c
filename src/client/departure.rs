//! The browser's part: the navigation is built and handed over. It is best effort and ends as a reason.

use super::discover::Lookup;
use super::run::Run;
use super::{LogoutClient, entropy};
use crate::config::Home;
use crate::end_session::{self, Built, Draft};
use crate::host::{HostError, LogoutEventKind, Navigated};
use crate::navigation::{LogoutMode, Navigation, NavigationMethod};
use crate::outcome::{CancelReason, Doubt, Failure, SessionStatus};
use crate::pending::Record;
use crate::plan::{Departure, LogoutPlan, PlanWarning};
use crate::planning::{
    about_metadata, no_way_back, refused_metadata, repeating_endpoint, resolve, without_endpoint, without_hint,
};
use crate::provider::row::Endpoint;
use crate::secret::Secret;
use crate::unfinished::{CLAIM, is_older};

/// Milliseconds after which a hidden frame is given up.
const FRAME_TIMEOUT_MS: i64 = 10_000;

impl LogoutClient {
    /// Hands the browser over; answers with the navigation where nobody took it.
    pub(super) fn depart(&self, plan: &LogoutPlan, run: &mut Run<'_>, lookup: &mut Lookup) -> Option<Navigation> {
        let Some(departure) = &plan.departure else {
            self.end(&run.record);
            return None;
        };
        if self.navigator.is_some() && self.was_just_given(&run.record) {
            run.just_given = true;
            return None;
        }
        // Whoever signed in in the meantime has taken the browser.
        if run.record.handover.is_none() {
            self.end(&run.record);
            return None;
        }
        let mut learned = Vec::new();
        let built = self.build(departure, &run.record, lookup, &mut learned);
        let nobody_goes = built.is_err();
        run.change(move |record| {
            // Nobody will see what was foretold of a browser that goes nowhere.
            if nobody_goes {
                record.warnings.retain(|warning| !warning.foretells_the_browser());
            }
            record.learn(learned.clone());
        });
        match built {
            Ok(navigation) => self.hand_over(navigation, run),
            Err(because) => {
                self.stay(run, SessionStatus::Failed { because });
                None
            }
        }
    }

    /// Two sign-outs of one account at the same time give one navigation.
    fn was_just_given(&self, record: &Record) -> bool {
        let given = record.handover.as_ref().and_then(|handover| handover.given_at);
        given.is_some_and(|at| !is_older(at, entropy::now(), CLAIM)) && record.is_on_its_way()
    }

    /// The navigation of a sign-out that is under way, once more.
    pub(super) fn once_more(&self, departure: &Departure, record: &Record) -> Option<Navigation> {
        self.build(departure, record, &mut Lookup::default(), &mut Vec::new()).ok()
    }

    fn build(
        &self,
        departure: &Departure,
        record: &Record,
        lookup: &mut Lookup,
        learned: &mut Vec<PlanWarning>,
    ) -> Result<Navigation, Failure> {
        let endpoint = match &departure.endpoint {
            Some(address) => address.clone(),
            None => self.discovered_end_session(lookup, learned)?,
        };
        // The hints of the first time: what the cache said then is gone from it.
        let kept = record.handover.as_ref();
        let token = kept.and_then(|kept| kept.id_token_hint.clone());
        let planned = if token.is_some() { &departure.named } else { &departure.draft };
        let logout_hint = planned.logout_hint.clone().or_else(|| kept.and_then(|kept| kept.logout_hint.clone()));
        let draft = Draft { id_token_hint: planned.id_token_hint.clone().or(token), logout_hint, ..planned.clone() };
        let state = kept.map(|kept| kept.state.reveal()).unwrap_or_default();
        end_session::check_endpoint(&self.row.parameters, &draft, &endpoint).map_err(|_| {
            learned.extend(repeating_endpoint());
            Failure::EndpointRefused
        })?;
        let build =
            |draft: &Draft| end_session::build(&self.row.parameters, draft, &endpoint, state, &record.correlation_id);
        let built = build(&draft);
        if !built.hint_dropped {
            return Ok(framed(built, &draft, departure, record));
        }
        if !end_session::is_anonymous(&self.row, &draft, false) {
            learned.extend(without_hint(&self.row, &draft));
            return Ok(framed(built, &draft, departure, record));
        }
        // RPI-08: nobody would say who asks, so the provider would not come back, and is not asked to.
        let built = build(&Draft { redirect_uri: None, ..draft.clone() });
        learned.extend([PlanWarning::HintDropped, no_way_back(departure.mode)]);
        Ok(Navigation { redirect_uri: None, ..framed(built, &draft, departure, record) })
    }

    fn discovered_end_session(&self, lookup: &mut Lookup, learned: &mut Vec<PlanWarning>) -> Result<String, Failure> {
        let metadata = self.metadata_once(lookup).map_err(|error| {
            learned.extend(refused_metadata(&error));
            learned.push(PlanWarning::ProviderSessionRemains);
            Failure::DiscoveryFailed
        })?;
        learned.extend(about_metadata(&metadata));
        match resolve(&self.row.end_session, Some(&metadata), |known| known.end_session.as_ref()) {
            Endpoint::Known(address) => Ok(address),
            Endpoint::Discovered | Endpoint::Missing => {
                let (why, said) = without_endpoint(Some(&metadata));
                learned.extend(said);
                Err(why.into())
            }
        }
    }

    fn hand_over(&self, navigation: Navigation, run: &mut Run<'_>) -> Option<Navigation> {
        let (now, mode, returns) = (entropy::now(), navigation.mode, navigation.redirect_uri.is_some());
        let opens_window = self.navigator.is_some() && mode != LogoutMode::Redirect;
        run.change(move |record| {
            if !returns {
                record.logout = None;
                record.caller_state = None;
            }
            if let Some(handover) = &mut record.handover {
                handover.given_at = Some(now);
            }
            // Before the call: a host may complete from inside it.
            record.open_window |= opens_window;
        });
        let Some(navigator) = &self.navigator else {
            run.change(move |record| on_its_way(record, returns));
            return Some(navigation);
        };
        if !run.save() {
            return None;
        }
        if run.record.handover.is_none() {
            self.end(&run.record);
            return None;
        }
        match navigator.navigate(navigation) {
            Ok(Navigated::Started) => {
                run.change(move |record| on_its_way(record, returns));
                // Not after a host that completed from inside the call: its popup is closed again.
                let is_open = || self.record(&run.record.id).ok().flatten().is_none_or(|now| now.record.open_window);
                if mode == LogoutMode::Popup && is_open() {
                    self.emit(LogoutEventKind::PopupOpened, &run.record);
                }
                if !returns && mode == LogoutMode::Redirect {
                    self.settle(run);
                }
            }
            Ok(Navigated::Stopped) => {
                run.change(|record| {
                    record.learn([PlanWarning::ProviderSessionRemains]);
                    // A sign-out that stays in the app asks nobody; what an older one still owes is owed.
                    record.revocations.retain(|one| one.token.is_none() || one.tries > 0);
                });
                self.stay(run, SessionStatus::NotAsked);
            }
            Ok(Navigated::NoBrowser) => self.stay(run, SessionStatus::Failed { because: Failure::NoBrowser }),
            Err(HostError::Offline { .. }) => self.stay(run, SessionStatus::from(CancelReason::Offline)),
            Err(_) => self.stay(run, SessionStatus::Failed { because: Failure::NavigatorFailed }),
        }
        None
    }

    /// The browser goes nowhere.
    fn stay(&self, run: &mut Run<'_>, provider: SessionStatus) {
        run.change(move |record| {
            record.open_window = false;
            record.stop_waiting(provider);
            record.call_off();
        });
        run.save();
        self.settle(run);
    }

    /// The browser is not heard of any more: what waited for it is cleared.
    fn settle(&self, run: &mut Run<'_>) {
        if run.record.is_left_waiting(entropy::now()) {
            self.finish_clear(run);
        }
        self.end(&run.record);
    }

    /// Whether outcomes carry tickets.
    pub(super) fn is_server(&self) -> bool {
        self.config.home == Home::Server
    }
}

/// Nothing more will be heard of a browser that has nowhere to return to. One that is back already, or was called off from
/// inside the call, has the last word.
fn on_its_way(record: &mut Record, returns: bool) {
    if !record.is_on_its_way() {
        return;
    }
    record.provider =
        if returns { SessionStatus::Pending } else { SessionStatus::Unconfirmed { because: Doubt::NoReturn } };
}

fn framed(built: Built, draft: &Draft, departure: &Departure, record: &Record) -> Navigation {
    built.into(Navigation {
        id: record.id.clone(),
        url: Secret::from(""),
        method: NavigationMethod::Get,
        form: Vec::new(),
        mode: departure.mode,
        popup: departure.popup.clone(),
        main_window_redirect_uri: departure.main_window_redirect_uri.clone(),
        redirect_uri: draft.redirect_uri.clone(),
        frame_timeout_ms: FRAME_TIMEOUT_MS,
    })
}
