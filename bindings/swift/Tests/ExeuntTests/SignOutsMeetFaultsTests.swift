import Foundation
import Testing

@Suite("Sign-outs that meet faults on real sockets")
struct SignOutsMeetFaultsTests {
    /// Cells that run at the same time. More would starve one another on a small machine: every waiting call holds a
    /// thread of the pool that its answer needs.
    private static let atOnce = 1

    @Test("every cell ends as it says, through the URL session transport")
    func everyCell() async throws {
        let cells = try SignOutCell.all()
        #expect(!cells.isEmpty)
        let count = try await withThrowingTaskGroup(of: [String].self) { group in
            var waiting = cells[...]
            var ended = 0
            func next() {
                guard let cell = waiting.popFirst() else { return }
                group.addTask { try await cell.faults().map { "\(cell.name) (\(cell.source)): \($0)" } }
            }
            for _ in 0..<Self.atOnce { next() }
            while let faults = try await group.next() {
                ended += 1
                for fault in faults { Issue.record("\(fault)") }
                next()
            }
            return ended
        }
        #expect(count == cells.count)
        print("swift: \(count) sign-outs that meet faults")
        fflush(nil)
    }
}
