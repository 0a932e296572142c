import Foundation

@testable import Exeunt

/// One case of `tests/transport/sign_outs.json`, as the README beside it describes it.
struct SignOutCell: Sendable {
    private static let token = "TOKEN-OF-ALICE"

    let name: String
    let source: String
    private let server: FaultyProvider.Behaviour
    private let scheme: String
    private let step: String
    private let expect: Expect

    static func all() throws -> [SignOutCell] {
        let path = Case.root.appendingPathComponent("tests/transport/sign_outs.json")
        return try Read.list(of: read)(JsonReader.read(Data(contentsOf: path)), path.lastPathComponent)
    }

    static func read(_ json: Json, _ place: String) throws -> SignOutCell {
        try Fields.read(json, place) { fields in
            SignOutCell(
                name: try fields.text("name"), source: try fields.text("source"),
                server: try fields.required("server", FaultyProvider.Behaviour.read),
                scheme: try fields.textIfAny("scheme") ?? "http", step: try fields.text("step"),
                expect: try fields.required("expect", Expect.read))
        }
    }

    /// Whether most of its time is spent waiting.
    var isIdle: Bool { server.isIdle }

    /// Runs the cell; the answer is everything that is not as expected.
    func faults() async throws -> [String] {
        let provider = try FaultyProvider(server, step: step)
        let store = MemoryStore(["s:alice:refresh_token": Secret(Self.token)])
        let client = try LogoutClient(config: try config("\(scheme)://127.0.0.1:\(provider.port)"), store: store)
        var faults: [String] = []
        func same<Value: Equatable>(_ what: String, _ found: Value, _ wanted: Value) {
            if found != wanted { faults.append("\(what): \(found), expected \(wanted)") }
        }
        func checkSecrets(_ what: String, _ kept: [String]) {
            let keys = store.keys(prefix: "")
            let holds = store.read(keys: keys).contains { $0?.reveal().contains(Self.token) ?? false }
            same("keys \(what)", keys.filter { !$0.hasPrefix("exeunt.") }, [])
            same("secrets \(what)", holds, kept.contains { $0 != "browser_return" })
        }

        let alice = Account(homeAccountId: "alice")
        let outcome = try await client.signOut(EndSessionRequest(who: .this(account: alice)))
        same("the sign-out", Told(outcome), expect.told)
        same("a navigation", outcome.next != nil, expect.navigation)
        same("requests", provider.takeAsked(), expect.requests)
        var kept = expect.told.kept
        checkSecrets("", kept)
        for moment in [expect.atOnce] + expect.later {
            let at = "\(moment.after) seconds later"
            try Self.timePasses(store, seconds: moment.after)
            if moment.sound { try provider.recover() }
            let resumed = try await client.resume(limit: 8)
            same("resume \(at)", resumed.outcomes.map(Told.init), moment.finds.map { [$0] } ?? [])
            same("requests \(at)", provider.takeAsked(), moment.requests)
            same("more \(at)", resumed.nextDue != nil, moment.more)
            same("set aside \(at)", resumed.setAside, [])
            kept = moment.finds?.kept ?? kept
            checkSecrets(at, kept)
        }
        try await provider.stop()
        return faults
    }

    private func config(_ here: String) throws -> ClientConfig {
        let endpoints = Endpoints(endSession: "\(here)/bye", revocation: "\(here)/revoke")
        let provider: Provider
        switch step {
        case "metadata": provider = .oidc(issuer: here)
        case "revocation": provider = .oidc(issuer: here, endpoints: endpoints)
        case "call": provider = .keycloak(serverUrl: here, realm: "r", direct: true)
        default: throw Malformed("step", "\(step) is not known")
        }
        return ClientConfig(
            clientId: "rp", provider: provider, home: .device, layout: .prefix(prefix: "s", separator: ":"),
            postLogoutRedirectUri: .uri(uri: "https://app.example.com/bye"))
    }

    /// Ages the records: every time in them moves into the past.
    private static func timePasses(_ store: MemoryStore, seconds: Int) throws {
        let keys = store.keys(prefix: "exeunt.")
        var write: [Entry] = []
        for (key, value) in zip(keys, store.read(keys: keys)) {
            guard let text = value?.reveal(), text.hasPrefix("{") else { continue }
            let read = try JSONSerialization.jsonObject(with: Data(text.utf8))
            let aged = try JSONSerialization.data(withJSONObject: older(read, seconds))
            write.append(Entry(key: key, value: Secret(String(decoding: aged, as: UTF8.self))))
        }
        guard store.commit(change: Change(write: write)) == .committed else { throw Malformed("store", "a conflict") }
    }

    private static func older(_ json: Any, _ seconds: Int) -> Any {
        switch json {
        case let items as [Any]: items.map { older($0, seconds) }
        case let members as [String: Any]:
            Dictionary(
                uniqueKeysWithValues: members.map { name, value in
                    let isTime = name.hasSuffix("_at") || name.hasSuffix("_until")
                    if isTime, let time = value as? Int { return (name, time - seconds as Any) }
                    return (name, older(value, seconds))
                })
        default: json
        }
    }
}

extension SignOutCell {
    /// What an outcome says, as far as a cell compares it.
    private struct Told: Equatable {
        let application: Json?
        let provider: Json?
        let revocations: [String]
        let kept: [String]

        init(_ outcome: LogoutOutcome) {
            let members: [ExactText: Json] =
                if case .object(let members) = Projection.outcome(outcome) { members } else { [:] }
            application = members[ExactText("application")]
            provider = members[ExactText("provider")]
            revocations = outcome.revocations.map { Projection.snake($0.status) }
            kept = outcome.kept.map { Projection.snake($0.purpose) }
        }

        init(_ fields: Fields) throws {
            application = try fields.required("application", Read.any)
            provider = try fields.required("provider", Read.any)
            revocations = try fields.texts("revocations")
            kept = try fields.texts("kept")
        }
    }

    private struct Moment: Sendable {
        let after: Int
        var sound = false
        var finds: Told?
        var requests: [String] = []
        let more: Bool

        static func read(_ json: Json, _ place: String) throws -> Moment {
            try Fields.read(json, place) { fields in
                Moment(
                    after: try fields.required("after", Read.number), sound: try fields.flag("sound"),
                    finds: try fields.optional("finds") { try Fields.read($0, $1, Told.init) },
                    requests: try fields.texts("requests"), more: try fields.required("more", Read.flag))
            }
        }
    }

    private struct Expect: Sendable {
        let told: Told
        let navigation: Bool
        let requests: [String]
        let atOnce: Moment
        let later: [Moment]

        static func read(_ json: Json, _ place: String) throws -> Expect {
            try Fields.read(json, place) { fields in
                Expect(
                    told: try Told(fields), navigation: try fields.required("navigation", Read.flag),
                    requests: try fields.texts("requests"),
                    atOnce: Moment(after: 0, more: try fields.required("more", Read.flag)),
                    later: try fields.required("later", Read.list(of: Moment.read)))
            }
        }
    }
}
