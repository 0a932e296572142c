package dev.exeunt

import dev.exeunt.cases.Failing
import dev.exeunt.cases.ScriptedStore
import dev.exeunt.cases.StoreFaults

/** Alice's sign-out, broken off by a store that refuses every change after the first one. */
internal class Interrupted {
    private val refusing = StoreFaults(Guarantee.ATOMIC, listOf(REFUSED), emptyList(), emptyList())

    val store = ScriptedStore(Fixture.entries().mapValues { it.value.reveal() }, refusing)

    /** Signs out; whatever of the store's failure reaches the caller does so. */
    fun signOut(through: SessionStore = store): LogoutOutcome =
        LogoutClient(Fixture.config, through, transport = unreachable).use { it.blocking().signOut(Fixture.alice) }

    /** The store works again, and it is so much later that nobody waits for the first runner any more. */
    fun heal() {
        store.faults = StoreFaults.NONE
        store.timePasses(61)
    }

    companion object {
        private val REFUSED = Failing("commit", 2..Int.MAX_VALUE, "throws")

        private val unreachable =
            object : HttpTransport {
                override fun send(call: HttpCall): HttpAnswer = throw HostException.Offline("scripted")
            }
    }
}
