//! Takes each column of each provider's row away, so that the row has the default there, and sees that a case of every
//! provider concerned fails. `columns.py` lays this beside a core in which columns can be taken away by number.
#![allow(missing_docs, unreachable_pub, dead_code)] // a program has no outside; the cases need more of what is here

#[path = "../map_store/mod.rs"]
mod map_store;
#[path = "../behaviours/scripted/mod.rs"]
mod scripted;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use scripted::case::{Case, read_folder, run};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Column {
    number: usize,
    name: String,
    /// Whose cases have to miss it.
    providers: Vec<String>,
}

/// One that the harness itself breaks off at is missed as well.
fn fails(case: &Case) -> bool {
    catch_unwind(AssertUnwindSafe(|| run(case))).map_or(true, |faults| !faults.is_empty())
}

fn provider_of(case: &Case) -> String {
    let asked = &case.given["config"]["provider"];
    let name = asked.as_str().or_else(|| asked.as_object()?.keys().next().map(String::as_str));
    name.unwrap_or_default().to_owned()
}

#[test]
fn every_column_is_missed_by_a_case_of_each_provider_that_has_it() {
    let mut cases: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for case in read_folder(Path::new("tests/cases")).into_iter().flat_map(|(_, cases)| cases) {
        assert!(!fails(&case), "{} fails as it is", case.name);
        cases.entry(provider_of(&case)).or_default().push(case);
    }
    let columns: Vec<Column> = serde_json::from_value::<Vec<Column>>(
        serde_json::from_str::<Value>(&std::fs::read_to_string("columns.json").unwrap()).unwrap(),
    )
    .unwrap();
    std::panic::set_hook(Box::new(|_| {}));
    let mut missed = 0;
    for column in &columns {
        exeunt::without::column(column.number);
        for provider in &column.providers {
            let is_missed = cases.get(provider).is_some_and(|cases| cases.iter().any(fails));
            missed += usize::from(is_missed);
            println!("{}ok {provider} misses {}", if is_missed { "" } else { "not " }, column.name);
        }
    }
    let all: usize = columns.iter().map(|column| column.providers.len()).sum();
    assert!(missed == all && all > 0, "{} of {all} are missed by nobody", all - missed);
}
