//! A host may learn while it opens the browser that the user will not go: what it says then is not said over.

use std::sync::{Arc, OnceLock, Weak};

use exeunt::{
    Account, CancelReason, ClientConfig, Done, Doubt, EndSessionRequest, HostError, LogoutClient, MemoryStore,
    Navigated, Navigation, Navigator, OnCancel, SessionStatus, Who,
};
use serde_json::json;

#[derive(Default)]
struct Reluctant {
    client: OnceLock<Weak<LogoutClient>>,
}

impl Navigator for Reluctant {
    fn navigate(&self, navigation: Navigation) -> Result<Navigated, HostError> {
        let client = self.client.get().unwrap().upgrade().unwrap();
        client.cancel(&navigation.id, CancelReason::UserCancelled).unwrap();
        Ok(Navigated::Started)
    }

    fn dismiss(&self, _: String) -> Result<Done, HostError> {
        Ok(Done::Done)
    }
}

#[test]
fn whatever_is_to_become_of_the_session_here() {
    for on_cancel in [OnCancel::FinishLocally, OnCancel::KeepEverything] {
        let config: ClientConfig = serde_json::from_value(json!({
            "client_id": "rp", "home": "device", "layout": {"prefix": {"prefix": "s", "separator": ":"}},
            "provider": {"oidc": {"issuer": "https://op.example.com",
                "endpoints": {"end_session": "https://op.example.com/logout"}}},
            "post_logout_redirect_uri": {"uri": {"uri": "https://app.example.com/bye"}}
        }))
        .unwrap();
        let navigator = Arc::new(Reluctant::default());
        let config = ClientConfig { on_cancel: Some(on_cancel), ..config };
        let store = Arc::new(MemoryStore::default());
        let client = Arc::new(LogoutClient::new(config, store, Some(navigator.clone()), None, Vec::new()).unwrap());
        assert!(navigator.client.set(Arc::downgrade(&client)).is_ok());
        let outcome = client.sign_out(&EndSessionRequest::new(Who::This { account: Account::new("alice") })).unwrap();
        let cancelled = SessionStatus::Unconfirmed { because: Doubt::UserCancelled };
        assert_eq!(outcome.provider, cancelled, "{on_cancel:?}");
        assert_eq!(client.outcome(&outcome.id).unwrap().provider, cancelled, "{on_cancel:?}");
        assert_eq!(client.pending(None).unwrap(), Vec::new(), "{on_cancel:?}");
    }
}
