import Foundation
import Testing

@testable import Exeunt

@Suite("A store is tried out, and each fault is named", .serialized)
struct StoresAreCheckedTests {
    /// Off the threads of the tasks, of which there are few: a check takes about a second.
    private func check(_ store: any SessionStore) async -> [StoreFault] {
        await withCheckedContinuation { over in
            DispatchQueue.global().async { over.resume(returning: checkSessionStore(store: store)) }
        }
    }

    @Test("the store in memory is in order and keeps what was in it")
    func inOrder() async {
        let store = MemoryStore(["session:alice:cart": Secret("3 apples")])
        #expect(await check(store) == [])
        #expect(store.keys(prefix: "") == ["session:alice:cart"])
        #expect(store.read(keys: ["session:alice:cart"]) == [Secret("3 apples")])
    }

    @Test(
        "a broken store is found by name",
        arguments: [
            (IgnoringRequirements(), ["requirement_ignored", "required_absence_ignored", "lost_update"]),
            (ChangingDespiteConflict(), ["conflict_changes"]),
            (LosingRemovals(), ["removal_lost"]),
            (ReadingInItsOwnOrder(), ["read_order"]),
            (LeavingAbsentValuesOut(), ["read_length"]),
            (ListingNeighboursInCapitals(), ["prefix_case"]),
            (ListingWhatContainsThePrefix(), ["prefix_inside"]),
            (KeyedBySwiftsTexts(), ["key_unicode"]),
            (Undeclared(), ["call_fails"]),
            (LockedUp(), ["call_fails"]),
        ] as [(any SessionStore, [String])])
    func broken(_ store: any SessionStore, _ wanted: [String]) async {
        let faults = await check(store)
        let found = faults.map(\.name)
        #expect(Set(wanted).isSubset(of: found), "\(type(of: store)): \(found)")
        #expect(Set(found).count == found.count)
        #expect(faults.allSatisfy { $0.sentence.hasSuffix(".") && !everyText(of: $0).contains("MARKER") })
    }

    @Test("a store that loses updates may promise each key by itself and not more")
    func promises() async {
        #expect(await check(LosingUpdates(.atomic)).map(\.name) == ["lost_update"])
        #expect(await check(LosingUpdates(.perKey)) == [])
    }
}

/// Answers as the store in memory does, where it does not say otherwise.
private protocol Derived: SessionStore {
    var kept: MemoryStore { get }
}

extension Derived {
    func keys(prefix: String) throws -> [String] { kept.keys(prefix: prefix) }
    func read(keys: [String]) throws -> [Secret?] { kept.read(keys: keys) }
    func commit(change: Change) throws -> Commit { kept.commit(change: change) }
    func guarantee() throws -> Guarantee { .atomic }
}

private final class IgnoringRequirements: Derived {
    let kept = MemoryStore()
    func commit(change: Change) -> Commit { kept.commit(change: Change(write: change.write, remove: change.remove)) }
}

private final class ChangingDespiteConflict: Derived {
    let kept = MemoryStore()

    func commit(change: Change) -> Commit {
        _ = kept.commit(change: Change(write: change.write))
        return kept.commit(change: change)
    }
}

private final class LosingRemovals: Derived {
    let kept = MemoryStore()
    func commit(change: Change) -> Commit { kept.commit(change: Change(require: change.require, write: change.write)) }
}

private final class ReadingInItsOwnOrder: Derived {
    let kept = MemoryStore()
    func read(keys: [String]) -> [Secret?] { kept.read(keys: keys.sorted()) }
}

private final class LeavingAbsentValuesOut: Derived {
    let kept = MemoryStore()
    func read(keys: [String]) -> [Secret?] { kept.read(keys: keys).filter { $0 != nil } }
}

private final class ListingNeighboursInCapitals: Derived {
    let kept = MemoryStore()

    func keys(prefix: String) -> [String] {
        kept.keys(prefix: "").filter { $0.lowercased().utf8.starts(with: prefix.lowercased().utf8) }
    }
}

private final class ListingWhatContainsThePrefix: Derived {
    let kept = MemoryStore()

    func keys(prefix: String) -> [String] {
        kept.keys(prefix: "").filter { prefix.isEmpty || $0.range(of: prefix, options: .literal) != nil }
    }
}

/// As one would write it: Swift takes canonically equivalent texts for the same key, and for the same beginning.
private final class KeyedBySwiftsTexts: SessionStore {
    private let entries = Locked<[String: Secret]>([:])

    func keys(prefix: String) -> [String] {
        entries.withLock { $0.keys.filter { prefix.isEmpty || $0.hasPrefix(prefix) } }
    }

    func read(keys: [String]) -> [Secret?] {
        entries.withLock { entries in keys.map { entries[$0] } }
    }

    func commit(change: Change) -> Commit {
        entries.withLock { entries in
            guard change.require.allSatisfy({ entries[$0.key] == $0.value }) else { return .conflict }
            for entry in change.write { entries[entry.key] = entry.value }
            for key in change.remove { entries[key] = nil }
            return .committed
        }
    }

    func guarantee() -> Guarantee { .atomic }
}

private final class Undeclared: Derived {
    let kept = MemoryStore()
    func read(keys: [String]) throws -> [Secret?] { throw Loud(description: "MARKER") }
}

private final class LockedUp: Derived {
    let kept = MemoryStore()
    func guarantee() throws -> Guarantee { throw HostError.Unavailable(reason: "MARKER") }
}

/// Two commits that compete for the check's counter are both made; everything else is in order.
private final class LosingUpdates: Derived {
    let kept = MemoryStore()
    private let promise: Guarantee

    init(_ promise: Guarantee) {
        self.promise = promise
    }

    func commit(change: Change) -> Commit {
        let require = change.require.filter { !$0.key.hasSuffix(".count") }
        return kept.commit(change: Change(require: require, write: change.write, remove: change.remove))
    }

    func guarantee() -> Guarantee { promise }
}
