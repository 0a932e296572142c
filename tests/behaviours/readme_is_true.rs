//! The README's examples are regions of tests that run: the Kotlin and Swift ones are compared here, the Python one is
//! run by the Python suite as it stands.

use std::fs;

/// The README's examples in a language.
fn blocks(readme: &str, language: &str) -> Vec<String> {
    let start = format!("```{language}\n");
    let blocks: Vec<String> =
        readme.split(&start).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect();
    assert!(!blocks.is_empty(), "no {language} example");
    blocks
}

/// The lines between each `readme begins` and its `readme ends`, without their common indent.
fn regions(file: &str) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let (mut regions, mut inside) = (Vec::new(), None::<Vec<&str>>);
    for line in text.lines() {
        if line.contains("readme begins") {
            inside = Some(Vec::new());
        } else if line.contains("readme ends") {
            regions.extend(inside.take().as_deref().map(unindented));
        } else if let Some(lines) = &mut inside {
            lines.push(line);
        }
    }
    regions
}

fn unindented(lines: &[&str]) -> String {
    let indent = lines.iter().filter(|line| !line.trim().is_empty()).map(|line| line.len() - line.trim_start().len());
    let indent = indent.min().unwrap_or(0);
    lines.iter().map(|line| format!("{}\n", line.get(indent..).unwrap_or_default())).collect()
}

#[test]
fn the_kotlin_examples_are_a_test_that_runs() {
    let readme = fs::read_to_string("README.md").unwrap();
    assert_eq!(blocks(&readme, "kotlin"), regions("bindings/kotlin/src/test/kotlin/dev/exeunt/ReadmeTest.kt"));
}

#[test]
fn the_swift_examples_are_a_test_that_runs() {
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
