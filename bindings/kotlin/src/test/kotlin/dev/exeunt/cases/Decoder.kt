package dev.exeunt.cases

import dev.exeunt.Secret
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.booleanOrNull
import kotlinx.serialization.json.longOrNull
import kotlin.reflect.KClass
import kotlin.reflect.KType
import kotlin.reflect.full.primaryConstructor
import kotlin.reflect.typeOf

/** Builds the typed records of the public API from a case: absent is the default, an unknown key is an error. */
internal object Decoder {
    inline fun <reified T : Any> decode(
        json: JsonElement,
        at: String,
    ): T = decode(typeOf<T>(), json, at) as T

    fun decode(
        type: KType,
        json: JsonElement,
        at: String,
    ): Any? {
        if (json is JsonNull) {
            return if (type.isMarkedNullable) null else throw CaseError("$at: null is not allowed")
        }
        val kind = type.classifier as KClass<*>
        return when {
            kind == String::class -> json.text(at)
            kind == Secret::class -> Secret(json.text(at))
            kind == Boolean::class -> plain(json)?.booleanOrNull ?: throw CaseError("$at: true or false is wanted")
            kind == Int::class -> json.int(at)
            kind == Long::class -> plain(json)?.longOrNull ?: throw CaseError("$at: an integer is wanted")
            kind == List::class -> {
                val element = checkNotNull(type.arguments.single().type)
                json.list(at).mapIndexed { index, item -> decode(element, item, "$at[$index]") }
            }
            kind.java.isEnum -> constant(kind, json.text(at), at)
            kind.isSealed -> variant(kind, json, at)
            kind.isData -> record(kind, json, at)
            else -> throw CaseError("$at: no reader for ${kind.simpleName}")
        }
    }

    private fun plain(json: JsonElement) = (json as? JsonPrimitive)?.takeIf { !it.isString }

    private fun constant(
        kind: KClass<*>,
        name: String,
        at: String,
    ): Any =
        kind.java.enumConstants.firstOrNull { (it as Enum<*>).name.lowercase() == name }
            ?: throw CaseError("$at: ${kind.simpleName} has no $name")

    private fun variant(
        kind: KClass<*>,
        json: JsonElement,
        at: String,
    ): Any {
        val (name, data) =
            when (json) {
                is JsonObject -> json.entries.singleOrNull()?.toPair() ?: throw CaseError("$at: one key is wanted")
                else -> json.text(at) to null
            }
        val variant =
            kind.sealedSubclasses.firstOrNull { snake(it.simpleName) == name }
                ?: throw CaseError("$at: ${kind.simpleName} has no $name")
        return when (data) {
            null -> variant.objectInstance ?: throw CaseError("$at: $name needs its fields")
            else -> record(variant, data, "$at.$name")
        }
    }

    private fun record(
        kind: KClass<*>,
        json: JsonElement,
        at: String,
    ): Any {
        val constructor = kind.primaryConstructor ?: throw CaseError("$at: ${kind.simpleName} has no fields")
        return json.fields(at) {
            val arguments =
                constructor.parameters
                    .filter { !it.isOptional || snake(it.name) in this }
                    .associateWith { decode(it.type, required(snake(it.name)), "$at.${snake(it.name)}") }
            constructor.callBy(arguments)
        }
    }
}

/** `homeAccountId` and `HomeAccountId` as they are written in cases: `home_account_id`. */
internal fun snake(name: String?): String = name.orEmpty().replace(Regex("(?<=[a-z0-9])(?=[A-Z])"), "_").lowercase()
