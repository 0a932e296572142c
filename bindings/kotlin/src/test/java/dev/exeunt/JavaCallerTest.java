package dev.exeunt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The client as Java code meets it. Test names stand in annotations, since Java has no other place for sentences. */
class JavaCallerTest {
    private static final String BYE = "https://app.example.com/bye";

    private static ClientConfig config() {
        Provider provider =
                new OidcBuilder("https://op.example.com")
                        .endpoints(new Endpoints("https://op.example.com/logout", null, null))
                        .build();
        return new ClientConfigBuilder("rp", provider, Home.DEVICE, new CacheLayout.Prefix("session", ":"))
                .redirectUris(List.of(BYE))
                .postLogoutRedirectUri(new Redirect.Uri(BYE))
                .revokeTokens(false)
                .build();
    }

    private static EndSessionRequest alice() {
        Account account = new AccountBuilder("alice").build();
        return new EndSessionRequestBuilder(new Who.This(account)).build();
    }

    private static MemoryStore store() {
        return new MemoryStore(Map.of("session:alice:cart", new Secret("3 apples")));
    }

    @Test
    @DisplayName("a sign-out goes from the plan to the return of the browser")
    void wholeRoad() throws LogoutException {
        MemoryStore store = store();
        try (LogoutClient client = new LogoutClient(config(), store)) {
            BlockingLogoutClient blocking = client.blocking();
            LogoutPlan plan = blocking.plan(alice());
            assertInstanceOf(LogoutStep.Clear.class, plan.steps().get(0));

            LogoutOutcome outcome = blocking.run(plan);
            assertTrue(outcome.signedOutLocally());
            assertEquals(1, blocking.pending().size());

            String url = outcome.getNext().getUrl().reveal();
            String state = url.substring(url.indexOf("state=") + "state=".length());
            Completion completion = blocking.complete(new Secret(BYE + "?state=" + state));
            assertInstanceOf(Completion.Matched.class, completion);
            assertEquals(List.of(), blocking.pending());
            assertEquals(List.of(), blocking.accounts());
        }
    }

    @Test
    @DisplayName("one call signs everyone out of a device")
    void everyone() throws LogoutException {
        MemoryStore store = store();
        try (LogoutClient client = new LogoutClient(config(), store)) {
            LogoutOutcome outcome = client.blocking().logout();
            assertTrue(outcome.signedOutLocally());
            LogoutOutcome cancelled = client.blocking().cancel(outcome.getId(), CancelReason.USER_CANCELLED);
            assertEquals(cancelled.getProvider(), client.blocking().outcome(outcome.getId()).getProvider());
        }
    }

    @Test
    @DisplayName("a back end signs out of Auth0, of what lies behind it and of its own cookie")
    void upstreamAndCookie() throws LogoutException {
        Provider provider = new Auth0Builder("tenant.auth0.com").endpoint(Auth0Endpoint.V2_LOGOUT).build();
        Cookie cookie = new CookieBuilder("sid").path("/app").sameSite(SameSite.STRICT).build();
        ClientConfig config =
                new ClientConfigBuilder("rp", provider, Home.SERVER, new CacheLayout.Prefix("session", ":"))
                        .redirectUris(List.of(BYE))
                        .postLogoutRedirectUri(new Redirect.Uri(BYE))
                        .reach(Reach.UPSTREAM)
                        .revokeTokens(false)
                        .cookies(List.of(cookie))
                        .build();
        Account account = new AccountBuilder("alice").connection(Connection.WAAD).build();
        try (LogoutClient client = new LogoutClient(config, store())) {
            EndSessionRequest request = new EndSessionRequestBuilder(new Who.This(account)).build();
            LogoutOutcome outcome = client.blocking().signOut(request);
            assertEquals(List.of(cookie), outcome.getCookies());
            assertTrue(outcome.getNext().getUrl().reveal().contains("federated"));
            assertTrue(
                    outcome.reply().getHeaders().stream()
                            .map(header -> header.getValue().reveal())
                            .anyMatch(value -> value.startsWith("sid=; Path=/app; Expires=")));
            SessionStatus.Unconfirmed application =
                    assertInstanceOf(SessionStatus.Unconfirmed.class, outcome.getApplication());
            assertEquals(Doubt.COOKIE_DELETION_SENT, application.getBecause());
        }
    }

