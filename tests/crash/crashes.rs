//! One scenario: counted once, then killed at every point, and gone on from in every way.

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use crate::Tally;
use crate::judge::Judge;
use crate::once::{Made, once};
use crate::process::{Diary, Process, fresh, host, lives};
use crate::scenario::{Act, Scenario};
use crate::world::{Entries, Host, Point, World, points};

/// What happens after the crash, before everything is left to `resume`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Resume,
    Return,
    ReturnLater,
    Cancel,
    CancelAndReturn,
    Login,
    LoginByLease,
    LoginLater,
    Again,
    AgainLater,
}

const NEXTS: [Next; 9] = [
    Next::Return,
    Next::ReturnLater,
    Next::Cancel,
    Next::CancelAndReturn,
    Next::Login,
    Next::LoginByLease,
    Next::LoginLater,
    Next::Again,
    Next::AgainLater,
];

/// As long as the claim of a dead runner stands, and a second.
pub const CLAIM: i64 = 61;
/// More often nothing can be due: after pauses, the wait for the browser and the time for which tokens are kept.
const MOST_DUE: usize = 40;
const REMEMBER: i64 = 31 * 24 * 60 * 60;

pub fn world_of(scenario: &Scenario) -> Arc<World> {
    World::new(scenario.per_key, scenario.row.answers(), scenario.seed())
}

/// What is left of the app's entries when nobody disturbs a sign-out.
pub fn finished(scenario: &Scenario) -> Entries {
    thread_local!(static MADE: Made<Scenario, Entries> = Made::default());
    let undisturbed = Scenario { act: Act::Out, keep: false, ..*scenario };
    MADE.with(|made| {
        once(made, undisturbed, || {
            let (world, diary) = (world_of(&undisturbed), Mutex::default());
            Process::new(&undisturbed, &Arc::new(host(&undisturbed, &world, None)), &world, &diary).act();
            world.theirs()
        })
    })
}

/// Answers when the next step is due.
fn resume(scenario: &Scenario, world: &Arc<World>, wrong: &mut Vec<String>) -> Option<i64> {
    match fresh(scenario, world).resume(10) {
        Ok(resumed) => {
            if !resumed.set_aside.is_empty() {
                wrong.push("(b) resume set a record aside".to_owned());
            }
            resumed.next_due
        }
        Err(error) => {
            wrong.push(format!("(b) resume failed: {error}"));
            None
        }
    }
}

