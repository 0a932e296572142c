import Testing

@testable import Exeunt

@Suite("Keep everything until the browser is back, with a navigator of the main actor")
@MainActor
struct KeepEverythingTests {
    private let presenter = Presenter()
    private let store = ScriptedStore(
        entries: [ExactText("session:alice:cart"): "3 apples", ExactText("session:bob:cart"): "1 pear"],
        faults: StoreFaults())

    private var theirs: [ExactText: String] { store.entries.filter { !$0.key.text.hasPrefix("exeunt.") } }

    @Test("the browser goes first, and a cancel leaves everything as it was")
    func cancelled() async throws {
        let before = store.entries
        let client = try presenter.client(store: store)
        let asked = try await client.signOut(Sample.request(keeping: .keepEverything))
        await presenter.called(times: 1)
        #expect(presenter.calls == ["start \(asked.id)"])
        #expect(presenter.wasOnMainQueue)
        #expect(asked.application == .pending)
        #expect(theirs == before, "nothing goes before the browser is back")

        let outcome = try await client.cancel(id: asked.id, reason: .userCancelled)
        #expect(outcome.application == .failed(because: .cancelled))
        #expect(outcome.provider == .unconfirmed(because: .userCancelled))
        #expect(!outcome.signedOutLocally())
        #expect(theirs == before)
        store.timePasses(16 * 60)
        _ = try await client.resume(limit: 10)
        #expect(theirs == before, "who cancelled stays, however late it is")
    }

    @Test("what the decision declines keeps everything and opens nothing")
    func declined() async throws {
        let before = store.entries
        let client = try presenter.client(store: store) { _ in .stopped }
        let outcome = try await client.signOut(Sample.request(keeping: .keepEverything))
        #expect(outcome.application == .failed(because: .cancelled))
        #expect(outcome.provider == .notAsked)
        #expect(presenter.calls.isEmpty)
        #expect(theirs == before)
    }

    @Test("the browser's return clears the account, and no other, though it was cancelled in between")
    func returned() async throws {
        let client = try presenter.client(store: store)
        let asked = try await client.signOut(Sample.request(keeping: .keepEverything))
        await presenter.called(times: 1)
        _ = try await client.cancel(id: asked.id, reason: .timedOut)
        let navigation = try #require(presenter.started.first)
        guard case .matched(let outcome) = try await client.complete(Sample.returned(from: navigation)) else {
            Issue.record("the return was not matched")
            return
        }
        #expect(outcome.signedOutLocally())
        #expect(theirs == [ExactText("session:bob:cart"): "1 pear"])
    }

    @Test("who asked to leave and never came back is cleared by resume, and nothing is opened for it")
    func neverCameBack() async throws {
        let client = try presenter.client(store: store)
        let asked = try await client.signOut(Sample.request(keeping: .keepEverything))
        await presenter.called(times: 1)
        store.timePasses(16 * 60)
        let resumed = try await client.resume(limit: 10)
        #expect(resumed.outcomes.map(\.id) == [asked.id])
        #expect(resumed.outcomes.map(\.application) == [.ended(evidence: .readBack)])
        #expect(resumed.outcomes.map(\.provider) == [.unconfirmed(because: .neverCameBack)])
        #expect(theirs == [ExactText("session:bob:cart"): "1 pear"])
        #expect(presenter.calls.count == 1)
    }
}
