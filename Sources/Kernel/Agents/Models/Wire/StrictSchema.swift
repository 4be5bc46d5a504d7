import Core

/// JSON Schemas as providers take them that hold a model to one.
enum StrictSchema {
    private static let known: Set<String> = [
        "type", "enum", "const", "properties", "required", "additionalProperties", "items", "anyOf",
        "allOf", "$defs", "$ref", "description", "title", "format",
    ]
    /// What Anthropic does not take; it is told in the description instead.
    private static let told = [
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength",
        "maxLength", "minItems", "maxItems", "uniqueItems", "default", "examples",
    ]

    /// The schema with every object closed, and what cannot be enforced told in words.
    ///
    /// The caller checks the answer against the schema itself anyway.
    ///
    /// - Returns: nil when closing its objects would change what it means.
    static func closed(_ schema: JSON, depth: Int = 0) -> JSON? {
        guard depth < 32, case .object(var object) = schema else { return nil }
        var limits: [String] = []
        for name in told {
            guard let limit = object[name] else { continue }
            object[name] = nil
            if name != "default", name != "examples" { limits.append("\(name): \(limit.text())") }
        }
        guard object.allSatisfy({ known.contains($0.key) }) else { return nil }
        if !limits.isEmpty {
            let text = object["description"]?.string.map { $0 + " " } ?? ""
            object["description"] = .string(text + "(\(limits.joined(separator: ", ")))")
        }
        if object["type"] == "object" || object["properties"] != nil {
            guard object["additionalProperties"] == false,
                let properties = object["properties"]?.object
            else { return nil }
            guard let closed = each(properties, depth) else { return nil }
            object["properties"] = .object(closed)
        } else if object["type"]?.array?.contains("object") == true {
            return nil
        }
        if let definitions = object["$defs"]?.object {
            guard let closed = each(definitions, depth) else { return nil }
            object["$defs"] = .object(closed)
        }
        if let items = object["items"] {
            guard let closed = closed(items, depth: depth + 1) else { return nil }
            object["items"] = closed
        }
        for name in ["anyOf", "allOf"] {
            guard let list = object[name]?.array else { continue }
            let closed = list.compactMap { self.closed($0, depth: depth + 1) }
            guard closed.count == list.count else { return nil }
            object[name] = .array(closed)
        }
        return .object(object)
    }

    private static func each(_ schemas: JSONObject, _ depth: Int) -> JSONObject? {
        var closed = JSONObject()
        for member in schemas {
            guard let schema = self.closed(member.value, depth: depth + 1) else { return nil }
            closed[member.key] = schema
        }
        return closed
    }

    /// Whether OpenAI's strict mode takes the schema: every object closed, every member required.
    static func isStrict(_ schema: JSON, depth: Int = 0) -> Bool {
        guard depth < 10, case .object(let object) = schema else { return false }
        let taken = known.union([
            "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems",
            "maxItems",
        ])
        guard object.allSatisfy({ taken.contains($0.key) }), object["allOf"] == nil else {
            return false
        }
        if object["type"] == "object" || object["properties"] != nil {
            let properties = object["properties"]?.object ?? [:]
            let required = Set(object["required"]?.array?.compactMap(\.string) ?? [])
            guard object["additionalProperties"] == false, required == Set(properties.keys),
                properties.allSatisfy({ isStrict($0.value, depth: depth + 1) })
            else { return false }
        }
        let inner =
            [object["items"]].compactMap(\.self) + (object["anyOf"]?.array ?? [])
            + (object["$defs"]?.object?.map(\.value) ?? [])
        return inner.allSatisfy { isStrict($0, depth: depth + 1) }
    }
}
