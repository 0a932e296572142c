package dev.exeunt.cases

import dev.exeunt.Change
import dev.exeunt.ClientConfig
import dev.exeunt.EndSessionRequest
import dev.exeunt.Entry
import dev.exeunt.FaultyProvider
import dev.exeunt.HttpUrlConnectionTransport
import dev.exeunt.LogoutClient
import dev.exeunt.LogoutOutcome
import dev.exeunt.MemoryStore
import dev.exeunt.Resumed
import dev.exeunt.Secret
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.longOrNull

/** One case of `tests/transport/sign_outs.json`, read whole: what is not known there is an error here. */
internal class SignOutCell(
    json: JsonElement,
) {
    val name: String
    private val server: JsonElement
    private val scheme: String
    private val step: String
    private val expected: Expected

    init {
        val fields = Fields(json, "case")
        name = "${fields.text("name")} (${fields.text("source")})"
        server = fields.required("server")
        scheme = fields.optionalText("scheme") ?: "http"
        step = fields.text("step")
        expected = fields.required("expect").fields("expect") { Expected(this) }
        fields.done()
    }

    /** Runs the cell; the answer is everything that is not as expected. */
    fun faults(): List<String> =
        FaultyProvider(server, step).use { provider ->
            val store = MemoryStore(mapOf("s:alice:refresh_token" to Secret(TOKEN)))
            val config = config("$scheme://127.0.0.1:${provider.port}")
            LogoutClient(
                config,
                store,
                transport = HttpUrlConnectionTransport(),
            ).use { Run(it, store, provider).faults() }
        }

    private inner class Run(
        client: LogoutClient,
        private val store: MemoryStore,
        private val provider: FaultyProvider,
    ) {
        private val client = client.blocking()
        private val faults = mutableListOf<String>()
        private var kept = expected.told.kept

        fun faults(): List<String> {
            val outcome = client.signOut(Decoder.decode(Json.parseToJsonElement(ALICE), "request"))
            same("the sign-out", Told(outcome), expected.told)
            same("a navigation", outcome.next != null, expected.navigation)
            same("requests", provider.asked(), expected.requests)
            checkSecrets("secrets")
            (listOf(expected.atOnce) + expected.later).forEach { check(it) }
            return faults
        }

        private fun check(moment: Moment) {
            val at = "${moment.after} seconds later"
            timePasses(moment.after)
            if (moment.sound) provider.recover()
            val resumed: Resumed = client.resume(8)
            same("resume $at", resumed.outcomes.map { Told(it) }, listOfNotNull(moment.finds))
            same("requests $at", provider.asked(), moment.requests)
            same("more $at", resumed.nextDue != null, moment.more)
            same("set aside $at", resumed.setAside, emptyList<String>())
            kept = moment.finds?.kept ?: kept
            checkSecrets("secrets $at")
        }

        /** The token is in the record as long as the outcome says so, and nowhere else. */
        private fun checkSecrets(what: String) {
            val entries = store.snapshot()
            same("keys", entries.keys.filterNot { it.startsWith("exeunt.") }, emptyList<String>())
            same(what, entries.values.any { TOKEN in it.reveal() }, kept.any { it != "browser_return" })
        }

        private fun timePasses(seconds: Long) {
            val texts = store.snapshot().mapValues { (_, value) -> value.reveal() }.filterValues { it.startsWith("{") }
            val aged = texts.mapValues { (_, text) -> Secret(older(Json.parseToJsonElement(text), seconds).toString()) }
            store.commit(Change(write = aged.map { (key, value) -> Entry(key, value) }))
        }

        private fun same(
            what: String,
            found: Any?,
            wanted: Any?,
        ) {
            if (found != wanted) faults += "$what: $found, expected $wanted"
        }
    }

    private fun config(here: String): ClientConfig {
        val endpoints = """{"end_session": "$here/bye", "revocation": "$here/revoke"}"""
        val provider =
            when (step) {
                "metadata" -> """{"oidc": {"issuer": "$here"}}"""
                "revocation" -> """{"oidc": {"issuer": "$here", "endpoints": $endpoints}}"""
                "call" -> """{"keycloak": {"server_url": "$here", "realm": "r", "direct": true}}"""
                else -> throw CaseError("step: $step is not known")
            }
        val text = """{"client_id": "rp", "home": "device", "provider": $provider, $LAYOUT, $RETURN}"""
        return Decoder.decode(Json.parseToJsonElement(text), "config")
    }

    /** What an outcome says, as far as a cell compares it. */
    private data class Told(
        val application: JsonElement?,
        val provider: JsonElement?,
        val revocations: List<String>,
        val kept: List<String>,
    ) {
        constructor(outcome: LogoutOutcome) : this(
            Projection.any(outcome.application),
            Projection.any(outcome.provider),
            outcome.revocations.map { it.status.name.lowercase() },
            outcome.kept.map { it.purpose.name.lowercase() },
        )

        constructor(fields: Fields) : this(
            fields.required("application"),
            fields.required("provider"),
            fields.texts("revocations"),
            fields.texts("kept"),
        )
    }

    private class Expected(
        fields: Fields,
    ) {
        val told = Told(fields)
        val navigation = fields.required("navigation").truth("expect.navigation")
        val requests = fields.texts("requests")
        val atOnce = Moment(0, false, null, emptyList(), fields.required("more").truth("expect.more"))
        val later = fields.list("later").map { it.fields("later") { Moment.of(this) } }
    }

    private class Moment(
        val after: Long,
        val sound: Boolean,
        val finds: Told?,
        val requests: List<String>,
        val more: Boolean,
    ) {
        companion object {
            fun of(fields: Fields) =
                Moment(
                    fields.int("after").toLong(),
                    fields.optionalTruth("sound") ?: false,
                    fields.optional("finds")?.fields("finds") { Told(this) },
                    fields.texts("requests"),
                    fields.required("more").truth("later.more"),
                )
        }
    }

    private companion object {
        const val TOKEN = "TOKEN-OF-ALICE"
        const val ALICE = """{"who": {"this": {"account": {"home_account_id": "alice"}}}}"""
        const val LAYOUT = """"layout": {"prefix": {"prefix": "s", "separator": ":"}}"""
        const val RETURN = """"post_logout_redirect_uri": {"uri": {"uri": "https://app.example.com/bye"}}"""

        /** Every time moves into the past. */
        fun older(
            json: JsonElement,
            seconds: Long,
        ): JsonElement =
            when (json) {
                is JsonArray -> JsonArray(json.map { older(it, seconds) })
                is JsonObject -> JsonObject(json.mapValues { (name, value) -> older(name, value, seconds) })
                else -> json
            }

        private fun older(
            name: String,
            value: JsonElement,
            seconds: Long,
        ): JsonElement {
            val time = (value as? JsonPrimitive)?.takeIf { !it.isString }?.longOrNull
            val isTime = name.endsWith("_at") || name.endsWith("_until")
            return if (time != null && isTime) JsonPrimitive(time - seconds) else older(value, seconds)
        }
    }
}
