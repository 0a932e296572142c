package dev.exeunt

import dev.exeunt.cases.CaseFiles
import dev.exeunt.cases.CaseRunner
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import java.util.concurrent.atomic.AtomicInteger

class CasesTest {
    @TestFactory
    fun `every case of the shared files holds`(): List<DynamicTest> {
        val cases = CaseFiles.all()
        assertTrue(cases.isNotEmpty(), "there are no cases")
        return cases.map { (name, case) ->
            dynamicTest(name) {
                CaseRunner(case).run()
                passed.incrementAndGet()
            }
        }
    }

    @Test
    fun `no two cases have the same name`() {
        val names = CaseFiles.all().map { (name, _) -> name }
        assertEquals(names.distinct(), names)
    }

    companion object {
        private val passed = AtomicInteger()

        @JvmStatic
        @AfterAll
        fun `say how many ran`() = println("kotlin: $passed cases")
    }
}
