package dev.exeunt

import java.io.ByteArrayOutputStream
import java.io.IOException
import java.io.InputStream
import java.net.Authenticator
import java.net.HttpURLConnection
import java.net.ProtocolException
import java.net.SocketTimeoutException
import java.net.URL
import java.util.concurrent.TimeUnit
import javax.net.ssl.SSLException

/** One request and its answer, on a thread that may be left behind. */
internal class HttpExchange(
    private val call: HttpCall,
    url: URL,
) {
    // Opening connects to nothing yet.
    private val connection = url.openConnection() as HttpURLConnection
    private val deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(call.timeoutMs)

    // Asked for a stream to write to, the platform turns a GET into a POST; it leaves the other methods alone.
    private val hasBody = call.method != HttpMethod.GET

    @Volatile
    private var abandoned = false

    @Volatile
    private var reading = false

    /** Sends the request and reads the answer. What the platform throws may quote the address, so only its kind leaves. */
    fun perform(): HttpAnswer {
        var complete = false
        var connected = false
        try {
            prepare()
            connection.connect()
            connected = true
            checkTime()
            writeBody()
            val status = connection.responseCode
            if (status < 0) throw HostException.BadAnswer("not HTTP")
            return HttpAnswer(status, headers(), body(status)).also { complete = true }
        } catch (_: SocketTimeoutException) {
            throw HostException.TimeExpired("the time allowed ran out")
        } catch (_: SSLException) {
            throw HostException.Insecure("TLS failed")
        } catch (_: ProtocolException) {
            throw HostException.BadAnswer("not HTTP")
        } catch (_: IOException) {
            // Once connected, what was sent may have arrived.
            throw if (connected) HostException.BadAnswer("no answer") else HostException.Offline("no connection")
        } catch (_: RuntimeException) {
            // A header that the platform refuses; its exception quotes the value.
            throw HostException.BadAnswer("the platform refused the request")
        } finally {
            if (!complete) connection.disconnect()
        }
    }

    /**
     * Called by another thread when nobody waits any longer. While the body is read the connection is left to the
     * reading thread, which looks at the clock after each piece: closing from here would wait for it.
     */
    fun abandon() {
        abandoned = true
        if (!reading) connection.disconnect()
    }

    private fun prepare() {
        connection.instanceFollowRedirects = false
        connection.useCaches = false
        connection.connectTimeout = milliseconds(minOf(call.connectTimeoutMs, call.timeoutMs))
        connection.readTimeout = milliseconds(call.timeoutMs)
        connection.requestMethod = call.method.name
        // Without these three the platform writes its own; a compressed answer could grow past every cap.
        connection.setRequestProperty("Accept", "*/*")
        connection.setRequestProperty("Accept-Encoding", "identity")
        connection.setRequestProperty("User-Agent", "exeunt")
        call.headers.forEach { connection.setRequestProperty(it.name, it.value.reveal()) }
        refuseToAuthenticate()
        if (hasBody) {
            connection.doOutput = true
            // A body of known length is streamed: the platform then cannot send the request a second time.
            connection.setFixedLengthStreamingMode(bytes().size)
        }
    }

    /** The app's process-wide authenticator must not answer for the user. Older platforms have no such switch. */
    private fun refuseToAuthenticate() {
        try {
            connection.setAuthenticator(object : Authenticator() {})
        } catch (_: LinkageError) {
        } catch (_: UnsupportedOperationException) {
        }
    }

    private fun bytes(): ByteArray =
        call.body
            ?.reveal()
            .orEmpty()
            .toByteArray()

    private fun writeBody() {
        if (hasBody) connection.outputStream.use { it.write(bytes()) }
    }

    /** By position: the platform's map loses the order. The status line comes first and has no name. */
    private fun headers(): List<Header> =
        generateSequence(0) { it + 1 }
            .map { connection.getHeaderFieldKey(it) to connection.getHeaderField(it) }
            .takeWhile { (_, value) -> value != null }
            .mapNotNull { (name, value) -> name?.let { Header(it, Secret(value)) } }
            .toList()

    private fun body(status: Int): ByteArray {
        val encoding = connection.contentEncoding
        if (encoding != null && !encoding.equals("identity", ignoreCase = true)) {
            throw HostException.BadAnswer("the answer is compressed")
        }
        val announced = connection.contentLengthLong
        if (announced > call.maxBodyBytes) throw HostException.BadAnswer("the answer is larger than allowed")
        reading = true
        val stream =
            if (status >=
                HttpURLConnection.HTTP_BAD_REQUEST
            ) {
                connection.errorStream
            } else {
                connection.inputStream
            }
        val body = stream?.use { read(it) } ?: return ByteArray(0)
        if (body.size < announced) throw HostException.BadAnswer("the answer ended early")
        return body
    }

    private fun read(stream: InputStream): ByteArray {
        val body = ByteArrayOutputStream()
        val piece = ByteArray(PIECE)
        while (true) {
            val length = stream.read(piece)
            checkTime()
            if (length < 0) return body.toByteArray()
            if (body.size() + length > call.maxBodyBytes) {
                throw HostException.BadAnswer("the answer is larger than allowed")
            }
            body.write(piece, 0, length)
        }
    }

    private fun checkTime() {
        if (abandoned || System.nanoTime() - deadline > 0) {
            throw HostException.TimeExpired("the time allowed ran out")
        }
    }

    private companion object {
        const val PIECE = 8 * 1024

        /** Zero would mean "for ever". */
        fun milliseconds(wanted: Long): Int = wanted.coerceIn(1, Int.MAX_VALUE.toLong()).toInt()
    }
}
