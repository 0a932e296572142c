//! Who signs out of what, and how.

use exeunt::{Account, EndSessionRequest, LogoutMode, OnCancel, Reach, Secret, Who};

use crate::once::{Made, once};
use crate::row::{BACK, Row};
use crate::world::Entries;

/// What the process does that is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    Out,
    OutTwice,
    OutAndReturn,
    OutAndCancel,
    OutAndLogin,
    /// Without a network; then time passes, and what is left is resumed.
    OutOfflineAndResume,
    /// The host has no browser.
    OutWithoutBrowser,
    /// The store removes nothing and says it did; then it does, and what is left is resumed.
    OutOfAStubbornStoreAndResume,
    /// The browser never comes back, and what is left is resumed.
    OutForGoodAndResume,
    /// Whether anybody is still signed in at the provider is asked and answered.
    OutReturnAndProof,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scenario {
    pub row: Row,
    pub mode: LogoutMode,
    pub everyone: bool,
    pub keep: bool,
    pub per_key: bool,
    pub act: Act,
}

impl std::fmt::Display for Scenario {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let who = if self.everyone { "everyone" } else { "one" };
        let order = if self.keep { "keep everything" } else { "clear first" };
        let store = if self.per_key { "key by key" } else { "atomic" };
        write!(f, "{:?}, {:?}, {who}, {order}, {store}, {:?}", self.row, self.mode, self.act)
    }
}

impl Scenario {
    pub fn leavers(&self) -> Vec<&'static str> {
        if self.everyone && !self.row.has_one_user() { vec!["alice", "bob"] } else { vec!["alice"] }
    }

    /// The store before anything happened.
    pub fn seed(&self) -> Entries {
        thread_local!(static MADE: Made<Row, Entries> = Made::default());
        MADE.with(|made| once(made, self.row, || self.seeded()))
    }

    fn seeded(&self) -> Entries {
        let mut seed = Entries::from([("theme".to_owned(), "dark".to_owned())]);
        seed.extend(self.row.session("alice", "1"));
        if !self.row.has_one_user() {
            seed.extend(self.row.session("bob", "1"));
        }
        let indexes = self.row.indexes(&seed);
        seed.extend(indexes);
        seed
    }

    /// Entries that no sign-out of this scenario may touch.
    pub fn others(&self) -> Entries {
        thread_local!(static MADE: Made<(Row, bool), Entries> = Made::default());
        MADE.with(|made| once(made, (self.row, self.everyone), || self.without_leavers()))
    }

    fn without_leavers(&self) -> Entries {
        let mut others = self.seed();
        others.retain(|key, _| !key.contains(".keys"));
        for user in self.leavers() {
            for key in self.row.session(user, "1").keys() {
                others.remove(key);
            }
        }
        others
    }

    pub fn request(&self) -> EndSessionRequest {
        let who =
            if self.everyone { Who::Everyone } else { Who::This { account: Account::new(self.row.account("alice")) } };
        EndSessionRequest {
            mode: self.row.opens().then_some(self.mode),
            // Where a server's hidden frame tells of its end.
            initiating_page: (self.row.is_server() && self.mode == LogoutMode::Silent).then(|| Secret::from(BACK)),
            on_cancel: self.keep.then_some(OnCancel::KeepEverything),
            reach: (self.row == Row::CentralAuth).then_some(Reach::Provider),
            everywhere: self.row.everywhere(),
            state: (self.row == Row::Given).then(|| Secret::from("back-to-the-shop")),
            ..EndSessionRequest::new(who)
        }
    }

    /// Whether the session is ended by a direct request: then no browser goes.
    pub fn calls(&self) -> bool {
        !self.everyone && self.row.is_direct()
    }

    /// Whether the provider is asked if anybody is still signed in there.
    fn is_asked(&self) -> bool {
        matches!(self.row, Row::Discovered | Row::Entra | Row::Server)
    }

    pub fn sends_browser(&self) -> bool {
        !self.calls() && self.row.opens()
    }
}

const ALL_MODES: [LogoutMode; 3] = [LogoutMode::Redirect, LogoutMode::Popup, LogoutMode::Silent];

/// All scenarios: every row in its modes and orders, for one and for everyone, on both kinds of stores; and what is done
/// after the sign-out, where that is not the same everywhere.
pub fn all() -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for row in Row::ALL {
        let others = ALL_MODES.into_iter().filter(|mode| row.opens() && !row.modes().contains(mode));
        for mode in row.modes().iter().copied().chain(others) {
            for everyone in [false, true].into_iter().filter(|everyone| !(*everyone && row.is_server())) {
                for keep in [false, true].into_iter().filter(|keep| !keep || row.can_keep()) {
                    for per_key in [false, true] {
                        let scenario = Scenario { row, mode, everyone, keep, per_key, act: Act::Out };
                        // With KeepEverything and a direct request there is no browser to wait for.
                        if !(keep && scenario.calls()) {
                            scenarios.extend(scenario.acts().into_iter().map(|act| Scenario { act, ..scenario }));
                        }
                    }
                }
            }
        }
    }
    scenarios
}

impl Scenario {
    fn acts(&self) -> Vec<Act> {
        let mut acts = vec![Act::Out];
        if self.sends_browser() {
            acts.extend(self.row.returns().then_some(Act::OutAndReturn));
        }
        // What follows is the same for all that differ in their columns only, and in modes of which a row says no more than
        // any other.
        let Some(place) = self.row.modes().iter().position(|mode| *mode == self.mode) else {
            return acts;
        };
        if !self.row.has_every_act() {
            return acts;
        }
        let first_mode = place == 0;
        if self.sends_browser() {
            acts.push(Act::OutAndCancel);
        }
        if first_mode {
            acts.extend([Act::OutTwice, Act::OutAndLogin, Act::OutOfflineAndResume]);
            acts.extend((!self.keep).then_some(Act::OutOfAStubbornStoreAndResume));
        }
        if first_mode && self.sends_browser() {
            acts.extend(self.keep.then_some(Act::OutForGoodAndResume));
            acts.extend(self.is_asked().then_some(Act::OutReturnAndProof));
        }
        if first_mode && self.sends_browser() && !self.row.is_server() {
            acts.push(Act::OutWithoutBrowser);
        }
        acts
    }
}
