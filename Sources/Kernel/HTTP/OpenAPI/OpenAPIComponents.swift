import Core

/// What operations share: schemas by title, headers, and an answer for each kind of problem.
struct OpenAPIComponents {
    private var schemas = JSONObject()
    private var headers: Set<String> = []
    private var problems: Set<Int> = []

    static let usualHeaders = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"]

    private static let headerMeanings: [(name: String, schema: JSON, meaning: String)] = [
        ("RateLimit-Limit", ["type": "integer"], "How many requests may come at once."),
        ("RateLimit-Remaining", ["type": "integer"], "How many of them are left."),
        ("RateLimit-Reset", ["type": "integer"], "Seconds until all of them are there again."),
        ("Retry-After", ["type": "integer"], "Seconds after which to try again."),
        ("ETag", ["type": "string"], "The version, for If-Match and If-None-Match."),
        ("Location", ["type": "string"], "Where the new thing is."),
    ]

    private static let problemMeanings: [Int: (name: String, meaning: String)] = [
        400: ("Malformed", "The request cannot be read, or has parameters that are not known."),
        401: ("NotSignedIn", "Nobody is signed in, or the credential is no longer good."),
        403: ("Forbidden", "The person may not do this, or the request looks like an attack."),
        404: ("NotFound", "There is no such thing, or it belongs to another organisation."),
        408: ("TooSlow", "The request did not arrive in time."),
        409: ("Conflict", "It contradicts the present state."),
        412: ("Outdated", "If-Match names another version than the present one."),
        413: ("TooLarge", "The body is larger than allowed."),
        414: ("TargetTooLong", "The target is longer than allowed."),
        415: ("UnsupportedMediaType", "The body is of a media type that is not taken here."),
        422: ("Invalid", "A value is wrong; `pointer` says where."),
        426: ("UpgradeRequired", "Only a WebSocket is answered here."),
        429: ("TooManyRequests", "The budget is used up."),
        431: ("HeaderTooLarge", "The header is larger than allowed."),
        501: ("NotImplemented", "This server was not set up for it."),
        502: ("BadGateway", "Another server did not answer as it should."),
        503: ("Unavailable", "It cannot be done now; trying later may help."),
        504: ("Timeout", "It took too long."),
    ]

    mutating func needsHeader(_ name: String) { headers.insert(name) }

    /// The reference to the answer for problems of a status.
    mutating func problem(_ status: Int) throws(GeneralFault) -> String {
        guard let known = Self.problemMeanings[status] else {
            throw OpenAPIDocument.fault("status \(status) is no problem that is known")
        }
        problems.insert(status)
        return "#/components/responses/\(known.name)"
    }

    /// The schema of problem details (RFC 9457).
    private static let problem: JSON = [
        "title": "Problem", "type": "object",
        "description": "What went wrong, where, and what was expected (RFC 9457).",
        "properties": [
            "type": ["type": "string", "description": "Identifies the sort of problem."],
            "title": ["type": "string", "description": "The status in words."],
            "status": ["type": "integer", "minimum": 400, "maximum": 599],
            "detail": ["type": "string", "description": "What went wrong, for a person."],
            "code": ["type": "string", "description": "The stable code, in kebab case."],
            "pointer": [
                "type": "string", "description": "JSON Pointer to the offending part of the input.",
            ],
            "errors": [
                "type": "array",
                "description": "All that is wrong, when it is more than one thing.",
                "items": ["type": "object"],
            ],
        ],
        "required": ["type", "title", "status", "detail", "code"],
    ]

    mutating func addProblem() throws(GeneralFault) {
        _ = try placed(Self.problem)
        headers.formUnion(Self.usualHeaders)
        headers.insert("Retry-After")
    }

    // MARK: Schemas

    private static let maps: Set<String> = ["properties"]
    private static let lists: Set<String> = ["anyOf", "allOf"]
    private static let singles: Set<String> = ["items", "additionalProperties", "not"]

    /// The schema with what has a title replaced by references.
    mutating func placed(_ schema: JSON) throws(GeneralFault) -> JSON {
        var names: [String: String] = [:]
        if let definitions = schema["$defs"]?.object {
            for member in definitions {
                names[member.key] = Self.name(member.value["title"]?.string ?? member.key)
            }
            for member in definitions {
                var titled = member.value
                titled["title"] = .string(member.value["title"]?.string ?? member.key)
                _ = try placed(titled, names)
            }
        }
        return try placed(schema, names)
    }

    private mutating func placed(
        _ schema: JSON,
        _ names: [String: String]
    ) throws(GeneralFault) -> JSON {
        guard case .object(let object) = schema else { return schema }
        var out = JSONObject()
        for member in object where member.key != "$schema" && member.key != "$defs" {
            if member.key == "$ref", let local = member.value.string?.split(separator: "/").last,
                let name = names[String(local)]
            {
                out["$ref"] = .string("#/components/schemas/\(name)")
            } else if Self.singles.contains(member.key) {
                out[member.key] = try placed(member.value, names)
            } else if Self.lists.contains(member.key), let list = member.value.array {
                var placedList: [JSON] = []
                for element in list { placedList.append(try placed(element, names)) }
                out[member.key] = .array(placedList)
            } else if Self.maps.contains(member.key), let map = member.value.object {
                var placedMap = JSONObject()
                for entry in map { placedMap[entry.key] = try placed(entry.value, names) }
                out[member.key] = .object(placedMap)
            } else {
                out[member.key] = member.value
            }
        }
        guard let title = object["title"]?.string else { return .object(out) }
        let name = Self.name(title)
        if let known = schemas[name], known != .object(out) {
            throw OpenAPIDocument.fault("two different schemas are called \"\(title)\"")
        }
        schemas[name] = .object(out)
        return ["$ref": .string("#/components/schemas/\(name)")]
    }

    /// `order line` becomes `OrderLine`.
    private static func name(_ title: String) -> String {
        title.split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
            .map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    // MARK: The result

    var json: JSON {
        var answers = JSONObject()
        for status in problems.sorted() {
            guard let known = Self.problemMeanings[status] else { continue }
            var named = JSONObject()
            if [429, 503].contains(status) {
                named["Retry-After"] = ["$ref": "#/components/headers/Retry-After"]
            }
            var answer: JSON = [
                "description": .string(known.meaning),
                "content": [
                    "application/problem+json": [
                        "schema": ["$ref": "#/components/schemas/Problem"]
                    ]
                ],
            ]
            if !named.isEmpty { answer["headers"] = .object(named) }
            answers[known.name] = answer
        }
        var shown = JSONObject()
        for header in Self.headerMeanings where headers.contains(header.name) {
            shown[header.name] = [
                "description": .string(header.meaning), "schema": header.schema,
            ]
        }
        return [
            "schemas": .object(
                JSONObject(schemas.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
            ),
            "responses": .object(answers), "headers": .object(shown),
            "securitySchemes": [
                "bearer": [
                    "type": "http", "scheme": "bearer",
                    "description":
                        "An access token from `POST /auth/token`, or an API key (`wk_…`).",
                ]
            ],
        ]
    }
}
