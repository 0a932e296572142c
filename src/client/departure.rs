//! The server's part: the navigation and the revocations. Everything here is best effort and ends as a reason.

use super::LogoutClient;
use super::discover::Lookup;
use super::sign_out::Drawn;
use crate::asked::check_opaque;
use crate::config::Home;
use crate::direct_call;
use crate::end_session::{self, Built, Draft};
use crate::host::{LogoutEventKind, Navigated};
use crate::navigation::{LogoutMode, Navigation, NavigationMethod};
use crate::outcome::{Doubt, Failure, Revocation, RevocationStatus, SessionStatus};
use crate::pending::Record;
use crate::plan::{Departure, LogoutPlan, PlanWarning};
use crate::planning::{about_metadata, no_way_back, resolve, without_endpoint, without_hint};
use crate::provider::row::{Endpoint, endpoint_url};
use crate::revocation;
use crate::secret::Secret;

/// Milliseconds after which a hidden frame is given up.
const FRAME_TIMEOUT_MS: i64 = 10_000;

impl LogoutClient {
    /// Hands the browser over; answers with the navigation where nobody took it.
    pub(super) fn depart(
        &self,
        plan: &LogoutPlan,
        record: &mut Record,
        drawn: &Drawn,
        lookup: &mut Lookup,
    ) -> Option<Navigation> {
        let next = match &plan.departure {
            None => None,
            Some(departure) => match self.build(departure, record, drawn, lookup) {
                Err(because) => {
                    record.stop_waiting(SessionStatus::Failed { because });
                    None
                }
                Ok(navigation) => self.hand_over(navigation, record),
            },
        };
        if !record.is_waiting() && next.is_none() && !record.open_window {
            self.emit(LogoutEventKind::LogoutEnd, record);
        }
        next
    }

    fn build(
        &self,
        departure: &Departure,
        record: &mut Record,
        drawn: &Drawn,
        lookup: &mut Lookup,
    ) -> Result<Navigation, Failure> {
        let endpoint = match &departure.endpoint {
            Some(address) => address.clone(),
            None => self.discovered_end_session(record, lookup)?,
        };
        end_session::check_endpoint(&self.row.parameters, &departure.draft, &endpoint)
            .map_err(|_| Failure::EndpointRefused)?;
        let build =
            |draft| end_session::build(&self.row.parameters, draft, &endpoint, &drawn.state, &record.correlation_id);
        let built = build(&departure.draft);
        if !built.hint_dropped {
            return Ok(framed(built, departure, record));
        }
        if !end_session::is_anonymous(&self.row, &departure.draft, false) {
            record.learn(without_hint(&self.row, &departure.draft));
            return Ok(framed(built, departure, record));
        }
        // RPI-08: nobody would say who asks, so the provider would not come back, and is not asked to.
        let built = build(&Draft { redirect_uri: None, ..departure.draft.clone() });
        record.learn([PlanWarning::HintDropped, no_way_back(departure.mode)]);
        record.logout = None;
        record.caller_state = None;
        Ok(Navigation { redirect_uri: None, ..framed(built, departure, record) })
    }

    fn discovered_end_session(&self, record: &mut Record, lookup: &mut Lookup) -> Result<String, Failure> {
        let metadata = self.metadata_once(lookup).map_err(|_| Failure::DiscoveryFailed)?;
        record.learn(about_metadata(&metadata));
        match resolve(&self.row.end_session, Some(&metadata), |known| known.end_session.as_ref()) {
            Endpoint::Known(address) => Ok(address),
            Endpoint::Discovered | Endpoint::Missing => {
                let (why, said) = without_endpoint(Some(&metadata));
                // Nobody will see what was foretold of a browser that goes nowhere.
                record.warnings.retain(|warning| !warning.foretells_the_browser());
                record.learn(said);
                Err(why.into())
            }
        }
    }

