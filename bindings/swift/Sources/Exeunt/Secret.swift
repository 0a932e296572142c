/// A text that prints as `***`: tokens, hints, `state`, client secrets, addresses with a query, stored values.
///
/// `print`, `debugPrint`, `dump`, string interpolation and a debugger's `po` show `***`; only ``reveal()`` gives the
/// value, so a review has one word to search for. It is not `Encodable`: a secret must not slip into a JSON log.
/// Two secrets are equal when their bytes are equal; canonically equivalent but different texts are different secrets.
public struct Secret: Sendable, Hashable {
    private let value: String

    /// Wraps a text that must not be shown.
    public init(_ value: String) {
        self.value = value
    }

    /// The text itself.
    public func reveal() -> String {
        value
    }

    /// Compares byte by byte; Swift's own comparison of strings would take different bytes for equal.
    public static func == (left: Secret, right: Secret) -> Bool {
        ExactText(left.value) == ExactText(right.value)
    }

    /// Agrees with `==`.
    public func hash(into hasher: inout Hasher) {
        ExactText(value).hash(into: &hasher)
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `***`.
    public var description: String { "***" }

    /// Always `***`.
    public var debugDescription: String { "***" }

    /// Empty, so that `dump` has nothing to show.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// A text compared by its bytes. Keys of a store must match exactly, as they do in the core.
struct ExactText: Hashable, Sendable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    static func == (left: ExactText, right: ExactText) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        var bytes = text
        bytes.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
