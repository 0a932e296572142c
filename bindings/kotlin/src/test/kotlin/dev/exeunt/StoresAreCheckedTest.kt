package dev.exeunt

import com.sun.jna.Native
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.EnumSource
import java.io.IOException
import java.util.concurrent.CopyOnWriteArrayList

/** The store of this package keeps the contract, and one that does not is told how. */
class StoresAreCheckedTest {
    private val kept = MemoryStore()

    /** Stores as they go wrong in practice, and the faults by which they are known. */
    enum class Broken(
        vararg val names: String,
    ) {
        IGNORES_REQUIREMENTS("requirement_ignored", "required_absence_ignored", "lost_update") {
            override fun over(kept: MemoryStore) =
                object : SessionStore by kept {
                    override fun commit(change: Change) = kept.commit(change.copy(require = emptyList()))
                }
        },
        CHANGES_DESPITE_A_CONFLICT("conflict_changes") {
            override fun over(kept: MemoryStore) =
                object : SessionStore by kept {
                    override fun commit(change: Change): Commit {
                        kept.commit(change.copy(require = emptyList(), remove = emptyList()))
                        return kept.commit(change)
                    }
                }
        },
        LOSES_REMOVALS("removal_lost") {
            override fun over(kept: MemoryStore) =
                object : SessionStore by kept {
                    override fun commit(change: Change) = kept.commit(change.copy(remove = emptyList()))
                }
        },
        READS_IN_ITS_OWN_ORDER("read_order") {
            override fun over(kept: MemoryStore) =
                object : SessionStore by kept {
                    override fun read(keys: List<String>) = kept.read(keys.sorted())
                }
        },
        LEAVES_ABSENT_VALUES_OUT("read_length") {
            override fun over(kept: MemoryStore) =
                object : SessionStore by kept {
                    override fun read(keys: List<String>) = kept.read(keys).filterNotNull()
                }
        },
        LISTS_THE_NEIGHBOURS_CAPITALS("prefix_case") {
            override fun over(kept: MemoryStore) =
                object : SessionStore by kept {
                    override fun keys(prefix: String) =
                        kept.keys("").filter { it.startsWith(prefix, ignoreCase = true) }
                }
        },
        LISTS_BY_PATTERN("prefix_wildcard") {
            override fun over(kept: MemoryStore) =
                object : SessionStore by kept {
                    private fun like(prefix: String) =
                        prefix.map { if (it == '_') "." else Regex.escape("$it") }.joinToString("")

                    override fun keys(prefix: String) = kept.keys("").filter { Regex(like(prefix)).matchesAt(it, 0) }
                }
        },
        LISTS_WHAT_ONLY_CONTAINS_THE_PREFIX("prefix_inside") {
            override fun over(kept: MemoryStore) =
                object : SessionStore by kept {
                    override fun keys(prefix: String) = kept.keys("").filter { prefix in it }
                }
        },
        THROWS_WHAT_NOBODY_DECLARED("call_fails") {
            override fun over(kept: MemoryStore) =
                object : SessionStore by kept {
                    override fun read(keys: List<String>) = throw IOException("MARKER")
                }
        },
        IS_LOCKED("call_fails") {
            override fun over(kept: MemoryStore) =
                object : SessionStore by kept {
                    override fun guarantee() = throw HostException.Unavailable("MARKER")
                }
        }, ;

        abstract fun over(kept: MemoryStore): SessionStore
    }

    @Test
    fun `a store in memory is in order and keeps what was in it`() {
        kept["session:alice:cart"] = Secret("3 apples")
        assertEquals(emptyList<StoreFault>(), checkSessionStore(kept))
        assertEquals(mapOf("session:alice:cart" to Secret("3 apples")), kept.snapshot())
    }

    @ParameterizedTest
    @EnumSource
    fun `a broken store is found by name`(broken: Broken) {
        val faults = checkSessionStore(broken.over(kept))
        val found = faults.map { it.name }
        assertTrue(found.containsAll(broken.names.asList()), "$found")
        assertEquals(found.distinct(), found)
        assertTrue(faults.all { it.sentence.endsWith('.') && "MARKER" !in "$it" }, "$faults")
    }

    /** Two commits that compete for the check's counter are both made; everything else is in order. */
    private class Racing(
        private val kept: MemoryStore,
        private val promise: Guarantee,
    ) : SessionStore by kept {
        override fun commit(change: Change) =
            kept.commit(change.copy(require = change.require.filterNot { it.key.endsWith(".count") }))

        override fun guarantee() = promise
    }

    @Test
    fun `a store that loses updates may promise each key by itself and not more`() {
        assertEquals(listOf("lost_update"), checkSessionStore(Racing(kept, Guarantee.ATOMIC)).map { it.name })
        assertEquals(emptyList<StoreFault>(), checkSessionStore(Racing(kept, Guarantee.PER_KEY)))
    }

    @Test
    fun `a store that is not finished throws its error, and none escapes into native code`() {
        val escaped = CopyOnWriteArrayList<Throwable>()
        val handler = Native.getCallbackExceptionHandler()
        Native.setCallbackExceptionHandler { _, thrown -> escaped += thrown }
        try {
            val missing = NotImplementedError("MARKER")
            val unfinished =
                object : SessionStore by kept {
                    override fun commit(change: Change) = throw missing
                }
            assertSame(missing, assertThrows(NotImplementedError::class.java) { checkSessionStore(unfinished) })
            assertEquals(emptyList<Throwable>(), escaped)
        } finally {
            Native.setCallbackExceptionHandler(handler)
        }
    }
}
