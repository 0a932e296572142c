package dev.exeunt

/**
 * An [Account] for callers without named arguments.
 *
 * What is not called is not known; the ID token and the tokens to revoke then come from the cache.
 */
public class AccountBuilder(
    private val homeAccountId: String,
) {
    private var idToken: Secret? = null
    private var tokens: List<Token> = emptyList()
    private var connection: Connection? = null
    private var upstreamAccessToken: Secret? = null

    /** The account's ID token. See [Account.idToken]. */
    public fun idToken(value: Secret): AccountBuilder = apply { idToken = value }

    /** Tokens to revoke. See [Account.tokens]. */
    public fun tokens(value: List<Token>): AccountBuilder = apply { tokens = value }

    /** The provider behind the provider. See [Account.connection]. */
    public fun connection(value: Connection): AccountBuilder = apply { connection = value }

    /** An access token of the connection. See [Account.upstreamAccessToken]. */
    public fun upstreamAccessToken(value: Secret): AccountBuilder = apply { upstreamAccessToken = value }

    /** The account. */
    public fun build(): Account =
        Account(
            homeAccountId = homeAccountId,
            idToken = idToken,
            tokens = tokens,
            connection = connection,
            upstreamAccessToken = upstreamAccessToken,
        )
}
