package dev.exeunt

/**
 * A [SessionStore] in memory: for tests, and for processes whose sessions end with them. Atomic, safe to share between
 * threads, and gone with the process; it protects nothing against a reader of the process's memory.
 *
 * Prints no keys and no values.
 *
 * @param entries what it holds at the beginning
 */
public class MemoryStore
    @JvmOverloads
    constructor(
        entries: Map<String, Secret> = emptyMap(),
    ) : SessionStore {
        private val values = HashMap(entries)

        /** The value of a key, or null. */
        @Synchronized
        public operator fun get(key: String): Secret? = values[key]

        /** Writes one entry. */
        @Synchronized
        public operator fun set(
            key: String,
            value: Secret,
        ) {
            values[key] = value
        }

        /** Removes one entry; a key that is not there is no error. */
        @Synchronized
        public fun remove(key: String) {
            values.remove(key)
        }

        /** Everything it holds now, as a copy. */
        @Synchronized
        public fun snapshot(): Map<String, Secret> = HashMap(values)

        @Synchronized
        override fun keys(prefix: String): List<String> = values.keys.filter { it.startsWith(prefix) }

        @Synchronized
        override fun read(keys: List<String>): List<Secret?> = keys.map { values[it] }

        @Synchronized
        override fun commit(change: Change): Commit {
            if (change.require.any { values[it.key] != it.value }) return Commit.CONFLICT
            change.write.forEach { values[it.key] = it.value }
            change.remove.forEach { values.remove(it) }
            return Commit.COMMITTED
        }

        override fun guarantee(): Guarantee = Guarantee.ATOMIC

        /** The number of entries, and nothing of them. */
        @Synchronized
        override fun toString(): String = "MemoryStore(${values.size} entries)"
    }
