//! What the rows send is taken by a server that enforces the vendors' documented rules; and each of its rules refuses.
#![cfg(feature = "http")]

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::strict_provider::{BYE, CLIENT, REFRESH_TOKEN, RULES, SECRET, TENANT_BYE, TOKEN, opened, send, start};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use exeunt::{
    Account, Auth0Endpoint, CacheLayout, ClientConfig, EndSessionRequest, Evidence, Home, LogoutClient, LogoutOutcome,
    MemoryStore, NavigationMethod, Provider, Reach, Redirect, RevocationStatus, Secret, SessionStatus, Token,
    TokenKind, Who,
};

fn id_token(issuer: &str, more: &str) -> Secret {
    let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
    let claims = format!("{{\"iss\":\"{issuer}\",\"aud\":\"{CLIENT}\",\"sub\":\"alice\"{more}}}");
    Secret::from(format!("{}.{}.{}", part("{\"alg\":\"RS256\"}"), part(&claims), part("signature")))
}

fn auth0(base: &str, endpoint: Auth0Endpoint, omit_client_id: bool) -> Provider {
    Provider::Auth0 {
        domain: base.to_owned(),
        endpoint: Some(endpoint),
        omit_client_id,
        allowed_logout_urls: Vec::new(),
        tenant_allowed_logout_urls: Vec::new(),
    }
}

/// A back end that signs Alice out, with an ID token and both kinds of tokens.
fn signed_out(provider: Provider, issuer: &str, target: &str, reach: Option<Reach>) -> LogoutOutcome {
    signed_out_with(&id_token(issuer, ""), provider, target, reach)
}

fn signed_out_with(token: &Secret, provider: Provider, target: &str, reach: Option<Reach>) -> LogoutOutcome {
    let id_token = Some(token.clone());
    let layout = CacheLayout::Prefix { prefix: "session".to_owned(), separator: ":".to_owned() };
    let everywhere = matches!(provider, Provider::CentralAuth { .. });
    let config = ClientConfig {
        client_secret: Some(Secret::from(SECRET)),
        redirect_uris: vec![target.to_owned()],
        ..ClientConfig::new(CLIENT, provider, Home::Server, layout)
    };
    let client = LogoutClient::new(config, Arc::new(MemoryStore::new()), None, None, Vec::new()).unwrap();
    let token = |kind, value: &str| Token { kind, value: Secret::from(value) };
    let account = Account {
        id_token,
        tokens: vec![token(TokenKind::RefreshToken, REFRESH_TOKEN), token(TokenKind::AccessToken, TOKEN)],
        ..Account::new("alice")
    };
    let redirect = (!everywhere).then(|| Redirect::Uri { uri: target.to_owned() });
    let request = EndSessionRequest { reach, redirect, everywhere, ..EndSessionRequest::new(Who::This { account }) };
    client.sign_out(&request).unwrap()
}

/// Opens or posts what the outcome says and expects to be sent back to the target.
fn returns(base: &str, port: u16, outcome: &LogoutOutcome, target: &str, revoked: RevocationStatus) {
    let next = outcome.next.as_ref().expect("somewhere to go");
    let path = next.url.reveal().strip_prefix(base).expect("at the provider");
    let answer = match next.method {
        NavigationMethod::Get => opened(port, path),
        NavigationMethod::Post => {
            let fields = next.form.iter().map(|field| (&field.name, field.value.reveal()));
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            send(port, &posted(path, "Content-Type: application/x-www-form-urlencoded\r\n", &body))
        }
    };
    let location =
        answer.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_else(|| panic!("{answer}"));
    assert!(location == target || location.starts_with(&format!("{target}?state=")), "{location}");
    assert!(!outcome.revocations.is_empty(), "{target}");
    for revocation in &outcome.revocations {
        assert_eq!(revocation.status, revoked, "{target}");
    }
}

