package dev.exeunt

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.ByteArrayOutputStream
import java.io.PrintStream

/** Plants a marker as every kind of secret, drives the client down every road, and searches all that is printed. */
class SecretsNeverShowTest {
    private val markers = mutableListOf<String>()
    private val printed = mutableListOf<String>()

    private fun marker(name: String): String = "MARKER$name".also { markers += it }

    /** Well-formed, with a marker in its signature, and its claims searched for in both forms. */
    private fun token(name: String): String {
        val claims = arrayOf("sid" to marker("${name}sid"), "login_hint" to marker("${name}hint"))
        // Letters in a multiple of four are canonical base64url.
        val token = Fixture.idToken(marker("${name}subject"), marker("${name}SIGNATURE").padEnd(48, 'A'), *claims)
        markers += token.split('.')[1]
        return token
    }

    private fun secret(name: String) = Secret(marker(name))

    private fun <T> print(value: T): T = value.also { printed += it.toString() }

    private val store =
        MemoryStore(
            mapOf(
                "session:alice:id_token" to Secret(token("cached")),
                "session:alice:refresh_token" to secret("refresh"),
                "session:alice:access_token" to secret("access"),
                "session:alice:cart" to secret("value"),
            ),
        )

    /** Prints all that the core hands to its host. */
    private inner class PrintingHost :
        SessionStore,
        HttpTransport,
        LogoutListener {
        override fun keys(prefix: String): List<String> = print(store.keys(prefix))

        override fun read(keys: List<String>): List<Secret?> = print(store.read(keys))

        override fun commit(change: Change): Commit = print(store.commit(print(change)))

        override fun guarantee(): Guarantee = print(store.guarantee())

        override fun send(call: HttpCall): HttpAnswer {
            print(call)
            val headers = listOf(Header("Set-Cookie", secret("cookie")))
            return print(HttpAnswer(400, headers, marker("body").toByteArray()))
        }

        override fun onEvent(event: LogoutEvent): Done = print(Done.DONE).also { print(event) }
    }

    private val config =
        ClientConfig(
            clientId = "rp",
            provider = Provider.Oidc(Fixture.ISSUER, Fixture.endpoints.copy(authorization = "${Fixture.ISSUER}/auth")),
            home = Home.SERVER,
            layout = Fixture.layout,
            clientSecret = secret("client"),
            redirectUris = listOf(Fixture.BYE),
            postLogoutRedirectUri = Redirect.Uri(Fixture.BYE),
            redirectUri = "https://app.example.com/callback",
            cookies = listOf(Cookie("sid", sameSite = SameSite.STRICT)),
        )

    private fun request() =
        EndSessionRequest(
            who = Who.This(Account("alice", tokens = listOf(Token(TokenKind.REFRESH_TOKEN, secret("given"))))),
            initiatingPage = Secret("${Fixture.BYE}?page=${marker("page")}"),
            logoutHint = secret("logouthint"),
            idTokenHint = Secret(token("hint")),
            state = secret("state"),
            extraParameters = listOf(Parameter("extra", secret("extra"))),
            ticket = secret("ticket"),
        )

    private val behind =
        Account("alice", connection = Connection.FACEBOOK, upstreamAccessToken = secret("upstream"))

    private fun client(config: ClientConfig): BlockingLogoutClient {
        val host = PrintingHost()
        return print(print(LogoutClient(print(config), host, null, host, listOf(host))).blocking())
    }

    /** Plans and runs, and prints all that there is of it. */
    private fun leave(
        client: BlockingLogoutClient,
        request: EndSessionRequest,
    ): LogoutOutcome {
        val plan = print(client.plan(print(request)))
        plan.steps().forEach { print(it) }
        plan.warnings().forEach { print(it) }
        plan.explain().forEach { print(it) }
        val outcome = print(client.run(plan))
        print(outcome.next)
        print(outcome.reply())
        markers += checkNotNull(outcome.ticket).reveal()
        return outcome
    }

    /** The provider behind the provider is given its token in an address. */
    private fun driveBehind() {
        val reaching = config.copy(provider = Provider.Auth0("tenant.auth0.com"), reach = Reach.UPSTREAM)
        val outcome = leave(client(reaching), EndSessionRequest(Who.This(behind)))
        assertTrue("MARKERupstream" in checkNotNull(outcome.next).url.reveal(), "the token went nowhere")
    }

