//! The sources read in the order in which the data travels: a module knows only those before it, and only the runner
//! knows the clock, the network, locks and chance.

use std::collections::BTreeSet;

use crate::source_text::{Source, matching, read, words};

/// Every module of the crate, each before those that know it. A folder is one module.
const ORDER: [&str; 36] = [
    "secret",
    "error",
    "json",
    "query",
    "redirect_uri",
    "registration",
    "cookie",
    "navigation",
    "host",
    "connection",
    "account",
    "request",
    "provider_words",
    "id_token",
    "provider",
    "config",
    "cache",
    "end_session",
    "plan",
    "explain",
    "outcome",
    "unfinished",
    "keys",
    "pending",
    "guard",
    "reply",
    "admission",
    "asked",
    "leaving",
    "front_channel",
    "discovery",
    "planning",
    "revocation",
    "direct_call",
    "transport",
    "client",
];

/// What hosts and tests may use, and nothing in the crate does.
const ASIDE: [&str; 1] = ["memory_store"];

/// What belongs to the shell, and where it may stand besides `client/`.
const SHELL: [(&str, &[&str]); 9] = [
    ("std::time", &["transport.rs"]),
    ("SystemTime", &[]),
    ("Instant", &[]),
    ("std::net", &["transport.rs"]),
    ("std::fs", &[]),
    ("std::thread", &[]),
    ("getrandom", &[]),
    ("Mutex", &["memory_store.rs"]),
    ("RwLock", &[]),
];

fn module(path: &str) -> &str {
    path.split('/').next().unwrap().trim_end_matches(".rs")
}

/// The first segments of everything that a code names by `crate::`, groups in braces included.
fn known(code: &str) -> BTreeSet<String> {
    let flat = code.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut found = BTreeSet::new();
    for (at, _) in flat.match_indices("crate::") {
        if flat[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$') {
            continue;
        }
        let rest = &flat[at + "crate::".len()..];
        let list = match rest.strip_prefix('{') {
            Some(_) => &rest[1..matching(rest, 0) - 1],
            None => words(rest).next().map_or("", |(word, _)| word),
        };
        let mut depth = 0;
        let top = list.split(|letter| {
            depth += match letter {
                '{' => 1,
                '}' => -1,
                _ => 0,
            };
            letter == ',' && depth == 0
        });
        found.extend(top.filter_map(|one| words(one).next()).map(|(word, _)| word.to_owned()));
    }
    found
}

/// Everything that is wrong with the directions, in words.
fn misdirected(sources: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    let place = |name: &str| ORDER.iter().position(|known| *known == name);
    for source in sources.iter().filter(|source| source.path != "lib.rs") {
        let own = module(&source.path);
        let Some(here) = place(own).or_else(|| ASIDE.contains(&own).then_some(ORDER.len())) else {
            faults.push(format!("{own} has no place in the order"));
            continue;
        };
        for other in known(&source.bare_code()) {
            match place(&other) {
                None => faults.push(format!("{} names {other}, which has no place in the order", source.path)),
                Some(there) if there <= here => {}
                Some(_) => faults.push(format!("{} knows {other}, which comes after it", source.path)),
            }
        }
    }
    let present = |name: &str| sources.iter().any(|source| module(&source.path) == name);
    let absent = ORDER.iter().chain(&ASIDE).filter(|name| !present(name));
    faults.extend(absent.map(|name| format!("{name} is in the order and not in the sources")));
    faults
}

fn shell_below_the_runner(sources: &[Source]) -> Vec<String> {
    let below = sources.iter().filter(|source| module(&source.path) != "client");
    let mut faults = Vec::new();
    for source in below {
        let code = source.bare_code();
        let flat: String = code.split_whitespace().collect();
        for (word, places) in SHELL {
            let grouped = word.strip_prefix("std::").is_some_and(|inner| {
                flat.match_indices("std::{").any(|(at, _)| {
                    let open = at + "std::".len();
                    words(&flat[open..matching(&flat, open)]).any(|(one, _)| one == inner)
                })
            });
            let direct = words(&code).any(|(one, rest)| {
                word == one
                    || word.strip_prefix(one).is_some_and(|inner| {
                        let inner = inner.strip_prefix("::").filter(|_| rest.starts_with("::"));
                        inner.is_some_and(|inner| words(rest).next().is_some_and(|(next, _)| next == inner))
                    })
            });
            if (direct || grouped) && !places.contains(&source.path.as_str()) {
                faults.push(format!("{} uses {word}", source.path));
            }
        }
    }
    faults
}

