@file:JvmName("StoreChecks")

package dev.exeunt

/**
 * Tries out a store, and names everything in which it breaks the contract; nothing where it keeps it. For the tests of
 * whoever writes one: it takes about a second on the caller's thread, writes a value of one megabyte and some hundreds of
 * small ones, and calls from eight threads at once.
 *
 * ```
 * @Test
 * fun `my store keeps the contract`() = assertEquals(emptyList<StoreFault>(), checkSessionStore(MyStore()))
 * ```
 *
 * Touches only keys that begin with `exeunt.check.`; they are removed again. A store that cannot do its work throws a
 * [HostException] (from Java an [UncheckedHostException]); that, and any other exception, is a fault. An `Error` or
 * `CancellationException` is thrown again once the check has come to its end.
 */
public fun checkSessionStore(store: SessionStore): List<StoreFault> {
    val guard = Guard()
    return guard.call { coreCheckSessionStore(GuardedStore(guard, store)) }
}
