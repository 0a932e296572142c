import Foundation

@testable import Exeunt

/// One case of `tests/transport/faults.json`, as the README beside it describes it.
struct TransportCase: Sendable {
    let name: String
    let source: String
    let server: ServerBehaviour
    let call: TransportCall
    let expect: TransportExpectation

    static func read(_ json: Json, _ place: String) throws -> TransportCase {
        try Fields.read(json, place) { fields in
            TransportCase(
                name: try fields.text("name"), source: try fields.text("source"),
                server: try fields.required("server", ServerBehaviour.read),
                call: try fields.required("call", TransportCall.read),
                expect: try fields.required("expect", TransportExpectation.read))
        }
    }

    static func all() throws -> [TransportCase] {
        let path = Case.root.appendingPathComponent("tests/transport/faults.json")
        return try Read.list(of: read)(JsonReader.read(Data(contentsOf: path)), path.lastPathComponent)
    }

    /// Runs the case; the answer is everything that is not as expected.
    func faults() async throws -> [String] {
        let (result, requests) = try await sent()
        return expect.faults(of: result, requests: requests)
    }

    /// What the transport answered, and what the server saw, connection by connection.
    private func sent() async throws -> (Result<HttpAnswer, any Error>, [String]) {
        switch server {
        case .absent:
            return (await call.send(port: 0), [])
        case .refuses:
            return (try await LoopbackServer.withDeafPort { await call.send(port: $0) }, [])
        case .untrusted:
            let tls = try UntrustedTls()
            let server = try LoopbackServer(tls: true) { connection in
                connection.serve(tls) { _ in
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
                }
            }
            let result = await call.send(port: server.port)
            return (result, await server.stop())
        default:
            let server = try LoopbackServer { [server] in server.serve($0) }
            let result = await call.send(port: server.port)
            return (result, await server.stop())
        }
    }
}

/// What the server of a case does with each connection.
enum ServerBehaviour: Sendable {
    case refuses, silent, untrusted, absent
    case answers(String), resets(String), endless(String), trickles(String)

    static func read(_ json: Json, _ place: String) throws -> ServerBehaviour {
        guard case (let name, let data?) = try Read.variant(json, place) else {
            throw Malformed(place, "a behaviour has an argument")
        }
        let place = "\(place).\(name)"
        return try Fields.read(data, place) { fields in
            switch name {
            case "refuses": .refuses
            case "silent": .silent
            case "untrusted": .untrusted
            case "absent": .absent
            case "answers": .answers(try fields.text("raw"))
            case "resets": .resets(try fields.text("raw"))
            case "endless": .endless(try fields.text("raw"))
            case "trickles": .trickles(try fields.text("raw"))
            default: throw Malformed(place, "an unknown behaviour")
            }
        }
    }

    func serve(_ connection: ServedConnection) {
        switch self {
        case .answers(let raw):
            connection.send(raw)
        case .resets(let raw):
            connection.send(raw)
            connection.reset()
        case .endless(let raw):
            // As fast as a network and not as memory: a flood would leave Foundation on Linux no time to hang up.
            let letters = [UInt8](repeating: UInt8(ascii: "a"), count: 65_536)
            connection.send(raw)
            while !connection.clientLeft(within: 1), connection.send(letters) {}
        case .trickles(let raw):
            connection.send(raw)
            while !connection.clientLeft(within: 100), connection.send("a") {}
        case .silent:
            while !connection.clientLeft(within: 1_000) {}
        case .refuses, .untrusted, .absent:
            break
        }
    }
}

/// The request of a case.
struct TransportCall: Sendable {
    let method: HttpMethod
    let scheme: String
    let path: String
    let url: String?
    let body: Secret?
    let headers: [ExactText: String]
    let timeoutMs: Int
    let connectTimeoutMs: Int
    let maxBodyBytes: Int
    let publicAddressesOnly: Bool

