public import Core

/// How questions of servers to people are answered when nobody is there to ask.
public enum ElicitationPolicy: Sendable, Hashable {
    /// Every question is declined, and servers are told that they cannot ask.
    case decline
    /// Forms are answered with these values, else with the defaults in the form; what lacks a required
    /// field is declined.
    case answer(JSONObject)

    /// What the client says it can do.
    var capabilities: JSONObject {
        switch self {
        case .decline: [:]
        case .answer: ["elicitation": ["form": [:]]]
        }
    }

    /// The result for a question's parameters.
    func result(_ params: JSON) -> JSON {
        guard case .answer(let values) = self, params["mode"] == nil || params["mode"] == "form",
            let schema = params["requestedSchema"], let properties = schema["properties"]?.object,
            properties.count <= 100
        else { return ["action": "decline"] }
        var content = JSONObject()
        for property in properties {
            let candidates = [values[property.key], property.value["default"]].compactMap { $0 }
            content[property.key] = candidates.first { Self.fits($0, property.value) }
        }
        let required = (schema["required"]?.array ?? []).compactMap(\.string)
        guard required.allSatisfy({ content[$0] != nil }) else { return ["action": "decline"] }
        return ["action": "accept", "content": .object(content)]
    }

    /// Whether a value is of the kind that a form's field takes.
    private static func fits(_ value: JSON, _ field: JSON) -> Bool {
        func options(_ field: JSON) -> [JSON]? {
            if let list = field["enum"]?.array { return list }
            let titled = field["oneOf"]?.array ?? field["anyOf"]?.array
            return titled.map { $0.compactMap { $0["const"] } }
        }
        switch field["type"]?.string {
        case "string": return value.string != nil && (options(field)?.contains(value) ?? true)
        case "integer": return value.int != nil
        case "number": return value.double != nil
        case "boolean": return value.bool != nil
        case "array":
            guard let chosen = value.array else { return false }
            let allowed = field["items"].flatMap(options)
            return chosen.allSatisfy { allowed?.contains($0) ?? ($0.string != nil) }
        default: return false
        }
    }
}
