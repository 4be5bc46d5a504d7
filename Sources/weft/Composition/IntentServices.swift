import Agents
import Core
import Identity
import Intents
import Live
import Observability
import Platform
import Series
import Store

/// The intent fabric, composed: what can be measured, who holds intents against reality.
enum IntentServices {
    /// Lets decisions act for intents, in the transaction that records them.
    static let recorded: AgentJournal.Recorded = { decision, organisation, latency, transaction in
        try IntentActs.record(
            decision,
            organisation,
            latencyMicros: latency,
            in: transaction
        )
    }

    /// What of the kernel's own records can be measured.
    private static let records = [
        RecordSource(
            "weft.decisions",
            help: "Decisions of agents, by when they were made.",
            tables: "decision",
            time: "at",
            fields: [
                .init("agent", .text, sql: "agent", help: "Who decided."),
                .init(
                    "latency_ms",
                    .number,
                    sql: "latency_micros / 1000.0",
                    help: "How long it took, in milliseconds."
                ),
            ]
        ),
        RecordSource(
            "weft.executions",
            help: "Runs of workflows that have ended, by when they ended.",
            tables: "execution",
            time: "ended_at",
            base: "ended_at IS NOT NULL",
            fields: [
                .init("workflow", .text, sql: "workflow", help: "Of which workflow."),
                .init(
                    "status",
                    .text,
                    sql: "status",
                    values: ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"],
                    help: "How it ended."
                ),
                .init(
                    "seconds",
                    .number,
                    sql: "(ended_at - started_at) / 1000000.0",
                    help: "How long it ran, in seconds."
                ),
            ]
        ),
    ]

    /// Numbers of intents for dashboards and alarms.
    static let gauges = [
        StoreGauge(
            "weft_intents",
            help: "Intents by status.",
            labels: ["organisation", "status"],
            sql: "SELECT organisation, status, count(*) FROM intent GROUP BY organisation, status"
        ),
        StoreGauge(
            "weft_intents_drifting",
            help: "Open intents that drift.",
            labels: ["organisation"],
            sql: """
                SELECT organisation, CAST(coalesce(sum(CASE WHEN drift_at IS NOT NULL
                    AND status = 'open' THEN 1 ELSE 0 END), 0) AS BIGINT)
                FROM intent_insights GROUP BY organisation
                """
        ),
    ]

    /// What executives see of intents.
    static let dashboards = [
        Dashboard(
            .executive,
            [
                DashboardWidget(
                    "intents-drifting",
                    "Intents that drift",
                    .line,
                    help: "How many open intents do not hold.",
                    [.init("drifting", "weft_intents_drifting", .maximum)]
                )
            ]
        )
    ]

    /// The fabric over the kernel's rooms and what solutions bring.
    static func fabric(
        _ kernel: Kernel,
        _ observation: Observation,
        _ parts: [SolutionParts],
        agents: [Agent]
    ) -> IntentFabric {
        let operators = observation.operators
        let measurer = Measurer(
            database: kernel.database,
            metrics: observation.reader,
            series: kernel.series.limits,
            records: records + parts.flatMap(\.records)
        ) { organisation in
            Viewer(
                organisation,
                operates: try await operators.organisations().operator == organisation
            )
        }
        let presets = parts.flatMap(\.intents)
        return IntentFabric(
            measurer: measurer,
            presets: presets,
            remediations: parts.flatMap(\.remediations),
            suggestions: IntentSuggestions(
                database: kernel.database,
                measurer: measurer,
                metrics: observation.reader,
                presets: presets,
                ids: kernel.ids
            ),
            agents: agents.map(\.name)
        )
    }

    /// The Conscience; from here on tools wake it, and people's answers reach it.
    static func conscience(
        _ kernel: Kernel,
        _ fabric: IntentFabric,
        _ effects: IntentEffects,
        runner: AgentRunner
    ) -> Conscience {
        let logger = kernel.logger
        let conscience = Conscience(
            .init(
                database: kernel.database,
                measurer: fabric.measurer,
                runner: runner,
                remediations: fabric.remediations,
                effects: effects,
                clock: kernel.clock,
                ids: kernel.ids,
                interval: .seconds(kernel.configuration.integer("metrics.interval")),
                metrics: kernel.metrics,
                changed: { [live = kernel.live] intent, organisation in
                    live.changed("intents", organisation: organisation)
                    live.changed("intents/\(intent)", organisation: organisation)
                },
                report: {
                    logger.error("conscience", ["error": .string(String(describing: $0))])
                }
            )
        )
        fabric.bind(conscience)
        kernel.approvals.onAnswer(of: .remediation) { approval, transaction in
            try IntentEffects.answer(approval, fabric: fabric, in: transaction)
        }
        return conscience
    }

    /// How long evaluations are kept; what intents came to is kept for good.
    private static let kept = 90 * 86_400

    static func chores(_ kernel: Kernel) -> [Housekeeping.Chore] {
        [
            .init("intents") {
                let now = kernel.clock.now()
                try await kernel.database.transaction { transaction in
                    try IntentActs.forget(
                        evaluationsBefore: now + .seconds(-kept),
                        at: now,
                        in: transaction
                    )
                }
            }
        ]
    }

    /// What looks for suggestions every quarter of an hour, and proposes defaults to organisations of before.
    static func suggesting(_ installation: Installation) -> any Service {
        let kernel = installation.kernel
        let fabric = installation.intents
        let accounts = installation.identity.accounts
        let logger = kernel.logger
        let system = Scope.installation(trace: TraceContext(random: SystemRandom()))
        return Housekeeping(
            [
                .init("intent suggestions") {
                    for organisation in try await accounts.organisations(scope: system)
                    where organisation.id != .system {
                        let scope = try system.entering(organisation.id)
                        try await fabric.suggestions.refresh(scope: scope, at: kernel.clock.now())
                        let people = try await accounts.list(scope: scope)
                        guard
                            let admin = people.first(where: {
                                $0.kind == .person && $0.roles.contains(.admin)
                            })
                        else { continue }
                        var owner = scope
                        owner.actor = admin.actor
                        try await kernel.database.transaction { [owner] transaction in
                            try fabric.propose(on: kernel, scope: owner, in: transaction)
                        }
                    }
                }
            ],
            every: .seconds(900),
            clock: kernel.clock
        ) { name, error in
            logger.error(name, ["error": .string(String(describing: error))])
        }
    }
}