/// Whenever something is due, and no oftener: a host has nothing else to go by.
fn resume_when_due(scenario: &Scenario, world: &Arc<World>, mut due: Option<i64>, wrong: &mut Vec<String>) {
    for _ in 0..MOST_DUE {
        let Some(next) = due else { return };
        world.time_passes((next - now()).max(1));
        due = resume(scenario, world, wrong);
    }
    if let Some(next) = due {
        wrong.push(format!("(b) something is due again and again, next in {} s", next - now()));
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// Leaves the rest to `resume` until nothing is due, and judges.
pub fn leave_to_resume(
    scenario: &Scenario,
    world: &Arc<World>,
    diary: &Diary,
    finished: &Entries,
    started: &Entries,
) -> Vec<String> {
    world.heals();
    let mut judge = Judge::new(scenario, world);
    world.time_passes(CLAIM);
    let due = resume(scenario, world, &mut judge.wrong);
    judge.others();
    if !scenario.keep && !diary.logged_in && !judge.struck() {
        judge.signed_out(&scenario.leavers());
    }
    resume_when_due(scenario, world, due, &mut judge.wrong);
    judge.end(diary, finished, started);
    world.time_passes(REMEMBER);
    resume(scenario, world, &mut judge.wrong);
    for key in world.entries().into_keys() {
        // A device remembers for good when each account last left or came; key by key a server may, where one that slept
        // in the middle of a commit wrote an epoch that has been replaced in its record.
        let epoch = key.starts_with("exeunt.epoch.") && (world.per_key || !scenario.row.is_server());
        let latest = key.starts_with("exeunt.latest.") && !scenario.row.is_server();
        if key.starts_with("exeunt.") && !epoch && !latest {
            judge.wrong.push(format!("(b) {key} is never forgotten"));
        }
    }
    judge.wrong.extend(diary.faults.clone());
    judge.wrong
}

/// One crash and what comes after it; answers what was wrong.
fn crash(scenario: &Scenario, point: Point, next: Next, finished: &Entries) -> Vec<String> {
    let (world, diary) = (world_of(scenario), Mutex::new(Diary::default()));
    let started = world.entries();
    let host = Arc::new(host(scenario, &world, Some(point)));
    if lives(|| Process::new(scenario, &host, &world, &diary).act()) {
        return vec!["the run did not come to the point: it is not the one that was counted".to_owned()];
    }
    let mut judge = Judge::new(scenario, &world);
    if world.records().is_empty() {
        judge.untouched(&started, true);
        if !matches!(next, Next::Again | Next::AgainLater) {
            world.time_passes(CLAIM);
            world.heals();
            let due = resume(scenario, &world, &mut judge.wrong);
            resume_when_due(scenario, &world, due, &mut judge.wrong);
            judge.untouched(&started, false);
            return judge.wrong;
        }
    }
    let mut wrong = judge.wrong;
    // Called off for good, although nobody was left to be told.
    diary.lock().unwrap().kept |= world.records().values().any(|record| record["clear"]["stage"] == "kept");
    world.heals();
    let process = Process::new(scenario, &Arc::new(Host::new(&world)), &world, &diary);
    let ended = world.ended.lock().unwrap().len();
    match next {
        Next::Resume => {}
        Next::Return => process.come_back(),
        Next::ReturnLater => {
            world.time_passes(CLAIM);
            resume(scenario, &world, &mut wrong);
            process.come_back();
        }
        Next::Cancel => process.cancel(),
        Next::CancelAndReturn => {
            process.cancel();
            process.come_back();
        }
        Next::Login => process.log_in(false),
        Next::LoginByLease => process.log_in(true),
        Next::LoginLater => {
            world.time_passes(CLAIM);
            resume(scenario, &world, &mut wrong);
            process.log_in(false);
        }
        Next::Again => process.sign_out(),
        Next::AgainLater => {
            world.time_passes(CLAIM);
            process.sign_out();
        }
    }
    let diary = diary.into_inner().unwrap();
    wrong.extend(leave_to_resume(scenario, &world, &diary, finished, &started));
    if matches!(next, Next::Login | Next::LoginByLease) && world.ended.lock().unwrap().len() > ended {
        wrong.push("(d) the provider's session was ended by a direct request after the login".to_owned());
    }
    wrong
}

/// What comes after a sign-out begins with the calls of that sign-out, which is a scenario of its own: each point once.
fn calls_before(scenario: &Scenario) -> usize {
    let before = match scenario.act {
        Act::Out | Act::OutOfflineAndResume | Act::OutWithoutBrowser | Act::OutOfAStubbornStoreAndResume => return 0,
        Act::OutReturnAndProof => Act::OutAndReturn,
        Act::OutTwice | Act::OutAndReturn | Act::OutAndCancel | Act::OutAndLogin | Act::OutForGoodAndResume => Act::Out,
    };
    let alone = Scenario { act: before, ..*scenario };
    let (world, diary) = (world_of(&alone), Mutex::default());
    let counting = Arc::new(host(&alone, &world, None));
    Process::new(&alone, &counting, &world, &diary).act();
    counting.seen().len()
}

/// Counts, kills and judges.
pub fn of(scenario: &Scenario) -> Tally {
    let finished = finished(scenario);
    let mut tally = Tally::default();
    let (world, diary) = (world_of(scenario), Mutex::new(Diary::default()));
    let started = world.entries();
    let counting = Arc::new(host(scenario, &world, None));
    Process::new(scenario, &counting, &world, &diary).act();
    let diary = diary.into_inner().unwrap();
    let undisturbed = leave_to_resume(scenario, &world, &diary, &finished, &started);
    tally.violations.extend(undisturbed.into_iter().map(|wrong| format!("{scenario}; undisturbed: {wrong}")));
    let (seen, news) = (counting.seen(), counting.news());
    let before = calls_before(scenario);
    for point in points(&seen).into_iter().filter(|point| point.call >= before) {
        tally.points += 1;
        // What comes next depends on the world that is left, so only where that is another one.
        let others = NEXTS.iter().filter(|_| news.contains(&point));
        for next in std::iter::once(&Next::Resume).chain(others) {
            tally.runs += 1;
            let wrong = crash(scenario, point, *next, &finished);
            let Point { call, at } = point;
            let place = format!("{scenario}; {at:?} {} {call}; then {next:?}", seen[call].name);
            tally.violations.extend(wrong.into_iter().map(|wrong| format!("{place}: {wrong}")));
        }
    }
    tally
}
