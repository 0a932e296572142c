import Dispatch
import Foundation

@testable import Exeunt

/// A host that does what a case says and writes down what it was asked.
struct ScriptedHost {
    let store: ScriptedStore
    let navigator: ScriptedNavigator?
    let transport: ScriptedTransport?
    let listener: ScriptedListener

    init(_ script: Script, entries: [ExactText: String]) {
        store = ScriptedStore(entries: entries, faults: script.faults)
        navigator =
            script.navigator == "absent"
            ? nil : ScriptedNavigator(answer: script.navigator, dismissThrows: script.dismissThrows)
        transport = script.hasTransport ? ScriptedTransport(rules: script.rules) : nil
        listener = ScriptedListener(fails: script.listenerThrows)
    }

    func client(_ config: ClientConfig) throws -> LogoutClient {
        let client = try LogoutClient(
            config: config, store: store, navigator: navigator, transport: transport, listeners: [listener])
        navigator?.client.withLock { $0.client = client }
        return client
    }
}

final class ScriptedStore: SessionStore {
    private struct State {
        var entries: [ExactText: String]
        var faults: StoreFaults
        var calls: [String: Int] = [:]
    }

    private let state: Locked<State>

    init(entries: [ExactText: String], faults: StoreFaults) {
        state = Locked(State(entries: entries, faults: faults))
    }

    var entries: [ExactText: String] { state.withLock { $0.entries } }

    /// The number of calls of any method.
    var calls: Int { state.withLock { $0.calls.values.reduce(0, +) } }

    func put(_ entries: [ExactText: String]) {
        state.withLock { $0.entries.merge(entries) { _, new in new } }
    }

    func remove(_ keys: [String]) {
        state.withLock { state in
            for key in keys { state.entries[ExactText(key)] = nil }
        }
    }

    func replaceFaults(_ faults: StoreFaults) {
        state.withLock { $0.faults = faults }
    }

    /// Ages what is ours: every time in it moves into the past, by names and types alone, and so does every time by which
    /// a server finds what is due.
    func timePasses(_ seconds: Int64) {
        state.withLock { state in
            var aged: [ExactText: String] = [:]
            for (key, text) in state.entries {
                if let earlier = key.earlier(by: seconds) {
                    aged[earlier] = text
                } else if key.text.utf8.starts(with: "exeunt.".utf8),
                    let read = try? JsonReader.read(Data(text.utf8)), case .object = read
                {
                    aged[key] = read.older(by: seconds).written
                } else {
                    aged[key] = text
                }
            }
            state.entries = aged
        }
    }

    private func counted(_ method: String) -> StoreFaults.How? {
        state.withLock { state in
            let call = state.calls[method, default: 0] + 1
            state.calls[method] = call
            return state.faults.fails.first { fault in
                fault.method == method && call >= fault.from && call <= (fault.to ?? .max)
            }?.how
        }
    }

    func keys(prefix: String) throws -> [String] {
        if case .raises(let failing)? = counted("keys") { throw failing.error }
        return entries.keys.map(\.text).filter { $0.utf8.starts(with: prefix.utf8) }
    }

    func read(keys: [String]) throws -> [Secret?] {
        let how = counted("read")
        if case .raises(let failing)? = how { throw failing.error }
        let entries = entries
        var values = keys.map { entries[ExactText($0)].map(Secret.init) }
        if case .short? = how { values = values.dropLast() }
        return values
    }

    func commit(change: Change) throws -> Commit {
        switch counted("commit") {
        case .raises(let failing)?: throw failing.error
        case .conflict?: return .conflict
        case .short?, nil: break
        }
        return state.withLock { state in
            func has(_ prefixes: [String], _ key: String) -> Bool {
                prefixes.contains { key.utf8.starts(with: $0.utf8) }
            }
            let met = change.require.allSatisfy { wanted in
                state.entries[ExactText(wanted.key)].map(Secret.init) == wanted.value
            }
            guard met else { return .conflict }
            for entry in change.write where !has(state.faults.ignoresWrites, entry.key) {
                state.entries[ExactText(entry.key)] = entry.value.reveal()
            }
            for key in change.remove where !has(state.faults.ignoresRemovals, key) {
                state.entries[ExactText(key)] = nil
            }
            return .committed
        }
    }

