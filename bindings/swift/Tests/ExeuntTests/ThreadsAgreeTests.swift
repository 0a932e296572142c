import Foundation
import Testing

@testable import Exeunt

/// Eight tasks on one client and one store, each call on a thread of its own: whatever they do at the same time, no
/// update is lost, nobody waits for ever, nothing comes back, and a host may call back from inside a call.
// Four minutes are far more than it takes: only a deadlock lasts as long.
@Suite("Calls at the same time agree", .timeLimit(.minutes(4)))
struct ThreadsAgreeTests {
    private static let tasks = 8
    private static let rounds = 10
    private static let readBack = SessionStatus.ended(evidence: .readBack)

    private func store(_ accounts: [String]) -> MemoryStore {
        MemoryStore(Dictionary(uniqueKeysWithValues: accounts.map { (key($0), Secret("old")) }))
    }

    private func client(
        _ store: any SessionStore, _ browser: Browser, _ listeners: [any LogoutListener] = []
    ) throws -> LogoutClient {
        let client = try LogoutClient(
            config: Sample.config(), store: store, navigator: browser, listeners: listeners)
        browser.client.withLock { $0 = client }
        return client
    }

    /// Eight tasks that begin at the same moment; what they bring home, in their order.
    private func together<Brought: Sendable>(
        _ part: @escaping @Sendable (Int) async throws -> Brought
    ) async throws -> [Brought] {
        let gate = Gate(of: Self.tasks)
        return try await withThrowingTaskGroup(of: (Int, Brought).self) { group in
            for at in 0..<Self.tasks {
                group.addTask {
                    await gate.enter()
                    return (at, try await part(at))
                }
            }
            var brought: [Int: Brought] = [:]
            for try await (at, one) in group { brought[at] = one }
            return (0..<Self.tasks).compactMap { brought[$0] }
        }
    }

    @Test("eight sign-outs of one account are one")
    func oneAccount() async throws {
        for _ in 0..<Self.rounds {
            let (store, browser) = (store(["alice"]), Browser())
            let client = try client(store, browser)
            let outcomes = try await together { _ in try await client.signOut(Sample.request()) }
            #expect(Set(outcomes.map(\.id)).count == 1)
            #expect(browser.sent.count == 1)
            #expect(try await client.outcome(id: outcomes[0].id).application == Self.readBack)
            #expect(store.keys(prefix: "session:").isEmpty)
        }
    }

    @Test("eight accounts leave at the same time")
    func differentAccounts() async throws {
        for _ in 0..<Self.rounds {
            let (store, browser) = (store((0...Self.tasks).map { "user\($0)" }), Browser())
            let client = try client(store, browser)
            let outcomes = try await together { try await client.signOut(Sample.request("user\($0)")) }
            for outcome in outcomes {
                #expect(outcome.application == Self.readBack)
                #expect(outcome.provider == .pending)
                #expect(try await client.outcome(id: outcome.id).application == Self.readBack)
            }
            #expect(Set(try await client.pending().map(\.id)) == Set(outcomes.map(\.id)))
            #expect(store.keys(prefix: "session:") == [key("user\(Self.tasks)")])
            #expect(browser.sent.count == Self.tasks)
        }
    }

