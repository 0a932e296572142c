package dev.exeunt

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Test
import java.util.concurrent.Callable
import java.util.concurrent.Executors

class StoreContractTest {
    private val store = MemoryStore(mapOf("a:1" to Secret("one"), "a:2" to Secret("two"), "b:1" to Secret("three")))

    private fun write(
        key: String,
        value: String,
    ) = Entry(key, Secret(value))

    @Test
    fun `keys are found by their beginning`() {
        assertEquals(listOf("a:1", "a:2"), store.keys("a:").sorted())
        assertEquals(emptyList<String>(), store.keys("c"))
    }

    @Test
    fun `an empty beginning finds every key`() = assertEquals(listOf("a:1", "a:2", "b:1"), store.keys("").sorted())

    @Test
    fun `values come in the order asked for, and an absent key is an absent value`() {
        assertEquals(listOf(Secret("three"), null, Secret("one")), store.read(listOf("b:1", "none", "a:1")))
    }

    @Test
    fun `a change writes and removes`() {
        val change = Change(write = listOf(write("a:1", "new")), remove = listOf("a:2", "never there"))
        assertEquals(Commit.COMMITTED, store.commit(change))
        assertEquals(mapOf("a:1" to Secret("new"), "b:1" to Secret("three")), store.snapshot())
    }

    @Test
    fun `a value that has changed is a conflict, and nothing changes`() {
        val before = store.snapshot()
        val require = listOf(Requirement("a:1", Secret("one")), Requirement("a:2", Secret("other")))
        val change = Change(require, listOf(write("c", "c")), listOf("b:1"))
        assertEquals(Commit.CONFLICT, store.commit(change))
        assertEquals(before, store.snapshot())
    }

    @Test
    fun `a key that must not exist and does is a conflict`() {
        val change = Change(require = listOf(Requirement("a:1")), write = listOf(write("a:1", "stolen")))
        assertEquals(Commit.CONFLICT, store.commit(change))
        assertEquals(Secret("one"), store["a:1"])
    }

    @Test
    fun `a key that must not exist and does not is written`() {
        val change = Change(require = listOf(Requirement("new")), write = listOf(write("new", "first")))
        assertEquals(Commit.COMMITTED, store.commit(change))
        assertEquals(Secret("first"), store["new"])
    }

    @Test
    fun `of many who require the same absence, one wins`() {
        val threads = Executors.newFixedThreadPool(8)
        try {
            val race = { number: Int ->
                Callable { store.commit(Change(listOf(Requirement("race")), listOf(write("race", "$number")))) }
            }
            val answers = threads.invokeAll((1..64).map(race)).map { it.get() }
            assertEquals(1, answers.count { it == Commit.COMMITTED })
        } finally {
            threads.shutdown()
        }
    }

    @Test
    fun `it promises what it keeps`() = assertEquals(Guarantee.ATOMIC, store.guarantee())

    @Test
    fun `an app reads, writes and removes its own entries`() {
        store["c"] = Secret("four")
        assertEquals(Secret("four"), store["c"])
        store.remove("c")
        assertEquals(null, store["c"])
    }

    @Test
    fun `it prints neither keys nor values`() {
        assertFalse("a:1" in store.toString())
        assertFalse("one" in store.toString())
    }
}
