package dev.exeunt.killed

import dev.exeunt.cases.text
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.jsonObject

/** The provider of tests/provider, as a program of its own on loopback. It ends when its standard input closes. */
internal class OpenIdProvider : AutoCloseable {
    private val process =
        ProcessBuilder("node", checkNotNull(System.getProperty("exeunt.provider")), "--until-stdin-closes")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start()
    private val said =
        process.inputReader().readLine()?.let { Json.parseToJsonElement(it).jsonObject }
            ?: throw AssertionError("the provider did not start; does tests/provider have its packages?")

    val issuer = said.getValue("issuer").text("issuer")

    /** The client that may ask about every token. */
    val clientId = said.getValue("client_id").text("client_id")
    val clientSecret = said.getValue("client_secret").text("client_secret")

    override fun close() {
        process.outputWriter().close()
        process.waitFor()
    }
}
