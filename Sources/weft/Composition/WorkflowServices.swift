import Agents
import Core
import Objects
import Observability
import Platform
import Store
import Workflows

/// What workflows need of the other rooms.
enum WorkflowServices {
    /// The agent that workflows of organisations can act as when they ask people and outside workers.
    static let runner = Agent(
        name: "workflows.runner",
        purpose: "Runs workflows that organisations deploy: asks people, and waits for answers.",
        tools: ["workflows.request-approval"],
        policy: NothingToDecide()
    )

    static func tools(_ kernel: Kernel) -> WorkflowTools {
        WorkflowTools(kernel: kernel, retention: retention(kernel.configuration))
    }

    private static func retention(_ configuration: Configuration) -> ExecutionRetention {
        ExecutionRetention(days: configuration.integer("workflows.days"))
    }

    static func engine(_ configuration: Configuration) -> EngineConfiguration {
        var engine = EngineConfiguration()
        engine.concurrency = configuration.integer("workflows.steps")
        engine.capacity = configuration.integer("workflows.memory")
        engine.lease = .seconds(configuration.number("workflows.lease"))
        return engine
    }

    /// Numbers of this process' own work.
    static func measure(_ engine: WorkflowEngine, in metrics: Metrics) {
        let held = metrics.gauge(
            "weft_workflow_in_hand",
            help: "Executions that this process has in memory."
        )
        let queued = metrics.gauge(
            "weft_workflow_queue_depth",
            help: "Steps that wait for a task of this process."
        )
        metrics.beforeRendering {
            let load = engine.load
            held.set(Double(load.inHand))
            queued.set(Double(load.queued))
        }
    }

    static func schedules(_ kernel: Kernel) throws -> ScheduleService {
        let logger = kernel.logger
        return ScheduleService(
            try kernel.workflows.schedules(),
            database: kernel.database,
            clock: kernel.clock,
            random: SystemRandom()
        ) { logger.error("schedules", ["error": .string(String(describing: $0))]) }
    }

    static func chores(_ kernel: Kernel) -> [Housekeeping.Chore] {
        let retention = retention(kernel.configuration)
        return [
            .init("runs") {
                try await retention.prune(kernel.database, at: kernel.clock.now())
            }
        ]
    }

    /// Distributed Maps read and write the organisation's objects; a bucket's name is not looked at.
    static func items(_ kernel: Kernel) -> WorkflowItems {
        WorkflowItems(
            read: { read, scope in
                let parameters = JSONReader(read.parameters)
                if read.format == .objectList {
                    let prefix = read.parameters["Prefix"]?.string ?? ""
                    let found = try await kernel.objects.list(
                        prefix: prefix,
                        after: nil,
                        limit: 10_000,
                        scope: scope
                    )
                    return try read.page(
                        of: .array(
                            found.map {
                                [
                                    "Key": .string($0.key), "Size": .int($0.size),
                                    "Etag": .optional($0.sha256), "LastModified": $0.at.json,
                                ]
                            }
                        )
                    )
                }
                let key = try ObjectKey(try parameters.member("Key").string(length: 1...1_000))
                return try read.page(
                    of: try await kernel.objects.read(key, version: nil, scope: scope).bytes
                )
            },
            write: { write, scope in
                let text: [UInt8] =
                    write.isLines
                    ? write.results.flatMap { $0.bytes() + [0x0A] }
                    : JSON.array(write.results).bytes()
                let name = "\(write.folder)/SUCCEEDED_\(write.part).json"
                try await keep(text, as: name, kernel, scope)
                if let manifest = write.manifest {
                    try await keep(
                        manifest.bytes(),
                        as: "\(write.folder)/manifest.json",
                        kernel,
                        scope
                    )
                }
            }
        )
    }

    private static func keep(
        _ bytes: [UInt8],
        as name: String,
        _ kernel: Kernel,
        _ scope: Scope
    ) async throws {
        let key = try ObjectKey(name)
        let staged = try await kernel.objects.stage(bytes)
        try await kernel.database.transaction { transaction in
            _ = try kernel.objects.record(
                staged,
                key: key,
                contentType: "application/json",
                scope: scope,
                in: transaction
            )
        }
    }
}

/// Workflows of organisations ask this agent nothing.
private struct NothingToDecide: RulePolicy {
    var name: String { "nothing-to-decide" }
    var version: Int { 1 }

    func decide(_ run: AgentRun) async throws -> Conclusion {
        throw GeneralFault(.conflict, code: "nothing-to-decide", "this agent decides nothing")
    }
}