    static func read(_ json: Json, _ place: String) throws -> TransportCall {
        try Fields.read(json, place) { fields in
            TransportCall(
                method: try fields.optional("method", Read.method) ?? .get,
                scheme: try fields.textIfAny("scheme") ?? "http",
                path: try fields.textIfAny("path") ?? "/",
                url: try fields.textIfAny("url"),
                body: try fields.secretIfAny("body"),
                headers: try fields.optional("headers", Read.entries) ?? [:],
                timeoutMs: try fields.numberIfAny("timeout_ms") ?? 5_000,
                connectTimeoutMs: try fields.numberIfAny("connect_timeout_ms") ?? 2_000,
                maxBodyBytes: try fields.numberIfAny("max_body_bytes") ?? 65_536,
                publicAddressesOnly: try fields.flag("public_addresses_only"))
        }
    }

    /// Sends to the server at this port, from a thread that may block.
    func send(port: UInt16) async -> Result<HttpAnswer, any Error> {
        let call = HttpCall(
            method: method, url: Secret(url ?? "\(scheme)://127.0.0.1:\(port)\(path)"),
            headers: headers.map { Header(name: $0.text, value: Secret($1)) }, body: body,
            connectTimeoutMs: Int64(connectTimeoutMs), timeoutMs: Int64(timeoutMs), maxBodyBytes: Int64(maxBodyBytes),
            publicAddressesOnly: publicAddressesOnly)
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(returning: Result { try URLSessionTransport().send(call: call) })
            }
        }
    }
}

/// What a case expects.
struct TransportExpectation: Sendable {
    private enum End {
        case answer(status: Int, body: String)
        case fails([String])
    }

    /// What no error may show.
    private static let marker = "TOKEN-IN-URL"
    private static let kinds = ["unavailable", "offline", "time_expired", "insecure", "bad_answer", "broken"]

    private let end: End
    private let connections: Int?
    private let request: String?

    static func read(_ json: Json, _ place: String) throws -> TransportExpectation {
        try Fields.read(json, place) { fields in
            let answer = try fields.optional("answer") { json, place in
                try Fields.read(json, place) { fields in
                    End.answer(status: try fields.required("status", Read.number), body: try fields.text("body"))
                }
            }
            let kind = Read.choice(Dictionary(uniqueKeysWithValues: kinds.map { ($0, $0) }))
            let fails = try fields.optional("fails", Read.list(of: kind)).map(End.fails)
            guard let end = answer ?? fails, answer == nil || fails == nil else {
                throw Malformed(place, "either an answer or a failure")
            }
            return TransportExpectation(
                end: end, connections: try fields.numberIfAny("connections"), request: try fields.textIfAny("request"))
        }
    }

    func faults(of result: Result<HttpAnswer, any Error>, requests: [String]) -> [String] {
        var faults: [String] = []
        switch (result, end) {
        case (.success(let answer), .answer(let status, let body)):
            if Int(answer.status) != status || answer.body != Data(body.utf8) {
                faults.append("answered \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
            }
        case (.success(let answer), .fails):
            faults.append("answered \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
        case (.failure(let error), .fails(let kinds)) where kinds.contains(Self.kind(of: error).name):
            break
        case (.failure(let error), _):
            faults.append("failed: \(Self.kind(of: error))")
        }
        if case .failure(let error) = result, Self.shows(error) {
            faults.append("the error shows the address")
        }
        if let connections, connections != requests.count {
            faults.append("\(requests.count) connections")
        }
        if let request, !requests.contains(where: { $0.contains(request) }) {
            faults.append("the request lacks what it should carry")
        }
        return faults
    }

    private static func shows(_ error: any Error) -> Bool {
        var dumped = ""
        dump(error, to: &dumped)
        let texts = ["\(error)", String(reflecting: error), error.localizedDescription, dumped, kind(of: error).reason]
        return texts.contains { $0.contains(marker) }
    }

    /// The kind of failure as the cases call it, and the reason given.
    private static func kind(of error: any Error) -> (name: String, reason: String) {
        switch error as? HostError {
        case .Unavailable(let reason): ("unavailable", reason)
        case .Offline(let reason): ("offline", reason)
        case .TimeExpired(let reason): ("time_expired", reason)
        case .Insecure(let reason): ("insecure", reason)
        case .BadAnswer(let reason): ("bad_answer", reason)
        case .Broken(let reason): ("broken", reason)
        case nil: ("not a HostError", "\(error)")
        }
    }
}
