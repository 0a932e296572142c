import Dispatch
import Testing

@testable import Exeunt

@Suite("What every store must do, shown with the memory store")
struct StoreContractTests {
    private let store: any SessionStore = MemoryStore([
        "a:1": Secret("one"), "a:2": Secret("two"), "b:1": Secret("three"),
    ])

    @Test("keys are all those that begin with the prefix; the empty prefix means all")
    func keys() throws {
        #expect(try store.keys(prefix: "a:").sorted() == ["a:1", "a:2"])
        #expect(try store.keys(prefix: "").sorted() == ["a:1", "a:2", "b:1"])
        #expect(try store.keys(prefix: "c").isEmpty)
    }

    @Test("values come in the order of the keys; absent and repeated keys have their place")
    func read() throws {
        let values = try store.read(keys: ["b:1", "none", "a:1", "b:1"])
        #expect(values == [Secret("three"), nil, Secret("one"), Secret("three")])
        #expect(try store.read(keys: []).isEmpty)
    }

    @Test("a change writes and removes; removing what is not there is no error")
    func commit() throws {
        let change = Change(write: [Entry(key: "a:1", value: Secret("new"))], remove: ["a:2", "none"])
        #expect(try store.commit(change: change) == .committed)
        #expect(try store.read(keys: ["a:1", "a:2"]) == [Secret("new"), nil])
    }

    @Test(
        "where a requirement fails nothing changes",
        arguments: [
            Requirement(key: "a:1", value: Secret("other")), Requirement(key: "a:1"),
            Requirement(key: "none", value: Secret("one")),
        ])
    func conflict(_ requirement: Requirement) throws {
        let met = Requirement(key: "b:1", value: Secret("three"))
        let change = Change(
            require: [met, requirement], write: [Entry(key: "a:1", value: Secret("new"))], remove: ["a:2"])
        #expect(try store.commit(change: change) == .conflict)
        #expect(try store.read(keys: ["a:1", "a:2"]) == [Secret("one"), Secret("two")])
    }

    @Test("a requirement of absence is met by absence")
    func absence() throws {
        let change = Change(require: [Requirement(key: "c")], write: [Entry(key: "c", value: Secret("x"))])
        #expect(try store.commit(change: change) == .committed)
        #expect(try store.commit(change: change) == .conflict)
    }

    @Test("of many commits that require the same value exactly one wins")
    func race() throws {
        let store = store
        let won = Locked(0)
        DispatchQueue.concurrentPerform(iterations: 50) { at in
            let change = Change(
                require: [Requirement(key: "a:1", value: Secret("one"))],
                write: [Entry(key: "a:1", value: Secret("winner \(at)"))])
            if (try? store.commit(change: change)) == .committed { won.withLock { $0 += 1 } }
        }
        #expect(won.withLock { $0 } == 1)
    }

    @Test("keys and values are compared byte by byte, not as Swift compares texts")
    func exactness() throws {
        let composed = "caf\u{E9}"
        let decomposed = "cafe\u{301}"
        #expect(composed == decomposed, "Swift takes them for equal")
        #expect(Secret(composed) != Secret(decomposed))
        let change = Change(write: [
            Entry(key: composed, value: Secret("1")), Entry(key: decomposed, value: Secret("2")),
        ])
        #expect(try store.commit(change: change) == .committed)
        #expect(try store.read(keys: [composed, decomposed]) == [Secret("1"), Secret("2")])
        #expect(try store.keys(prefix: "cafe").count == 1)
    }

    @Test("the memory store promises atomic changes")
    func guarantee() throws {
        #expect(try store.guarantee() == .atomic)
    }
}
