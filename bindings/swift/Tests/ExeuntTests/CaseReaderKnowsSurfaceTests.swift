import Testing

@testable import Exeunt

@Suite("The reader of cases knows the whole surface")
struct CaseReaderKnowsSurfaceTests {
    private let surface: Surface

    init() throws {
        surface = try Surface.read()
    }

    @Test("a record with every field there is arrives whole", arguments: ["ClientConfig", "EndSessionRequest"])
    func records(_ name: String) throws {
        let json = try surface.json(name)
        let value: Any = name == "ClientConfig" ? try Read.config(json, name) : try Read.request(json, name)
        #expect(Surface.lost(in: value, at: name).isEmpty)
    }

    @Test("every provider and every layout arrives whole", arguments: ["Provider", "CacheLayout"])
    func variants(_ name: String) throws {
        let variants = try #require(surface.variants[name])
        #expect(!variants.isEmpty)
        for variant in variants {
            let json = try surface.json(variant: variant, of: name)
            let value: Any = name == "Provider" ? try Read.provider(json, name) : try Read.layout(json, name)
            #expect(Surface.lost(in: value, at: "\(name).\(variant)").isEmpty)
            #expect("\(value)".hasPrefix(variant), "another variant: \(value)")
        }
    }

    private static let names: [String: @Sendable (Json) throws -> Json] = [
        "Auth0Endpoint": { Projection.name(try Read.auth0Endpoint($0, "")) },
        "BrowserMode": { Projection.name(try Read.browser($0, "")) },
        "CancelReason": { Projection.name(try Read.reason($0, "")) },
        "ClientAuthentication": { Projection.name(try Read.authentication($0, "")) },
        "Connection": { Projection.name(try Read.connection($0, "")) },
        "Home": { Projection.name(try Read.home($0, "")) },
        "HttpMethod": { Projection.name(try Read.method($0, "")) },
        "LogoutMode": { Projection.name(try Read.mode($0, "")) },
        "OnCancel": { Projection.name(try Read.onCancel($0, "")) },
        "Reach": { Projection.name(try Read.reach($0, "")) },
        "SameSite": { Projection.name(try Read.sameSite($0, "")) },
        "TokenKind": { Projection.name(try Read.tokenKind($0, "")) },
    ]

    @Test("every name without data is known", arguments: names.keys.sorted())
    func names(_ name: String) throws {
        let read = try #require(Self.names[name])
        let variants = try #require(surface.variants[name])
        #expect(!variants.isEmpty)
        for variant in variants {
            let json = try surface.json(variant: variant, of: name)
            #expect(try read(json) == json)
        }
        #expect(throws: Malformed.self) { try read(.text("unheard_of")) }
    }

    @Test("what is lost on the way is found, so these tests can fail")
    func control() {
        let whole = Cookie(
            name: "name", path: "path", domain: "domain", secure: true, httpOnly: true, sameSite: .lax)
        #expect(Surface.lost(in: whole, at: "Cookie").isEmpty)
        let swapped = Cookie(
            name: "name", path: "domain", domain: "path", secure: true, httpOnly: true, sameSite: .lax)
        #expect(Surface.lost(in: swapped, at: "Cookie").count == 2)
        #expect(Surface.lost(in: Cookie(name: "name"), at: "Cookie").count == 5)
        #expect(Surface.lost(in: Provider.keycloak(serverUrl: "server_url", realm: "x"), at: "").count == 2)
        let unknown = Json.object([ExactText("google"): .object([:])])
        #expect(throws: Malformed.self) { try Read.provider(unknown, "") }
        #expect(throws: Malformed.self) { try Read.layout(.text("prefix"), "") }
    }
}
