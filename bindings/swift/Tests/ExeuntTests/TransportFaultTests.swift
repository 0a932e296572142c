import Foundation
import Testing

@testable import Exeunt

/// What `tests/transport` cannot say, because it is special to `URLSession`.
@Suite("The URL session transport")
struct TransportFaultTests {
    private static let marker = "WIRE-MARKER"
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"

    @Test("a demand for a password is an answer with its body", arguments: ["Digest", "Bearer", "NTLM"])
    func challenge(_ scheme: String) async throws {
        let server = try LoopbackServer {
            $0.send(
                "HTTP/1.1 401 X\r\nWWW-Authenticate: \(scheme) realm=\"x\"\r\nContent-Length: 2\r\n"
                    + "Connection: close\r\n\r\nhi")
        }
        let answer = try await Self.send(Self.call(.post, port: server.port))
        #expect(answer.status == 401)
        #expect(answer.body == Data("hi".utf8))
        #expect(await server.stop().count == 1)
    }

    @Test("a request goes out as it is given, and asks for no compression")
    func request() async throws {
        let server = try LoopbackServer { $0.send(Self.ok) }
        let answer = try await Self.send(Self.call(.post, port: server.port))
        #expect(answer.body == Data("hi".utf8))
        let asked = try #require(await server.stop().first)
        let lines = asked.components(separatedBy: "\r\n")
        #expect(lines.first == "POST /revoke?q=\(Self.marker) HTTP/1.1")
        #expect(lines.last == "token=\(Self.marker)")
        #expect(lines.contains("Authorization: Basic \(Self.marker)"))
        #expect(lines.contains("Content-Type: application/x-www-form-urlencoded"))
        #expect(lines.filter { $0.lowercased().hasPrefix("accept-encoding:") } == ["Accept-Encoding: identity"])
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
            body: method == .post ? Secret("token=\(marker)") : nil, connectTimeoutMs: 60_000,
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
