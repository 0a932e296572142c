//! The README's examples are regions of tests that run: the Kotlin and Swift ones are compared here, the Python one is
//! run by the Python suite as it stands.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests, not only tests

use std::fs;

fn block(readme: &str, language: &str) -> String {
    let start = format!("```{language}\n");
    let from = readme.find(&start).unwrap_or_else(|| panic!("no {language} example")) + start.len();
    let rest = readme.get(from..).unwrap();
    rest.split("```").next().unwrap().to_owned()
}

/// The lines between `readme begins` and `readme ends`, without their common indent.
fn region(file: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let lines: Vec<&str> = text
        .lines()
        .skip_while(|line| !line.contains("readme begins"))
        .skip(1)
        .take_while(|line| !line.contains("readme ends"))
        .collect();
    assert!(!lines.is_empty(), "{file} has no region");
    let indent = lines.iter().filter(|line| !line.trim().is_empty()).map(|line| line.len() - line.trim_start().len());
    let indent = indent.min().unwrap_or(0);
    lines.iter().map(|line| format!("{}\n", line.get(indent..).unwrap_or_default())).collect()
}

#[test]
fn the_kotlin_example_is_a_test_that_runs() {
    let readme = fs::read_to_string("README.md").unwrap();
    assert_eq!(block(&readme, "kotlin"), region("bindings/kotlin/src/test/kotlin/dev/exeunt/ReadmeTest.kt"));
}

#[test]
fn the_swift_example_is_a_test_that_runs() {
    let readme = fs::read_to_string("README.md").unwrap();
    assert_eq!(block(&readme, "swift"), region("bindings/swift/Tests/ExeuntTests/ReadmeTests.swift"));
}

#[test]
fn the_table_names_every_provider() {
    let readme = fs::read_to_string("README.md").unwrap();
    let source = fs::read_to_string("src/provider/mod.rs").unwrap();
    let rows = source.split("pub enum Provider {").nth(1).unwrap().split("\n}").next().unwrap();
    let lines = rows.lines().filter_map(|line| line.strip_prefix("    "));
    let variants = lines.filter_map(|line| line.strip_suffix(" {").or_else(|| line.strip_suffix(',')));
    let mut seen = 0;
    for variant in variants.filter(|name| name.chars().next().is_some_and(char::is_uppercase)) {
        seen += 1;
        assert!(readme.contains(&format!("| `{variant}`")), "the README's table lacks {variant}");
    }
    assert!(seen >= 18);
}
