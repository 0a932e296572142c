import Foundation

@testable import Exeunt

/// One connection of a ``LoopbackServer``, after its request was read.
struct ServedConnection {
    fileprivate let socket: Int32
    /// What was read; ``LoopbackServer/greeting`` where a greeting of TLS was left unread.
    let request: String
    /// The port of its server.
    let port: UInt16

    /// Sends text; false once the client has gone.
    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Sends bytes; false once the client has gone.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { write(socket, $0.baseAddress, $0.count) }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    /// Waits until the client hangs up, at most so many milliseconds; whether it did.
    func clientLeft(within milliseconds: Int32) -> Bool {
        var watched = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, milliseconds) > 0
    }

    /// Shakes hands with a certificate that nobody trusts, and answers who accepts it.
    func serve(_ tls: UntrustedTls, _ answer: (String) -> String) { tls.serve(socket, answer) }

    /// Drops the connection with a reset instead of an end.
    func reset() {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    }
}

/// A server on 127.0.0.1 that answers each connection by a script, byte for byte.
final class LoopbackServer: Sendable {
    /// What stands for a greeting that was left unread.
    static let greeting = "TLS"

    let port: UInt16
    private let listener: Int32
    private let tls: Bool
    private let seen = Locked<[String]>([])
    /// The port from which the last connection comes.
    private let waker = Locked<UInt16?>(nil)
    private let finished = DispatchSemaphore(value: 0)

    private let answer: @Sendable (ServedConnection) -> Void

    /// Listens, and answers until it is stopped. One that is deaf holds its port, and refuses connections until it
    /// listens. One that speaks TLS leaves its greetings to `answer`.
    init(deaf: Bool = false, tls: Bool = false, _ answer: @escaping @Sendable (ServedConnection) -> Void) throws {
        signal(SIGPIPE, SIG_IGN)
        (listener, port) = try Self.bound()
        self.answer = answer
        self.tls = tls
        if !deaf { try listens() }
    }

    /// Begins to listen.
    func listens() throws {
        guard listen(listener, 8) == 0 else { throw Loud(description: "listen") }
        Thread.detachNewThread { [listener, port, tls, seen, waker, finished, answer] in
            while true {
                let socket = accept(listener, nil, nil)
                if socket < 0, errno == EINTR { continue }
                guard socket >= 0 else { break }
                defer { close(socket) }
                // Whoever connected before is answered first: on a busy machine a client may be gone by now.
                if let last = waker.withLock({ $0 }), last == Self.port(of: socket, getpeername) { break }
                let request = tls && Self.isGreeting(socket) ? Self.greeting : Self.readRequest { read(socket, $0, $1) }
                seen.withLock { $0.append(request) }
                answer(ServedConnection(socket: socket, request: request, port: port))
            }
            // Here and not in `stop`: its number must not go to another server's socket while this loop uses it.
            close(listener)
            finished.signal()
        }
    }

    /// A port that nobody listens on, for as long as `body` runs.
    static func withDeafPort<Answer>(_ body: (UInt16) async throws -> Answer) async throws -> Answer {
        let (socket, port) = try bound()
        defer { close(socket) }
        return try await body(port)
    }

    /// Stops, and gives what was asked, connection by connection.
    @discardableResult
    func stop() async -> [String] {
        // A connection of its own wakes the loop, on every system.
        let socket = Self.socket()
        defer { close(socket) }
        Self.withAddress(port: 0) { _ = bind(socket, $0, $1.pointee) }
        waker.withLock { $0 = Self.port(of: socket, getsockname) }
        Self.withAddress(port: port) { _ = connect(socket, $0, $1.pointee) }
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread { [seen, finished] in
                finished.wait()
                continuation.resume(returning: seen.withLock { $0 })
            }
        }
    }

    private static func bound() throws -> (socket: Int32, port: UInt16) {
        let socket = socket()
        let ready = withAddress(port: 0) { bind(socket, $0, $1.pointee) == 0 }
        guard socket >= 0, ready, let port = port(of: socket, getsockname) else { throw Loud(description: "bind") }
        return (socket, port)
    }

    /// The port of one end of a connection.
    private static func port(
        of socket: Int32,
        _ name: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> UInt16? {
        withAddress(port: 0) { address, length in
            guard name(socket, address, length) == 0 else { return nil }
            return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                UInt16(bigEndian: $0.pointee.sin_port)
            }
        }
    }

    private static func socket() -> Int32 {
        #if canImport(Glibc)
            Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            Darwin.socket(AF_INET, SOCK_STREAM, 0)
        #endif
    }

    private static func withAddress<Answer>(
        port: UInt16, _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Answer
    ) -> Answer {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
        }
    }

    /// Head and, by its length, body; or a TLS greeting, which has no head that ends.
    static func readRequest(_ read: (UnsafeMutableRawPointer, Int) -> Int) -> String {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 4_096)
        while bytes.first != 0x16, !isWhole(bytes) {
            let count = read(&block, block.count)
            guard count > 0 else { break }
            bytes += block[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether the next byte is the first of a greeting of TLS.
    private static func isGreeting(_ socket: Int32) -> Bool {
        var first: UInt8 = 0
        return recv(socket, &first, 1, Int32(MSG_PEEK)) == 1 && first == 0x16
    }

    private static func isWhole(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let head = text.range(of: "\r\n\r\n") else { return false }
        let lengths = text[..<head.lowerBound].lowercased().components(separatedBy: "\r\n")
            .filter { $0.hasPrefix("content-length:") }
            .compactMap { Int($0.dropFirst("content-length:".count).trimmingCharacters(in: .whitespaces)) }
        return text[head.upperBound...].utf8.count >= lengths.first ?? 0
    }
}
