//! One runner and its sign-out: what it does it writes down, under its own claim.

use super::records::TRIES;
use super::{LogoutClient, entropy};
use crate::error::LogoutError;
use crate::host::{Change, Commit, Entry};
use crate::pending::Record;
use crate::plan::PlanWarning;
use crate::secret::Secret;
use crate::unfinished::CLAIM;

type Delta = Box<dyn Fn(&mut Record)>;

/// A record as it is in the store: what it says, and its text.
#[derive(Clone)]
pub(super) struct Stored {
    pub(super) record: Record,
    pub(super) text: Secret,
    /// Whether something of it had its time when it was read.
    pub(super) aged: bool,
}

/// A sign-out in the hands of one runner.
pub(super) struct Run<'a> {
    client: &'a LogoutClient,
    owner: String,
    /// What the browser has to bring back, where that was drawn for this run.
    pub(super) ticket: Option<Secret>,
    /// As it is known here.
    pub(super) record: Record,
    /// As it is in the store; none before the first write.
    pub(super) stored: Option<Stored>,
    /// Changes that are not in the store yet.
    deltas: Vec<Delta>,
    /// Whether another runner has taken over: then nothing more is done here.
    pub(super) lost: bool,
    /// Whether it is written down at all.
    recorded: bool,
    /// Whether a commit was tried that may have changed something.
    pub(super) attempted: bool,
    /// Whether the record of this sign-out is known to have been in the store.
    pub(super) written_down: bool,
    /// Whether the browser was sent a moment ago, so that it is not sent again.
    pub(super) just_given: bool,
}

impl<'a> Run<'a> {
    /// Takes a sign-out into hand; the claim becomes durable with the next write.
    pub(super) fn claim(client: &'a LogoutClient, record: Record, stored: Option<Stored>) -> Result<Self, LogoutError> {
        let owner = entropy::random()?;
        let mut run = Self {
            client,
            owner: owner.clone(),
            ticket: None,
            record,
            written_down: stored.is_some(),
            stored,
            deltas: Vec::new(),
            lost: false,
            recorded: true,
            attempted: false,
            just_given: false,
        };
        run.change(move |record| record.owner = Some(owner.clone()));
        Ok(run)
    }

    /// Changes the record here and, with the next `save`, in the store. A change may be applied more than once.
    pub(super) fn change(&mut self, delta: impl Fn(&mut Record) + 'static) {
        delta(&mut self.record);
        self.deltas.push(Box::new(delta));
    }

    /// Takes the last change back: what it told of did not happen.
    pub(super) fn take_back(&mut self) {
        self.deltas.pop();
        if let Some(stored) = &self.stored {
            self.record = stored.record.clone();
            self.deltas.iter().for_each(|delta| delta(&mut self.record));
        }
    }

    /// The record as the next write has it, with the claim renewed.
    pub(super) fn next(&self) -> Record {
        let mut next = self.stored.as_ref().map_or_else(|| self.record.clone(), |stored| stored.record.clone());
        self.deltas.iter().for_each(|delta| delta(&mut next));
        next.claimed_until = next.owner.as_ref().map(|_| entropy::now().saturating_add(CLAIM));
        next
    }

    /// The journal cannot be written; the run goes on without.
    pub(super) fn unrecord(&mut self) {
        self.recorded = false;
        self.change(|record| record.learn([PlanWarning::NotRecorded]));
    }

    /// Whether this runner's claim has been in the store.
    pub(super) fn has_claimed(&self) -> bool {
        self.stored.as_ref().is_some_and(|stored| stored.record.owner.as_ref() == Some(&self.owner))
    }

    /// Whether everything that is known here is in the store.
    pub(super) fn is_durable(&self) -> bool {
        self.recorded && self.stored.is_some() && self.deltas.is_empty()
    }

    pub(super) fn is_recorded(&self) -> bool {
        self.recorded
    }

    /// What ends the leases of a sign-out that is not written down. On a server nothing leads to that epoch any more: one
    /// small entry stays, which is less than a session that comes back.
    pub(super) fn parting(&self, epoch: Entry) -> Option<Change> {
        (!self.recorded).then(|| Change { write: vec![epoch], ..Change::default() })
    }

    /// The change that writes the record, if nobody has written it since.
    pub(super) fn writing(&self, next: &Record) -> Change {
        self.client.writing(next, self.stored.as_ref())
    }

    /// What was written is what is known.
    pub(super) fn written(&mut self, next: Record) {
        if let Some(text) = next.write().filter(|_| self.recorded) {
            self.stored = Some(Stored { record: next.clone(), text, aged: false });
            self.written_down = true;
        }
        self.record = next;
        self.deltas.clear();
    }

    /// Writes what has changed. Answers whether the sign-out is still this runner's: a store that fails takes nothing
    /// away, and what could not be written goes along with the next write.
    pub(super) fn save(&mut self) -> bool {
        for _ in 0..TRIES {
            if self.lost || !self.recorded || self.stored.is_none() {
                break;
            }
            let next = self.next();
            match self.client.store.commit(self.writing(&next)) {
                Ok(Commit::Committed) => {
                    self.written(next);
                    break;
                }
                Ok(Commit::Conflict) if self.reload() => {}
                Ok(Commit::Conflict) | Err(_) => break,
            }
        }
        !self.lost
    }

    /// After a write of which nobody knows whether it was done.
    pub(super) fn look_again(&mut self) {
        if !self.reload() && !self.lost {
            self.stored = None;
        }
    }

    /// Reads what others made of the record; answers whether it is there and still this runner's.
    fn reload(&mut self) -> bool {
        match self.client.record(&self.record.id) {
            Ok(Some(stored)) => {
                self.lost = stored.record.owner.as_ref() != Some(&self.owner);
                self.record = stored.record.clone();
                self.stored = Some(stored);
                if !self.lost {
                    self.deltas.iter().for_each(|delta| delta(&mut self.record));
                }
                !self.lost
            }
            Ok(None) | Err(_) => false,
        }
    }

    /// Nothing of this run was done: what was written down before it stands again.
    pub(super) fn undo(mut self, earlier: Record) {
        if self.stored.as_ref().is_some_and(|stored| stored.record != earlier) {
            self.change(move |record| {
                let epochs = std::mem::take(&mut record.clear.epochs);
                *record = earlier.clone();
                record.clear.epochs = epochs;
            });
            self.release();
        }
    }

    /// Gives the sign-out out of hand.
    pub(super) fn release(mut self) -> Record {
        self.change(|record| {
            record.owner = None;
            record.claimed_until = None;
        });
        self.save();
        if !self.lost && !self.deltas.is_empty() && self.recorded {
            self.record.learn([PlanWarning::NotRecorded]);
        }
        self.record
    }
}
