package dev.exeunt

/**
 * A [Provider.Oidc] for callers without named arguments.
 *
 * What is not called is looked up at the issuer, or as the standard has it.
 */
public class OidcBuilder(
    private val issuer: String,
) {
    private var endpoints: Endpoints? = null
    private var parameterNames: ParameterNames? = null
    private var omitClientId: Boolean = false
    private var dynamic: Boolean = false

    /** Addresses that are known. See [Provider.Oidc.endpoints]. */
    public fun endpoints(value: Endpoints): OidcBuilder = apply { endpoints = value }

    /** Other names for the parameters. See [Provider.Oidc.parameterNames]. */
    public fun parameterNames(value: ParameterNames): OidcBuilder = apply { parameterNames = value }

    /** Whether `client_id` is left out. See [Provider.Oidc.omitClientId]. */
    public fun omitClientId(value: Boolean): OidcBuilder = apply { omitClientId = value }

    /** Whether a user or tenant named the issuer. See [Provider.Oidc.dynamic]. */
    public fun dynamic(value: Boolean): OidcBuilder = apply { dynamic = value }

    /** The provider. */
    public fun build(): Provider.Oidc =
        Provider.Oidc(
            issuer = issuer,
            endpoints = endpoints,
            parameterNames = parameterNames,
            omitClientId = omitClientId,
            dynamic = dynamic,
        )
}
