import dev.exeunt.CacheLayout;
import dev.exeunt.ClientConfig;
import dev.exeunt.ClientConfigBuilder;
import dev.exeunt.Endpoints;
import dev.exeunt.Home;
import dev.exeunt.LogoutClient;
import dev.exeunt.LogoutException;
import dev.exeunt.LogoutOutcome;
import dev.exeunt.MemoryStore;
import dev.exeunt.OidcBuilder;
import dev.exeunt.Provider;
import dev.exeunt.Secret;
import java.util.Map;

/** A program of its own, which has nothing of exeunt but the jar. */
final class SignsOut {
    public static void main(String[] arguments) throws LogoutException {
        MemoryStore store = new MemoryStore(Map.of("session:alice:id_token", new Secret("a-token")));
        Provider provider =
                new OidcBuilder("https://op.example.com")
                        .endpoints(new Endpoints("https://op.example.com/out", null, null))
                        .build();
        ClientConfig config =
                new ClientConfigBuilder("app", provider, Home.DEVICE, new CacheLayout.Prefix("session", ":"))
                        .revokeTokens(false)
                        .build();
        try (LogoutClient client = new LogoutClient(config, store)) {
            LogoutOutcome outcome = client.blocking().logout();
            if (!outcome.signedOutLocally() || !store.keys("session:").isEmpty()) {
                throw new AssertionError("still signed in");
            }
            System.out.println("kotlin: a program of its own signs out: " + outcome.getApplication());
        }
    }
}