#[test]
fn every_row_is_taken_by_its_vendors_rules() {
    let server = start();
    let (base, port) = (server.issuer(), server.port);
    let with_slash = format!("{base}/");
    let by_browser = [
        (auth0(&base, Auth0Endpoint::V2Logout, false), with_slash.as_str(), BYE, None),
        (auth0(&base, Auth0Endpoint::V2Logout, false), &with_slash, "https://app.example.com/bye?from=here", None),
        (auth0(&base, Auth0Endpoint::V2Logout, true), &with_slash, TENANT_BYE, None),
        (auth0(&base, Auth0Endpoint::V2Logout, false), &with_slash, BYE, Some(Reach::Upstream)),
        (auth0(&base, Auth0Endpoint::OidcLogout, false), &with_slash, BYE, None),
        (auth0(&base, Auth0Endpoint::OidcLogout, true), &with_slash, BYE, None),
        (Provider::Passport { domain: Some(base.clone()) }, &with_slash, BYE, None),
        (Provider::Cognito { domain: base.clone() }, &base, BYE, None),
        (Provider::Okta { issuer: base.clone() }, &base, BYE, None),
        (
            Provider::AzureB2c {
                authority: format!("{base}/tenant/policy"),
                known_authorities: vec!["127.0.0.1".to_owned()],
            },
            &base,
            BYE,
            None,
        ),
    ];
    for (provider, issuer, target, reach) in by_browser {
        println!("{provider}");
        let revoked = match provider {
            Provider::AzureB2c { .. } => RevocationStatus::Unsupported,
            _ => RevocationStatus::Revoked,
        };
        returns(&base, port, &signed_out(provider, issuer, target, reach), target, revoked);
    }
}

/// RPI-13: where the address would be too long. Auth0 wants a value for `federated` there (A0-20).
#[test]
fn a_form_is_taken_where_the_vendor_takes_one() {
    let server = start();
    let base = server.issuer();
    let policy = Provider::AzureB2c {
        authority: format!("{base}/tenant/policy"),
        known_authorities: vec!["127.0.0.1".to_owned()],
    };
    let with_slash = format!("{base}/");
    let rows = [
        (auth0(&base, Auth0Endpoint::OidcLogout, false), with_slash.as_str(), None),
        (auth0(&base, Auth0Endpoint::OidcLogout, false), &with_slash, Some(Reach::Upstream)),
        (policy, &base, None),
    ];
    let claim = "g".repeat(3_000);
    let long = format!(",\"groups\":\"{claim}\",\"roles\":\"{claim}\"");
    for (provider, issuer, reach) in rows {
        let revoked = match provider {
            Provider::AzureB2c { .. } => RevocationStatus::Unsupported,
            _ => RevocationStatus::Revoked,
        };
        let outcome = signed_out_with(&id_token(issuer, &long), provider, BYE, reach);
        assert_eq!(outcome.next.as_ref().unwrap().method, NavigationMethod::Post);
        returns(&base, server.port, &outcome, BYE, revoked);
    }
}

