package dev.exeunt

/**
 * A [ClientConfig] for callers without named arguments.
 *
 * What is not called stays as the provider's documents have it.
 */
public class ClientConfigBuilder(
    private val clientId: String,
    private val provider: Provider,
    private val home: Home,
    private val layout: CacheLayout,
) {
    private var clientSecret: Secret? = null
    private var clientAuthentication: ClientAuthentication? = null
    private var redirectUris: List<String> = emptyList()
    private var postLogoutRedirectUri: Redirect? = null
    private var redirectUri: String? = null
    private var allowHttp: Boolean = false
    private var mode: LogoutMode? = null
    private var reach: Reach? = null
    private var revokeTokens: Boolean? = null
    private var allowRedirectInFrame: Boolean = false
    private var preferFormPost: Boolean = false
    private var minimiseHints: Boolean = false
    private var signInBrowser: BrowserMode? = null
    private var signOutBrowser: BrowserMode? = null
    private var onCancel: OnCancel? = null
    private var keepTokensSeconds: Long? = null
    private var cookies: List<Cookie> = emptyList()
    private var frontchannelLogoutUri: String? = null
    private var frontchannelLogoutSessionRequired: Boolean = false
    private var backchannelLogoutUri: String? = null
    private var backchannelLogoutSessionRequired: Boolean = false

    /** The app's secret; only on a server. See [ClientConfig.clientSecret]. */
    public fun clientSecret(value: Secret): ClientConfigBuilder = apply { clientSecret = value }

    /** How the secret is sent. See [ClientConfig.clientAuthentication]. */
    public fun clientAuthentication(value: ClientAuthentication): ClientConfigBuilder =
        apply {
            clientAuthentication =
                value
        }

    /** Every address that a browser may be sent to. See [ClientConfig.redirectUris]. */
    public fun redirectUris(value: List<String>): ClientConfigBuilder = apply { redirectUris = value }

    /** Where the browser returns. See [ClientConfig.postLogoutRedirectUri]. */
    public fun postLogoutRedirectUri(value: Redirect): ClientConfigBuilder = apply { postLogoutRedirectUri = value }

    /** The sign-in address to which a proof is answered. See [ClientConfig.redirectUri]. */
    public fun redirectUri(value: String): ClientConfigBuilder = apply { redirectUri = value }

    /** Whether http addresses are accepted. See [ClientConfig.allowHttp]. */
    public fun allowHttp(value: Boolean): ClientConfigBuilder = apply { allowHttp = value }

    /** How the browser is used. See [ClientConfig.mode]. */
    public fun mode(value: LogoutMode): ClientConfigBuilder = apply { mode = value }

    /** How far a sign-out goes. See [ClientConfig.reach]. */
    public fun reach(value: Reach): ClientConfigBuilder = apply { reach = value }

    /** Whether tokens are revoked. See [ClientConfig.revokeTokens]. */
    public fun revokeTokens(value: Boolean): ClientConfigBuilder = apply { revokeTokens = value }

    /** Whether a redirect may start in a frame. See [ClientConfig.allowRedirectInFrame]. */
    public fun allowRedirectInFrame(value: Boolean): ClientConfigBuilder = apply { allowRedirectInFrame = value }

    /** Whether the request is always a form. See [ClientConfig.preferFormPost]. */
    public fun preferFormPost(value: Boolean): ClientConfigBuilder = apply { preferFormPost = value }

    /** Whether the ID token stays out of requests. See [ClientConfig.minimiseHints]. */
    public fun minimiseHints(value: Boolean): ClientConfigBuilder = apply { minimiseHints = value }

    /** The browser session of the sign-in. See [ClientConfig.signInBrowser]. */
    public fun signInBrowser(value: BrowserMode): ClientConfigBuilder = apply { signInBrowser = value }

    /** The browser session of the sign-out. See [ClientConfig.signOutBrowser]. */
    public fun signOutBrowser(value: BrowserMode): ClientConfigBuilder = apply { signOutBrowser = value }

    /** What a cancelled sign-out leaves. See [ClientConfig.onCancel]. */
    public fun onCancel(value: OnCancel): ClientConfigBuilder = apply { onCancel = value }

    /** How long tokens are kept that could not be revoked yet. See [ClientConfig.keepTokensSeconds]. */
    public fun keepTokensSeconds(value: Long): ClientConfigBuilder = apply { keepTokensSeconds = value }

    /** The app's own session cookies. See [ClientConfig.cookies]. */
    public fun cookies(value: List<Cookie>): ClientConfigBuilder = apply { cookies = value }

    /** Registers the page of front-channel notices. See [ClientConfig.frontchannelLogoutUri]. */
    public fun frontchannelLogoutUri(value: String): ClientConfigBuilder = apply { frontchannelLogoutUri = value }

    /** Whether that page is told the session. See [ClientConfig.frontchannelLogoutSessionRequired]. */
    public fun frontchannelLogoutSessionRequired(value: Boolean): ClientConfigBuilder =
        apply {
            frontchannelLogoutSessionRequired =
                value
        }

    /** Registers the address of logout tokens. See [ClientConfig.backchannelLogoutUri]. */
    public fun backchannelLogoutUri(value: String): ClientConfigBuilder = apply { backchannelLogoutUri = value }

    /** Whether a logout token names the session. See [ClientConfig.backchannelLogoutSessionRequired]. */
    public fun backchannelLogoutSessionRequired(value: Boolean): ClientConfigBuilder =
        apply {
            backchannelLogoutSessionRequired =
                value
        }

    /** The configuration. */
    public fun build(): ClientConfig =
        ClientConfig(
            clientId = clientId,
            provider = provider,
            home = home,
            layout = layout,
            clientSecret = clientSecret,
            clientAuthentication = clientAuthentication,
            redirectUris = redirectUris,
            postLogoutRedirectUri = postLogoutRedirectUri,
            redirectUri = redirectUri,
            allowHttp = allowHttp,
            mode = mode,
            reach = reach,
            revokeTokens = revokeTokens,
            allowRedirectInFrame = allowRedirectInFrame,
            preferFormPost = preferFormPost,
            minimiseHints = minimiseHints,
            signInBrowser = signInBrowser,
            signOutBrowser = signOutBrowser,
            onCancel = onCancel,
            keepTokensSeconds = keepTokensSeconds,
            cookies = cookies,
            frontchannelLogoutUri = frontchannelLogoutUri,
            frontchannelLogoutSessionRequired = frontchannelLogoutSessionRequired,
            backchannelLogoutUri = backchannelLogoutUri,
            backchannelLogoutSessionRequired = backchannelLogoutSessionRequired,
        )
}
