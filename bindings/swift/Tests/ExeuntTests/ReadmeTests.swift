import Exeunt
import Testing

@Suite("The README's examples")
struct ReadmeTests {
    @Test("the README's Swift examples run as they are printed, the second after the first")
    func examples() async throws {
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
        let idToken = Secret(Sample.idToken(claims: #"{"iss":"https://op.example.com","sub":"alice"}"#))
        // readme begins
        let resumed = try await client.resume(limit: 20)  // finishes what a crash or a dead network interrupted
        let advice = try await client.loginAdvice(account: "alice")  // for the authorization request
        try await client.signedIn(account: "alice", idToken: idToken)  // no older sign-out reaches the new session
        let lease = try await client.lease(account: "alice")  // before the refresh token is read
        let refreshed = [Entry(key: "session:alice:access_token", value: Secret("a-new-token"), protect: true)]
        let saved = try await client.save(refreshed, under: lease)  // .signedOut: somebody left meanwhile
        print(resumed.nextDue as Any, advice.parameters, saved)
        // readme ends
        #expect(resumed.outcomes.isEmpty && resumed.setAside.isEmpty)
        #expect(advice.parameters.map(\.name) == ["prompt", "max_age"])
        #expect(saved == .stored)
    }

    @Test("the README's example checks a store")
    func check() {
        // readme begins
        let store = MemoryStore()  // or yours
        precondition(checkSessionStore(store: store) == [])
        // readme ends
    }
}
