import Foundation
import Testing

@testable import Exeunt

/// What `tests/transport` cannot say, because it is special to `URLSession`.
@Suite("The URL session transport")
struct TransportFaultTests {
    private static let marker = "WIRE-MARKER"
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"

    @Test(
        "a demand for a password is an answer with its body", arguments: ["Basic", "Digest", "Bearer", "NTLM"],
        [HttpMethod.post, .delete])
    func challenge(_ scheme: String, _ method: HttpMethod) async throws {
        let server = try LoopbackServer {
            $0.send(
                "HTTP/1.1 401 X\r\nWWW-Authenticate: \(scheme) realm=\"x\"\r\nContent-Length: 2\r\n"
                    + "Connection: close\r\n\r\nhi")
        }
        let answer = try await Self.send(Self.call(method, port: server.port))
        #expect(answer.status == 401)
        #expect(answer.body == Data("hi".utf8))
        #expect(await server.stop().count == 1)
    }

    @Test(
        "a request goes out as it is given, and asks for no compression",
        arguments: [(HttpMethod.post, "POST"), (.delete, "DELETE")])
    func request(_ method: HttpMethod, _ word: String) async throws {
        let server = try LoopbackServer { $0.send(Self.ok) }
        let answer = try await Self.send(Self.call(method, port: server.port))
        #expect(answer.body == Data("hi".utf8))
        let asked = try #require(await server.stop().first)
        let lines = asked.components(separatedBy: "\r\n")
        #expect(lines.first == "\(word) /revoke?q=\(Self.marker) HTTP/1.1")
        #expect(lines.last == "token=\(Self.marker)")
        #expect(lines.contains("Content-Length: \("token=\(Self.marker)".utf8.count)"))
        #expect(lines.contains("Authorization: Basic \(Self.marker)"))
        #expect(lines.contains("Content-Type: application/x-www-form-urlencoded"))
        #expect(lines.filter { $0.lowercased().hasPrefix("accept-encoding:") } == ["Accept-Encoding: identity"])
    }

    @Test("a token is deleted as GitHub wants it, and its answer without a body is read")
    func deletion() async throws {
        let server = try LoopbackServer { $0.send("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n") }
        let transport = DetouredTransport(to: server.port)
        let client = try LogoutClient(
            config: ClientConfig(
                clientId: "app-1", provider: .github, home: .server,
                layout: .prefix(prefix: "session", separator: ":"), clientSecret: Secret("client secret"),
                revokeTokens: true),
            store: MemoryStore(["session:alice:access_token": Secret("a-token")]),
            transport: transport)
        let outcome = try await client.signOut(Sample.request())
        #expect(outcome.revocations.map(\.status) == [.revoked])
        let asked = try #require(await server.stop().first)
        let lines = asked.components(separatedBy: "\r\n")
        let credentials = Data("app-1:client secret".utf8).base64EncodedString()
        #expect(lines.first == "DELETE /applications/app-1/token HTTP/1.1")
        #expect(lines.contains("Authorization: Basic \(credentials)"))
        #expect(lines.contains("Content-Type: application/json"))
        #expect(lines.last == #"{"access_token":"a-token"}"#)
        #expect(transport.hosts == ["api.github.com"])
    }

