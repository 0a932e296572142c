package dev.exeunt

import dev.exeunt.killed.AppProcess
import dev.exeunt.killed.FileStore
import dev.exeunt.killed.OpenIdProvider
import dev.exeunt.killed.Visitor
import dev.exeunt.killed.token
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.BeforeAll
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.TestFactory
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path

/** A JVM that is killed before each effect of a sign-out, one after the other, and a second one that finishes. */
class KilledProcessTest {
    @TempDir
    lateinit var folder: Path

    /** Alice, signed in at the provider and in the app, beside what is none of her app's business. */
    private inner class Scene(
        name: String,
    ) {
        val file: Path = folder.resolve("$name.json")
        val store = FileStore(file)
        val alice = Visitor(provider)
        private val tokens = alice.signIn()
        private val others = mapOf("session:bob:cart" to "2 pears", "theme" to "dark")
        val before =
            others + TOKENS.associate { "session:alice:$it" to tokens.token(it) } + ("session:alice:cart" to "3 apples")

        init {
            store.entries = before
        }

        fun app(stopsBefore: Int = 0) = AppProcess(provider.issuer, file, stopsBefore)

        fun hasBegun() = store.entries.keys.any { it.startsWith("exeunt.pending.") }

        fun assertClearedOfAlice() =
            assertEquals(others, store.entries.filterKeys { !it.startsWith("exeunt.") }, "what is left in the store")

        /** Nothing of hers stands anywhere but in the record. */
        fun assertTokensOnlyInTheRecord() =
            assertEquals(emptyList<String>(), holders().filter { !it.startsWith("exeunt.pending.") })

        fun assertTokensNowhere() = assertEquals(emptyList<String>(), holders())

        fun assertTokensDead() =
            assertEquals(emptyList<String>(), listOf(ACCESS, REFRESH).filter { alice.isActive(tokens.token(it)) })

        private fun holders() =
            store.entries
                .filterValues { value -> TOKENS.any { tokens.token(it) in value } }
                .keys
                .toList()

        /** The user comes again, signs out, says yes, and the app asks for proof. */
        fun visitAgain(app: AppProcess) {
            val id = checkNotNull(app.ask("sign-out"))
            val returned = alice.signOut(app.navigations.last())
            assertEquals("${SessionStatus.Unconfirmed(Doubt.RETURNED_WITH_STATE)}", app.ask("complete $returned"))
            val answer = alice.pass(checkNotNull(app.ask("proof $id")))
            assertEquals("${SessionStatus.Ended(Evidence.LOGIN_REQUIRED)}", app.ask("complete $answer"))
        }
    }

    private fun killed(stopsBefore: Int) {
        val scene = Scene("killed$stopsBefore")
        scene.app(stopsBefore).use { app ->
            assertNull(app.ask("sign-out"), "the app was not stopped")
            assertEquals(SIGKILLED, app.kill())
        }
        val begun = scene.hasBegun()
        if (begun) scene.assertTokensOnlyInTheRecord() else assertEquals(scene.before, scene.store.entries)
        // Nobody waits for the dead any more.
        scene.store.timePasses(61)
        scene.app().use { app ->
            app.ask("resume")
            assertTrue(app.navigations.isEmpty(), "resume navigates")
            if (begun) {
                scene.assertClearedOfAlice()
                scene.assertTokensDead()
            }
            scene.visitAgain(app)
            app.ask("resume")
        }
        scene.assertClearedOfAlice()
        scene.assertTokensDead()
        scene.assertTokensNowhere()
    }

    /** What a sign-out does that nobody interrupts. */
    private fun effects(): List<String> =
        Scene("whole").run {
            app().use { app ->
                app.ask("sign-out")
                app.effects
            }
        }

    @TestFactory
    fun `killed before any effect, a sign-out is finished by the next process`(): List<DynamicTest> {
        val effects = effects()
        assertEquals(setOf("a change of the store", "the browser"), effects.filter { "request" !in it }.toSet())
        assertTrue(effects.count { it == "a request to revocation" } >= 1, "$effects")
        return effects.mapIndexed { index, effect ->
            dynamicTest("killed before effect ${index + 1} of ${effects.size}: $effect") { killed(index + 1) }
        }
    }

    companion object {
        private const val SIGKILLED = 128 + 9
        private const val ACCESS = "access_token"
        private const val REFRESH = "refresh_token"
        private val TOKENS = listOf("id_token", ACCESS, REFRESH)
        private lateinit var provider: OpenIdProvider

        @JvmStatic
        @BeforeAll
        fun `start the provider`() {
            provider = OpenIdProvider()
        }

        @JvmStatic
        @AfterAll
        fun `stop the provider`() = provider.close()
    }
}
