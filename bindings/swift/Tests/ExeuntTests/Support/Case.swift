import Foundation

@testable import Exeunt

/// One case of `tests/cases`, as its README describes it.
struct Case: Sendable {
    let name: String
    let source: String
    let given: Json
    let expect: Json

    /// …/bindings/swift/Tests/ExeuntTests/Support/Case.swift: six steps up is the repository's root.
    static let root = (0..<6).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }

    static func read(_ json: Json, _ place: String) throws -> Case {
        try Fields.read(json, place) { fields in
            Case(
                name: try fields.text("name"), source: try fields.text("source"),
                given: try fields.required("given", Read.any), expect: try fields.required("expect", Read.any))
        }
    }

    /// All cases of a folder below the repository's root, file by file in order of their names.
    static func folder(_ path: String) throws -> [(file: String, cases: [Case])] {
        let folder = root.appendingPathComponent(path)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }
        return try files.sorted().map { file in
            let data = try Data(contentsOf: folder.appendingPathComponent(file))
            return (file, try Read.list(of: Case.read)(JsonReader.read(data), file))
        }
    }

    /// Runs the case; the answer is everything that is not as expected.
    func faults() async -> [String] {
        do {
            let given = try Given.read(given.replacingTexts(repeated), "given")
            let expect = try Expect.read(expect, "expect")
            return await CaseRun(given, expect).faults()
        } catch {
            return ["\(error)"]
        }
    }

    /// `{a*3}` becomes `aaa`.
    private func repeated(_ text: String) -> String {
        var out = ""
        var rest = text[...]
        while let start = rest.firstIndex(of: "{") {
            out += rest[..<start]
            rest = rest[start...]
            if let end = rest.firstIndex(of: "}"), let star = rest[..<end].lastIndex(of: "*"),
                let times = Int(rest[rest.index(after: star)..<end])
            {
                out += String(repeating: String(rest[rest.index(after: start)..<star]), count: times)
                rest = rest[rest.index(after: end)...]
            } else {
                out.append("{")
                rest = rest.dropFirst()
            }
        }
        return out + rest
    }
}

struct Given {
    let config: ClientConfig
    let entries: [ExactText: String]
    let script: Script
    let steps: [Verb]

    static func read(_ json: Json, _ place: String) throws -> Given {
        try Fields.read(json, place) { fields in
            Given(
                config: try fields.required("config", Read.config),
                entries: try fields.optional("store", Read.entries) ?? [:],
                script: try fields.optional("host", Script.read) ?? Script(),
                steps: try fields.optional("steps", Read.list(of: Verb.read)) ?? [])
        }
    }
}

struct Expect {
    let error: Json?
    let steps: [Json]
    let store: [ExactText: String]?
    let keys: [String]?
    let ownKeys: Int?
    let navigations: Json?
    let dismissed: Int?
    let events: Json?
    let http: Json?

    static func read(_ json: Json, _ place: String) throws -> Expect {
        try Fields.read(json, place) { fields in
            Expect(
                error: try fields.optional("error", Read.any),
                steps: try fields.optional("steps", Read.list(of: Read.any)) ?? [],
                store: try fields.optional("store", Read.entries),
                keys: try fields.optional("keys", Read.list(of: Read.text)),
                ownKeys: try fields.numberIfAny("own_keys"),
                navigations: try fields.optional("navigations", Read.any),
                dismissed: try fields.numberIfAny("dismissed"),
                events: try fields.optional("events", Read.any), http: try fields.optional("http", Read.any))
        }
    }
}

/// One step of a case.
enum Verb {
    case plan(EndSessionRequest)
    case signOut(EndSessionRequest)
    case run(EndSessionRequest, put: [ExactText: String], remove: [String])
    case complete(url: String, ticket: String?)
    case cancel(id: String, reason: CancelReason)
    case outcome(id: String)
    case proof(id: String)
    case pending(account: String?)
    case accounts
    case readIdToken(String)
    case ticketInCookies(String)
    case put([ExactText: String])
    case remove([String])
    case faults(StoreFaults)
    case timePasses(seconds: Int)
    case resume(limit: Int)
    case signedIn(account: String, idToken: String?, ticket: String?)
    case loginAdvice(account: String?, ticket: String?)
    case lease(account: String)
    case save([ExactText: String])
    case stillValid

    static func read(_ json: Json, _ place: String) throws -> Verb {
        guard case (let name, let data?) = try Read.variant(json, place) else {
            throw Malformed(place, "a step has an argument")
        }
        let place = "\(place).\(name)"
        switch name {
        case "plan": return .plan(try Read.request(data, place))
        case "sign_out": return .signOut(try Read.request(data, place))
        case "save": return .save(try Read.entries(data, place))
        case "put": return .put(try Read.entries(data, place))
        case "remove": return .remove(try Read.list(of: Read.text)(data, place))
        case "faults": return .faults(try StoreFaults.read(data, place))
        default:
            return try Fields.read(data, place) { try named(name, $0, place) }
        }
    }

    private static func named(_ name: String, _ fields: Fields, _ place: String) throws -> Verb {
        switch name {
        case "run":
            let request = try fields.required("request", Read.request)
            let between = try fields.optional("between") { json, place in
                try Fields.read(json, place) { fields in
                    (try fields.optional("put", Read.entries) ?? [:], try fields.texts("remove"))
                }
            }
            return .run(request, put: between?.0 ?? [:], remove: between?.1 ?? [])
        case "complete": return .complete(url: try fields.text("url"), ticket: try fields.textIfAny("ticket"))
        case "cancel": return .cancel(id: try fields.text("id"), reason: try fields.required("reason", Read.reason))
        case "outcome": return .outcome(id: try fields.text("id"))
        case "proof": return .proof(id: try fields.text("id"))
        case "pending": return .pending(account: try fields.textIfAny("account"))
        case "accounts": return .accounts
        case "read_id_token": return .readIdToken(try fields.text("token"))
        case "time_passes": return .timePasses(seconds: try fields.required("seconds", Read.number))
        case "ticket_in_cookies": return .ticketInCookies(try fields.text("header"))
        case "resume": return .resume(limit: try fields.required("limit", Read.number))
        case "signed_in":
            return .signedIn(
                account: try fields.text("account"), idToken: try fields.textIfAny("id_token"),
                ticket: try fields.textIfAny("ticket"))
        case "login_advice":
            return .loginAdvice(account: try fields.textIfAny("account"), ticket: try fields.textIfAny("ticket"))
        case "lease": return .lease(account: try fields.text("account"))
        case "still_valid": return .stillValid
        default: throw Malformed(place, "an unknown verb")
        }
    }
}
