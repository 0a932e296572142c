//! What keeps an ended session from coming back: the lease of a token refresh, and the advice for the next sign-in.

use crate::keys::hash;
use crate::navigation::Parameter;
use crate::secret::display_as_debug;

/// The right to save what a token refresh brings, taken before the refresh token is read. A sign-out ends it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub struct Lease {
    /// Whose tokens are refreshed.
    pub account: String,
    /// The account's epoch when the lease was taken; absent where nobody has signed out yet.
    pub epoch: Option<String>,
    /// On a device: the epoch of everyone; absent where everyone has not signed out yet.
    pub everyone: Option<String>,
}

/// What became of the entries that a refresh brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum Saved {
    /// They are in the store.
    Stored,
    /// The account has signed out since the lease was taken: nothing of them is in the store. Throw them away.
    SignedOut,
}

/// What the next sign-in should ask of the provider, so that a session which may have survived lets nobody in without a
/// password.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub struct LoginAdvice {
    /// Parameters for the authorization request: `prompt=login` and `max_age=0`, OpenID Connect Core 1.0 §3.1.2.1. Empty
    /// where nothing speaks against a sign-in without a question, and at providers that know no such parameters.
    pub parameters: Vec<Parameter>,
    /// When the sign-out was asked for whose end at the provider is not known, seconds since 1970; absent where there is
    /// none. It counts for 30 days.
    pub since: Option<i64>,
}

display_as_debug!(Lease, LoginAdvice);

/// The epoch that follows from this one: key by key it ends what began between the epoch and the clear.
pub(crate) fn settled(epoch: &str) -> String {
    hash(epoch)
}
