package dev.exeunt.cases

import dev.exeunt.Completion
import dev.exeunt.EndSessionRequest
import dev.exeunt.Entry
import dev.exeunt.Lease
import dev.exeunt.LogoutClient
import dev.exeunt.LogoutException
import dev.exeunt.LogoutOutcome
import dev.exeunt.Resumed
import dev.exeunt.Secret
import dev.exeunt.readIdTokenUnverified
import dev.exeunt.ticketInCookies
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject

/** Runs one case through the typed public API and compares what came of it. */
internal class CaseRunner(
    case: JsonElement,
) {
    private val drawn = Drawn()
    private var lease: Lease? = null
    private val given: JsonElement
    private val expect: JsonElement

    init {
        val fields = Fields(case, "case")
        fields.text("name")
        fields.text("source")
        given = Drawn.expand(fields.required("given"))
        expect = fields.required("expect")
        fields.done()
    }

    /** @throws AssertionError where the API does something else than the case expects */
    fun run() {
        given.fields("given") {
            val config = required("config")
            val host = ScriptedHost(optional("host") ?: JsonObject(emptyMap()), textMap("store"), drawn)
            val steps = list("steps")
            val expected = Expectation(expect, steps.size)
            val client =
                try {
                    host.client(Decoder.decode(config, "config"))
                } catch (refused: LogoutException) {
                    return@fields expected.compareRefusal(Projection.of(refused))
                }
            expected.expectClient()
            val results = client.use { steps.mapIndexed { index, step -> it.step(host, step, "steps[$index]") } }
            expected.compareSteps(results.map { drawn.hide(it) as JsonObject })
            expected.compareHost(host, drawn)
        }
    }

    private fun LogoutClient.step(
        host: ScriptedHost,
        step: JsonElement,
        at: String,
    ): JsonObject {
        val (verb, argument) =
            (step as? JsonObject)?.entries?.singleOrNull()
                ?: throw CaseError("$at: one verb is wanted")
        return try {
            runBlocking { perform(host, verb, argument, "$at.$verb") }
        } catch (refused: LogoutException) {
            Projection.of(refused)
        }
    }

    private suspend fun LogoutClient.perform(
        host: ScriptedHost,
        verb: String,
        argument: JsonElement,
        at: String,
    ): JsonObject =
        when (verb) {
            "plan" -> Projection.of(plan(request(argument, at)))
            "sign_out" -> begun(signOut(request(argument, at)))
            "run" ->
                argument.fields(at) {
                    val plan = plan(request(required("request"), "$at.request"))
                    optional("between")?.fields("$at.between") {
                        put(host, textMap("put"))
                        texts("remove").forEach { host.store.entries.remove(it) }
                    }
                    begun(run(plan))
                }
            "complete" ->
                argument.fields(at) {
                    completed(complete(Secret(drawn.fill(text("url"))), ticket()))
                }
            "cancel" ->
                argument.fields(at) { known(cancel(drawn.fill(text("id")), Decoder.decode(required("reason"), at))) }
            "outcome" -> argument.fields(at) { known(outcome(drawn.fill(text("id")))) }
            "proof" ->
                argument.fields(at) { Projection.asked(proof(drawn.fill(text("id"))).also { drawn.see(it) }) }
            "pending" -> argument.fields(at) { Projection.pending(pending(optionalText("account"))) }
            "accounts" -> argument.fields(at) { Projection.accounts(accounts()) }
            "resume" -> argument.fields(at) { resumed(resume(Decoder.decode(required("limit"), at))) }
            "signed_in", "login_advice", "lease", "save", "still_valid" -> guard(verb, argument, at)
            "read_id_token" ->
                argument.fields(at) { Projection.any(readIdTokenUnverified(Secret(text("token")))) as JsonObject }
            "ticket_in_cookies" ->
                argument.fields(at) {
                    objectOf("ticket" to Projection.any(ticketInCookies(Secret(drawn.fill(text("header"))))))
                }
            else -> change(host, verb, argument, at)
        }

    /** The verbs of sign-ins and of token refreshes. */
    private suspend fun LogoutClient.guard(
        verb: String,
        argument: JsonElement,
        at: String,
    ): JsonObject =
        if (verb == "save") {
            save(leased(at), argument.textMap(at).map { (key, value) -> Entry(key, Secret(value)) }).let {
                objectOf("saved" to Projection.any(it))
            }
        } else {
            argument.fields(at) {
                when (verb) {
                    "signed_in" -> {
                        signedIn(text("account"), optionalText("id_token")?.let { Secret(it) }, ticket())
                        objectOf()
                    }
                    "login_advice" -> Projection.of(loginAdvice(optionalText("account"), ticket()))
                    "lease" -> objectOf().also { lease = lease(text("account")) }
                    else -> objectOf("still_valid" to Projection.any(stillValid(leased(at))))
                }
            }
        }

    private fun Fields.ticket() = optionalText("ticket")?.let { Secret(drawn.fill(it)) }

    private fun leased(at: String) = lease ?: throw CaseError("$at: there is no lease yet")

    /** A request may bring the ticket of an earlier outcome. */
    private fun request(
        json: JsonElement,
        at: String,
    ): EndSessionRequest {
        val request = Decoder.decode<EndSessionRequest>(json, at)
        return request.copy(ticket = request.ticket?.let { Secret(drawn.fill(it.reveal())) })
    }

    /** The verbs that change the scripted host and call nothing. */
    private fun change(
        host: ScriptedHost,
        verb: String,
        argument: JsonElement,
        at: String,
    ): JsonObject {
        when (verb) {
            "put" -> put(host, argument.textMap(at))
            "remove" -> argument.list(at).forEach { host.store.entries.remove(it.text(at)) }
            "faults" -> host.store.faults = StoreFaults.of(argument)
            "time_passes" -> argument.fields(at) { host.store.timePasses(int("seconds")) }
            else -> throw CaseError("$at: no verb is called $verb")
        }
        return objectOf()
    }

    private fun put(
        host: ScriptedHost,
        entries: Map<String, String>,
    ) = entries.forEach { (key, value) -> host.store.entries[drawn.fill(key)] = drawn.fill(value) }

    private fun begun(outcome: LogoutOutcome): JsonObject {
        drawn.see(outcome, begun = true)
        return Projection.of(outcome)
    }

    private fun known(outcome: LogoutOutcome): JsonObject {
        drawn.see(outcome, begun = false)
        return Projection.of(outcome)
    }

    private fun resumed(resumed: Resumed): JsonObject {
        resumed.outcomes.forEach { drawn.see(it, begun = false) }
        return Projection.of(resumed)
    }

    private fun completed(completion: Completion): JsonObject {
        when (completion) {
            is Completion.Matched -> drawn.see(completion.outcome, begun = false)
            is Completion.AlreadyHandled -> drawn.see(completion.outcome, begun = false)
            is Completion.NotOurs -> Unit
        }
        return Projection.of(completion)
    }
}
