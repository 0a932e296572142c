import Foundation

extension LogoutError: LocalizedError, CustomStringConvertible, CustomDebugStringConvertible {
    /// The whole sentence, with the rule at its end. It is English and meant for developers and logs; it never holds
    /// a token, a secret or the query of an address.
    public var errorDescription: String? { sentence() }

    /// The rule that was broken, where one was; `tests/RULES.md` lists them.
    public var rule: String? { brokenRule() }
}

extension HostError: LocalizedError, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The kind of failure in plain words, without `reason`: that is the host's own text and may quote a token.
    public var description: String {
        switch self {
        case .Unavailable: "not available now"
        case .Offline: "offline"
        case .TimeExpired: "timed out"
        case .Insecure: "insecure"
        case .BadAnswer: "bad answer"
        case .Broken: "callback failed"
        }
    }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// The same as ``description``.
    public var errorDescription: String? { description }

    /// Empty, so that `dump` does not show `reason`.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension HttpAnswer: CustomReflectable {
    /// Status and sizes; a body may hold tokens.
    public var customMirror: Mirror {
        Mirror(self, children: ["status": status, "headers": headers.count, "bytes": body.count])
    }
}

/// The core failed in a way it should not: a defect of this library, please report it.
///
/// What was being done may be half done; `pending()` and `outcome(id:)` tell. The cause is left out of the text,
/// because it might quote what was being worked on.
public struct CoreFailure: LocalizedError, CustomStringConvertible {
    /// One fixed sentence.
    public var description: String { "exeunt failed unexpectedly; this is a defect of the library" }

    /// The same as ``description``.
    public var errorDescription: String? { description }
}