    @Test
    @DisplayName("a provider that has no fields is one value, and other parameter names are built")
    void providers() throws LogoutException {
        ClientConfig google =
                new ClientConfigBuilder("rp", Provider.Google.INSTANCE, Home.DEVICE, CacheLayout.OktaAuthJs.INSTANCE)
                        .build();
        assertEquals("Google", google.getProvider().toString());
        Provider renamed =
                new OidcBuilder("https://op.example.com")
                        .endpoints(new Endpoints("https://op.example.com/logout", null, null))
                        .parameterNames(new ParameterNamesBuilder().redirectUri("goto").build())
                        .build();
        ClientConfig config =
                new ClientConfigBuilder("rp", renamed, Home.DEVICE, new CacheLayout.Prefix("session", ":"))
                        .redirectUris(List.of(BYE))
                        .postLogoutRedirectUri(new Redirect.Uri(BYE))
                        .revokeTokens(false)
                        .build();
        try (LogoutClient client = new LogoutClient(config, store())) {
            String url = client.blocking().signOut(alice()).getNext().getUrl().reveal();
            assertTrue(url.contains("goto=https%3A%2F%2Fapp.example.com%2Fbye"), url);
        }
    }

    @Test
    @DisplayName("a refusal is a checked exception with sentence, code and rule")
    void refusal() throws LogoutException {
        EndSessionRequest request =
                new EndSessionRequestBuilder(new Who.This(new AccountBuilder("alice").build()))
                        .redirect(new Redirect.Uri("https://elsewhere.example.com/"))
                        .build();
        try (LogoutClient client = new LogoutClient(config(), store())) {
            LogoutException refused =
                    assertThrows(LogoutException.RedirectUri.class, () -> client.blocking().signOut(request));
            assertEquals("redirect_uri", refused.code());
            assertEquals(refused.brokenRule(), LogoutExceptions.getRule(refused));
            assertEquals(refused.sentence(), refused.toString());
        }
    }

    @Test
    @DisplayName("a store written in Java says that it is locked")
    void lockedStore() throws LogoutException {
        MemoryStore kept = store();
        SessionStore locked =
                new SessionStore() {
                    @Override
                    public List<String> keys(String prefix) {
                        throw new UncheckedHostException(new HostException.Unavailable("the keychain is locked"));
                    }

                    @Override
                    public List<Secret> read(List<String> keys) {
                        return kept.read(keys);
                    }

                    @Override
                    public Commit commit(Change change) {
                        return kept.commit(change);
                    }

                    @Override
                    public Guarantee guarantee() {
                        return Guarantee.ATOMIC;
                    }
                };
        try (LogoutClient client = new LogoutClient(config(), locked)) {
            assertThrows(LogoutException.StoreLocked.class, () -> client.blocking().signOut(alice()));
        }
    }

    @Test
    @DisplayName("a store written in Java that answers null is a failure and no success")
    void forgetfulStore() throws LogoutException {
        MemoryStore kept = store();
        SessionStore forgetful =
                new SessionStore() {
                    @Override
                    public List<String> keys(String prefix) {
                        return kept.keys(prefix);
                    }

                    @Override
                    public List<Secret> read(List<String> keys) {
                        return kept.read(keys);
                    }

                    @Override
                    public Commit commit(Change change) {
                        return null;
                    }

                    @Override
                    public Guarantee guarantee() {
                        return Guarantee.ATOMIC;
                    }
                };
        try (LogoutClient client = new LogoutClient(config(), forgetful)) {
            assertThrows(LogoutException.HostFailed.class, () -> client.blocking().signOut(alice()));
        }
        List<StoreFault> faults = StoreChecks.checkSessionStore(forgetful);
        assertEquals(List.of("call_fails"), faults.stream().map(StoreFault::getName).toList());
        assertEquals(List.of(), StoreChecks.checkSessionStore(kept));
    }

    @Test
    @DisplayName("a transport and a listener can be lambdas")
    void lambdas() throws LogoutException {
        HttpTransport transport = call -> new HttpAnswer(503, List.of(), new byte[0]);
        LogoutListener listener = event -> Done.DONE;
        try (LogoutClient client = new LogoutClient(config(), store(), null, transport, List.of(listener))) {
            assertTrue(client.blocking().signOut(alice()).signedOutLocally());
        }
    }
}
