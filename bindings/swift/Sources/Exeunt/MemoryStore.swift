/// A store that lives as long as the process. For tests, for previews, and for apps whose sessions are not kept.
///
/// It is atomic, and safe to share between threads. Keys and values are compared by their bytes.
public final class MemoryStore: SessionStore {
    private let entries: Locked<[ExactText: Secret]>

    /// Makes a store with these entries.
    public init(_ entries: [String: Secret] = [:]) {
        let pairs = entries.map { (ExactText($0.key), $0.value) }
        self.entries = Locked(Dictionary(uniqueKeysWithValues: pairs))
    }

    /// All keys that begin with `prefix`; an empty prefix means all keys. The order is not defined.
    public func keys(prefix: String) -> [String] {
        entries.withLock { entries in
            entries.keys.map(\.text).filter { $0.utf8.starts(with: prefix.utf8) }
        }
    }

    /// The values of these keys in this order; an absent key is an absent value.
    public func read(keys: [String]) -> [Secret?] {
        entries.withLock { entries in
            keys.map { entries[ExactText($0)] }
        }
    }

    /// Makes the whole change, or none of it where a requirement fails.
    public func commit(change: Change) -> Commit {
        entries.withLock { entries in
            let met = change.require.allSatisfy { entries[ExactText($0.key)] == $0.value }
            guard met else { return .conflict }
            for entry in change.write {
                entries[ExactText(entry.key)] = entry.value
            }
            for key in change.remove {
                entries[ExactText(key)] = nil
            }
            return .committed
        }
    }

    /// `atomic`.
    public func guarantee() -> Guarantee { .atomic }
}
