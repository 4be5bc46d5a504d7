public import Core

/// An EventBridge event pattern, compiled.
///
/// A pattern is an object whose leaves are arrays of alternatives: exact values, `{"prefix": …}` or
/// `{"exists": …}`; every leaf must match. Where the event holds an array, one of its elements must
/// match, and a nested pattern must match within one and the same element.
public struct Pattern: Sendable {
    indirect enum Node: Sendable {
        case fields([(key: String, node: Node)])
        case anyOf([Matcher])
    }

    enum Matcher: Sendable {
        case equals(JSON)
        case prefix(String)
        case exists(Bool)
    }

    private let root: Node
    /// The pattern as it was written.
    public let json: JSON

    /// Compiles a pattern.
    ///
    /// - Throws: a fault of code `invalid-pattern` with the pointer to what is wrong.
    public init(_ json: JSON) throws(GeneralFault) {
        root = try Self.compile(JSONReader(json))
        self.json = json
    }

    /// Whether the event matches; see ``Event/json`` for the members that a pattern can name.
    public func matches(_ event: JSON) -> Bool {
        Self.matches(root, event)
    }

    private static func compile(_ reader: JSONReader) throws(GeneralFault) -> Node {
        switch reader.value {
        case .object(let object):
            guard !object.isEmpty else { throw invalid(reader, "an empty object matches nothing") }
            var fields: [(key: String, node: Node)] = []
            for member in object {
                fields.append((member.key, try compile(try child(reader, member.key))))
            }
            return .fields(fields)
        case .array(let alternatives):
            guard !alternatives.isEmpty else {
                throw invalid(reader, "an empty list of alternatives matches nothing")
            }
            var matchers: [Matcher] = []
            for element in try reader.array() {
                matchers.append(try matcher(element))
            }
            return .anyOf(matchers)
        default:
            throw invalid(reader, "expected an object or an array of alternatives")
        }
    }

    private static func child(
        _ reader: JSONReader,
        _ key: String
    ) throws(GeneralFault) -> JSONReader {
        guard let found = try reader.optional(key) else {
            throw invalid(reader, "\"\(key)\" must be an object or an array of alternatives")
        }
        return found
    }

    private static func matcher(_ reader: JSONReader) throws(GeneralFault) -> Matcher {
        switch reader.value {
        case .null, .bool, .number, .string:
            return .equals(reader.value)
        case .array:
            throw invalid(reader, "an alternative may not be an array")
        case .object(let object):
            guard object.count == 1, let only = object.first else {
                throw invalid(reader, "expected exactly one operator")
            }
            switch (only.key, only.value) {
            case ("prefix", .string(let text)): return .prefix(text)
            case ("exists", .bool(let flag)): return .exists(flag)
            case ("prefix", _): throw invalid(reader, "\"prefix\" takes a string")
            case ("exists", _): throw invalid(reader, "\"exists\" takes true or false")
            default:
                throw invalid(
                    reader,
                    "unknown operator \"\(only.key)\"; this version knows prefix and exists"
                )
            }
        }
    }

    private static func invalid(_ reader: JSONReader, _ message: String) -> GeneralFault {
        reader.fault(message, code: "invalid-pattern")
    }

    private static func matches(_ node: Node, _ value: JSON?) -> Bool {
        switch node {
        case .fields(let fields):
            if let elements = value?.array {
                return elements.contains { matches(node, $0) }
            }
            return fields.allSatisfy { field in
                matches(field.node, value?.object?[field.key])
            }
        case .anyOf(let matchers):
            return matchers.contains { matches($0, value) }
        }
    }

    private static func matches(_ matcher: Matcher, _ value: JSON?) -> Bool {
        if case .exists(let wanted) = matcher {
            // Only leaves exist in EventBridge's sense: an object does not.
            let present = value.map { $0.object == nil } ?? false
            return present == wanted
        }
        if let elements = value?.array { return elements.contains { matches(matcher, $0) } }
        switch matcher {
        case .equals(let wanted): return value == wanted
        case .prefix(let text): return value?.string?.hasPrefix(text) ?? false
        case .exists: return false
        }
    }
}
