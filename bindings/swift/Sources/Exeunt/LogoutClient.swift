import Dispatch
import Foundation

/// Signs users out, completely and verifiably. Made once, from a configuration and what the app lends it: a store, a
/// way to open the browser, a way to send HTTP.
///
/// ```swift
/// let client = try LogoutClient(config: config, store: store, navigator: navigator)
/// let outcome = try await client.signOut(EndSessionRequest(who: .this(account: account)))
/// if !outcome.signedOutLocally() { … }                     // says what is known, and how it is known
/// // later, when the browser comes back to the app:
/// let completion = try await client.complete(url)
/// ```
///
/// At start-up ``resume(limit:)`` finishes what a crash or a dead network interrupted. Code that signs in says so with
/// ``signedIn(account:idToken:ticket:)``; code that refreshes tokens takes a ``lease(account:)`` and saves under it, so
/// that a refresh on its way cannot bring an ended session back.
///
/// **Threads.** The core is synchronous. Every method leaves the caller's actor and works on a queue of the client's
/// own, so no method blocks the main thread and no callback (store, navigator, transport, listener) ever arrives on
/// it. Calls run side by side; no lock is held while a callback runs, so a callback may call the client again. A
/// navigator that needs the main actor is wrapped in ``NavigatorOnMainActor``.
///
/// **Errors.** What is thrown was refused before anything happened: ``LogoutError`` (or `CancellationError`). From the
/// first effect on a failure is a reason in the ``LogoutOutcome``.
///
/// **Cancellation.** A task that is cancelled before its call has begun throws `CancellationError` and nothing happens.
/// Once begun a call is finished and its result returned: half a sign-out is worse than a late one. No call waits for
/// the browser, so there is nothing to cancel while the user is there; when the user closes it, or the app gives up,
/// say so with ``cancel(id:reason:)``.
public final class LogoutClient: Sendable {
    private let core: CoreClient
    // Concurrent: a sign-out that waits for the network must not keep `cancel` or `complete` waiting.
    private let queue = DispatchQueue(label: "exeunt.client", qos: .userInitiated, attributes: .concurrent)

    /// Makes a client. Nothing is looked up or contacted here.
    ///
    /// - Parameters:
    ///   - config: what is decided once.
    ///   - store: where the app keeps its sessions.
    ///   - navigator: opens the browser; without one ``LogoutOutcome/next`` says where the browser has to go.
    ///   - transport: sends HTTP. The default is the platform's own, with its proxies and trust store.
    ///   - listeners: hear of events; what one throws is ignored.
    /// - Throws: `LogoutError.Configuration` for what cannot work.
    public init(
        config: ClientConfig,
        store: any SessionStore,
        navigator: (any Navigator)? = nil,
        transport: (any HttpTransport)? = URLSessionTransport(),
        listeners: [any LogoutListener] = []
    ) throws {
        core = try Self.translated {
            try CoreClient(
                config: config, store: store, navigator: navigator, transport: transport, listeners: listeners)
        }
    }

    /// What a sign-out would do, before any of it happens. Nothing of it is done yet.
    ///
    /// - Throws: `LogoutError` for a request that cannot be carried out, and for a store that does not answer.
    public func plan(_ request: EndSessionRequest) async throws -> LogoutPlan {
        try await away { try $0.plan(request: request) }
    }

    /// Carries out a plan of this client. Keys are looked up again, so that nothing newer is missed.
    ///
    /// - Throws: `LogoutError` only before the first effect; then nothing was cleared.
    public func run(_ plan: LogoutPlan) async throws -> LogoutOutcome {
        try await away { try $0.run(plan: plan) }
    }

    /// Plans and runs. It returns once the local session is dealt with and the browser is on its way; it never waits
    /// for the user. Signing out twice succeeds twice.
    ///
    /// - Throws: `LogoutError` only before the first effect; then nothing was cleared.
    public func signOut(_ request: EndSessionRequest) async throws -> LogoutOutcome {
        try await away { try $0.signOut(request: request) }
    }

    /// Signs out every account on this device, as configured. A server refuses it (`HOME-01`): there every call names
    /// one session.
    ///
    /// - Throws: `LogoutError` only before the first effect; then nothing was cleared.
    public func logout() async throws -> LogoutOutcome {
        try await signOut(EndSessionRequest(who: .everyone))
    }

    /// Reads the address that the browser came back to; also in a new process, after the app was killed.
    ///
    /// What is not ours is an answer (`.notOurs`), not an error. Delivered twice it is `.alreadyHandled`.
    ///
    /// - Parameters:
    ///   - url: the whole address, unchanged.
    ///   - ticket: on a server, what this browser brought (`ticketInCookies`).
    /// - Throws: `LogoutError` when the store does not answer.
    public func complete(_ url: Secret, ticket: Secret? = nil) async throws -> Completion {
        try await away { try $0.complete(url: url, ticket: ticket) }
    }

    /// Reads the address that the browser came back to, as `onOpenURL` or a web session delivers it.
    ///
    /// - Throws: `LogoutError` when the store does not answer.
    public func complete(_ url: URL) async throws -> Completion {
        try await complete(Secret(url.absoluteString))
    }

    /// Says that the browser will not come back: the user closed it, the wait ran out, or the app gave up. A return
    /// that comes all the same is still read.
    ///
    /// - Throws: `LogoutError` for an unknown identifier, and when the store does not answer.
    public func cancel(id: String, reason: CancelReason) async throws -> LogoutOutcome {
        try await away { try $0.cancel(id: id, reason: reason) }
    }

    /// What is known of a sign-out now. Remembered for 30 days.
    ///
    /// - Throws: `LogoutError` for an unknown identifier, and when the store does not answer.
    public func outcome(id: String) async throws -> LogoutOutcome {
        try await away { try $0.outcome(id: id) }
    }

