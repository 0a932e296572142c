package dev.exeunt

import java.nio.charset.CharacterCodingException
import java.util.concurrent.CancellationException

/**
 * Stands between the core and the host's callbacks. Whatever a callback throws reaches the core as a [HostException] and
 * never as an escape into native code, where it would be printed and read as an answer.
 *
 * What must not be swallowed (an [Error], a [CancellationException]) is kept, and thrown to the caller once the core has
 * returned. The core calls back on the thread that called it, so the keeping is per thread; a callback may call the
 * client again.
 */
internal class Guard {
    private class Call {
        var unstoppable: Throwable? = null
        var fault: Throwable? = null
        var interrupted: Boolean = false
    }

    private val current = ThreadLocal<Call?>()

    /** Calls the core, and afterwards throws what a callback threw and may not be swallowed. */
    fun <T> call(core: () -> T): T {
        val outer = current.get()
        val call = Call()
        current.set(call)
        try {
            val result = core()
            call.unstoppable?.let { throw it }
            return result
        } catch (refused: LogoutException) {
            call.unstoppable?.let { throw it }
            call.fault?.let { if (refused.cause == null) refused.initCause(HostFault(it)) }
            throw refused
        } catch (_: CharacterCodingException) {
            // The text itself may be a secret, and the encoder's exception does not name the argument.
            throw IllegalArgumentException("a text is not well-formed Unicode")
        } finally {
            if (outer == null) current.remove() else current.set(outer)
            if (call.interrupted) Thread.currentThread().interrupt()
        }
    }

    /**
     * Runs one callback of the host.
     *
     * @param matters whether the core may refuse a call because of it; a listener's exceptions are its own affair
     */
    fun <T> callback(
        matters: Boolean = true,
        host: () -> T,
    ): T =
        try {
            host()
        } catch (thrown: Throwable) {
            val meant = (thrown as? UncheckedHostException)?.failure ?: thrown
            note(meant, matters)
            throw meant as? HostException ?: HostException.Broken(meant.javaClass.name)
        }

    private fun note(
        thrown: Throwable,
        matters: Boolean,
    ) {
        val call = current.get() ?: return
        if (matters) call.fault = thrown
        when (thrown) {
            is Error, is CancellationException -> if (call.unstoppable == null) call.unstoppable = thrown
            is InterruptedException -> call.interrupted = true
        }
    }
}

internal class GuardedStore(
    private val guard: Guard,
    private val store: SessionStore,
) : SessionStore {
    override fun keys(prefix: String): List<String> = guard.callback { store.keys(prefix) }

    override fun read(keys: List<String>): List<Secret?> = guard.callback { store.read(keys) }

    override fun commit(change: Change): Commit = guard.callback { store.commit(change) }

    override fun guarantee(): Guarantee = guard.callback { store.guarantee() }
}

internal class GuardedNavigator(
    private val guard: Guard,
    private val navigator: Navigator,
) : Navigator {
    override fun navigate(navigation: Navigation): Navigated = guard.callback { navigator.navigate(navigation) }

    override fun dismiss(id: String): Done = guard.callback { navigator.dismiss(id) }
}

internal class GuardedTransport(
    private val guard: Guard,
    private val transport: HttpTransport,
) : HttpTransport {
    override fun send(call: HttpCall): HttpAnswer = guard.callback { transport.send(call) }
}

internal class GuardedListener(
    private val guard: Guard,
    private val listener: LogoutListener,
) : LogoutListener {
    override fun onEvent(event: LogoutEvent): Done = guard.callback(matters = false) { listener.onEvent(event) }
}
