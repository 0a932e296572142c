@file:JvmName("LogoutExceptions")

package dev.exeunt

/**
 * The whole sentence: what is wrong, how to mend it, and the rule at its end. `toString()` gives the same; `message`
 * only lists the fields. Neither ever holds a token, a secret or the query of an address.
 */
public val LogoutException.sentence: String
    get() = sentence()

/**
 * A stable name for programs: `configuration`, `request`, `redirect_uri`, `malformed_token`, `metadata`,
 * `unknown_logout`, `store_locked` or `host_failed`.
 */
public val LogoutException.code: String
    get() = code()

/** Whether the same call may succeed later without a change. */
public val LogoutException.retryable: Boolean
    get() = isRetryable()

/** The rule that was broken, where one was. */
public val LogoutException.rule: String?
    get() = brokenRule()
