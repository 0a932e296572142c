package dev.exeunt

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.util.concurrent.CountDownLatch

class ResumeCancellationTest {
    private val interrupted = Interrupted()
    private val begun = interrupted.signOut().also { interrupted.heal() }

    private fun client(send: () -> Unit): LogoutClient {
        val transport =
            object : HttpTransport {
                override fun send(call: HttpCall): HttpAnswer = Fixture.ok.send(call).also { send() }
            }
        return LogoutClient(Fixture.config, interrupted.store, transport = transport)
    }

    @Test
    fun `a coroutine that is cancelled in the middle of resume gets its cancellation, and the work is whole`() {
        val entered = CountDownLatch(1)
        val mayGoOn = CountDownLatch(1)
        var passed = false
        val client =
            client {
                entered.countDown()
                mayGoOn.await()
            }
        client.use {
            runBlocking {
                val work =
                    launch(Dispatchers.Default) {
                        try {
                            it.resume(8)
                        } catch (cancelled: CancellationException) {
                            passed = true
                            throw cancelled
                        }
                    }
                entered.await()
                work.cancel()
                mayGoOn.countDown()
                work.join()
                assertTrue(passed, "the cancellation did not pass")
                assertEquals(listOf(RevocationStatus.REVOKED), it.outcome(begun.id).revocations.map { it.status })
            }
        }
    }

    @Test
    fun `a cancellation that a callback throws in the middle of resume passes`() {
        val thrown = CancellationException("planted")
        val again =
            client { throw thrown }.use { client ->
                assertThrows(CancellationException::class.java) { client.blocking().resume(8) }
            }
        assertEquals(thrown, again)
    }
}
