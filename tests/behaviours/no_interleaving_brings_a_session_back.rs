//! A sign-out, a refresh and a sign-in at the same time, in every order of their calls to the store: a session is there as a
//! whole or not at all, what a refresh brings never outlives a sign-out, a sign-in after the clear survives it, and the
//! outcome says what was seen.
//!
//! A program of its own, optimised a little: `cargo test --no-default-features --profile quick --test
//! no_interleaving_brings_a_session_back`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // what is no test here serves tests
#![allow(unreachable_pub, clippy::print_stdout, clippy::print_stderr)] // a program has no outside; the counts

mod interleaved;
#[path = "../map_store/mod.rs"]
mod map_store;

use std::collections::{BTreeMap, BTreeSet};

use crate::interleaved::schedule::{End, Kind, Part, abandoned, explore};
use crate::interleaved::{
    Brought, alice_asks, alice_leaves, alice_refreshes, alice_refreshes_blindly, alice_refreshes_unswept,
    alice_signs_in, carol_signs_in, everyone_asks, everyone_leaves, first_change, is_whole, judge, last_change,
    last_look, resumes, returns, sessions, with_alice,
};
use exeunt::{Doubt, Evidence, PlanWarning, SessionStatus};

const ENDED: SessionStatus = SessionStatus::Ended { evidence: Evidence::ReadBack };
const SUPERSEDED: SessionStatus = SessionStatus::Unconfirmed { because: Doubt::Superseded };

/// What the sign-out of the first thread says, held against what it saw of those who left.
fn lies(end: &End<Brought>) -> Option<String> {
    let outcome = end.brought[0].outcome();
    let left = |key: &&String| outcome.accounts.iter().any(|known| key.split(':').nth(1) == Some(&known.account));
    let seen: Vec<&String> = end.steps[last_look(&end.steps, 0)?].sessions.iter().filter(left).collect();
    match outcome.application {
        ENDED if seen.is_empty() => None,
        SUPERSEDED if end.brought.iter().any(|other| matches!(other, Brought::SignedIn)) => None,
        said => Some(format!("the outcome says {said}, {:?} left, and {seen:?} was there", outcome.left_behind)),
    }
}

/// The end of a sign-out of Alice beside refreshes: nothing of her is left.
fn gone(end: &End<Brought>) -> Vec<String> {
    let left = sessions(&end.entries);
    let back = (!left.is_empty()).then(|| format!("{left:?} came back"));
    back.into_iter().chain(lies(end)).collect()
}

/// The end of a sign-out beside a sign-in by the second thread.
fn whole_or_gone(end: &End<Brought>) -> Vec<String> {
    let left = sessions(&end.entries);
    let whole = is_whole(&end.entries, "signed in") || is_whole(&end.entries, "refreshed from signed in");
    let torn = (!left.is_empty() && !whole).then(|| format!("{left:?} is neither a session nor none"));
    let (cleared, signed_in) = (first_change(&end.steps, 0, "s:"), first_change(&end.steps, 1, "exeunt.epoch."));
    // Without a clear there was nothing to clear any more.
    let after = signed_in > cleared.or(first_change(&end.steps, 0, "exeunt.epoch."));
    let lost = (after && !whole).then(|| "the sign-in after the clear is lost".to_owned());
    torn.into_iter().chain(lost).chain(lies(end)).collect()
}

#[test]
fn a_refresh_beside_a_sign_out_is_gone_in_the_end() {
    let parts: [Part<Brought>; 2] = [alice_leaves, alice_refreshes];
    judge("a sign-out and a refresh", Kind::Atomic, &with_alice(), &parts, gone).nothing(10);
    let parts: [Part<Brought>; 3] = [alice_leaves, alice_refreshes_unswept, alice_refreshes_unswept];
    judge("a sign-out and two refreshes", Kind::Atomic, &with_alice(), &parts, gone).nothing(100);
    let parts: [Part<Brought>; 2] = [everyone_leaves, alice_refreshes];
    judge("a sign-out of everyone and a refresh", Kind::Atomic, &with_alice(), &parts, gone).nothing(10);
}

#[test]
fn a_sign_in_beside_a_sign_out_is_whole_or_gone() {
    let parts: [Part<Brought>; 2] = [alice_leaves, alice_signs_in];
    judge("a sign-out and a sign-in", Kind::Atomic, &with_alice(), &parts, whole_or_gone).nothing(10);
    let parts: [Part<Brought>; 3] = [alice_leaves, alice_signs_in, alice_refreshes_unswept];
    judge("a sign-out, a sign-in and a refresh", Kind::Atomic, &with_alice(), &parts, whole_or_gone).nothing(100);
}

#[test]
fn a_sign_in_beside_a_sign_out_of_everyone_is_whole_or_gone() {
    let parts: [Part<Brought>; 2] = [everyone_leaves, alice_signs_in];
    judge("everyone and a sign-in", Kind::Atomic, &with_alice(), &parts, whole_or_gone).nothing(10);
    judge("everyone of nobody and a sign-in", Kind::Atomic, &Default::default(), &parts, whole_or_gone).nothing(10);
}

