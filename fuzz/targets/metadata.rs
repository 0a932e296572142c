//! The input as the provider's metadata, and as the answer to a revocation. The session here ends whatever it says, and
//! the browser goes only where it may.
#![no_main]

use std::sync::{Arc, Mutex, PoisonError};

use exeunt::{
    Header, Home, HostError, HttpAnswer, HttpCall, HttpMethod, HttpTransport, PlanWarning, Provider, Secret,
    SessionStatus,
};
use exeunt_fuzz::{ISSUER, Store, client, config, request};
use libfuzzer_sys::fuzz_target;
use url::Url;

const LOOPBACK_ISSUER: &str = "http://127.0.0.1:7001";
const SIGNED_IN_AT: &str = "https://app.example.com/signed-in";

/// Answers everything with the input, and remembers what was sent where.
struct Answering {
    body: Vec<u8>,
    sent: Mutex<Vec<String>>,
}

impl HttpTransport for Answering {
    fn send(&self, call: HttpCall) -> Result<HttpAnswer, HostError> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(call.url.reveal().to_owned());
        Ok(HttpAnswer {
            status: if call.method == HttpMethod::Get { 200 } else { 400 },
            headers: vec![Header { name: "content-type".to_owned(), value: Secret::from("application/json") }],
            body: self.body.clone(),
        })
    }
}

/// https, or the loopback issuer's own kind.
fn may_be_spoken_to(address: &str, issuer: &str) -> Url {
    let url = Url::parse(address).expect("an address");
    let loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    assert!(url.scheme() == "https" || (issuer == LOOPBACK_ISSUER && loopback), "an open line to {url}");
    assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none(), "{url}");
    url
}

fuzz_target!(|data: &[u8]| {
    let mentions = |text: &str| data.windows(text.len()).any(|window| window == text.as_bytes());
    let issuer = if mentions("127.0.0.1:7001") { LOOPBACK_ISSUER } else { ISSUER };
    let provider = Provider::Oidc {
        issuer: issuer.to_owned(),
        endpoints: None,
        parameter_names: None,
        omit_client_id: false,
        dynamic: false,
    };
    let mut config = config(provider, Home::Device, Vec::new());
    config.redirect_uri = Some(SIGNED_IN_AT.to_owned());
    let store = Store::with_session();
    let network = Arc::new(Answering { body: data.to_vec(), sent: Mutex::default() });
    let client = client(config, store.clone(), network.clone()).expect("the configuration is sound");

    let outcome = client.sign_out(&request()).expect("a provider's answer never stops the clear");

    assert!(outcome.signed_out_locally() && !store.is_signed_in(), "the session here is alive");
    assert!(!outcome.signed_out_at_provider(), "metadata proved something");
    if let Some(next) = &outcome.next {
        let url = may_be_spoken_to(next.url.reveal(), issuer);
        let home = Url::parse(issuer).expect("an address");
        let told = |warning: &PlanWarning| matches!(warning, PlanWarning::EndpointOnOtherHost { host } if Some(host.as_str()) == url.host_str());
        assert!(url.host() == home.host() || outcome.warnings.iter().any(told), "another host, untold: {url}");
        let clients = url.query_pairs().filter(|(name, _)| name == "client_id").count();
        assert_eq!(clients, 1, "{url}");
        #[cfg(feature = "planted")]
        if url.path().contains('~') {
            panic!("planted");
        }
    } else {
        assert!(matches!(outcome.provider, SessionStatus::Failed { .. }), "{:?}", outcome.provider);
    }
    if let Ok(proof) = client.proof(&outcome.id) {
        may_be_spoken_to(proof.url.reveal(), issuer);
    }
    for address in network.sent.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        may_be_spoken_to(address, issuer);
    }
});
