import Foundation
import Testing

@testable import Exeunt

@Suite("A sign-in after a sign-out")
struct SignInTests {
    private let host = ScriptedHost(Script(navigator: "started"), entries: Sample.entries)

    @Test("an older sign-out that waits for its browser does not reach the new session")
    func survives() async throws {
        let client = try host.client(Sample.config())
        let outcome = try await client.signOut(Sample.request(keeping: .keepEverything))
        try await client.signedIn(account: "alice")
        let navigation = try #require(host.navigator?.navigations.first)
        _ = try await client.complete(Sample.returned(from: navigation))
        host.store.timePasses(16 * 60)
        _ = try await client.resume(limit: 10)
        #expect(try await client.outcome(id: outcome.id).application == .unconfirmed(because: .superseded))
        #expect(host.store.entries[ExactText("session:alice:cart")] == "3 apples")
    }

    @Test("a password is asked for until a fresh sign-in was seen")
    func advice() async throws {
        let client = try host.client(Sample.config())
        #expect(try await client.loginAdvice() == LoginAdvice(parameters: [], since: nil))
        _ = try await client.signOut(Sample.request())
        for account in [nil, "alice"] {
            let advice = try await client.loginAdvice(account: account)
            #expect(advice.parameters.map { "\($0.name)=\($0.value.reveal())" } == ["prompt=login", "max_age=0"])
            #expect(advice.since != nil)
        }
        #expect(try await client.loginAdvice(account: "bob").parameters.isEmpty)
        try await client.signedIn(account: "alice", idToken: idToken(authenticated: -3600))
        #expect(try await client.loginAdvice().since != nil, "the provider's old session let the user in")
        try await client.signedIn(account: "alice", idToken: idToken(authenticated: 60))
        #expect(try await client.loginAdvice() == LoginAdvice(parameters: [], since: nil))
    }

    @Test("a malformed ID token is refused, and the sign-out stays as it is")
    func malformed() async throws {
        let client = try host.client(Sample.config())
        _ = try await client.signOut(Sample.request())
        let before = host.store.entries
        let token = Secret("PLANTED-MARKER")
        let error = try #require(await refusal { try await client.signedIn(account: "alice", idToken: token) })
        #expect(!everyText(of: error).contains("PLANTED-MARKER"))
        #expect(host.store.entries == before)
    }

    /// An ID token whose user showed a password so many seconds from now.
    private func idToken(authenticated seconds: Double) -> Secret {
        let at = Int(Date().addingTimeInterval(seconds).timeIntervalSince1970)
        return Secret(Sample.idToken(claims: #"{"iss":"https://op.example.com","sub":"alice","auth_time":\#(at)}"#))
    }
}
