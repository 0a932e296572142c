//! Two at the same time: one is in the middle of a call when the other does something, at every call.

use std::sync::{Arc, Mutex};

use exeunt::{Entry, LogoutMode, Saved, Secret};

use crate::crashes::{CLAIM, finished, leave_to_resume, world_of};
use crate::judge::{Judge, difference};
use crate::process::{Diary, Process, fresh, host, lives};
use crate::row::Row;
use crate::scenario::{Act, Scenario};
use crate::world::{At, Entries, Host, Point, Seen, World, points};
use crate::{Job, Tally};

type Shared<T> = Arc<Mutex<T>>;

/// What a host calls when a sign-out, or whatever else, runs undisturbed.
fn counted(scenario: &Scenario, run: impl FnOnce(&Arc<World>, &Arc<Host>)) -> (Vec<Seen>, Vec<Point>) {
    let world = world_of(scenario);
    let counting = Arc::new(host(scenario, &world, None));
    run(&world, &counting);
    (counting.seen(), counting.news())
}

fn sign_out(scenario: &Scenario, world: &Arc<World>, host: &Arc<Host>, diary: &Mutex<Diary>) {
    Process::new(scenario, host, world, diary).act();
}

fn over(name: &str, scenario: &Scenario, points: &[Point], run: impl Fn(Point) -> Vec<String>) -> Tally {
    let mut tally = Tally::default();
    for point in points {
        tally.points += 1;
        tally.runs += 1;
        let wrong = run(*point);
        let place = format!("{scenario}; {name} at {:?} of call {}", point.at, point.call);
        tally.violations.extend(wrong.into_iter().map(|wrong| format!("{place}: {wrong}")));
    }
    tally
}

/// The rest of a story that nobody disturbs any more.
fn rest(scenario: &Scenario, world: &Arc<World>, diary: &Mutex<Diary>) -> Vec<String> {
    let diary = diary.lock().unwrap().clone();
    leave_to_resume(scenario, world, &diary, &finished(scenario), &scenario.seed())
}

fn entries(of: &Entries) -> Vec<Entry> {
    let entry = |(key, value): (&String, &String)| Entry {
        key: key.clone(),
        value: Secret::from(value.as_str()),
        protect: true,
    };
    of.iter().map(entry).collect()
}

/// A refresh that took its lease before the sign-out and saves in the middle of it, or after it was killed.
fn refresh_in_flight(scenario: &Scenario) -> Tally {
    let (seen, news) = counted(scenario, |world, host| sign_out(scenario, world, host, &Mutex::default()));
    let commits = |point: &&Point| seen[point.call].name == "commit";
    let all = points(&seen);
    let places: Vec<Point> = all.iter().filter(commits).copied().collect();
    let mut tally = Tally::default();
    for place in places {
        let kills = news.iter().copied().map(Some).chain([None]);
        for kill in kills {
            tally.points += 1;
            tally.runs += 1;
            let wrong = refresh_at(scenario, place, kill);
            let name = format!("{scenario}; a refresh saves at {place:?}, killed at {kill:?}");
            tally.violations.extend(wrong.into_iter().map(|wrong| format!("{name}: {wrong}")));
        }
    }
    tally
}

fn refresh_at(scenario: &Scenario, place: Point, kill: Option<Point>) -> Vec<String> {
    let (world, diary) = (world_of(scenario), Mutex::default());
    let other = fresh(scenario, &world);
    let lease = other.lease(&scenario.row.account("alice")).unwrap();
    let fresh_tokens = scenario.row.refreshed("alice");
    let saved: Shared<Option<Saved>> = Arc::default();
    let by = {
        let (saved, fresh_tokens) = (Arc::clone(&saved), fresh_tokens.clone());
        move || *saved.lock().unwrap() = Some(other.save(&lease, entries(&fresh_tokens)).unwrap())
    };
    let host = Arc::new(host(scenario, &world, kill).interrupted_at(place, by));
    let lived = lives(|| sign_out(scenario, &world, &host, &diary));
    let durable = !world.records().is_empty();
    if let Some(by) = host.late_comer() {
        by();
    }
    if lived || durable {
        return rest(scenario, &world, &diary);
    }
    let mut expected = scenario.seed();
    if *saved.lock().unwrap() == Some(Saved::Stored) {
        expected.extend(fresh_tokens);
    }
    let mut judge = Judge::new(scenario, &world);
    judge.untouched(&expected, true);
    judge.wrong
}

