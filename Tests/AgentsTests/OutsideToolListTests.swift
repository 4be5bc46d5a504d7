import Agents
import Core
import Models
import Store
import Synchronization
import Testing

/// The tools of others that a run's model is told of.
@Suite struct OutsideToolListTests {
    private typealias Script = ScriptedModels

    /// What administrators gave the clerk.
    private final class Shelf: OutsideTools {
        private let tools = Mutex<[Tool]>([])

        func put(_ names: String...) throws {
            let made = try names.map { name in
                try Tool(
                    name: name,
                    purpose: "Sends a letter.",
                    input: ["type": "object", "properties": ["to": ["type": "string"]]],
                    body: .external { _, _ in ["sent": true] }
                )
            }
            tools.withLock { $0 = made }
        }

        func tool(_ name: String, organisation: ID<Organisation>) -> Tool? {
            tools.withLock { $0.first { $0.name == name } }
        }

        func tools(of organisation: ID<Organisation>) -> [Tool] { tools.withLock { $0 } }

        func isGranted(_ name: String, to agent: String, organisation: ID<Organisation>) -> Bool {
            agent == "clerk"
        }
    }

    private func outcome(_ world: LoopWorld) async throws -> String {
        let id = try #require(
            try await world.database.query("SELECT id FROM decision", []) {
                try $0.id(0, Decision.self)
            }.first
        )
        let found = try await DecisionReplayer(world.office(nil))
            .replay(id, scope: world.invocation.scope)
        switch try #require(found) {
        case .same: return "same"
        case .different(let differences): return differences.map(\.pointer).joined(separator: " ")
        case .notReplayable(let code, _): return code
        }
    }

    @Test("What is granted in the middle of a run changes neither the run nor its replay")
    func granted() async throws {
        let shelf = Shelf()
        let world = try await LoopWorld(outside: shelf)
        try await world.set { _ in }
        let first = Script(
            [
                Script.calls(("desk_write", ["n": 5])),
                .failure(ModelFault(.cancelled, "the power is gone")),
            ],
            clock: world.clock
        )
        await #expect(throws: CancellationError.self) { try await world.run(first) }
        try shelf.put("mcp.post.send")
        let second = Script([Script.concludes()], clock: world.clock)
        try await world.run(second)
        #expect(second.requests.first?.json == first.requests.last?.json)
        #expect(try await outcome(world) == "same")
    }

    @Test("What is suspended can be called no more, and what was decided with it is replayed")
    func suspended() async throws {
        let shelf = Shelf()
        try shelf.put("mcp.post.send", "mcp.post.stamp")
        let world = try await LoopWorld(outside: shelf)
        try await world.set { _ in }
        let models = Script(
            [
                Script.calls(("mcp_post_send", ["to": "Ana"])),
                .failure(ModelFault(.cancelled, "the power is gone")),
            ],
            clock: world.clock
        )
        await #expect(throws: CancellationError.self) { try await world.run(models) }
        try shelf.put("mcp.post.stamp")
        let second = Script(
            [Script.calls(("mcp_post_send", ["to": "Ben"])), Script.concludes()],
            clock: world.clock
        )
        try await world.run(second)
        #expect(second.requests.first?.json == models.requests.last?.json)
        guard case .result(let result)? = second.requests.last?.messages.last?.parts.first else {
            Issue.record("the model was told nothing")
            return
        }
        #expect(result.content["error"]?["code"] == "unknown-tool")
        try shelf.put()
        #expect(try await outcome(world) == "same")
    }
}
