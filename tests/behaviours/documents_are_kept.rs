//! What five public documents on signing out say is said again, statement by statement, in `tests/documents.json`. Each
//! statement is proved by cases, or is no behaviour, or we decided differently and say why; no line is left out.
//!
//! Here it is only checked that the cases exist: `tests/behaviours/cases.rs` runs every case of the folder and fails with any of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Documents {
    documents: Vec<Document>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    name: String,
    title: String,
    /// How many lines it has.
    lines: usize,
    /// Which text was read.
    sha256: String,
    statements: Vec<Statement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Statement {
    id: String,
    /// The first and the last of its lines, counted from 1.
    lines: (usize, usize),
    says: String,
    /// Names of cases that prove it, or that show what is done instead.
    cases: Option<Vec<String>>,
    /// Why it says nothing about what a sign-out does.
    not_behaviour: Option<String>,
    /// Why and how we do it differently.
    differs: Option<String>,
}

/// The names of cases, each with its source.
type Known = BTreeMap<String, String>;

impl Statement {
    fn faults(&self, document: &str, known: &Known) -> Vec<String> {
        let proved = self.cases.is_some() && self.differs.is_none();
        let kinds = usize::from(proved) + self.not_behaviour.iter().chain(&self.differs).count();
        let mut reasons = [&self.not_behaviour, &self.differs].into_iter().flatten();
        let cites = |case: &String| {
            let mut sources = known.get(case).into_iter().flat_map(|source| source.split(','));
            sources.any(|part| part.split(':').next().is_some_and(|name| name.trim() == document))
        };
        let named = |cases: &Vec<String>| !cases.is_empty() && !cases.iter().any(cites);
        let checks = [
            (proved && self.cases.as_ref().is_some_and(named), "names no case that cites the document"),
            (kinds == 0, "has no answer"),
            (kinds > 1, "has more than one kind of answer"),
            (reasons.any(|reason| reason.trim().is_empty()), "gives no reason"),
            (self.cases.as_ref().is_some_and(Vec::is_empty), "names no case"),
            (self.says.trim().is_empty(), "says nothing"),
        ];
        let failed = checks.into_iter().filter(|(wrong, _)| *wrong);
        let mut faults: Vec<String> = failed.map(|(_, fault)| fault.to_owned()).collect();
        let missing = self.cases.iter().flatten().filter(|case| !known.contains_key(*case));
        faults.extend(missing.map(|case| format!("names a case that does not exist: {case}")));
        faults.iter().map(|fault| format!("{} {fault}", self.id)).collect()
    }
}

fn faults(documents: &[Document], known: &Known) -> Vec<String> {
    let mut found = Vec::new();
    let mut ids = BTreeSet::new();
    for Document { name, title, lines, sha256, statements } in documents {
        if title.trim().is_empty() || sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            found.push(format!("{name} does not say which text was read"));
        }
        for Statement { id, lines: (from, to), .. } in statements {
            if !ids.insert(id) {
                found.push(format!("{id} is there twice"));
            }
            if *from == 0 || from > to || to > lines {
                found.push(format!("{id} stands on no lines of {name}"));
            }
        }
        let kept = |line: &usize| statements.iter().any(|one| (one.lines.0..=one.lines.1).contains(line));
        let lost = (1..=*lines).filter(|line| !kept(line));
        found.extend(lost.map(|line| format!("line {line} of {name} falls in no statement")));
        found.extend(statements.iter().flat_map(|one| one.faults(name, known)));
    }
    found
}

fn sources_of_cases() -> Known {
    let files = fs::read_dir("tests/cases").unwrap().map(|entry| entry.unwrap().path());
    let mut sources = Known::new();
    for file in files.filter(|path| path.extension().is_some_and(|end| end == "json")) {
        let cases: Vec<Value> = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let text = |case: &Value, key: &str| case.get(key).unwrap().as_str().unwrap().to_owned();
        sources.extend(cases.iter().map(|case| (text(case, "name"), text(case, "source"))));
    }
    sources
}

#[test]
fn every_statement_of_the_documents_is_kept_or_answered() {
    let Documents { documents } = serde_json::from_str(&fs::read_to_string("tests/documents.json").unwrap()).unwrap();
    let names: Vec<&str> = documents.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["msal-v1", "msal-v2", "passport", "centralauth", "auth0"]);
    let all: Vec<_> = documents.iter().flat_map(|one| &one.statements).collect();
    let cases: BTreeSet<&String> = all.iter().flat_map(|one| one.cases.iter().flatten()).collect();
    println!(
        "documents: {} statements, {} cases, {} not behaviour, {} different by decision",
        all.len(),
        cases.len(),
        all.iter().filter(|one| one.not_behaviour.is_some()).count(),
        all.iter().filter(|one| one.differs.is_some()).count(),
    );
    let found = faults(&documents, &sources_of_cases());
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
}

