//! Where our addresses and requests are others than those that were observed, and why. The reasons stand in
//! `tests/vectors/README.md` too.

/// The client says who it is, also beside an ID token: RPI-07, B2C-02.
pub const CLIENT: &str = "client_id is always sent";
/// RPI-05, and B2C-03: without a hint the browser could be sent anywhere.
pub const HINT: &str = "the ID token goes along where there is one";
/// ATT-40: so that the client, which is always sent, says who asks.
pub const MINIMISED: &str = "an ID token that the configuration keeps out of the sign-out stays out of it";
/// RPI-09.
pub const STATE: &str = "a state is sent only with an address to return to";
/// RPI-04.
pub const EXTRAS: &str = "names and values are encoded, and what repeats a known parameter is refused, not dropped";
/// RPI-02, RPI-03.
pub const ENDPOINT: &str = "an endpoint's own query is kept byte for byte, and it has no fragment";
pub const LOGIN_ONLY: &str = "parameters of the sign-in stay out of the sign-out";
/// ENTRA-01, B2C-01.
pub const DOCUMENTED: &str = "an address that is documented is not looked up, and stays as it is written";
pub const CLEAR_FIRST: &str = "no failing step and no other interaction keeps the user signed in";
pub const HOST_OPENS: &str = "the host is handed the address and says itself when it cannot open it";
/// RFC 6749 §2.3.1, RFC 7009 §2.1.
pub const PUBLIC_CLIENT: &str = "a client without a secret names itself in the body, not in Basic credentials";
/// REV-06.
pub const REFRESH_FIRST: &str = "the refresh token is revoked first";
pub const ORDER: &str = "parameters come in the order of the provider's documents";
pub const PUBLISHED: &str = "only published endpoints are asked, not a library's private interface";
/// RFC 7009 §2.1.
pub const REVOCATION: &str = "a revocation carries the token and the client, and nothing else";
pub const BROWSER: &str = "a session of the browser is ended by the browser: it goes to the end-session endpoint";
pub const ALONE: &str = "revoking by itself is no sign-out: here it goes along with one";
/// CentralAuth's document on logging out: both halves of the credentials are the client's.
pub const NAMED: &str = "a client has an identifier";

/// One request that we send: its address, `Authorization` (empty: none) and body.
pub struct Sent {
    pub url: &'static str,
    pub authorization: &'static str,
    pub body: &'static str,
}

/// One vector with another result, and which. What is not named here is as observed.
pub struct Difference {
    pub id: &'static str,
    pub reasons: &'static [&'static str],
    /// The address before its query, where it is another, or where there was none.
    pub base: Option<&'static str>,
    /// Parameters that were there and are not here.
    pub without: &'static [&'static str],
    /// Parameters that are here and were not there; `{id_token}` is that of the account.
    pub with: &'static [(&'static str, &'static str)],
    /// The names in our order, where the order matters.
    pub order: &'static [&'static str],
    /// What our address holds byte for byte.
    pub holds: &'static str,
    /// All requests, in order, where they are others.
    pub requests: Option<&'static [Sent]>,
}

const SAME: Difference =
    Difference { id: "", reasons: &[], base: None, without: &[], with: &[], order: &[], holds: "", requests: None };

const SPA: &[(&str, &str)] = &[("client_id", "spa")];
const PASSPORT: &[(&str, &str)] =
    &[("client_id", "imx-client"), ("returnTo", "http://localhost:3000"), ("id_token_hint", "{id_token}")];
const ENTRA: &str = "https://login.microsoftonline.com/f6b04c32-0000-4000-8000-000000000001/oauth2/v2.0/logout";
const FROM_PAGE: &[(&str, &str)] = &[
    ("post_logout_redirect_uri", "https://app.example.com/page"),
    ("client-request-id", "11111111-2222-3333-4444-555555555555"),
];
const OKTA_REVOCATIONS: &[Sent] = &[
    Sent {
        url: "https://dev-1.okta.com/oauth2/default/v1/revoke",
        authorization: "",
        body: "token=rt-okta&token_type_hint=refresh_token&client_id=0oa1",
    },
    Sent {
        url: "https://dev-1.okta.com/oauth2/default/v1/revoke",
        authorization: "",
        body: "token=at-okta&token_type_hint=access_token&client_id=0oa1",
    },
];

