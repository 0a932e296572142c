package dev.exeunt

import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

class ReadmeTest {
    // Set as the README sets them; a test of the core compares the texts.
    @Suppress("ktlint")
    @Test
    fun `the examples of the README sign out, and in again`() =
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
            val store = MemoryStore()
            val idToken = Secret(Fixture.idToken("alice"))
            val refreshed = Secret("refreshed")
            // readme begins
            LogoutClient(config, store).use { client ->
                client.resume(limit = 16) // at start-up: finishes what was interrupted, and opens no browser
                val asked = client.loginAdvice("alice").parameters // for the authorization request: prompt=login while in doubt
                println(asked.associate { it.name to it.value.reveal() })
                client.signedIn("alice", idToken) // after the sign-in, before its tokens are saved
                val lease = client.lease("alice") // before the refresh token is read: a sign-out in between wins
                val fresh = listOf(Entry("session:alice:refresh_token", refreshed))
                if (client.save(lease, fresh) == Saved.SIGNED_OUT) println("signed out meanwhile: throw the new tokens away")
            }
            // readme ends
            assertEquals(refreshed, store["session:alice:refresh_token"])
        }

    @Test
    fun `the example of the README checks a store`() {
        // readme begins
        val store = MemoryStore() // or yours
        check(checkSessionStore(store) == emptyList<StoreFault>())
        // readme ends
    }
}
