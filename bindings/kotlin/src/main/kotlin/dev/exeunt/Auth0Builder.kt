package dev.exeunt

/**
 * A [Provider.Auth0] for callers without named arguments.
 *
 * What is not called stays as a tenant has it at first.
 */
public class Auth0Builder(
    private val domain: String,
) {
    private var endpoint: Auth0Endpoint? = null
    private var omitClientId: Boolean = false
    private var allowedLogoutUrls: List<String> = emptyList()
    private var tenantAllowedLogoutUrls: List<String> = emptyList()

    /** Which endpoint. See [Provider.Auth0.endpoint]. */
    public fun endpoint(value: Auth0Endpoint): Auth0Builder = apply { endpoint = value }

    /** Whether `client_id` is left out. See [Provider.Auth0.omitClientId]. */
    public fun omitClientId(value: Boolean): Auth0Builder = apply { omitClientId = value }

    /** The application's list. See [Provider.Auth0.allowedLogoutUrls]. */
    public fun allowedLogoutUrls(value: List<String>): Auth0Builder = apply { allowedLogoutUrls = value }

    /** The tenant's list. See [Provider.Auth0.tenantAllowedLogoutUrls]. */
    public fun tenantAllowedLogoutUrls(value: List<String>): Auth0Builder = apply { tenantAllowedLogoutUrls = value }

    /** The provider. */
    public fun build(): Provider.Auth0 =
        Provider.Auth0(
            domain = domain,
            endpoint = endpoint,
            omitClientId = omitClientId,
            allowedLogoutUrls = allowedLogoutUrls,
            tenantAllowedLogoutUrls = tenantAllowedLogoutUrls,
        )
}
