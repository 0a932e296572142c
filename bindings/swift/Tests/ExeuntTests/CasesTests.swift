import Foundation
import Testing

@Suite("The language-neutral cases")
struct CasesTests {
    @Test("every case behaves as it says, through the public API")
    func everyCase() async throws {
        var count = 0
        var names: Set<String> = []
        for (file, cases) in try Case.folder("tests/cases") {
            for one in cases {
                count += 1
                #expect(names.insert(one.name).inserted, "two cases are called: \(one.name)")
                #expect(!one.source.isEmpty, "\(one.name) names no source")
                for fault in await one.faults() {
                    Issue.record("\(file): \(one.name): \(fault)")
                }
            }
        }
        #expect(count > 0)
        print("swift: \(count) cases")
        fflush(nil)
    }
}
