package dev.exeunt

import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Test

class InterruptedSignOutTest {
    private val interrupted = Interrupted()

    private fun resumed(): Resumed =
        LogoutClient(Fixture.config, interrupted.store, transport = Fixture.ok).use { client ->
            runBlocking { client.resume(8) }
        }

    /** Both sessions of the app are looked at, and the token that was waiting is dead. */
    private fun assertFinished() {
        val outcome = resumed().outcomes.single()
        assertEquals(SessionStatus.Ended(Evidence.READ_BACK), outcome.application)
        assertEquals(listOf(RevocationStatus.REVOKED), outcome.revocations.map { it.status })
        assertEquals(emptyList<String>(), interrupted.store.keys("session:"))
        assertEquals(emptyList<LogoutOutcome>(), resumed().outcomes)
    }

    @Test
    fun `what a throwing store broke off is finished by the resume of a new client`() {
        val outcome = interrupted.signOut()
        assertEquals(listOf(RevocationStatus.UNCERTAIN), outcome.revocations.map { it.status })
        interrupted.heal()
        assertFinished()
    }

    @Test
    fun `an error thrown in the middle reaches the caller, and a new client finishes`() {
        val thrown = AssertionError("planted")
        val store =
            object : SessionStore by interrupted.store {
                private var changes = 0

                override fun commit(change: Change): Commit {
                    changes += 1
                    return if (changes == 1) interrupted.store.commit(change) else throw thrown
                }
            }
        assertEquals(thrown, assertThrows(AssertionError::class.java) { interrupted.signOut(store) })
        interrupted.heal()
        assertFinished()
    }

    @Test
    fun `a sign-out that somebody has just worked on is left alone`() {
        interrupted.signOut()
        interrupted.heal()
        interrupted.store.timePasses(-61)
        assertEquals(emptyList<LogoutOutcome>(), resumed().outcomes)
    }
}
