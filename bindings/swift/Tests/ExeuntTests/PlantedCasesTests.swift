import Testing

@Suite("The planted cases")
struct PlantedCasesTests {
    @Test("every planted wrong expectation is found, so the reader of cases can fail")
    func everyPlantedFault() async throws {
        let planted = try Case.folder("tests/cases/planted").flatMap(\.cases)
        #expect(planted.count == 3)
        for one in planted {
            #expect(await !one.faults().isEmpty, "not found: \(one.name)")
        }
    }
}