    /// A navigation that asks the provider whether anybody is still signed in in this browser (`prompt=none`). Open it
    /// as a whole page; ``complete(_:ticket:)`` reads the answer.
    ///
    /// - Throws: `LogoutError` for an unknown identifier, without a configured `redirectUri`, and when the provider's
    ///   addresses are not known.
    public func proof(id: String) async throws -> Navigation {
        try await away { try $0.proof(id: id) }
    }

    /// What to register at the provider about signing out, as configured. Receiving its notices is the app's own affair
    /// at present. Touches nothing, so that it need not be waited for.
    public func registration() -> ClientRegistration {
        core.registration()
    }

    /// The sign-outs whose browser has not come back. On a server the account must be named.
    ///
    /// - Throws: `LogoutError` when the store does not answer.
    public func pending(account: String? = nil) async throws -> [PendingLogout] {
        try await away { try $0.pending(account: account) }
    }

    /// The accounts in the cache of this client. Only on a device.
    ///
    /// - Throws: `LogoutError` on a server, and when the store does not answer.
    public func accounts() async throws -> [Account] {
        try await away { try $0.accounts() }
    }

    /// Finishes sign-outs that were interrupted: what has still to be cleared first, then direct requests and
    /// revocations that are due. Call it when the app starts, and again at ``Resumed/nextDue``.
    ///
    /// It never opens a browser, and leaves alone what somebody works on now. A task cancelled in the middle does not
    /// stop it; a process killed in the middle is finished by the next call.
    ///
    /// - Parameter limit: how many sign-outs to finish at most.
    /// - Throws: `LogoutError` for a limit below 1, and when the store does not answer.
    public func resume(limit: Int) async throws -> Resumed {
        try await away { try $0.resume(limit: Int64(limit)) }
    }

    /// Says that this account has signed in: one line in the code that handles a sign-in, before the new tokens are
    /// saved. Sign-outs of it that are not finished neither clear nor navigate any more; what they have to revoke is
    /// still revoked.
    ///
    /// - Parameters:
    ///   - account: who signed in, by its identifier in the cache.
    ///   - idToken: a fresh `auth_time` in it ends the advice to ask for a password.
    ///   - ticket: on a server, what this browser brought (`ticketInCookies`).
    /// - Throws: `LogoutError` for a malformed ID token, and when the store does not answer.
    public func signedIn(account: String, idToken: Secret? = nil, ticket: Secret? = nil) async throws {
        try await away { try $0.signedIn(account: account, idToken: idToken, ticket: ticket) }
    }

    /// What the next sign-in should ask of the provider, so that a session which may have survived there lets nobody in
    /// without a password: parameters for the authorization request, none where nothing speaks against a quiet sign-in.
    ///
    /// - Parameters:
    ///   - account: on a device, who is about to sign in, where that is known.
    ///   - ticket: on a server, what this browser brought; without it nothing is known of the browser.
    /// - Throws: `LogoutError` when the store does not answer.
    public func loginAdvice(account: String? = nil, ticket: Secret? = nil) async throws -> LoginAdvice {
        try await away { try $0.loginAdvice(account: account, ticket: ticket) }
    }

    /// The right to save what a token refresh will bring. Take it before the refresh token is read, and save the
    /// answer with ``save(_:under:)``: a sign-out in between then wins.
    ///
    /// - Throws: `LogoutError` when the store does not answer.
    public func lease(account: String) async throws -> Lease {
        try await away { try $0.lease(account: account) }
    }

    /// Saves what a token refresh brought, unless the account, or everyone, has signed out since the lease was taken.
    /// `.signedOut` means that nothing of it is in the store: throw the tokens away.
    ///
    /// - Parameters:
    ///   - entries: keys of the account and their new values.
    ///   - lease: taken before the refresh token was read.
    /// - Throws: `LogoutError` for entries that are not the account's (`LEASE-01`), and when the store does not answer.
    public func save(_ entries: [Entry], under lease: Lease) async throws -> Saved {
        try await away { try $0.save(lease: lease, entries: entries) }
    }

    /// Whether neither the account nor everyone has signed out since the lease was taken. For apps that keep tokens
    /// where exeunt cannot write them: between this answer and the app's own write a sign-out may still happen, so
    /// ``save(_:under:)`` is the safer way.
    ///
    /// - Throws: `LogoutError` when the store does not answer.
    public func stillValid(_ lease: Lease) async throws -> Bool {
        try await away { try $0.stillValid(lease: lease) }
    }

    /// One call of the core, away from the caller's actor. The permit settles the race between the beginning of the
    /// work and a cancellation: whoever takes it first decides.
    private func away<Answer: Sendable>(
        _ work: @escaping @Sendable (CoreClient) throws -> Answer
    ) async throws -> Answer {
        let permit = Permit()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                queue.async { [core] in
                    continuation.resume(
                        with: Result {
                            guard permit.take() else { throw CancellationError() }
                            return try Self.translated { try work(core) }
                        })
                }
            }
        } onCancel: {
            _ = permit.take()
        }
    }

    /// The boundary's own errors (a panic of the core) carry text that nobody vetted; they become ``CoreFailure``.
    private static func translated<Answer>(_ work: () throws -> Answer) throws -> Answer {
        do {
            return try work()
        } catch let error as LogoutError {
            throw error
        } catch {
            throw CoreFailure()
        }
    }
}

/// Something that can be taken once.
private final class Permit: Sendable {
    private let taken = Locked(false)

    /// Whether this call was the one that took it.
    func take() -> Bool {
        taken.withLock { taken in
            defer { taken = true }
            return !taken
        }
    }
}