/// Files that speak of UniFFI outside attributes and outside what the boundary itself asks for.
fn uniffi_in_bodies(sources: &[Source]) -> Vec<&str> {
    const THE_FROM: &str = "impl From<uniffi::UnexpectedUniFFICallbackError> for HostError";
    let speaks = |source: &&Source| {
        let code = source.bare_code();
        let rest = match code.split_once(THE_FROM) {
            Some((front, impl_block)) if source.path == "host.rs" => {
                let open = impl_block.find('{').unwrap();
                front.to_owned() + &impl_block[matching(impl_block, open)..]
            }
            _ => code,
        };
        source.path != "lib.rs" && words(&rest).any(|(word, _)| word == "uniffi")
    };
    sources.iter().filter(speaks).map(|source| source.path.as_str()).collect()
}

#[test]
fn a_module_knows_only_those_before_it() {
    let faults = misdirected(&read("src", "rs"));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn an_import_against_the_order_is_found() {
    let mut sources = read("src", "rs");
    let before = misdirected(&sources).len();
    for (path, text) in [
        ("secret.rs", "use crate::plan::LogoutPlan;"),
        ("query.rs", "use crate::{error::LogoutError, client::{LogoutClient}};"),
        ("cache/prefix.rs", "fn f() { crate::explain::explain(plan) }"),
        ("novelty.rs", ""),
    ] {
        sources.push(Source::new(path, text));
    }
    assert_eq!(misdirected(&sources).len(), before + 4);
}

#[test]
fn nothing_below_the_runner_has_a_clock_a_socket_a_lock_or_chance() {
    let faults = shell_below_the_runner(&read("src", "rs"));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_clock_below_the_runner_is_found() {
    for text in [
        "use std::time::Duration;",
        "use std::{fmt, time::SystemTime};",
        "fn f() { std::time::Instant::now() }",
        "fn f() { getrandom::fill(&mut bytes) }",
        "use std::sync::{Arc, Mutex};",
        "use std::net::IpAddr;",
    ] {
        let found = shell_below_the_runner(&[Source::new("planning.rs", text)]);
        assert!(!found.is_empty(), "not found: {text}");
        let client = shell_below_the_runner(&[Source::new("client/mod.rs", text)]);
        assert!(client.is_empty(), "{client:?}");
    }
    let mentioned = "//! std::time\n/// getrandom\n#[doc = \"Mutex\"]\nconst TEXT: &str = \"std::net\";";
    assert!(shell_below_the_runner(&[Source::new("planning.rs", mentioned)]).is_empty());
}

#[test]
fn uniffi_stands_in_bodies_only_at_the_boundary() {
    let mut sources = read("src", "rs");
    assert_eq!(uniffi_in_bodies(&sources), [""; 0]);
    sources.push(Source::new("plan.rs", "#[derive(uniffi::Record)] struct A;"));
    assert_eq!(uniffi_in_bodies(&sources), [""; 0]);
    sources.push(Source::new("host.rs", "impl From<uniffi::Other> for HostError { fn from() {} }"));
    sources.push(Source::new("plan.rs", "fn f() { uniffi::deps::log() }"));
    assert_eq!(uniffi_in_bodies(&sources), ["host.rs", "plan.rs"]);
}

#[test]
fn no_file_is_two_ideas() {
    let hand_written = ["src", "bindings/bindgen", "bindings/python/python", "bindings/python/tests"]
        .into_iter()
        .chain(["bindings/kotlin/src/main", "bindings/kotlin/src/test", "bindings/swift/Sources/Exeunt"])
        .chain(["bindings/swift/Tests"]);
    let mut faults = Vec::new();
    for folder in hand_written {
        for ending in ["rs", "py", "pyi", "kt", "java", "swift"] {
            for file in read(folder, ending) {
                let generated = ["/_core/", "/Generated/", "/generated/"];
                if generated.iter().any(|part| format!("/{}", file.path).contains(part)) {
                    continue;
                }
                let lines = file.text.lines().count();
                if lines > 400 {
                    faults.push(format!("{folder}/{} has {lines} lines", file.path));
                }
                let stem = file.path.rsplit('/').next().unwrap().split('.').next().unwrap().to_lowercase();
                if ["utils", "util", "helpers", "helper", "types", "common", "misc"].contains(&stem.trim_matches('_')) {
                    faults.push(format!("{folder}/{}: a name that says nothing", file.path));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
