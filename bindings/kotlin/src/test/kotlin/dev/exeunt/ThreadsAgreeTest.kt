package dev.exeunt

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import java.net.URI
import java.net.URLDecoder
import java.net.URLEncoder
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.atomic.AtomicInteger

/**
 * Eight coroutines on one client and one store, each call on a thread of its own: whatever they do at the same time, no
 * update is lost, nobody waits for ever, nothing comes back, and a host may call back from inside a call. The time
 * allowed is far more than it takes: only a deadlock lasts as long.
 */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ThreadsAgreeTest {
    private val config = Fixture.config.copy(revokeTokens = false)
    private val readBack = SessionStatus.Ended(Evidence.READ_BACK)

    /** Remembers where it was sent and, if asked to, comes back from inside the call. */
    private class Browser(
        private val returns: Boolean = false,
    ) : Navigator {
        val sent = CopyOnWriteArrayList<Navigation>()
        val answers = CopyOnWriteArrayList<Completion>()
        lateinit var client: LogoutClient

        override fun navigate(navigation: Navigation): Navigated {
            sent += navigation
            if (returns) answers += client.blocking().complete(back(navigation))
            return Navigated.STARTED
        }

        override fun dismiss(id: String) = Done.DONE
    }

    /** Asks what is known, and signs each account's companion out, from inside the call. */
    private class Curious : LogoutListener {
        val nested = ConcurrentHashMap<String, LogoutOutcome>()
        val asked = CopyOnWriteArrayList<String>()
        private val companions = ConcurrentHashMap.newKeySet<String>()
        lateinit var client: LogoutClient

        override fun onEvent(event: LogoutEvent): Done {
            val blocking = client.blocking()
            val known = blocking.outcome(event.id)
            blocking.pending()
            asked += known.id
            val account = known.accounts.single().account
            val cleared = event.kind == LogoutEventKind.LOGOUT_SUCCESS
            if (cleared && !account.endsWith(COMPANION) && companions.add(account)) {
                nested[event.id] = blocking.signOut(leaves(account + COMPANION))
            }
            return Done.DONE
        }
    }

    private fun client(
        store: SessionStore,
        browser: Browser,
    ) = LogoutClient(config, store, browser).also { browser.client = it }

    /** Eight coroutines that begin at the same moment; what they bring home, in their order. */
    private fun <T> together(part: suspend (Int) -> T): List<T> =
        runBlocking(Dispatchers.IO) {
            val begin = CompletableDeferred<Unit>()
            val arrived = AtomicInteger()
            List(THREADS) {
                async {
                    if (arrived.incrementAndGet() == THREADS) begin.complete(Unit)
                    begin.await()
                    part(it)
                }
            }.awaitAll()
        }

    private fun store(vararg accounts: String) = MemoryStore(accounts.associate { key(it) to Secret("old") })

    @Test
    fun `eight sign-outs of one account are one`() =
        repeat(ROUNDS) {
            val (store, browser) = store("alice") to Browser()
            client(store, browser).use { client ->
                val outcomes = together { client.signOut(leaves("alice")) }
                assertEquals(1, ids(outcomes).size)
                assertEquals(1, browser.sent.size)
                assertEquals(readBack, client.blocking().outcome(outcomes[0].id).application)
            }
            assertEquals(emptyList<String>(), store.appKeys())
        }

    @Test
    fun `eight accounts leave at the same time`() =
        repeat(ROUNDS) {
            val (store, browser) = store(*Array(THREADS + 1) { "user$it" }) to Browser()
            client(store, browser).use { client ->
                val outcomes = together { client.signOut(leaves("user$it")) }
                for (outcome in outcomes) {
                    assertEquals(readBack to SessionStatus.Pending, outcome.application to outcome.provider)
                    assertEquals(readBack, client.blocking().outcome(outcome.id).application)
                }
                assertEquals(ids(outcomes), client.blocking().pending().mapTo(HashSet()) { it.id })
            }
            assertEquals(listOf(key("user$THREADS")), store.appKeys())
            assertEquals(THREADS, browser.sent.size)
        }

    @Test
    fun `no refresh outlives the sign-out it runs beside`() =
        repeat(ROUNDS) {
            val store = store("alice")
            client(store, Browser()).use { client ->
                val leases = List(THREADS) { client.blocking().lease("alice") }
                val answers =
                    together { at ->
                        if (at == 0) client.signOut(leaves("alice"))
                        List(5) { client.save(leases[at], listOf(Entry(key("alice"), Secret("of $at")))) }
                    }
                answers.forEach { assertEquals(it.sorted(), it, "once signed out, for good") }
                leases.forEach { assertFalse(client.blocking().stillValid(it)) }
            }
            assertEquals(emptyList<String>(), store.appKeys())
        }

    @Test
    fun `everything at once loses nothing and brings nothing back`() =
        repeat(ROUNDS) {
            val (store, browser) = store("alice", "bob", "carol") to Browser()
            client(store, browser).use { client ->
                val dave = client.blocking().signOut(leaves("dave")).id
                val back = back(browser.sent[0])
                val lease = client.blocking().lease("alice")
                together {
                    when (it) {
                        0, 1 -> client.signOut(leaves("alice"))
                        2 -> client.signOut(leaves("bob"))
                        3 -> client.save(lease, listOf(Entry(key("alice"), Secret("refreshed"))))
                        4 -> {
                            client.signedIn("carol")
                            store[key("carol")] = Secret("signed in")
                        }
                        5 -> client.resume(5)
                        6 -> client.complete(back)
                        else -> client.cancel(dave, CancelReason.USER_CANCELLED)
                    }
                }
                val carols = listOf(key("carol"))
                assertEquals(carols, store.appKeys())
                // One for Dave, Alice and Bob each; complete and cancel left one truth about Dave.
                assertEquals(3, browser.sent.size)
                assertInstanceOf(SessionStatus.Unconfirmed::class.java, client.blocking().outcome(dave).provider)
                assertInstanceOf(Completion.AlreadyHandled::class.java, client.blocking().complete(back))
                assertFalse(client.blocking().stillValid(lease))
                val late = listOf(Entry(key("alice"), Secret("late")))
                assertEquals(Saved.SIGNED_OUT, client.blocking().save(lease, late))
                assertEquals(listOf(Secret("signed in")), store.read(carols))
                assertEquals(carols, store.appKeys())
            }
        }

    @Test
    fun `a browser that comes back from inside the call ends the wait`() {
        val browser = Browser(returns = true)
        client(MemoryStore(), browser).use { client ->
            for (outcome in together { client.signOut(leaves("user$it")) }) {
                val known = client.blocking().outcome(outcome.id)
                assertEquals(outcome.application to outcome.provider, known.application to known.provider)
                assertInstanceOf(SessionStatus.Unconfirmed::class.java, known.provider)
            }
            assertEquals(THREADS, browser.answers.filterIsInstance<Completion.Matched>().size)
            assertEquals(emptyList<PendingLogout>(), client.blocking().pending())
        }
    }

    @Test
    fun `a listener asks and signs another account out from inside the call`() {
        val accounts = List(THREADS) { "user$it" }
        val store = store(*(accounts + accounts.map { it + COMPANION }).toTypedArray())
        val curious = Curious()
        LogoutClient(config, store, Browser(), listeners = listOf(curious)).use { client ->
            curious.client = client
            val outcomes = together { client.signOut(leaves(accounts[it])) }
            assertEquals(ids(outcomes), curious.nested.keys.toSet())
            val all = outcomes + curious.nested.values
            assertEquals(2 * THREADS, ids(all).size)
            assertEquals(ids(all), curious.asked.toSet())
            all.forEach { assertEquals(readBack, it.application) }
        }
        assertEquals(emptyList<String>(), store.appKeys())
    }

    private companion object {
        const val THREADS = 8
        const val ROUNDS = 10
        const val COMPANION = "'s companion"

        fun ids(outcomes: List<LogoutOutcome>) = outcomes.mapTo(HashSet()) { it.id }

        fun leaves(account: String) = EndSessionRequest(Who.This(Account(account)))

        fun key(account: String) = "session:$account:refresh_token"

        fun back(navigation: Navigation): Secret {
            val query = URI(navigation.url.reveal()).rawQuery.split('&')
            val state = URLDecoder.decode(query.single { it.startsWith("state=") }.substringAfter('='), Charsets.UTF_8)
            return Secret("${Fixture.BYE}?state=${URLEncoder.encode(state, Charsets.UTF_8)}")
        }
    }
}
