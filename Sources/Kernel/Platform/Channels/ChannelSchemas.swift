import Core

/// The pieces that the schemas of channel tools are made of.
enum ChannelSchemas {
    static let id: JSON = ["type": "string", "format": "uuid"]
    static let moment: JSON = ["type": "string", "format": "date-time"]
    static let optionalMoment: JSON = ["anyOf": [moment, ["type": "null"]]]
    static let optionalText: JSON = ["type": ["string", "null"]]
    static let flag: JSON = ["type": "boolean"]
    static let count: JSON = ["type": "integer", "minimum": 0]
    static let severity: JSON = ["enum": ["info", "warning", "alarm"]]
    static let name: JSON = ["type": "string", "minLength": 1, "maxLength": 100]
    static let nothing: JSON = ["type": "null"]
    static let noInput: JSON = ["type": "object", "additionalProperties": false]

    static let onlyID = object([("id", ["type": "string"])])

    static func text(_ maximum: Int) -> JSON {
        ["type": "string", "minLength": 1, "maxLength": .int(maximum)]
    }

    /// An object with exactly these members; all are required unless `required` says which.
    static func object(
        _ members: [(String, JSON)],
        required: [String]? = nil
    ) -> JSON {
        [
            "type": "object", "properties": .object(JSONObject(members)),
            "required": .array((required ?? members.map(\.0)).map { .string($0) }),
            "additionalProperties": false,
        ]
    }

    static func list(_ item: JSON, most: Int = 200) -> JSON {
        object([("items", ["type": "array", "maxItems": .int(most), "items": item])])
    }

    /// A page of a list that goes on at `nextCursor`.
    static func page(_ item: JSON) -> JSON {
        object([
            ("items", ["type": "array", "maxItems": 200, "items": item]),
            ("nextCursor", optionalText),
        ])
    }

    /// The answer of a page.
    static func page(_ page: (items: [JSON], next: JSON)) -> JSON {
        ["items": .array(page.items), "nextCursor": page.next]
    }
}
