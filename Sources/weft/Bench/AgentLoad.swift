import Agents
import Core
import Identity
import Models
import Store

/// Runs of an agent that a model decides, over a real store in this process; the model answers at once.
struct AgentLoad: Sendable {
    private static let organisation: ID<Organisation> = ID(high: 1, low: 1)
    private static let actor = Actor(id: ID(high: 2, low: 2), kind: .service, name: "bench.clerk")

    private let office: AgentRunner.Office
    private let ids: IDGenerator
    private let clock = SystemClock()

    /// Runs of `turns` turns each, over the store in a file.
    init(path: String, turns: Int) async throws {
        let database = try SQLiteDatabase(path: path)
        try await database.migrate(AgentJournal.migrations)
        ids = IDGenerator(clock: clock, random: SystemRandom())
        let registry = try ToolRegistry(
            tools: [
                Tool(
                    name: "bench.look",
                    purpose: "Looks at a thing.",
                    input: Shape.record(nil, [("n", Shape.count)]),
                    output: Shape.record(nil, [("n", Shape.count), ("state", Shape.text)]),
                    body: .compute { input, _ in
                        ["n": input.value["n"] ?? .null, "state": "as it should be"]
                    }
                )
            ],
            agents: [
                Agent(
                    name: "bench.clerk",
                    purpose: "Looks at things, and says that all is well.",
                    tools: ["bench.look"],
                    policy: Never(),
                    output: try Schema(Shape.record(nil, [("fine", Shape.flag)]))
                )
            ]
        )
        office = AgentRunner.Office(
            registry: registry,
            database: database,
            journal: AgentJournal(database: database),
            clock: clock,
            models: Obliging(turns: turns)
        )
        var settings = AgentSettings()
        settings.mode = .model
        settings.models = ["obliging"]
        settings.limits.turns = turns
        let kept = settings
        try await database.transaction {
            _ = try kept.keep(for: "bench.clerk", organisation: Self.organisation, in: $0)
        }
    }

    func close() { office.database.close() }

    /// One run to its decision.
    func run() async throws {
        let prepared = try await AgentRunner(office).prepare(
            "bench.clerk",
            input: ["thing": 1],
            invocation: Invocation(
                scope: scope,
                now: clock.now(),
                key: ids.next(AgentLoad.self).description,
                ids: ids
            )
        )
        switch prepared {
        case .done: break
        case .commit(let commit): _ = try await office.database.transaction(commit)
        }
    }

    private var scope: Scope {
        Scope(
            organisation: Self.organisation,
            actor: Self.actor,
            roles: [.aiAgent],
            trace: TraceContext(random: SystemRandom())
        )
    }

    /// How many of the newest decisions come to the same again.
    func replayed(_ limit: Int) async throws -> (all: Int, same: Int) {
        let scope = scope
        let newest = try await office.database.read { [journal = office.journal] reader in
            try journal.newest(limit, scope: scope, in: reader)
        }
        let replayer = DecisionReplayer(office)
        var same = 0
        for id in newest {
            if case .same? = try await replayer.replay(id, scope: scope) { same += 1 }
        }
        return (newest.count, same)
    }

    /// The model that decides; the rules are never asked.
    private struct Never: RulePolicy {
        var name: String { "never" }
        var version: Int { 1 }

        func decide(_ run: AgentRun) async throws -> Conclusion {
            throw GeneralFault(.internal, code: "not-measured", "the rules were asked")
        }
    }

    /// Looks in every turn but the last, in which it concludes.
    private struct Obliging: ModelGateway {
        let turns: Int

        func reply(
            to request: ModelRequest,
            from models: [String],
            caller: ModelCaller,
            hear: @escaping @Sendable (ModelPiece) -> Void
        ) async throws(ModelFault) -> (reply: ModelReply, charge: ModelCharge) {
            let turn = request.messages.count { $0.role == .assistant }
            let call =
                turn + 1 < turns
                ? ModelToolCall(id: "call-\(turn)", name: "bench_look", input: ["n": .int(turn)])
                : ModelToolCall(id: "call-\(turn)", name: "conclude", input: Self.conclusion)
            let usage = ModelUsage(input: 100, output: 20)
            return (
                ModelReply(parts: [.call(call)], stop: .toolCalls, usage: usage, model: "obliging"),
                ModelCharge(
                    organisation: caller.scope.organisation,
                    agent: caller.agent,
                    run: caller.run,
                    model: "obliging",
                    usage: usage,
                    costMicros: 0,
                    at: Timestamp(microseconds: 0),
                    latency: .zero,
                    attempts: 1
                )
            )
        }

        func record(_ charge: ModelCharge, in transaction: any Transaction) throws {}

        private static let conclusion: JSON = [
            "subject": "thing:1",
            "options": [["label": "leave it", "score": 1, "reasons": ["all is well"]]],
            "choice": "leave it", "rationale": "all is as it should be", "confidence": 1,
            "output": ["fine": true],
        ]
    }
}
