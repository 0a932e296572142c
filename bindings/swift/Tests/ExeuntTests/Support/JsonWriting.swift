@testable import Exeunt

/// JSON as the scripted store is given it back.
extension Json {
    /// The same value, every time in it so many seconds earlier.
    func older(by seconds: Int64) -> Json {
        switch self {
        case .list(let items): .list(items.map { $0.older(by: seconds) })
        case .object(let members):
            .object(
                Dictionary(
                    uniqueKeysWithValues: members.map { name, member in
                        if case .number(let time) = member, name.isTime { return (name, .number(time - seconds)) }
                        return (name, member.older(by: seconds))
                    }))
        default: self
        }
    }

    /// As JSON text.
    var written: String {
        switch self {
        case .null: "null"
        case .flag(let flag): "\(flag)"
        case .number(let number): "\(number)"
        case .text(let text): Self.quoted(text)
        case .list(let items): "[" + items.map(\.written).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { "\(Self.quoted($0.text)):\($1.written)" }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case "\0"..<" ":
                "\\u" + String(repeating: "0", count: scalar.value < 16 ? 3 : 2) + String(scalar.value, radix: 16)
            default: String(scalar)
            }
        }
        return "\"" + escaped.joined() + "\""
    }
}

extension ExactText {
    fileprivate var isTime: Bool { text.hasSuffix("_at") || text.hasSuffix("_until") }
}
