//! The README's examples are regions of tests that run: the Kotlin and Swift ones are compared here, the Python one is
//! run by the Python suite as it stands.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests, not only tests

use std::fs;

/// All examples in a language, in order.
fn blocks(readme: &str, language: &str) -> Vec<String> {
    let start = format!("```{language}\n");
    readme.split(&start).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// The lines between each `readme begins` and `readme ends`, without their common indent.
fn regions(file: &str) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let regions = text.split("readme begins\n").skip(1).map(|rest| {
        let end = rest.find("readme ends").unwrap_or_else(|| panic!("{file}: a region has no end"));
        region(rest.get(..end).and_then(|lines| lines.rsplit_once('\n')).unwrap().0)
    });
    let regions: Vec<String> = regions.collect();
    assert!(!regions.is_empty(), "{file} has no region");
    regions
}

fn region(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let indent = lines.iter().filter(|line| !line.trim().is_empty()).map(|line| line.len() - line.trim_start().len());
    let indent = indent.min().unwrap_or(0);
    lines.iter().map(|line| format!("{}\n", line.get(indent..).unwrap_or_default())).collect()
}

#[test]
fn the_kotlin_examples_are_tests_that_run() {
    let readme = fs::read_to_string("README.md").unwrap();
    assert_eq!(blocks(&readme, "kotlin"), regions("bindings/kotlin/src/test/kotlin/dev/exeunt/ReadmeTest.kt"));
}

#[test]
fn the_swift_examples_are_tests_that_run() {
    let readme = fs::read_to_string("README.md").unwrap();
    assert_eq!(blocks(&readme, "swift"), regions("bindings/swift/Tests/ExeuntTests/ReadmeTests.swift"));
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
