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

    /**
     * Finishes sign-outs that were interrupted, at most [limit] of them: what has still to be cleared first, then
     * direct requests and revocations that are due. Call it when the app starts, and again at `nextDue`. It never
     * opens a browser, and a sign-out that somebody works on is left alone.
     *
     * @throws LogoutException for a limit that is not positive, and when the store does not answer
     */
    @Throws(LogoutException::class)
    public fun resume(limit: Long): Resumed = guard.call { core.resume(limit) }

    /**
     * Says that this account has signed in: one line in the code that handles a sign-in, before the new tokens are
     * saved. Sign-outs of it that are not finished neither clear nor navigate any more; what they have to revoke is
     * still revoked. With the ID token a fresh `auth_time` ends the advice to ask for a password. On a server give
     * the ticket of this browser too ([ticketInCookies]).
     *
     * @throws LogoutException for a malformed ID token, and when the store does not answer
     */
    @JvmOverloads
    @Throws(LogoutException::class)
    public fun signedIn(
        account: String,
        idToken: Secret? = null,
        ticket: Secret? = null,
    ): Unit = guard.call { core.signedIn(account, idToken, ticket) }

    /**
     * What the next sign-in should ask of the provider. On a device name the account where it is known; on a server
     * give the ticket of this browser ([ticketInCookies]), without which nothing is known of it.
     *
     * @throws LogoutException when the store does not answer
     */
    @JvmOverloads
    @Throws(LogoutException::class)
    public fun loginAdvice(
        account: String? = null,
        ticket: Secret? = null,
    ): LoginAdvice = guard.call { core.loginAdvice(account, ticket) }

    /**
     * The right to save what a token refresh will bring. Take it before the refresh token is read, and give it to
     * [save] with the answer: a sign-out in between then wins.
     *
     * @throws LogoutException when the store does not answer
     */
    @Throws(LogoutException::class)
    public fun lease(account: String): Lease = guard.call { core.lease(account) }

    /**
     * Saves what a token refresh brought, unless the account has signed out since the lease was taken: one commit
     * that requires the lease, so that a refresh on its way cannot bring an ended session back.
     *
     * @throws LogoutException for entries that are not the account's, and when the store does not answer
     */
    @Throws(LogoutException::class)
    public fun save(
        lease: Lease,
        entries: List<Entry>,
    ): Saved = guard.call { core.save(lease, entries) }

    /**
     * Whether the account has not signed out since the lease was taken. For hosts that keep tokens where exeunt
     * cannot write them: between this answer and the host's own write a sign-out may still happen, so [save] is the
     * safer way.
     *
     * @throws LogoutException when the store does not answer
     */
    @Throws(LogoutException::class)
    public fun stillValid(lease: Lease): Boolean = guard.call { core.stillValid(lease) }
}
