package dev.exeunt

import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Test

class ClosedClientTest {
    @Test
    fun `a closed client refuses to work and touches nothing`() {
        val store = MemoryStore(Fixture.entries())
        val client = LogoutClient(Fixture.config, store)
        client.close()
        assertThrows(IllegalStateException::class.java) { runBlocking { client.logout() } }
        assertEquals(Fixture.entries(), store.snapshot())
    }

    @Test
    fun `closing twice is closing once`() {
        val client = LogoutClient(Fixture.config, MemoryStore())
        client.close()
        client.close()
    }
}
