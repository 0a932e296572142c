import Foundation

@testable import Exeunt

/// The server's side of TLS with `tests/transport/untrusted.pem`. Foundation has none, so this is OpenSSL, found when it is
/// wanted: on Linux the client of Foundation stands on it, on a Mac it comes by Homebrew. Without it nothing can be made.
final class UntrustedTls: @unchecked Sendable {
    private typealias Attach = @convention(c) (OpaquePointer?, Int32) -> Int32
    private typealias Act = @convention(c) (OpaquePointer?) -> Int32
    private typealias Transfer = @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, Int32) -> Int32
    private typealias Make = @convention(c) (OpaquePointer?) -> OpaquePointer?
    private typealias Free = @convention(c) (OpaquePointer?) -> Void

    private static let places = [
        "libssl.so.3", "/opt/homebrew/opt/openssl@3/lib/libssl.3.dylib", "/usr/local/opt/openssl@3/lib/libssl.3.dylib",
    ]

    private let context: OpaquePointer
    private let make: Make
    private let attach: Attach
    private let accept: Act
    private let read: Transfer
    private let write: Transfer
    private let end: Act
    private let free: Free
    private let freeContext: Free

    init() throws {
        guard let library = Self.places.lazy.compactMap({ dlopen($0, RTLD_NOW) }).first else {
            throw Loud(description: "OpenSSL 3 is none of \(Self.places)")
        }
        func function<Function>(_ name: String, as type: Function.Type = Function.self) throws -> Function {
            guard let symbol = dlsym(library, name) else { throw Loud(description: "OpenSSL lacks \(name)") }
            return unsafeBitCast(symbol, to: type)
        }
        make = try function("SSL_new")
        attach = try function("SSL_set_fd")
        accept = try function("SSL_accept")
        read = try function("SSL_read")
        write = try function("SSL_write")
        end = try function("SSL_shutdown")
        free = try function("SSL_free")
        freeContext = try function("SSL_CTX_free")
        let method = try function("TLS_server_method", as: (@convention(c) () -> OpaquePointer?).self)()
        guard let context = try function("SSL_CTX_new", as: Make.self)(method) else {
            throw Loud(description: "OpenSSL makes no context")
        }
        self.context = context
        let pem = Case.root.appendingPathComponent("tests/transport/untrusted.pem").path
        typealias Load = @convention(c) (OpaquePointer?, UnsafePointer<CChar>, Int32) -> Int32
        for name in ["SSL_CTX_use_certificate_file", "SSL_CTX_use_PrivateKey_file"] {
            // 1 is SSL_FILETYPE_PEM.
            guard try function(name, as: Load.self)(context, pem, 1) == 1 else {
                throw Loud(description: "\(name) cannot read \(pem)")
            }
        }
    }

    deinit { freeContext(context) }

    /// Shakes hands and, with a client that accepts the certificate, answers its request.
    func serve(_ socket: Int32, _ answer: (String) -> String) {
        let connection = make(context)
        defer { free(connection) }
        guard attach(connection, socket) == 1, accept(connection) == 1 else { return }
        let request = LoopbackServer.readRequest { Int(read(connection, $0, Int32($1))) }
        var bytes = Array(answer(request).utf8)
        _ = write(connection, &bytes, Int32(bytes.count))
        _ = end(connection)
    }
}
