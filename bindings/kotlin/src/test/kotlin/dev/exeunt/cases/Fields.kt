package dev.exeunt.cases

import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.int

/** A case that cannot be read: an unknown key, a missing one, a value of the wrong kind. */
internal class CaseError(
    message: String,
) : Exception(message)

/** The keys of one object; whoever has read it says so, and a key that nobody read is an error. */
internal class Fields(
    json: JsonElement,
    private val at: String,
) {
    private val values = json as? JsonObject ?: throw CaseError("$at: an object is wanted")
    private val unread = values.keys.toMutableSet()

    operator fun contains(name: String): Boolean = name in values

    fun optional(name: String): JsonElement? = values[name].also { unread.remove(name) }

    fun required(name: String): JsonElement = optional(name) ?: throw CaseError("$at: $name is missing")

    fun text(name: String): String = required(name).text("$at.$name")

    fun optionalText(name: String): String? = optional(name)?.text("$at.$name")

    fun int(name: String): Int = required(name).int("$at.$name")

    fun optionalInt(name: String): Int? = optional(name)?.int("$at.$name")

    fun optionalTruth(name: String): Boolean? = optional(name)?.truth("$at.$name")

    fun list(name: String): List<JsonElement> = optional(name)?.list("$at.$name").orEmpty()

    fun texts(name: String): List<String> = list(name).map { it.text("$at.$name") }

    fun textMap(name: String): Map<String, String> = optional(name)?.textMap("$at.$name").orEmpty()

    fun done() {
        if (unread.isNotEmpty()) throw CaseError("$at: unknown key ${unread.joinToString()}")
    }
}

/** Reads the whole object and refuses what was not asked for. */
internal inline fun <T> JsonElement.fields(
    at: String,
    read: Fields.() -> T,
): T {
    val fields = Fields(this, at)
    return fields.read().also { fields.done() }
}

internal fun JsonElement.text(at: String): String =
    (this as? JsonPrimitive)?.takeIf { it.isString }?.content ?: throw CaseError("$at: a text is wanted")

internal fun JsonElement.int(at: String): Int =
    (this as? JsonPrimitive)?.takeIf { !it.isString }?.int ?: throw CaseError("$at: an integer is wanted")

internal fun JsonElement.truth(at: String): Boolean =
    (this as? JsonPrimitive)?.takeIf { !it.isString }?.boolean ?: throw CaseError("$at: true or false is wanted")

internal fun JsonElement.list(at: String): List<JsonElement> =
    this as? JsonArray ?: throw CaseError("$at: a list is wanted")

internal fun JsonElement.textMap(at: String): Map<String, String> =
    (this as? JsonObject)?.mapValues { (key, value) -> value.text("$at.$key") }
        ?: throw CaseError("$at: an object is wanted")
