@testable import Exeunt

/// The object `host` of a case.
struct Script {
    var navigator = "absent"
    var dismissThrows = false
    var listenerThrows = false
    var rules: [HttpRule] = []
    var hasTransport = true
    var faults = StoreFaults()

    static func read(_ json: Json, _ place: String) throws -> Script {
        try Fields.read(json, place) { fields in
            let absent = Read.choice(["absent": true])
            let throwing = Read.choice(["throws": true])
            let navigators = ["absent", "started", "stopped", "no_browser", "offline", "throws", "completes"]
            let navigator = Read.choice(Dictionary(uniqueKeysWithValues: navigators.map { ($0, $0) }))
            return Script(
                navigator: try fields.optional("navigator", navigator) ?? "absent",
                dismissThrows: try fields.optional("dismiss", throwing) ?? false,
                listenerThrows: try fields.optional("listener", throwing) ?? false,
                rules: try fields.optional("http", Read.list(of: HttpRule.read)) ?? [],
                hasTransport: try fields.optional("transport", absent) == nil,
                faults: try fields.optional("store", StoreFaults.read) ?? StoreFaults())
        }
    }
}

/// How a callback fails.
struct Failing: Sendable {
    /// Raised instead of a `HostError`.
    struct Unexpected: Error {}

    let error: any Error

    static func read(_ json: Json, _ place: String) throws -> Failing {
        let reason = "scripted"
        let known: [String: any Error] = [
            "offline": HostError.Offline(reason: reason), "time_expired": HostError.TimeExpired(reason: reason),
            "insecure": HostError.Insecure(reason: reason), "bad_answer": HostError.BadAnswer(reason: reason),
            "unavailable": HostError.Unavailable(reason: reason), "broken": HostError.Broken(reason: reason),
            "throws": Unexpected(),
        ]
        return Failing(error: try Read.choice(known)(json, place))
    }
}

/// One rule of the scripted network.
struct HttpRule: Sendable {
    let method: HttpMethod
    let url: String
    let times: Int?
    let answer: Result<HttpAnswer, any Error>

    static func read(_ json: Json, _ place: String) throws -> HttpRule {
        try Fields.read(json, place) { fields in
            let status = try fields.numberIfAny("status")
            let headers = try fields.optional("headers", Read.entries) ?? [:]
            let body = try fields.textIfAny("body") ?? ""
            let answer: Result<HttpAnswer, any Error>
            if let fails = try fields.optional("fails", Failing.read) {
                answer = .failure(fails.error)
            } else if let status {
                answer = .success(
                    HttpAnswer(
                        status: Int32(status),
                        headers: headers.map { Header(name: $0.text, value: Secret($1)) },
                        body: .init(body.utf8)))
            } else {
                throw Malformed(place, "neither status nor fails")
            }
            return HttpRule(
                method: try fields.required("method", Read.method),
                url: try fields.text("url"), times: try fields.numberIfAny("times"), answer: answer)
        }
    }
}

/// What the scripted store does wrong.
struct StoreFaults: Sendable {
    enum How: Sendable {
        case raises(Failing)
        case conflict
        case short
    }

    struct Fault: Sendable {
        let method: String
        let from: Int
        let to: Int?
        let how: How

        static func read(_ json: Json, _ place: String) throws -> Fault {
            try Fields.read(json, place) { fields in
                let method = try fields.text("method")
                let how: How = try fields.required("how") { json, place in
                    switch (method, json) {
                    case ("commit", .text("conflict")): .conflict
                    case ("read", .text("short")): .short
                    case ("keys", _), ("read", _), ("commit", _), ("guarantee", _):
                        .raises(try Failing.read(json, place))
                    default: throw Malformed(place, "\(method) is unknown")
                    }
                }
                return Fault(
                    method: method, from: try fields.required("from", Read.number), to: try fields.numberIfAny("to"),
                    how: how)
            }
        }
    }

    var guarantee = Guarantee.atomic
    var fails: [Fault] = []
    var ignoresRemovals: [String] = []
    var ignoresWrites: [String] = []

    static func read(_ json: Json, _ place: String) throws -> StoreFaults {
        try Fields.read(json, place) { fields in
            let guarantee = Read.choice(["atomic": Guarantee.atomic, "per_key": .perKey])
            return StoreFaults(
                guarantee: try fields.optional("guarantee", guarantee) ?? .atomic,
                fails: try fields.optional("fails", Read.list(of: Fault.read)) ?? [],
                ignoresRemovals: try fields.texts("ignores_removals"),
                ignoresWrites: try fields.texts("ignores_writes"))
        }
    }
}
