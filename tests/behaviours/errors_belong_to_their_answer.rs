//! The error of one answer is not told with what a later answer says.

use std::collections::BTreeMap;

use crate::scripted::host::{Host, Script};
use crate::scripted::project::{percent_encode, raw_state};
use exeunt::{Account, Completion, EndSessionRequest, Navigation, Secret, Who};
use serde_json::json;

fn answer(to: &Navigation, says: &str) -> Secret {
    let state = percent_encode(&raw_state(to).unwrap());
    Secret::from(format!("{}?{says}&state={state}", to.redirect_uri.as_ref().unwrap()))
}

/// PROOF-03
#[test]
fn a_proof_after_an_error_tells_none() {
    let config = json!({
        "client_id": "rp",
        "provider": {"oidc": {"issuer": "https://op.example.com", "endpoints": {
            "end_session": "https://op.example.com/logout", "authorization": "https://op.example.com/authorize"}}},
        "home": "device",
        "layout": {"prefix": {"prefix": "s", "separator": ":"}},
        "redirect_uri": "https://app.example.com/in",
        "post_logout_redirect_uri": {"uri": {"uri": "https://app.example.com/bye"}}
    });
    let host = Host::new(Script::default(), BTreeMap::new());
    let client = host.client(serde_json::from_value(config).unwrap()).unwrap();
    let outcome = client.sign_out(&EndSessionRequest::new(Who::This { account: Account::new("alice") })).unwrap();
    let told = |url: &Secret| match client.complete(url, None).unwrap() {
        Completion::Matched { outcome } => outcome.provider_error,
        other => panic!("not matched: {other:?}"),
    };
    let left = outcome.next.unwrap();
    assert_eq!(told(&answer(&left, "error=access_denied")).as_deref(), Some("access_denied"));
    let proof = || client.proof(&outcome.id).unwrap();
    assert_eq!(told(&answer(&proof(), "error=server_error")).as_deref(), Some("server_error"));
    for says in ["error=login_required", "error=consent_required", "code=x"] {
        assert_eq!(told(&answer(&proof(), "error=server_error")).as_deref(), Some("server_error"));
        assert_eq!(told(&answer(&proof(), says)), None, "{says}");
        assert_eq!(client.outcome(&outcome.id).unwrap().provider_error, None, "{says}");
    }
}
