package dev.exeunt

import dev.exeunt.cases.CaseFiles
import dev.exeunt.cases.TransportCase
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Assertions.fail
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import java.net.InetAddress
import java.net.ServerSocket
import java.util.concurrent.atomic.AtomicInteger

/** The faults that every transport answers in the same way. */
class SharedTransportFaultsTest {
    @TestFactory
    fun `every fault of the shared file is answered as agreed`(): List<DynamicTest> {
        val cases = CaseFiles.transportFaults()
        assertTrue(cases.isNotEmpty(), "there are no cases")
        return cases.map(::TransportCase).map { case ->
            dynamicTest("${case.name} (${case.source})") {
                run(case)
                ran.incrementAndGet()
            }
        }
    }

    @Test
    fun `every exception is about a case that exists`() =
        assertEquals(
            emptySet<String>(),
            BODY_KEPT_BACK.keys - CaseFiles.transportFaults().map { TransportCase(it).name },
        )

    private fun run(case: TransportCase) {
        val answer = case.answer ?: return compare(case, send(case.callTo(freePort())), emptyList())
        Loopback(untrusted = case.untrusted, answer = answer).use { server ->
            compare(case, send(case.callTo(server.port)), server.requests)
        }
    }

    private fun send(call: HttpCall) = runCatching { HttpUrlConnectionTransport().send(call) }

    /** Where nobody listens. */
    private fun freePort() = ServerSocket(0, 1, InetAddress.getLoopbackAddress()).use { it.localPort }

    private fun compare(
        case: TransportCase,
        result: Result<HttpAnswer>,
        requests: List<String>,
    ) {
        val expected = case.expected
        result.fold(
            onSuccess = { came ->
                val (status, body) = expected.answer ?: fail("answered ${came.status}")
                assertEquals(status, came.status)
                val keptBack = case.name in BODY_KEPT_BACK && came.body.isEmpty()
                if (!keptBack) assertEquals(body, came.body.decodeToString())
            },
            onFailure = { failure ->
                assertTrue(kind(failure) in expected.fails, "failed: ${failure.stackTraceToString()}")
                assertFalse(MARKER in failure.stackTraceToString(), "the failure shows the address")
            },
        )
        expected.connections?.let { assertEquals(it, requests.size, "connections") }
        expected.request?.let { text -> assertTrue(requests.any { text in it }, "no request carries $text") }
    }

    private fun kind(failure: Throwable): String? =
        when (failure) {
            is HostException.Unavailable -> "unavailable"
            is HostException.Offline -> "offline"
            is HostException.TimeExpired -> "time_expired"
            is HostException.Insecure -> "insecure"
            is HostException.BadAnswer -> "bad_answer"
            is HostException.Broken -> "broken"
            else -> null
        }

    companion object {
        private const val MARKER = "TOKEN-IN-URL"

        /** Cases whose body the platform may keep back, and why; the rest of such a case holds. */
        private val BODY_KEPT_BACK =
            mapOf(
                "an error answer to a post is read" to
                    "The JDK closes the connection as soon as a streamed request is answered 401, before anybody can " +
                    "read the body. A request that is not streamed it sends again when the connection breaks, and a " +
                    "POST must not be sent twice.",
            )

        private val ran = AtomicInteger()

        @JvmStatic
        @AfterAll
        fun `say how many ran`() = println("kotlin: $ran transport faults")
    }
}