/// A made-up document of three lines, of which the first is a heading and the others are `statements`.
fn made_up(statements: &[Value]) -> Document {
    let heading = json!({"id": "d/1", "lines": [1, 1], "says": "It begins.", "not_behaviour": "heading"});
    let statements = [&[heading], statements].concat();
    let document = json!({"name": "d", "title": "D", "lines": 3, "sha256": "0".repeat(64), "statements": statements});
    serde_json::from_value(document).unwrap()
}

fn faults_of(document: Document) -> Vec<String> {
    let known = [("the sky is blue", "AB-01, d: colours"), ("the sea is blue", "dd")];
    faults(&[document], &known.map(|(name, source)| (name.to_owned(), source.to_owned())).into())
}

/// The faults of a sound statement on the lines 2 and 3 after a change.
fn faults_after(change: &Value) -> Vec<String> {
    let mut statement = json!({"id": "d/2", "lines": [2, 3], "says": "Blue.", "cases": ["the sky is blue"]});
    for (key, value) in change.as_object().unwrap() {
        statement.as_object_mut().unwrap().insert(key.clone(), value.clone());
    }
    faults_of(made_up(&[statement]))
}

#[test]
fn a_sound_document_has_no_fault() {
    assert!(faults_after(&json!({})).is_empty());
    assert!(faults_after(&json!({"differs": "red is better, so it is red"})).is_empty());
    assert!(faults_after(&json!({"cases": null, "differs": "no sky here"})).is_empty());
}

#[test]
fn a_line_in_no_statement_is_found() {
    assert_eq!(faults_after(&json!({"lines": [2, 2]})), ["line 3 of d falls in no statement"]);
}

#[test]
fn a_document_without_its_checksum_is_found() {
    let found = faults_of(Document { sha256: "abc".to_owned(), ..made_up(&[]) });
    assert!(found.contains(&"d does not say which text was read".to_owned()));
}

#[test]
fn lines_that_the_document_does_not_have_are_found() {
    for lines in [[2, 4], [0, 3], [3, 2]] {
        let found = faults_after(&json!({"lines": lines}));
        assert!(found.contains(&"d/2 stands on no lines of d".to_owned()), "{found:?}");
    }
}

#[test]
fn a_statement_without_an_answer_is_found() {
    assert_eq!(faults_after(&json!({"cases": null})), ["d/2 has no answer"]);
    assert_eq!(faults_after(&json!({"cases": []})), ["d/2 names no case"]);
}

#[test]
fn a_statement_with_two_kinds_of_answer_is_found() {
    assert_eq!(faults_after(&json!({"not_behaviour": "prose"})), ["d/2 has more than one kind of answer"]);
    let both = json!({"cases": null, "not_behaviour": "prose", "differs": "no"});
    assert_eq!(faults_after(&both), ["d/2 has more than one kind of answer"]);
}

#[test]
fn an_answer_without_a_reason_is_found() {
    assert_eq!(faults_after(&json!({"cases": null, "not_behaviour": ""})), ["d/2 gives no reason"]);
    assert_eq!(faults_after(&json!({"differs": " "})), ["d/2 gives no reason"]);
}

#[test]
fn a_statement_that_only_cases_of_others_prove_is_found() {
    assert_eq!(faults_after(&json!({"cases": ["the sea is blue"]})), ["d/2 names no case that cites the document"]);
    assert!(faults_after(&json!({"cases": ["the sea is blue", "the sky is blue"]})).is_empty());
    assert!(faults_after(&json!({"cases": ["the sea is blue"], "differs": "it is a sea"})).is_empty());
}

#[test]
fn a_case_that_does_not_exist_is_found() {
    let wanted = ["d/2 names a case that does not exist: the sky is green"];
    assert_eq!(faults_after(&json!({"cases": ["the sky is blue", "the sky is green"]})), wanted);
    assert_eq!(faults_after(&json!({"cases": ["the sky is green"], "differs": "it is not"})), wanted);
}

#[test]
fn an_identifier_given_twice_is_found() {
    assert_eq!(faults_after(&json!({"id": "d/1"})), ["d/1 is there twice"]);
}

#[test]
fn a_statement_that_says_nothing_is_found() {
    assert_eq!(faults_after(&json!({"says": " "})), ["d/2 says nothing"]);
}
