import Foundation
import Testing

@Suite("Sign-outs that meet faults on real sockets")
struct SignOutsMeetFaultsTests {
    @Test("every cell ends as it says, through the URL session transport")
    func everyCell() async throws {
        let cells = try SignOutCell.all()
        #expect(!cells.isEmpty)
        // Those that only wait do it together. The others would starve one another on a small machine, since every call
        // holds a thread of the pool that its answer needs.
        var count = try await Self.run(cells.filter(\.isIdle))
        for cell in cells where !cell.isIdle { count += try await Self.run([cell]) }
        #expect(count == cells.count)
        print("swift: \(count) sign-outs that meet faults")
        fflush(nil)
    }

    /// All at the same time; the answer is how many have ended.
    private static func run(_ cells: [SignOutCell]) async throws -> Int {
        try await withThrowingTaskGroup(of: [String].self) { group in
            for cell in cells {
                group.addTask { try await cell.faults().map { "\(cell.name) (\(cell.source)): \($0)" } }
            }
            var ended = 0
            while let faults = try await group.next() {
                ended += 1
                for fault in faults { Issue.record("\(fault)") }
            }
            return ended
        }
    }
}
