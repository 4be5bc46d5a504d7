import Agents
import Core
import Events
import Store

/// The tools and agents of the test's workflows.
struct CrashTools: Sendable {
    let workflows: [CrashWorkflow]
    let log: EventLog
    let ids: IDGenerator
    let world: OutsideWorld
    let clock: ManualClock
    let random: any RandomSource
    /// Whether the machine has died: what its tasks still do reaches nobody.
    let isDead: @Sendable () -> Bool

    func registry() throws -> ToolRegistry {
        var tools = try [take(), keep(), tell(), dawdle(), look()]
        for workflow in workflows {
            for index in workflow.states.indices { tools.append(try mock(index, of: workflow)) }
        }
        return try ToolRegistry(
            tools: tools,
            agents: [
                Agent(
                    name: "crash.runner",
                    purpose: "Runs the test's workflows.",
                    tools: Set(tools.map(\.name)),
                    colleagues: ["crash.judge"],
                    policy: Judge()
                ),
                Agent(
                    name: "crash.judge",
                    purpose: "Looks at the ledger and writes a line.",
                    tools: ["crash.look", "crash.take"],
                    policy: Judge()
                ),
            ]
        )
    }

    /// Writes a line, adds to the total and appends an event, in one transaction.
    private func add(_ invocation: Invocation, call: String?, in transaction: any Transaction)
        throws
    {
        try CrashLedger.add(invocation.key, call: call, in: transaction)
        let event = Event(
            id: ids.next(),
            source: "crash-test",
            type: "line.written",
            subject: "line:\(invocation.key)",
            time: invocation.now,
            data: ["key": .string(invocation.key)],
            scope: invocation.scope
        )
        try log.append(event, in: transaction)
    }

    private func take() throws -> Tool {
        try Tool(
            name: "crash.take",
            purpose: "Writes a line.",
            input: ["type": "object"],
            body: .write { _, invocation in
                { transaction in
                    try add(invocation, call: nil, in: transaction)
                    return ["key": .string(invocation.key)]
                }
            }
        )
    }

    private func keep() throws -> Tool {
        try Tool(
            name: "crash.keep",
            purpose: "Writes a line that holds the outside's answer.",
            input: ["type": "object"],
            body: .write { input, invocation in
                let call = try input.member("answer").member("key").string()
                return { transaction in
                    try add(invocation, call: call, in: transaction)
                    return ["key": .string(invocation.key)]
                }
            }
        )
    }

    private func tell() throws -> Tool {
        try Tool(
            name: "crash.tell",
            purpose: "Calls the outside, which is slow, and deaf at times.",
            input: ["type": "object"],
            body: .external { input, invocation in
                try await clock.sleep(for: .milliseconds(Int64(random.next() % 4_000)))
                let isHopeless = try input.member("hopeless").bool()
                let luck = random.next() % 8
                if luck != 0 { try reach(invocation.key) }
                // Lost on the way there, or on the way back.
                if isHopeless || luck <= 1 {
                    throw GeneralFault(
                        .unavailable,
                        code: "outside-unreachable",
                        "the outside did not answer"
                    )
                }
                return ["key": .string(invocation.key)]
            }
        )
    }

    private func reach(_ key: String) throws {
        if isDead() { throw CancellationError() }
        world.took(key)
    }

    private func dawdle() throws -> Tool {
        try Tool(
            name: "crash.dawdle",
            purpose: "Takes its time: half of the calls longer than their step may.",
            input: ["type": "object"],
            body: .external { _, invocation in
                try await clock.sleep(for: .seconds(Int64(random.next() % 20)))
                try reach(invocation.key)
                return ["key": .string(invocation.key)]
            }
        )
    }

    /// A task of a user's own workflow.
    private func mock(_ index: Int, of workflow: CrashWorkflow) throws -> Tool {
        let state = workflow.states[index]
        let answers = workflow.mocks[state] ?? []
        return try Tool(
            name: CrashWorkflow.tool(index),
            purpose: "Stands for the tasks of \(state).",
            input: true,
            body: .external { input, invocation in
                try await clock.sleep(for: .milliseconds(Int64(random.next() % 4_000)))
                let place = world.place(of: invocation.key, in: state)
                try reach(invocation.key)
                guard !answers.isEmpty else { return input.value }
                let answer = answers[min(place, answers.count - 1)]
                if let fault = answer["throw"] {
                    throw GeneralFault(
                        .unavailable,
                        code: fault["error"]?.string ?? "Error",
                        fault["cause"]?.string ?? ""
                    )
                }
                return answer["return"] ?? .null
            }
        )
    }

    private func look() throws -> Tool {
        try Tool(
            name: "crash.look",
            purpose: "Counts the lines.",
            input: ["type": "object"],
            body: .read { _, _, reader in
                let count = try reader.first("SELECT count(*) FROM crash_line") { try $0.int(0) }
                return ["lines": .int(count ?? 0)]
            }
        )
    }
}

/// Looks, writes a line, and agrees.
private struct Judge: RulePolicy {
    var name: String { "crash-judge" }
    var version: Int { 1 }

    func decide(_ run: AgentRun) async throws -> Conclusion {
        _ = try await run.call("crash.look", [:])
        _ = try await run.call("crash.take", [:])
        return Conclusion(
            subject: "work",
            options: [Option("agree", score: 1, reasons: ["always"])],
            choice: "agree",
            rationale: "It always agrees.",
            confidence: 1,
            output: ["agreed": true]
        )
    }
}
