//! An error of a direct request is told in the provider's words, unless they repeat what the request proved itself with.

use std::sync::Arc;

use exeunt::{
    Account, ClientConfig, EndSessionRequest, Failure, HostError, HttpAnswer, HttpCall, HttpTransport, LogoutClient,
    LogoutOutcome, MemoryStore, Reach, Secret, SessionStatus, Token, TokenKind, Who,
};
use serde_json::{Value, json};

const TOKEN: &str = "TOKEN_of_alice";
const SECRET: &str = "s3cret_of_ours";

/// Refuses everything with the same words.
struct Refusing(Value);

impl HttpTransport for Refusing {
    fn send(&self, _: HttpCall) -> Result<HttpAnswer, HostError> {
        Ok(HttpAnswer { status: 401, headers: Vec::new(), body: self.0.to_string().into_bytes() })
    }
}

/// A sign-out by a direct request that is refused in these words.
fn refused(provider: &Value, kind: TokenKind, everywhere: bool, words: &Value) -> LogoutOutcome {
    let config: ClientConfig = serde_json::from_value(json!({
        "client_id": "rp", "client_secret": SECRET, "home": "server", "provider": provider,
        "layout": {"prefix": {"prefix": "s", "separator": ":"}}, "revoke_tokens": false
    }))
    .unwrap();
    let transport = Arc::new(Refusing(words.clone()));
    let client = LogoutClient::new(config, Arc::new(MemoryStore::new()), None, Some(transport), Vec::new()).unwrap();
    let tokens = vec![Token { kind, value: Secret::from(TOKEN) }];
    let account = Account { tokens, ..Account::new("alice") };
    let request = EndSessionRequest::new(Who::This { account });
    client.sign_out(&EndSessionRequest { reach: Some(Reach::Provider), everywhere, ..request }).unwrap()
}

#[test]
fn in_its_code_as_little_as_in_its_sentence() {
    let keycloak = json!({"keycloak": {"server_url": "https://sso.example.com", "realm": "shop", "direct": true}});
    let central_auth = json!({"central_auth": {"autologin": true}});
    for (provider, kind, everywhere) in
        [(keycloak, TokenKind::RefreshToken, false), (central_auth, TokenKind::AccessToken, true)]
    {
        let told = |code: &str, member: &str| {
            let outcome = refused(&provider, kind, everywhere, &json!({member: code, "message": "no"}));
            assert_eq!(outcome.provider, SessionStatus::Failed { because: Failure::ProviderRefused });
            assert_eq!(outcome.provider_message.as_deref(), Some("no"));
            outcome.provider_error
        };
        for member in ["error", "errorCode"] {
            assert_eq!(told("tokenInvalid", member).as_deref(), Some("tokenInvalid"));
            // Of what is longer than 4 KiB nothing is read but the status (CA-03).
            let long = refused(&provider, kind, everywhere, &json!({member: "tokenInvalid", "x": "y".repeat(4096)}));
            assert_eq!((long.provider_error, long.provider_message), (None, None));
            assert_eq!(long.provider, SessionStatus::Failed { because: Failure::ProviderRefused });
            for code in [TOKEN, SECRET, &format!("no_{TOKEN}_here"), &format!("x{SECRET}"), &"e".repeat(31)] {
                assert_eq!(told(code, member), None, "{code}");
            }
        }
    }
}
