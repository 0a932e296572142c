//! What a case names as its source can be looked up: a rule of `tests/RULES.md`, or a vendor's public document. And where
//! a rule is said to be checked, it is.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// The short names of vendors' documents; after a colon may follow where in it.
const DOCUMENTS: [&str; 5] = ["msal-v1", "msal-v2", "passport", "auth0", "centralauth"];

/// Lists of cases beside the folder of cases; what they rest on beside rules is named freely.
const LISTS: [&str; 2] = ["transport/faults", "transport/sign_outs"];

/// What stands in the column *checked in* instead of a file.
const NOT_YET: &str = "later";

/// Each rule with the files that check it.
type Rules = BTreeMap<String, Vec<String>>;
/// Each case file with the sources of its cases by their names.
type Cases = BTreeMap<String, Vec<(String, String)>>;

fn is_id(text: &str) -> bool {
    text.split_once('-').is_some_and(|(group, number)| {
        let letters = group.starts_with(|first: char| first.is_ascii_uppercase())
            && group.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        letters && number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn rules_in(text: &str) -> Rules {
    let mut rules = Rules::new();
    for line in text.lines() {
        let Some(row) = line.strip_prefix("| ").and_then(|rest| rest.strip_suffix(" |")) else { continue };
        let cells: Vec<&str> = row.split(" | ").collect();
        if is_id(cells[0]) {
            assert_eq!(cells.len(), 4, "{line}");
            let files = cells[3].split(", ").map(str::to_owned).collect();
            assert!(rules.insert(cells[0].to_owned(), files).is_none(), "{} stands there twice", cells[0]);
        }
    }
    rules
}

fn rules() -> Rules {
    rules_in(&fs::read_to_string("tests/RULES.md").unwrap())
}

fn read(path: &Path) -> Vec<(String, String)> {
    let text = |case: &Value, key: &str| case[key].as_str().unwrap().to_owned();
    let cases: Vec<Value> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    cases.iter().map(|case| (text(case, "name"), text(case, "source"))).collect()
}

fn cases() -> Cases {
    let paths = fs::read_dir("tests/cases").unwrap().map(|entry| entry.unwrap().path());
    let files = paths.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    files.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), read(&path))).collect()
}

fn lists() -> Cases {
    LISTS.iter().map(|list| ((*list).to_owned(), read(Path::new(&format!("tests/{list}.json"))))).collect()
}

fn parts(source: &str) -> impl Iterator<Item = &str> {
    source.split(',').map(str::trim)
}

/// The parts of a source that are neither rules nor documents.
fn unknown<'a>(source: &'a str, rules: &Rules) -> Vec<&'a str> {
    let document = |part: &str| match part.split_once(": ") {
        Some((name, place)) => DOCUMENTS.contains(&name) && !place.trim().is_empty(),
        None => DOCUMENTS.contains(&part),
    };
    parts(source).filter(|part| !rules.contains_key(*part) && !document(part)).collect()
}

/// Whether a test of this file says in a comment that the rule is what it proves.
fn is_named_in(file: &str, rule: &str) -> bool {
    let text = fs::read_to_string(format!("tests/behaviours/{file}")).unwrap_or_default();
    let words = |line: &str| line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|word| word == rule);
    text.lines().map(str::trim).filter(|line| line.starts_with("///") || line.starts_with("//!")).any(words)
}

/// Rules that a file is said to check, though none of its cases or tests names them; and files that do not exist.
fn unchecked(rules: &Rules, cases: &Cases) -> Vec<String> {
    let checks = |rule: &str, file: &str| match cases.get(file) {
        Some(cases) => cases.iter().any(|(_, source)| parts(source).any(|part| part == rule)),
        None => file == NOT_YET || is_named_in(file, rule),
    };
    let pairs = rules.iter().flat_map(|(rule, files)| files.iter().map(move |file| (rule, file)));
    pairs.filter(|(rule, file)| !checks(rule, file)).map(|(rule, file)| format!("{rule} in {file}")).collect()
}

#[test]
fn every_source_is_a_rule_or_a_public_document() {
    let (rules, cases) = (rules(), cases());
    assert!(rules.len() > 150 && cases.len() > 10, "{} rules, {} files", rules.len(), cases.len());
    for (file, cases) in &cases {
        for (name, source) in cases {
            assert!(unknown(source, &rules).is_empty(), "{file}: {name}: {:?}", unknown(source, &rules));
        }
    }
}

#[test]
fn every_rule_is_checked_where_the_table_says() {
    let unchecked = unchecked(&rules(), &cases().into_iter().chain(lists()).collect());
    assert!(unchecked.is_empty(), "not checked: {}", unchecked.join("; "));
}

#[test]
fn every_rule_that_a_list_names_exists() {
    let rules = rules();
    for (file, cases) in lists() {
        assert!(cases.len() > 10, "{file}");
        for (name, source) in cases {
            let unknown: Vec<_> = parts(&source).filter(|part| is_id(part) && !rules.contains_key(*part)).collect();
            assert!(unknown.is_empty(), "{file}: {name}: {unknown:?}");
        }
    }
}

#[test]
fn a_made_up_source_is_found() {
    let rules = rules();
    assert!(unknown("RPI-17, ATT-40, B2C-01, msal-v2: logoutPopup, passport", &rules).is_empty());
    for wrong in
        ["RPI-99", "2BC-01", "a note", "RPI-1", "rpi-01", "RPI-01: why", "msal-v3", "msal-v2:", "note: place", ""]
    {
        assert_eq!(unknown(&format!("RPI-01, {wrong}"), &rules), [wrong]);
    }
}

/// The made-up rule AB-05 is named here; the one before it only in the text of the test.
#[test]
fn a_rule_that_its_file_does_not_check_is_found() {
    let rules = rules_in(
        "| AB-01 | x | own | some, later |\n| AB-02 | x \\| y | own | some |\n| AB-03 | x | own | no.rs |\n\
         | AB-04 | x | own | sources_are_rules.rs |\n| AB-05 | x | own | sources_are_rules.rs |",
    );
    let cases = Cases::from([("some".to_owned(), vec![("a case".to_owned(), "msal-v2, AB-01".to_owned())])]);
    assert_eq!(unchecked(&rules, &cases), ["AB-02 in some", "AB-03 in no.rs", "AB-04 in sources_are_rules.rs"]);
}
