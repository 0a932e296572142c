//! What the rows with fixed addresses send is taken by servers that enforce the vendors' documented rules; and each of
//! these rules refuses.
#![cfg(feature = "http")]

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::strict_provider::fixed_hosts::{HOSTS, RULES, Vendors, start};
use crate::strict_provider::{CLIENT, REFRESH_TOKEN, SECRET, TOKEN, send};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use exeunt::{
    Account, CacheLayout, ClientConfig, EndSessionRequest, Home, LogoutClient, MemoryStore, PlanWarning, Provider,
    Reach, RevocationStatus, Secret, SessionStatus, Token, TokenKind, Who,
};

/// A back end that signs Alice out with these tokens, revoking them: what became of each.
fn revoked(vendors: &Arc<Vendors>, provider: Provider, everywhere: bool, tokens: Tokens) -> Vec<RevocationStatus> {
    let layout = CacheLayout::Prefix { prefix: "session".to_owned(), separator: ":".to_owned() };
    let config = ClientConfig {
        client_secret: Some(Secret::from(SECRET)),
        ..ClientConfig::new(CLIENT, provider, Home::Server, layout)
    };
    let store = Arc::new(MemoryStore::new());
    let client = LogoutClient::new(config, store, None, Some(vendors.clone()), Vec::new()).unwrap();
    let tokens = tokens.iter().map(|(kind, value)| Token { kind: *kind, value: Secret::from(*value) }).collect();
    let request = EndSessionRequest {
        reach: Some(Reach::Provider),
        revoke_tokens: Some(true),
        everywhere,
        ..EndSessionRequest::new(Who::This { account: Account { tokens, ..Account::new("alice") } })
    };
    let outcome = client.sign_out(&request).unwrap();
    assert!(outcome.signed_out_locally() && !outcome.signed_out_at_provider());
    assert!(matches!(outcome.provider, SessionStatus::Failed { .. }), "no session ends here: {:?}", outcome.provider);
    assert!(outcome.warnings.contains(&PlanWarning::NoEndSessionEndpoint));
    outcome.revocations.into_iter().map(|revocation| revocation.status).collect()
}

/// Kinds and values.
type Tokens = &'static [(TokenKind, &'static str)];

const BOTH: Tokens = &[(TokenKind::RefreshToken, REFRESH_TOKEN), (TokenKind::AccessToken, TOKEN)];
const ACCESS: Tokens = &[(TokenKind::AccessToken, TOKEN)];
const STRANGE: Tokens = &[(TokenKind::AccessToken, "token-9")];

/// Each vendor's row, whether revoking there ends more than the session, and the tokens that it takes. Where it ends more,
/// access tokens die with the refresh token.
fn rows() -> [(&'static str, Provider, bool, Tokens); 5] {
    [
        (HOSTS[0], Provider::Github, false, ACCESS),
        (HOSTS[1], Provider::Slack, false, ACCESS),
        (HOSTS[2], Provider::Discord, true, BOTH),
        (HOSTS[3], Provider::Apple, false, BOTH),
        (HOSTS[4], Provider::Google, true, BOTH),
    ]
}

#[test]
fn every_row_is_taken_by_its_vendors_rules() {
    let vendors = start();
    for (host, provider, everywhere, tokens) in rows() {
        println!("{provider}");
        let statuses = revoked(&vendors, provider, everywhere, tokens);
        assert_eq!(statuses, vec![RevocationStatus::Revoked; tokens.len()], "{host}: {:?}", vendors.0[host].asked());
        let sent = if everywhere { 1 } else { tokens.len() };
        assert_eq!(vendors.0[host].asked().len(), sent, "{host}");
    }
}

#[test]
fn an_access_token_alone_is_taken_by_every_row() {
    let vendors = start();
    for (host, provider, everywhere, _) in rows() {
        assert_eq!(revoked(&vendors, provider, everywhere, ACCESS), [RevocationStatus::Revoked], "{host}");
        assert_eq!(vendors.0[host].asked().len(), 1, "{host}");
    }
}

#[test]
fn a_refusal_of_the_vendor_is_no_revocation() {
    let vendors = start();
    for (host, provider, everywhere, _) in rows() {
        let statuses = revoked(&vendors, provider, everywhere, STRANGE);
        assert_eq!(statuses.len(), 1, "{host}");
        assert_ne!(statuses[0], RevocationStatus::Revoked, "{host}");
    }
}

#[test]
fn each_rule_of_the_servers_refuses() {
    let vendors = start();
    let sent = |method: &str, path: &str, headers: &str, body: &str| {
        let length = body.len();
        format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
    };
    let basic = |text: &str| format!("Authorization: Basic {}\r\n", STANDARD.encode(text));
    let plain = basic(&format!("{CLIENT}:{SECRET}"));
    let encoded = basic("app+1:s%3Ae%2Fc%25r%2Bt");
    let agent = "User-Agent: test\r\n";
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let json = "Content-Type: application/json\r\n";
    let token = "{\"access_token\":\"token-1\"}";
    let [github, slack, discord, apple, google] = HOSTS;
    let delete = "/applications/app%201/token";
    let revoke = "/api/oauth2/token/revoke";
    let broken = [
        (0, github, sent("DELETE", "/applications/other/token", &format!("{agent}{plain}"), token)),
        (0, slack, sent("POST", "/auth.revoke", form, "")),
        (0, google, sent("POST", "/o/oauth2/revoke", form, "token=token-1")),
        (1, github, sent("POST", delete, &format!("{agent}{plain}{json}"), token)),
        (2, github, sent("DELETE", delete, &format!("{agent}{encoded}{json}"), token)),
        (3, github, sent("DELETE", delete, &format!("{agent}{plain}{form}"), "access_token=token-1")),
        (3, github, sent("DELETE", delete, &format!("{agent}{plain}{json}"), "{\"token\":\"token-1\"}")),
        (4, github, sent("DELETE", delete, &format!("{plain}{json}"), token)),
        (5, slack, sent("POST", "/api/auth.revoke", form, "token=token-1")),
        (6, slack, sent("POST", "/api/auth.revoke", &format!("Authorization: Bearer {TOKEN}\r\n{json}"), "{}")),
        (6, discord, sent("POST", revoke, &format!("{encoded}{json}"), "{\"token\":\"token-1\"}")),
        (6, apple, sent("GET", "/auth/revoke", form, "")),
        (6, google, sent("POST", "/revoke", json, "{\"token\":\"token-1\"}")),
        (7, discord, sent("POST", revoke, form, "token=token-1&client_id=app+1")),
        (8, apple, sent("POST", "/auth/revoke", &format!("{encoded}{form}"), "token=token-1")),
        (9, github, sent("DELETE", delete, &format!("{agent}{plain}{json}"), "{\"access_token\":\"token-9\"}")),
        (9, slack, sent("POST", "/api/auth.revoke", &format!("Authorization: Bearer token-9\r\n{form}"), "")),
        (9, discord, sent("POST", revoke, &format!("{encoded}{form}"), "token=token-9")),
        (9, apple, sent("POST", "/auth/revoke", form, "token=token-9&client_id=app+1&client_secret=s%3Ae%2Fc%25r%2Bt")),
        (9, google, sent("POST", "/revoke", form, "token=token-9")),
    ];
    let mut seen = BTreeSet::new();
    for (rule, host, request) in broken {
        let answer = send(vendors.0[host].port, &request);
        assert!(answer.contains("\"error\":\"refused\"") && answer.contains(RULES[rule]), "{}: {answer}", RULES[rule]);
        seen.insert(rule);
    }
    assert_eq!(seen.len(), RULES.len(), "a rule is not broken here");
}