pub const DIFFERENT: &[Difference] = &[
    Difference {
        id: "amplify-03",
        reasons: &[PUBLISHED],
        requests: Some(&[Sent {
            url: "https://my.auth.eu-west-1.amazoncognito.com/oauth2/revoke",
            authorization: "",
            body: "token=rt&token_type_hint=refresh_token&client_id=poolclient",
        }]),
        ..SAME
    },
    // Without the hosted sign-in nothing published is left to ask.
    Difference { id: "amplify-06", reasons: &[PUBLISHED], requests: Some(&[]), ..SAME },
    Difference { id: "cognito-02", reasons: &[PUBLISHED], requests: Some(&[]), ..SAME },
    Difference { id: "auth0-07", reasons: &[ORDER], order: &["federated", "returnTo", "client_id"], ..SAME },
    Difference { id: "auth0-10", reasons: &[EXTRAS], without: &["access_token"], ..SAME },
    Difference {
        id: "auth0-21",
        reasons: &[ALONE],
        base: Some("https://tenant.auth0.com/v2/logout"),
        with: &[("client_id", "CLIENT_ID")],
        ..SAME
    },
    Difference {
        id: "axa-01",
        reasons: &[CLIENT, ORDER],
        with: SPA,
        order: &["post_logout_redirect_uri", "id_token_hint", "client_id"],
        ..SAME
    },
    Difference {
        id: "axa-03",
        reasons: &[CLIENT, REVOCATION],
        with: SPA,
        requests: Some(&[
            Sent {
                url: "https://idp.example.org/revoke",
                authorization: "",
                body: "token=rt&token_type_hint=refresh_token&client_id=spa",
            },
            Sent {
                url: "https://idp.example.org/revoke",
                authorization: "",
                body: "token=at&token_type_hint=access_token&client_id=spa",
            },
        ]),
        ..SAME
    },
    Difference { id: "axa-06", reasons: &[CLIENT], with: SPA, ..SAME },
    Difference {
        id: "ca-14",
        reasons: &[NAMED],
        requests: Some(&[Sent {
            url: "https://centralauth.com/api/v1/logout",
            authorization: "Basic b3JnLTE6czNjcjN0",
            body: "TOKEN123",
        }]),
        ..SAME
    },
    Difference { id: "imx-01", reasons: &[LOGIN_ONLY], without: &["audience"], ..SAME },
    Difference { id: "imx-03", reasons: &[LOGIN_ONLY], without: &["audience"], ..SAME },
    Difference {
        id: "imx-04",
        reasons: &[CLEAR_FIRST],
        base: Some("https://auth.immutable.com/v2/logout"),
        with: PASSPORT,
        ..SAME
    },
    Difference { id: "imx-06", reasons: &[LOGIN_ONLY], without: &["audience"], ..SAME },
    Difference { id: "imx-08", reasons: &[LOGIN_ONLY], without: &["audience"], ..SAME },
    Difference { id: "imx-11", reasons: &[HINT], with: &[("id_token_hint", "{id_token}")], ..SAME },
    Difference {
        id: "msal-021",
        reasons: &[EXTRAS],
        without: &["k", "y"],
        with: &[("empty", ""), ("k&y", "v")],
        ..SAME
    },
    Difference { id: "msal-030", reasons: &[CLIENT], with: &[("client_id", "my-client")], ..SAME },
    Difference {
        id: "msal-032",
        reasons: &[CLIENT, HINT],
        with: &[("client_id", "my-client"), ("id_token_hint", "{id_token}")],
        ..SAME
    },
    Difference {
        id: "msal-033",
        reasons: &[DOCUMENTED],
        base: Some("https://fabrikamb2c.b2clogin.com/fabrikamb2c.onmicrosoft.com/B2C_1_susi/oauth2/v2.0/logout"),
        with: &[
            ("post_logout_redirect_uri", "https://app.example.com/page"),
            ("client-request-id", "11111111-2222-3333-4444-555555555555"),
            ("client_id", "my-client"),
            ("id_token_hint", "{id_token}"),
        ],
        ..SAME
    },
    Difference { id: "msal-036", reasons: &[CLIENT], with: &[("client_id", "my-client")], ..SAME },
    Difference { id: "msal-068", reasons: &[CLEAR_FIRST], base: Some(ENTRA), with: FROM_PAGE, ..SAME },
    Difference { id: "msal-073", reasons: &[HOST_OPENS], base: Some(ENTRA), with: FROM_PAGE, ..SAME },
    Difference { id: "msal-v2-03", reasons: &[STATE, EXTRAS], without: &["state"], ..SAME },
    Difference { id: "msal-v3-03", reasons: &[STATE, EXTRAS], without: &["state"], ..SAME },
    Difference { id: "msal1-01", reasons: &[ORDER], order: &["post_logout_redirect_uri", "client-request-id"], ..SAME },
    Difference { id: "oidc-02", reasons: &[CLIENT], with: SPA, ..SAME },
    Difference { id: "oidc-06", reasons: &[CLIENT], with: SPA, ..SAME },
    Difference { id: "oidc-10", reasons: &[CLIENT], with: SPA, ..SAME },
    Difference {
        id: "oidc-12",
        reasons: &[CLIENT, ENDPOINT],
        with: SPA,
        holds: "/end?p=b2c_1&x=a%20b&post_logout_redirect_uri=",
        ..SAME
    },
    Difference {
        id: "oidc-14",
        reasons: &[CLIENT, REFRESH_FIRST],
        with: SPA,
        requests: Some(&[
            Sent {
                url: "https://idp.example.org/revoke",
                authorization: "",
                body: "token=rt&token_type_hint=refresh_token&client_id=spa",
            },
            Sent {
                url: "https://idp.example.org/revoke",
                authorization: "",
                body: "token=at&token_type_hint=access_token&client_id=spa",
            },
        ]),
        ..SAME
    },
    Difference { id: "oidc-17", reasons: &[CLIENT], with: SPA, ..SAME },
    Difference { id: "oidc-20", reasons: &[MINIMISED], without: &["id_token_hint"], with: SPA, ..SAME },
    Difference { id: "okta-01", reasons: &[PUBLIC_CLIENT], requests: Some(OKTA_REVOCATIONS), ..SAME },
    Difference { id: "okta-02", reasons: &[PUBLIC_CLIENT], requests: Some(OKTA_REVOCATIONS), ..SAME },
    Difference {
        id: "okta-07",
        reasons: &[BROWSER],
        base: Some("https://dev-1.okta.com/oauth2/default/v1/logout"),
        with: &[("post_logout_redirect_uri", "https://app.example.com")],
        requests: Some(&[]),
        ..SAME
    },
    // The library stops at the first failure.
    Difference {
        id: "okta-10",
        reasons: &[CLEAR_FIRST, PUBLIC_CLIENT],
        base: Some("https://dev-1.okta.com/oauth2/default/v1/logout"),
        with: &[("post_logout_redirect_uri", "https://app.example.com"), ("id_token_hint", "{id_token}")],
        requests: Some(OKTA_REVOCATIONS),
        ..SAME
    },
    Difference {
        id: "panva-03-v5",
        reasons: &[EXTRAS],
        without: &["client_id"],
        with: &[("client_id", "web")],
        ..SAME
    },
    Difference {
        id: "panva-04",
        reasons: &[ENDPOINT],
        holds: "/end?p=b2c_1&x=a%20b&post_logout_redirect_uri=",
        ..SAME
    },
    Difference { id: "passport-01", reasons: &[LOGIN_ONLY], without: &["audience"], ..SAME },
    Difference { id: "passport-03", reasons: &[LOGIN_ONLY], without: &["audience"], ..SAME },
];

