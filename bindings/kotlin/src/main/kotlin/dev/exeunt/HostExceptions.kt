package dev.exeunt

/**
 * Lets a host written in Java throw a [HostException], which is a checked exception there and which the callbacks do not
 * declare: `throw new UncheckedHostException(new HostException.Unavailable("the keychain is locked"))`.
 *
 * The core sees the [failure] itself.
 */
public class UncheckedHostException(
    /** What the core is told. */
    public val failure: HostException,
) : RuntimeException(failure)

/**
 * What a callback of the host threw, as the cause of a [LogoutException]: its class and where it happened, without its
 * text, because that may quote a token.
 */
public class HostFault internal constructor(
    thrown: Throwable,
) : RuntimeException(thrown.javaClass.name) {
    init {
        stackTrace = thrown.stackTrace
    }
}
