import Foundation
import Testing

@Suite("The planted cases")
struct PlantedCasesTests {
    private static let faults = [
        "planted: a wrong value in a result": "step 0.provider: expected ",
        "planted: a key that should be left is expected to be gone":
            #"keys: expected [], found ["session:bob:x"]"#,
        "planted: an address that lacks its state": "navigations: expected ",
        "planted: a key that no reader knows": "given.config: unknown: colour",
        "planted: a key of the expectation that no reader knows": "expect: unknown: colour",
    ]

    @Test("every planted fault is found, and no other, so the reader of cases can fail")
    func everyPlantedFault() async throws {
        let planted = try Case.folder("tests/cases/planted").flatMap(\.cases)
        #expect(planted.map(\.name).sorted() == Self.faults.keys.sorted())
        for one in planted {
            let fault = try #require(Self.faults[one.name])
            let found = await one.faults()
            #expect(found.count == 1 && found[0].hasPrefix(fault), "\(one.name): \(found)")
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

    @Test(
        "what resume did is compared outcome by outcome, and in part",
        arguments: [
            (#"[{"application": {"ended": {"evidence": "read_back"}}}]"#, 0), ("[{}]", 0), ("[]", 1), ("[{}, {}]", 1),
            (#"[{"application": "pending"}]"#, 1), (#"[{"kept": [{"purpose": "session_call"}]}]"#, 1),
            (#"[{"error": {"code": "store_locked"}}]"#, 1),
        ])
    func resumed(_ outcomes: String, _ faults: Int) async throws {
        let config = """
            {"client_id": "c", "home": "device", "layout": {"prefix": {"prefix": "session", "separator": ":"}},
             "post_logout_redirect_uri": {"uri": {"uri": "https://app.example.com/bye"}}, "revoke_tokens": false,
             "provider": {"oidc": {"issuer": "https://op.example.com",
                                   "endpoints": {"end_session": "https://op.example.com/logout"}}}}
            """
        let request = #"{"who": {"this": {"account": {"home_account_id": "alice"}}}, "on_cancel": "keep_everything"}"#
        let text = """
            {"name": "n", "source": "s",
             "given": {"config": \(config), "host": {"navigator": "started"}, "store": {"session:alice:cart": "apples"},
                       "steps": [{"sign_out": \(request)}, {"time_passes": {"seconds": 960}}, {"resume": {"limit": 1}}]},
             "expect": {"steps": [{"application": "pending"}, {}, {"outcomes": \(outcomes)}], "keys": []}}
            """
        let found = try await Case.read(JsonReader.read(Data(text.utf8)), "planted").faults()
        #expect(found.count == faults, "\(found)")
    }
}
