import Foundation
import Testing

@testable import Exeunt

@Suite("Secrets never show")
struct SecretsNeverShowTests {
    /// Part of every secret planted here, and of nothing else.
    private static let marker = "PLANTED-MARKER"

    private static func planted(_ kind: String) -> Secret { Secret("\(kind).\(marker)") }

    private static let account = Account(
        homeAccountId: "alice", idToken: planted("id-token"),
        tokens: [
            Token(kind: .refreshToken, value: planted("refresh")), Token(kind: .accessToken, value: planted("access")),
        ], connection: .facebook, upstreamAccessToken: planted("upstream"))

    private static let navigation = Navigation(
        id: "1", url: planted("https://op.example.com/?state="), method: .post,
        form: [Parameter(name: "id_token_hint", value: planted("field"))], mode: .redirect, popup: nil,
        mainWindowRedirectUri: nil, redirectUri: nil, frameTimeoutMs: 1)

    private static let records: [any Sendable] = [
        planted("alone"),
        account,
        EndSessionRequest(
            who: .this(account: account), initiatingPage: planted("https://app.example.com/?code="),
            idTokenHint: planted("hint"), logoutHint: planted("hint"), state: planted("state"),
            extraParameters: [Parameter(name: "x", value: planted("extra"))], ticket: planted("ticket")),
        ClientConfig(
            clientId: "c", provider: .entra(authority: "https://login.microsoftonline.com/t"), home: .server,
            layout: .msal, clientSecret: planted("client-secret")),
        navigation,
        HttpCall(
            method: .post, url: planted("url"), headers: [Header(name: "Authorization", value: planted("basic"))],
            body: planted("token="), connectTimeoutMs: 1, timeoutMs: 1, maxBodyBytes: 1, publicAddressesOnly: false),
        HttpAnswer(
            status: 200, headers: [Header(name: "Set-Cookie", value: planted("cookie"))],
            body: .init("token=\(marker)".utf8)),
        Reply(status: 303, headers: [Header(name: "Location", value: planted("url"))], body: planted("page")),
        Change(
            require: [Requirement(key: "k", value: planted("old"))],
            write: [Entry(key: "k", value: planted("new"), protect: true)]),
        Hints(
            encrypted: false, unsigned: false, issuer: nil, subject: planted("sub"), audience: [],
            authorizedParty: nil, sessionId: planted("sid"), loginHint: planted("login"), expiresAt: nil,
            issuedAt: nil, authenticatedAt: nil),
        HostError.Unavailable(reason: marker), HostError.Offline(reason: marker), HostError.TimeExpired(reason: marker),
        HostError.Insecure(reason: marker), HostError.BadAnswer(reason: marker), HostError.Broken(reason: marker),
        MemoryStore(["session:alice:id_token": planted("stored")]),
    ]

    @Test("no way of printing a value shows the secret in it", arguments: Self.records.indices)
    func values(_ at: Int) {
        let text = everyText(of: Self.records[at])
        #expect(!text.contains(Self.marker), "\(type(of: Self.records[at]))")
        #expect(!text.contains(Self.marker.utf8.map { "- \($0)" }.joined(separator: "\n")))
    }

    @Test("the search itself finds a marker that is shown, and reveal gives the value")
    func control() {
        #expect(everyText(of: ["secret": Self.marker]).contains(Self.marker))
        #expect(everyText(of: Data(Self.marker.utf8)).contains("80"), "dump shows the bytes of plain data")
        #expect(Self.planted("a").reveal() == "a.\(Self.marker)")
        #expect("\(Self.planted("a"))" == "***")
    }

    @Test("what is no secret prints: cookies, connections, providers")
    func plain() {
        let cookie = Cookie(name: "sid", path: "/app", sameSite: .crossSite)
        for shown in ["sid", "/app", "CrossSite"] { #expect("\(cookie)".contains(shown)) }
        #expect("\(Connection.googleOauth2)" == "googleOauth2")
        #expect("\(Self.account)".contains("Facebook") && "\(Self.account)".contains("alice"))
        #expect("\(Provider.keycloak(serverUrl: "https://sso.example.com", realm: "staff"))".contains("staff"))
    }

    @Test("a secret cannot be encoded")
    func encoding() {
        #expect(!((Self.planted("a") as Any) is any Encodable))
        #expect(!((Self.account as Any) is any Encodable))
    }

    @Test("nothing that a sign-out gives back shows a secret")
    func liveRun() async throws {
        let idToken = Self.idToken
        let host = ScriptedHost(
            Script(navigator: "started"),
            entries: [
                ExactText("session:alice:id_token"): idToken,
                ExactText("session:alice:refresh_token"): Self.marker,
                ExactText("session:alice:note"): Self.marker,
            ])
        let client = try host.client(Sample.config(revocation: "https://op.example.com/revoke"))
        let request = EndSessionRequest(
            who: .this(account: Account(homeAccountId: "alice")), logoutHint: Self.planted("hint"),
            state: Self.planted("state"), extraParameters: [Parameter(name: "x", value: Self.planted("extra"))])
        let plan = try await client.plan(request)
        let outcome = try await client.run(plan)
        let navigation = try #require(host.navigator?.navigations.first)
        let completion = try await client.complete(Sample.returned(from: navigation))
        let lease = try await client.lease(account: "alice")
        host.store.timePasses(120)
        let resumed = try await client.resume(limit: 10)
        #expect(resumed.outcomes.flatMap(\.kept).contains { $0.purpose == .tokenRevocation })
        let rest: [Any] = [
            lease, resumed, try await client.loginAdvice(), try await client.stillValid(lease),
            client, plan, plan.steps(), plan.explain(), outcome, outcome.reply(), navigation, completion,
            try await client.outcome(id: outcome.id), try await client.proof(id: outcome.id),
            try await client.pending(), try await client.accounts(), host.listener.events, host.transport?.calls ?? [],
        ]
        for (at, value) in rest.enumerated() {
            let text = everyText(of: value)
            #expect(!text.contains(Self.marker), "value \(at)")
            #expect(!text.contains(idToken), "value \(at)")
            #expect(!text.contains(Seen.wholeState(of: navigation) ?? "none"), "value \(at)")
        }
        let sent = navigation.url.reveal()
        #expect(sent.contains(Self.marker) && sent.contains(idToken), "the secrets were really under way")
    }

    @Test("no refusal quotes what it refuses")
    func refusals() async throws {
        let client = try ScriptedHost(Script(), entries: [:]).client(Sample.config())
        let account = Account(homeAccountId: "alice")
        let refused = [
            EndSessionRequest(
                who: .this(account: account), redirect: .uri(uri: "https://a.example/?q=\(Self.marker)#x")),
            EndSessionRequest(who: .this(account: account), idTokenHint: Self.planted("not-a-token")),
            EndSessionRequest(
                who: .this(account: account), extraParameters: [Parameter(name: "state", value: Self.planted("x"))]),
        ]
        for request in refused {
            let error = try #require(await refusal { try await client.signOut(request) })
            #expect(!everyText(of: error).contains(Self.marker))
        }
    }

    private static let idToken = Sample.idToken(
        claims: #"{"iss":"https://op.example.com","aud":"s6BhdRkqt3","sub":"\#(marker)"}"#)
}
