import Core

/// Gathers what a schema says more than once into its `$defs`.
enum SchemaDefinitions {
    /// The schema with each titled part that stands in it twice written once, and referred to.
    ///
    /// A title that two different parts have is left where it is.
    static func gathered(_ schema: JSON) -> JSON {
        var parts: [String: (schema: JSON, count: Int, isOne: Bool)] = [:]
        count(schema, &parts, isRoot: true)
        let shared = parts.filter { $0.value.count > 1 && $0.value.isOne }
        guard !shared.isEmpty else { return schema }
        let known = schema["$defs"]?.object ?? JSONObject()
        let names = Set(shared.keys).filter { known[$0] == nil }
        guard !names.isEmpty else { return schema }
        var root = replaced(schema, names, isRoot: true)
        var definitions = root["$defs"]?.object ?? JSONObject()
        for name in names.sorted() {
            guard let part = shared[name] else { continue }
            definitions[name] = replaced(part.schema, names, isRoot: true)
        }
        root["$defs"] = .object(definitions)
        return root
    }

    private static func count(
        _ schema: JSON,
        _ parts: inout [String: (schema: JSON, count: Int, isOne: Bool)],
        isRoot: Bool
    ) {
        if !isRoot, let title = title(of: schema) {
            let known = parts[title]
            let isOne = known.map { $0.isOne && $0.schema == schema } ?? true
            parts[title] = (schema, (known?.count ?? 0) + 1, isOne)
        }
        switch schema {
        case .array(let elements):
            for element in elements { count(element, &parts, isRoot: false) }
        case .object(let members):
            for member in members where !literal.contains(member.key) {
                count(member.value, &parts, isRoot: false)
            }
        default: break
        }
    }

    private static func replaced(_ schema: JSON, _ names: Set<String>, isRoot: Bool) -> JSON {
        if !isRoot, let title = title(of: schema), names.contains(title) {
            return ["$ref": .string("#/$defs/" + JSON.pointerToken(title))]
        }
        switch schema {
        case .array(let elements):
            return .array(elements.map { replaced($0, names, isRoot: false) })
        case .object(let members):
            return .object(
                JSONObject(
                    members.map { member in
                        literal.contains(member.key)
                            ? (member.key, member.value)
                            : (member.key, replaced(member.value, names, isRoot: false))
                    }
                )
            )
        default: return schema
        }
    }

    /// Members that hold values, not schemas.
    private static let literal: Set<String> = ["enum", "const", "default", "examples"]

    private static func title(of schema: JSON) -> String? {
        guard let title = schema["title"]?.string, schema["properties"]?.object != nil,
            title.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "%") })
        else { return nil }
        return title
    }
}
