package dev.exeunt

/**
 * A [Cookie] for callers without named arguments.
 *
 * What is not called is as session cookies usually have it: path `/`, this host only, `Secure`, `HttpOnly`, `Lax`.
 */
public class CookieBuilder(
    private val name: String,
) {
    private var path: String? = null
    private var domain: String? = null
    private var secure: Boolean? = null
    private var httpOnly: Boolean? = null
    private var sameSite: SameSite? = null

    /** Its path. See [Cookie.path]. */
    public fun path(value: String): CookieBuilder = apply { path = value }

    /** Its domain. See [Cookie.domain]. */
    public fun domain(value: String): CookieBuilder = apply { domain = value }

    /** Whether it goes over TLS only. See [Cookie.secure]. */
    public fun secure(value: Boolean): CookieBuilder = apply { secure = value }

    /** Whether scripts cannot read it. See [Cookie.httpOnly]. */
    public fun httpOnly(value: Boolean): CookieBuilder = apply { httpOnly = value }

    /** Which requests of other sites carry it. See [Cookie.sameSite]. */
    public fun sameSite(value: SameSite): CookieBuilder = apply { sameSite = value }

    /** The cookie. */
    public fun build(): Cookie =
        Cookie(
            name = name,
            path = path,
            domain = domain,
            secure = secure,
            httpOnly = httpOnly,
            sameSite = sameSite,
        )
}
