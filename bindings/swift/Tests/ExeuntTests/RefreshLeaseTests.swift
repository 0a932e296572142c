import Testing

@testable import Exeunt

@Suite("What a token refresh brings is saved under its lease")
struct RefreshLeaseTests {
    private let store = MemoryStore(["session:alice:access_token": Secret("old")])
    private let client: LogoutClient
    private let fresh = [Entry(key: "session:alice:access_token", value: Secret("fresh"), protect: true)]

    init() throws {
        client = try LogoutClient(config: Sample.config(), store: store)
    }

    private var saved: [String: Secret?] {
        let keys = store.keys(prefix: "session:")
        return Dictionary(uniqueKeysWithValues: zip(keys, store.read(keys: keys)))
    }

    @Test("a lease that nobody has ended saves")
    func stored() async throws {
        let lease = try await client.lease(account: "alice")
        #expect(try await client.stillValid(lease))
        #expect(try await client.save(fresh, under: lease) == .stored)
        #expect(saved == ["session:alice:access_token": Secret("fresh")])
    }

    @Test("a refresh that is answered after a sign-out is not saved")
    func afterSignOut() async throws {
        let lease = try await client.lease(account: "alice")
        async let refreshed = fresh
        let outcome = try await client.signOut(Sample.request())
        #expect(outcome.signedOutLocally())
        #expect(try await !client.stillValid(lease))
        #expect(try await client.save(refreshed, under: lease) == .signedOut)
        #expect(saved.isEmpty)
    }

    @Test("everyone's sign-out ends the lease of each")
    func afterEveryone() async throws {
        let lease = try await client.lease(account: "carol")
        _ = try await client.logout()
        let entry = Entry(key: "session:carol:access_token", value: Secret("fresh"))
        #expect(try await client.save([entry], under: lease) == .signedOut)
        #expect(saved.isEmpty)
    }

    @Test("a lease from before a sign-in saves nothing into the new session; a new lease does")
    func afterSignIn() async throws {
        let old = try await client.lease(account: "alice")
        _ = try await client.signOut(Sample.request())
        try await client.signedIn(account: "alice")
        #expect(try await client.save(fresh, under: old) == .signedOut)
        #expect(saved.isEmpty)
        #expect(try await client.save(fresh, under: client.lease(account: "alice")) == .stored)
    }

    @Test("somebody else's sign-out leaves the lease as it is")
    func ofAnother() async throws {
        let lease = try await client.lease(account: "alice")
        _ = try await client.signOut(Sample.request("bob"))
        #expect(try await client.save(fresh, under: lease) == .stored)
    }

    @Test("under one account's lease no entry of another is saved", arguments: ["session:bob:x", "exeunt.pending.d.x"])
    func foreign(_ key: String) async throws {
        let lease = try await client.lease(account: "alice")
        let entries = fresh + [Entry(key: key, value: Secret("fresh"))]
        let error = try #require(await refusal { try await client.save(entries, under: lease) })
        #expect(error.rule == "LEASE-01")
        #expect(saved == ["session:alice:access_token": Secret("old")])
        #expect(store.keys(prefix: "exeunt.").isEmpty)
    }
}
