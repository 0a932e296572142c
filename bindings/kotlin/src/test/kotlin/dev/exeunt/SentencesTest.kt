package dev.exeunt

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class SentencesTest {
    private fun refusal(): LogoutException {
        val config = Fixture.config.copy(postLogoutRedirectUri = Redirect.Uri("https://app.example.com/bye#top"))
        return assertThrows(LogoutException::class.java) { LogoutClient(config, MemoryStore()) }
    }

    @Test
    fun `a refusal is a sentence with its rule at the end`() {
        val sentence = refusal().sentence
        assertTrue(sentence.startsWith("redirect URI: ") && sentence.endsWith("(URI-08)"), sentence)
    }

    @Test
    fun `a stack trace begins with the sentence`() {
        val refusal = refusal()
        assertEquals(refusal.sentence, refusal.toString())
        assertTrue(refusal.stackTraceToString().startsWith(refusal.sentence))
    }

    @Test
    fun `a program reads code, rule and whether to try again`() {
        val refusal = refusal()
        assertEquals("redirect_uri", refusal.code)
        assertEquals("URI-08", refusal.rule)
        assertFalse(refusal.retryable)
    }

    @Test
    fun `a locked store breaks no rule and may be tried again`() {
        val locked: LogoutException = LogoutException.StoreLocked("reading")
        assertNull(locked.rule)
        assertTrue(locked.retryable)
    }

    @Test
    fun `a text that is not Unicode is refused without quoting it`() {
        val client = LogoutClient(Fixture.config, MemoryStore())
        val refused =
            assertThrows(IllegalArgumentException::class.java) {
                client.use { it.blocking().complete(Secret("MARKER\uD800")) }
            }
        assertFalse("MARKER" in refused.stackTraceToString())
    }
}
