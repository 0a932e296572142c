//! Providers are rows: outside `src/provider/` no code asks which one it is, and no code names one.

use std::collections::BTreeSet;

use crate::source_text::{Source, matching, read, words};

/// Names by which a quirk would creep in, besides the providers' own.
const BRANDS: [&str; 22] = [
    "microsoft",
    "entra",
    "azure",
    "msal",
    "b2c",
    "auth0",
    "okta",
    "passport",
    "central_auth",
    "centralauth",
    "wikimedia",
    "mediawiki",
    "keycloak",
    "google",
    "facebook",
    "cognito",
    "amazon",
    "apple",
    "github",
    "gitlab",
    "zitadel",
    "authentik",
];

/// Where names are rows: the providers, and what is known of those behind one.
const ROWS: [&str; 2] = ["provider/", "connection.rs"];

/// Names that are written in the keys of a cache: only the file of its layout may hold them, whatever stands around them.
const STORED: [(&str, &str); 7] = [
    ("lib.rs", "auth0"), // a re-export
    ("cache/amplify.rs", "amplify"),
    ("cache/amplify.rs", "cognito"),
    ("cache/auth0_native.rs", "auth0"),
    ("cache/auth0_spa.rs", "auth0"),
    ("cache/keycloak_js.rs", "keycloak"),
    ("cache/okta_auth_js.rs", "okta"),
];

/// The variants of `Provider`, as their files would be called, without the one that stands for all.
fn providers(sources: &[Source]) -> Vec<String> {
    let code = sources.iter().find(|source| source.path == "provider/mod.rs").unwrap().bare_code();
    let open = code.find("pub enum Provider").map(|at| at + code[at..].find('{').unwrap()).unwrap();
    let body = &code[open + 1..matching(&code, open) - 1];
    let mut depth = 0;
    let top: String = body
        .chars()
        .filter(|letter| {
            depth += i32::from(*letter == '{') - i32::from(*letter == '}');
            depth == 0 && *letter != '}'
        })
        .collect();
    let variants = top.split(',').map(|one| one.trim().to_lowercase());
    variants.filter(|one| !one.is_empty() && one != "oidc").collect()
}

/// Names that a file may use because it holds, or lists, cache layouts of that name.
fn layouts(source: &Source, sources: &[Source]) -> BTreeSet<String> {
    let stem = |path: &str| path.rsplit('/').next().unwrap().trim_end_matches(".rs").to_owned();
    match source.path.as_str() {
        "cache/mod.rs" | "config.rs" => {
            sources.iter().filter(|s| s.path.starts_with("cache/")).map(|s| stem(&s.path)).collect()
        }
        path if path.starts_with("cache/") => BTreeSet::from([stem(path)]),
        _ => BTreeSet::new(),
    }
}

fn snake(word: &str) -> String {
    let mut out = String::new();
    for letter in word.chars() {
        if letter.is_uppercase() && !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

/// Every place outside `provider/` that knows a provider.
fn known_elsewhere(sources: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    let names: BTreeSet<String> = BRANDS.map(str::to_owned).into_iter().chain(providers(sources)).collect();
    for source in sources.iter().filter(|source| !ROWS.iter().any(|place| source.path.starts_with(place))) {
        let bare = source.bare_code();
        let mut before = "";
        for (word, rest) in words(&bare) {
            if word == "Provider" && rest.trim_start().starts_with("::") {
                faults.push(format!("{} asks for a provider: Provider{}", source.path, rest.lines().next().unwrap()));
            }
        }
        let allowed = layouts(source, sources);
        // Strings count too; comments do not.
        let code = source.code();
        for (word, _) in words(&code) {
            let plain = snake(word);
            let layout = before == "CacheLayout" || allowed.contains(&plain);
            let stored = |name: &str| STORED.contains(&(source.path.as_str(), name));
            let named = names.iter().find(|name| plain.contains(name.as_str()) && !stored(name));
            if let (Some(name), false) = (named, layout) {
                faults.push(format!("{} names {name}: {word}", source.path));
            }
            before = word;
        }
    }
    faults
}

#[test]
fn no_code_outside_the_rows_knows_a_provider() {
    let faults = known_elsewhere(&read("src", "rs"));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_provider_has_a_row_of_its_own() {
    let sources = read("src", "rs");
    let named = providers(&sources);
    assert!(!named.is_empty());
    for name in named {
        let has_file =
            |source: &Source| source.path.starts_with("provider/") && source.path.replace('_', "").contains(&name);
        assert!(sources.iter().any(has_file), "{name} has no file in provider/");
    }
}

#[test]
fn a_quirk_outside_the_rows_is_found() {
    let sources = read("src", "rs");
    let before = known_elsewhere(&sources).len();
    for (path, text) in [
        ("planning.rs", "fn f(p: &Provider) { match p { Provider::Oidc { .. } => {} } }"),
        ("planning.rs", "fn f(p: &Provider) { matches!(p, crate::provider::Provider\n    ::Oidc { .. }) }"),
        ("planning.rs", "const HOST: &str = \"login.microsoftonline.com\";"),
        ("planning.rs", "fn is_entra() {}"),
        ("client/mod.rs", "struct Auth0Quirk;"),
        ("cache/prefix.rs", "fn msal() {}"),
        ("cache/okta_auth_js.rs", "const KEY: &str = \"auth0.tokens\";"),
    ] {
        let mut sources = sources.clone();
        sources.push(Source::new(path, text));
        assert_eq!(known_elsewhere(&sources).len(), before + 1, "{text}");
    }
    let mut sources = sources;
    sources.push(Source::new(
        "planning.rs",
        "/// As Microsoft's library does.\n// auth0\nfn f() { f(CacheLayout::Msal) }",
    ));
    assert_eq!(known_elsewhere(&sources).len(), before);
}
