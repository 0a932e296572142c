package dev.exeunt

import dev.exeunt.cases.CaseError
import dev.exeunt.cases.Fields
import dev.exeunt.cases.fields
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import java.io.DataInputStream
import java.io.IOException
import java.io.InputStream
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.ServerSocket
import java.net.Socket
import java.net.SocketException
import java.util.Base64
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.concurrent.thread

/** A provider on this machine of whose requests one meets a fault, as `tests/transport/README.md` describes them. */
internal class FaultyProvider(
    behaviour: JsonElement,
    private val step: String,
) : AutoCloseable {
    private val name: String
    private val raw: ByteArray
    private val open = CopyOnWriteArrayList<AutoCloseable>()

    /** Made with the server: it takes longer than a request may. */
    private val untrusted: Untrusted?

    private val asked = mutableListOf<String>()

    /** A port that is taken, and at which nobody listens. */
    private var deaf: Socket? = null

    @Volatile
    private var sound: Boolean

    val port: Int

    init {
        val (verb, argument) =
            (behaviour as? JsonObject)?.entries?.singleOrNull() ?: throw CaseError("server: one behaviour is wanted")
        if (verb !in BEHAVIOURS) throw CaseError("server: $verb is not known")
        name = verb
        raw = argument.fields("server.$verb") { if (verb in MUTE) ByteArray(0) else bytes(this) }
        sound = verb == "sound"
        untrusted = if (verb == "untrusted") Untrusted else null
        val loopback = InetAddress.getLoopbackAddress()
        if (verb == "refuses") {
            val bound = Socket().apply { bind(InetSocketAddress(loopback, 0)) }
            deaf = bound
            port = bound.localPort
        } else {
            port = listen(ServerSocket(0, BACKLOG, loopback))
        }
    }

    private fun bytes(fields: Fields) =
        fields.text("raw").toByteArray() + Base64.getDecoder().decode(fields.optionalText("base64").orEmpty())

    /** From now on everything is answered as it should be. */
    fun recover() {
        sound = true
        deaf?.let {
            it.close()
            deaf = null
            val server = ServerSocket()
            server.reuseAddress = true
            server.bind(InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG)
            listen(server)
        }
    }

    /**
     * What it was asked since the last time. A GET whose connection breaks the platform may send again by itself:
     * that is one request.
     */
    fun asked(): List<String> =
        synchronized(asked) {
            val roles = asked.toList().also { asked.clear() }
            roles.filterIndexed { at, role -> role != "metadata" || at == 0 || roles[at - 1] != role }
        }

    override fun close() {
        deaf?.close()
        open.forEach { it.close() }
    }

    private fun listen(server: ServerSocket): Int {
        open += server
        thread(isDaemon = true, name = "provider") {
            try {
                while (true) {
                    val socket = server.accept().also { open += it }
                    thread(isDaemon = true, name = "provider connection") { serve(socket) }
                }
            } catch (_: SocketException) {
                // Closed: the cell is over.
            }
        }
        return server.localPort
    }

    private fun serve(socket: Socket) =
        try {
            socket.use { answer(it) }
        } catch (_: IOException) {
            // The client has gone, as some cells want.
        }

    private fun answer(socket: Socket) {
        val stream = socket.getInputStream()
        val first = stream.read()
        if (first < 0) return
        if (first == TLS_HANDSHAKE) {
            if (untrusted != null) return answerOverTls(untrusted.over(socket, first))
            skipGreeting(stream)
            if (name == "answers") socket.write(raw)
            return
        }
        val head = head(stream, first)
        val role = role(head)
        val faulty = role == step && !sound
        if (faulty && name == "resets") {
            socket.write(raw)
            socket.setSoLinger(true, 0)
            return
        }
        skipBody(stream, head)
        if (faulty) misbehave(socket) else socket.write(soundAnswer(role, "http").toByteArray())
    }

    /** Answers a client that accepts the certificate. */
    private fun answerOverTls(accepted: Socket) {
        val stream = accepted.getInputStream()
        val head = head(stream, stream.read())
        val role = role(head)
        skipBody(stream, head)
        accepted.use { it.write(soundAnswer(role, "https").toByteArray()) }
    }

    /** What was asked for, which is remembered. */
    private fun role(head: String): String {
        val role = ROLES[head.split(" ")[1]] ?: throw CaseError("nobody should ask for $head")
        synchronized(asked) { asked += role }
        return role
    }

    private fun skipBody(
        stream: InputStream,
        head: String,
    ) {
        val length = LENGTH.find(head)?.groupValues?.get(1)
        stream.readNBytes(length?.toInt() ?: 0)
    }

    private fun misbehave(socket: Socket) {
        socket.write(raw)
        when (name) {
            "endless" -> while (true) socket.write(LETTERS)
            "trickles" ->
                while (true) {
                    socket.write(LETTERS.copyOf(1))
                    Thread.sleep(TRICKLE_MS) // the behaviour itself, not a wait for something
                }
            "silent" -> socket.getInputStream().read()
        }
    }

    private fun soundAnswer(
        role: String,
        scheme: String,
    ): String {
        if (role == "call") return "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
        val here = "$scheme://127.0.0.1:$port"
        val endpoints = """"end_session_endpoint": "$here/bye", "revocation_endpoint": "$here/revoke""""
        val body = if (role == "metadata") """{"issuer": "$here", $endpoints}""" else ""
        val kind = if (body.isEmpty()) "" else "Content-Type: application/json\r\n"
        return "HTTP/1.1 200 OK\r\n${kind}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n$body"
    }

    private fun head(
        stream: InputStream,
        first: Int,
    ): String {
        if (first < 0) throw IOException("there is no request")
        val head = StringBuilder().append(first.toChar())
        while (!head.endsWith("\r\n\r\n")) {
            val byte = stream.read()
            if (byte < 0) throw IOException("the request breaks off")
            head.append(byte.toChar())
        }
        return head.toString()
    }

    /** The whole greeting of TLS, lest closing with unread input resets the connection. */
    private fun skipGreeting(stream: InputStream) {
        stream.skipNBytes(2) // the version
        stream.skipNBytes(DataInputStream(stream).readUnsignedShort().toLong())
    }

    private fun Socket.write(bytes: ByteArray) = getOutputStream().run { write(bytes).also { flush() } }

    private companion object {
        const val BACKLOG = 16
        const val TLS_HANDSHAKE = 22
        const val TRICKLE_MS = 100L
        val LETTERS = ByteArray(4096) { 'a'.code.toByte() }
        val LENGTH = Regex("(?i)content-length: (\\d+)")
        val MUTE = setOf("refuses", "silent", "untrusted", "sound")
        val BEHAVIOURS = MUTE + setOf("answers", "resets", "endless", "trickles")
        val ROLES =
            mapOf(
                "/.well-known/openid-configuration" to "metadata",
                "/revoke" to "revocation",
                "/realms/r/protocol/openid-connect/revoke" to "revocation",
                "/realms/r/protocol/openid-connect/logout" to "call",
            )
    }
}
