package dev.exeunt

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File

class PublicSurfaceTest {
    private val golden = File(checkNotNull(System.getProperty("exeunt.api")))

    @Test
    fun `the public surface is the one that was agreed on`() {
        val surface = PublicSurface.dump()
        // EXEUNT_UPDATE_API=1 ./test.sh writes the file anew; the difference is for a person to read.
        if (System.getenv("EXEUNT_UPDATE_API") == "1") golden.writeText(surface)
        assertEquals(golden.readText(), surface)
    }

    @Test
    fun `every call of the core has its counterpart`() {
        val core =
            CoreClientInterface::class.java.methods
                .map { it.name }
                .filterNot { it.endsWith("\$default") }
        val ours = BlockingLogoutClient::class.java.methods.map { it.name }
        val suspending = LogoutClient::class.java.methods.map { it.name }
        assertTrue(core.isNotEmpty())
        assertEquals(emptyList<String>(), core - ours.toSet())
        assertEquals(emptyList<String>(), core - suspending.toSet())
    }
}
