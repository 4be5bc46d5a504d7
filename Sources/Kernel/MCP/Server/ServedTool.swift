public import Core

/// A tool as clients see it.
public struct ServedTool: Sendable {
    /// What a client may expect of a call; hints, not promises.
    public struct Hints: Sendable {
        /// Whether it changes nothing.
        public var isReadOnly: Bool
        /// Whether it may overwrite or remove what is there.
        public var isDestructive: Bool
        /// Whether repeating it changes nothing more.
        public var isIdempotent: Bool
        /// Whether it reaches outside.
        public var isOpenWorld: Bool

        /// Hints.
        public init(
            isReadOnly: Bool,
            isDestructive: Bool = false,
            isIdempotent: Bool = false,
            isOpenWorld: Bool = false
        ) {
            self.isReadOnly = isReadOnly
            self.isDestructive = isDestructive
            self.isIdempotent = isIdempotent
            self.isOpenWorld = isOpenWorld
        }

        var json: JSON {
            [
                "readOnlyHint": .bool(isReadOnly), "destructiveHint": .bool(isDestructive),
                "idempotentHint": .bool(isIdempotent), "openWorldHint": .bool(isOpenWorld),
            ]
        }
    }

    /// Unique; letters, digits, `_`, `-` and `.`, at most 64.
    public let name: String
    /// Whether a call may take long, report progress, write log messages or ask the client.
    ///
    /// Others are answered without a stream.
    public let speaks: Bool
    /// Arguments that are mirrored in header fields, as the schema names them.
    let mirrored: [HeaderParameter]
    /// As it stands in lists of revisions with any output schema, and in those with objects alone.
    let texts: (modern: JSONText, early: JSONText)

    /// A tool.
    ///
    /// - Parameters:
    ///   - name: unique.
    ///   - title: the name as people read it; nil for none.
    ///   - purpose: what it does, for people and models.
    ///   - input: a JSON Schema 2020-12 of an object.
    ///   - output: a JSON Schema 2020-12; nil when there is no structured result.
    ///   - hints: what a client may expect.
    ///   - speaks: whether a call may say something before its result.
    /// - Throws: a fault of code `invalid-schema` when the input is no object, or a property's
    ///   `x-mcp-header` is not what the protocol allows.
    public init(
        name: String,
        title: String? = nil,
        purpose: String,
        input: JSON,
        output: JSON? = nil,
        hints: Hints? = nil,
        speaks: Bool = false
    ) throws(GeneralFault) {
        guard input["type"] == "object" else {
            throw GeneralFault(
                .internal,
                code: "invalid-schema",
                "the input of \(name) must be an object"
            )
        }
        self.name = name
        self.speaks = speaks
        do throws(HeaderParameter.Invalid) {
            mirrored = try HeaderParameter.all(of: input)
        } catch {
            throw GeneralFault(
                .internal,
                code: "invalid-schema",
                "\(name): \(error.reason)"
            )
        }
        var object: JSONObject = ["name": .string(name)]
        if let title { object["title"] = .string(title) }
        object["description"] = .string(purpose)
        object["inputSchema"] = Self.plain(input)
        if let hints { object["annotations"] = hints.json }
        var early = object
        if let output, output.object != nil {
            let output = Self.plain(output)
            object["outputSchema"] = output
            if output["type"] == "object" { early["outputSchema"] = output }
        }
        texts = (JSONText(.object(object)), JSONText(.object(early)))
    }

    /// The schema with objects for all properties: `true` is `{}`, which every revision allows.
    private static func plain(_ schema: JSON) -> JSON {
        switch schema {
        case .array(let elements): return .array(elements.map(plain))
        case .object(let members):
            return .object(
                JSONObject(
                    members.map { member in
                        guard member.key == "properties", let own = member.value.object else {
                            return (member.key, plain(member.value))
                        }
                        let properties = own.map {
                            ($0.key, $0.value == true ? [:] : plain($0.value))
                        }
                        return (member.key, .object(JSONObject(properties)))
                    }
                )
            )
        default: return schema
        }
    }

    func text(in revision: ProtocolRevision) -> JSONText {
        revision.isStateless ? texts.modern : texts.early
    }
}
