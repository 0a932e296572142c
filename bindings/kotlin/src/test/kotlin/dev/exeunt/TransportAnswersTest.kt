package dev.exeunt

import dev.exeunt.Loopback.Companion.whole
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.EnumSource
import java.net.Authenticator
import java.net.PasswordAuthentication
import java.util.Base64

class TransportAnswersTest {
    private val transport = HttpUrlConnectionTransport()

    private fun call(
        url: String,
        method: HttpMethod = HttpMethod.GET,
    ) = HttpCall(
        method = method,
        url = Secret(url),
        headers = listOf(Header("Accept", Secret("application/json"))),
        body = Secret("token=a%20b").takeIf { method != HttpMethod.GET },
        connectTimeoutMs = 60_000,
        timeoutMs = 60_000,
        maxBodyBytes = 10_000,
        publicAddressesOnly = false,
    )

    private fun value(
        answer: HttpAnswer,
        name: String,
    ) = answer.headers.filter { it.name == name }.map { it.value.reveal() }

    @Test
    fun `an answer has its status, its headers in order and its body`() =
        Loopback(answer = whole("200 OK", "X: 1", "X: 2", body = "{}")).use {
            val answer = transport.send(call(it.url))
            assertEquals(200, answer.status)
            assertEquals(listOf("1", "2"), value(answer, "X"))
            assertEquals("{}", answer.body.decodeToString())
        }

    @ParameterizedTest
    @EnumSource(names = ["POST", "DELETE"])
    fun `a request carries what it was given, and asks for no compression`(method: HttpMethod) =
        Loopback(answer = whole("200 OK")).use {
            transport.send(call(it.url, method))
            val request = it.requests.single()
            assertTrue(request.startsWith("$method /path?token=MARKERquery HTTP/1.1\r\n"), request)
            assertTrue("\r\nAccept: application/json\r\n" in request, request)
            assertTrue("\r\nAccept-Encoding: identity\r\n" in request, request)
            assertTrue("\r\nContent-Length: 11\r\n" in request, request)
            assertTrue(request.endsWith("\r\n\r\ntoken=a%20b"), request)
        }

    @Test
    fun `a server that is overloaded is an answer with its body`() =
        Loopback(answer = whole("503 Service Unavailable", "Retry-After: 3", body = "later")).use {
            val answer = transport.send(call(it.url, HttpMethod.POST))
            assertEquals(503, answer.status)
            assertEquals("later", answer.body.decodeToString())
        }

    @Test
    fun `the app's password for a page is not given to a provider`() {
        var asked = false
        Authenticator.setDefault(
            object : Authenticator() {
                override fun getPasswordAuthentication(): PasswordAuthentication {
                    asked = true
                    return PasswordAuthentication("user", "password".toCharArray())
                }
            },
        )
        try {
            Loopback(answer = whole("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"")).use {
                assertEquals(401, transport.send(call(it.url)).status)
                assertEquals(401, transport.send(call(it.url, HttpMethod.POST)).status)
                assertEquals(401, transport.send(call(it.url, HttpMethod.DELETE)).status)
                assertEquals(3, it.requests.size)
            }
        } finally {
            Authenticator.setDefault(null)
        }
        assertFalse(asked)
    }

    @Test
    fun `an answer without a body is an answer`() =
        Loopback(answer = whole("404 Not Found")).use {
            val answer = transport.send(call(it.url))
            assertEquals(404, answer.status)
            assertEquals(0, answer.body.size)
        }

    @Test
    fun `a sign-out revokes through it`() =
        Loopback(answer = whole("200 OK")).use {
            val provider =
                Provider.Oidc(
                    Fixture.ISSUER,
                    Fixture.endpoints.copy(revocation = it.url.substringBefore('?')),
                )
            val config = Fixture.config.copy(provider = provider)
            val client = LogoutClient(config, MemoryStore(Fixture.entries()), transport = transport)
            val outcome = client.blocking().signOut(Fixture.alice)
            assertEquals(listOf(RevocationStatus.REVOKED), outcome.revocations.map { token -> token.status })
            assertTrue("token=refresh" in it.requests.single())
        }

    @Test
    fun `a token of GitHub is deleted through it`() =
        Loopback(answer = whole("204 No Content")).use {
            var asked = ""
            val there =
                object : HttpTransport {
                    override fun send(call: HttpCall): HttpAnswer {
                        asked = call.url.reveal()
                        return transport.send(call.copy(url = Secret(it.url)))
                    }
                }
            val config =
                Fixture.config.copy(
                    provider = Provider.Github,
                    home = Home.SERVER,
                    clientSecret = Secret("hush"),
                    revokeTokens = true,
                )
            val store = MemoryStore(mapOf("session:alice:access_token" to Secret("gho_1")))
            val outcome = LogoutClient(config, store, transport = there).blocking().signOut(Fixture.alice)
            assertEquals(listOf(RevocationStatus.REVOKED), outcome.revocations.map { token -> token.status })
            assertEquals("https://api.github.com/applications/rp/token", asked)
            val request = it.requests.single()
            assertTrue(request.startsWith("DELETE /path"), request)
            assertTrue("\r\nAuthorization: Basic ${basic("rp:hush")}\r\n" in request, request)
            assertTrue("\r\nContent-Type: application/json\r\n" in request, request)
            assertTrue(request.endsWith("\r\n\r\n{\"access_token\":\"gho_1\"}"), request)
        }

    private fun basic(text: String) = Base64.getEncoder().encodeToString(text.toByteArray())

    @Test
    fun `the built-in transport revokes as well`() =
        Loopback(answer = whole("200 OK")).use {
            val provider =
                Provider.Oidc(
                    Fixture.ISSUER,
                    Fixture.endpoints.copy(revocation = it.url.substringBefore('?')),
                )
            val client = LogoutClient(Fixture.config.copy(provider = provider), MemoryStore(Fixture.entries()))
            val outcome = client.blocking().signOut(Fixture.alice)
            assertEquals(listOf(RevocationStatus.REVOKED), outcome.revocations.map { token -> token.status })
        }
}