    func guarantee() throws -> Guarantee {
        if case .raises(let failing)? = counted("guarantee") { throw failing.error }
        return state.withLock { $0.faults.guarantee }
    }
}

extension ExactText {
    /// The same key of a server's index, so many seconds earlier; absent for every other key.
    fileprivate func earlier(by seconds: Int64) -> ExactText? {
        let parts = text.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "exeunt", parts[1] == "due" || parts[1] == "old",
            parts[2].utf8.count == 12, parts[2].allSatisfy({ $0.isASCII && $0.isNumber }), let time = Int64(parts[2])
        else { return nil }
        let digits = String(max(time - seconds, 0))
        let padded = String(repeating: "0", count: max(12 - digits.utf8.count, 0)) + digits
        return ExactText("exeunt.\(parts[1]).\(padded).\(parts[3])")
    }
}

final class ScriptedNavigator: Navigator {
    struct WeakClient {
        weak var client: LogoutClient?
    }

    let client = Locked(WeakClient())
    private let answer: String
    private let dismissThrows: Bool
    private let seen = Locked<[Navigation]>([])
    private let closed = Locked(0)

    init(answer: String, dismissThrows: Bool = false) {
        self.answer = answer
        self.dismissThrows = dismissThrows
    }

    var navigations: [Navigation] { seen.withLock { $0 } }
    var dismissed: Int { closed.withLock { $0 } }

    func navigate(navigation: Navigation) throws -> Navigated {
        seen.withLock { $0.append(navigation) }
        switch answer {
        case "started": return .started
        case "stopped": return .stopped
        case "no_browser": return .noBrowser
        case "completes":
            try comeBack(from: navigation)
            return .started
        case "offline": throw HostError.Offline(reason: "scripted")
        default: throw Failing.Unexpected()
        }
    }

    func dismiss(id: String) throws -> Done {
        closed.withLock { $0 += 1 }
        if dismissThrows { throw Failing.Unexpected() }
        return .done
    }

    /// Completes from inside the callback, while the client still waits for this navigator's answer.
    private func comeBack(from navigation: Navigation) throws {
        guard let client = client.withLock({ $0.client }), let address = navigation.redirectUri,
            let state = Seen.wholeState(of: navigation)
        else { throw Malformed("navigator", "nothing to come back with") }
        let url = Secret("\(address)?state=\(Seen.percentEncoded(state))")
        let answer = Locked<Result<Completion, any Error>?>(nil)
        let over = DispatchSemaphore(value: 0)
        Task.detached {
            let result: Result<Completion, any Error>
            do { result = .success(try await client.complete(url)) } catch { result = .failure(error) }
            answer.withLock { $0 = result }
            over.signal()
        }
        over.wait()
        _ = try answer.withLock { $0 }?.get()
    }
}

final class ScriptedTransport: HttpTransport {
    private let rules: [HttpRule]
    private let used: Locked<[Int]>
    private let seen = Locked<[HttpCall]>([])

    init(rules: [HttpRule]) {
        self.rules = rules
        used = Locked(Array(repeating: 0, count: rules.count))
    }

    var calls: [HttpCall] { seen.withLock { $0 } }

    func send(call: HttpCall) throws -> HttpAnswer {
        seen.withLock { $0.append(call) }
        let found = used.withLock { used in
            let found = rules.indices.first { at in
                let rule = rules[at]
                return rule.method == call.method && Secret(rule.url) == call.url && used[at] < (rule.times ?? .max)
            }
            if let found { used[found] += 1 }
            return found
        }
        guard let found else { throw HostError.Offline(reason: "scripted") }
        return try rules[found].answer.get()
    }
}

final class ScriptedListener: LogoutListener {
    private let fails: Bool
    private let seen = Locked<[LogoutEvent]>([])

    init(fails: Bool) {
        self.fails = fails
    }

    var events: [LogoutEvent] { seen.withLock { $0 } }

    func onEvent(event: LogoutEvent) throws -> Done {
        seen.withLock { $0.append(event) }
        if fails { throw Failing.Unexpected() }
        return .done
    }
}
