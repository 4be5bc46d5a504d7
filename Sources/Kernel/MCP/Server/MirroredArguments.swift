import Core

/// Arguments that header fields repeat (`x-mcp-header`, since 2026-07-28).
enum MirroredArguments {
    /// Those of a tool, each with the path to it.
    ///
    /// They stand in `properties` of `properties` alone; elsewhere the annotation is a mistake.
    static func find(
        in schema: JSON,
        of tool: String
    ) throws(GeneralFault) -> [(path: [String], header: String)] {
        var found: [(path: [String], header: String)] = []
        try collect(schema, [], &found, tool)
        return found
    }

    private static func collect(
        _ schema: JSON,
        _ path: [String],
        _ found: inout [(path: [String], header: String)],
        _ tool: String
    ) throws(GeneralFault) {
        guard path.count <= 16 else { return }
        for member in schema["properties"]?.object ?? JSONObject() {
            let place = path + [member.key]
            if let header = member.value["x-mcp-header"] {
                guard let name = header.string, !name.isEmpty, name.utf8.allSatisfy(isToken),
                    ["string", "integer", "boolean"].contains(member.value["type"]?.string),
                    !found.contains(where: { $0.header.lowercased() == name.lowercased() })
                else {
                    throw GeneralFault(
                        .internal,
                        code: "invalid-schema",
                        "\(tool): x-mcp-header of \(place.joined(separator: ".")) is not allowed"
                    )
                }
                found.append((place, name))
            }
            try collect(member.value, place, &found, tool)
        }
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    /// The text that a header field has for a value; nil for what no field repeats.
    static func text(of value: JSON?) -> String? {
        switch value {
        case .string(let text): text
        case .bool(let flag): flag ? "true" : "false"
        case .number(let number): number.int.map { String($0) }
        default: nil
        }
    }

    /// The argument at a path.
    static func value(at path: [String], in arguments: JSON?) -> JSON? {
        path.reduce(arguments) { $0?[$1] }
    }
}
