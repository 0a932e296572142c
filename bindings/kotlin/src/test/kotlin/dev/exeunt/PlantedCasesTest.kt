package dev.exeunt

import dev.exeunt.cases.CaseError
import dev.exeunt.cases.CaseFiles
import dev.exeunt.cases.CaseRunner
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class PlantedCasesTest {
    private val planted = CaseFiles.planted()

    private fun run(name: String) {
        val (_, case) = planted.single { it.first == "planted: $name" }
        CaseRunner(case).run()
    }

    @Test
    fun `there are five`() = assertEquals(5, planted.size)

    @Test
    fun `a wrong value in a result is found`() {
        val found = assertThrows(AssertionError::class.java) { run("a wrong value in a result") }
        assertTrue(found.message.orEmpty().startsWith("steps[0].provider: "), found.message)
    }

    @Test
    fun `a key that is wrongly expected to be gone is found`() {
        val found = assertThrows(AssertionError::class.java) { run("a key that should be left is expected to be gone") }
        assertTrue(found.message.orEmpty().startsWith("keys: "), found.message)
    }

    @Test
    fun `an address that lacks its state is found`() {
        val found = assertThrows(AssertionError::class.java) { run("an address that lacks its state") }
        assertTrue(found.message.orEmpty().startsWith("navigations"), found.message)
    }

    @Test
    fun `a key that no reader knows is refused`() {
        val found = assertThrows(CaseError::class.java) { run("a key that no reader knows") }
        assertEquals("config: unknown key colour", found.message)
    }

    @Test
    fun `a key of the expectation that no reader knows is refused`() {
        val found = assertThrows(CaseError::class.java) { run("a key of the expectation that no reader knows") }
        assertEquals("expect: unknown key colour", found.message)
    }
}
