//! Whatever a cache holds: a sign-out that is broken off and resumed comes to the same as one that was not, two come to the
//! same as one, and a store that fails for a while changes neither (JRN-01, JOIN-01, STORE-01).

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use crate::process::{client, fresh, lives};
use crate::scenario::{Act, Scenario};
use crate::world::{Entries, Host, Point, World, points};
use exeunt::{
    Change, Commit, EndSessionRequest, Failure, Guarantee, HostError, LogoutClient, LogoutOutcome, LogoutStep,
    Navigated, Navigator, PlanWarning, Secret, SessionStatus, SessionStore,
};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;

/// The same inputs on every run.
fn settings() -> ProptestConfig {
    ProptestConfig { cases: 96, failure_persistence: None, rng_seed: RngSeed::Fixed(4), ..ProptestConfig::default() }
}

/// Something that happens to a cache before anybody signs out.
#[derive(Debug, Clone)]
enum Damage {
    Gone(Index),
    Becomes(Index, String),
    /// The same value under a key that has this behind it, or this other name in it.
    Copied(Index, String),
    ForSomebodyElse(Index),
    Foreign(String, String),
}

/// A sign-out, and the world that it meets.
#[derive(Debug, Clone)]
struct Story {
    scenario: Scenario,
    revoke_tokens: Option<bool>,
    navigated: Navigated,
    online: bool,
    damages: Vec<Damage>,
}

impl Story {
    fn cache(&self) -> Entries {
        let mut cache = self.scenario.seed();
        for damage in &self.damages {
            let at = |index: &Index| {
                let (key, value) = cache.iter().nth(index.index(cache.len())).unwrap();
                (key.clone(), value.clone())
            };
            match damage {
                Damage::Gone(index) => {
                    let (key, _) = at(index);
                    cache.remove(&key);
                    // Something is always there to be damaged.
                    cache.insert("theme".to_owned(), "dark".to_owned());
                }
                Damage::Becomes(index, value) => drop(cache.insert(at(index).0, value.clone())),
                Damage::Copied(index, tail) => {
                    let (key, value) = at(index);
                    cache.insert(format!("{key}{tail}"), value);
                }
                Damage::ForSomebodyElse(index) => {
                    let (key, value) = at(index);
                    cache.insert(key.replace("alice", "alice2").replace("aaaa", "cccc"), value.replace("alice", "eve"));
                }
                Damage::Foreign(key, value) => drop(cache.insert(key.clone(), value.clone())),
            }
        }
        cache
    }

    fn world(&self) -> Arc<World> {
        let world = World::new(self.scenario.per_key, self.scenario.row.answers(), self.cache());
        *world.online.lock().unwrap() = self.online;
        world
    }

    fn request(&self, ticket: Option<Secret>) -> EndSessionRequest {
        let request = self.scenario.request();
        // Where nothing is revoked that would end more, asking for it is refused.
        let everywhere = request.everywhere && (self.scenario.calls() || self.revoke_tokens != Some(false));
        EndSessionRequest { revoke_tokens: self.revoke_tokens, everywhere, ticket, ..request }
    }

    fn host(&self, world: &Arc<World>, kill: Option<Point>) -> Arc<Host> {
        let mut host = Host::new(world).killed_at(kill);
        host.navigated = self.navigated;
        Arc::new(host)
    }

    fn has_browser(&self) -> bool {
        !self.scenario.row.is_server()
    }

    /// The world after this sign-out, which nobody disturbs; and where it could have been broken off.
    fn told(&self) -> (Arc<World>, LogoutOutcome, Vec<Point>) {
        let world = self.world();
        let host = self.host(&world, None);
        let outcome = client(&self.scenario, &host).sign_out(&self.request(None)).unwrap();
        (world, outcome, points(&host.seen()))
    }

    /// What is there when everybody has left who was asked to.
    fn left(&self) -> Entries {
        let told = Self { scenario: Scenario { keep: false, ..self.scenario }, ..self.clone() }.told();
        told.0.theirs()
    }

    fn resume(&self, world: &Arc<World>, after: i64) {
        world.time_passes(after);
        *world.online.lock().unwrap() = true;
        fresh(&self.scenario, world).resume(10).unwrap();
    }

    /// The next start of the app, when the claim of a dead runner has lapsed.
    fn start(&self, world: &Arc<World>) -> Entries {
        self.resume(world, 61);
        world.theirs()
    }

