package dev.exeunt

import java.io.DataInputStream
import java.io.InputStream
import java.net.InetAddress
import java.net.ServerSocket
import java.net.Socket
import java.net.SocketException
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.concurrent.thread

/**
 * A server on this machine that reads one request of each connection and then does what the test wants; over TLS with a
 * certificate that nobody trusts, if it is [untrusted].
 */
internal class Loopback(
    private val untrusted: Boolean = false,
    private val answer: (Socket) -> Unit,
) : AutoCloseable {
    private val server = ServerSocket(0, 16, InetAddress.getLoopbackAddress())
    private val open = CopyOnWriteArrayList<Socket>()

    /** The requests, head and body. */
    val requests = CopyOnWriteArrayList<String>()
    val port: Int = server.localPort
    val url = "http://127.0.0.1:$port/path?token=MARKERquery"

    init {
        thread(isDaemon = true, name = "loopback") {
            try {
                while (true) serve(server.accept().also { open += it })
            } catch (_: SocketException) {
                // Closed: the test is over.
            }
        }
    }

    private fun serve(socket: Socket) =
        thread(isDaemon = true, name = "loopback connection") {
            try {
                if (untrusted) {
                    answerOverTls(socket)
                } else {
                    requests += request(socket)
                    answer(socket)
                }
            } catch (_: java.io.IOException) {
                // The client has gone, as some tests want.
            }
        }

    /** The greeting counts as soon as it is there: a client does not wait for the server to notice that it refused. */
    private fun answerOverTls(socket: Socket) {
        val first = socket.getInputStream().read()
        requests += if (first == TLS_HANDSHAKE) "TLS" else "no greeting"
        val accepted = Untrusted.over(socket, first)
        request(accepted)
        answer(accepted)
    }

    private fun request(socket: Socket): String {
        val stream = socket.getInputStream()
        val head = StringBuilder()
        while (!head.endsWith("\r\n\r\n")) {
            val byte = stream.read()
            if (byte < 0) return head.toString()
            if (head.isEmpty() && byte == TLS_HANDSHAKE) return greeting(stream)
            head.append(byte.toChar())
        }
        val length =
            Regex("(?i)content-length: (\\d+)")
                .find(head)
                ?.groupValues
                ?.get(1)
                ?.toInt() ?: 0
        return head.toString() + stream.readNBytes(length).decodeToString()
    }

    /** The whole greeting of TLS, lest closing with unread input resets the connection. It has no head that ends. */
    private fun greeting(stream: InputStream): String {
        stream.skipNBytes(2) // the version
        stream.skipNBytes(DataInputStream(stream).readUnsignedShort().toLong())
        return "TLS"
    }

    override fun close() {
        server.close()
        open.forEach { it.close() }
    }

    companion object {
        private const val TLS_HANDSHAKE = 22

        fun Socket.write(text: String) = getOutputStream().run { write(text.toByteArray()).also { flush() } }

        /** A whole answer, after which the connection is closed. */
        fun whole(
            status: String,
            vararg headers: String,
            body: String = "",
        ): (Socket) -> Unit =
            { socket ->
                val length = "Content-Length: ${body.toByteArray().size}"
                val head = listOf("HTTP/1.1 $status", length, "Connection: close", *headers)
                socket.write(head.joinToString("\r\n", postfix = "\r\n\r\n") + body)
                socket.close()
            }
    }
}
