//! The input as a returned address, on a device and on a server, while one sign-out waits on each. The first byte says
//! which of the two and what ticket comes along; `{state}`, `{id}` and `{other}` stand for what was drawn at random.
#![no_main]

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use exeunt::{Completion, EndSessionRequest, Home, LogoutClient, Redirect, Secret};
use exeunt_fuzz::{ISSUER, Offline, Store, client, config, known_provider, request};
use libfuzzer_sys::fuzz_target;
use url::Url;

const BACK: &str = "https://app.example.com/bye";

/// A client whose one sign-out waits for the browser.
struct Waiting {
    client: LogoutClient,
    store: Arc<Store>,
    entries: BTreeMap<String, String>,
    id: String,
    state: String,
    ticket: Option<Secret>,
}

impl Waiting {
    fn at(home: Home) -> Self {
        let store = Store::with_session();
        let config = config(known_provider(), home, vec![BACK.to_owned()]);
        let client = client(config, store.clone(), Arc::new(Offline)).expect("the configuration is sound");
        let request = EndSessionRequest {
            redirect: Some(Redirect::Uri { uri: BACK.to_owned() }),
            state: Some(Secret::from("the caller's own")),
            revoke_tokens: Some(false),
            ..request()
        };
        let outcome = client.sign_out(&request).expect("the sign-out runs");
        let next = outcome.next.expect("a navigation");
        let url = Url::parse(next.url.reveal()).expect("an address");
        let state = url.query_pairs().find(|(name, _)| name == "state").expect("a state").1.into_owned();
        let entries = store.entries().clone();
        Self {
            client,
            store,
            entries,
            id: outcome.id,
            state: state.split(';').next().expect("the part that is ours").to_owned(),
            ticket: outcome.ticket,
        }
    }
}

fn both() -> &'static [Waiting; 2] {
    static BOTH: OnceLock<[Waiting; 2]> = OnceLock::new();
    BOTH.get_or_init(|| [Waiting::at(Home::Device), Waiting::at(Home::Server)])
}

/// Another reader's opinion on whether this address ends the sign-out.
fn is_right(url: &str, state: &str) -> bool {
    let Ok(parsed) = Url::parse(url) else { return false };
    let states: Vec<_> = parsed.query_pairs().filter(|(name, _)| name == "state").collect();
    let [(_, found)] = states.as_slice() else { return false };
    let issuer = parsed.query_pairs().find(|(name, _)| name == "iss");
    found.split(';').next() == Some(state)
        && issuer.is_none_or(|(_, issuer)| issuer == ISSUER)
        && parsed.origin() == Url::parse(BACK).expect("an address").origin()
        && parsed.path() == "/bye"
}

fuzz_target!(|data: &[u8]| {
    let [choice, rest @ ..] = data else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let [device, server] = both();
    let (here, there) = if choice & 1 == 0 { (device, server) } else { (server, device) };
    let url = text.replace("{state}", &here.state).replace("{id}", &here.id).replace("{other}", &there.state);
    let ticket = match choice >> 1 & 3 {
        0 => here.ticket.clone(),
        1 => None,
        2 => there.ticket.clone(),
        _ => Some(Secret::from(url.as_str())),
    };
    let has_ticket = here.ticket.is_none() || ticket == here.ticket;
    let answer = here.client.complete(&Secret::from(url.as_str()), ticket).expect("the store answers");
    match answer {
        Completion::Matched { outcome } => {
            assert!(is_right(&url, &here.state), "matched by a wrong state: {text}");
            assert!(has_ticket, "matched without the ticket of this browser: {text}");
            assert!(!outcome.signed_out_at_provider(), "a return proved something: {text}");
            assert_eq!(outcome.state, Some(Secret::from("the caller's own")));
            let again = here.client.complete(&Secret::from(url.as_str()), here.ticket.clone());
            assert!(matches!(again, Ok(Completion::AlreadyHandled { .. })), "handled twice: {text}");
            #[cfg(feature = "planted")]
            if text.contains("&q=") {
                panic!("planted");
            }
            here.store.entries().clone_from(&here.entries);
        }
        Completion::AlreadyHandled { .. } => panic!("nothing was handled yet: {text}"),
        Completion::NotOurs { .. } => {
            assert!(*here.store.entries() == here.entries, "what is not ours changed something: {text}");
        }
    }
});
