//! Every event carries the identifier of the record and of the request, so that a log can be joined with the provider's.

use std::sync::{Arc, Mutex};

use exeunt::{
    Account, CacheLayout, ClientConfig, Done, EndSessionRequest, Home, HostError, LogoutClient, LogoutEvent,
    LogoutListener, LogoutMode, MemoryStore, Navigated, Navigation, Navigator, Provider, Redirect, Secret, Who,
};

#[derive(Default)]
struct Ears(Mutex<Vec<LogoutEvent>>);

impl LogoutListener for Ears {
    fn on_event(&self, event: LogoutEvent) -> Result<Done, HostError> {
        self.0.lock().unwrap().push(event);
        Ok(Done::Done)
    }
}

#[derive(Default)]
struct Browser(Mutex<Vec<Navigation>>);

impl Navigator for Browser {
    fn navigate(&self, navigation: Navigation) -> Result<Navigated, HostError> {
        self.0.lock().unwrap().push(navigation);
        Ok(Navigated::Started)
    }

    fn dismiss(&self, _: String) -> Result<Done, HostError> {
        Ok(Done::Done)
    }
}

fn heard(correlation_id: Option<&str>) -> (Vec<LogoutEvent>, String, String) {
    let provider = Provider::Entra { authority: "https://login.microsoftonline.com/common".to_owned() };
    let mut config = ClientConfig::new("app", provider, Home::Device, CacheLayout::Msal);
    config.post_logout_redirect_uri = Some(Redirect::Uri { uri: "https://app.example.com/bye".to_owned() });
    let (ears, browser) = (Arc::new(Ears::default()), Arc::new(Browser::default()));
    let client =
        LogoutClient::new(config, Arc::new(MemoryStore::new()), Some(browser.clone()), None, vec![ears.clone()])
            .unwrap();
    let request = EndSessionRequest {
        correlation_id: correlation_id.map(str::to_owned),
        mode: Some(LogoutMode::Popup),
        ..EndSessionRequest::new(Who::This { account: Account::new("ada.home") })
    };
    let outcome = client.sign_out(&request).unwrap();
    let address = browser.0.lock().unwrap().first().unwrap().url.reveal().to_owned();
    let state = address.split("&state=").nth(1).and_then(|rest| rest.split('&').next()).unwrap().to_owned();
    client.complete(&Secret::from(format!("https://app.example.com/bye?state={state}")), None).unwrap();
    let events = ears.0.lock().unwrap().clone();
    assert_eq!(events.len(), 4, "{events:?}");
    (events, outcome.id, outcome.correlation_id)
}

#[test]
fn every_event_names_the_record_and_the_request() {
    let (events, id, correlation_id) = heard(Some("insert-id-here"));
    assert_eq!(correlation_id, "insert-id-here");
    for event in events {
        assert_eq!((event.id.as_str(), event.correlation_id.as_str()), (id.as_str(), "insert-id-here"));
    }
}

#[test]
fn an_identifier_that_was_drawn_is_in_every_event_too() {
    let (events, _, correlation_id) = heard(None);
    assert!(!correlation_id.is_empty());
    assert!(events.iter().all(|event| event.correlation_id == correlation_id));
}
