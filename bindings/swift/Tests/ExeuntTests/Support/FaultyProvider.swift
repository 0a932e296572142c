import Foundation

@testable import Exeunt

/// A provider on loopback of whose requests one meets a fault, as `tests/transport/README.md` describes them.
final class FaultyProvider: Sendable {
    enum Behaviour: Sendable {
        case sound
        case faulty(ServerBehaviour, bytes: [UInt8])

        static func read(_ json: Json, _ place: String) throws -> Behaviour {
            guard case (let name, let data?) = try Read.variant(json, place) else {
                throw Malformed(place, "a behaviour has an argument")
            }
            switch name {
            case "sound":
                return try Fields.read(data, place) { _ in .sound }
            case "answers":
                return try Fields.read(data, place) { fields in
                    let raw = try fields.text("raw")
                    guard let more = Data(base64Encoded: try fields.textIfAny("base64") ?? "") else {
                        throw Malformed(place, "no base64")
                    }
                    return .faulty(.answers(raw), bytes: Array(raw.utf8) + Array(more))
                }
            default:
                return .faulty(try ServerBehaviour.read(json, place), bytes: [])
            }
        }

        /// Whether a client can only wait for the end of its time.
        var isIdle: Bool {
            switch self {
            case .faulty(.trickles, _), .faulty(.silent, _): true
            default: false
            }
        }

        fileprivate var isUntrusted: Bool {
            if case .faulty(.untrusted, _) = self { true } else { false }
        }

        fileprivate var isDeaf: Bool {
            if case .faulty(.refuses, _) = self { true } else { false }
        }
    }

    private let server: LoopbackServer
    private let asked = Locked<[String]>([])
    private let sound = Locked(false)
    private let isDeaf: Bool

    var port: UInt16 { server.port }

    init(_ behaviour: Behaviour, step: String) throws {
        isDeaf = behaviour.isDeaf
        let tls = behaviour.isUntrusted ? try UntrustedTls() : nil
        server = try LoopbackServer(deaf: behaviour.isDeaf, tls: tls != nil) { [asked, sound] connection in
            if let tls, connection.request == LoopbackServer.greeting {
                return connection.serve(tls) { request in
                    let role = Self.role(of: request) ?? "nobody should ask so"
                    asked.withLock { $0.append(role) }
                    return Self.answer(role, "https", connection.port)
                }
            }
            let role = Self.role(of: connection.request)
            if let role { asked.withLock { $0.append(role) } }
            let isSound = sound.withLock { $0 }
            switch behaviour {
            case .faulty(let fault, let bytes) where (role == nil || role == step) && !isSound:
                if case .answers = fault { connection.send(bytes) } else { fault.serve(connection) }
            case .faulty, .sound:
                if let role { connection.send(Self.answer(role, "http", connection.port)) }
            }
        }
    }

    /// From now on everything is answered as it should be.
    func recover() throws {
        let before = sound.withLock { sound in
            defer { sound = true }
            return sound
        }
        if isDeaf, !before { try server.listens() }
    }

    /// What it was asked since the last time. A GET whose connection breaks a platform may send again by itself: that
    /// is one request.
    func takeAsked() -> [String] {
        let roles = asked.withLock { asked in
            defer { asked = [] }
            return asked
        }
        return roles.enumerated().filter { $1 != "metadata" || $0 == 0 || roles[$0 - 1] != $1 }.map(\.element)
    }

    func stop() async throws {
        try recover()
        await server.stop()
    }

    /// What a request is for; none where it is the greeting of TLS.
    private static func role(of request: String) -> String? {
        let parts = request.split(separator: " ", maxSplits: 2)
        guard parts.count == 3, ["GET", "POST"].contains(parts[0]) else { return nil }
        switch parts[1] {
        case "/.well-known/openid-configuration": return "metadata"
        case "/revoke", "/realms/r/protocol/openid-connect/revoke": return "revocation"
        case "/realms/r/protocol/openid-connect/logout": return "call"
        default: return "nobody should ask for \(parts[1])"
        }
    }

    private static func answer(_ role: String, _ scheme: String, _ port: UInt16) -> String {
        let here = "\(scheme)://127.0.0.1:\(port)"
        let endpoints = #""end_session_endpoint": "\#(here)/bye", "revocation_endpoint": "\#(here)/revoke""#
        let body = role == "metadata" ? #"{"issuer": "\#(here)", \#(endpoints)}"# : ""
        let kind = body.isEmpty ? "" : "Content-Type: application/json\r\n"
        let end = "Connection: close\r\n\r\n"
        return role == "call"
            ? "HTTP/1.1 204 No Content\r\n\(end)"
            : "HTTP/1.1 200 OK\r\n\(kind)Content-Length: \(body.utf8.count)\r\n\(end)\(body)"
    }
}
