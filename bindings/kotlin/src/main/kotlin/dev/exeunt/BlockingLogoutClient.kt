package dev.exeunt

/**
 * [LogoutClient] for callers without coroutines: Java, and threads that may wait. Every call blocks until the store,
 * the navigator and the network have answered; do not make one on a main thread.
 *
 * Obtained by [LogoutClient.blocking]; it shares everything with that client, also its end.
 */
public class BlockingLogoutClient internal constructor(
    private val core: CoreClient,
    private val guard: Guard,
) {
    /**
     * What a sign-out would do, before any of it happens.
     *
     * @throws LogoutException for a request that cannot be carried out, and for a store that does not answer
     */
    @Throws(LogoutException::class)
    public fun plan(request: EndSessionRequest): LogoutPlan = guard.call { core.plan(request) }

    /**
     * Carries out a plan of this client. The keys are looked up again, so that nothing newer is missed.
     *
     * @throws LogoutException only before the first effect; then nothing was cleared
     */
    @Throws(LogoutException::class)
    public fun run(plan: LogoutPlan): LogoutOutcome = guard.call { core.run(plan) }

    /**
     * Plans and runs. Succeeds when the local session is dealt with, whatever the provider does; the outcome says for
     * each session what is known.
     *
     * @throws LogoutException only before the first effect; then nothing was cleared
     */
    @Throws(LogoutException::class)
    public fun signOut(request: EndSessionRequest): LogoutOutcome = guard.call { core.signOut(request) }

    /**
     * Signs out every account of this client, as configured. Only on a device.
     *
     * @throws LogoutException only before the first effect; then nothing was cleared
     */
    @Throws(LogoutException::class)
    public fun logout(): LogoutOutcome = signOut(EndSessionRequest(Who.Everyone))

    /**
     * Reads the address that the browser came back to. On a server the ticket of this browser is needed
     * ([ticketInCookies]). What is not ours is an answer, not an error.
     *
     * @throws LogoutException when the store does not answer
     */
    @JvmOverloads
    @Throws(LogoutException::class)
    public fun complete(
        url: Secret,
        ticket: Secret? = null,
    ): Completion = guard.call { core.complete(url, ticket) }

    /**
     * Says that the browser will not come back. A return that comes all the same is still read.
     *
     * @throws LogoutException for an unknown identifier, and when the store does not answer
     */
    @Throws(LogoutException::class)
    public fun cancel(
        id: String,
        reason: CancelReason,
    ): LogoutOutcome = guard.call { core.cancel(id, reason) }

    /**
     * What is known of a sign-out now. Remembered for 30 days.
     *
     * @throws LogoutException for an unknown identifier, and when the store does not answer
     */
    @Throws(LogoutException::class)
    public fun outcome(id: String): LogoutOutcome = guard.call { core.outcome(id) }

    /**
     * A navigation that asks the provider whether anybody is still signed in in this browser (`prompt=none`). Open it
     * as a whole page; [complete] reads the answer.
     *
     * @throws LogoutException for an unknown identifier, without a configured `redirectUri`, and when the provider's
     *   addresses are not known
     */
    @Throws(LogoutException::class)
    public fun proof(id: String): Navigation = guard.call { core.proof(id) }

    /**
     * What to register at the provider about signing out, as configured. Receiving its notices is the app's own affair
     * at present. Touches nothing.
     */
    public fun registration(): ClientRegistration = guard.call { core.registration() }

    /**
     * The sign-outs whose browser has not come back. On a server the account must be named.
     *
     * @throws LogoutException when the store does not answer
     */
    @JvmOverloads
    @Throws(LogoutException::class)
    public fun pending(account: String? = null): List<PendingLogout> = guard.call { core.pending(account) }

    /**
     * The accounts in the cache of this client. Only on a device.
     *
     * @throws LogoutException on a server, and when the store does not answer
     */
    @Throws(LogoutException::class)
    public fun accounts(): List<Account> = guard.call { core.accounts() }
}