/// What stands in place of something that is refused.
pub enum Instead {
    /// Another text.
    Text(&'static str),
    /// The same token, issued to the client.
    SoundToken,
    /// Nothing: the member at this place is left out.
    Nothing,
    /// A member that was null.
    Member(&'static str),
}

/// What our side refuses of a vector's input, under which rule, and what is compared then. The vectors that are refused
/// more than once stand there more than once, in the order in which that is seen.
pub struct Refused {
    pub id: &'static str,
    pub rule: &'static str,
    /// The text, or for `Nothing` and `Member` the place.
    pub what: &'static str,
    pub instead: Instead,
}

const fn target(id: &'static str, rule: &'static str, what: &'static str, instead: &'static str) -> Refused {
    Refused { id, rule, what, instead: Instead::Text(instead) }
}

const fn token(id: &'static str, rule: &'static str, what: &'static str) -> Refused {
    Refused { id, rule, what, instead: Instead::SoundToken }
}

const fn extra(id: &'static str, what: &'static str) -> Refused {
    Refused { id, rule: "RPI-04", what, instead: Instead::Nothing }
}

const PAGE: &str = "https://app.example.com/page?x=1#frag";
const WITHOUT_FRAGMENT: &str = "https://app.example.com/page?x=1";
const KEYCLOAK: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJzdWIiOiJrYyJ9.c2ln";
const OKTA: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJzdWIiOiJ1In0.c2ln";
const AXA: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJzdWIiOiJ1IiwiaXNzIjoiaHR0cHM6Ly9pZHAuZXhhbXBsZS5vcmcifQ.c2ln";
const COGNITO: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJzdWIiOiJhZGEiLCJleHAiOjQxMDI0NDQ4MDAsImlhdCI6MTcwMDAwMDAwMCwib3JpZ2luX2p0aSI6Im9qIn0.c2ln";
const MSAL_019: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJzdWIiOiJzIn0.c2ln";
const MSAL_030: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0.eyJzdWIiOiJiMmMifQ.c2ln";

/// What was sent in the clear is registered percent-encoded.
pub const REFUSED: &[Refused] = &[
    target(
        "auth0js-02",
        "URI-02",
        "https://www.example.com/a+b c?x=1&y=é~*'()!",
        "https://www.example.com/a+b%20c?x=1&y=%C3%A9~*()!",
    ),
    target("auth0v1-01", "URI-02", "https://www.example.com/a b", "https://www.example.com/a%20b"),
    target(
        "auth0-03",
        "URI-02",
        "https://www.example.com/a+b c?x=1&y=é~*'()!#f",
        "https://www.example.com/a+b%20c?x=1&y=%C3%A9~*()!",
    ),
    extra("auth0-10", "/request/logoutParams/access_token"),
    target(
        "amplify-03",
        "URI-02",
        "https://app.example.com/page/out?a=1&b=é x",
        "https://app.example.com/page/out?a=1&b=%C3%A9%20x",
    ),
    token("amplify-03", "RPI-06", COGNITO),
    target("axa-01", "URI-08", PAGE, WITHOUT_FRAGMENT),
    token("axa-01", "RPI-06", AXA),
    target("axa-03", "URI-02", "https://other.example/a+b c?x=1&y=é", "https://other.example/a+b%20c?x=1&y=%C3%A9"),
    token("axa-03", "RPI-06", AXA),
    target("axa-06", "URI-08", PAGE, WITHOUT_FRAGMENT),
    token("axa-06", "RPI-06", AXA),
    token("ca-13", "HINT-01", "IDT"),
    Refused { id: "ca-14", rule: "ATT-85", what: "/config/clientId", instead: Instead::Member("org-1") },
    target(
        "imx-08",
        "URI-02",
        "https://app.example.com/a+b c?x=1&y=é~*'()",
        "https://app.example.com/a+b%20c?x=1&y=%C3%A9~*()",
    ),
    target("kc-01", "URI-08", PAGE, WITHOUT_FRAGMENT),
    token("kc-01", "RPI-06", KEYCLOAK),
    target(
        "kc-02",
        "URI-02",
        "https://app.example.com/a+b c?x=1&y=é~*'()!",
        "https://app.example.com/a+b%20c?x=1&y=%C3%A9~*()!",
    ),
    token("kc-02", "RPI-06", KEYCLOAK),
    target("kc-03", "URI-08", PAGE, WITHOUT_FRAGMENT),
    target("kc-05", "URI-08", PAGE, WITHOUT_FRAGMENT),
    token("kc-05", "RPI-06", KEYCLOAK),
    target("kc-10", "URI-08", PAGE, WITHOUT_FRAGMENT),
    token("kc-10", "RPI-06", KEYCLOAK),
    target("msal-015", "URI-03", "\"/signed-out?a=1&b=2\"", "\"https://app.example.com:8443/signed-out?a=1&b=2\""),
    target("msal-017", "URI-02", "https://contoso.com/a+b c?x=1&y=2#frag/é", "https://contoso.com/a+b%20c?x=1&y=2"),
    token("msal-019", "RPI-06", MSAL_019),
    extra("msal-021", "/request/extraQueryParameters/client-request-id"),
    extra("msal-021", "/request/extraQueryParameters/post_logout_redirect_uri"),
    token("msal-030", "RPI-06", MSAL_030),
    token("msal-036", "HINT-01", "abc"),
    // The notice names a session of another tenant.
    target(
        "msal-066",
        "FCL-02",
        "https://app.example.com/fc-logout?iss=https%3A%2F%2Flogin.microsoftonline.com%2Ft%2Fv2.0&sid=abc",
        "https://app.example.com/fc-logout?iss=https%3A%2F%2Flogin.microsoftonline.com%2Ff6b04c32-0000-4000-8000-000000000001%2Fv2.0&sid=abc",
    ),
    target("msal-v2-02", "URI-02", "https://contoso.com/a+b c?x=1&y=2", "https://contoso.com/a+b%20c?x=1&y=2"),
    extra("msal-v2-03", "/request/extraQueryParameters/client-request-id"),
    token("msal-v2-03", "HINT-02", "a.b.c"),
    extra("msal-v3-03", "/request/extraQueryParameters/client-request-id"),
    token("msal-v3-03", "HINT-02", "a.b.c"),
    target("msal-v4-02", "URI-02", "https://contoso.com/a+b c?x=1&y=2", "https://contoso.com/a+b%20c?x=1&y=2"),
    target("oidc-12", "DISC-03", "/end?p=b2c_1&x=a%20b#frag", "/end?p=b2c_1&x=a%20b"),
    token("okta-01", "RPI-06", OKTA),
    target(
        "okta-02",
        "URI-02",
        "https://app.example.com/a+b c?x=1&y=é~*'()!",
        "https://app.example.com/a+b%20c?x=1&y=%C3%A9~*()!",
    ),
    token("okta-02", "RPI-06", OKTA),
    token("okta-10", "RPI-06", OKTA),
    token("okta-11", "RPI-06", OKTA),
    target(
        "panva-02-v5",
        "URI-02",
        "https://app.example.com/a+b c?x=1&y=é~*'()!",
        "https://app.example.com/a+b%20c?x=1&y=%C3%A9~*()!",
    ),
    token("panva-02-v5", "HINT-02", "a.b.c"),
    extra("panva-03-v5", "/request/client_id"),
];
