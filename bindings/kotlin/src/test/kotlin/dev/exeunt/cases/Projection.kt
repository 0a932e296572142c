package dev.exeunt.cases

import dev.exeunt.Account
import dev.exeunt.Completion
import dev.exeunt.Cookie
import dev.exeunt.HttpCall
import dev.exeunt.LoginAdvice
import dev.exeunt.LogoutEvent
import dev.exeunt.LogoutException
import dev.exeunt.LogoutOutcome
import dev.exeunt.LogoutPlan
import dev.exeunt.LogoutStep
import dev.exeunt.Navigation
import dev.exeunt.PendingLogout
import dev.exeunt.Reply
import dev.exeunt.Resumed
import dev.exeunt.Secret
import dev.exeunt.code
import dev.exeunt.rule
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlin.reflect.KProperty1
import kotlin.reflect.full.memberProperties
import kotlin.reflect.full.primaryConstructor
import kotlin.reflect.full.superclasses

/** Results as JSON: names in snake case, secrets revealed, what is absent left out. */
internal object Projection {
    fun of(outcome: LogoutOutcome): JsonObject =
        objectOf(
            "application" to any(outcome.application),
            "accounts" to JsonObject(outcome.accounts.associate { it.account to checkNotNull(any(it.status)) }),
            "provider" to any(outcome.provider),
            "upstream" to any(outcome.upstream),
            "revocations" to any(outcome.revocations),
            "left_behind" to any(outcome.leftBehind),
            "kept" to JsonArray(outcome.kept.map { JsonObject(record(it) - "until") }),
            "cookies" to cookies(outcome.cookies),
            "warnings" to any(outcome.warnings),
            "correlation_id" to any(outcome.correlationId),
            "provider_error" to any(outcome.providerError),
            "provider_message" to any(outcome.providerMessage),
            "next" to outcome.next?.let { of(it) },
            "state" to any(outcome.state),
            "return_to" to any(outcome.returnTo),
            "has_ticket" to any(outcome.ticket != null),
            "http_loopback" to any(outcome.httpLoopback),
            "signed_out_locally" to any(outcome.signedOutLocally()),
            "signed_out_at_provider" to any(outcome.signedOutAtProvider()),
            "reply" to of(outcome.reply()),
        )

    fun of(completion: Completion): JsonObject {
        val found =
            when (completion) {
                is Completion.Matched -> "matched" to objectOf("outcome" to of(completion.outcome))
                is Completion.AlreadyHandled -> "already_handled" to objectOf("outcome" to of(completion.outcome))
                is Completion.NotOurs -> "not_ours" to objectOf("why" to any(completion.why))
            }
        return objectOf(found, "reply" to of(completion.reply()))
    }

    fun of(resumed: Resumed): JsonObject =
        objectOf(
            "outcomes" to JsonArray(resumed.outcomes.map { of(it) }),
            "more" to any(resumed.nextDue != null),
            "set_aside" to any(resumed.setAside),
        )

    fun of(advice: LoginAdvice): JsonObject =
        objectOf(
            "parameters" to JsonArray(advice.parameters.map { pair(it.name, it.value) }),
            "remains" to any(advice.since != null),
        )

    fun of(plan: LogoutPlan): JsonObject =
        objectOf(
            "steps" to JsonArray(plan.steps().map { step(it) }),
            "warnings" to any(plan.warnings()),
            "explain" to any(plan.explain()),
            "printed" to any(plan.toString()),
        )

    /** A step; the cookies of a clear are left out where there are none. */
    private fun step(step: LogoutStep): JsonObject =
        when (step) {
            is LogoutStep.Clear ->
                objectOf("clear" to objectOf(JsonObject(record(step) - "cookies"), "cookies" to cookies(step.cookies)))
            is LogoutStep.Call, is LogoutStep.Navigate, is LogoutStep.Revoke -> variant(step) as JsonObject
        }

    private fun cookies(cookies: List<Cookie>): JsonElement? = cookies.takeIf { it.isNotEmpty() }?.let { any(it) }

