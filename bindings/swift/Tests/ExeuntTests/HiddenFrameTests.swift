import Testing

@testable import Exeunt

@Suite("A hidden frame on a server")
struct HiddenFrameTests {
    @Test("the outcome names the origin of the page that holds the frame, and shows nothing of its query")
    func parent() async throws {
        let marker = "PAGE-MARKER"
        let config = ClientConfig(
            clientId: "app",
            provider: .oidc(
                issuer: "https://op.example.com", endpoints: Endpoints(endSession: "https://op.example.com/logout")),
            home: .server, layout: .prefix(prefix: "session", separator: ":"), clientSecret: Secret("s"),
            postLogoutRedirectUri: .uri(uri: Sample.goodbye), revokeTokens: false)
        let client = try LogoutClient(config: config, store: MemoryStore())
        let request = EndSessionRequest(
            who: .this(account: Account(homeAccountId: "alice")),
            initiatingPage: Secret("https://app.example.com/account?code=\(marker)"), mode: .silent)
        let outcome = try await client.signOut(request)
        #expect(outcome.frameParent == "https://app.example.com")
        let left = try #require(outcome.next)
        let completion = try await client.complete(Sample.returned(from: left), ticket: outcome.ticket)
        guard case .matched(let known) = completion else {
            Issue.record("\(completion)")
            return
        }
        #expect(known.frameParent == "https://app.example.com")
        #expect(!everyText(of: outcome).contains(marker) && !everyText(of: completion.reply()).contains(marker))
    }
}
