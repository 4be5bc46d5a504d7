public import Core

extension Schema {
    /// A schema by others: what of it can be checked is, and the rest is said.
    public struct Outside: Sendable {
        /// The schema: its text is the author's, its checks are those that are known here.
        public var schema: Schema
        /// JSON Pointers to keywords that nothing is checked of, in order, at most 100.
        public var unchecked: [String]
    }

    /// Takes a JSON Schema of any keywords (2020-12, or an older draft), without fetching anything.
    ///
    /// Unknown keywords are left unchecked, `oneOf` is checked as `anyOf`. What is checked allows nothing
    /// that the schema would not but for the keywords in `unchecked`.
    ///
    /// - Throws: a fault of code `invalid-schema` when it is malformed, too large, or refers to a document
    ///   elsewhere: such a schema says nothing here.
    public static func outside(_ json: JSON) throws(GeneralFault) -> Outside {
        var reader = OutsideSchemaReader()
        let relaxed = try reader.relaxed(json, at: "", depth: 0)
        let compiled = try Schema(relaxed)
        return Outside(
            schema: Schema(json, root: compiled.root, definitions: compiled.definitions),
            unchecked: Array(reader.unchecked.prefix(100))
        )
    }
}

/// Leaves out of a schema what the subset here does not know.
private struct OutsideSchemaReader {
    var unchecked: [String] = []
    private var count = 0

    private static let annotations: Set<String> = [
        "title", "description", "default", "examples", "$schema", "$comment", "deprecated", "$id",
        "$anchor", "readOnly", "writeOnly", "x-mcp-header",
    ]
    private static let plain: Set<String> = [
        "type", "enum", "const", "required", "minItems", "maxItems", "uniqueItems", "minLength",
        "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    ]
    private static let formats: Set<String> = ["uuid", "date", "date-time", "email"]
    private static let limit = 5_000

    private static func fault(_ message: String, _ pointer: String) -> GeneralFault {
        GeneralFault(.invalid, code: "invalid-schema", message, pointer: pointer)
    }

    mutating func relaxed(
        _ schema: JSON,
        at pointer: String,
        depth: Int
    ) throws(GeneralFault) -> JSON {
        count += 1
        guard depth < 32, count < Self.limit else {
            throw Self.fault("the schema is too large", pointer)
        }
        if schema.bool != nil { return schema }
        guard let object = schema.object else {
            throw Self.fault("expected a schema, found \(schema.kind)", pointer)
        }
        var out = JSONObject()
        for member in object {
            let place = pointer + "/" + JSON.pointerToken(member.key)
            try take(member.key, member.value, of: object, at: place, depth, into: &out)
        }
        return .object(out)
    }

    private mutating func take(
        _ key: String,
        _ value: JSON,
        of object: JSONObject,
        at place: String,
        _ depth: Int,
        into out: inout JSONObject
    ) throws(GeneralFault) {
        switch key {
        case "properties":
            out[key] = try map(value, place, depth)
        case "$defs":
            // References are known to the root's definitions alone.
            guard depth == 0 else { return unchecked.append(place) }
            out[key] = try map(value, place, depth)
        case "items", "additionalProperties", "not":
            // An older draft's list of items is another keyword by now.
            guard key != "items" || value.array == nil else { return unchecked.append(place) }
            let before = unchecked.count
            let inner = try relaxed(value, at: place, depth: depth + 1)
            // The opposite of a check that was weakened would refuse what is right.
            guard key != "not" || unchecked.count == before else { return }
            if key == "additionalProperties", object["patternProperties"] != nil {
                return unchecked.append(place)
            }
            out[key] = inner
        case "anyOf", "allOf", "oneOf":
            guard let list = value.array, (1...100).contains(list.count) else {
                throw Self.fault("expected a list of schemas", place)
            }
            if key == "oneOf" {
                unchecked.append(place)
                // Two lists of alternatives cannot stand in one keyword.
                guard object["anyOf"] == nil else { return }
            }
            var inner: [JSON] = []
            for (index, element) in list.enumerated() {
                inner.append(try relaxed(element, at: "\(place)/\(index)", depth: depth + 1))
            }
            out[key == "oneOf" ? "anyOf" : key] = .array(inner)
        case "$ref":
            try reference(value, at: place, into: &out)
        case "$dynamicRef", "$recursiveRef":
            unchecked.append(place)
        case "format":
            if let name = value.string, Self.formats.contains(name) {
                out[key] = value
            } else {
                unchecked.append(place)
            }
        case _ where Self.annotations.contains(key): break
        case "exclusiveMinimum" where value.bool != nil, "exclusiveMaximum" where value.bool != nil:
            // Draft 4's form.
            unchecked.append(place)
        case _ where Self.plain.contains(key): out[key] = value
        default: unchecked.append(place)
        }
    }

    private mutating func map(
        _ value: JSON,
        _ place: String,
        _ depth: Int
    ) throws(GeneralFault) -> JSON {
        guard let object = value.object else {
            throw Self.fault("expected an object of schemas", place)
        }
        var out = JSONObject()
        for member in object {
            out[member.key] = try relaxed(
                member.value,
                at: place + "/" + JSON.pointerToken(member.key),
                depth: depth + 1
            )
        }
        return .object(out)
    }

    /// References within the document are followed or left; others are never fetched.
    private mutating func reference(
        _ value: JSON,
        at place: String,
        into out: inout JSONObject
    ) throws(GeneralFault) {
        guard let text = value.string else { throw Self.fault("expected a reference", place) }
        guard text.hasPrefix("#") else {
            throw Self.fault("the schema refers to another document, which is not fetched", place)
        }
        if text.hasPrefix("#/$defs/"), !text.dropFirst(8).contains("/"),
            !text.contains("~"), !text.contains("%")
        {
            out["$ref"] = value
        } else {
            unchecked.append(place)
        }
    }
}