#[test]
fn a_new_user_beside_a_sign_out_of_everyone_is_whole_or_gone() {
    let parts: [Part<Brought>; 2] = [everyone_leaves, carol_signs_in];
    let check = |end: &End<Brought>| {
        let left = sessions(&end.entries);
        let alone = left.keys().all(|key| *key == crate::interleaved::CAROL);
        let torn = (!alone).then(|| format!("{left:?} is left"));
        let after = first_change(&end.steps, 1, "exeunt.epoch.") > first_change(&end.steps, 0, "s:");
        let lost = (after && left.is_empty()).then(|| "the sign-in after the clear is lost".to_owned());
        torn.into_iter().chain(lost).chain(lies(end)).collect()
    };
    judge("everyone and a new user", Kind::Atomic, &with_alice(), &parts, check).nothing(10);
}

/// What a sign-out left that was broken off after so many of its calls, once nobody works on it any more.
fn broken_off(after: usize, part: Part<Brought>) -> Option<BTreeMap<String, String>> {
    let mut left = abandoned(part, &with_alice(), after)?;
    for (_, text) in left.iter_mut().filter(|(key, _)| key.starts_with("exeunt.pending.")) {
        let mut record: serde_json::Value = serde_json::from_str(text).unwrap();
        record["claimed_until"] = serde_json::json!(0);
        *text = record.to_string();
    }
    Some(left)
}

#[test]
fn resuming_beside_a_sign_in_reaches_no_new_session() {
    let check = |end: &End<Brought>| {
        let left = sessions(&end.entries);
        let whole = is_whole(&end.entries, "signed in");
        (!whole).then(|| format!("the sign-in is lost, and {left:?} is there")).into_iter().collect()
    };
    for (name, part) in [("one", alice_leaves as Part<Brought>), ("everyone", everyone_leaves)] {
        let points: Vec<_> = (0..).map_while(|after| broken_off(after, part)).collect();
        // What has cleared and not finished: before that nothing is there to resume.
        let after_the_clear: Vec<_> = points.iter().filter(|left| sessions(left).is_empty()).collect();
        assert!(after_the_clear.len() >= 3, "{} of {}", after_the_clear.len(), points.len());
        for (at, left) in after_the_clear.into_iter().enumerate() {
            let parts: [Part<Brought>; 2] = [resumes, alice_signs_in];
            judge(
                &format!("resuming {name}, broken off {at} calls after the clear"),
                Kind::Atomic,
                left,
                &parts,
                check,
            )
            .nothing(2);
        }
    }
}

#[test]
fn a_return_beside_a_sign_in_reaches_no_new_session() {
    let mut waiting = BTreeMap::new();
    explore(Kind::Atomic, &with_alice(), &[alice_asks as Part<Brought>], |end| waiting.clone_from(&end.entries));
    assert!(is_whole(&waiting, "old"));
    let check = |end: &End<Brought>| {
        let left = sessions(&end.entries);
        let whole = is_whole(&end.entries, "signed in");
        (!whole).then(|| format!("the sign-in is lost, and {left:?} is there")).into_iter().collect()
    };
    let parts: [Part<Brought>; 2] = [returns, alice_signs_in];
    judge("a return and a sign-in", Kind::Atomic, &waiting, &parts, check).nothing(10);
}

/// How a sign-out that keeps everything ends: the browser comes back, or nobody waits for it any longer.
fn ends_of_waiting(end: &End<Brought>) -> Vec<(&'static str, BTreeMap<String, String>)> {
    let mut late = end.entries.clone();
    map_store::time_passes(&mut late, 15 * 60 + 1);
    let mut ways = vec![("resume", late, resumes as Part<Brought>)];
    // One that was called off waits for no return.
    if end.entries.values().any(|value| value.contains("\"handover\":{")) {
        ways.push(("the return", end.entries.clone(), returns));
    }
    let mut ended = Vec::new();
    for (name, entries, part) in ways {
        explore(Kind::Atomic, &entries, &[part], |end| ended.push((name, end.entries.clone())));
    }
    ended
}

#[test]
fn a_sign_in_beside_a_sign_out_that_waits_is_whole_or_gone() {
    let check = |end: &End<Brought>| {
        let newer = first_change(&end.steps, 1, "exeunt.epoch.") > first_change(&end.steps, 0, "exeunt.pending.");
        let wrong = |(name, entries): (&str, BTreeMap<String, String>)| {
            let (left, whole) = (sessions(&entries), is_whole(&entries, "signed in"));
            let holds = whole || left.is_empty() && !newer;
            (!holds).then(|| format!("after {name} {left:?} is there, and the sign-in is newer: {newer}"))
        };
        ends_of_waiting(end).into_iter().filter_map(wrong).collect()
    };
    for (name, asks) in [("one", alice_asks as Part<Brought>), ("everyone", everyone_asks)] {
        let parts: [Part<Brought>; 2] = [asks, alice_signs_in];
        judge(&format!("a sign-out of {name} that waits and a sign-in"), Kind::Atomic, &with_alice(), &parts, check)
            .nothing(10);
    }
}

