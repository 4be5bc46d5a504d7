public import Core

/// Where a rule of an organisation sends the events that it matches.
public enum RuleTarget: Sendable, Hashable {
    /// Starts a workflow with the event's data.
    case workflow(String)
    /// Asks an agent, with the event's data as its case.
    case agent(String)
    /// Posts the event to a webhook of the organisation.
    case webhook(String)
    /// Tells everybody with one of the roles.
    case notification(roles: [String], severity: String, subject: String, text: String)
    /// Appends the event anew under another type.
    case forward(type: String)

    /// The kinds, as `kind` names them.
    public static let kinds = ["workflow", "agent", "webhook", "notification", "forward"]

    /// What `kind` says.
    public var kind: String {
        switch self {
        case .workflow: "workflow"
        case .agent: "agent"
        case .webhook: "webhook"
        case .notification: "notification"
        case .forward: "forward"
        }
    }

    /// Reads a target.
    ///
    /// - Throws: a fault with the pointer to what is wrong.
    public init(_ reader: JSONReader) throws(GeneralFault) {
        let kind = try reader.member("kind")
        switch try kind.string() {
        case "workflow":
            try reader.onlyKeys(["kind", "workflow"])
            self = .workflow(try reader.member("workflow").string(length: 1...200))
        case "agent":
            try reader.onlyKeys(["kind", "agent"])
            self = .agent(try reader.member("agent").string(length: 1...200))
        case "webhook":
            try reader.onlyKeys(["kind", "webhook"])
            self = .webhook(try reader.member("webhook").string(length: 1...100))
        case "notification":
            try reader.onlyKeys(["kind", "roles", "severity", "subject", "text"])
            var roles: [String] = []
            for role in try reader.member("roles").array(count: 1...20) {
                roles.append(try role.string(length: 1...50))
            }
            let severity = try reader.optional("severity")
            let word = try severity?.string() ?? "info"
            guard ["info", "warning", "alarm"].contains(word) else {
                throw (severity ?? reader).fault("expected info, warning or alarm")
            }
            self = .notification(
                roles: roles,
                severity: word,
                subject: try reader.member("subject").string(length: 1...200),
                text: try reader.optional("text")?.string(length: 0...2_000) ?? ""
            )
        case "forward":
            try reader.onlyKeys(["kind", "type"])
            let type = try reader.member("type")
            let text = try type.string(length: 1...200)
            guard text.utf8.allSatisfy(EventRules.isWord) else {
                throw type.fault("a type has a-z, 0-9, dots and hyphens")
            }
            self = .forward(type: text)
        default:
            throw kind.fault("expected one of \(Self.kinds.joined(separator: ", "))")
        }
    }

    /// The target as it is written.
    public var json: JSON {
        switch self {
        case .workflow(let name): ["kind": "workflow", "workflow": .string(name)]
        case .agent(let name): ["kind": "agent", "agent": .string(name)]
        case .webhook(let id): ["kind": "webhook", "webhook": .string(id)]
        case .notification(let roles, let severity, let subject, let text):
            [
                "kind": "notification", "roles": .array(roles.map { .string($0) }),
                "severity": .string(severity), "subject": .string(subject), "text": .string(text),
            ]
        case .forward(let type): ["kind": "forward", "type": .string(type)]
        }
    }
}
