package dev.exeunt

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource
import java.io.File

class LinkedLicencesTest {
    private val root = File(checkNotNull(System.getProperty("exeunt.cases"))).resolve("../..").canonicalFile

    @TempDir
    lateinit var folder: File

    /** What lies beside the classes is what the jar is made of. */
    private val notices =
        checkNotNull(LogoutClient::class.java.getResource("/META-INF/licenses/THIRD-PARTY-LICENSES")).readText()

    /** The exit code and everything that was said. */
    private fun check(notices: String): Pair<Int, String> {
        val file = folder.resolve("notices").apply { writeText(notices) }
        val script = root.resolve("bindings/licences/notices.py").path
        val process = ProcessBuilder(script, "--check", file.path).redirectErrorStream(true).start()
        val said = process.inputReader().readText()
        return process.waitFor() to said
    }

    @Test
    fun `the notice of every linked crate lies beside the classes`() {
        val (code, said) = check(notices)
        assertEquals(0, code, said)
    }

    @ParameterizedTest
    @ValueSource(strings = ["uniffi", "ring", "subtle", "rustls"])
    fun `a notice that is missing is found`(crate: String) {
        val (code, said) = check(notices.lines().filterNot { it.startsWith("$crate ") }.joinToString("\n"))
        assertEquals(1, code, said)
        assertTrue(said.lines().any { it.startsWith("$crate ") }, said)
    }
}
