//! When the browser is handed over the clear is done: whatever becomes of the browser changes nothing of it.

use std::sync::{Arc, Mutex};

use crate::scripted::host::{Ears, Host, Script, Store};
use exeunt::{
    Account, ClientConfig, Done, EndSessionRequest, Evidence, HostError, LogoutClient, LogoutEventKind, LogoutMode,
    Navigated, Navigation, Navigator, SessionStatus, Who,
};
use serde_json::json;

type Answer = fn() -> Result<Navigated, HostError>;

/// What was in the store and had been told when the browser was handed over.
type Moment = (Vec<String>, Vec<LogoutEventKind>);

/// A browser that looks into the store before it answers.
struct Looking {
    store: Arc<Store>,
    ears: Arc<Ears>,
    answer: Answer,
    seen: Mutex<Vec<Moment>>,
}

impl Navigator for Looking {
    fn navigate(&self, _: Navigation) -> Result<Navigated, HostError> {
        let entries = self.store.entries.lock().unwrap();
        let session = entries.keys().filter(|key| !key.starts_with("exeunt.")).cloned().collect();
        let told = self.ears.events.lock().unwrap().iter().map(|event| event.kind).collect();
        self.seen.lock().unwrap().push((session, told));
        (self.answer)()
    }

    fn dismiss(&self, _: String) -> Result<Done, HostError> {
        Ok(Done::Done)
    }
}

fn config() -> ClientConfig {
    serde_json::from_value(json!({
        "client_id": "rp",
        "provider": {"oidc": {"issuer": "https://op.example.com", "endpoints": {"end_session": "https://op.example.com/logout"}}},
        "home": "device",
        "layout": {"prefix": {"prefix": "s", "separator": ":"}},
        "post_logout_redirect_uri": {"uri": {"uri": "https://app.example.com/bye"}},
        "revoke_tokens": false
    }))
    .unwrap()
}

/// RPI-15, NAT-06: in every mode, and however the browser answers.
#[test]
fn the_browser_is_handed_over_after_the_clear() {
    let answers: [Answer; 4] = [
        || Ok(Navigated::Started),
        || Ok(Navigated::Stopped),
        || Ok(Navigated::NoBrowser),
        || Err(HostError::Broken { reason: "it crashed".to_owned() }),
    ];
    for (answer, mode) in
        answers.into_iter().flat_map(|answer| [LogoutMode::Redirect, LogoutMode::Popup].map(|mode| (answer, mode)))
    {
        let entries =
            ["s:alice:cart", "s:alice:refresh_token", "s:bob:cart"].map(|key| (key.to_owned(), "1".to_owned()));
        let Host { store, ears, .. } = Host::new(Script::default(), entries.into());
        let browser = Arc::new(Looking { store: store.clone(), ears: ears.clone(), answer, seen: Mutex::default() });
        let client = LogoutClient::new(config(), store, Some(browser.clone()), None, vec![ears]).unwrap();
        let request = EndSessionRequest {
            mode: Some(mode),
            ..EndSessionRequest::new(Who::This { account: Account::new("alice") })
        };
        let outcome = client.sign_out(&request).unwrap();
        let told = vec![LogoutEventKind::LogoutStart, LogoutEventKind::LogoutSuccess];
        assert_eq!(*browser.seen.lock().unwrap(), [(vec!["s:bob:cart".to_owned()], told)], "{mode:?}");
        assert_eq!(outcome.application, SessionStatus::Ended { evidence: Evidence::ReadBack });
    }
}
