import Foundation
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

    @Test("an error where none is expected is found, though the expectation names nothing")
    func unexpectedError() async throws {
        let config = """
            {"client_id": "c", "provider": "github", "home": "server",
             "layout": {"prefix": {"prefix": "session", "separator": ":"}}}
            """
        for (expect, faults) in [("{}", 1), (#"{"error": {"rule": "HOME-01"}}"#, 0)] {
            let text = """
                {"name": "n", "source": "s", "given": {"config": \(config), "steps": [{"plan": {"who": "everyone"}}]},
                 "expect": {"steps": [\(expect)]}}
                """
            let one = try Case.read(JsonReader.read(Data(text.utf8)), "planted")
            let found = await one.faults()
            #expect(found.count == faults, "\(found)")
        }
    }
}