/// A library that knows nothing of leases writes its tokens back just after they were cleared.
fn written_back(scenario: &Scenario) -> Tally {
    let (seen, news) = counted(scenario, |world, host| sign_out(scenario, world, host, &Mutex::default()));
    let call = seen.iter().position(|seen| seen.removes).expect("a clear");
    let place = Point { call, at: At::After };
    let kills: Vec<Option<Point>> = news.into_iter().filter(|kill| *kill > place).map(Some).chain([None]).collect();
    let mut tally = Tally::default();
    for kill in kills {
        let (world, diary) = (world_of(scenario), Mutex::default());
        let (there, row) = (Arc::clone(&world), scenario.row);
        let by = move || there.put(&row.refreshed("alice"));
        let host = Arc::new(host(scenario, &world, kill).interrupted_at(place, by));
        let lived = lives(|| sign_out(scenario, &world, &host, &diary));
        let mut judge = Judge::new(scenario, &world);
        if lived {
            judge.signed_out(&scenario.leavers());
        }
        let wrong = judge.wrong.into_iter().chain(rest(scenario, &world, &diary));
        tally.points += 1;
        tally.runs += 1;
        let name = format!("{scenario}; written back, killed at {kill:?}");
        tally.violations.extend(wrong.map(|wrong| format!("{name}: {wrong}")));
    }
    tally
}

/// Another process resumes while this one is alive and at work: it leaves it alone.
fn resumed_while_alive(scenario: &Scenario) -> Tally {
    let (seen, _) = counted(scenario, |world, host| sign_out(scenario, world, host, &Mutex::default()));
    over("another one resumes", scenario, &points(&seen), |point| {
        let (world, diary, wrong) = (world_of(scenario), Mutex::default(), Shared::<Vec<String>>::default());
        let by = {
            let (scenario, world, wrong) = (*scenario, Arc::clone(&world), Arc::clone(&wrong));
            move || {
                let (before, sends) = (world.entries(), world.sends());
                let resumed = fresh(&scenario, &world).resume(10).unwrap();
                let now = world.entries();
                let meddled = !resumed.outcomes.is_empty() || now != before || world.sends() != sends;
                if meddled {
                    wrong.lock().unwrap().push(format!("it meddled: {}", difference(&before, &now)));
                }
            }
        };
        let host = Arc::new(host(scenario, &world, None).interrupted_at(point, by));
        sign_out(scenario, &world, &host, &diary);
        let mut wrong = wrong.lock().unwrap().clone();
        wrong.extend(sent_twice(&world, 0));
        wrong.extend(rest(scenario, &world, &diary));
        wrong
    })
}

/// This process sleeps for longer than its claim, another one finishes its sign-out, and this one wakes up.
fn taken_over_while_asleep(scenario: &Scenario) -> Tally {
    let (seen, _) = counted(scenario, |world, host| sign_out(scenario, world, host, &Mutex::default()));
    over("it sleeps and is taken over", scenario, &points(&seen), |point| {
        let (world, diary) = (world_of(scenario), Mutex::default());
        let taken: Shared<Option<(usize, usize)>> = Arc::default();
        let by = {
            let (scenario, world, taken) = (*scenario, Arc::clone(&world), Arc::clone(&taken));
            move || {
                world.time_passes(CLAIM);
                if !fresh(&scenario, &world).resume(10).unwrap().outcomes.is_empty() {
                    *taken.lock().unwrap() = Some((world.sends(), *world.unclaimed.lock().unwrap()));
                }
            }
        };
        let host = Arc::new(host(scenario, &world, None).interrupted_at(point, by));
        sign_out(scenario, &world, &host, &diary);
        let mut wrong = Vec::new();
        if let Some((sends, gone)) = *taken.lock().unwrap() {
            // What it was in the middle of cannot be called back; at its next write it sees that it is not its own. A clear
            // that was refused lets it look again, and claim the same sign-out anew, of which the browser is still due.
            let (more, also) = (world.sends() - sends, *world.unclaimed.lock().unwrap() - gone);
            let next = point.call + usize::from(point.at == At::After);
            let leaving = usize::from(seen.get(next).is_some_and(|seen| seen.name == "navigate"));
            if more > 1 || also > leaving {
                wrong.push(format!("it went on: {more} requests, {also} navigations"));
            }
            wrong.extend(sent_twice(&world, 1));
        }
        if world.navigations.lock().unwrap().len() > 1 {
            wrong.push("the browser went twice".to_owned());
        }
        wrong.extend(rest(scenario, &world, &diary));
        wrong
    })
}

/// How often one and the same token was sent again, beyond what is allowed.
fn sent_twice(world: &World, allowed: usize) -> Option<String> {
    let mut revoked = world.revoked.lock().unwrap().clone();
    let all = revoked.len();
    revoked.sort();
    revoked.dedup();
    (all - revoked.len() > allowed).then(|| "a token was sent twice".to_owned())
}

