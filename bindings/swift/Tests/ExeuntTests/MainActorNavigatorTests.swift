import Dispatch
import Testing

@testable import Exeunt

@Suite("A navigator of the main actor")
@MainActor
struct MainActorNavigatorTests {
    @Test("it is started on the main actor, once, with the navigation of the outcome")
    func starts() async throws {
        let presenter = Presenter()
        let client = try presenter.client()
        let outcome = try await client.signOut(Sample.request())
        #expect(outcome.provider == .pending)
        await presenter.called(times: 1)
        #expect(presenter.calls == ["start \(outcome.id)"])
        #expect(presenter.wasOnMainQueue)
    }

    @Test("a main thread that waits for the sign-out does not stop it")
    func noDeadlock() async throws {
        let presenter = Presenter()
        let client = try presenter.client()
        let over = DispatchSemaphore(value: 0)
        Task.detached {
            _ = try? await client.signOut(Sample.request())
            over.signal()
        }
        #expect(block(until: over), "the sign-out waited for the main thread")
        await presenter.called(times: 1)
        #expect(presenter.calls.count == 1)
    }

    @Test("a popup is dismissed after its start")
    func order() async throws {
        let presenter = Presenter()
        let client = try presenter.client()
        let request = EndSessionRequest(who: .this(account: Account(homeAccountId: "alice")), mode: .popup)
        let outcome = try await client.signOut(request)
        _ = try await client.cancel(id: outcome.id, reason: .userCancelled)
        await presenter.called(times: 2)
        #expect(presenter.calls == ["start \(outcome.id)", "dismiss \(outcome.id)"])
    }

    @Test("what the decision declines is never started")
    func declines() async throws {
        let presenter = Presenter()
        let client = try presenter.client { _ in .stopped }
        let outcome = try await client.signOut(Sample.request())
        #expect(outcome.provider == .notAsked)
        #expect(outcome.signedOutLocally())
        #expect(presenter.calls.isEmpty)
    }

    /// Blocks the main thread, as no app should. The bound only ends a test that has already failed.
    private nonisolated func block(until over: DispatchSemaphore) -> Bool {
        over.wait(timeout: .now() + 60) == .success
    }
}
