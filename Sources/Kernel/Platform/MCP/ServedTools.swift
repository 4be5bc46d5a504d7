import Agents
import Core
import Identity
import MCP

/// The registry's tools as AI clients see them; each caller sees what it may call.
struct ServedTools: Sendable {
    private struct Entry: Sendable {
        var tool: Tool
        var served: ServedTool
    }

    private let byName: [String: Entry]
    private let sorted: [Entry]
    private let agents: [String: Agent]

    init(_ registry: ToolRegistry) throws(GeneralFault) {
        var sorted: [Entry] = []
        for tool in registry.tools.values.sorted(by: { $0.name < $1.name })
        where !Self.handlesSecrets(tool) && !Self.persons.contains(tool.name) {
            sorted.append(Entry(tool: tool, served: try Self.served(tool)))
        }
        self.sorted = sorted
        byName = Dictionary(uniqueKeysWithValues: sorted.map { ($0.tool.name, $0) })
        agents = registry.agents
    }

    /// Those that a caller may call, by name.
    func all(for scope: Scope) -> [ServedTool] {
        sorted.filter { mayCall($0.tool, scope) }.map(\.served)
    }

    /// A tool that the caller may call.
    func find(_ name: String, for scope: Scope) -> (tool: Tool, served: ServedTool)? {
        guard let entry = byName[name], mayCall(entry.tool, scope) else { return nil }
        return (entry.tool, entry.served)
    }

    /// Whether a command takes or answers something that no model may read.
    ///
    /// Queries show secrets masked at most.
    private static func handlesSecrets(_ tool: Tool) -> Bool {
        tool.effect != .read && (names(secret: tool.input.json) || names(secret: tool.output.json))
    }

    private static let secrets: Set<String> = [
        "apiKey", "authToken", "credentials", "environment", "password", "recoveryCodes", "secret",
        "secretAccessKey", "sessionToken", "token",
    ]

    /// What only a person may do: a model must not agree to what a model asks for.
    private static let persons: Set<String> = [
        "approvals.decide-approval", "workflows.decide-approval",
    ]

    private static func names(secret schema: JSON) -> Bool {
        switch schema {
        case .array(let elements): elements.contains { names(secret: $0) }
        case .object(let members):
            members.contains { member in
                (member.key == "properties"
                    && !secrets.isDisjoint(with: member.value.object?.keys ?? []))
                    || names(secret: member.value)
            }
        default: false
        }
    }

    /// What the registry will say, too.
    private func mayCall(_ tool: Tool, _ scope: Scope) -> Bool {
        if scope.roles.contains(.aiAgent) {
            return agents[scope.actor.name]?.tools.contains(tool.name) ?? false
        }
        return !scope.roles.isDisjoint(with: tool.roles)
    }

    private static func served(_ tool: Tool) throws(GeneralFault) -> ServedTool {
        try ServedTool(
            name: tool.name,
            title: title(of: tool.name),
            purpose: tool.purpose,
            input: SchemaDefinitions.gathered(object(tool.input.json)),
            output: tool.output.json.object.map { SchemaDefinitions.gathered(.object($0)) },
            hints: hints(tool),
            speaks: tool.effect != .read
        )
    }

    /// The protocol wants `type` at the root of what a tool takes.
    private static func object(_ schema: JSON) -> JSON {
        guard schema["type"] != "object" else { return schema }
        return ["type": "object", "allOf": [schema]]
    }

    /// `logistics.book-vehicle` is "Book vehicle".
    private static func title(of name: String) -> String {
        let words = (name.split(separator: ".").last ?? "").replacing("-", with: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    /// Verbs of commands that only add something.
    private static let adding: Set<Substring> = [
        "add", "begin", "bulk", "create", "export", "import", "place", "preview", "record",
        "report", "request", "send", "start", "take", "test", "write",
    ]

    /// Verbs of commands that change nothing more when they are repeated.
    private static let settling: Set<Substring> = [
        "acknowledge", "block", "cancel", "change", "delete", "disable", "discard", "end", "erase",
        "mark", "remove", "reset", "retire", "revoke", "save", "set", "shelve", "unblock", "update",
    ]

    private static func hints(_ tool: Tool) -> ServedTool.Hints {
        let verb = (tool.name.split(separator: ".").last ?? "").prefix { $0 != "-" }
        let isReadOnly = tool.effect == .read || tool.effect == .compute
        return ServedTool.Hints(
            isReadOnly: isReadOnly,
            isDestructive: !isReadOnly && !adding.contains(verb),
            isIdempotent: isReadOnly || settling.contains(verb),
            isOpenWorld: tool.effect == .external
        )
    }
}
