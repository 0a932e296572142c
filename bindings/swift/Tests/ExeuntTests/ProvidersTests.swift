import Testing

@testable import Exeunt

@Suite("Providers and layouts as an app writes them")
struct ProvidersTests {
    private static let withEndpoint: [Provider] = [
        .oidc(issuer: "https://op.example.com", parameterNames: ParameterNames(redirectUri: "returnTo")),
        .entra(authority: "https://login.microsoftonline.com/organizations"),
        .azureB2c(authority: "https://contoso.b2clogin.com/contoso.onmicrosoft.com/b2c_1_sign_in"),
        .entraExternalId(authority: "https://contoso.ciamlogin.com"), .adFs(issuer: "https://fs.example.com/adfs"),
        .auth0(domain: "tenant.eu.auth0.com"), .passport(),
        .keycloak(serverUrl: "https://sso.example.com", realm: "staff"), .okta(issuer: "https://dev-1.okta.com"),
        .cognito(domain: "app.auth.eu-west-1.amazoncognito.com"), .ping(issuer: "https://auth.pingone.eu/env/as"),
        .salesforce(domain: "mydomain.my.salesforce.com"),
    ]
    private static let without: [Provider] = [.google, .apple, .github, .slack, .discord]

    @Test("a provider with an endpoint is navigated to; one without says so", arguments: withEndpoint + without)
    func plan(_ provider: Provider) async throws {
        let plan = try await Self.client(provider).plan(EndSessionRequest(who: .everyone))
        let navigates = plan.steps().contains { step in
            if case .navigate = step { true } else { false }
        }
        #expect(navigates == !Self.without.contains(provider))
        #expect(plan.warnings().contains(.noEndSessionEndpoint) == Self.without.contains(provider))
    }

    @Test("a direct request is a step of its own")
    func call() async throws {
        let provider = Provider.keycloak(serverUrl: "https://sso.example.com", realm: "staff", direct: true)
        let store = MemoryStore(["session:alice:refresh_token": Secret("a-token")])
        let plan = try await Self.client(provider, store: store).plan(Sample.request())
        let endpoint = "https://sso.example.com/realms/staff/protocol/openid-connect/logout"
        #expect(plan.steps().contains(.call(account: "alice", endpoint: endpoint)))
    }

    @Test(
        "every layout is found empty in an empty store",
        arguments: [
            CacheLayout.prefix(prefix: "session", separator: ":"), .msal, .auth0Spa, .auth0Native(),
            .auth0Native(audiences: ["https://api.example.com"]), .oidcClient(authority: "https://op.example.com"),
            .oktaAuthJs, .amplify, .keycloakJs,
        ])
    func layouts(_ layout: CacheLayout) async throws {
        let outcome = try await Self.client(.google, layout: layout).signOut(EndSessionRequest(who: .everyone))
        // Where the layout's library sets cookies of its own, nobody can see that they are gone.
        #expect(outcome.signedOutLocally() == outcome.cookies.isEmpty)
        #expect(outcome.leftBehind.isEmpty)
    }

    @Test("cookies that the app sets are told, deleted by the reply, and never read as gone")
    func cookies() async throws {
        let cookie = Cookie(name: "sid", path: "/app", sameSite: .strict)
        let outcome = try await Self.client(.google, cookies: [cookie]).signOut(EndSessionRequest(who: .everyone))
        #expect(outcome.cookies == [cookie])
        #expect(outcome.application == .unconfirmed(because: .cookieDeletionSent))
        let deletions = outcome.reply().headers.filter { $0.name == "Set-Cookie" }.map { $0.value.reveal() }
        #expect(deletions.count == 1)
        #expect(deletions.first?.hasPrefix("sid=; Path=/app; ") == true)
        #expect(deletions.first?.contains("SameSite=Strict") == true)
    }

    private static func client(
        _ provider: Provider, layout: CacheLayout = .prefix(prefix: "session", separator: ":"),
        cookies: [Cookie] = [], store: MemoryStore = MemoryStore()
    ) throws -> LogoutClient {
        let config = ClientConfig(
            clientId: "app", provider: provider, home: .device, layout: layout,
            postLogoutRedirectUri: .uri(uri: Sample.goodbye), cookies: cookies)
        return try LogoutClient(config: config, store: store, transport: ScriptedTransport(rules: []))
    }
}
