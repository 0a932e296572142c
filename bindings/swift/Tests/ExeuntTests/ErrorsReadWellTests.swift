import Foundation
import Testing

@testable import Exeunt

@Suite("Errors read well")
struct ErrorsReadWellTests {
    private static let errors: [(error: LogoutError, code: String, rule: String?, retryable: Bool)] = [
        (.Configuration(rule: "R-1", detail: "d"), "configuration", "R-1", false),
        (.Request(rule: "R-1", detail: "d"), "request", "R-1", false),
        (.RedirectUri(rule: "R-1", detail: "d"), "redirect_uri", "R-1", false),
        (.MalformedToken(rule: "R-1", detail: "d"), "malformed_token", "R-1", false),
        (.Metadata(rule: "R-1", detail: "d", retryable: true), "metadata", "R-1", true),
        (.UnknownLogout(rule: "R-1"), "unknown_logout", "R-1", false),
        (.StoreLocked(operation: "keys"), "store_locked", nil, true),
        (.HostFailed(operation: "keys"), "host_failed", nil, false),
    ]

    @Test("every error has a sentence, a code, its rule, and says whether to try again", arguments: errors.indices)
    func everyError(_ at: Int) {
        let (error, code, rule, retryable) = Self.errors[at]
        #expect(error.code() == code)
        #expect(error.rule == rule)
        #expect(error.isRetryable() == retryable)
        #expect(error.localizedDescription == error.sentence())
        #expect("\(error)" == error.sentence())
        #expect((error as any Error).localizedDescription == error.sentence())
        #expect(error.sentence().contains(" ") && error.sentence().hasSuffix(rule.map { "(\($0))" } ?? ""))
    }

    @Test("a refusal can be caught by its case")
    func caught() throws {
        do {
            _ = try LogoutClient(
                config: ClientConfig(
                    clientId: "", provider: .oidc(issuer: "https://op.example.com"), home: .device, layout: .msal),
                store: MemoryStore())
            Issue.record("an empty client_id was accepted")
        } catch LogoutError.Configuration(let rule, let detail) {
            #expect(rule == "ATT-85")
            #expect(!detail.isEmpty)
        }
    }
}
