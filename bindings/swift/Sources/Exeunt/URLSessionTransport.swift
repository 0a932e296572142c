import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Sends the core's requests with `URLSession`, so that the system's proxies, trust store and network rules apply.
///
/// * TLS only; plain http is spoken to `127.0.0.1`, `[::1]` and `localhost` alone.
/// * No redirect is followed, no cookie, cache or stored credential is used.
/// * The whole exchange is bounded by the call's `timeoutMs`. `URLSession` has no separate bound for connecting, so
///   connecting may take that long too.
/// * An answer is refused as soon as it is larger than allowed, or says that it is compressed: a small answer cannot
///   become a large one.
/// * `publicAddressesOnly` is refused: the platform does not show the address that a name was resolved to.
/// * The reasons in its errors are fixed words; no address, header or body gets into them.
///
/// `send` blocks its thread until the answer is there. ``LogoutClient`` calls it from its own queue; do not call it on
/// the main thread.
public final class URLSessionTransport: HttpTransport {
    /// Makes a transport. Nothing is opened before the first call.
    public init() {}

    /// Sends one request and answers with whatever status came. Redirects are answers, not instructions.
    ///
    /// - Throws: `HostError`: `Insecure`, `Offline`, `TimeExpired` or `BadAnswer`.
    public func send(call: HttpCall) throws -> HttpAnswer {
        let request = try Self.request(of: call)
        let limit = Int(clamping: max(0, call.maxBodyBytes))
        let exchange = Exchange(limit: limit, encrypted: request.url?.scheme?.lowercased() == "https")
        // One session for one call: it takes its delegate with it, and nothing is shared between calls.
        let session = URLSession(configuration: Self.configuration(), delegate: exchange, delegateQueue: nil)
        // On a thread of its own: on Linux closing waits for as long as the server keeps the connection busy.
        defer { Thread.detachNewThread { session.invalidateAndCancel() } }
        session.dataTask(with: request).resume()
        return try exchange.answer(within: .milliseconds(Self.milliseconds(of: call)))
    }

    private static func configuration() -> URLSessionConfiguration {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpCookieStorage = nil
        configuration.httpCookieAcceptPolicy = .never
        configuration.httpShouldSetCookies = false
        configuration.urlCache = nil
        configuration.urlCredentialStorage = nil
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        return configuration
    }

    private static func request(of call: HttpCall) throws -> URLRequest {
        if call.publicAddressesOnly {
            throw HostError.Insecure(reason: "the platform does not show resolved addresses")
        }
        let address = call.url.reveal()
        // A parser that repairs its input would send something else than was checked.
        guard let url = URL(string: address), ExactText(url.absoluteString) == ExactText(address) else {
            throw HostError.Insecure(reason: "not a well-formed address")
        }
        guard url.user == nil, url.password == nil, url.fragment == nil, isTrusted(url) else {
            throw HostError.Insecure(reason: "not https and not loopback")
        }
        var request = URLRequest(url: url)
        // Never before the exchange's own clock; in whole seconds, because Foundation on Linux drops the rest.
        request.timeoutInterval = TimeInterval(milliseconds(of: call) / 1_000 + 2)
        request.httpShouldHandleCookies = false
        for header in call.headers {
            request.setValue(header.value.reveal(), forHTTPHeaderField: header.name)
        }
        request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
        switch call.method {
        case .get:
            request.httpMethod = "GET"
        case .post, .delete:
            request.httpMethod = call.method == .post ? "POST" : "DELETE"
            request.httpBody = Data((call.body?.reveal() ?? "").utf8)
        }
        return request
    }

    /// The time for the whole exchange: at least something, at most ten minutes.
    private static func milliseconds(of call: HttpCall) -> Int {
        Int(min(max(1, call.timeoutMs), 600_000))
    }

    private static func isTrusted(_ url: URL) -> Bool {
        guard let host = url.host?.lowercased(), !host.isEmpty else { return false }
        let loopback = ["127.0.0.1", "::1", "[::1]", "localhost"].contains(host)
        switch url.scheme?.lowercased() {
        case "https": return true
        case "http": return loopback
        default: return false
        }
    }
}

