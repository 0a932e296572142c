package dev.exeunt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What surrounds a sign-out as Java code meets it: the start of the app, sign-ins and token refreshes. */
class JavaGuardsTest {
    private static final Secret CART = new Secret("3 apples");

    private final MemoryStore store = new MemoryStore(Map.of("session:alice:cart", CART));

    private LogoutClient client() throws LogoutException {
        Endpoints endpoints =
                new Endpoints("https://op.example.com/logout", null, "https://op.example.com/authorize");
        Provider provider = new OidcBuilder("https://op.example.com").endpoints(endpoints).build();
        ClientConfig config =
                new ClientConfigBuilder("rp", provider, Home.DEVICE, new CacheLayout.Prefix("session", ":"))
                        .redirectUris(List.of("https://app.example.com/bye"))
                        .postLogoutRedirectUri(new Redirect.Uri("https://app.example.com/bye"))
                        .onCancel(OnCancel.FINISH_LOCALLY)
                        .keepTokensSeconds(3600)
                        .revokeTokens(false)
                        .build();
        return new LogoutClient(config, store);
    }

    private static EndSessionRequest alice() {
        return new EndSessionRequestBuilder(new Who.This(new AccountBuilder("alice").build())).build();
    }

    @Test
    @DisplayName("an app that starts finishes what was left, and hears when the next is due")
    void start() throws LogoutException {
        try (LogoutClient client = client()) {
            BlockingLogoutClient blocking = client.blocking();
            Resumed nothing = blocking.resume(8);
            assertEquals(List.of(), nothing.getOutcomes());
            assertEquals(null, nothing.getNextDue());
            LogoutOutcome outcome = blocking.signOut(alice());
            assertEquals(KeptFor.BROWSER_RETURN, outcome.getKept().get(0).getPurpose());
            assertNotNull(blocking.resume(8).getNextDue());
            assertEquals(List.of(), blocking.resume(8).getSetAside());
            assertThrows(LogoutException.Request.class, () -> blocking.resume(0));
        }
    }

    @Test
    @DisplayName("a sign-in asks for advice before and says afterwards that it happened")
    void signIn() throws LogoutException {
        try (LogoutClient client = client()) {
            BlockingLogoutClient blocking = client.blocking();
            assertEquals(List.of(), blocking.loginAdvice().getParameters());
            blocking.signOut(alice());
            LoginAdvice advice = blocking.loginAdvice("alice");
            assertEquals("prompt", advice.getParameters().get(0).getName());
            assertNotNull(advice.getSince());
            assertEquals(advice, blocking.loginAdvice("alice", null));
            assertEquals(1, blocking.pending().size());
            blocking.signedIn("alice");
            assertEquals(List.of(), blocking.pending());
            blocking.signedIn("alice", null);
            blocking.signedIn("alice", null, null);
            assertThrows(
                    LogoutException.MalformedToken.class, () -> blocking.signedIn("alice", new Secret("damaged")));
        }
    }

    @Test
    @DisplayName("a refresh is saved under its lease, unless a sign-out came first")
    void refresh() throws LogoutException {
        List<Entry> fresh = List.of(new Entry("session:alice:cart", new Secret("4 apples"), true));
        try (LogoutClient client = client()) {
            BlockingLogoutClient blocking = client.blocking();
            Lease lease = blocking.lease("alice");
            assertTrue(blocking.stillValid(lease));
            assertEquals(Saved.STORED, blocking.save(lease, fresh));
            blocking.signOut(alice());
            assertFalse(blocking.stillValid(lease));
            assertEquals(Saved.SIGNED_OUT, blocking.save(lease, fresh));
            assertEquals(null, store.get("session:alice:cart"));
        }
    }
}
