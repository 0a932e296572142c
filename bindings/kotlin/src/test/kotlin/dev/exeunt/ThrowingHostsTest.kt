package dev.exeunt

import com.sun.jna.Native
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource
import java.util.concurrent.CancellationException

class ThrowingHostsTest {
    private val kept = MemoryStore(Fixture.entries())
    private val escaped = mutableListOf<Throwable>()
    private val handler = Native.getCallbackExceptionHandler()

    @BeforeEach
    fun `watch what escapes into native code`() = Native.setCallbackExceptionHandler { _, thrown -> escaped += thrown }

    @AfterEach
    fun `nothing may have escaped`() {
        Native.setCallbackExceptionHandler(handler)
        assertEquals(emptyList<Throwable>(), escaped)
    }

    /** Everything the host does works, except one callback. */
    private inner class Host(
        private val broken: String,
        private val thrown: Throwable,
    ) : SessionStore,
        Navigator,
        HttpTransport,
        LogoutListener {
        private fun <T> unless(
            callback: String,
            work: () -> T,
        ): T = if (callback == broken) throw thrown else work()

        override fun keys(prefix: String) = unless("keys") { kept.keys(prefix) }

        override fun read(keys: List<String>) = unless("read") { kept.read(keys) }

        override fun commit(change: Change) = unless("commit") { kept.commit(change) }

        override fun guarantee() = unless("guarantee") { kept.guarantee() }

        override fun navigate(navigation: Navigation) = unless("navigate") { Navigated.STARTED }

        override fun dismiss(id: String) = unless("dismiss") { Done.DONE }

        override fun send(call: HttpCall) = unless("send") { Fixture.ok.send(call) }

        override fun onEvent(event: LogoutEvent) = unless("onEvent") { Done.DONE }

        fun client() = LogoutClient(Fixture.config, this, this, this, listOf(this)).blocking()

        fun signOut() = client().signOut(Fixture.alice)
    }

    @ParameterizedTest
    @ValueSource(strings = ["keys", "read", "commit", "guarantee"])
    fun `an exception of the store is a refusal that names its class and not its text`(callback: String) {
        val refused =
            assertThrows(LogoutException.HostFailed::class.java) {
                Host(callback, IllegalStateException("MARKER")).signOut()
            }
        assertInstanceOf(HostFault::class.java, refused.cause)
        assertEquals("java.lang.IllegalStateException", refused.cause?.message)
        assertTrue("MARKER" !in refused.stackTraceToString())
        assertEquals(Fixture.entries(), kept.snapshot())
    }

    @ParameterizedTest
    @ValueSource(strings = ["keys", "read", "commit", "guarantee"])
    fun `an error of the store is thrown again and nothing was cleared`(callback: String) {
        val thrown = AssertionError("planted")
        val again = assertThrows(AssertionError::class.java) { Host(callback, thrown).signOut() }
        assertEquals(thrown, again)
        assertEquals(Fixture.entries(), kept.snapshot())
    }

    @ParameterizedTest
    @ValueSource(strings = ["keys", "read", "commit", "guarantee"])
    fun `a store that is locked is said to be locked`(callback: String) {
        val locked = HostException.Unavailable("MARKER")
        val refused = assertThrows(LogoutException.StoreLocked::class.java) { Host(callback, locked).signOut() }
        assertTrue(refused.retryable)
        assertEquals(Fixture.entries(), kept.snapshot())
    }

    @Test
    fun `an exception of the navigator leaves the provider's session alive`() {
        val outcome = Host("navigate", IllegalStateException("planted")).signOut()
        assertEquals(SessionStatus.Failed(Failure.NAVIGATOR_FAILED), outcome.provider)
        assertTrue(outcome.signedOutLocally())
    }

    @Test
    fun `an exception of the transport leaves the token in doubt`() {
        val outcome = Host("send", IllegalStateException("planted")).signOut()
        assertEquals(listOf(RevocationStatus.UNCERTAIN), outcome.revocations.map { it.status })
    }

    @Test
    fun `an exception of a listener changes nothing`() {
        val outcome = Host("onEvent", IllegalStateException("planted")).signOut()
        assertTrue(outcome.signedOutLocally())
        assertEquals(SessionStatus.Pending, outcome.provider)
    }

    @Test
    fun `a refusal is blamed on the store, not on the listener that threw as well`() {
        val store = Host("commit", IllegalStateException("planted"))
        val listener = Host("onEvent", UnsupportedOperationException("planted"))
        val client = LogoutClient(Fixture.config, store, listeners = listOf(listener)).blocking()
        val refused = assertThrows(LogoutException.HostFailed::class.java) { client.signOut(Fixture.alice) }
        assertEquals("java.lang.IllegalStateException", refused.cause?.message)
    }

    @Test
    fun `an exception while the popup is closed changes nothing`() {
        val client = Host("dismiss", IllegalStateException("planted")).client()
        val outcome = client.signOut(Fixture.alice.copy(mode = LogoutMode.POPUP))
        val ended = client.cancel(outcome.id, CancelReason.USER_CANCELLED)
        assertEquals(SessionStatus.Unconfirmed(Doubt.USER_CANCELLED), ended.provider)
    }

    @ParameterizedTest
    @ValueSource(strings = ["navigate", "send", "onEvent"])
    fun `an error after the clear is thrown again once the sign-out is whole`(callback: String) {
        val thrown = AssertionError("planted")
        val again = assertThrows(AssertionError::class.java) { Host(callback, thrown).signOut() }
        assertEquals(thrown, again)
        assertEquals(emptyList<String>(), kept.appKeys())
    }

    @Test
    fun `an error while the popup is closed is thrown again and the answer is kept`() {
        val client = Host("dismiss", AssertionError("planted")).client()
        val outcome = client.signOut(Fixture.alice.copy(mode = LogoutMode.POPUP))
        assertThrows(AssertionError::class.java) { client.cancel(outcome.id, CancelReason.TIMED_OUT) }
        assertEquals(SessionStatus.Unconfirmed(Doubt.TIMED_OUT), client.outcome(outcome.id).provider)
    }

    @Test
    fun `a cancellation thrown by a callback passes`() {
        val cancelled = CancellationException("planted")
        val again = assertThrows(CancellationException::class.java) { Host("keys", cancelled).signOut() }
        assertEquals(cancelled, again)
    }

    @Test
    fun `an interrupt that a callback ran into is kept for the thread`() {
        assertThrows(LogoutException.HostFailed::class.java) { Host("keys", InterruptedException()).signOut() }
        assertTrue(Thread.interrupted())
    }

    @Test
    fun `an error in a callback of a callback is thrown to both callers`() {
        val inner = Host("keys", AssertionError("planted")).client()
        val navigator =
            object : Navigator {
                override fun navigate(navigation: Navigation): Navigated = Navigated.STARTED.also { inner.accounts() }

                override fun dismiss(id: String) = Done.DONE
            }
        val outer = LogoutClient(Fixture.config, kept, navigator, Fixture.ok).blocking()
        assertThrows(AssertionError::class.java) { outer.signOut(Fixture.alice) }
        assertEquals(emptyList<String>(), kept.appKeys())
    }
}
