import Agents
import Core
import MCP
import Testing

@testable import Platform

@Suite struct ServedToolsTests {
    private struct Nothing: RulePolicy {
        var name: String { "nothing" }
        var version: Int { 1 }
        func decide(_ run: AgentRun) async throws -> Conclusion {
            throw GeneralFault(.invalid, code: "nothing", "nothing is decided here")
        }
    }

    private func tool(_ name: String, _ roles: Set<Role>, input: JSON = ["type": "object"]) throws
        -> Tool
    {
        try Tool(
            name: name,
            purpose: "Does something.",
            input: input,
            roles: roles,
            body: .external { _, _ in [:] }
        )
    }

    private func tools() throws -> ServedTools {
        let password: JSON = ["type": "object", "properties": ["password": ["type": "string"]]]
        return try ServedTools(
            ToolRegistry(
                tools: [
                    try tool("a.read", ["viewer", "admin"]), try tool("a.write", ["admin"]),
                    try tool("a.agents-only", []), try tool("a.secret", ["admin"], input: password),
                ],
                agents: [
                    Agent(
                        name: "a.agent",
                        purpose: "Works.",
                        tools: ["a.agents-only", "a.read"],
                        policy: Nothing()
                    )
                ]
            )
        )
    }

    private func scope(_ name: String, _ roles: Set<Role>) -> Scope {
        let ids = IDGenerator(clock: SystemClock(), random: SystemRandom())
        return Scope(
            organisation: ids.next(),
            actor: Actor(id: ids.next(), kind: .service, name: name),
            roles: roles,
            trace: TraceContext(random: SystemRandom())
        )
    }

    @Test(
        "Each caller sees what its roles allow, an agent exactly its tools, and nobody secrets",
        arguments: [
            ("somebody", ["viewer"], ["a.read"]),
            ("somebody", ["admin"], ["a.read", "a.write"]),
            ("somebody", [], []),
            ("a.agent", ["ai-agent"], ["a.agents-only", "a.read"]),
            ("a.agent", ["ai-agent", "admin"], ["a.agents-only", "a.read"]),
            ("unknown", ["ai-agent", "admin"], []),
        ] as [(String, [String], [String])]
    )
    func visible(_ name: String, _ roles: [String], _ expected: [String]) throws {
        let scope = scope(name, Set(roles.map { Role(rawValue: $0) }))
        let tools = try tools()
        #expect(tools.all(for: scope).map(\.name) == expected)
        for name in ["a.read", "a.write", "a.agents-only", "a.secret"] {
            #expect((tools.find(name, for: scope) != nil) == expected.contains(name))
        }
    }
}