    @Test("headers of the answer are given back")
    func headers() async throws {
        let server = try LoopbackServer {
            $0.send("HTTP/1.1 200 OK\r\nX-Kept: yes\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
        let answer = try await Self.send(Self.call(port: server.port))
        #expect(answer.headers.contains { $0.name.lowercased() == "x-kept" && $0.value == Secret("yes") })
        await server.stop()
    }

    @Test("a cookie is not kept for the next request")
    func cookies() async throws {
        let server = try LoopbackServer {
            $0.send("HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
        let transport = URLSessionTransport()
        _ = try await Self.send(Self.call(port: server.port), transport)
        _ = try await Self.send(Self.call(port: server.port), transport)
        let asked = await server.stop()
        #expect(asked.count == 2)
        #expect(asked.allSatisfy { !$0.lowercased().contains("\r\ncookie:") })
    }

    @Test("a body of no announced length is an answer at exactly the allowed size, with one byte more it is not")
    func limit() async throws {
        for (size, fault) in [(1_024, nil), (1_025, "bad answer")] {
            let server = try LoopbackServer {
                $0.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + String(repeating: "x", count: size))
            }
            #expect(await Self.fault(Self.call(port: server.port)) == fault)
            await server.stop()
        }
    }

    @Test(
        "a compressed body is refused before it is unpacked",
        arguments: ["br", "deflate", "GZIP", "identity, gzip"])
    func compressed(_ encoding: String) async throws {
        let server = try LoopbackServer {
            $0.send("HTTP/1.1 200 OK\r\nContent-Encoding: \(encoding)\r\nContent-Length: 2\r\n\r\nhi")
        }
        #expect(await Self.fault(Self.call(port: server.port)) == "bad answer")
        await server.stop()
    }

    @Test("where TLS fails nothing of the request goes out")
    func withoutTls() async throws {
        let server = try LoopbackServer { $0.send(Self.ok) }
        let call = Self.call(url: "https://127.0.0.1:\(server.port)/?q=\(Self.marker)")
        #expect(await Self.fault(call) == "insecure")
        #expect(await server.stop().allSatisfy { !$0.contains("GET") && !$0.contains(Self.marker) })
    }

    @Test(
        "an address that may not be spoken to is refused before anything is sent",
        arguments: [
            "http://op.example.com/", "http://localhost.example.com/", "ftp://127.0.0.1/", "//127.0.0.1/", "/logout",
            "", "https://", "https:///x",
            "http://user@127.0.0.1/", "http://user:pass@127.0.0.1/", "https://op.example.com/#part",
            "http://127.0.0.2/", "https://op.example.com/a b", "https://op.example.com/\u{E9}",
        ])
    func insecure(_ url: String) async {
        #expect(await Self.fault(Self.call(url: url)) == "insecure")
    }

    private static func call(_ method: HttpMethod = .get, port: UInt16) -> HttpCall {
        call(method, url: "http://127.0.0.1:\(port)/revoke?q=\(marker)")
    }

    private static func call(_ method: HttpMethod = .get, url: String) -> HttpCall {
        HttpCall(
            method: method, url: Secret(url),
            headers: [
                Header(name: "Authorization", value: Secret("Basic \(marker)")),
                Header(name: "Content-Type", value: Secret("application/x-www-form-urlencoded")),
            ],
            body: method != .get ? Secret("token=\(marker)") : nil, connectTimeoutMs: 60_000,
            timeoutMs: 60_000, maxBodyBytes: 1_024, publicAddressesOnly: false)
    }

    /// Sends from a thread that may block.
    private static func send(
        _ call: HttpCall, _ transport: URLSessionTransport = URLSessionTransport()
    ) async throws -> HttpAnswer {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try transport.send(call: call) })
            }
        }
    }

    /// The kind of failure, absent where there was none. Its text and reason must not quote the call.
    private static func fault(_ call: HttpCall) async -> String? {
        do {
            _ = try await send(call)
            return nil
        } catch let error as HostError {
            switch error {
            case .Unavailable(let reason), .Offline(let reason), .TimeExpired(let reason), .Insecure(let reason),
                .BadAnswer(let reason), .Broken(let reason):
                #expect(!reason.contains(marker))
            }
            return error.description
        } catch {
            Issue.record("not a HostError: \(error)")
            return "\(error)"
        }
    }
}

/// The URL session transport, with a server on this machine in the place of every other.
private final class DetouredTransport: HttpTransport {
    private let port: UInt16
    private let asked = Locked<[String]>([])

    init(to port: UInt16) {
        self.port = port
    }

    var hosts: [String] { asked.withLock { $0 } }

    func send(call: HttpCall) throws -> HttpAnswer {
        guard var url = URLComponents(string: call.url.reveal()) else { throw HostError.Broken(reason: "no address") }
        asked.withLock { $0.append(url.host ?? "") }
        (url.scheme, url.host, url.port) = ("http", "127.0.0.1", Int(port))
        return try URLSessionTransport().send(
            call: HttpCall(
                method: call.method, url: Secret(url.string ?? ""), headers: call.headers, body: call.body,
                connectTimeoutMs: call.connectTimeoutMs, timeoutMs: call.timeoutMs, maxBodyBytes: call.maxBodyBytes,
                publicAddressesOnly: call.publicAddressesOnly))
    }
}
