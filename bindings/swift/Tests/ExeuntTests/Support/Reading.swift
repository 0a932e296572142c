@testable import Exeunt

/// Configurations and requests as the cases write them.
extension Read {
    static let reason = choice(
        ["user_cancelled": CancelReason.userCancelled, "timed_out": .timedOut, "app_cancelled": .appCancelled])

    private static let mode = choice(["redirect": LogoutMode.redirect, "popup": .popup, "silent": .silent])
    private static let reach = choice(["app": Reach.app, "provider": .provider, "upstream": .upstream])
    private static let home = choice(["device": Home.device, "server": .server])
    private static let browser = choice(["shared": BrowserMode.shared, "ephemeral": .ephemeral])
    private static let tokenKind = choice(
        ["refresh_token": TokenKind.refreshToken, "access_token": .accessToken])
    private static let authentication = choice(
        ["secret_basic": ClientAuthentication.secretBasic, "secret_post": .secretPost])

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
                signInBrowser: try fields.optional("sign_in_browser", browser),
                signOutBrowser: try fields.optional("sign_out_browser", browser))
        }
    }

    static func request(_ json: Json, _ place: String) throws -> EndSessionRequest {
        try Fields.read(json, place) { fields in
            EndSessionRequest(
                who: try fields.required("who", who),
                redirect: try fields.optional("redirect", redirect),
                initiatingPage: try fields.secretIfAny("initiating_page"),
                returnTo: try fields.textIfAny("return_to"),
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
                ticket: try fields.secretIfAny("ticket"))
        }
    }

    private static func provider(_ json: Json, _ place: String) throws -> Provider {
        switch try variant(json, place) {
        case ("oidc", let data?):
            try Fields.read(data, place) { fields in
                .oidc(
                    issuer: try fields.text("issuer"),
                    endpoints: try fields.optional("endpoints", endpoints),
                    omitClientId: try fields.flag("omit_client_id"),
                    dynamic: try fields.flag("dynamic"))
            }
        case ("entra", let data?):
            try Fields.read(data, place) { .entra(authority: try $0.text("authority")) }
        case (let name, _):
            throw Malformed(place, "\(name) is unknown")
        }
    }

    private static func endpoints(_ json: Json, _ place: String) throws -> Endpoints {
        try Fields.read(json, place) { fields in
            Endpoints(
                endSession: try fields.textIfAny("end_session"),
                revocation: try fields.textIfAny("revocation"),
                authorization: try fields.textIfAny("authorization"))
        }
    }

    private static func layout(_ json: Json, _ place: String) throws -> CacheLayout {
        switch try variant(json, place) {
        case ("prefix", let data?):
            try Fields.read(data, place) { fields in
                .prefix(prefix: try fields.text("prefix"), separator: try fields.text("separator"))
            }
        case ("msal", nil): .msal
        case (let name, _): throw Malformed(place, "\(name) is unknown")
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
                tokens: try fields.optional("tokens", list(of: token)) ?? [])
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
