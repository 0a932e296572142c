package dev.exeunt

import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class LeaseTest {
    private val store = MemoryStore(Fixture.entries())
    private val fresh = listOf(Entry("session:alice:access_token", Secret("fresh")))

    /** A refresh: the lease is taken, then [meanwhile] happens, then the answer is saved. */
    private fun refresh(meanwhile: suspend (LogoutClient) -> Unit): Pair<Saved, Boolean> =
        LogoutClient(Fixture.config, store, transport = Fixture.ok).use { client ->
            runBlocking {
                val lease = client.lease("alice")
                meanwhile(client)
                client.save(lease, fresh) to client.stillValid(lease)
            }
        }

    @Test
    fun `a refresh that comes after a sign-out is not saved`() {
        val (saved, valid) = refresh { it.signOut(Fixture.alice) }
        assertEquals(Saved.SIGNED_OUT, saved)
        assertFalse(valid)
        assertEquals(emptyList<String>(), store.appKeys())
    }

    @Test
    fun `a refresh during which nobody signs out is saved`() {
        val (saved, valid) = refresh { }
        assertEquals(Saved.STORED, saved)
        assertTrue(valid)
        assertEquals(Secret("fresh"), store["session:alice:access_token"])
    }

    @Test
    fun `a refresh of a session that ended before the present one is not saved`() {
        val (saved, _) =
            refresh {
                it.signOut(Fixture.alice)
                it.signedIn("alice")
            }
        assertEquals(Saved.SIGNED_OUT, saved)
    }
}