    @Test("no refresh outlives the sign-out it runs beside")
    func refreshes() async throws {
        for _ in 0..<Self.rounds {
            let store = store(["alice"])
            let client = try client(store, Browser())
            var taken: [Lease] = []
            for _ in 0..<Self.tasks { taken.append(try await client.lease(account: "alice")) }
            let leases = taken
            let answers = try await together { at in
                if at == 0 { _ = try await client.signOut(Sample.request()) }
                var answers: [Saved] = []
                for _ in 0..<5 {
                    let fresh = [Entry(key: key("alice"), value: Secret("of \(at)"))]
                    answers.append(try await client.save(fresh, under: leases[at]))
                }
                return answers
            }
            for answers in answers {
                #expect(answers.drop { $0 == .stored }.allSatisfy { $0 == .signedOut }, "once signed out, for good")
            }
            for lease in leases { #expect(try await !client.stillValid(lease)) }
            #expect(store.keys(prefix: "session:").isEmpty)
        }
    }

    @Test("everything at once loses nothing and brings nothing back")
    func everythingAtOnce() async throws {
        for _ in 0..<Self.rounds {
            let (store, browser) = (store(["alice", "bob", "carol"]), Browser())
            let client = try client(store, browser)
            let dave = try await client.signOut(Sample.request("dave")).id
            let back = Sample.returned(from: try #require(browser.sent.first))
            let lease = try await client.lease(account: "alice")
            _ = try await together { at in
                switch at {
                case 0, 1: _ = try await client.signOut(Sample.request("alice"))
                case 2: _ = try await client.signOut(Sample.request("bob"))
                case 3: _ = try await client.save([Entry(key: key("alice"), value: Secret("refreshed"))], under: lease)
                case 4:
                    try await client.signedIn(account: "carol")
                    _ = store.commit(change: Change(write: [Entry(key: key("carol"), value: Secret("signed in"))]))
                case 5: _ = try await client.resume(limit: 5)
                case 6: _ = try await client.complete(back)
                default: _ = try await client.cancel(id: dave, reason: .userCancelled)
                }
            }
            #expect(store.keys(prefix: "session:") == [key("carol")])
            // One for Dave, Alice and Bob each; complete and cancel left one truth about Dave.
            #expect(browser.sent.count == 3)
            #expect(isUnconfirmed(try await client.outcome(id: dave).provider))
            let again = try await client.complete(back)
            guard case .alreadyHandled = again else {
                Issue.record("\(again)")
                return
            }
            #expect(try await !client.stillValid(lease))
            let late = [Entry(key: key("alice"), value: Secret("late"))]
            #expect(try await client.save(late, under: lease) == .signedOut)
            #expect(store.keys(prefix: "session:") == [key("carol")])
            #expect(store.read(keys: [key("carol")]) == [Secret("signed in")])
        }
    }

    @Test("a browser that comes back from inside the call ends the wait")
    func comesBack() async throws {
        let browser = Browser(returns: true)
        let client = try client(MemoryStore(), browser)
        for outcome in try await together({ try await client.signOut(Sample.request("user\($0)")) }) {
            let known = try await client.outcome(id: outcome.id)
            #expect(known.application == outcome.application)
            #expect(known.provider == outcome.provider)
            #expect(isUnconfirmed(known.provider))
        }
        #expect(browser.matched == Self.tasks)
        #expect(try await client.pending().isEmpty)
    }

    @Test("a listener asks and signs another account out from inside the call")
    func listener() async throws {
        let accounts = (0..<Self.tasks).map { "user\($0)" }
        let store = store(accounts + accounts.map { $0 + Curious.companion })
        let curious = Curious()
        let client = try client(store, Browser(), [curious])
        curious.client.withLock { $0 = client }
        let outcomes = try await together { try await client.signOut(Sample.request(accounts[$0])) }
        let nested = curious.nested.withLock { $0 }
        #expect(Set(nested.keys) == Set(outcomes.map(\.id)))
        let all = outcomes + nested.values
        #expect(Set(all.map(\.id)).count == 2 * Self.tasks)
        #expect(curious.asked.withLock { $0 } == Set(all.map(\.id)))
        #expect(all.allSatisfy { $0.application == Self.readBack })
        #expect(store.keys(prefix: "session:").isEmpty)
    }
}

private func key(_ account: String) -> String { "session:\(account):refresh_token" }

private func isUnconfirmed(_ status: SessionStatus) -> Bool {
    if case .unconfirmed = status { true } else { false }
}

/// Lets nobody through before all are there.
private actor Gate {
    private let wanted: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(of wanted: Int) {
        self.wanted = wanted
    }

    func enter() async {
        await withCheckedContinuation { one in
            waiting.append(one)
            if waiting.count == wanted { waiting.forEach { $0.resume() } }
        }
    }
}

/// Calls the client from inside a callback, which runs on a thread of the client's queue and may block.
private func fromInside<Answer: Sendable>(_ call: @escaping @Sendable () async throws -> Answer) throws -> Answer {
    let answer = Locked<Result<Answer, any Error>?>(nil)
    let over = DispatchSemaphore(value: 0)
    Task.detached {
        let result: Result<Answer, any Error>
        do { result = .success(try await call()) } catch { result = .failure(error) }
        answer.withLock { $0 = result }
        over.signal()
    }
    over.wait()
    guard let answer = answer.withLock({ $0 }) else { throw Loud(description: "no answer") }
    return try answer.get()
}

/// Remembers where it was sent and, if asked to, comes back from inside the call.
private final class Browser: Navigator {
    let client = Locked<LogoutClient?>(nil)
    private let returns: Bool
    private let seen = Locked<(sent: [Navigation], matched: Int)>(([], 0))

    init(returns: Bool = false) {
        self.returns = returns
    }

    var sent: [Navigation] { seen.withLock { $0.sent } }
    var matched: Int { seen.withLock { $0.matched } }

    func navigate(navigation: Navigation) throws -> Navigated {
        seen.withLock { $0.sent.append(navigation) }
        if returns, let client = client.withLock({ $0 }) {
            let answer = try fromInside { try await client.complete(Sample.returned(from: navigation)) }
            if case .matched = answer { seen.withLock { $0.matched += 1 } }
        }
        return .started
    }

    func dismiss(id: String) -> Done { .done }
}

/// Asks what is known, and signs each account's companion out, from inside the call.
private final class Curious: LogoutListener {
    static let companion = "'s companion"
    let client = Locked<LogoutClient?>(nil)
    let nested = Locked<[String: LogoutOutcome]>([:])
    let asked = Locked<Set<String>>([])
    private let companions = Locked<Set<String>>([])

    func onEvent(event: LogoutEvent) throws -> Done {
        guard let client = client.withLock({ $0 }) else { throw Loud(description: "no client") }
        let known = try fromInside { try await client.outcome(id: event.id) }
        _ = try fromInside { try await client.pending() }
        asked.withLock { _ = $0.insert(known.id) }
        guard event.kind == .logoutSuccess, let account = known.accounts.first?.account,
            !account.hasSuffix(Self.companion), companions.withLock({ $0.insert(account).inserted })
        else { return .done }
        let outcome = try fromInside { try await client.signOut(Sample.request(account + Self.companion)) }
        nested.withLock { $0[event.id] = outcome }
        return .done
    }
}
