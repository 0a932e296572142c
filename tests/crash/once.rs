//! What is the same at every point of a scenario, and is made once by each thread.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::Hash;

pub type Made<K, V> = RefCell<HashMap<K, V>>;

/// What was made for this key before, or is made now.
pub fn once<K: Eq + Hash, V: Clone>(made: &Made<K, V>, key: K, make: impl FnOnce() -> V) -> V {
    if let Some(known) = made.borrow().get(&key) {
        return known.clone();
    }
    let value = make();
    made.borrow_mut().insert(key, value.clone());
    value
}
