//! Walking a plan: write down, clear, read back, hand over the browser, revoke.

use super::clear::{Attempt, joined, note_left};
use super::discover::Lookup;
use super::journal::Opened;
use super::records::TRIES;
use super::run::Run;
use super::store::failed;
use super::{LogoutClient, entropy};
use crate::error::LogoutError;
use crate::host::{Change, Commit, Entry, Guarantee, HostError, LogoutEventKind, Requirement};
use crate::outcome::{Doubt, LogoutOutcome, SessionStatus};
use crate::pending::Record;
use crate::plan::{LogoutPlan, PlanWarning};
use crate::secret::Secret;
use crate::unfinished::Stage;

impl LogoutClient {
    pub(super) fn walk(&self, plan: &LogoutPlan) -> Result<LogoutOutcome, LogoutError> {
        if plan.config != self.config {
            return Err(LogoutError::request("REQ-07", "the plan was made by a client of another configuration"));
        }
        let mut run = match self.begin(plan)? {
            Begun::Run(run) => run,
            Begun::Joined(record) => return Ok(self.join(plan, &record)),
        };
        self.emit(LogoutEventKind::LogoutStart, &run.record);
        let mut lookup = Lookup::default();
        let mut next = None;
        if run.record.clear.after_return {
            next = self.depart(plan, &mut run, &mut lookup);
            if run.record.is_left_waiting(entropy::now()) {
                self.finish_clear(&mut run);
            }
        } else if self.read_back(&mut run) {
            if !run.written_down && run.record.application == UNSEEN {
                // Of a sign-out that is neither written down nor seen to be done, nothing else is begun.
                self.begin_nothing(&mut run);
            } else if self.call(&mut run) {
                next = self.depart(plan, &mut run, &mut lookup);
            }
        }
        if !run.lost && run.record.may_revoke() {
            self.revoke(&mut run, &mut lookup);
        }
        let (ticket, just_given) = (run.ticket.clone(), run.just_given);
        let recorded = run.is_recorded() && run.stored.is_some();
        let record = run.release();
        let mut known = self.known(&record);
        known.warnings.extend(just_given.then_some(PlanWarning::AlreadyUnderWay));
        let kept = if recorded { known.kept } else { Vec::new() };
        Ok(LogoutOutcome { next, ticket, kept, ..known })
    }

