@testable import Exeunt

/// An app's browser on the main actor that only writes down what it was asked.
final class Presenter: MainActorNavigator {
    private(set) var calls: [String] = []
    private(set) var started: [Navigation] = []
    private(set) var wasOnMainQueue = true
    private let heard = AsyncStream.makeStream(of: Void.self)

    func start(_ navigation: Navigation) {
        started.append(navigation)
        note("start \(navigation.id)")
    }

    func dismiss(id: String) { note("dismiss \(id)") }

    private func note(_ call: String) {
        calls.append(call)
        wasOnMainQueue = wasOnMainQueue && isOnMainQueue()
        heard.continuation.yield()
    }

    /// Waits until as many calls have arrived.
    func called(times: Int) async {
        guard calls.count < times else { return }
        for await _ in heard.stream where calls.count >= times { return }
    }

    func client(
        store: any SessionStore = MemoryStore(["session:alice:cart": Secret("3 apples")]),
        decision: @escaping @Sendable (Navigation) -> Navigated = { _ in .started }
    ) throws -> LogoutClient {
        try LogoutClient(
            config: Sample.config(), store: store, navigator: NavigatorOnMainActor(self, decision: decision))
    }
}
