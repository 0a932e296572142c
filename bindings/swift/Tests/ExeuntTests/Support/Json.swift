import Foundation

@testable import Exeunt

/// A JSON value as the cases use it: no fractions, no member twice, texts compared by their bytes. Foundation's reader
/// would let all three pass.
enum Json: Sendable, Equatable {
    case null
    case flag(Bool)
    case number(Int64)
    case text(String)
    case list([Json])
    case object([ExactText: Json])

    static func == (left: Json, right: Json) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.flag(let a), .flag(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.text(let a), .text(let b)): ExactText(a) == ExactText(b)
        case (.list(let a), .list(let b)): a == b
        case (.object(let a), .object(let b)): a == b
        default: false
        }
    }

    /// An object without the members that are absent.
    static func present(_ members: KeyValuePairs<String, Json?>) -> Json {
        var object: [ExactText: Json] = [:]
        for (name, value) in members {
            object[ExactText(name)] = value
        }
        return .object(object)
    }

    static func texts(_ texts: [String]) -> Json { .list(texts.map(Json.text)) }

    static func optional(_ text: String?) -> Json? { text.map(Json.text) }

    /// The same value with every text replaced; names of members stay.
    func replacingTexts(_ replace: (String) -> String) -> Json {
        switch self {
        case .text(let text): .text(replace(text))
        case .list(let items): .list(items.map { $0.replacingTexts(replace) })
        case .object(let members): .object(members.mapValues { $0.replacingTexts(replace) })
        default: self
        }
    }
}

extension Json: CustomStringConvertible {
    var description: String {
        switch self {
        case .null: "null"
        case .flag(let flag): "\(flag)"
        case .number(let number): "\(number)"
        case .text(let text): "\"\(text)\""
        case .list(let items): "[" + items.map(\.description).joined(separator: ", ") + "]"
        case .object(let members):
            "{" + members.map { "\"\($0.text)\": \($1)" }.sorted().joined(separator: ", ") + "}"
        }
    }
}

struct NotJson: Error, CustomStringConvertible {
    let what: String
    let offset: Int
    var description: String { "\(what) at byte \(offset)" }
}

/// Reads one JSON text, strictly.
struct JsonReader {
    private let bytes: [UInt8]
    private var at = 0

    static func read(_ data: Data) throws -> Json {
        var reader = JsonReader(bytes: [UInt8](data))
        let value = try reader.value()
        reader.skipSpace()
        guard reader.at == reader.bytes.count else { throw reader.fault("more than one value") }
        return value
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private func fault(_ what: String) -> NotJson { NotJson(what: what, offset: at) }

    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipSpace() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { at += 1 }
    }

    private mutating func accept(_ letter: Character) -> Bool {
        skipSpace()
        guard let wanted = letter.asciiValue, next == wanted else { return false }
        at += 1
        return true
    }

    private mutating func expect(_ letter: Character) throws {
        guard accept(letter) else { throw fault("expected \(letter)") }
    }

    private mutating func word(_ word: String, _ value: Json) throws -> Json {
        guard bytes[at...].starts(with: word.utf8) else { throw fault("expected \(word)") }
        at += word.utf8.count
        return value
    }

    private mutating func value() throws -> Json {
        skipSpace()
        switch next.map({ Character(UnicodeScalar($0)) }) {
        case "{": return try object()
        case "[": return try list()
        case "\"": return .text(try text())
        case "t": return try word("true", .flag(true))
        case "f": return try word("false", .flag(false))
        case "n": return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func object() throws -> Json {
        try expect("{")
        var members: [ExactText: Json] = [:]
        if accept("}") { return .object(members) }
        repeat {
            skipSpace()
            let name = try text()
            try expect(":")
            guard members.updateValue(try value(), forKey: ExactText(name)) == nil else {
                throw fault("\(name) occurs twice")
            }
        } while accept(",")
        try expect("}")
        return .object(members)
    }

    private mutating func list() throws -> Json {
        try expect("[")
        var items: [Json] = []
        if accept("]") { return .list(items) }
        repeat { items.append(try value()) } while accept(",")
        try expect("]")
        return .list(items)
    }

    private mutating func number() throws -> Json {
        let start = at
        while let byte = next, byte == 0x2D || (0x30...0x39).contains(byte) { at += 1 }
        guard let number = Int64(String(decoding: bytes[start..<at], as: UTF8.self)) else {
            throw fault("not a whole number")
        }
        if let byte = next, [0x2E, 0x45, 0x65].contains(byte) { throw fault("a fraction") }
        return .number(number)
    }

    private mutating func text() throws -> String {
        try expect("\"")
        var units: [UInt8] = []
        while let byte = next {
            at += 1
            switch byte {
            case 0x22:
                guard let text = String(bytes: units, encoding: .utf8) else { throw fault("not UTF-8") }
                return text
            case 0x5C: units += try escaped()
            case 0..<0x20: throw fault("a control character in a text")
            default: units.append(byte)
            }
        }
        throw fault("a text without end")
    }

    private mutating func escaped() throws -> [UInt8] {
        guard let byte = next else { throw fault("a text without end") }
        at += 1
        switch Character(UnicodeScalar(byte)) {
        case "\"", "\\", "/": return [byte]
        case "n": return [0x0A]
        case "t": return [0x09]
        case "r": return [0x0D]
        case "b": return [0x08]
        case "f": return [0x0C]
        case "u":
            return try character(try hexadecimal())
        default: throw fault("an unknown escape")
        }
    }

    /// One character from one unit of UTF-16, or from a pair of them.
    private mutating func character(_ unit: UInt16) throws -> [UInt8] {
        if let scalar = UnicodeScalar(unit) { return [UInt8](String(scalar).utf8) }
        guard UTF16.isLeadSurrogate(unit), accept("\\"), accept("u") else { throw fault("half a character") }
        let second = try hexadecimal()
        guard UTF16.isTrailSurrogate(second) else { throw fault("half a character") }
        return [UInt8](String(decoding: [unit, second], as: UTF16.self).utf8)
    }

    private mutating func hexadecimal() throws -> UInt16 {
        guard at + 4 <= bytes.count,
            let unit = UInt16(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16)
        else { throw fault("not four hexadecimal digits") }
        at += 4
        return unit
    }
}
