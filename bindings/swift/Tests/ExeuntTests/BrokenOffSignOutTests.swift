import Testing

@testable import Exeunt

@Suite("A sign-out that broke off is finished by a new client")
struct BrokenOffSignOutTests {
    @Test(
        "a store that throws in the middle of a sign-out is cleared by the next resume, and nobody is told a lie before",
        arguments: [Guarantee.atomic, .perKey])
    func finished(_ guarantee: Guarantee) async throws {
        let bobs = [ExactText("session:bob:cart"): "1 pear"]
        let alices = [ExactText("session:alice:cart"): "3 apples", ExactText("session:alice:note"): "a note"]
        let store = TearingStore(guarantee, alices.merging(bobs) { first, _ in first })
        let outcome = try await store.client().signOut(Sample.request())
        #expect(store.isTorn)
        #expect(!outcome.signedOutLocally())
        #expect(outcome.application == .unconfirmed(because: .storeUnavailable))
        #expect(outcome.warnings.contains(.storeNotAtomic) == (guarantee == .perKey))

        store.heal()
        let client = try store.client()
        let early = try await client.resume(limit: 10)
        #expect(early.outcomes.isEmpty, "the first runner may still be at work")
        #expect(early.nextDue != nil)

        store.inner.timePasses(61)
        let resumed = try await client.resume(limit: 10)
        #expect(resumed.outcomes.map(\.id) == [outcome.id])
        #expect(resumed.outcomes.map(\.application) == [.ended(evidence: .readBack)])
        #expect(resumed.setAside.isEmpty)
        #expect(store.theirs == bobs)
        #expect(try await client.outcome(id: outcome.id).signedOutLocally())
    }
}

/// Answers nothing more from the first removal of a session's key on, until it is healed. An atomic store has done the
/// whole change by then, the other kind one key of it.
private final class TearingStore: SessionStore {
    private enum State { case whole, torn, healed }

    let inner: ScriptedStore
    private let state = Locked(State.whole)

    init(_ guarantee: Guarantee, _ entries: [ExactText: String]) {
        var faults = StoreFaults()
        faults.guarantee = guarantee
        inner = ScriptedStore(entries: entries, faults: faults)
    }

    var isTorn: Bool { state.withLock { $0 == .torn } }

    /// What is not exeunt's own.
    var theirs: [ExactText: String] { inner.entries.filter { !$0.key.text.hasPrefix("exeunt.") } }

    func heal() { state.withLock { $0 = .healed } }

    func client() throws -> LogoutClient {
        try LogoutClient(config: Sample.config(), store: self, navigator: ScriptedNavigator(answer: "started"))
    }

    private func answering() throws {
        if isTorn { throw Loud(description: "torn") }
    }

    func keys(prefix: String) throws -> [String] {
        try answering()
        return try inner.keys(prefix: prefix)
    }

    func read(keys: [String]) throws -> [Secret?] {
        try answering()
        return try inner.read(keys: keys)
    }

    func commit(change: Change) throws -> Commit {
        try answering()
        let removed = change.remove.first { $0.hasPrefix("session:") }
        guard let removed, state.withLock({ $0 == .whole }) else { return try inner.commit(change: change) }
        let whole = try inner.guarantee() == .atomic
        state.withLock { $0 = .torn }
        let done = whole ? change : Change(remove: [removed])
        return try inner.commit(change: done)
    }

    func guarantee() throws -> Guarantee {
        try answering()
        return try inner.guarantee()
    }
}
