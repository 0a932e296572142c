//! The language-neutral cases, run through the public API.

use std::collections::HashSet;
use std::path::Path;

use crate::scripted::case::{read_folder, run};
use serde_json::Value;

/// Whether somebody is signed out and the browser comes back, as an address or while it is sent.
fn returns(given: &Value) -> bool {
    let steps = given["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    let first = |verb: &str| steps.iter().position(|step| step.get(verb).is_some());
    let back = if given["host"]["navigator"] == "completes" { Some(usize::MAX) } else { first("complete") };
    first("sign_out").zip(back).is_some_and(|(out, back)| out < back)
}

#[test]
fn every_case_behaves_as_it_says() {
    let (mut count, mut returning) = (0, 0);
    let mut faults = Vec::new();
    let mut names = HashSet::new();
    for (file, cases) in read_folder(Path::new("tests/cases")) {
        for case in cases {
            count += 1;
            returning += usize::from(returns(&case.given));
            assert!(names.insert(case.name.clone()), "two cases are called {}", case.name);
            assert!(!case.source.is_empty(), "{} names no source", case.name);
            let found = run(&case);
            faults.extend(found.into_iter().map(|fault| format!("{}: {}: {fault}", file.display(), case.name)));
        }
    }
    println!("rust: {count} cases");
    assert!(returning >= 60, "only {returning} cases go from a sign-out to a return");
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_planted_fault_is_found_and_no_other() {
    let planted = read_folder(Path::new("tests/cases/planted"));
    let cases: Vec<_> = planted.into_iter().flat_map(|(_, cases)| cases).collect();
    let faults = [
        ("planted: a wrong value in a result", "step 0.provider: expected "),
        ("planted: a key that should be left is expected to be gone", "keys: expected [], found [\"session:bob:x\"]"),
        ("planted: an address that lacks its state", "navigations: expected [{"),
        ("planted: a key that no reader knows", "given: unknown field `colour`"),
        ("planted: a key of the expectation that no reader knows", "expect: unknown field `colour`"),
    ];
    assert_eq!(cases.iter().map(|case| case.name.as_str()).collect::<Vec<_>>(), faults.map(|(name, _)| name));
    for (case, (name, fault)) in cases.iter().zip(faults) {
        let found = run(case);
        assert!(found.len() == 1 && found[0].starts_with(fault), "{name}: expected {fault}, found {found:?}");
    }
}
