//! The browser comes back, or never will.

use super::discover::Lookup;
use super::run::{Run, Stored};
use super::store::failed;
use super::{LogoutClient, entropy};
use crate::error::LogoutError;
use crate::host::HostError;
use crate::keys;
use crate::outcome::{CancelReason, Completion, Doubt, Failure, LogoutOutcome, NotOursReason, SessionStatus};
use crate::pending::{Journey, Record};
use crate::provider::parameters::Carries;
use crate::provider_words;
use crate::query;
use crate::redirect_uri::returned_to;
use crate::secret::Secret;
use crate::unfinished::Stage;

/// What a returned address says.
pub(super) struct Returned<'a> {
    pub(super) url: &'a str,
    pub(super) state: Option<String>,
    issuer: Option<String>,
    error: Option<String>,
    code: bool,
}

/// Which journey a state belongs to.
enum Leg {
    Logout,
    Proof,
}

/// What the stored record says to a return.
enum Verdict {
    Ended {
        open_window: bool,
        caller_state: Option<Secret>,
        after_all: bool,
    },
    /// A proof was answered; whether its sign-out was still waited for.
    Answered {
        waited: bool,
    },
    Before,
    /// It matches, and nobody waits for it any longer.
    Late {
        open_window: bool,
    },
    NotOurs(NotOursReason),
}

const LONGEST_RETURN: usize = 16 * 1024;

impl LogoutClient {
    pub(super) fn read_return(&self, url: &Secret, ticket: Option<&Secret>) -> Result<Completion, LogoutError> {
        let returned = match self.parse(url.reveal()) {
            Ok(returned) => returned,
            Err(why) => return Ok(Completion::NotOurs { why }),
        };
        let now = entropy::now();
        let found = match returned.state.as_deref().and_then(keys::identify) {
            Some((id, ours)) => Ok((id.to_owned(), Some(ours))),
            None => self.by_address(&returned, ticket, now)?.map(|id| (id, None)),
        };
        let (id, ours) = match &found {
            Ok((id, ours)) => (id.as_str(), *ours),
            Err(why) => return Ok(Completion::NotOurs { why: *why }),
        };
        let mut verdict = Verdict::NotOurs(NotOursReason::NothingPending);
        let updated = self.update(id, |record| {
            verdict = self.judge(record, &returned, ours, ticket, now);
            let changed =
                !matches!(verdict, Verdict::Before | Verdict::Late { open_window: false } | Verdict::NotOurs(_));
            changed.then_some(())
        });
        let updated = updated.map_err(|error| no_answer(&error))?.map(|(stored, ())| stored);
        match (verdict, updated) {
            (Verdict::Ended { open_window, caller_state, after_all }, Some(stored)) => {
                self.dismiss(id, open_window);
                let outcome = self.after_return(stored, after_all)?;
                Ok(Completion::Matched { outcome: LogoutOutcome { state: caller_state, ..outcome } })
            }
            (Verdict::Answered { waited }, Some(stored)) => {
                if waited {
                    self.end(&stored.record);
                }
                Ok(Completion::Matched { outcome: told(self.known(&stored.record)) })
            }
            (Verdict::Late { open_window }, updated) => {
                self.dismiss(id, open_window && updated.is_some());
                Ok(Completion::NotOurs { why: NotOursReason::Expired })
            }
            (Verdict::Before, _) => Ok(Completion::AlreadyHandled { outcome: told(self.known(&self.recorded(id)?)) }),
            (Verdict::NotOurs(why), _) => Ok(Completion::NotOurs { why }),
            (Verdict::Ended { .. } | Verdict::Answered { .. }, None) => {
                Ok(Completion::NotOurs { why: NotOursReason::NothingPending })
            }
        }
    }

