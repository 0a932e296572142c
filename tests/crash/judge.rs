//! What must hold after a crash, whatever was done next.

use std::sync::Arc;

use exeunt::{Doubt, Evidence, Failure, LogoutOutcome, RevocationStatus, SessionStatus};

use crate::process::{Diary, fresh, state_of};
use crate::scenario::{Act, Scenario};
use crate::world::{Entries, World};

/// Looks at one world and collects what is wrong with it.
pub struct Judge<'a> {
    pub scenario: &'a Scenario,
    pub world: &'a Arc<World>,
    pub wrong: Vec<String>,
}

impl<'a> Judge<'a> {
    pub fn new(scenario: &'a Scenario, world: &'a Arc<World>) -> Self {
        Self { scenario, world, wrong: Vec::new() }
    }

    fn demand(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.wrong.push(otherwise());
        }
    }

    /// (a) Killed before the record is durable: as if nobody had asked; `at_once` or when it has been resumed.
    pub fn untouched(&mut self, before: &Entries, at_once: bool) {
        let (world, row) = (self.world, self.scenario.row);
        let tolerated = |key: &String| {
            // Key by key the index of a server comes before what it leads to.
            at_once && world.per_key && row.is_server() && key.starts_with("exeunt.due.")
        };
        let mut now = world.entries();
        now.retain(|key, _| !tolerated(key));
        self.demand(now == *before, || format!("(a) nothing is written down, but {}", difference(before, &now)));
        self.demand(world.sends() == 0, || "(a) nothing is written down, but a request was sent".to_owned());
        let gone = world.navigations.lock().unwrap().len();
        self.demand(gone == 0, || "(a) nothing is written down, but the browser went".to_owned());
    }

    /// Nobody else's entry ever changes.
    pub fn others(&mut self) {
        let now = self.world.theirs();
        for (key, value) in self.scenario.others() {
            self.demand(now.get(&key) == Some(&value), || format!("(b) somebody else's entry {key} differs"));
        }
    }

    /// (b) No token of these users stands outside the records.
    pub fn signed_out(&mut self, users: &[&'static str]) {
        let theirs = self.world.theirs();
        for user in users {
            for tag in ["1", "3"] {
                for secret in self.scenario.row.secrets(user, tag) {
                    for key in theirs.iter().filter(|(_, value)| value.contains(&secret)).map(|(key, _)| key) {
                        self.wrong.push(format!("(b) a token of {user} is still in {key}"));
                    }
                }
            }
        }
    }

    /// Whether somebody signed in again, so that the clear was called off.
    pub fn struck(&self) -> bool {
        let alice = self.scenario.row.account("alice");
        let names = |record: &serde_json::Value| {
            record["clear"]["struck"].as_array().is_some_and(|all| all.contains(&alice.as_str().into()))
        };
        self.world.records().values().any(names)
    }

    /// After the last `resume`.
    pub fn end(&mut self, diary: &Diary, finished: &Entries, started: &Entries) {
        self.others();
        let theirs = self.world.theirs();
        if diary.logged_in {
            for (key, value) in self.scenario.row.session("alice", "2") {
                self.demand(theirs.get(&key) == Some(&value), || format!("(d) the login's entry {key} is gone"));
            }
            let left: Vec<&str> = self.scenario.leavers().into_iter().filter(|user| *user != "alice").collect();
            if !diary.kept {
                self.signed_out(&left);
            }
        } else if diary.kept {
            self.demand(theirs == *started, || {
                format!("(c) not as before the cancel: {}", difference(started, &theirs))
            });
        } else if !self.struck() {
            self.signed_out(&self.scenario.leavers());
            self.demand(theirs == *finished, || {
                format!("(b) other than after an undisturbed run: {}", difference(finished, &theirs))
            });
        }
        self.tombstone();
        let client = fresh(self.scenario, self.world);
        let outcomes: Vec<LogoutOutcome> =
            self.world.records().keys().filter_map(|id| client.outcome(id).ok()).collect();
        for outcome in &outcomes {
            self.outcome(diary, outcome, &outcomes);
        }
        self.revocations(diary, &outcomes);
    }

    /// Nothing secret is left in what exeunt keeps, and nothing is due.
    fn tombstone(&mut self) {
        let mut secrets: Vec<String> = Vec::new();
        for user in ["alice", "bob"] {
            for tag in ["1", "2", "3"] {
                secrets.extend(self.scenario.row.secrets(user, tag));
            }
        }
        let navigations = self.world.asked.lock().unwrap().clone();
        secrets.extend(
            navigations.iter().filter_map(|one| Some(state_of(one.url.reveal())?.split("%3B").next()?.to_owned())),
        );
        secrets.push("back-to-the-shop".to_owned());
        for (key, value) in self.world.entries().iter().filter(|(key, _)| key.starts_with("exeunt.")) {
            self.demand(!secrets.iter().any(|secret| value.contains(secret)), || {
                format!("(b) a secret stays in {key}")
            });
            let known = ["pending", "epoch", "latest", "old"];
            let kind = key.split('.').nth(1).unwrap_or_default();
            self.demand(known.contains(&kind), || format!("(b) {key} stays"));
        }
        for (id, record) in self.world.records() {
            let stage = &record["clear"]["stage"];
            let over = ["done", "kept", "struck"].iter().any(|end| stage == *end);
            self.demand(over, || format!("(b) the clear of {id} is left at {stage}"));
            for part in ["call", "handover", "caller_state"] {
                self.demand(record[part].is_null(), || format!("(b) {part} stays in {id}"));
            }
        }
    }

    /// Each step at the provider was done, or is named with its reason; and nothing is claimed that was not seen.
    fn outcome(&mut self, diary: &Diary, outcome: &LogoutOutcome, all: &[LogoutOutcome]) {
        let (provider, application) = (outcome.provider, outcome.application);
        let direct = self.world.ended.lock().unwrap().clone();
        self.demand(outcome.kept.is_empty(), || "(b) the outcome still keeps secrets".to_owned());
        self.demand(!matches!(provider, SessionStatus::Pending | SessionStatus::NotAsked), || {
            format!("(b) the provider's session is left at {provider}")
        });
        if let SessionStatus::Ended { evidence } = provider {
            let seen = match evidence {
                Evidence::EndedByCall => !direct.is_empty(),
                Evidence::LoginRequired => diary.proved,
                _ => false,
            };
            self.demand(seen, || format!("(b) the provider's end is claimed by {evidence:?}"));
        }
        let back =
            matches!(provider, SessionStatus::Unconfirmed { because: Doubt::ReturnedWithState | Doubt::Returned });
        let comes_back = matches!(self.scenario.act, Act::OutAndReturn | Act::OutReturnAndProof);
        self.demand(!back || diary.returned || comes_back, || "(b) a return is claimed that never came".to_owned());
        let never = SessionStatus::Unconfirmed { because: Doubt::NeverCameBack };
        let nothing_comes =
            !self.scenario.row.returns() && provider == SessionStatus::Unconfirmed { because: Doubt::NoReturn };
        // A direct request takes the refresh token with it: asked again, nothing but the browser can end the session.
        let again = self.scenario.calls() && all.iter().any(|other| other.provider != never);
        let expected = !self.scenario.sends_browser() && provider == never && !again;
        self.demand(!expected, || "(b) a browser is waited for that had not to go".to_owned());
        let no_browser = SessionStatus::Failed { because: Failure::NoBrowser };
        let cancelled = provider == SessionStatus::Unconfirmed { because: Doubt::UserCancelled };
        if self.scenario.act == Act::OutWithoutBrowser {
            let named = provider == no_browser || provider == never || nothing_comes || cancelled && diary.cancelled;
            let taken = all.len() > 1 && provider == SessionStatus::Unconfirmed { because: Doubt::Superseded };
            self.demand(named || taken || diary.logged_in, || {
                format!("(b) without a browser the provider is {provider}")
            });
        }
        let stage = self.world.records().remove(&outcome.id).map(|record| record["clear"]["stage"].clone());
        let ended = |one: &LogoutOutcome| one.id != outcome.id && is_over(one.application);
        let superseded = SessionStatus::Unconfirmed { because: Doubt::Superseded };
        let told = match application {
            _ if is_over(application) => true,
            // A later sign-out has done what this one had not.
            _ if application == superseded => diary.signed_in || all.iter().any(ended),
            SessionStatus::Failed { because: Failure::Cancelled } => {
                // Kept on purpose, and for a reason that was there.
                let stayed = provider == no_browser && self.scenario.act == Act::OutWithoutBrowser
                    || provider == SessionStatus::Failed { because: Failure::DiscoveryFailed }
                        && self.scenario.act == Act::OutOfflineAndResume
                    || diary.cancelled && (cancelled || provider == superseded);
                self.scenario.keep && stage == Some("kept".into()) && stayed && (diary.kept || all.iter().any(ended))
            }
            _ => false,
        };
        self.demand(told, || format!("(b) the application's session is left at {application}"));
    }

    /// Each token is revoked, or somebody says why not.
    fn revocations(&mut self, diary: &Diary, outcomes: &[LogoutOutcome]) {
        let (revoked, ended) = (self.world.revoked.lock().unwrap().clone(), self.world.ended.lock().unwrap().clone());
        let row = self.scenario.row;
        if diary.kept && !diary.returned {
            self.demand(revoked.is_empty(), || "(c) everything is kept, but a token was revoked".to_owned());
            return;
        }
        let entries: Vec<_> = outcomes.iter().flat_map(|outcome| &outcome.revocations).collect();
        let waiting = entries.iter().any(|entry| entry.status == RevocationStatus::Waiting);
        self.demand(!waiting, || "(b) a revocation still waits".to_owned());
        for user in self.scenario.leavers() {
            let [_, refresh, access] = row.secrets(user, "1");
            // A refresh has put others in their place.
            let [_, new_refresh, new_access] = row.secrets(user, "3");
            let dead = row.cascades() && [&refresh, &new_refresh].iter().any(|one| revoked.contains(one));
            for kind in row.revokes() {
                let is_access = *kind == exeunt::TokenKind::AccessToken;
                let [token, new] = if is_access { [&access, &new_access] } else { [&refresh, &new_refresh] };
                let entry = entries.iter().find(|entry| entry.account == row.account(user) && entry.token == *kind);
                let done =
                    [token, new].iter().any(|one| revoked.contains(one) || ended.contains(one)) || dead && is_access;
                let claimed = entry.is_some_and(|entry| entry.status == RevocationStatus::Revoked);
                self.demand(!claimed || done, || {
                    format!("(b) the {kind:?} of {user} is said to be revoked and is not")
                });
                let named = done || entry.is_some();
                self.demand(named, || format!("(b) the {kind:?} of {user} is neither revoked nor named"));
            }
        }
    }
}

/// Whether the app's session is known to be gone, or as well as that.
fn is_over(application: SessionStatus) -> bool {
    let sent = SessionStatus::Unconfirmed { because: Doubt::CookieDeletionSent };
    application == SessionStatus::Ended { evidence: Evidence::ReadBack } || application == sent
}

/// The keys that differ; no values, which are secrets.
pub fn difference(before: &Entries, now: &Entries) -> String {
    let gone = before.keys().filter(|key| !now.contains_key(*key)).map(|key| format!("-{key}"));
    let new = now.keys().filter(|key| !before.contains_key(*key)).map(|key| format!("+{key}"));
    let other = before.iter().filter(|(key, value)| now.get(*key).is_some_and(|now| now != *value));
    let mut all: Vec<String> = gone.chain(new).chain(other.map(|(key, _)| format!("~{key}"))).collect();
    all.truncate(4);
    all.join(" ")
}
