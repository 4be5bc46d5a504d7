public import Core

/// Words to write JSON Schemas with, for what tools take and answer.
///
/// A schema with a title stands once on the OpenAPI page and is referred to by it.
public enum Shape {
    /// A UUID.
    public static let id: JSON = ["type": "string", "format": "uuid"]
    /// A time, RFC 3339 in UTC.
    public static let time: JSON = ["type": "string", "format": "date-time"]
    /// A day, `2026-11-20`.
    public static let date: JSON = ["type": "string", "format": "date"]
    /// Text.
    public static let text: JSON = ["type": "string"]
    /// true or false.
    public static let flag: JSON = ["type": "boolean"]
    /// A whole number.
    public static let integer: JSON = ["type": "integer"]
    /// A whole number that is not negative.
    public static let count: JSON = ["type": "integer", "minimum": 0]
    /// A number.
    public static let number: JSON = ["type": "number"]
    /// A number from 0 to 1.
    public static let share: JSON = ["type": "number", "minimum": 0, "maximum": 1]
    /// Any value.
    public static let any: JSON = true
    /// Nothing: the route answers 204.
    public static let nothing: JSON = ["type": "null"]
    /// An object with any members.
    public static let object: JSON = ["type": "object"]
    /// An amount of money.
    public static let money = record(
        "Money",
        [
            ("amount", ["type": "string", "description": "Decimal, in units of the currency."]),
            (
                "currency",
                [
                    "type": "string", "minLength": 3, "maxLength": 3,
                    "description": "ISO 4217.",
                ]
            ),
        ]
    )
    /// Who did something.
    public static let actor = record(
        "Actor",
        [("id", id), ("kind", choice(["person", "service"])), ("name", text)]
    )
    /// A thing by id and name.
    public static let named = record("Named", [("id", id), ("name", text)])

    /// One of some words.
    public static func choice(_ words: [String]) -> JSON {
        ["type": "string", "enum": .array(words.map { .string($0) })]
    }

    /// A list.
    public static func list(of item: JSON) -> JSON { ["type": "array", "items": item] }

    /// The schema, or null.
    public static func nullable(_ schema: JSON) -> JSON {
        guard case .string(let type)? = schema["type"], schema["title"] == nil,
            schema["enum"] == nil
        else { return ["anyOf": [schema, ["type": "null"]]] }
        var either = schema
        either["type"] = [.string(type), "null"]
        return either
    }

    /// The schema with a description.
    public static func described(_ schema: JSON, _ text: String) -> JSON {
        if schema["title"] != nil { return ["allOf": [schema], "description": .string(text)] }
        var described = schema
        described["description"] = .string(text)
        return described
    }

    /// An object.
    ///
    /// - Parameters:
    ///   - title: the name under which the OpenAPI page has it; nil for none.
    ///   - fields: its members.
    ///   - optional: the names of those that may be absent; all others are there.
    /// - Returns: a schema that allows no other member.
    public static func record(
        _ title: String?,
        _ fields: [(String, JSON)],
        optional: Set<String> = []
    ) -> JSON {
        var schema = JSONObject()
        if let title { schema["title"] = .string(title) }
        schema["type"] = "object"
        schema["properties"] = .object(JSONObject(fields))
        let required = fields.map(\.0).filter { !optional.contains($0) }
        if !required.isEmpty { schema["required"] = .array(required.map { .string($0) }) }
        schema["additionalProperties"] = false
        return .object(schema)
    }

    /// A page of a list: `items`, `nextCursor`, and what else is given.
    public static func page(
        of item: JSON,
        and more: [(String, JSON)] = [],
        optional: Set<String> = []
    ) -> JSON {
        record(
            nil,
            [
                ("items", list(of: item)),
                (
                    "nextCursor",
                    described(nullable(text), "Where the next page begins; null on the last one.")
                ),
            ] + more,
            optional: optional
        )
    }

    /// An object by the fields of `record` and more of its own.
    public static func extended(
        _ record: JSON,
        _ title: String?,
        _ more: [(String, JSON)],
        without: Set<String> = [],
        optional: Set<String> = []
    ) -> JSON {
        let properties = record["properties"]?.object ?? [:]
        let required = Set(record["required"]?.array?.compactMap(\.string) ?? [])
        let replaced = Set(more.map(\.0)).union(without)
        let kept = properties.filter { !replaced.contains($0.key) }.map { ($0.key, $0.value) }
        let absent = kept.map(\.0).filter { !required.contains($0) }
        return self.record(title, kept + more, optional: optional.union(absent))
    }
}