    /// The browser is back: what waited for it is done now.
    fn after_return(&self, stored: Stored, after_all: bool) -> Result<LogoutOutcome, LogoutError> {
        if !matches!(stored.record.clear.stage, Stage::Waiting | Stage::Kept) {
            if !after_all {
                self.end(&stored.record);
            }
            return Ok(told(self.known(&stored.record)));
        }
        let mut run = Run::claim(self, stored.record.clone(), Some(stored))?;
        run.change(|record| record.clear.stage = Stage::Waiting);
        if run.save() && self.finish_clear(&mut run) {
            self.revoke(&mut run, &mut Lookup::default());
        }
        let record = run.release();
        self.end(&record);
        Ok(self.known(&record))
    }

    /// Reads an address of the host's own making: it may be anything.
    fn parse<'a>(&self, url: &'a str) -> Result<Returned<'a>, NotOursReason> {
        // A browser strips line breaks, so a name could hide behind one.
        let hides = url.bytes().any(|byte| byte <= 0x20 || byte == 0x7F);
        if url.len() > LONGEST_RETURN || hides || url::Url::parse(url).is_err() {
            return Err(NotOursReason::OtherAddress);
        }
        let (_, query, fragment) = query::split(url);
        let parameters = query::decode(query.unwrap_or(""));
        let hidden = query::decode(fragment.unwrap_or(""));
        let all = |name: &str| parameters.iter().filter(|(n, _)| n == name).map(|(_, v)| v).collect::<Vec<_>>();
        let one = |name: &str| match all(name).as_slice() {
            [] => Ok(None),
            [value] => Ok(Some((*value).clone())),
            _ => Err(NotOursReason::WrongState),
        };
        // It comes back under the name it was sent by; that of a proof is never renamed.
        let renamed = self.row.parameters.name(Carries::State);
        let is_state = |(name, _): &&(String, String)| name == "state" || Some(name.as_str()) == renamed;
        // PLR-05: two states, or one where none belongs, are nobody's, and so are two of anything else that is read.
        let state = match parameters.iter().filter(is_state).collect::<Vec<_>>().as_slice() {
            _ if hidden.iter().any(|pair| is_state(&pair)) => return Err(NotOursReason::WrongState),
            [] => None,
            [(_, state)] => Some(state.clone()),
            _ => return Err(NotOursReason::WrongState),
        };
        Ok(Returned { url, state, issuer: one("iss")?, error: one("error")?, code: one("code")?.is_some() })
    }

    /// Compares a return with the record and, if it matches, changes the record.
    fn judge(
        &self,
        record: &mut Record,
        returned: &Returned<'_>,
        ours: Option<&str>,
        ticket: Option<&Secret>,
        now: i64,
    ) -> Verdict {
        let row = self.row_of(record);
        let believed = |issuer: &String| row.as_ref().is_some_and(|row| row.believes(issuer));
        let leg = match (&record.logout, &record.proof, ours) {
            (Some(logout), _, None) if !logout.echoes => Leg::Logout,
            (Some(logout), _, Some(ours)) if logout.has_state(ours) => Leg::Logout,
            (_, Some(proof), Some(ours)) if proof.has_state(ours) => Leg::Proof,
            _ => return Verdict::NotOurs(NotOursReason::WrongState),
        };
        let journey = match leg {
            Leg::Logout => &mut record.logout,
            Leg::Proof => &mut record.proof,
        };
        let Some(journey) = journey else {
            return Verdict::NotOurs(NotOursReason::WrongState);
        };
        if !returned_to(&journey.redirect_uri, returned.url) {
            return Verdict::NotOurs(NotOursReason::OtherAddress);
        }
        if returned.issuer.as_ref().is_some_and(|issuer| !believed(issuer)) {
            return Verdict::NotOurs(NotOursReason::WrongState);
        }
        let (over, late) = (journey.over, journey.is_late(now));
        if !record.has_ticket(ticket) {
            return Verdict::NotOurs(NotOursReason::NotThisBrowser);
        }
        match leg {
            _ if over => Verdict::Before,
            _ if late => Verdict::Late { open_window: std::mem::take(&mut record.open_window) },
            Leg::Logout => end_logout(record, returned),
            Leg::Proof => answer_proof(record, returned),
        }
    }

    pub(super) fn give_up(&self, id: &str, reason: CancelReason) -> Result<LogoutOutcome, LogoutError> {
        self.recorded(id)?;
        let now = entropy::now();
        let cancelled = self
            .update(id, |record| {
                let open_window = std::mem::take(&mut record.open_window);
                let waited = record.is_waiting() && record.provider == SessionStatus::Pending;
                if waited {
                    // The journey stays open: a return that comes all the same is still read.
                    record.provider = SessionStatus::from(reason);
                }
                // So is what waits for the browser while only a proof has said how the provider stands.
                let live = |journey: &Journey| !journey.over && !journey.is_late(now);
                let undecided = record.logout.as_ref().is_some_and(live)
                    && record.clear.stage == Stage::Waiting
                    && record.provider.is_proof();
                if waited || undecided {
                    record.call_off();
                }
                (waited || undecided || open_window).then_some(open_window)
            })
            .map_err(|error| no_answer(&error))?;
        match cancelled {
            Some((stored, open_window)) => {
                self.dismiss(id, open_window);
                self.end(&stored.record);
                Ok(self.known(&stored.record))
            }
            None => Ok(self.known(&self.recorded(id)?)),
        }
    }
}

