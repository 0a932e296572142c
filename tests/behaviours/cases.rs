//! The language-neutral cases, run through the public API.

use std::collections::HashSet;
use std::path::Path;

use crate::scripted::case::{read_folder, run};

#[test]
fn every_case_behaves_as_it_says() {
    let mut count = 0;
    let mut faults = Vec::new();
    let mut names = HashSet::new();
    for (file, cases) in read_folder(Path::new("tests/cases")) {
        for case in cases {
            count += 1;
            assert!(names.insert(case.name.clone()), "two cases are called {}", case.name);
            assert!(!case.source.is_empty(), "{} names no source", case.name);
            let found = run(&case);
            faults.extend(found.into_iter().map(|fault| format!("{}: {}: {fault}", file.display(), case.name)));
        }
    }
    println!("rust: {count} cases");
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_planted_fault_is_found_and_no_other() {
    let planted = read_folder(Path::new("tests/cases/planted"));
    let cases: Vec<_> = planted.into_iter().flat_map(|(_, cases)| cases).collect();
    let faults = [
        ("planted: a wrong value in a result", "step 0.provider: expected "),
        ("planted: a key that should be left is expected to be gone", "keys: expected [], found [\"session:bob:x\"]"),
        ("planted: a key that no reader knows", "given: unknown field `colour`"),
        ("planted: a key of the expectation that no reader knows", "expect: unknown field `colour`"),
    ];
    assert_eq!(cases.iter().map(|case| case.name.as_str()).collect::<Vec<_>>(), faults.map(|(name, _)| name));
    for (case, (name, fault)) in cases.iter().zip(faults) {
        let found = run(case);
        assert!(found.len() == 1 && found[0].starts_with(fault), "{name}: expected {fault}, found {found:?}");
    }
}
