@testable import Exeunt

/// Configurations and requests as the cases write them.
extension Read {
    static let reason = choice([CancelReason.userCancelled, .timedOut, .appCancelled, .offline])
    static let onCancel = choice([OnCancel.finishLocally, .keepEverything])
    static let method = choice([HttpMethod.get, .post, .delete])
    static let mode = choice([LogoutMode.redirect, .popup, .silent])
    static let reach = choice([Reach.app, .provider, .upstream])
    static let home = choice([Home.device, .server])
    static let browser = choice([BrowserMode.shared, .ephemeral])
    static let tokenKind = choice([TokenKind.refreshToken, .accessToken])
    static let authentication = choice([ClientAuthentication.secretBasic, .secretPost])
    static let sameSite = choice([SameSite.strict, .lax, .crossSite])
    static let connection = choice([
        Connection.aol, .database, .adLdap, .custom, .facebook, .fitbit, .github, .google, .googleApps, .googleOauth2,
        .linkedin, .microsoft, .activeDirectory, .adfs, .office365, .windowsLive, .oauth, .oauth1, .oauth2, .salesforce,
        .salesforceCommunity, .salesforceSandbox, .samlp, .twitter, .waad, .wsFed, .yahoo, .yammer,
    ])

    static func config(_ json: Json, _ place: String) throws -> ClientConfig {
        try Fields.read(json, place) { fields in
            ClientConfig(
                clientId: try fields.text("client_id"),
                provider: try fields.required("provider", provider),
                home: try fields.required("home", home),
                layout: try fields.required("layout", layout),
                clientSecret: try fields.secretIfAny("client_secret"),
                clientAuthentication: try fields.optional("client_authentication", authentication),
                redirectUris: try fields.texts("redirect_uris"),
                postLogoutRedirectUri: try fields.optional("post_logout_redirect_uri", redirect),
                redirectUri: try fields.textIfAny("redirect_uri"),
                allowHttp: try fields.flag("allow_http"),
                mode: try fields.optional("mode", mode),
                reach: try fields.optional("reach", reach),
                revokeTokens: try fields.flagIfAny("revoke_tokens"),
                allowRedirectInFrame: try fields.flag("allow_redirect_in_frame"),
                preferFormPost: try fields.flag("prefer_form_post"),
                minimiseHints: try fields.flag("minimise_hints"),
                signInBrowser: try fields.optional("sign_in_browser", browser),
                signOutBrowser: try fields.optional("sign_out_browser", browser),
                onCancel: try fields.optional("on_cancel", onCancel),
                keepTokensSeconds: try fields.numberIfAny("keep_tokens_seconds").map(Int64.init),
                cookies: try fields.optional("cookies", list(of: cookie)) ?? [],
                frontchannelLogoutUri: try fields.textIfAny("frontchannel_logout_uri"),
                frontchannelLogoutSessionRequired: try fields.flag("frontchannel_logout_session_required"),
                backchannelLogoutUri: try fields.textIfAny("backchannel_logout_uri"),
                backchannelLogoutSessionRequired: try fields.flag("backchannel_logout_session_required"))
        }
    }

    static func request(_ json: Json, _ place: String) throws -> EndSessionRequest {
        try Fields.read(json, place) { fields in
            EndSessionRequest(
                who: try fields.required("who", who),
                redirect: try fields.optional("redirect", redirect),
                initiatingPage: try fields.secretIfAny("initiating_page"),
                returnTo: try fields.textIfAny("return_to"),
                authority: try fields.textIfAny("authority"),
                mode: try fields.optional("mode", mode),
                reach: try fields.optional("reach", reach),
                idTokenHint: try fields.secretIfAny("id_token_hint"),
                logoutHint: try fields.secretIfAny("logout_hint"),
                state: try fields.secretIfAny("state"),
                uiLocales: try fields.texts("ui_locales"),
                extraParameters: try fields.optional("extra_parameters", list(of: parameter)) ?? [],
                correlationId: try fields.textIfAny("correlation_id"),
                everywhere: try fields.flag("everywhere"),
                inFrame: try fields.flag("in_frame"),
                popup: try fields.optional("popup", popup),
                mainWindowRedirectUri: try fields.textIfAny("main_window_redirect_uri"),
                revokeTokens: try fields.flagIfAny("revoke_tokens"),
                onCancel: try fields.optional("on_cancel", onCancel),
                ticket: try fields.secretIfAny("ticket"))
        }
    }

    private static func redirect(_ json: Json, _ place: String) throws -> Redirect {
        switch try variant(json, place) {
        case ("omit", nil): .omit
        case ("uri", let data?): try Fields.read(data, place) { .uri(uri: try $0.text("uri")) }
        case (let name, _): throw Malformed(place, "\(name) is unknown")
        }
    }

    private static func who(_ json: Json, _ place: String) throws -> Who {
        switch try variant(json, place) {
        case ("everyone", nil): .everyone
        case ("this", let data?):
            try Fields.read(data, place) { .this(account: try $0.required("account", account)) }
        case (let name, _): throw Malformed(place, "\(name) is unknown")
        }
    }

    private static func account(_ json: Json, _ place: String) throws -> Account {
        try Fields.read(json, place) { fields in
            Account(
                homeAccountId: try fields.text("home_account_id"),
                idToken: try fields.secretIfAny("id_token"),
                tokens: try fields.optional("tokens", list(of: token)) ?? [],
                connection: try fields.optional("connection", connection),
                upstreamAccessToken: try fields.secretIfAny("upstream_access_token"))
        }
    }

    private static func token(_ json: Json, _ place: String) throws -> Token {
        try Fields.read(json, place) { fields in
            Token(kind: try fields.required("kind", tokenKind), value: Secret(try fields.text("value")))
        }
    }

    private static func parameter(_ json: Json, _ place: String) throws -> Parameter {
        try Fields.read(json, place) { fields in
            Parameter(name: try fields.text("name"), value: Secret(try fields.text("value")))
        }
    }

    private static func cookie(_ json: Json, _ place: String) throws -> Cookie {
        try Fields.read(json, place) { fields in
            Cookie(
                name: try fields.text("name"),
                path: try fields.textIfAny("path"),
                domain: try fields.textIfAny("domain"),
                secure: try fields.flagIfAny("secure"),
                httpOnly: try fields.flagIfAny("http_only"),
                sameSite: try fields.optional("same_site", sameSite))
        }
    }

    private static func popup(_ json: Json, _ place: String) throws -> PopupWindow {
        try Fields.read(json, place) { fields in
            PopupWindow(
                width: try fields.numberIfAny("width").map(Int32.init),
                height: try fields.numberIfAny("height").map(Int32.init),
                left: try fields.numberIfAny("left").map(Int32.init),
                top: try fields.numberIfAny("top").map(Int32.init),
                name: try fields.textIfAny("name"))
        }
    }
}
