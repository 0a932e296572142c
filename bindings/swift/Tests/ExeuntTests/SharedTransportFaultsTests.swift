import Foundation
import Testing

@Suite("The transport faults that all languages share")
struct SharedTransportFaultsTests {
    @Test("the URL session transport answers every fault as agreed")
    func everyFault() async throws {
        let cases = try TransportCase.all()
        #expect(!cases.isEmpty)
        #expect(Set(cases.map(\.name)).count == cases.count, "two cases have one name")
        for one in cases {
            for fault in try await one.faults() {
                Issue.record("\(one.name) (\(one.source)): \(fault)")
            }
        }
        print("swift: \(cases.count) transport faults")
        fflush(nil)
    }

    private static let planted = [
        #"{"answer": {"status": 201, "body": "{}"}}"#,
        #"{"answer": {"status": 200, "body": "[]"}}"#,
        #"{"fails": ["bad_answer", "offline"]}"#,
        #"{"answer": {"status": 200, "body": "{}"}, "connections": 2}"#,
        #"{"answer": {"status": 200, "body": "{}"}, "request": "not in it"}"#,
    ]

    @Test("a planted wrong expectation is found, so the runner can fail", arguments: planted)
    func everyPlantedFault(_ expect: String) async throws {
        #expect(try await !Self.planted(expect: expect).faults().isEmpty)
    }

    private static let malformed = [
        #"{}"#, #"{"fails": ["unheard_of"]}"#, #"{"fails": ["offline"], "answer": {"status": 200, "body": ""}}"#,
        #"{"fails": ["offline"], "unheard_of": 1}"#, #"{"answer": {"status": 200, "body": "", "unheard_of": 1}}"#,
    ]

    @Test("an expectation that cannot be understood is refused", arguments: malformed)
    func everyMalformed(_ expect: String) {
        #expect(throws: Malformed.self) { try Self.planted(expect: expect) }
    }

    private static func planted(expect: String) throws -> TransportCase {
        let server = #"{"answers": {"raw": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"}}"#
        let text = #"{"name": "n", "source": "s", "server": \#(server), "call": {}, "expect": \#(expect)}"#
        return try TransportCase.read(JsonReader.read(Data(text.utf8)), "planted")
    }
}