/// What a returned address says of an error, as far as it repeats nothing.
fn said(record: &Record, error: &str) -> Option<String> {
    provider_words::unless_repeated(provider_words::code(error), record.secrets())
}

fn end_logout(record: &mut Record, returned: &Returned<'_>) -> Verdict {
    let error = returned.error.as_deref();
    let provider_error = error.and_then(|error| said(record, error));
    let caller_state = record.caller_state.take();
    // Its end was told when it was given up; that it never came back, nobody was told.
    let never = SessionStatus::Unconfirmed { because: Doubt::NeverCameBack };
    let after_all = record.provider != SessionStatus::Pending && record.provider != never;
    let echoes = record.logout.as_ref().is_none_or(|journey| journey.echoes);
    let open_window = std::mem::take(&mut record.open_window);
    let provider = match error {
        // What was proved in the meantime is more than a return can say.
        _ if record.provider == SessionStatus::PROVED => SessionStatus::PROVED,
        Some(_) => SessionStatus::Failed { because: Failure::ProviderRefused },
        None if echoes => SessionStatus::Unconfirmed { because: Doubt::ReturnedWithState },
        None => SessionStatus::Unconfirmed { because: Doubt::Returned },
    };
    record.provider_error = provider_error.filter(|_| provider != SessionStatus::PROVED);
    record.stop_waiting(provider);
    record.handover = None;
    Verdict::Ended { open_window, caller_state, after_all }
}

fn answer_proof(record: &mut Record, returned: &Returned<'_>) -> Verdict {
    let (alive, unclear) = (SessionStatus::STILL_SIGNED_IN, SessionStatus::INCONCLUSIVE);
    // The browser of the sign-out itself may still come back, for what waits for it.
    let waited = record.is_waiting() && record.provider == SessionStatus::Pending;
    record.provider_error = None;
    record.provider = match returned.error.as_deref() {
        // An answer that says both says neither.
        Some(_) if returned.code => unclear,
        Some("login_required") => SessionStatus::PROVED,
        Some("consent_required") => alive,
        Some(error) => {
            record.provider_error = said(record, error);
            unclear
        }
        None if returned.code => alive,
        None => unclear,
    };
    if let Some(journey) = &mut record.proof {
        journey.over = true;
    }
    Verdict::Answered { waited }
}

/// The answer to the browser that left has said which cookies to delete; by now they may be those of a new session.
fn told(outcome: LogoutOutcome) -> LogoutOutcome {
    LogoutOutcome { cookies: Vec::new(), ..outcome }
}

fn no_answer(error: &HostError) -> LogoutError {
    failed("reading the record of a sign-out", error)
}
