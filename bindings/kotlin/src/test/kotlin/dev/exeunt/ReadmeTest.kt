package dev.exeunt

import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Test

class ReadmeTest {
    // Set as the README sets it, to twelve lines; a test of the core compares the two texts.
    @Suppress("ktlint")
    @Test
    fun `the example of the README signs out`() =
        runBlocking {
            // readme begins
            val provider = Provider.Oidc("https://op.example.com", Endpoints(endSession = "https://op.example.com/logout"))
            val config = ClientConfig(
                clientId = "my-app", provider = provider, home = Home.DEVICE, layout = CacheLayout.Prefix("session", ":"),
                postLogoutRedirectUri = Redirect.Uri("https://app.example.com/bye"), revokeTokens = false,
            )
            LogoutClient(config, MemoryStore()).use { client ->
                val outcome = client.signOut(EndSessionRequest(Who.This(Account("alice"))))
                check(outcome.signedOutLocally() && !outcome.signedOutAtProvider())
                println("${outcome.application} ${outcome.provider} ${outcome.next}")
            }
            // readme ends
        }
}
