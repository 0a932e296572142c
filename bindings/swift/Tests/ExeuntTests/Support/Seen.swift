import Foundation

@testable import Exeunt

/// What was drawn at random so far, for placeholders in both directions.
struct Seen {
    private var states: [String] = []
    private var ids: [String] = []
    private var tickets: [String] = []
    private var others: [(text: String, placeholder: String)] = []

    mutating func note(_ navigation: Navigation) {
        if let state = Self.wholeState(of: navigation) {
            let ours = String(state.prefix { $0 != ";" })
            if !states.contains(ours) { states.append(ours) }
        }
        for name in ["nonce", "code_challenge"] {
            if let value = Self.parameter(name, of: navigation.url.reveal()) { others.append((value, "{\(name)}")) }
        }
    }

    /// An outcome returned by `sign_out` or `run`.
    mutating func note(_ outcome: LogoutOutcome) {
        ids.append(outcome.id)
        if let ticket = outcome.ticket { tickets.append(ticket.reveal()) }
        if Self.isUuid(outcome.correlationId) { others.append((outcome.correlationId, "{uuid}")) }
        if let next = outcome.next { note(next) }
    }

    /// Replaces placeholders by what was seen.
    func filled(_ text: String) -> String {
        var text = text
        for (name, list) in [("state", states), ("id", ids), ("ticket", tickets)] {
            guard let first = list.first, let last = list.last else { continue }
            text = Self.replaced(text, "{first_\(name)}", first)
            text = Self.replaced(text, "{\(name)}", last)
        }
        return text
    }

    /// Replaces what was seen by placeholders, longer texts first.
    func hidden(_ json: Json) -> Json {
        let drawn =
            others + states.map { ($0, "{state}") } + tickets.map { ($0, "{ticket}") } + ids.map { ($0, "{id}") }
        let ordered = drawn.sorted { $0.text.utf8.count > $1.text.utf8.count }
        return json.replacingTexts { text in
            ordered.reduce(text) { Self.replaced($0, $1.text, $1.placeholder) }
        }
    }

    static func wholeState(of navigation: Navigation) -> String? {
        navigation.form.first { $0.name == "state" }?.value.reveal() ?? parameter("state", of: navigation.url.reveal())
    }

    static func percentEncoded(_ text: String) -> String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
        return text.utf8.map { byte in
            if plain.contains(byte) { return String(UnicodeScalar(byte)) }
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }

    private static func replaced(_ text: String, _ old: String, _ new: String) -> String {
        text.replacingOccurrences(of: old, with: new, options: .literal)
    }

    private static func parameter(_ name: String, of url: String) -> String? {
        let query = url.split(separator: "?", maxSplits: 1).dropFirst().first?.prefix { $0 != "#" } ?? ""
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, parts[0] == name {
                return replaced(String(parts[1]), "+", " ").removingPercentEncoding
            }
        }
        return nil
    }

    private static func isUuid(_ text: String) -> Bool {
        text.utf8.count == 36
            && text.enumerated().allSatisfy { at, letter in
                [8, 13, 18, 23].contains(at) ? letter == "-" : letter.isASCII && letter.isHexDigit
            }
    }
}