/// One request and what came back. The session's delegate; its methods arrive one after another on a queue of the
/// session's own.
private final class Exchange: NSObject, URLSessionDataDelegate {
    private struct Received {
        var response: HTTPURLResponse?
        var body = Data()
        var fault: HostError?
        var challenged = false
    }

    private let limit: Int
    private let encrypted: Bool
    private let received = Locked(Received())
    private let over = DispatchSemaphore(value: 0)

    init(limit: Int, encrypted: Bool) {
        self.limit = limit
        self.encrypted = encrypted
    }

    /// Waits for the end and reads it.
    func answer(within time: DispatchTimeInterval) throws -> HttpAnswer {
        guard over.wait(timeout: .now() + time) == .success else {
            throw HostError.TimeExpired(reason: "the exchange took too long")
        }
        return try received.withLock { received in
            if let fault = received.fault { throw fault }
            guard let response = received.response else { throw HostError.BadAnswer(reason: "not HTTP") }
            let headers = response.allHeaderFields.compactMap { name, value -> Header? in
                guard let name = name as? String, let value = value as? String else { return nil }
                return Header(name: name, value: Secret(value))
            }
            return HttpAnswer(status: Int32(clamping: response.statusCode), headers: headers, body: received.body)
        }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        let fault: HostError? = received.withLock { received in
            received.response = response as? HTTPURLResponse
            let encoding = received.response?.value(forHTTPHeaderField: "Content-Encoding") ?? ""
            if !["", "identity"].contains(encoding.lowercased()) {
                received.fault = .BadAnswer(reason: "compressed")
            } else if response.expectedContentLength > Int64(limit) {
                received.fault = .BadAnswer(reason: "larger than allowed")
            }
            return received.fault
        }
        if fault != nil { over.signal() }
        completionHandler(fault == nil ? .allow : .cancel)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let full: Bool = received.withLock { received in
            guard received.fault == nil else { return false }
            guard received.body.count + data.count <= limit else {
                received.fault = .BadAnswer(reason: "larger than allowed")
                received.body = Data()
                return true
            }
            received.body.append(data)
            return false
        }
        if full {
            // In this order: on Linux cancelling waits for as long as the server keeps the connection busy.
            over.signal()
            dataTask.cancel()
        }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        received.withLock { received in
            if received.fault == nil, !received.challenged, let error {
                received.fault = fault(of: error, answered: received.response != nil)
            }
        }
        over.signal()
    }

    #if canImport(FoundationNetworking)
        /// A 401 that asks for a password. We have none to give, and this Foundation would wait for one for ever; the
        /// answer and its body are already here.
        func urlSession(
            _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
            completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
        ) {
            received.withLock { $0.challenged = true }
            completionHandler(.cancelAuthenticationChallenge, nil)
        }
    #endif

    /// The kind of failure. The error's own text quotes the address and is left behind.
    private func fault(of error: any Error, answered: Bool) -> HostError {
        switch (error as? URLError)?.code {
        case .timedOut:
            .TimeExpired(reason: "the connection was silent for too long")
        case .secureConnectionFailed, .serverCertificateHasBadDate, .serverCertificateUntrusted,
            .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid, .clientCertificateRejected,
            .clientCertificateRequired, .appTransportSecurityRequiresSecureConnection:
            .Insecure(reason: "TLS failed")
        case .unknown where encrypted && !answered:
            // What Foundation on Linux says of a handshake that failed.
            .Insecure(reason: "TLS failed")
        case .unsupportedURL, .badServerResponse, .cannotParseResponse, .cannotDecodeRawData, .cannotDecodeContentData,
            .dataLengthExceedsMaximum, .zeroByteResource:
            .BadAnswer(reason: "not HTTP")
        case .networkConnectionLost, .unknown:
            // What was sent may have arrived. Foundation on Linux has no name for most of it.
            .BadAnswer(reason: "the connection broke off")
        default:
            .Offline(reason: "no connection")
        }
    }
}
