package dev.exeunt

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/**
 * Signs users out. Made once, from a configuration and the host's callbacks; safe to share between threads.
 *
 * Every function may be called from any thread, the main thread included: the work is done on [Dispatchers.IO], and
 * there the callbacks arrive. A navigator that needs the main thread posts to it and answers at once.
 *
 * Cancelling the coroutine before the work has begun touches nothing. Cancelling it later lets the work come to its
 * end, since half a sign-out is worse than a whole one; the caller gets its `CancellationException`, and [pending] and
 * [outcome] know what was done.
 *
 * An `Error` or `CancellationException` thrown by a callback is thrown again once the work has come to its end. Any
 * other exception of a callback is a failure that the outcome or a [LogoutException] tells.
 *
 * @param config what is decided once
 * @param store where the app keeps its sessions
 * @param navigator opens the browser; without one the outcome's `next` says where it has to go
 * @param transport sends HTTP requests; without one the built-in transport does
 * @param listeners hear of every event, in this order
 * @throws LogoutException for a configuration that cannot work; nothing is looked up or contacted here
 */
public class LogoutClient
    @JvmOverloads
    @Throws(LogoutException::class)
    constructor(
        config: ClientConfig,
        store: SessionStore,
        navigator: Navigator? = null,
        transport: HttpTransport? = null,
        listeners: List<LogoutListener> = emptyList(),
    ) : AutoCloseable {
        private val guard = Guard()
        private val core: CoreClient =
            guard.call {
                CoreClient(
                    config,
                    GuardedStore(guard, store),
                    navigator?.let { GuardedNavigator(guard, it) },
                    transport?.let { GuardedTransport(guard, it) },
                    listeners.map { GuardedListener(guard, it) },
                )
            }
        private val blocking = BlockingLogoutClient(core, guard)

        /** The same client for callers without coroutines. */
        public fun blocking(): BlockingLogoutClient = blocking

        /**
         * What a sign-out would do, before any of it happens.
         *
         * @throws LogoutException for a request that cannot be carried out, and for a store that does not answer
         */
        public suspend fun plan(request: EndSessionRequest): LogoutPlan = away { plan(request) }

        /**
         * Carries out a plan of this client. The keys are looked up again, so that nothing newer is missed.
         *
         * @throws LogoutException only before the first effect; then nothing was cleared
         */
        public suspend fun run(plan: LogoutPlan): LogoutOutcome = away { run(plan) }

        /**
         * Plans and runs. Succeeds when the local session is dealt with, whatever the provider does; the outcome says
         * for each session what is known.
         *
         * @throws LogoutException only before the first effect; then nothing was cleared
         */
        public suspend fun signOut(request: EndSessionRequest): LogoutOutcome = away { signOut(request) }

        /**
         * Signs out every account of this client, as configured. Only on a device.
         *
         * @throws LogoutException only before the first effect; then nothing was cleared
         */
        public suspend fun logout(): LogoutOutcome = away { logout() }

        /**
         * Reads the address that the browser came back to. On a server the ticket of this browser is needed
         * ([ticketInCookies]). What is not ours is an answer, not an error.
         *
         * @throws LogoutException when the store does not answer
         */
        public suspend fun complete(
            url: Secret,
            ticket: Secret? = null,
        ): Completion = away { complete(url, ticket) }

        /**
         * Says that the browser will not come back. A return that comes all the same is still read.
         *
         * @throws LogoutException for an unknown identifier, and when the store does not answer
         */
        public suspend fun cancel(
            id: String,
            reason: CancelReason,
        ): LogoutOutcome = away { cancel(id, reason) }

        /**
         * What is known of a sign-out now. Remembered for 30 days.
         *
         * @throws LogoutException for an unknown identifier, and when the store does not answer
         */
        public suspend fun outcome(id: String): LogoutOutcome = away { outcome(id) }

        /**
         * A navigation that asks the provider whether anybody is still signed in in this browser (`prompt=none`). Open
         * it as a whole page; [complete] reads the answer.
         *
         * @throws LogoutException for an unknown identifier, without a configured `redirectUri`, and when the
         *   provider's addresses are not known
         */
        public suspend fun proof(id: String): Navigation = away { proof(id) }

        /**
         * What to register at the provider about signing out, as configured. Receiving its notices is the app's own
         * affair at present. Touches nothing, so that it need not be waited for.
         */
        public fun registration(): ClientRegistration = blocking.registration()

        /**
         * The sign-outs whose browser has not come back. On a server the account must be named.
         *
         * @throws LogoutException when the store does not answer
         */
        public suspend fun pending(account: String? = null): List<PendingLogout> = away { pending(account) }

        /**
         * The accounts in the cache of this client. Only on a device.
         *
         * @throws LogoutException on a server, and when the store does not answer
         */
        public suspend fun accounts(): List<Account> = away { accounts() }

        /**
         * Finishes sign-outs that were interrupted, at most [limit] of them: what has still to be cleared first, then
         * direct requests and revocations that are due. Call it when the app starts, and again at `nextDue`. It never
         * opens a browser, and a sign-out that somebody works on is left alone.
         *
         * @throws LogoutException for a limit that is not positive, and when the store does not answer
         */
        public suspend fun resume(limit: Long): Resumed = away { resume(limit) }

        /**
         * Says that this account has signed in: one line in the code that handles a sign-in, before the new tokens are
         * saved. Sign-outs of it that are not finished neither clear nor navigate any more; what they have to revoke is
         * still revoked. With the ID token a fresh `auth_time` ends the advice to ask for a password. On a server give
         * the ticket of this browser too ([ticketInCookies]).
         *
         * @throws LogoutException for a malformed ID token, and when the store does not answer
         */
        public suspend fun signedIn(
            account: String,
            idToken: Secret? = null,
            ticket: Secret? = null,
        ): Unit = away { signedIn(account, idToken, ticket) }

        /**
         * What the next sign-in should ask of the provider. On a device name the account where it is known; on a server
         * give the ticket of this browser ([ticketInCookies]), without which nothing is known of it.
         *
         * @throws LogoutException when the store does not answer
         */
        public suspend fun loginAdvice(
            account: String? = null,
            ticket: Secret? = null,
        ): LoginAdvice = away { loginAdvice(account, ticket) }

        /**
         * The right to save what a token refresh will bring. Take it before the refresh token is read, and give it
         * to [save] with the answer: a sign-out in between then wins.
         *
         * @throws LogoutException when the store does not answer
         */
        public suspend fun lease(account: String): Lease = away { lease(account) }

        /**
         * Saves what a token refresh brought, unless the account has signed out since the lease was taken: one commit
         * that requires the lease, so that a refresh on its way cannot bring an ended session back.
         *
         * @throws LogoutException for entries that are not the account's, and when the store does not answer
         */
        public suspend fun save(
            lease: Lease,
            entries: List<Entry>,
        ): Saved = away { save(lease, entries) }

        /**
         * Whether the account has not signed out since the lease was taken. For hosts that keep tokens where exeunt
         * cannot write them: between this answer and the host's own write a sign-out may still happen, so [save] is the
         * safer way.
         *
         * @throws LogoutException when the store does not answer
         */
        public suspend fun stillValid(lease: Lease): Boolean = away { stillValid(lease) }

        /**
         * Gives the client's memory back at once; calls under way come to their end, later ones throw
         * `IllegalStateException`. A client that is never closed is freed with the last reference to it.
         */
        override fun close() {
            core.close()
        }

        /** Does blocking work away from the caller's thread. */
        private suspend fun <T> away(work: BlockingLogoutClient.() -> T): T =
            withContext(Dispatchers.IO) {
                try {
                    blocking.work()
                } finally {
                    // An interrupt that a callback ran into is not for the next user of this pooled thread.
                    Thread.interrupted()
                }
            }
    }