    /// All that `resume` ever does about it.
    fn end(&self, world: &Arc<World>) -> End {
        [5 * 60, 16 * 60, 60 * 60, 24 * 60 * 60].into_iter().for_each(|age| self.resume(world, age));
        let sent = |all: &Mutex<Vec<String>>| all.lock().unwrap().iter().cloned().collect();
        End { theirs: world.theirs(), revoked: sent(&world.revoked), ended: sent(&world.ended) }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct End {
    theirs: Entries,
    revoked: BTreeSet<String>,
    ended: BTreeSet<String>,
}

fn text() -> impl Strategy<Value = String> {
    let odd =
        ["", "{}", "[]", "null", "a.b.c", "{\"secret\":\"x\"}", "e30.e30.", "\n", "\"", "alice"].map(str::to_owned);
    let any = prop::collection::vec(any::<char>(), 0..9).prop_map(|letters| letters.into_iter().collect());
    prop_oneof![any, prop::sample::select(odd.to_vec())]
}

/// Read once: a pattern by itself would be read for each value.
fn like(pattern: &str) -> impl Strategy<Value = String> + use<> {
    proptest::string::string_regex(pattern).unwrap()
}

fn damage() -> impl Strategy<Value = Damage> {
    let key = prop_oneof![
        like("(s|S|s:)?:?(alice|bob|alice2|)(:(id_token|access_token|refresh_token|cart|))?"),
        like("(msal\\.3\\||@@auth0spajs@@::)?(rp::|web::)?[a-z|:.]{1,8}"),
        like("[a-df-z.:|]{1,9}"),
    ];
    prop_oneof![
        any::<Index>().prop_map(Damage::Gone),
        (any::<Index>(), text()).prop_map(|(at, value)| Damage::Becomes(at, value)),
        (any::<Index>(), like("[a-z:|.]{1,5}")).prop_map(|(at, tail)| Damage::Copied(at, tail)),
        any::<Index>().prop_map(Damage::ForSomebodyElse),
        (key, text()).prop_map(|(key, value)| Damage::Foreign(key, value)),
    ]
}

fn story() -> impl Strategy<Value = Story> {
    let all: Vec<Scenario> = crate::scenario::all().into_iter().filter(|one| one.act == Act::Out).collect();
    let navigated = prop_oneof![
        4 => Just(Navigated::Started), 1 => Just(Navigated::Stopped), 1 => Just(Navigated::NoBrowser)
    ];
    let damages = prop::collection::vec(damage(), 0..6);
    let world = (any::<Option<bool>>(), navigated, prop::bool::weighted(0.8), damages);
    (prop::sample::select(all), world).prop_map(|(scenario, (revoke, navigated, online, damages))| {
        // Said of a provider that cannot revoke, it would be refused.
        let revoke_tokens = revoke.filter(|_| !scenario.row.revokes().is_empty());
        Story { scenario, revoke_tokens, navigated, online, damages }
    })
}

/// A store that fails for a while.
struct Failing {
    inner: Arc<Host>,
    calls: Mutex<usize>,
    from: usize,
    until: usize,
    how: How,
    /// Whether the first call that fails is done all the same: only its answer is lost.
    lost: bool,
}

#[derive(Debug, Clone, Copy)]
enum How {
    Locked,
    Broken,
    Conflict,
}

impl Failing {
    fn fails(&self) -> Result<(), HostError> {
        let mut calls = self.calls.lock().unwrap();
        *calls += 1;
        let reason = String::new();
        match self.how {
            _ if !(self.from..self.until).contains(&*calls) => Ok(()),
            How::Locked => Err(HostError::Unavailable { reason }),
            How::Broken => Err(HostError::Broken { reason }),
            How::Conflict => Ok(()),
        }
    }
}

impl SessionStore for Failing {
    fn keys(&self, prefix: String) -> Result<Vec<String>, HostError> {
        self.fails()?;
        self.inner.keys(prefix)
    }

    fn read(&self, keys: Vec<String>) -> Result<Vec<Option<Secret>>, HostError> {
        self.fails()?;
        self.inner.read(keys)
    }

    fn commit(&self, change: Change) -> Result<Commit, HostError> {
        let failed = self.fails();
        let call = *self.calls.lock().unwrap();
        // A store that is not available has done nothing; of one that broke nobody knows.
        if self.lost && call == self.from && matches!(self.how, How::Broken) {
            self.inner.commit(change)?;
            return failed.map(|()| Commit::Committed);
        }
        failed?;
        let conflicts = matches!(self.how, How::Conflict) && (self.from..self.until).contains(&call);
        if conflicts { Ok(Commit::Conflict) } else { self.inner.commit(change) }
    }

    fn guarantee(&self) -> Result<Guarantee, HostError> {
        self.fails()?;
        self.inner.guarantee()
    }
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn broken_off_and_resumed_is_as_if_nothing_had_been(story in story(), at in any::<Index>()) {
        let (whole, outcome, points) = story.told();
        let point = *at.get(&points);
        let (broken, before) = (story.world(), story.cache());
        let host = story.host(&broken, Some(point));
        lives(|| drop(client(&story.scenario, &host).sign_out(&story.request(None))));
        if broken.records().is_empty() {
            prop_assert_eq!(&broken.theirs(), &before, "{:?}", point);
            prop_assert_eq!(&story.start(&broken), &before, "{:?}", point);
            let end = story.end(&broken);
            prop_assert!(end.theirs == before && end.revoked.is_empty() && end.ended.is_empty(), "{:?}", point);
            return Ok(());
        }
        prop_assert_eq!(story.start(&broken), story.start(&whole), "{:?}", point);
        let (broken, whole) = (story.end(&broken), story.end(&whole));
        let called_off = outcome.application == SessionStatus::Failed { because: Failure::Cancelled };
        if story.navigated == Navigated::Stopped && !called_off {
            // Nobody had heard yet that the app stopped it, so that what it would not have revoked may be revoked.
            prop_assert_eq!(broken.theirs, whole.theirs, "{:?}", point);
        } else if called_off && broken != whole {
            // Nobody had heard yet that it was called off: it is one that never came back.
            prop_assert_eq!(broken.theirs, story.left(), "{:?}", point);
        } else {
            prop_assert_eq!(broken, whole, "{:?}", point);
        }
    }

    #[test]
    fn two_come_to_the_same_as_one(story in story(), other_process in any::<bool>()) {
        let (once, ..) = story.told();
        let twice = story.world();
        let host = story.host(&twice, None);
        let one = client(&story.scenario, &host);
        let two = if other_process { client(&story.scenario, &story.host(&twice, None)) } else { client(&story.scenario, &host) };
        let departs = |client: &LogoutClient, ticket: Option<Secret>| {
            let plan = client.plan(&story.request(ticket)).unwrap();
            plan.steps().iter().any(|step| matches!(step, LogoutStep::Navigate { .. }))
        };
        let first_departs = departs(&one, None);
        let first = one.sign_out(&story.request(None)).unwrap();
        let second_departs = departs(&two, first.ticket.clone());
        let second = two.sign_out(&story.request(first.ticket.clone())).unwrap();

        prop_assert_eq!(twice.theirs(), once.theirs());
        let called_off = |outcome: &LogoutOutcome| outcome.application == SessionStatus::Failed { because: Failure::Cancelled };
        // A sign-out whose browser is away is joined; one that was called off, or had no browser to send, is over.
        let joined = first_departs && !called_off(&first);
        prop_assert_eq!(first.id == second.id, joined);
        prop_assert_eq!(twice.records().len(), if joined { 1 } else { 2 });
        let away = joined && story.navigated == Navigated::Started;
        let (asked, nexts) = (twice.asked.lock().unwrap().len(), first.next.iter().chain(&second.next).collect::<Vec<_>>());
        let found = story.online || once.answers.metadata.is_none();
        if !found {
            prop_assert_eq!((asked, nexts.len()), (0, 0));
        } else if story.has_browser() {
            let sent = usize::from(first_departs) + usize::from(second_departs && !away);
            prop_assert_eq!((asked, nexts.len()), (sent, 0));
        } else if joined {
            prop_assert_eq!(&first.next, &second.next);
        }
        let (_, once) = (story.start(&once), story.end(&once));
        let (_, end) = (story.start(&twice), story.end(&twice));
        let revoked = twice.revoked.lock().unwrap();
        prop_assert_eq!(revoked.len(), end.revoked.len(), "a token was revoked twice");
        prop_assert_eq!(twice.ended.lock().unwrap().len(), end.ended.len(), "a session was ended twice");
        drop(revoked);
        prop_assert_eq!(end, once);
    }

    #[test]
    fn a_store_that_fails_for_a_while_ends_as_before_or_as_one_that_never_failed(
        story in story(),
        from in 1_usize..40,
        length in prop_oneof![3 => 1_usize..4, 1 => Just(1_000)],
        how in prop::sample::select(vec![How::Locked, How::Broken, How::Conflict]),
        lost in any::<bool>(),
    ) {
        let (whole, outcome, _) = story.told();
        let (world, before) = (story.world(), story.cache());
        let host = story.host(&world, None);
        let store = Failing { inner: Arc::clone(&host), calls: Mutex::default(), from, until: from + length, how, lost };
        let browser = story.has_browser().then(|| Arc::clone(&host) as Arc<dyn Navigator>);
        let config = story.scenario.row.config();
        let client = LogoutClient::new(config, Arc::new(store), browser, Some(host), Vec::new()).unwrap();
        let answer = client.sign_out(&story.request(None));
        if let Err(error) = &answer {
            prop_assert_eq!(world.theirs(), before.clone(), "{}", error);
            prop_assert!(world.asked.lock().unwrap().is_empty() && world.sends() == 0, "{}", error);
        }
        // What was neither written down nor seen is not claimed, and nobody comes back to it.
        let unknown = |outcome: &LogoutOutcome| {
            outcome.warnings.contains(&PlanWarning::NotRecorded) && !outcome.signed_out_locally()
        };
        let may_stay = answer.as_ref().map_or(true, unknown);
        let (now, expected) = (story.start(&world), story.start(&whole));
        prop_assert!(now == expected || may_stay && now == before, "{:?}, then {:?}", answer, now);
        let (now, expected) = (story.end(&world).theirs, story.end(&whole).theirs);
        let called_off = outcome.application == SessionStatus::Failed { because: Failure::Cancelled };
        let as_left = called_off && now == story.left();
        prop_assert!(now == expected || as_left || may_stay && now == before, "{:?}, then {:?}", answer, now);
    }
}