/// A sign-out comes while a refresh is in the middle of saving.
fn signed_out_while_saving(scenario: &Scenario) -> Tally {
    let refresh = |world: &Arc<World>, host: &Arc<Host>| {
        let diary = Mutex::default();
        let process = Process::new(scenario, host, world, &diary);
        let lease = process.client.lease(&scenario.row.account("alice")).unwrap();
        process.client.save(&lease, entries(&scenario.row.refreshed("alice"))).unwrap();
    };
    let (seen, _) = counted(scenario, refresh);
    over("a sign-out during a save", scenario, &points(&seen), |point| {
        let (world, diary) = (world_of(scenario), Arc::new(Mutex::default()));
        let by = {
            let (scenario, world, diary) = (*scenario, Arc::clone(&world), Arc::clone(&diary));
            move || sign_out(&scenario, &world, &Arc::new(Host::new(&world)), &diary)
        };
        let host = Arc::new(Host::new(&world).interrupted_at(point, by));
        refresh(&world, &host);
        let mut judge = Judge::new(scenario, &world);
        // After the lease everything of it is refused; before it there was nothing to refuse.
        if !scenario.keep && seen[..point.call].iter().any(|seen| seen.name == "read") {
            judge.signed_out(&scenario.leavers());
        }
        if seen[..point.call].iter().any(|seen| seen.name == "read") {
            judge.wrong.extend(rest(scenario, &world, &diary));
        }
        judge.wrong
    })
}

/// The user signs in again while an older sign-out is still at work.
fn login_in_between(scenario: &Scenario) -> Tally {
    let (seen, _) = counted(scenario, |world, host| sign_out(scenario, world, host, &Mutex::default()));
    over("a login", scenario, &points(&seen), |point| {
        let (world, diary) = (world_of(scenario), Arc::new(Mutex::new(Diary::default())));
        let gone: Shared<Option<usize>> = Arc::default();
        let by = {
            let (scenario, world, diary) = (*scenario, Arc::clone(&world), Arc::clone(&diary));
            let gone = Arc::clone(&gone);
            move || {
                // Before it is written down the login is the older one.
                if !world.records().is_empty() {
                    *gone.lock().unwrap() = Some(world.navigations.lock().unwrap().len());
                    Process::new(&scenario, &Arc::new(Host::new(&world)), &world, &diary).log_in(false);
                }
            }
        };
        let host = Arc::new(host(scenario, &world, None).interrupted_at(point, by));
        sign_out(scenario, &world, &host, &diary);
        let (before, after) = (*gone.lock().unwrap(), world.navigations.lock().unwrap().len());
        let next = point.call + usize::from(point.at == At::After);
        let leaving = usize::from(seen.get(next).is_some_and(|seen| seen.name == "navigate"));
        let mut wrong = rest(scenario, &world, &diary);
        if before.is_some_and(|before| after > before + leaving) {
            wrong.push("(d) the browser went to sign the new session out".to_owned());
        }
        wrong
    })
}

/// Two ask for the same sign-out: one navigation.
fn asked_by_two(scenario: &Scenario) -> Tally {
    let (seen, _) = counted(scenario, |world, host| sign_out(scenario, world, host, &Mutex::default()));
    over("another one asks for the same", scenario, &points(&seen), |point| {
        let (world, diary) = (world_of(scenario), Arc::new(Mutex::new(Diary::default())));
        let by = {
            let (scenario, world, diary) = (*scenario, Arc::clone(&world), Arc::clone(&diary));
            move || sign_out(&scenario, &world, &Arc::new(Host::new(&world)), &diary)
        };
        let host = Arc::new(host(scenario, &world, None).interrupted_at(point, by));
        sign_out(scenario, &world, &host, &diary);
        let gone = world.navigations.lock().unwrap().len();
        let mut wrong = rest(scenario, &world, &diary);
        if gone > 1 {
            wrong.push(format!("{gone} navigations"));
        }
        wrong
    })
}

/// All scenarios of two.
pub fn all() -> Vec<Job> {
    type Story = fn(&Scenario) -> Tally;
    type Fits = fn(&Scenario) -> bool;
    let stories: [(&str, Story, Fits); 7] = [
        ("a refresh in flight", refresh_in_flight, |_| true),
        ("written back", written_back, |scenario| !scenario.keep),
        ("resumed while alive", resumed_while_alive, |_| true),
        ("taken over while asleep", taken_over_while_asleep, |_| true),
        ("signed out while saving", signed_out_while_saving, |_| true),
        // Key by key nothing keeps a clear that has begun from taking what is written at that moment.
        ("a login in between", login_in_between, |scenario| !scenario.per_key),
        ("asked by two", asked_by_two, |scenario| !scenario.row.is_server() && scenario.sends_browser()),
    ];
    let (mode, act) = (LogoutMode::Redirect, Act::Out);
    let mut jobs: Vec<Job> = Vec::new();
    for row in [Row::Discovered, Row::KeycloakDirect, Row::Entra, Row::Server] {
        for (everyone, keep) in [(false, false), (false, true), (true, false), (true, true)] {
            for per_key in [false, true] {
                let scenario = Scenario { row, mode, everyone, keep, per_key, act };
                let impossible = everyone && row.is_server() || keep && (!row.can_keep() || scenario.calls());
                for (name, story, fits) in stories.into_iter().filter(|_| !impossible) {
                    if fits(&scenario) {
                        jobs.push((format!("{scenario}; {name}"), Box::new(move || story(&scenario))));
                    }
                }
            }
        }
    }
    jobs
}