    /// Writes down what will be done and, unless the browser goes first, clears. Fails only when nothing was removed.
    fn begin<'a>(&'a self, plan: &LogoutPlan) -> Result<Begun<'a>, LogoutError> {
        let atomic = self.store.guarantee().map_err(|error| refused(&error))? == Guarantee::Atomic;
        let mut recorded = true;
        for _ in 0..TRIES {
            let clearing = self.look(&plan.leaver).map_err(|error| refused(&error))?;
            // Before the records are listed: another sign-out that begins in between is not among them.
            let epoch = self.epoch_of(&plan.leaver).map_err(|error| refused(&error))?;
            let latest = self.latest(plan).map_err(|error| refused(&error))?;
            let opened = if recorded { self.open(plan)? } else { self.open_new(plan, Vec::new())? };
            if let Some(mut joined) = opened.live(clearing.touched().is_empty()) {
                note_left(&mut joined, &plan.leaver, &clearing, 0);
                return Ok(Begun::Joined(Box::new(joined)));
            }
            let Opened { mut record, stored, older, ticket } = opened;
            if !atomic {
                record.learn([PlanWarning::StoreNotAtomic]);
            }
            let id = record.id.clone();
            let earlier = stored.as_ref().map(|stored| stored.record.clone());
            let known = stored.as_ref().map_or_else(|| record.clone(), |stored| stored.record.clone());
            let mut run = Run::claim(self, known, stored)?;
            run.ticket = ticket;
            run.change(move |now| *now = Record { owner: now.owner.take(), ..record.clone() });
            if !recorded {
                run.unrecord();
            }
            let beside = self.superseding(&older);
            let attempt = if plan.after_return && run.record.clear.stage == Stage::Waiting {
                self.write_down(&mut run, joined(beside, claiming(latest, &id)))
            } else {
                self.try_clear_since(&mut run, &plan.leaver, &clearing, beside, epoch)
            };
            match attempt {
                Ok(Attempt::Cleared) => {
                    self.close(&older);
                    return Ok(Begun::Run(Box::new(run)));
                }
                Ok(Attempt::Conflict | Attempt::Struck) => {
                    recorded &= run.is_recorded();
                    if recorded && run.has_claimed() && !run.save() {
                        // Another has taken this over, and finishes it.
                        return Ok(Begun::Joined(Box::new(run.record)));
                    }
                }
                Err(error) => {
                    let locked = matches!(error, HostError::Unavailable { .. });
                    // Key by key a part of it may be done. Where nobody can look, what is written down is gone on with, and
                    // what was tried may have been done, unless the store says that it was not.
                    let changed = match self.look(&plan.leaver) {
                        Ok(now) => now.touched() != clearing.touched(),
                        Err(_) => !atomic && run.has_claimed() || run.attempted && !locked,
                    };
                    if changed && !plan.after_return {
                        run.look_again();
                        run.change(|record| record.clear.stage = Stage::Cleared);
                        return Ok(Begun::Run(Box::new(run)));
                    }
                    if locked || !recorded || !atomic || plan.after_return {
                        // Nothing was removed, so nothing new is remembered.
                        self.give_in(&run.record);
                        match earlier {
                            Some(earlier) => run.undo(earlier),
                            None => self.record(&run.record.id).ok().flatten().iter().for_each(|one| self.forget(one)),
                        }
                        return Err(refused(&error));
                    }
                    // A journal that cannot be written does not stop the clear.
                    recorded = false;
                }
            }
        }
        Err(LogoutError::StoreLocked { operation: "clearing, which others interrupted again and again".to_owned() })
    }

    /// The browser goes first: only the record is written.
    fn write_down(&self, run: &mut Run<'_>, beside: Change) -> Result<Attempt, HostError> {
        let next = run.next();
        Ok(match self.store.commit(joined(run.writing(&next), beside))? {
            Commit::Conflict => Attempt::Conflict,
            Commit::Committed => {
                run.written(next);
                Attempt::Cleared
            }
        })
    }

    /// The last sign-out that was written down for those who leave, where this one will be.
    fn latest(&self, plan: &LogoutPlan) -> Result<Option<Requirement>, HostError> {
        let key = plan.after_return.then(|| self.keys.latest(&plan.leaver));
        key.map(|key| Ok(Requirement { value: self.read_one(&key)?, key })).transpose()
    }

    /// The provider is not asked, and every token has to be taken for alive.
    fn begin_nothing(&self, run: &mut Run<'_>) {
        run.change(|record| {
            record.call = None;
            record.stop_waiting(SessionStatus::NotAsked);
            record.handover = None;
            record.warnings.retain(|warning| !warning.foretells_the_browser());
            record.learn([PlanWarning::ProviderSessionRemains]);
            record.revocations.iter_mut().for_each(|one| {
                one.give_up();
            });
        });
        self.end(&run.record);
    }

    /// A sign-out that failed before anything happened is told to the listeners all the same.
    fn give_in(&self, record: &Record) {
        for kind in [LogoutEventKind::LogoutStart, LogoutEventKind::LogoutFailure, LogoutEventKind::LogoutEnd] {
            self.emit(kind, record);
        }
    }

    /// The same sign-out is under way elsewhere: it gets the same navigation, where the caller takes the browser there.
    fn join(&self, plan: &LogoutPlan, record: &Record) -> LogoutOutcome {
        let next = match (&self.navigator, &plan.departure) {
            (None, Some(departure)) if record.is_on_its_way() => self.once_more(departure, record),
            _ => None,
        };
        let mut known = self.known(record);
        let silent = next.is_none() && known.provider == SessionStatus::Pending;
        known.warnings.extend(silent.then_some(PlanWarning::AlreadyUnderWay));
        LogoutOutcome { next, ticket: plan.ticket.clone(), ..known }
    }
}

/// What is said of a session where the store did not answer.
const UNSEEN: SessionStatus = SessionStatus::Unconfirmed { because: Doubt::StoreUnavailable };

/// A sign-out that is in hand, or one that is already under way.
enum Begun<'a> {
    Run(Box<Run<'a>>),
    Joined(Box<Record>),
}

/// This sign-out is now the last one, unless another was faster.
fn claiming(latest: Option<Requirement>, id: &str) -> Change {
    let entry = |key| Entry { key, value: Secret::from(id), protect: false };
    let write = latest.iter().map(|latest| entry(latest.key.clone())).collect();
    Change { require: latest.into_iter().collect(), write, remove: Vec::new() }
}

/// A store that fails while nothing was removed yet.
fn refused(error: &HostError) -> LogoutError {
    failed("clearing the session", error)
}