/// Its host is fixed; the browser is sent to the server in its place.
#[test]
fn entra_takes_what_is_sent_and_stays_where_nothing_is_to_return_to() {
    const HOST: &str = "https://login.microsoftonline.com";
    let server = start();
    let provider = || Provider::Entra { authority: format!("{HOST}/tenant") };
    let outcome = signed_out(provider(), HOST, BYE, None);
    returns(HOST, server.port, &outcome, BYE, RevocationStatus::Unsupported);
    let layout = CacheLayout::Prefix { prefix: "session".to_owned(), separator: ":".to_owned() };
    let config = ClientConfig::new(CLIENT, provider(), Home::Device, layout);
    let client = LogoutClient::new(config, Arc::new(MemoryStore::new()), None, None, Vec::new()).unwrap();
    let url = client.logout().unwrap().next.unwrap().url;
    let answer = opened(server.port, url.reveal().strip_prefix(HOST).unwrap());
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[test]
fn a_direct_request_is_taken_and_its_answer_believed() {
    let server = start();
    let provider = Provider::CentralAuth { base_url: Some(server.issuer()), autologin: true };
    let outcome = signed_out(provider, &server.issuer(), BYE, Some(Reach::Provider));
    assert_eq!(outcome.provider, SessionStatus::Ended { evidence: Evidence::EndedByCall }, "{:?}", server.asked());
}

#[test]
fn settings_at_the_provider_are_left_to_it() {
    let server = start();
    let provider = Provider::Salesforce { domain: server.issuer() };
    let config = ClientConfig::new(CLIENT, provider, Home::Device, CacheLayout::Msal);
    let client = LogoutClient::new(config, Arc::new(MemoryStore::new()), None, None, Vec::new()).unwrap();
    let outcome = client.sign_out(&EndSessionRequest::new(Who::Everyone)).unwrap();
    let url = outcome.next.unwrap().url.reveal().to_owned();
    let answer = opened(server.port, url.strip_prefix(&server.issuer()).unwrap());
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

fn posted(path: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
}

#[test]
fn each_rule_of_the_server_refuses() {
    let server = start();
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    let basic = |text: &str| format!("Authorization: Basic {}\r\n", STANDARD.encode(text));
    let ours = basic(&format!("{CLIENT}:{SECRET}"));
    let encoded = basic("app+1:s%3Ae%2Fc%25r%2Bt");
    let text = "Content-Type: text/plain\r\n";
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let elsewhere = "https%3A%2F%2Fevil.example%2F";
    let here = "https%3A%2F%2Fapp.example.com%2Fbye";
    let theirs = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(r#"{"aud":"other"}"#));
    let broken = [
        (0, get("/v3/logout")),
        (1, posted("/v2/logout", form, "")),
        (2, get("/v2/logout?client_id=other")),
        (3, get(&format!("/v2/logout?client_id=app+1&returnTo={elsewhere}"))),
        (4, get(&format!("/v2/logout?returnTo={here}"))),
        (5, get("/v2/logout?federated=true")),
        (6, get(&format!("/oidc/logout?post_logout_redirect_uri={here}"))),
        (7, get(&format!("/oidc/logout?client_id=app+1&post_logout_redirect_uri={elsewhere}"))),
        (7, get(&format!("/logout?client_id=app+1&logout_uri={elsewhere}"))),
        (7, get(&format!("/oauth2/v1/logout?id_token_hint=a&post_logout_redirect_uri={elsewhere}"))),
        (7, get(&format!("/tenant/oauth2/v2.0/logout?post_logout_redirect_uri={elsewhere}"))),
        (7, get(&format!("/tenant/policy/oauth2/v2.0/logout?id_token_hint=a&post_logout_redirect_uri={elsewhere}"))),
        (8, get(&format!("/logout?logout_uri={here}"))),
        (9, get("/logout?client_id=app+1")),
        (10, get(&format!("/oauth2/v1/logout?post_logout_redirect_uri={here}"))),
        (11, get(&format!("/tenant/policy/oauth2/v2.0/logout?post_logout_redirect_uri={here}"))),
        (12, get(&format!("/services/auth/idp/oidc/logout?post_logout_redirect_uri={here}"))),
        (13, get("/api/v1/logout")),
        (14, posted("/api/v1/logout", &format!("{}{text}", basic("app+1:s%3Ae%2Fc%25r%2Bt")), TOKEN)),
        (15, posted("/api/v1/logout", &format!("{ours}{form}"), TOKEN)),
        (16, posted("/api/v1/logout", &format!("{ours}{text}"), "token-2")),
        (17, posted("/oauth/revoke", &format!("{ours}Content-Type: application/json\r\n"), "{}")),
        (18, posted("/oauth2/revoke", form, "token=a")),
        (18, posted("/services/oauth2/revoke", form, "client_id=app+1")),
        (19, posted("/oauth/revoke", &format!("{ours}{form}"), "token=refresh-1")),
        (20, posted("/oauth/revoke", &format!("{encoded}{form}"), "token=token-9")),
        (21, posted("/oauth/revoke", &format!("{encoded}{form}"), "token=token-1")),
        (21, posted("/oauth2/revoke", &format!("{encoded}{form}"), "token=token-1")),
        (23, posted("/oidc/logout", text, "")),
        (23, posted("/tenant/oauth2/v2.0/logout", text, "")),
        (23, posted("/tenant/policy/oauth2/v2.0/logout", text, "")),
        (24, posted("/oidc/logout", form, "client_id=app+1&federated")),
        (22, get(&format!("/oidc/logout?post_logout_redirect_uri={here}&id_token_hint={theirs}"))),
    ];
    let mut seen = BTreeSet::new();
    for (rule, request) in broken {
        let answer = send(server.port, &request);
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains(RULES[rule]), "{}: {answer}", RULES[rule]);
        seen.insert(rule);
    }
    assert_eq!(seen.len(), RULES.len(), "a rule is not broken here");
}
