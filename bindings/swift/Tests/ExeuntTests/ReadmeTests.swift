import Exeunt
import Testing

@Suite("The README's example")
struct ReadmeTests {
    @Test("the README's Swift example runs as it is printed")
    func example() async throws {
        // readme begins
        let provider = Provider.oidc(
            issuer: "https://op.example.com", endpoints: Endpoints(endSession: "https://op.example.com/logout"))
        let config = ClientConfig(
            clientId: "my-app", provider: provider, home: .device, layout: .prefix(prefix: "session", separator: ":"),
            postLogoutRedirectUri: .uri(uri: "https://app.example.com/bye"), revokeTokens: false)
        let client = try LogoutClient(config: config, store: MemoryStore())
        let alice = Account(homeAccountId: "alice")
        let outcome = try await client.signOut(EndSessionRequest(who: .this(account: alice)))
        precondition(outcome.signedOutLocally() && !outcome.signedOutAtProvider())
        print(outcome.application, outcome.provider, outcome.next as Any)
        // readme ends
    }
}
