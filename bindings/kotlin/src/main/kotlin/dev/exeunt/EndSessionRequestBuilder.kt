package dev.exeunt

/**
 * An [EndSessionRequest] for callers without named arguments.
 *
 * What is not called stays "as configured".
 */
public class EndSessionRequestBuilder(
    private val who: Who,
) {
    private var redirect: Redirect? = null
    private var initiatingPage: Secret? = null
    private var returnTo: String? = null
    private var authority: String? = null
    private var mode: LogoutMode? = null
    private var reach: Reach? = null
    private var idTokenHint: Secret? = null
    private var logoutHint: Secret? = null
    private var state: Secret? = null
    private var uiLocales: List<String> = emptyList()
    private var extraParameters: List<Parameter> = emptyList()
    private var correlationId: String? = null
    private var everywhere: Boolean = false
    private var inFrame: Boolean = false
    private var popup: PopupWindow? = null
    private var mainWindowRedirectUri: String? = null
    private var revokeTokens: Boolean? = null
    private var onCancel: OnCancel? = null
    private var ticket: Secret? = null

    /** Where the browser returns. See [EndSessionRequest.redirect]. */
    public fun redirect(value: Redirect): EndSessionRequestBuilder = apply { redirect = value }

    /** The page on which the user asked. See [EndSessionRequest.initiatingPage]. */
    public fun initiatingPage(value: Secret): EndSessionRequestBuilder = apply { initiatingPage = value }

    /** Where the app's own page goes afterwards. See [EndSessionRequest.returnTo]. */
    public fun returnTo(value: String): EndSessionRequestBuilder = apply { returnTo = value }

    /** Another authority of the same cloud. See [EndSessionRequest.authority]. */
    public fun authority(value: String): EndSessionRequestBuilder = apply { authority = value }

    /** How the browser is used. See [EndSessionRequest.mode]. */
    public fun mode(value: LogoutMode): EndSessionRequestBuilder = apply { mode = value }

    /** How far the sign-out goes. See [EndSessionRequest.reach]. */
    public fun reach(value: Reach): EndSessionRequestBuilder = apply { reach = value }

    /** An ID token to send in any case. See [EndSessionRequest.idTokenHint]. */
    public fun idTokenHint(value: Secret): EndSessionRequestBuilder = apply { idTokenHint = value }

    /** A hint to send in any case. See [EndSessionRequest.logoutHint]. */
    public fun logoutHint(value: Secret): EndSessionRequestBuilder = apply { logoutHint = value }

    /** The caller's own state. See [EndSessionRequest.state]. */
    public fun state(value: Secret): EndSessionRequestBuilder = apply { state = value }

    /** Languages in order of preference. See [EndSessionRequest.uiLocales]. */
    public fun uiLocales(value: List<String>): EndSessionRequestBuilder = apply { uiLocales = value }

    /** Further parameters in this order. See [EndSessionRequest.extraParameters]. */
    public fun extraParameters(value: List<Parameter>): EndSessionRequestBuilder = apply { extraParameters = value }

    /** The identifier in the provider's logs. See [EndSessionRequest.correlationId]. */
    public fun correlationId(value: String): EndSessionRequestBuilder = apply { correlationId = value }

    /** Whether other devices or apps may be ended. See [EndSessionRequest.everywhere]. */
    public fun everywhere(value: Boolean): EndSessionRequestBuilder = apply { everywhere = value }

    /** Whether the page that asks is in a frame. See [EndSessionRequest.inFrame]. */
    public fun inFrame(value: Boolean): EndSessionRequestBuilder = apply { inFrame = value }

    /** Size, place and name of the popup. See [EndSessionRequest.popup]. */
    public fun popup(value: PopupWindow): EndSessionRequestBuilder = apply { popup = value }

    /** Where the main window goes after the popup. See [EndSessionRequest.mainWindowRedirectUri]. */
    public fun mainWindowRedirectUri(value: String): EndSessionRequestBuilder = apply { mainWindowRedirectUri = value }

    /** Whether the tokens are revoked. See [EndSessionRequest.revokeTokens]. */
    public fun revokeTokens(value: Boolean): EndSessionRequestBuilder = apply { revokeTokens = value }

    /** What a cancelled sign-out leaves. See [EndSessionRequest.onCancel]. */
    public fun onCancel(value: OnCancel): EndSessionRequestBuilder = apply { onCancel = value }

    /** The ticket that this browser brought. See [EndSessionRequest.ticket]. */
    public fun ticket(value: Secret): EndSessionRequestBuilder = apply { ticket = value }

    /** The request. */
    public fun build(): EndSessionRequest =
        EndSessionRequest(
            who = who,
            redirect = redirect,
            initiatingPage = initiatingPage,
            returnTo = returnTo,
            authority = authority,
            mode = mode,
            reach = reach,
            idTokenHint = idTokenHint,
            logoutHint = logoutHint,
            state = state,
            uiLocales = uiLocales,
            extraParameters = extraParameters,
            correlationId = correlationId,
            everywhere = everywhere,
            inFrame = inFrame,
            popup = popup,
            mainWindowRedirectUri = mainWindowRedirectUri,
            revokeTokens = revokeTokens,
            onCancel = onCancel,
            ticket = ticket,
        )
}
