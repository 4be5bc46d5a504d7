public import Core

/// A subset of JSON Schema 2020-12, compiled.
///
/// Known keywords: `type` (a name or a list), `enum`, `const`, `properties`, `required`,
/// `additionalProperties`, `items`, `minItems`, `maxItems`, `uniqueItems`, `minLength`, `maxLength`,
/// `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `multipleOf`, `format` (`uuid`,
/// `date`, `date-time`, `email`), `anyOf`, `allOf`, `not`, `$defs` and `$ref` to `#/$defs/…`; and the
/// annotations `title`, `description`, `default`, `examples`, `$schema`, `$comment`, `deprecated`.
/// Any other keyword is refused when the schema is compiled, so nothing is silently unchecked.
public struct Schema: Sendable {
    /// The schema as it was written.
    public let json: JSON
    let root: SchemaNode
    let definitions: [String: SchemaNode]

    /// Compiles a schema.
    ///
    /// - Throws: a fault of code `invalid-schema` with the pointer to what is wrong.
    public init(_ json: JSON) throws(GeneralFault) {
        let reader = JSONReader(json)
        var compiled: [String: SchemaNode] = [:]
        if let definitions = try json.object.flatMap({ _ in reader })?.optional("$defs") {
            for member in definitions.value.object ?? JSONObject() {
                compiled[member.key] = try SchemaNode(try definitions.member(member.key))
            }
        }
        self.json = json
        definitions = compiled
        root = try SchemaNode(reader)
        for name in root.references.union(compiled.values.flatMap(\.references))
        where compiled[name] == nil {
            throw GeneralFault(
                .internal,
                code: "invalid-schema",
                "\"#/$defs/\(name)\" is not defined"
            )
        }
    }

    /// Fits every value.
    public static let anything = Schema()

    private init() {
        json = true
        root = .anything
        definitions = [:]
    }

    /// A schema that checks less than what was written.
    init(_ json: JSON, root: SchemaNode, definitions: [String: SchemaNode]) {
        self.json = json
        self.root = root
        self.definitions = definitions
    }

    /// Everything that is wrong with `value`, at most 20 things, each with its pointer.
    public func violations(of value: JSON) -> [SchemaViolation] {
        var found: [SchemaViolation] = []
        root.check(value, at: "", definitions: definitions, depth: 0, into: &found)
        return found
    }

    /// Checks `value`.
    ///
    /// - Throws: a fault of kind invalid that names the first violation, with all in `errors`.
    public func validate(_ value: JSON) throws(GeneralFault) {
        let found = violations(of: value)
        guard let first = found.first else { return }
        let errors = found.map { violation in
            JSON.object(
                JSONObject([
                    ("pointer", .string(violation.pointer)), ("detail", .string(violation.message)),
                ])
            )
        }
        throw GeneralFault(
            .invalid,
            code: first.code,
            first.message,
            pointer: first.pointer,
            details: ["errors": .array(errors)]
        )
    }
}

/// One way in which a value does not fit its schema.
public struct SchemaViolation: Sendable, Hashable {
    /// JSON Pointer to the offending value.
    public var pointer: String
    /// What was found and what was expected.
    public var message: String
    /// `wrong-type`, `missing-field`, `unknown-field` or `invalid-value`.
    public var code: String
}
