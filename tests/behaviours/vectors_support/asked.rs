//! What a vector asks, in our words: the matching row and the matching options.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exeunt::{
    Account, CacheLayout, ClientConfig, Connection, EndSessionRequest, Endpoints, Home, HostError, LogoutClient,
    LogoutMode, Navigated, Parameter, Provider, Reach, Redirect, Secret, Token, TokenKind, Who,
};
use serde_json::{Value, json};

use super::{Vector, own_layout};

/// Where the browser was, unless a vector says otherwise.
pub const PAGE: &str = "https://app.example.com/page?x=1#frag";

/// A token as it is, whose claims are these.
fn token_of(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2ln", part(&json!({"alg": "RS256"})), part(claims))
}

/// A token with these claims, if it has any, that was issued to this client.
pub fn issued_to(client_id: &str, token: &str) -> String {
    let payload = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let claims = payload.and_then(|payload| serde_json::from_slice(&payload).ok());
    let mut claims: Value = claims.unwrap_or_else(|| json!({}));
    claims["aud"] = Value::from(client_id);
    token_of(&claims)
}

/// What a vector asks, in our words.
pub struct Asked<'a>(pub &'a Vector);

impl Asked<'_> {
    fn at(&self, pointer: &str) -> Option<&Value> {
        self.0.data.pointer(pointer)
    }

    fn text(&self, pointer: &str) -> Option<&str> {
        self.0.text(pointer)
    }

    fn is(&self, pointer: &str) -> bool {
        self.at(pointer) == Some(&Value::Bool(true))
    }

    fn page(&self) -> &str {
        self.text("/env/href").expect("a page")
    }

    /// The hosted sign-in: without it there is no page to go to.
    fn hosted(&self) -> Option<&str> {
        self.text("/config/Auth/Cognito/loginWith/oauth/domain")
    }

    fn session_wide(&self) -> bool {
        self.is("/request/config/logoutSessionWide")
    }

    pub fn browser(&self) -> Result<Navigated, HostError> {
        if self.text("/options/navigation") == Some("throw") {
            return Err(HostError::Broken { reason: "observed".to_owned() });
        }
        Ok(match self.at("/options/onRedirectNavigate") {
            Some(Value::Bool(false)) => Navigated::Stopped,
            _ if self.is("/env/popupBlocked") => Navigated::NoBrowser,
            _ => Navigated::Started,
        })
    }

    /// Where the browser is told to return; Microsoft's library aside, which inherits as our row does.
    pub fn target(&self) -> Option<String> {
        let first = |places: &[&str]| places.iter().find_map(|place| self.text(place)).map(str::to_owned);
        match self.0.sdk.as_str() {
            _ if self.0.is_msal() => first(&["/request/postLogoutRedirectUri", "/config/auth/postLogoutRedirectUri"])
                .filter(|target| !target.is_empty()),
            "auth0-js" | "auth0-spa-js@1" => first(&["/request/returnTo"]),
            "auth0-spa-js" => {
                let target = first(&["/request/logoutParams/returnTo"])?;
                // The page through which Facebook returns is composed by our row.
                Some(target.split_once("/logout?returnTo=").map_or(target.clone(), |(_, inner)| inner.to_owned()))
            }
            "@imtbl/auth" | "@imtbl/passport" => first(&["/config/logoutRedirectUri"]),
            "oidc-client-ts" => first(&["/config/popup_post_logout_redirect_uri", "/config/post_logout_redirect_uri"]),
            "@okta/okta-auth-js" => {
                first(&["/request/postLogoutRedirectUri"]).or(Some("https://app.example.com".to_owned()))
            }
            "keycloak-js" => first(&["/request/redirectUri"]).or(Some(self.page().to_owned())),
            "@axa-fr/oidc-client" => first(&["/request/callbackPathOrUrl"]).or(Some(self.page().to_owned())),
            "@aws-amplify/auth" => first(&["/config/Auth/Cognito/loginWith/oauth/redirectSignOut/0"]),
            "centralauth" => Some(self.return_to()),
            _ => first(&["/request/post_logout_redirect_uri"]),
        }
    }

    /// What the library takes for the page to go back to, in its order.
    fn return_to(&self) -> String {
        let url = self.text("/request/url").unwrap();
        let (front, query) = url.split_once('?').unwrap_or((url, ""));
        let origin = front.split('/').take(3).collect::<Vec<_>>().join("/");
        let asked = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "return_to");
        let referrer =
            self.text("/request/headers/referer").filter(|page| Some(*page) != self.text("/config/authBaseUrl"));
        let configured = self.text("/request/config/returnTo").map(str::to_owned);
        configured.or(asked.map(|(_, page)| page.into_owned())).or(referrer.map(str::to_owned)).unwrap_or(origin)
    }

    pub fn provider(&self) -> Provider {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let discovered = |issuer: &str| Provider::oidc(issuer, Endpoints::default());
        match self.0.sdk.as_str() {
            _ if self.0.is_msal() => {
                let authority =
                    self.text("/config/auth/authority").unwrap_or("https://login.microsoftonline.com/common");
                if authority.contains("//login.microsoftonline.") {
                    Provider::Entra { authority: authority.to_owned() }
                } else if authority.contains(".b2clogin.com/") {
                    // The policy stands where the tenant's metadata has it.
                    let known = metadata(self.0).and_then(|known| owned(known["end_session_endpoint"].as_str()));
                    let known = known.map(|address| address.replace("/oauth2/v2.0/logout", ""));
                    Provider::AzureB2c {
                        authority: known.unwrap_or_else(|| authority.to_owned()),
                        known_authorities: Vec::new(),
                    }
                } else {
                    discovered(authority)
                }
            }
            "auth0-js" | "auth0-spa-js" | "auth0-spa-js@1" => Provider::Auth0 {
                domain: owned(self.text("/config/domain")).unwrap(),
                endpoint: None,
                omit_client_id: self.at("/request/clientId") == Some(&Value::Null),
                allowed_logout_urls: Vec::new(),
                tenant_allowed_logout_urls: Vec::new(),
            },
            "@imtbl/auth" | "@imtbl/passport" => Provider::Passport { domain: None },
            "centralauth" => Provider::CentralAuth {
                base_url: owned(self.text("/config/authBaseUrl")),
                autologin: self.session_wide(),
            },
            "@okta/okta-auth-js" => Provider::Okta { issuer: owned(self.text("/config/issuer")).unwrap() },
            "keycloak-js" if self.text("/config/url").is_some() => Provider::Keycloak {
                server_url: owned(self.text("/config/url")).unwrap(),
                realm: owned(self.text("/config/realm")).unwrap(),
                direct: false,
            },
            "amazon-cognito-identity-js" | "@aws-amplify/auth" => {
                Provider::Cognito { domain: owned(self.hosted().or(Some("none.example.com"))).unwrap() }
            }
            _ => discovered(&issuer(self.0)),
        }
    }

    pub fn config(&self) -> ClientConfig {
        let by_form = self.text("/request/logoutMethod") == Some("POST");
        let on_server = by_form || self.0.sdk == "centralauth";
        let layout = if on_server { None } else { self.0.layout() };
        let layout: CacheLayout = layout.unwrap_or_else(own_layout);
        let home = if on_server { Home::Server } else { Home::Device };
        let mut config = ClientConfig::new(self.0.client_id().unwrap_or_default(), self.provider(), home, layout);
        config.client_secret = self.text("/config/secret").map(Secret::from);
        config.prefer_form_post = by_form;
        config.allow_redirect_in_frame = self.is("/config/system/allowRedirectInIframe");
        // Absent means no: the ID token shall stay out of a sign-out in a hidden frame.
        config.minimise_hints = self.0.call() == "signoutSilent" && !self.is("/config/includeIdTokenInSilentSignout");
        // Some send the browser to http on other machines.
        config.allow_http = self.target().is_some_and(|target| target.starts_with("http://"));
        if self.0.is_msal() {
            let page = self.page().split(['?', '#']).next().unwrap_or_default();
            config.redirect_uris = vec![page.to_owned()];
            config.post_logout_redirect_uri = inherited(self.at("/config/auth/postLogoutRedirectUri"));
        }
        config
    }

    pub fn request(&self, client: &LogoutClient) -> EndSessionRequest {
        let who = self.account(client).map_or(Who::Everyone, |account| Who::This { account });
        let mut request = EndSessionRequest::new(who);
        let secret = |places: &[&str]| places.iter().find_map(|place| self.text(place)).map(Secret::from);
        if self.0.is_msal() {
            request.redirect = inherited(self.at("/request/postLogoutRedirectUri"));
            request.initiating_page = Some(Secret::from(self.page()));
            request.authority = self.text("/request/authority").map(str::to_owned);
        } else if self.0.sdk == "centralauth" {
            request.return_to = self.target();
            request.everywhere = self.session_wide();
        } else {
            request.redirect = Some(self.target().map_or(Redirect::Omit, |uri| Redirect::Uri { uri }));
        }
        request.reach = self.reach();
        // A sign-out that asks nobody has nobody to revoke at.
        request.revoke_tokens = (request.reach != Some(Reach::App)).then(|| self.revokes());
        request.mode = match self.0.call() {
            call if call.ends_with("Popup") => Some(LogoutMode::Popup),
            call if call.ends_with("Silent") => Some(LogoutMode::Silent),
            _ => (self.text("/config/logoutMode") == Some("silent")).then_some(LogoutMode::Silent),
        };
        request.in_frame = self.is("/env/inIframe");
        request.id_token_hint = secret(&["/request/idTokenHint", "/request/id_token_hint"]);
        request.logout_hint = secret(&["/request/logoutHint", "/request/logout_hint"]);
        request.state = secret(&["/request/state"]);
        let locales = self.text("/request/ui_locales").map(str::to_owned);
        request.ui_locales = words(locales.as_deref());
        for (name, value) in self.extras() {
            match name.as_str() {
                "logout_hint" => request.logout_hint = Some(Secret::from(value)),
                "ui_locales" => request.ui_locales = words(Some(&value)),
                _ => request.extra_parameters.push(Parameter { name, value: Secret::from(value) }),
            }
        }
        let correlation = self.text("/request/correlationId").map(str::to_owned);
        match (&self.provider(), correlation) {
            // Microsoft's own parameter, which its library sends to every provider.
            (Provider::Oidc { .. }, Some(id)) => {
                let name = "client-request-id".to_owned();
                request.extra_parameters.push(Parameter { name, value: Secret::from(id) });
            }
            (_, id) => request.correlation_id = id,
        }
        request
    }

    fn reach(&self) -> Option<Reach> {
        let federated = ["/request/federated", "/request/logoutParams/federated"].iter().any(|place| self.is(place));
        let at_pool = matches!(self.0.sdk.as_str(), "amazon-cognito-identity-js" | "@aws-amplify/auth");
        if self.0.is_local() || at_pool && self.hosted().is_none() {
            Some(Reach::App)
        } else if federated {
            Some(Reach::Upstream)
        } else {
            self.session_wide().then_some(Reach::Provider)
        }
    }

    /// Whether the library revokes: as configured, always or never.
    fn revokes(&self) -> bool {
        match self.0.sdk.as_str() {
            "oidc-client-ts" => self.is("/config/revokeTokensOnSignout"),
            "@okta/okta-auth-js" => self.at("/request/revokeRefreshToken") != Some(&Value::Bool(false)),
            "@imtbl/auth" | "@imtbl/passport" => self.0.call() == "logout",
            "auth0-spa-js" => self.0.call() == "revokeRefreshToken",
            "@axa-fr/oidc-client" | "@aws-amplify/auth" => true,
            _ => false,
        }
    }

    /// Who leaves, with what the library had of them beside its cache.
    fn account(&self, client: &LogoutClient) -> Option<Account> {
        let mut account = match self.0.sdk.as_str() {
            "centralauth" | "keycloak-js" | "@axa-fr/oidc-client" => Account::new("ada"),
            // With a connection behind the provider somebody has to be named.
            "auth0-spa-js" if self.text("/request/logoutParams/access_token").is_some() => Account::new("ada"),
            _ => Account::new(self.0.leaver(client)?),
        };
        match self.0.sdk.as_str() {
            _ if self.0.is_msal() => account.id_token = self.id_token().map(Secret::from),
            "keycloak-js" | "@axa-fr/oidc-client" => {
                account.id_token = self.text("/options/tokens/idToken").map(Secret::from);
                let kinds = [(TokenKind::RefreshToken, "refreshToken"), (TokenKind::AccessToken, "accessToken")];
                for (kind, name) in kinds {
                    let value = self.text(&format!("/options/tokens/{name}")).map(Secret::from);
                    account.tokens.extend(value.map(|value| Token { kind, value }));
                }
            }
            "centralauth" => self.carried(&mut account),
            "auth0-spa-js" if self.is("/request/logoutParams/federated") => {
                let token = self.text("/request/logoutParams/access_token").map(Secret::from);
                account.connection = token.is_some().then_some(Connection::Facebook);
                account.upstream_access_token = token;
            }
            _ => {}
        }
        Some(account)
    }

    /// The token that a request to the back end carries: in its header, else in a cookie.
    fn carried(&self, account: &mut Account) {
        let header = self.text("/request/headers/authorization").and_then(|text| text.strip_prefix("Bearer "));
        let cookie = |name: &str| {
            let cookies = self.text("/request/headers/cookie")?.split("; ");
            let value = cookies.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)?.1;
            Some(url::form_urlencoded::parse(value.as_bytes()).next()?.0.into_owned())
        };
        let id_token = cookie("id_token").filter(|_| header.is_none() && self.is("/config/unsafeIncludeUser"));
        account.id_token = id_token.map(Secret::from);
        if account.id_token.is_none() {
            let value = header.map(str::to_owned).or_else(|| cookie("access_token"));
            let token = |value: String| Token { kind: TokenKind::AccessToken, value: Secret::from(value) };
            account.tokens = value.map(token).into_iter().collect();
        }
    }

    /// The ID token of who leaves, where our rows send it or read it.
    pub fn id_token(&self) -> Option<String> {
        if self.0.is_msal() {
            return self.at("/request/account/idTokenClaims").map(token_of);
        }
        if let Some(token) = self.text("/options/tokens/idToken/idToken") {
            return Some(token.to_owned());
        }
        let stored = self.0.stored();
        let user = stored.iter().find(|(key, _)| key.starts_with("oidc.user:")).map(|(_, value)| value)?;
        let user: Value = serde_json::from_str(user).unwrap();
        user["id_token"].as_str().map(str::to_owned)
    }

    /// What the caller wants to send besides, in the caller's order.
    fn extras(&self) -> Vec<(String, String)> {
        let places = ["/request/extraQueryParameters", "/request/extraQueryParams", "/request/extras"];
        let places = places.into_iter().chain(["/request/logoutParams"]);
        let given = places.filter_map(|place| self.at(place)).find_map(Value::as_object);
        let federated = self.is("/request/logoutParams/federated");
        let taken = |name: &str| match self.0.sdk.as_str() {
            "auth0-spa-js" => {
                matches!(name, "returnTo" | "federated" | "client_id") || federated && name == "access_token"
            }
            // Suffixes say to which other request a parameter belongs.
            _ => name.contains(':'),
        };
        let mut extras: Vec<(String, String)> = given
            .into_iter()
            .flatten()
            .filter(|(name, value)| !taken(name) && !value.is_null())
            .map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .collect();
        // Reading lost the order in which they were given, which is that in which they were sent.
        let sent = super::decoded(&self.0.data["observed"]["params"]);
        extras.sort_by_key(|(name, _)| sent.iter().position(|(other, _)| other == name));
        if self.text("/request/client_id").is_some() {
            extras.extend(self.text("/request/client_id").map(|id| ("client_id".to_owned(), id.to_owned())));
        }
        extras
    }
}

fn words(text: Option<&str>) -> Vec<String> {
    text.into_iter().flat_map(|text| text.split(' ')).map(str::to_owned).collect()
}

/// Absent and empty inherit, null sends none.
fn inherited(value: Option<&Value>) -> Option<Redirect> {
    match value {
        Some(Value::Null) => Some(Redirect::Omit),
        Some(Value::String(uri)) if !uri.is_empty() => Some(Redirect::Uri { uri: uri.clone() }),
        _ => None,
    }
}

/// The provider's metadata, as configured or as served.
pub fn metadata(vector: &Vector) -> Option<Value> {
    if let Some(text) = vector.text("/config/auth/authorityMetadata") {
        return serde_json::from_str(text).ok();
    }
    let places = ["/config/metadata", "/config/server", "/config/authority_configuration", "/config/oidcProvider"];
    places.into_iter().chain(["/env/network/0/json"]).find_map(|place| vector.data.pointer(place)).cloned()
}

pub fn issuer(vector: &Vector) -> String {
    let named = metadata(vector).and_then(|known| known["issuer"].as_str().map(str::to_owned));
    named.unwrap_or_else(|| "https://x.example".to_owned())
}