    private fun drive() {
        val client = client(config)
        print(readIdTokenUnverified(Secret(token("read"))))
        val outcome = leave(client, request())
        val next = checkNotNull(outcome.next)
        val ticket = outcome.ticket
        val state =
            next.url
                .reveal()
                .substringAfter("state=")
                .substringBefore('&')
        markers += state.substringBefore("%3B")
        print(client.pending("alice"))
        val back = Secret("${Fixture.BYE}?state=$state&error=${marker("error")}")
        val completion = assertInstanceOf(Completion.Matched::class.java, print(client.complete(back, ticket)))
        // The provider's error code is shown, and it alone of what came back.
        markers -= "MARKERerror"
        assertEquals("MARKERerror", completion.outcome.providerError)
        print(completion.reply())
        print(client.complete(Secret("https://elsewhere.example.com/?code=${marker("code")}"), secret("foreign")))
        print(client.outcome(outcome.id))
        val proof = print(client.proof(outcome.id))
        markers +=
            proof.url
                .reveal()
                .substringAfter("state=")
                .substringBefore('&')
    }

    private fun refusals(): List<Throwable> {
        val client = LogoutClient(config, PrintingHost()).blocking()
        val marked = "${Fixture.BYE}?secret=${marker("query")}"
        val bad =
            listOf(
                request().copy(redirect = Redirect.Uri(marked)),
                request().copy(idTokenHint = secret("damaged")),
                request().copy(extraParameters = listOf(Parameter("state", secret("reserved")))),
                request().copy(who = Who.Everyone),
            )
        val refusals = bad.map { assertThrows(LogoutException::class.java) { client.signOut(it) } }
        val misconfigured = config.copy(clientSecret = Secret(marker("control") + "\n"))
        return refusals +
            assertThrows(LogoutException::class.java) { LogoutClient(misconfigured, store) } +
            assertThrows(LogoutException::class.java) { client.outcome(marker("id")) } +
            assertThrows(LogoutException::class.java) { readIdTokenUnverified(secret("malformed")) }
    }

    private fun throwing(thrown: Throwable): Throwable {
        val host = PrintingHost()
        val broken =
            object : SessionStore by host {
                override fun read(keys: List<String>): List<Secret?> = throw thrown
            }
        val client = LogoutClient(config, broken).blocking()
        return assertThrows(LogoutException::class.java) { client.signOut(request()) }
    }

    private fun throwables(): List<Throwable> =
        refusals() +
            throwing(IllegalStateException("token=${marker("thrown")}", RuntimeException(marker("cause")))) +
            throwing(HostException.Unavailable(marker("locked"))) +
            throwing(UncheckedHostException(HostException.Broken(marker("broken"))))

    /** What was written to standard output and error meanwhile. */
    private fun captured(work: () -> Unit): String {
        val (out, err) = System.out to System.err
        val written = ByteArrayOutputStream()
        val stream = PrintStream(written, true)
        System.setOut(stream)
        System.setErr(stream)
        try {
            work()
        } finally {
            System.setOut(out)
            System.setErr(err)
        }
        return written.toString()
    }

    private fun found(text: String): List<String> = markers.filter { it in text }

    @Test
    fun `no secret is printed on any road`() {
        printed +=
            captured {
                drive()
                driveBehind()
            }
        assertTrue(printed.size > 40, "too little was printed: ${printed.size}")
        assertEquals(emptyList<String>(), printed.flatMap { found(it) })
    }

    @Test
    fun `no exception carries a secret, nor do its causes`() {
        printed += captured { printed += throwables().map { it.stackTraceToString() + it.message } }
        assertEquals(emptyList<String>(), printed.flatMap { found(it) })
    }

    @Test
    fun `cookies, connections and providers are no secrets`() {
        assertTrue("sid" in config.toString())
        assertTrue("Facebook" in behind.toString())
        assertTrue(Fixture.ISSUER in config.toString())
    }

    @Test
    fun `the search finds what is revealed`() {
        drive()
        assertEquals(listOf("MARKERvalue"), found(secret("value").reveal()).distinct())
        assertTrue(found(checkNotNull(config.clientSecret).reveal()).isNotEmpty())
    }
}
