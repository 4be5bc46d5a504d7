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
}

/// Workflows of organisations ask this agent nothing.
private struct NothingToDecide: RulePolicy {
    var name: String { "nothing-to-decide" }
    var version: Int { 1 }

    func decide(_ run: AgentRun) async throws -> Conclusion {
        throw GeneralFault(.conflict, code: "nothing-to-decide", "this agent decides nothing")
    }
}
