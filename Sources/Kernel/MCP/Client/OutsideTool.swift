public import Core

/// A tool as a server of others describes it: text by strangers, to be read with care.
public struct OutsideTool: Sendable, Hashable {
    /// The name at the server.
    public var name: String
    /// What people call it.
    public var title: String?
    /// What the server says it does, shortened and without invisible characters.
    public var description: String
    /// What it takes, as it came.
    public var inputSchema: JSON
    /// What its structured answers hold, as it came.
    public var outputSchema: JSON?
    /// What the server claims about its effects: hints that nothing may be built on.
    public var annotations: JSONObject
    /// Arguments that are sent as header fields, too.
    public var headers: [HeaderParameter]

    /// The longest description that is taken.
    public static let longestDescription = 8_192

    /// Reads a tool.
    ///
    /// - Parameters:
    ///   - json: what the server wrote.
    ///   - checksHeaders: whether a wrong `x-mcp-header` makes the tool invalid.
    /// - Throws: why it is no tool.
    init(_ json: JSON, checksHeaders: Bool) throws(HeaderParameter.Invalid) {
        guard let name = json["name"]?.string, (1...128).contains(name.utf8.count),
            name.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw HeaderParameter.Invalid(
                reason: "its name is not 1 to 128 visible ASCII characters"
            )
        }
        guard let schema = json["inputSchema"], schema.object != nil,
            schema["type"] == nil || schema["type"] == "object"
        else { throw HeaderParameter.Invalid(reason: "its inputSchema is not of an object") }
        guard schema.bytes().count <= 256 << 10 else {
            throw HeaderParameter.Invalid(reason: "its inputSchema is longer than 256 KiB")
        }
        self.name = name
        title = json["title"]?.string.map { OutsideText.line($0, 200) }
        description = OutsideText.paragraph(
            json["description"]?.string ?? "",
            Self.longestDescription
        )
        inputSchema = schema
        outputSchema = json["outputSchema"].flatMap { $0.object == nil ? nil : $0 }
        annotations = json["annotations"]?.object ?? JSONObject()
        headers = checksHeaders ? try HeaderParameter.all(of: schema) : []
    }

    /// What an administrator admits: whatever a model would read, and what it takes and answers.
    public var definition: JSON {
        [
            "name": .string(name), "title": .optional(title), "description": .string(description),
            "inputSchema": inputSchema, "outputSchema": outputSchema ?? .null,
            "annotations": .object(annotations),
        ]
    }
}

/// The tools of a server, and those left out with the reason.
public struct OutsideToolList: Sendable {
    /// The tools.
    public var tools: [OutsideTool]
    /// Names that are no valid tools, and why.
    public var rejected: [(name: String, reason: String)]
}
