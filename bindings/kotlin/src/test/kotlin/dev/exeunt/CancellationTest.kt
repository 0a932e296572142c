package dev.exeunt

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.util.concurrent.CountDownLatch

class CancellationTest {
    /** Says when a change arrives, and waits until it may go on. */
    private class SlowStore(
        private val inner: MemoryStore,
    ) : SessionStore by inner {
        val entered = CountDownLatch(1)
        val mayGoOn = CountDownLatch(1)
        lateinit var thread: Thread

        override fun commit(change: Change): Commit {
            thread = Thread.currentThread()
            entered.countDown()
            mayGoOn.await()
            return inner.commit(change)
        }
    }

    @Test
    fun `a coroutine that is cancelled before the work begins touches nothing`() {
        val store = MemoryStore(Fixture.entries())
        var passed = false
        LogoutClient(Fixture.config, store).use { client ->
            runBlocking {
                launch(start = CoroutineStart.UNDISPATCHED) {
                    cancel()
                    try {
                        client.logout()
                    } catch (cancelled: CancellationException) {
                        passed = true
                        throw cancelled
                    }
                }
            }
        }
        assertTrue(passed, "the cancellation did not pass")
        assertEquals(Fixture.entries(), store.snapshot())
    }

    @Test
    fun `a coroutine that is cancelled at work gets its cancellation, and the sign-out is whole`() {
        val kept = MemoryStore(Fixture.entries())
        val store = SlowStore(kept)
        LogoutClient(Fixture.config, store, transport = Fixture.ok).use { client ->
            runBlocking {
                val work = async(Dispatchers.Default) { client.logout() }
                store.entered.await()
                work.cancel()
                store.mayGoOn.countDown()
                assertThrows(CancellationException::class.java) { runBlocking { work.await() } }
                work.join()
                assertEquals(emptyList<String>(), kept.appKeys())
                assertEquals(listOf(SessionStatus.Pending), client.pending().map { it.provider })
            }
        }
    }

    @Test
    fun `the caller's thread never meets the store`() {
        val store = SlowStore(MemoryStore(Fixture.entries())).apply { mayGoOn.countDown() }
        LogoutClient(Fixture.config, store, transport = Fixture.ok).use { runBlocking { it.logout() } }
        assertNotEquals(Thread.currentThread(), store.thread)
    }

    @Test
    fun `many coroutines share one client`() {
        val names = (1..32).map { "user$it" }
        val store = MemoryStore(names.associate { "session:$it:cart" to Secret(it) })
        val outcomes =
            LogoutClient(Fixture.config, store).use { client ->
                runBlocking {
                    names
                        .map { async(Dispatchers.Default) { client.signOut(EndSessionRequest(Who.This(Account(it)))) } }
                        .awaitAll()
                }
            }
        assertTrue(outcomes.all { it.signedOutLocally() })
        assertEquals(emptyList<String>(), store.appKeys())
    }
}
