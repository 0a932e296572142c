package dev.exeunt

/**
 * [ParameterNames] for callers without named arguments.
 *
 * What is not called keeps its standard name.
 */
public class ParameterNamesBuilder {
    private var redirectUri: String? = null
    private var idTokenHint: String? = null
    private var clientId: String? = null
    private var state: String? = null
    private var logoutHint: String? = null
    private var uiLocales: String? = null

    /** For `post_logout_redirect_uri`. */
    public fun redirectUri(value: String): ParameterNamesBuilder = apply { redirectUri = value }

    /** For `id_token_hint`. */
    public fun idTokenHint(value: String): ParameterNamesBuilder = apply { idTokenHint = value }

    /** For `client_id`. */
    public fun clientId(value: String): ParameterNamesBuilder = apply { clientId = value }

    /** For `state`. */
    public fun state(value: String): ParameterNamesBuilder = apply { state = value }

    /** For `logout_hint`. */
    public fun logoutHint(value: String): ParameterNamesBuilder = apply { logoutHint = value }

    /** For `ui_locales`. */
    public fun uiLocales(value: String): ParameterNamesBuilder = apply { uiLocales = value }

    /** The names. */
    public fun build(): ParameterNames =
        ParameterNames(
            redirectUri = redirectUri,
            idTokenHint = idTokenHint,
            clientId = clientId,
            state = state,
            logoutHint = logoutHint,
            uiLocales = uiLocales,
        )
}
