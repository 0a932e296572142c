//! Reading `tests/vectors`.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

/// One observation. What is absent is null.
#[derive(Debug, Clone)]
pub struct Vector {
    pub id: String,
    pub sdk: String,
    /// The whole of it.
    pub data: Value,
}

/// Every observation, file by file.
pub fn read() -> Vec<Vector> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    let mut found = Vec::new();
    for file in files {
        let content: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let sdk = content["sdk"].as_str().unwrap();
        let vectors = content["vectors"].as_array().unwrap();
        assert_eq!(content["count"], vectors.len(), "{}", file.display());
        found.extend(vectors.iter().map(|data| Vector {
            id: data["id"].as_str().unwrap().to_owned(),
            sdk: sdk.to_owned(),
            data: data.clone(),
        }));
    }
    found
}

impl Vector {
    /// The text at a path of members, such as `/config/auth/clientId`.
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.data.pointer(pointer)?.as_str()
    }

    pub fn call(&self) -> &str {
        self.text("/call").unwrap_or_default()
    }

    /// What `localStorage` and `sessionStorage` held together, and the cookies' names.
    pub fn stored(&self) -> BTreeMap<String, String> {
        let mut entries = BTreeMap::new();
        for place in ["/env/localStorage", "/env/sessionStorage"] {
            for (key, value) in self.data.pointer(place).and_then(Value::as_object).into_iter().flatten() {
                let before = entries.insert(key.clone(), value.as_str().unwrap().to_owned());
                assert!(before.is_none(), "{}: {key} is in both stores", self.id);
            }
        }
        entries
    }

    pub fn cookies(&self) -> BTreeSet<String> {
        let cookies = self.data.pointer("/env/cookies").and_then(Value::as_object);
        cookies.into_iter().flat_map(|cookies| cookies.keys().cloned()).collect()
    }

    /// Keys that were seen `removed`, `remaining` or `added`, of these places (`local`, `session`, `cookies`).
    pub fn observed(&self, what: &str, places: &[&str]) -> BTreeSet<String> {
        let keys = |place: &&str| self.data["observed"][what][*place].as_array().cloned().unwrap_or_default();
        places.iter().flat_map(keys).map(|key| key.as_str().unwrap().to_owned()).collect()
    }

    /// New values of keys that stayed.
    pub fn changed(&self) -> BTreeMap<String, String> {
        let changed = |place: &str| self.data["observed"]["changed"][place].as_object().cloned().unwrap_or_default();
        let both = changed("local").into_iter().chain(changed("session"));
        both.map(|(key, value)| (key, value.as_str().unwrap().to_owned())).collect()
    }
}
