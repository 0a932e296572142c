package dev.exeunt

import java.net.URI
import java.net.URISyntaxException
import java.net.URL
import java.util.concurrent.ExecutionException
import java.util.concurrent.FutureTask
import java.util.concurrent.TimeUnit
import java.util.concurrent.TimeoutException

/**
 * Sends HTTP requests by the platform's own client, with its proxy and its trust store. Made for Android, where the
 * core is built without a transport; on a JVM the built-in one needs no help.
 *
 * Redirects are answers and are not followed; TLS only, except on a loopback address; both time-outs hold whatever the
 * server does; an answer that is larger than allowed or compressed is refused. No exception of it quotes an address, a
 * header or a body.
 *
 * The platform decides two things that nobody else can: it opens connections to whatever address a name resolves to,
 * so [HttpCall.publicAddressesOnly] is refused; and where the app installs a process-wide `CookieHandler`, its cookies
 * for the provider travel along.
 *
 * A POST or a DELETE is sent at most once. If it is answered 401, the platform may keep the answer's body back.
 */
public class HttpUrlConnectionTransport : HttpTransport {
    override fun send(call: HttpCall): HttpAnswer {
        if (call.publicAddressesOnly) {
            throw HostException.Insecure("this client cannot see the resolved address")
        }
        val exchange = HttpExchange(call, secureUrl(call.url.reveal()))
        val task = FutureTask(exchange::perform)
        // A thread of its own: a slow name server or a header that trickles in heeds no time-out of the connection.
        Thread(task, "exeunt-http").apply { isDaemon = true }.start()
        try {
            return task.get(call.timeoutMs.coerceAtLeast(1), TimeUnit.MILLISECONDS)
        } catch (_: TimeoutException) {
            exchange.abandon()
            throw HostException.TimeExpired("the time allowed ran out")
        } catch (_: InterruptedException) {
            exchange.abandon()
            Thread.currentThread().interrupt()
            throw HostException.Broken("the thread was interrupted")
        } catch (failed: ExecutionException) {
            throw failed.cause ?: HostException.Broken("the exchange failed")
        }
    }

    private fun secureUrl(address: String): URL {
        val uri =
            try {
                URI(address)
            } catch (_: URISyntaxException) {
                // The exception quotes the address.
                throw HostException.Insecure("the address is malformed")
            }
        val scheme = uri.scheme?.lowercase()
        val host = uri.host?.lowercase()
        return when {
            host == null || uri.rawUserInfo != null || uri.rawFragment != null ->
                throw HostException.Insecure("the address is malformed")
            scheme == "https" || (scheme == "http" && host in LOOPBACK) -> uri.toURL()
            else -> throw HostException.Insecure("neither https nor loopback")
        }
    }

    private companion object {
        val LOOPBACK = setOf("localhost", "127.0.0.1", "[::1]")
    }
}
