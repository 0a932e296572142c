//! The host that the targets share: a store in memory, and accounts to sign out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use exeunt::{
    Account, CacheLayout, Change, ClientConfig, Commit, EndSessionRequest, Endpoints, Guarantee, Home, HostError,
    HttpTransport, LogoutClient, Provider, Secret, SessionStore, Who,
};

/// The issuer of every client that does not look anything up.
pub const ISSUER: &str = "https://op.example/t";

/// A store in memory that can be put back.
#[derive(Default)]
pub struct Store(Mutex<BTreeMap<String, String>>);

impl Store {
    /// A store that holds one session.
    pub fn with_session() -> Arc<Self> {
        let store = Arc::new(Self::default());
        store.sign_in();
        store
    }

    /// What is in it.
    pub fn entries(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts one session into it.
    pub fn sign_in(&self) {
        let mut entries = self.entries();
        entries.insert("session:alice:refresh_token".to_owned(), "refresh-1".to_owned());
        entries.insert("session:alice:profile".to_owned(), "{}".to_owned());
    }

    /// Whether any entry of the session is left.
    pub fn is_signed_in(&self) -> bool {
        self.entries().keys().any(|key| key.starts_with("session:"))
    }
}

impl SessionStore for Store {
    fn keys(&self, prefix: String) -> Result<Vec<String>, HostError> {
        Ok(self.entries().keys().filter(|key| key.starts_with(&prefix)).cloned().collect())
    }

    fn read(&self, keys: Vec<String>) -> Result<Vec<Option<Secret>>, HostError> {
        let entries = self.entries();
        Ok(keys.iter().map(|key| entries.get(key).cloned().map(Secret::from)).collect())
    }

    fn commit(&self, change: Change) -> Result<Commit, HostError> {
        let mut entries = self.entries();
        let holds = |key: &String| entries.get(key).map(String::as_str);
        if change.require.iter().any(|one| holds(&one.key) != one.value.as_ref().map(Secret::reveal)) {
            return Ok(Commit::Conflict);
        }
        entries.extend(change.write.iter().map(|entry| (entry.key.clone(), entry.value.reveal().to_owned())));
        entries.retain(|key, _| !change.remove.contains(key));
        Ok(Commit::Committed)
    }

    fn guarantee(&self) -> Result<Guarantee, HostError> {
        Ok(Guarantee::Atomic)
    }
}

/// Addresses that need no looking up.
pub fn known_provider() -> Provider {
    Provider::oidc(
        ISSUER.to_owned(),
        Endpoints {
            end_session: Some("https://op.example/t/bye".to_owned()),
            revocation: Some("https://op.example/t/revoke".to_owned()),
            authorization: Some("https://op.example/t/authorize".to_owned()),
        },
    )
}

/// A configuration with these registered addresses.
pub fn config(provider: Provider, home: Home, redirect_uris: Vec<String>) -> ClientConfig {
    let layout = CacheLayout::Prefix { prefix: "session".to_owned(), separator: ":".to_owned() };
    ClientConfig { redirect_uris, ..ClientConfig::new("client-1", provider, home, layout) }
}

/// A client without a browser: navigations are in the outcome.
pub fn client(
    config: ClientConfig,
    store: Arc<Store>,
    transport: Arc<dyn HttpTransport>,
) -> Result<LogoutClient, exeunt::LogoutError> {
    LogoutClient::new(config, store, None, Some(transport), Vec::new())
}

/// A request for the one account there is.
pub fn request() -> EndSessionRequest {
    EndSessionRequest::new(Who::This { account: Account::new("alice") })
}

/// A network that is never there.
pub struct Offline;

impl HttpTransport for Offline {
    fn send(&self, _: exeunt::HttpCall) -> Result<exeunt::HttpAnswer, HostError> {
        Err(HostError::Offline { reason: String::new() })
    }
}
