import Core

/// A tool's input as models' providers take it: an object, without alternatives at its root.
///
/// Anthropic and OpenAI refuse a request one of whose tools has `anyOf`, `oneOf` or `allOf` at the
/// root of its schema, and with it all others. Outside tools may; theirs are laid together to one
/// object that allows at least what they allow. The call itself is held to the tool's own schema.
enum OfferedSchema {
    private static let alternatives = ["anyOf", "oneOf"]
    private static let combinators = alternatives + ["allOf", "not", "if", "then", "else", "enum"]

    static func of(_ schema: JSON) -> JSON {
        guard var object = schema.object else { return ["type": "object"] }
        let parts = alternatives.map { schema[$0]?.array ?? [] }
        let all = schema["allOf"]?.array ?? []
        let isPlain = schema["type"] == "object" && combinators.allSatisfy { object[$0] == nil }
        if isPlain { return schema }
        var properties = schema["properties"]?.object ?? [:]
        var needed = names(of: schema)
        for part in parts.joined() + all {
            for member in part["properties"]?.object ?? [:] where properties[member.key] == nil {
                properties[member.key] = member.value
            }
        }
        for part in all { needed += names(of: part) }
        for choices in parts where !choices.isEmpty {
            let common = choices.dropFirst().reduce(Set(names(of: choices[0]))) {
                $0.intersection(names(of: $1))
            }
            needed += common.sorted()
        }
        for word in combinators { object[word] = nil }
        object["type"] = "object"
        object["properties"] = .object(properties)
        var seen: Set<String> = []
        let required = needed.filter { seen.insert($0).inserted }
        object["required"] = required.isEmpty ? nil : .array(required.map { .string($0) })
        if !parts.joined().isEmpty || !all.isEmpty { object["additionalProperties"] = nil }
        return .object(object)
    }

    private static func names(of schema: JSON) -> [String] {
        (schema["required"]?.array ?? []).compactMap(\.string)
    }
}
