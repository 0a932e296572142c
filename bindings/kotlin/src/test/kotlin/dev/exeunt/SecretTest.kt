package dev.exeunt

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.Serializable
import java.lang.reflect.Modifier

class SecretTest {
    private val secret = Secret("MARKER")

    @Test
    fun `it prints as three stars wherever it stands`() {
        assertEquals("***", "$secret")
        assertEquals("[***]", listOf(secret).toString())
        assertFalse("MARKER" in Parameter("name", secret).toString())
    }

    @Test
    fun `it gives its text when asked`() = assertEquals("MARKER", secret.reveal())

    @Test
    fun `equal texts are equal secrets and others are not`() {
        assertEquals(Secret("MARKER"), secret)
        assertEquals(Secret("MARKER").hashCode(), secret.hashCode())
        assertNotEquals(Secret("MARKER2"), secret)
        assertFalse(secret.equals("MARKER"))
    }

    @Test
    fun `it cannot be serialised, and a serialiser of fields finds nothing`() {
        assertFalse(Serializable::class.java.isAssignableFrom(Secret::class.java))
        assertTrue(Secret::class.java.declaredFields.all { Modifier.isTransient(it.modifiers) })
    }
}
