import Foundation

@testable import Exeunt

/// A small configuration and the texts that belong to it.
enum Sample {
    static let goodbye = "https://app.example.com/bye"

    static func config(revocation: String? = nil) -> ClientConfig {
        ClientConfig(
            clientId: "s6BhdRkqt3",
            provider: .oidc(
                issuer: "https://op.example.com",
                endpoints: Endpoints(
                    endSession: "https://op.example.com/logout", revocation: revocation,
                    authorization: "https://op.example.com/authorize")),
            home: .device, layout: .prefix(prefix: "session", separator: ":"),
            postLogoutRedirectUri: .uri(uri: goodbye), redirectUri: "https://app.example.com/callback",
            revokeTokens: revocation != nil)
    }

    static func request(_ account: String = "alice") -> EndSessionRequest {
        EndSessionRequest(who: .this(account: Account(homeAccountId: account)))
    }

    static func request(keeping onCancel: OnCancel) -> EndSessionRequest {
        EndSessionRequest(who: .this(account: Account(homeAccountId: "alice")), onCancel: onCancel)
    }

    /// An ID token with these claims; nobody checks its signature here.
    static func idToken(claims: String) -> String {
        func part(_ json: String) -> String {
            Data(json.utf8).base64EncodedString().replacingOccurrences(of: "=", with: "")
                .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
        }
        return [part(#"{"alg":"RS256"}"#), part(claims), part("signature")].joined(separator: ".")
    }

    static let entries: [ExactText: String] = [ExactText("session:alice:cart"): "3 apples"]

    /// The address at which the browser comes back from this navigation.
    static func returned(from navigation: Navigation) -> Secret {
        Secret("\(goodbye)?state=\(Seen.percentEncoded(Seen.wholeState(of: navigation) ?? ""))")
    }
}

/// An error that a host did not declare and that says too much.
struct Loud: Error, CustomStringConvertible {
    let description: String
}

/// Every way in which Swift turns a value into text.
func everyText(of value: Any) -> String {
    var text = "\(value) \(String(describing: value)) \(String(reflecting: value))\n"
    for shown in [value, [value], ["key": value], Optional(value) as Any, (value, value)] as [Any] {
        print(shown, to: &text)
        debugPrint(shown, to: &text)
        dump(shown, to: &text)
    }
    if let error = value as? any Error {
        let bridged = error as NSError
        text += "\(error.localizedDescription) \(bridged) \(bridged.userInfo) \(bridged.localizedDescription)"
        text += bridged.localizedFailureReason ?? ""
    }
    return text
}

/// The error with which a call is refused; absent where it was not.
func refusal<Answer>(_ work: () async throws -> Answer) async -> LogoutError? {
    do {
        _ = try await work()
        return nil
    } catch {
        return error as? LogoutError
    }
}

// Immutable; Dispatch itself guards what it marks.
private nonisolated(unsafe) let mainQueueMark: DispatchSpecificKey<Bool> = {
    let key = DispatchSpecificKey<Bool>()
    DispatchQueue.main.setSpecific(key: key, value: true)
    return key
}()

/// Whether this is the main actor's queue. (`Thread.isMainThread` does not tell on Linux, where other threads may serve
/// the main queue.)
func isOnMainQueue() -> Bool { DispatchQueue.getSpecific(key: mainQueueMark) == true }
