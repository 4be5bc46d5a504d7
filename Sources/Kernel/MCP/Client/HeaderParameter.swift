import Core

/// An argument of a tool that is also sent as a header field (`x-mcp-header`, revision 2026-07-28).
///
/// The client writes the fields, the server checks them; both find them in the schema by this.
public struct HeaderParameter: Sendable, Hashable {
    /// The keys that lead to the argument.
    public var path: [String]
    /// The field's name without `Mcp-Param-`.
    public var name: String

    /// Why a schema's annotations are not what they must be.
    struct Invalid: Error {
        var reason: String
    }

    /// What can hold data instead of schemas.
    private static let dataKeywords: Set<String> = ["const", "enum", "default", "examples"]
    /// What holds schemas by names of the author's choice.
    private static let mapKeywords: Set<String> = [
        "$defs", "definitions", "patternProperties", "dependentSchemas",
    ]

    /// The header parameters of an input schema.
    static func all(of schema: JSON) throws(Invalid) -> [HeaderParameter] {
        var found: [HeaderParameter] = []
        try walk(schema, path: [], isReachable: true, depth: 0, into: &found)
        var names: Set<String> = []
        for parameter in found where !names.insert(parameter.name.lowercased()).inserted {
            throw Invalid(reason: "two parameters have the x-mcp-header \"\(parameter.name)\"")
        }
        return found
    }

    private static func walk(
        _ schema: JSON,
        path: [String],
        isReachable: Bool,
        depth: Int,
        into found: inout [HeaderParameter]
    ) throws(Invalid) {
        guard depth < 64 else { throw Invalid(reason: "the schema is nested too deeply") }
        if let elements = schema.array {
            for element in elements {
                try walk(element, path: path, isReachable: false, depth: depth + 1, into: &found)
            }
            return
        }
        guard let object = schema.object else { return }
        if let annotation = object["x-mcp-header"] {
            found.append(
                try parameter(annotation, object, path: path, isReachable: isReachable)
            )
        }
        for member in object where !dataKeywords.contains(member.key) {
            if member.key == "properties" || mapKeywords.contains(member.key) {
                let goesOn = isReachable && member.key == "properties"
                for child in member.value.object ?? JSONObject() {
                    try walk(
                        child.value,
                        path: path + [child.key],
                        isReachable: goesOn,
                        depth: depth + 1,
                        into: &found
                    )
                }
            } else if member.key != "x-mcp-header" {
                try walk(
                    member.value,
                    path: path,
                    isReachable: false,
                    depth: depth + 1,
                    into: &found
                )
            }
        }
    }

    private static func parameter(
        _ annotation: JSON,
        _ schema: JSONObject,
        path: [String],
        isReachable: Bool
    ) throws(Invalid) -> HeaderParameter {
        guard let name = annotation.string, (1...128).contains(name.utf8.count),
            FieldName.isValid(name)
        else { throw Invalid(reason: "an x-mcp-header is no name of a header field") }
        guard isReachable, !path.isEmpty else {
            throw Invalid(
                reason:
                    "the x-mcp-header \"\(name)\" is not on a property reached by properties alone"
            )
        }
        let types =
            schema["type"]?.string.map { [$0] }
            ?? (schema["type"]?.array ?? []).compactMap(\.string).filter { $0 != "null" }
        guard types.count == 1, ["string", "integer", "boolean"].contains(types[0]) else {
            throw Invalid(
                reason: "the x-mcp-header \"\(name)\" is on no string, integer or boolean"
            )
        }
        return HeaderParameter(path: path, name: name)
    }

    /// What a call gives for the argument; nil when it is absent.
    func given(in arguments: JSON?) -> JSON? { path.reduce(arguments) { $0?[$1] } }

    /// The field's value for a call; nil when the argument is absent or null.
    ///
    /// - Throws: ``OutsideFault`` of code `invalidRequest` for a number that cannot be sent exactly.
    func value(in arguments: JSONObject) throws(OutsideFault) -> String? {
        switch given(in: .object(arguments)) {
        case .string(let text): return Self.encoded(text)
        case .bool(let flag): return flag ? "true" : "false"
        case .number(let number):
            guard let int = number.int, int.magnitude < 1 << 53 else {
                throw OutsideFault(
                    .invalidRequest,
                    "the argument \"\(path.joined(separator: "."))\" must be a whole number of at most "
                        + "53 bits"
                )
            }
            return String(int)
        default: return nil
        }
    }

    /// Text as it may stand in a header field: as it is, or as Base64 between marks.
    static func encoded(_ text: String) -> String {
        let isPlain =
            text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && text.utf8.first != 0x20
            && text.utf8.last != 0x20
            && !(text.hasPrefix("=?base64?") && text.hasSuffix("?="))
        return isPlain ? text : "=?base64?\(Base64.encode(text.utf8))?="
    }
}
