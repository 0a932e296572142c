import Foundation

@testable import Exeunt

/// `tests/surface.txt`, as far as values go: records and enums with everything they hold.
struct Surface {
    struct Member {
        let name: String
        let type: String
    }

    /// The fields of each record, and of each variant as `Enum.Variant`.
    private var fields: [String: [Member]] = [:]
    /// The variants of each enum.
    private(set) var variants: [String: [String]] = [:]

    static func read() throws -> Surface {
        let path = Case.root.appendingPathComponent("tests/surface.txt")
        var surface = Surface()
        var owner: (kind: String, name: String) = ("", "")
        for line in try String(contentsOf: path, encoding: .utf8).split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard let first = words.first else { continue }
            if !line.hasPrefix(" ") {
                owner = (first, words.dropFirst().first ?? "")
                if first == "record" { surface.fields[owner.name] = [] }
                if first == "enum" { surface.variants[owner.name] = [] }
            } else if first.hasSuffix(":"), ["record", "enum"].contains(owner.kind) {
                let path = first.dropLast().split(separator: ".").map(String.init)
                let holder = ([owner.name] + path.dropLast()).joined(separator: ".")
                surface.fields[holder, default: []].append(Member(name: path.last ?? "", type: words[1]))
            } else if owner.kind == "enum", words.count == 1 {
                surface.variants[owner.name]?.append(first)
            }
        }
        return surface
    }

    /// A variant with everything it holds, as a case writes it. Texts and secrets say the name of their field.
    func json(variant: String, of name: String) throws -> Json {
        guard let fields = fields["\(name).\(variant)"] else { return .text(Self.snake(variant)) }
        return .object([ExactText(Self.snake(variant)): try object(fields)])
    }

    /// A value of a type with everything it can hold.
    func json(_ type: String, named name: String = "") throws -> Json {
        for wrapper in ["Option<", "Vec<"] where type.hasPrefix(wrapper) {
            let one = try json(String(type.dropFirst(wrapper.count).dropLast()), named: name)
            return wrapper == "Vec<" ? .list([one]) : one
        }
        switch type {
        case "String", "Secret": return .text(name)
        case "bool": return .flag(true)
        case "i32", "i64": return .number(7)
        default: break
        }
        if let fields = fields[type] { return try object(fields) }
        guard let variants = variants[type] else { throw Malformed(type, "an unknown type") }
        let fullest = variants.max { holds($0, of: type) < holds($1, of: type) }
        return try json(variant: fullest ?? "", of: type)
    }

    private func holds(_ variant: String, of name: String) -> Int { fields["\(name).\(variant)"]?.count ?? 0 }

    private func object(_ fields: [Member]) throws -> Json {
        var members: [ExactText: Json] = [:]
        for field in fields {
            members[ExactText(field.name)] = try json(field.type, named: field.name)
        }
        return .object(members)
    }

    /// `AzureB2c` and `azureB2c` as `azure_b2c`.
    static func snake(_ name: String) -> String {
        let words = Projection.snake(name)
        return words.hasPrefix("_") ? String(words.dropFirst()) : words
    }

    /// What such a value lost on the way into its type: everything absent, and every text in another's place.
    static func lost(in value: Any, at place: String, named name: String = "") -> [String] {
        if let text = (value as? Secret)?.reveal() ?? value as? String {
            return text == name ? [] : ["\(place) is \(text)"]
        }
        if let flag = value as? Bool { return flag ? [] : ["\(place) is false"] }
        if let number = (value as? Int32).map(Int64.init) ?? value as? Int64 {
            return number == 7 ? [] : ["\(place) is \(number)"]
        }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional, .collection:
            guard !mirror.children.isEmpty else { return ["\(place) is absent"] }
            return mirror.children.flatMap { lost(in: $0.value, at: place, named: name) }
        case .struct, .tuple, .enum:
            return mirror.children.flatMap { child in
                let label = snake(child.label ?? "")
                return lost(in: child.value, at: "\(place).\(label)", named: label)
            }
        default:
            return ["\(place) is of a kind that nothing here looks into"]
        }
    }
}
