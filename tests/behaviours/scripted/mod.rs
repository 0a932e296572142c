//! The scripted host and the reader of `tests/cases/README.md`, for Rust.

pub mod case;
pub mod host;
pub mod project;
