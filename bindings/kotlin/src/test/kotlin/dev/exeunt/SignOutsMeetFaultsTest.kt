package dev.exeunt

import dev.exeunt.cases.CaseFiles
import dev.exeunt.cases.SignOutCell
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.TestFactory
import java.util.concurrent.Callable
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicInteger

/** Whole sign-outs through the platform's transport against every fault of the shared file, on real sockets. */
class SignOutsMeetFaultsTest {
    @TestFactory
    fun `every cell ends as it says`(): List<DynamicTest> {
        val cells = CaseFiles.signOuts().map(::SignOutCell)
        assertTrue(cells.isNotEmpty(), "there are no cells")
        // All at once: where a server is slow the time-outs of the requests are waited for, and that once is enough.
        val threads = Executors.newFixedThreadPool(cells.size) { Thread(it).apply { isDaemon = true } }
        val faults = cells.map { cell -> threads.submit(Callable { cell.faults() }) }
        threads.shutdown()
        return cells.zip(faults) { cell, found ->
            dynamicTest(cell.name) {
                assertEquals(emptyList<String>(), found.get())
                ran.incrementAndGet()
            }
        }
    }

    companion object {
        private val ran = AtomicInteger()

        @JvmStatic
        @AfterAll
        fun `say how many ran`() = println("kotlin: $ran sign-outs that meet faults")
    }
}
