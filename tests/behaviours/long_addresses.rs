//! Where an address becomes too long, to the byte.

use std::collections::BTreeMap;

use crate::scripted::host::{Host, Script};
use exeunt::{Account, EndSessionRequest, Navigation, NavigationMethod, Parameter, PlanWarning, Secret, Who};
use serde_json::{Value, json};

const TOKEN: &str =
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL29wLmV4YW1wbGUuY29tIiwiYXVkIjoicnAiLCJzdWIiOiJhbGljZSJ9.c2ln";

fn oidc() -> Value {
    json!({"oidc": {"issuer": "https://op.example.com", "endpoints": {"end_session": "https://op.example.com/logout"}}})
}

/// A sign-out with so many letters in its own parameters: the navigation, and whether the ID token was left out.
fn signed_out(home: &str, provider: &Value, letters: usize) -> (Navigation, bool) {
    let config = json!({
        "client_id": "rp",
        "provider": provider,
        "home": home,
        "layout": {"prefix": {"prefix": "s", "separator": ":"}},
        "post_logout_redirect_uri": {"uri": {"uri": "https://app.example.com/bye"}},
        "revoke_tokens": false
    });
    let cached = BTreeMap::from([("s:alice:id_token".to_owned(), TOKEN.to_owned())]);
    let client = Host::new(Script::default(), cached).client(serde_json::from_value(config).unwrap()).unwrap();
    // No parameter is longer than 2048 bytes; the names are there however long the values are.
    let extra = |at: usize| {
        let letters = letters.saturating_sub(at * 2_000).min(2_000);
        Parameter { name: format!("x{at}"), value: Secret::from("a".repeat(letters)) }
    };
    let request = EndSessionRequest {
        id_token_hint: Some(Secret::from(TOKEN)),
        extra_parameters: (0..4).map(extra).collect(),
        ..EndSessionRequest::new(Who::This { account: Account::new("alice") })
    };
    let foretold = client.plan(&request).unwrap().warnings().contains(&PlanWarning::HintDropped);
    let outcome = client.sign_out(&request).unwrap();
    assert_eq!(outcome.warnings.contains(&PlanWarning::HintDropped), foretold, "{letters} letters");
    (outcome.next.unwrap(), foretold)
}

/// How many letters make an address of so many bytes.
fn letters_for(home: &str, provider: &Value, bytes: usize) -> usize {
    bytes - signed_out(home, provider, 0).0.url.reveal().len()
}

/// RPI-13: a server sends up to 6000 bytes in an address.
#[test]
fn a_server_sends_a_form_above_6000_bytes() {
    let letters = letters_for("server", &oidc(), 6_000);
    let (longest, _) = signed_out("server", &oidc(), letters);
    assert_eq!((longest.method, longest.url.reveal().len()), (NavigationMethod::Get, 6_000));
    let (form, dropped) = signed_out("server", &oidc(), letters + 1);
    assert_eq!(
        (form.method, form.url.reveal(), dropped),
        (NavigationMethod::Post, "https://op.example.com/logout", false)
    );
    assert!(form.form.iter().any(|field| field.value.reveal() == TOKEN));
}

/// RPI-13, RPI-14: where no form is possible the ID token goes along up to 8192 bytes, as the plan foretells.
#[test]
fn without_a_form_the_token_is_left_out_above_8192_bytes() {
    let entra = json!({"entra": {"authority": "https://login.microsoftonline.com/common"}});
    for (home, provider) in [("device", oidc()), ("device", entra)] {
        let letters = letters_for(home, &provider, 8_192);
        let (longest, dropped) = signed_out(home, &provider, letters);
        assert_eq!((longest.method, longest.url.reveal().len(), dropped), (NavigationMethod::Get, 8_192, false));
        assert!(longest.url.reveal().contains(TOKEN));
        let (shorter, dropped) = signed_out(home, &provider, letters + 1);
        assert_eq!((shorter.method, dropped), (NavigationMethod::Get, true));
        assert!(!shorter.url.reveal().contains("id_token_hint"));
        assert!(shorter.url.reveal().contains("post_logout_redirect_uri=") && shorter.url.reveal().ends_with('a'));
    }
}
