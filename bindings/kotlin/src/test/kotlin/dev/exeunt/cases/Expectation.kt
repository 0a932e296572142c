package dev.exeunt.cases

import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive

/** What a case expects. */
internal class Expectation(
    json: JsonElement,
    private val stepCount: Int,
) {
    private val fields = Fields(json, "expect")
    private val error = fields.optional("error")
    private val steps = fields.optional("steps")?.list("expect.steps")
    private val store = fields.optional("store")
    private val keys = fields.optional("keys")?.list("expect.keys")
    private val ownKeys = fields.optionalInt("own_keys")
    private val navigations = fields.optional("navigations")
    private val dismissed = fields.optionalInt("dismissed")
    private val events = fields.optional("events")
    private val http = fields.optional("http")

    init {
        fields.done()
        val others = listOf(steps, store, keys, ownKeys, navigations, dismissed, events, http)
        if (error != null && others.any { it != null }) throw CaseError("expect: error stands alone")
        if (error == null && stepCount > 0 && steps == null) throw CaseError("expect: steps are missing")
        if (steps != null && steps.size != stepCount) throw CaseError("expect: ${steps.size} results, $stepCount steps")
    }

    fun compareRefusal(refusal: JsonObject) {
        if (error == null) throw AssertionError("making the client fails: $refusal")
        compareResult(refusal, objectOf("error" to error), "client")
    }

    fun expectClient() {
        if (error != null) throw AssertionError("making the client should fail with $error")
    }

    fun compareSteps(results: List<JsonObject>) {
        steps?.zip(results)?.forEachIndexed { index, (expected, result) ->
            compareResult(result, expected, "steps[$index]")
        }
    }

    fun compareHost(
        host: ScriptedHost,
        drawn: Drawn,
    ) {
        val kept = host.store.entries.filterKeys { !it.startsWith("exeunt.") }
        val own =
            host.store.entries.keys
                .count { it.startsWith("exeunt.pending.") }
        compare(JsonObject(kept.mapValues { JsonPrimitive(it.value) }), store, "store")
        compare(texts(kept.keys.sorted()), keys?.map { it.text("expect.keys") }?.sorted()?.let { texts(it) }, "keys")
        compare(JsonPrimitive(own), ownKeys?.let { JsonPrimitive(it) }, "own_keys")
        compare(drawn.hide(JsonArray(host.navigations.map { Projection.of(it) })), navigations, "navigations")
        compare(JsonPrimitive(host.dismissed), dismissed?.let { JsonPrimitive(it) }, "dismissed")
        compare(texts(host.events.map { it.name.lowercase() }), events, "events")
        compare(drawn.hide(JsonArray(host.calls.map { Projection.of(it) })), http, "http")
    }

    private fun texts(texts: List<String>) = JsonArray(texts.map { JsonPrimitive(it) })

    private fun compare(
        actual: JsonElement,
        expected: JsonElement?,
        at: String,
    ) {
        if (expected != null && actual != expected) throw AssertionError("$at: expected $expected\nbut was $actual")
    }

    /** In part: keys that the expectation leaves out are not compared; what lies within a key is compared whole. */
    private fun compareResult(
        actual: JsonObject,
        expected: JsonElement,
        at: String,
    ) {
        val wanted = expected as? JsonObject ?: throw CaseError("$at: an object is wanted")
        if ("error" in actual && "error" !in wanted) throw AssertionError("$at: failed with $actual")
        wanted.forEach { (key, value) ->
            val found = actual[key] ?: throw AssertionError("$at.$key: expected $value\nbut there is none in $actual")
            when {
                key == "outcomes" -> compareOutcomes(found.list(at), value.list(at), "$at.$key")
                found is JsonObject && key in COMPARED_IN_PART -> compareResult(found, value, "$at.$key")
                else -> compare(found, value, "$at.$key")
            }
        }
    }

    private fun compareOutcomes(
        actual: List<JsonElement>,
        expected: List<JsonElement>,
        at: String,
    ) {
        compare(JsonPrimitive(actual.size), JsonPrimitive(expected.size), "$at.size")
        actual.zip(expected).forEachIndexed { index, (found, wanted) ->
            compareResult(found as JsonObject, wanted, "$at[$index]")
        }
    }

    private companion object {
        /** An error, and a completion down to its outcome. The outcome's own keys are none of these. */
        val COMPARED_IN_PART = setOf("error", "matched", "already_handled", "outcome")
    }
}
