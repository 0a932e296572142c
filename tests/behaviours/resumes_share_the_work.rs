//! Whoever resumes beside others: each sign-out is finished by one of them, and each token is sent once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, Mutex};

use crate::scripted::host::Store;
use exeunt::{
    Account, ClientConfig, EndSessionRequest, HostError, HttpAnswer, HttpCall, HttpTransport, LogoutClient, Secret,
    SessionStore, Token, TokenKind, Who,
};
use serde_json::json;

const THREADS: usize = 8;
const SIGN_OUTS: usize = 20;

/// Counts what is sent; at first nobody is there.
#[derive(Default)]
struct Revocations {
    reachable: AtomicBool,
    sent: Mutex<Vec<String>>,
}

impl HttpTransport for Revocations {
    fn send(&self, call: HttpCall) -> Result<HttpAnswer, HostError> {
        if !self.reachable.load(Ordering::Relaxed) {
            return Err(HostError::Offline { reason: "scripted".to_owned() });
        }
        self.sent.lock().unwrap().push(call.body.unwrap().reveal().to_owned());
        Ok(HttpAnswer { status: 200, headers: Vec::new(), body: Vec::new() })
    }
}

/// JRN-02
#[test]
fn eight_that_resume_at_once_send_each_token_once() {
    for home in ["device", "server"] {
        let config: ClientConfig = serde_json::from_value(json!({
            "client_id": "rp",
            "provider": {"oidc": {"issuer": "https://op.example.com", "endpoints": {
                "end_session": "https://op.example.com/logout", "revocation": "https://op.example.com/revoke"}}},
            "home": home,
            "layout": {"prefix": {"prefix": "s", "separator": ":"}}
        }))
        .unwrap();
        let (store, network) = (Arc::new(Store::default()), Arc::new(Revocations::default()));
        let client =
            || LogoutClient::new(config.clone(), store.clone(), None, Some(network.clone()), Vec::new()).unwrap();
        for number in 0..SIGN_OUTS {
            let token = Token { kind: TokenKind::RefreshToken, value: Secret::from(format!("token-{number}")) };
            let account = Account { tokens: vec![token], ..Account::new(format!("user{number}")) };
            client().sign_out(&EndSessionRequest::new(Who::This { account })).unwrap();
        }
        store.time_passes(61);
        network.reachable.store(true, Ordering::Relaxed);
        let begin = Barrier::new(THREADS);
        // A few at a time, so that they meet at those of others.
        let resumes = || {
            begin.wait();
            (0..SIGN_OUTS).map(|_| client().resume(3).unwrap().outcomes.len()).sum::<usize>()
        };
        let finished: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(resumes)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        let mut sent = network.sent.lock().unwrap().clone();
        assert_eq!((sent.len(), finished), (SIGN_OUTS, SIGN_OUTS), "{home}");
        sent.sort();
        sent.dedup();
        assert_eq!(sent.len(), SIGN_OUTS, "{home}");
        let left = store.read(store.keys(String::new()).unwrap()).unwrap();
        assert!(!left.iter().flatten().any(|value| value.reveal().contains("token-")), "{home}");
    }
}