    fun of(navigation: Navigation): JsonObject =
        objectOf(
            "url" to any(navigation.url),
            "method" to any(navigation.method),
            "form" to JsonArray(navigation.form.map { pair(it.name, it.value) }),
            "mode" to any(navigation.mode),
            "popup" to any(navigation.popup),
            "main_window_redirect_uri" to any(navigation.mainWindowRedirectUri),
            "redirect_uri" to any(navigation.redirectUri),
            "frame_timeout_ms" to any(navigation.frameTimeoutMs),
        )

    /** What `proof` answers: the navigation, and how a web framework sends it. */
    fun asked(proof: Navigation): JsonObject = objectOf(of(proof), "reply" to of(proof.reply()))

    fun pending(pending: List<PendingLogout>): JsonObject {
        val waiting = pending.map { objectOf("accounts" to any(it.accounts), "provider" to any(it.provider)) }
        // They come in the order of their identifiers, which are drawn at random.
        return objectOf("pending" to JsonArray(waiting.sortedBy { it.toString() }))
    }

    fun accounts(accounts: List<Account>): JsonObject =
        objectOf("accounts" to any(accounts.map { it.homeAccountId }.sorted()))

    fun of(refused: LogoutException): JsonObject {
        val error = objectOf("code" to any(refused.code), "rule" to any(refused.rule))
        return objectOf("error" to error)
    }

    fun of(event: LogoutEvent): JsonObject =
        objectOf(
            "kind" to any(event.kind),
            "id" to any(event.id),
            "correlation_id" to any(event.correlationId),
        )

    fun of(call: HttpCall): JsonObject =
        objectOf(
            "method" to any(call.method),
            "url" to any(call.url),
            "headers" to JsonObject(call.headers.associate { it.name.lowercase() to JsonPrimitive(it.value.reveal()) }),
            "body" to any(call.body),
        )

    private fun of(reply: Reply): JsonObject =
        objectOf(
            "status" to any(reply.status),
            "headers" to JsonArray(reply.headers.map { pair(it.name, it.value) }),
            "body" to any(reply.body),
        )

    private fun pair(
        name: String,
        value: Secret,
    ) = JsonArray(listOf(JsonPrimitive(name), JsonPrimitive(value.reveal())))

    /** Any value of the public API, by its type. */
    fun any(value: Any?): JsonElement? =
        when (value) {
            null -> null
            is String -> JsonPrimitive(value)
            is Secret -> JsonPrimitive(value.reveal())
            is Boolean -> JsonPrimitive(value)
            is Number -> JsonPrimitive(value)
            is Enum<*> -> JsonPrimitive(value.name.lowercase())
            is List<*> -> JsonArray(value.map { checkNotNull(any(it)) })
            else -> if (value::class.superclasses.any { it.isSealed }) variant(value) else record(value)
        }

    private fun variant(value: Any): JsonElement {
        val name = snake(value::class.simpleName)
        return if (value::class.objectInstance != null) JsonPrimitive(name) else objectOf(name to record(value))
    }

    private fun record(value: Any): JsonObject {
        val properties = value::class.memberProperties.associateBy { it.name }
        val constructor = checkNotNull(value::class.primaryConstructor) { "${value::class} is not a record" }
        val fields =
            constructor.parameters.map {
                @Suppress("UNCHECKED_CAST")
                val property = properties.getValue(checkNotNull(it.name)) as KProperty1<Any, *>
                snake(it.name) to any(property.get(value))
            }
        return objectOf(*fields.toTypedArray())
    }
}

/** An object without the keys whose value is absent. */
internal fun objectOf(vararg fields: Pair<String, JsonElement?>): JsonObject =
    JsonObject(fields.mapNotNull { (name, value) -> value?.let { name to it } }.toMap())

/** The same with more fields. */
internal fun objectOf(
    more: JsonObject,
    vararg fields: Pair<String, JsonElement?>,
): JsonObject = JsonObject(more + objectOf(*fields))