#[test]
fn two_sign_outs_are_one() {
    let check = |end: &End<Brought>| {
        let ids: BTreeSet<&str> = end.brought.iter().map(|brought| brought.outcome().id.as_str()).collect();
        let records = end.entries.keys().filter(|key| key.starts_with("exeunt.pending.")).count();
        let left = sessions(&end.entries);
        let done = end.brought.iter().any(|brought| brought.outcome().application == ENDED);
        let faults = [
            (end.navigations.len() != 1).then(|| format!("{} navigations", end.navigations.len())),
            (ids.len() != 1 || records != 1).then(|| format!("{ids:?} in {records} records")),
            (!left.is_empty()).then(|| format!("{left:?} is left")),
            (!done).then(|| "neither says that it is done".to_owned()),
        ];
        faults.into_iter().flatten().collect()
    };
    let parts: [Part<Brought>; 2] = [alice_leaves, alice_leaves];
    judge("two sign-outs", Kind::Atomic, &with_alice(), &parts, check).nothing(10);
}

#[test]
fn two_sign_outs_that_wait_for_the_browser_are_one() {
    let check = |end: &End<Brought>| {
        let ids: BTreeSet<&str> = end.brought.iter().map(|brought| brought.outcome().id.as_str()).collect();
        let faults = [
            (end.navigations.len() != 1).then(|| format!("{} navigations", end.navigations.len())),
            (ids.len() != 1).then(|| format!("{ids:?}")),
            (!is_whole(&end.entries, "old")).then(|| "something went before the browser was back".to_owned()),
        ];
        faults.into_iter().flatten().collect()
    };
    let parts: [Part<Brought>; 2] = [alice_asks, alice_asks];
    judge("two sign-outs that wait", Kind::Atomic, &with_alice(), &parts, check).nothing(10);
}

#[test]
fn a_store_key_by_key_warns_and_keeps_no_refresh() {
    let check = |end: &End<Brought>| {
        let warned = end.brought[0].outcome().warnings.contains(&PlanWarning::StoreNotAtomic);
        let left = sessions(&end.entries);
        let back = (!left.is_empty()).then(|| format!("{left:?} came back"));
        back.into_iter().chain((!warned).then(|| "nobody was warned".to_owned())).collect()
    };
    let parts: [Part<Brought>; 2] = [alice_leaves, alice_refreshes_unswept];
    judge("a sign-out and a refresh", Kind::PerKey, &with_alice(), &parts, check).nothing(10);
}

/// Key by key a session may be torn, as the warning says; but of the old one nothing is left, and what the outcome says was
/// seen.
#[test]
fn a_store_key_by_key_keeps_nothing_old_beside_a_sign_in() {
    let check = |end: &End<Brought>| {
        let warned = end.brought[0].outcome().warnings.contains(&PlanWarning::StoreNotAtomic);
        let left = sessions(&end.entries);
        let old = left.values().any(|value| value.contains("old"));
        let back = old.then(|| format!("{left:?} came back"));
        let after = first_change(&end.steps, 1, "s:") > last_change(&end.steps, 0, "s:");
        let lost =
            (after && !is_whole(&end.entries, "signed in")).then(|| format!("the sign-in after the clear is {left:?}"));
        let silent = (!warned).then(|| "nobody was warned".to_owned());
        back.into_iter().chain(lost).chain(silent).chain(lies(end)).collect()
    };
    for (name, leaves) in [("one", alice_leaves as Part<Brought>), ("everyone", everyone_leaves)] {
        let parts: [Part<Brought>; 2] = [leaves, alice_signs_in];
        judge(&format!("a sign-out of {name} and a sign-in"), Kind::PerKey, &with_alice(), &parts, check).nothing(10);
    }
}

#[test]
fn a_store_that_ignores_what_is_required_is_found() {
    let parts: [Part<Brought>; 2] = [alice_leaves, alice_refreshes];
    let found = judge("a sign-out and a refresh", Kind::Careless, &with_alice(), &parts, gone);
    assert!(found.faults.iter().any(|fault| fault.contains("came back")), "{:?}", found.faults);
}

#[test]
fn a_refresh_without_a_lease_is_found() {
    let parts: [Part<Brought>; 2] = [alice_leaves, alice_refreshes_blindly];
    let found = judge("a sign-out and a blind refresh", Kind::Atomic, &with_alice(), &parts, gone);
    assert!(found.faults.iter().any(|fault| fault.contains("came back")), "{:?}", found.faults);
}
