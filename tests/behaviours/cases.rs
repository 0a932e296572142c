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
fn every_planted_wrong_expectation_is_found() {
    let planted = read_folder(Path::new("tests/cases/planted"));
    let cases: Vec<_> = planted.into_iter().flat_map(|(_, cases)| cases).collect();
    assert_eq!(cases.len(), 3);
    for case in cases {
        assert!(!run(&case).is_empty(), "{} was not found", case.name);
    }
}