    fn hand_over(&self, navigation: Navigation, record: &mut Record) -> Option<Navigation> {
        // Nothing more will be heard of a browser that has nowhere to return to.
        let on_its_way = match navigation.redirect_uri {
            Some(_) => SessionStatus::Pending,
            None => SessionStatus::Unconfirmed { because: Doubt::NoReturn },
        };
        let Some(navigator) = &self.navigator else {
            record.provider = on_its_way;
            return Some(navigation);
        };
        let mode = navigation.mode;
        // Before the call: a host may complete from inside it.
        record.open_window = mode != LogoutMode::Redirect;
        self.note_window(record);
        match navigator.navigate(navigation) {
            Ok(Navigated::Started) => {
                record.provider = on_its_way;
                // Not after a host that completed from inside the call: its popup is closed again.
                let is_open = || self.record(&record.id).ok().flatten().is_none_or(|(stored, _)| stored.open_window);
                if mode == LogoutMode::Popup && is_open() {
                    self.emit(LogoutEventKind::PopupOpened, record);
                }
            }
            Ok(Navigated::Stopped) => {
                record.open_window = false;
                record.stop_waiting(SessionStatus::NotAsked);
                record.warnings.push(PlanWarning::ProviderSessionRemains);
            }
            Ok(Navigated::NoBrowser) => {
                record.open_window = false;
                record.stop_waiting(SessionStatus::Failed { because: Failure::NoBrowser });
            }
            Err(_) => {
                record.open_window = false;
                record.stop_waiting(SessionStatus::Failed { because: Failure::NavigatorFailed });
            }
        }
        None
    }

    /// The stored record learns of the window, so that whoever ends the wait closes it.
    fn note_window(&self, record: &Record) {
        if record.open_window {
            let _ = self.update(&record.id, |stored| {
                stored.open_window = true;
                Some(())
            });
        }
    }

    /// Ends the session by a direct request. Its answer is known at once; nothing is tried twice.
    pub(super) fn call(&self, plan: &LogoutPlan, record: &mut Record) {
        if let Some(planned) = &plan.call {
            let call = direct_call::call(&self.config, planned, self.row.public_addresses_only);
            let (provider, error) = direct_call::read(planned, self.send(call).as_ref());
            record.provider = provider;
            record.provider_error = error;
        }
    }

    /// Revokes what was read before the clear, refresh tokens first (REV-06). No failure stops the next.
    pub(super) fn revoke(&self, plan: &LogoutPlan, record: &mut Record, lookup: &mut Lookup) {
        if plan.tokens.is_empty() {
            return;
        }
        let endpoint = match &plan.revocation {
            Endpoint::Known(address) => Ok(Some(address.clone())),
            Endpoint::Missing => Ok(None),
            Endpoint::Discovered => self.metadata_once(lookup).map(|metadata| {
                record.learn(about_metadata(&metadata));
                metadata.revocation
            }),
        };
        let endpoint = endpoint.map(|known| known.filter(|address| endpoint_url(address).is_ok()));
        for owned in &plan.tokens {
            // REV-04: one token of an unsupported kind tells about the others.
            let unsupported = record
                .revocations
                .iter()
                .any(|known| known.token == owned.token.kind && known.status == RevocationStatus::Unsupported);
            let unsent = |status| Revocation {
                account: owned.account.clone(),
                token: owned.token.kind,
                status,
                provider_error: None,
            };
            let revocation = match &endpoint {
                Err(_) => unsent(RevocationStatus::Uncertain),
                Ok(None) => unsent(RevocationStatus::Unsupported),
                Ok(Some(_)) if unsupported => unsent(RevocationStatus::Unsupported),
                // A cached token that cannot go into a form stays alive.
                Ok(Some(_)) if check_opaque(&owned.token.value).is_err() => unsent(RevocationStatus::Uncertain),
                Ok(Some(address)) => {
                    let dialect = self.row.revocations.dialect;
                    let public_only = self.row.public_addresses_only;
                    let call = revocation::call(&self.config, dialect, address, owned, public_only);
                    revocation::read(dialect, owned, self.send(call).as_ref())
                }
            };
            record.revocations.push(revocation);
        }
    }

    /// Whether outcomes carry tickets.
    pub(super) fn is_server(&self) -> bool {
        self.config.home == Home::Server
    }
}

fn framed(built: Built, departure: &Departure, record: &Record) -> Navigation {
    built.into(Navigation {
        id: record.id.clone(),
        url: Secret::from(""),
        method: NavigationMethod::Get,
        form: Vec::new(),
        mode: departure.mode,
        popup: departure.popup.clone(),
        main_window_redirect_uri: departure.main_window_redirect_uri.clone(),
        redirect_uri: departure.draft.redirect_uri.clone(),
        frame_timeout_ms: FRAME_TIMEOUT_MS,
    })
}
