import Foundation
import Testing

@testable import Exeunt

@Suite("Work happens off the caller's actor")
struct WorkIsOffTheMainThreadTests {
    @Test("no callback arrives on the main actor, though the caller is there")
    @MainActor
    func callbacks() async throws {
        let host = ThreadNotes()
        let client = try LogoutClient(
            config: Sample.config(), store: host, navigator: host, listeners: [host])
        let outcome = try await client.signOut(Sample.request())
        _ = try await client.outcome(id: outcome.id)
        _ = try await client.accounts()
        #expect(isOnMainQueue())
        let notes = host.onMainQueue.withLock { $0 }
        #expect(notes.count > 4)
        #expect(!notes.contains(true))
    }

    @Test("nor does one of the calls about sign-ins and refreshes")
    @MainActor
    func guards() async throws {
        let host = ThreadNotes()
        let client = try LogoutClient(config: Sample.config(), store: host)
        func called(_ call: () async throws -> Void) async throws {
            let before = host.onMainQueue.withLock { $0.count }
            try await call()
            #expect(isOnMainQueue())
            #expect(host.onMainQueue.withLock { $0.count } > before)
        }
        let lease = try await client.lease(account: "alice")
        try await called { _ = try await client.resume(limit: 1) }
        try await called { try await client.signedIn(account: "alice") }
        try await called { _ = try await client.loginAdvice() }
        try await called { _ = try await client.lease(account: "alice") }
        try await called { _ = try await client.save([], under: lease) }
        try await called { _ = try await client.stillValid(lease) }
        #expect(!host.onMainQueue.withLock { $0.contains(true) })
    }

    @Test("many sign-outs at once, from one client, all end")
    func manyAtOnce() async throws {
        let entries = (0..<50).map { ("session:user\($0):cart", Secret("\($0)")) }
        let client = try LogoutClient(
            config: Sample.config(), store: MemoryStore(Dictionary(uniqueKeysWithValues: entries)))
        let ended = try await withThrowingTaskGroup(of: Bool.self) { group in
            for at in 0..<50 {
                group.addTask {
                    let request = EndSessionRequest(
                        who: .this(account: Account(homeAccountId: "user\(at)")), reach: .app)
                    return try await client.signOut(request).signedOutLocally()
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(ended == 50)
        #expect(try await client.accounts().isEmpty)
    }

    @Test("logout signs out everyone on a device")
    func everyone() async throws {
        let store = MemoryStore(["session:alice:x": Secret("1"), "session:bob:x": Secret("2"), "other": Secret("3")])
        let client = try LogoutClient(config: Sample.config(), store: store)
        let outcome = try await client.logout()
        #expect(outcome.signedOutLocally())
        #expect(outcome.accounts.map(\.account).sorted() == ["alice", "bob"])
        #expect(store.keys(prefix: "session:").isEmpty)
        #expect(store.read(keys: ["other"]) == [Secret("3")])
    }
}

/// Notes whether each callback arrives on the main queue.
private final class ThreadNotes: SessionStore, Navigator, LogoutListener {
    let onMainQueue = Locked<[Bool]>([])
    private let store = MemoryStore(["session:alice:cart": Secret("3 apples")])

    private func note() { onMainQueue.withLock { $0.append(isOnMainQueue()) } }

    func keys(prefix: String) throws -> [String] {
        note()
        return store.keys(prefix: prefix)
    }

    func read(keys: [String]) throws -> [Secret?] {
        note()
        return store.read(keys: keys)
    }

    func commit(change: Change) throws -> Commit {
        note()
        return store.commit(change: change)
    }

    func guarantee() throws -> Guarantee {
        note()
        return store.guarantee()
    }

    func navigate(navigation: Navigation) throws -> Navigated {
        note()
        return .started
    }

    func dismiss(id: String) throws -> Done {
        note()
        return .done
    }

    func onEvent(event: LogoutEvent) throws -> Done {
        note()
        return .done
    }
}
