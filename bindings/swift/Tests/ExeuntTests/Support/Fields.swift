@testable import Exeunt

/// What is wrong with a case's own text.
struct Malformed: Error, CustomStringConvertible {
    let description: String

    init(_ place: String, _ what: String) {
        description = "\(place): \(what)"
    }
}

/// Reads the members of one object and refuses the object when a member was not asked for.
final class Fields {
    private let place: String
    private var unread: [ExactText: Json]

    private init(place: String, members: [ExactText: Json]) {
        self.place = place
        unread = members
    }

    static func read<Value>(_ json: Json, _ place: String, _ body: (Fields) throws -> Value) throws -> Value {
        guard case .object(let members) = json else { throw Malformed(place, "not an object") }
        let fields = Fields(place: place, members: members)
        let value = try body(fields)
        guard fields.unread.isEmpty else {
            throw Malformed(place, "unknown: " + fields.unread.keys.map(\.text).sorted().joined(separator: ", "))
        }
        return value
    }

    /// A member that may be absent.
    func optional<Value>(_ name: String, _ read: (Json, String) throws -> Value) throws -> Value? {
        try unread.removeValue(forKey: ExactText(name)).map { try read($0, "\(place).\(name)") }
    }

    /// A member that must be there.
    func required<Value>(_ name: String, _ read: (Json, String) throws -> Value) throws -> Value {
        guard let value = try optional(name, read) else { throw Malformed(place, "\(name) is missing") }
        return value
    }

    func text(_ name: String) throws -> String { try required(name, Read.text) }
    func textIfAny(_ name: String) throws -> String? { try optional(name, Read.text) }
    func texts(_ name: String) throws -> [String] { try optional(name, Read.list(of: Read.text)) ?? [] }
    func secretIfAny(_ name: String) throws -> Secret? { try optional(name, Read.text).map(Secret.init) }
    func flagIfAny(_ name: String) throws -> Bool? { try optional(name, Read.flag) }
    func flag(_ name: String) throws -> Bool { try flagIfAny(name) ?? false }
    func numberIfAny(_ name: String) throws -> Int? { try optional(name, Read.number) }
}

/// Readers of single values.
enum Read {
    static func any(_ json: Json, _ place: String) -> Json { json }

    static func text(_ json: Json, _ place: String) throws -> String {
        guard case .text(let text) = json else { throw Malformed(place, "not a text") }
        return text
    }

    static func flag(_ json: Json, _ place: String) throws -> Bool {
        guard case .flag(let flag) = json else { throw Malformed(place, "neither true nor false") }
        return flag
    }

    static func number(_ json: Json, _ place: String) throws -> Int {
        guard case .number(let number) = json else { throw Malformed(place, "not a number") }
        return Int(number)
    }

    static func list<Item>(
        of read: @escaping (Json, String) throws -> Item
    ) -> (Json, String) throws -> [Item] {
        { json, place in
            guard case .list(let items) = json else { throw Malformed(place, "not a list") }
            return try items.enumerated().map { try read($1, "\(place)[\($0)]") }
        }
    }

    /// An object of texts.
    static func entries(_ json: Json, _ place: String) throws -> [ExactText: String] {
        guard case .object(let members) = json else { throw Malformed(place, "not an object") }
        var entries: [ExactText: String] = [:]
        for (name, value) in members {
            entries[name] = try text(value, "\(place).\(name.text)")
        }
        return entries
    }

    /// A variant without data, by its name.
    static func choice<Value: Sendable>(
        _ choices: [String: Value]
    ) -> @Sendable (Json, String) throws -> Value {
        { json, place in
            let name = try text(json, place)
            guard let value = choices[name] else { throw Malformed(place, "\(name) is unknown") }
            return value
        }
    }

    /// A variant without data, by its name in snake case.
    static func choice<Value: Sendable>(_ values: [Value]) -> @Sendable (Json, String) throws -> Value {
        choice(Dictionary(uniqueKeysWithValues: values.map { (Projection.snake($0), $0) }))
    }

    /// The name of a variant, and its data where it has any.
    static func variant(_ json: Json, _ place: String) throws -> (name: String, data: Json?) {
        switch json {
        case .text(let name): return (name, nil)
        case .object(let members):
            guard let (name, data) = members.first, members.count == 1 else {
                throw Malformed(place, "a variant has exactly one name")
            }
            return (name.text, data)
        default: throw Malformed(place, "not a variant")
        }
    }
}
