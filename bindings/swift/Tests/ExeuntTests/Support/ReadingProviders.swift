@testable import Exeunt

/// Providers and cache layouts as the cases write them.
extension Read {
    static let auth0Endpoint = choice([Auth0Endpoint.v2Logout, .oidcLogout])

    private static let plainProvider = choice(
        ["google": Provider.google, "apple": .apple, "github": .github, "slack": .slack, "discord": .discord])
    private static let plainLayout = choice([
        "msal": CacheLayout.msal, "auth0_spa": .auth0Spa, "okta_auth_js": .oktaAuthJs, "amplify": .amplify,
        "keycloak_js": .keycloakJs,
    ])

    static func provider(_ json: Json, _ place: String) throws -> Provider {
        guard case (let name, let data?) = try variant(json, place) else { return try plainProvider(json, place) }
        return try Fields.read(data, "\(place).\(name)") { fields in
            switch name {
            case "oidc": try oidc(fields)
            case "entra": .entra(authority: try fields.text("authority"))
            case "azure_b2c":
                .azureB2c(
                    authority: try fields.text("authority"), knownAuthorities: try fields.texts("known_authorities"))
            case "entra_external_id": .entraExternalId(authority: try fields.text("authority"))
            case "ad_fs": .adFs(issuer: try fields.text("issuer"))
            case "auth0": try auth0(fields)
            case "passport": .passport(domain: try fields.textIfAny("domain"))
            case "central_auth":
                .centralAuth(baseUrl: try fields.textIfAny("base_url"), autologin: try fields.flag("autologin"))
            case "keycloak":
                .keycloak(
                    serverUrl: try fields.text("server_url"), realm: try fields.text("realm"),
                    direct: try fields.flag("direct"))
            case "okta": .okta(issuer: try fields.text("issuer"))
            case "cognito": .cognito(domain: try fields.text("domain"))
            case "ping": .ping(issuer: try fields.text("issuer"))
            case "salesforce": .salesforce(domain: try fields.text("domain"))
            default: throw Malformed(place, "\(name) is unknown")
            }
        }
    }

    private static func oidc(_ fields: Fields) throws -> Provider {
        .oidc(
            issuer: try fields.text("issuer"),
            endpoints: try fields.optional("endpoints", endpoints),
            parameterNames: try fields.optional("parameter_names", parameterNames),
            omitClientId: try fields.flag("omit_client_id"),
            dynamic: try fields.flag("dynamic"))
    }

    private static func auth0(_ fields: Fields) throws -> Provider {
        .auth0(
            domain: try fields.text("domain"),
            endpoint: try fields.optional("endpoint", auth0Endpoint),
            omitClientId: try fields.flag("omit_client_id"),
            allowedLogoutUrls: try fields.texts("allowed_logout_urls"),
            tenantAllowedLogoutUrls: try fields.texts("tenant_allowed_logout_urls"))
    }

    private static func endpoints(_ json: Json, _ place: String) throws -> Endpoints {
        try Fields.read(json, place) { fields in
            Endpoints(
                endSession: try fields.textIfAny("end_session"),
                revocation: try fields.textIfAny("revocation"),
                authorization: try fields.textIfAny("authorization"))
        }
    }

    private static func parameterNames(_ json: Json, _ place: String) throws -> ParameterNames {
        try Fields.read(json, place) { fields in
            ParameterNames(
                redirectUri: try fields.textIfAny("redirect_uri"),
                idTokenHint: try fields.textIfAny("id_token_hint"),
                clientId: try fields.textIfAny("client_id"),
                state: try fields.textIfAny("state"),
                logoutHint: try fields.textIfAny("logout_hint"),
                uiLocales: try fields.textIfAny("ui_locales"))
        }
    }

    static func layout(_ json: Json, _ place: String) throws -> CacheLayout {
        guard case (let name, let data?) = try variant(json, place) else { return try plainLayout(json, place) }
        return try Fields.read(data, "\(place).\(name)") { fields in
            switch name {
            case "prefix": .prefix(prefix: try fields.text("prefix"), separator: try fields.text("separator"))
            case "auth0_native": .auth0Native(audiences: try fields.texts("audiences"))
            case "oidc_client": .oidcClient(authority: try fields.text("authority"))
            default: throw Malformed(place, "\(name) is unknown")
            }
        }
    }
}
