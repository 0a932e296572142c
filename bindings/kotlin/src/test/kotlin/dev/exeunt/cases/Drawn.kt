package dev.exeunt.cases

import dev.exeunt.LogoutOutcome
import dev.exeunt.Navigation
import dev.exeunt.NavigationMethod
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import java.net.URLDecoder

/** What was drawn at random during one case: filled into later steps, and hidden before anything is compared. */
internal class Drawn {
    private val states = mutableListOf<String>()
    private val ids = mutableListOf<String>()
    private val tickets = mutableListOf<String>()
    private val hidden = mutableMapOf<String, String>()

    fun see(navigation: Navigation) {
        val state = stateOf(navigation)?.substringBefore(';') ?: return
        states += state
        hidden[state] = "{state}"
    }

    /** @param begun whether it is the answer to `sign_out` or `run`, to whose identifier later steps may refer */
    fun see(
        outcome: LogoutOutcome,
        begun: Boolean,
    ) {
        hidden[outcome.id] = "{id}"
        outcome.ticket?.let { hidden[it.reveal()] = "{ticket}" }
        if (UUID.matches(outcome.correlationId)) hidden[outcome.correlationId] = "{uuid}"
        outcome.next?.let { see(it) }
        if (begun) {
            ids += outcome.id
            outcome.ticket?.let { tickets += it.reveal() }
        }
    }

    /** Replaces the placeholders of a step's text; one for which nothing was seen yet stays as it stands. */
    fun fill(text: String): String =
        PLACEHOLDER.replace(text) { match ->
            val (first, kind) = match.destructured
            val seen =
                when (kind) {
                    "state" -> states
                    "id" -> ids
                    else -> tickets
                }
            val value = if (first.isEmpty()) seen.lastOrNull() else seen.firstOrNull()
            value ?: match.value
        }

    /** Hides what was drawn, longer texts first: a state and a ticket begin with an identifier. */
    fun hide(json: JsonElement): JsonElement {
        val longestFirst = hidden.entries.sortedByDescending { it.key.length }.map { it.toPair() }
        return json.mapTexts { text ->
            val once = longestFirst.fold(text) { rest, (drawn, name) -> rest.replace(drawn, name) }
            PROOF_PARAMETER.replace(once) { "${it.groupValues[1]}={${it.groupValues[2]}}" }
        }
    }

    companion object {
        private val PLACEHOLDER = Regex("""\{(first_)?(state|id|ticket)\}""")
        private val PROOF_PARAMETER = Regex("""(?<=[?&])((nonce|code_challenge))=[^&#]*""")
        private val REPEATED = Regex("""\{([^{}*]*)\*(\d+)\}""")
        private val UUID = Regex("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

        /** The whole state of a navigation, as the provider will send it back. */
        fun stateOf(navigation: Navigation): String? =
            when (navigation.method) {
                NavigationMethod.POST ->
                    navigation.form
                        .firstOrNull { it.name == "state" }
                        ?.value
                        ?.reveal()
                NavigationMethod.GET ->
                    navigation.url
                        .reveal()
                        .substringAfter('?', "")
                        .split('&')
                        .firstOrNull { it.startsWith("state=") }
                        ?.let { URLDecoder.decode(it.removePrefix("state="), Charsets.UTF_8) }
            }

        /** `{a*3}` is `aaa`. */
        fun expand(json: JsonElement): JsonElement =
            json.mapTexts { text ->
                REPEATED.replace(text) { match ->
                    val (piece, times) = match.destructured
                    piece.repeat(times.toInt())
                }
            }
    }
}

/** The same with every text replaced; keys stay. */
internal fun JsonElement.mapTexts(change: (String) -> String): JsonElement =
    when (this) {
        is JsonObject -> JsonObject(mapValues { (_, value) -> value.mapTexts(change) })
        is JsonArray -> JsonArray(map { it.mapTexts(change) })
        is JsonPrimitive -> if (isString) JsonPrimitive(change(content)) else this
    }
