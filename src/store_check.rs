//! Whether a store keeps its contract: for whoever writes one. It works under keys of its own alone, and removes them.

use std::fmt::Write;

use crate::client::random;
use crate::host::{Change, Commit, Entry, Guarantee, HostError, Requirement, SessionStore};
use crate::secret::{Secret, display_as_debug};
