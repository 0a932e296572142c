package dev.exeunt.cases

import dev.exeunt.Header
import dev.exeunt.HttpCall
import dev.exeunt.HttpMethod
import dev.exeunt.Loopback.Companion.whole
import dev.exeunt.Loopback.Companion.write
import dev.exeunt.Secret
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import java.net.Socket

/** One case of `tests/transport/faults.json`, read whole: what is not known there is an error here. */
internal class TransportCase(
    json: JsonElement,
) {
    val name: String
    val source: String

    /** What the server does with a connection whose request it has read; none where nobody listens. */
    val answer: ((Socket) -> Unit)?

    /** Whether the server speaks TLS, with a certificate that nobody trusts. */
    val untrusted: Boolean
    val expected: Expected
    private val call: Call

    init {
        val fields = Fields(json, "case")
        name = fields.text("name")
        source = fields.text("source")
        val server = fields.required("server")
        answer = behaviour(server)
        untrusted = "untrusted" in server as JsonObject
        call = Call(fields.required("call"))
        expected = Expected(fields.required("expect"))
        fields.done()
    }

    fun callTo(port: Int): HttpCall = call.to(port)

    /** What is to come of the call: an answer, or one of some kinds of failure. */
    class Expected(
        json: JsonElement,
    ) {
        val answer: Pair<Int, String>?
        val fails: List<String>
        val connections: Int?
        val request: String?

        init {
            val fields = Fields(json, "expect")
            answer = fields.optional("answer")?.fields("expect.answer") { int("status") to text("body") }
            fails = fields.texts("fails")
            connections = fields.optionalInt("connections")
            request = fields.optionalText("request")
            fields.done()
            if ((answer == null) == fails.isEmpty()) throw CaseError("expect: either answer or fails is wanted")
        }
    }

    private class Call(
        json: JsonElement,
    ) {
        private val method: HttpMethod
        private val address: (Int) -> String
        private val headers: List<Header>
        private val body: Secret?
        private val connectTimeoutMs: Long
        private val timeoutMs: Long
        private val maxBodyBytes: Long
        private val publicAddressesOnly: Boolean

        init {
            val fields = Fields(json, "call")
            method = fields.optional("method")?.let { Decoder.decode(it, "call.method") } ?: HttpMethod.GET
            val scheme = fields.optionalText("scheme") ?: "http"
            val path = fields.optionalText("path") ?: "/"
            val url = fields.optionalText("url")
            address = { port -> url ?: "$scheme://127.0.0.1:$port$path" }
            headers = fields.textMap("headers").map { (name, value) -> Header(name, Secret(value)) }
            body = fields.optionalText("body")?.let(::Secret)
            connectTimeoutMs = fields.optionalInt("connect_timeout_ms")?.toLong() ?: 2_000
            timeoutMs = fields.optionalInt("timeout_ms")?.toLong() ?: 5_000
            maxBodyBytes = fields.optionalInt("max_body_bytes")?.toLong() ?: 65_536
            publicAddressesOnly = fields.optionalTruth("public_addresses_only") ?: false
            fields.done()
        }

        fun to(port: Int) =
            HttpCall(
                method = method,
                url = Secret(address(port)),
                headers = headers,
                body = body,
                connectTimeoutMs = connectTimeoutMs,
                timeoutMs = timeoutMs,
                maxBodyBytes = maxBodyBytes,
                publicAddressesOnly = publicAddressesOnly,
            )
    }

    private companion object {
        const val TRICKLE_MS = 100L

        fun behaviour(json: JsonElement): ((Socket) -> Unit)? {
            val (verb, argument) =
                (json as? JsonObject)?.entries?.singleOrNull() ?: throw CaseError("server: one behaviour is wanted")
            val raw = argument.fields("server.$verb") { if (verb in MUTE) "" else text("raw") }
            return when (verb) {
                "refuses", "absent" -> null
                // The connection stays open until the test is over.
                "silent" -> { _ -> }
                "answers" -> { socket -> socket.use { it.write(raw) } }
                "untrusted" -> whole("200 OK", "Content-Type: application/json", body = "{}")
                "resets" -> { socket -> socket.run { write(raw).also { setSoLinger(true, 0) }.also { close() } } }
                "endless" -> { socket -> socket.write(raw).also { while (true) socket.write("a".repeat(4096)) } }
                "trickles" -> { socket -> socket.write(raw).also { trickle(socket) } }
                else -> throw CaseError("server: $verb is not known")
            }
        }

        /** The pause is what this server does, and nothing waits for it. */
        fun trickle(socket: Socket) {
            while (true) {
                socket.write("a")
                Thread.sleep(TRICKLE_MS)
            }
        }

        val MUTE = setOf("refuses", "absent", "silent", "untrusted")
    }
}
