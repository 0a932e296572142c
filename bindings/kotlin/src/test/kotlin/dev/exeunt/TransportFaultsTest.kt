package dev.exeunt

import dev.exeunt.Loopback.Companion.whole
import dev.exeunt.Loopback.Companion.write
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.EnumSource
import org.junit.jupiter.params.provider.ValueSource
import java.net.Socket
import java.util.concurrent.Executors
import java.util.concurrent.TimeUnit

/** What only this platform does; the rest is in the faults that all transports share. */
@Timeout(5, unit = TimeUnit.MINUTES) // a time-out that does not work should fail and not hang
class TransportFaultsTest {
    private val transport = HttpUrlConnectionTransport()

    private fun get(
        url: String,
        timeoutMs: Long = PATIENT,
    ) = HttpCall(
        method = HttpMethod.GET,
        url = Secret(url),
        headers = listOf(Header("X-Marker", Secret("MARKERheader"))),
        connectTimeoutMs = PATIENT,
        timeoutMs = timeoutMs,
        maxBodyBytes = CAP,
        publicAddressesOnly = false,
    )

    private fun sending(
        method: HttpMethod,
        url: String,
    ) = get(url).copy(method = method, body = Secret("token=MARKERbody"))

    private fun answer(
        server: (Socket) -> Unit,
        call: Loopback.() -> HttpCall = { get(url) },
    ): HttpAnswer = Loopback(answer = server).use { transport.send(it.call()) }

    /** The failure of a call, which must not quote anything of it. */
    private inline fun <reified T : HostException> refused(crossinline call: () -> Unit) {
        val failure = assertThrows(HostException::class.java) { call() }
        assertInstanceOf(T::class.java, failure)
        assertFalse("MARKER" in failure.stackTraceToString(), "the failure quotes the call")
    }

    /** Sends one byte after another, steadily and for ever. */
    private fun trickle(
        socket: Socket,
        text: Sequence<Char>,
    ) {
        val clock = Executors.newSingleThreadScheduledExecutor { Thread(it).apply { isDaemon = true } }
        val letters = text.iterator()
        clock.scheduleAtFixedRate({ socket.write(letters.next().toString()) }, 0, STEP, TimeUnit.MILLISECONDS)
    }

    @Test
    fun `a name that does not exist is offline`() =
        refused<HostException.Offline> { transport.send(get("https://nowhere.invalid/?t=MARKERquery")) }

    @ParameterizedTest
    @EnumSource(names = ["POST", "DELETE"])
    fun `a request is never sent twice`(method: HttpMethod) =
        Loopback(answer = Socket::close).use { server ->
            refused<HostException.BadAnswer> { transport.send(sending(method, server.url)) }
            assertEquals(1, server.requests.size)
        }

    @Test
    fun `what is not HTTP is a bad answer`() =
        refused<HostException.BadAnswer> {
            answer({
                it.write("SSH-2.0-OpenSSH_9.2\r\n")
                it.close()
            })
        }

    @Test
    fun `a header that trickles in runs out of time`() =
        refused<HostException.TimeExpired> {
            val endless = generateSequence { 'x' }
            answer({ trickle(it, "HTTP/1.1 200 OK\r\nX-Endless: ".asSequence() + endless) }) { get(url, SHORT) }
        }

    @ParameterizedTest
    @ValueSource(
        strings = [
            "http://localhost.example.com/?t=MARKER",
            "http://MARKER@127.0.0.1/",
            "https://user:MARKER@example.com/",
            "https://example.com/#MARKER",
            "ftp://127.0.0.1/MARKER",
            "https:///MARKER",
            "https://exa mple.com/MARKER",
            "MARKER",
        ],
    )
    fun `an address that is neither TLS nor loopback is refused`(url: String) =
        refused<HostException.Insecure> { transport.send(get(url)) }

    @Test
    fun `a header that would begin a new line is refused`() =
        refused<HostException.BadAnswer> {
            answer({}) { get(url).copy(headers = listOf(Header("X", Secret("MARKER\r\nY: Z")))) }
        }

    private companion object {
        const val CAP = 10_000L

        /** Longer than a loaded machine takes; nothing waits for it. */
        const val PATIENT = 60_000L

        /** What a test waits for when time is to run out. */
        const val SHORT = 400L
        const val STEP = 20L
    }
}
