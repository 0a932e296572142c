//! The scripted host and the reader of `tests/cases/README.md`, for Rust.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod case;
pub mod host;
#[path = "../map_store/mod.rs"]
pub mod map_store;
pub mod project;
