import Agents
import Channels
import Core
import Events
import HTTP
import Identity
import Observability
import Platform
import Store
import Synchronization

/// What observes the installation: traces, logs, metrics, alarms, and who may see them.
struct Observation {
    let tracer: Tracer
    let requests: RequestObserver
    let events: EventMetrics
    let tools: ObservationTools
    let services: [any Service]
    let reader: MetricReader
    let operators: InstallationOperator
    private let metrics: Metrics

    /// Composes the parts; they begin to work when their services run.
    ///
    /// - Parameters:
    ///   - kernel: the rooms.
    ///   - database: the store, for its own figures.
    ///   - parts: what solutions measure and show.
    ///   - logs: what the logger writes into; nil for commands that do not serve.
    ///   - random: for trace ids.
    /// - Throws: a fault of code `invalid-configuration`.
    init(
        _ kernel: Kernel,
        database: any Database,
        parts: [SolutionParts],
        logs: LogBuffer?,
        random: any RandomSource
    ) throws {
        let configuration = kernel.configuration
        let clock = kernel.clock
        metrics = kernel.metrics
        let report = Self.report(kernel.logger)
        var limits = SpanBuffer.Limits()
        limits.commandsPerSecond = configuration.integer("traces.rate")
        let spans = SpanBuffer(limits: limits, metrics: kernel.metrics)
        tracer = Tracer(
            clock: clock,
            random: random,
            sampling: TraceSampling(
                reads: configuration.number("traces.sample"),
                commands: configuration.number("traces.commands"),
                slow: .milliseconds(configuration.integer("traces.slow"))
            ),
            sinks: logs == nil ? [] : [spans]
        )
        requests = RequestObserver(tracer: tracer, metrics: kernel.metrics)
        events = EventMetrics(
            parts.flatMap(\.eventMetrics),
            in: kernel.metrics,
            clock: clock
        )
        let history = MetricHistory()
        let points = MetricStore()
        let reader = MetricReader(history: history, store: points, database: kernel.database)
        let operators = InstallationOperator(
            named: configuration.text("observability.operator"),
            accounts: kernel.accounts,
            clock: clock,
            random: random
        )
        self.reader = reader
        self.operators = operators
        let alarms = AlarmService(
            .init(
                database: kernel.database,
                metrics: reader,
                ids: kernel.ids,
                clock: clock,
                organisations: { try await operators.organisations() },
                announcer: AlarmEvents(
                    events: kernel.events,
                    operators: operators,
                    ids: kernel.ids
                ),
                report: report
            )
        )
        tools = ObservationTools(
            kernel: kernel,
            metrics: reader,
            alarms: alarms,
            operators: operators,
            dashboards: Dashboard.standard + IntentServices.dashboards
                + parts.flatMap(\.dashboards)
        )
        MachineMetrics.register(in: kernel.metrics, clock: clock)
        let connections = kernel.metrics.gauge(
            "weft_store_connections",
            help: "Open connections to the store."
        )
        kernel.metrics.beforeRendering { connections.set(Double(database.connections)) }
        var pace = MetricService.Configuration()
        pace.interval = .seconds(configuration.integer("metrics.interval"))
        pace.minutes = .seconds(configuration.integer("metrics.days") * 86_400)
        let gauges = Self.gauges + IntentServices.gauges + parts.flatMap(\.gauges)
        var services: [any Service] = [
            MetricService(
                metrics: kernel.metrics,
                history: history,
                store: points,
                database: kernel.database,
                collectors: gauges.map { $0.collector(in: kernel.metrics) },
                configuration: pace,
                clock: clock,
                afterSample: { await alarms.evaluate(through: $0) },
                report: report
            )
        ]
        if let logs {
            var retention = ObservationWriter.Retention()
            retention.traces = .seconds(configuration.integer("traces.days") * 86_400)
            retention.spans = configuration.integer("traces.spans")
            retention.logs = .seconds(configuration.integer("logs.days") * 86_400)
            retention.lines = configuration.integer("logs.lines")
            var exporters: [any ObservationExporter] = []
            if let endpoint = configuration.text("otlp.endpoint") {
                let exporter = OTLPExporter(
                    try OTLPExporter.Configuration(
                        endpoint: endpoint,
                        headers: configuration.text("otlp.headers")
                    ),
                    client: kernel.webClient,
                    metrics: kernel.metrics,
                    clock: clock,
                    random: random
                )
                exporters.append(exporter)
                services.insert(exporter, at: 0)
            }
            // First, so that it stops last and writes what the others left.
            services.insert(
                ObservationWriter(
                    database: kernel.database,
                    spans: spans,
                    logs: logs,
                    exporters: exporters,
                    retention: retention,
                    clock: clock,
                    metrics: kernel.metrics,
                    report: report
                ),
                at: 0
            )
        }
        self.services = services
    }

    /// Counts a server's connections.
    func watch(_ server: HTTPServer) {
        let open = metrics.gauge("weft_http_connections", help: "Open client connections.")
        metrics.beforeRendering { open.set(Double(server.connectionCount)) }
    }

    /// Measures the store's commits.
    static func measureCommits(in metrics: Metrics) -> @Sendable (Int, Duration) -> Void {
        let duration = metrics.histogram(
            "weft_store_commit_seconds",
            help: "How long a group of transactions took, its sync included."
        ).with([])
        let jobs = metrics.counter(
            "weft_store_transactions_total",
            help: "Transactions that were committed."
        ).with([])
        return { count, time in
            duration.record(time)
            jobs.add(Double(count))
        }
    }

    /// Logs a failure, but not the same one every second: the log is among what may have failed.
    private static func report(_ logger: Logger) -> @Sendable (any Error) -> Void {
        let last = LastFailure()
        return { error in
            let text = String(describing: error)
            guard last.isNew(text) else { return }
            logger.error("observing", ["error": .string(text)])
        }
    }

    /// What the rooms' tables tell.
    private static let gauges = [
        StoreGauge(
            "weft_dead_letters",
            help: "Events that a rule's target would not take, and nobody redrove.",
            labels: ["organisation"],
            sql: """
                SELECT organisation, count(*) FROM dead_letter WHERE redriven_at IS NULL
                GROUP BY organisation
                """
        ),
        StoreGauge(
            "weft_queue_depth",
            help:
                "Entries that wait: events to be dispatched or replayed, dead letters, messages, webhooks.",
            labels: ["queue"],
            sql: """
                SELECT 'dispatcher', coalesce((SELECT max(seq) FROM event), 0)
                    - coalesce((SELECT seq FROM event_cursor WHERE name = 'dispatcher'), 0)
                UNION ALL SELECT 'replays', count(*) FROM event_replay WHERE status = 'running'
                UNION ALL SELECT 'dead-letters', count(*) FROM dead_letter WHERE redriven_at IS NULL
                UNION ALL SELECT 'outbox', count(*) FROM channels_outbox WHERE status = 'pending'
                UNION ALL SELECT 'webhooks', count(*) FROM channels_webhook_delivery
                    WHERE status = 'pending'
                """
        ),
        StoreGauge(
            "weft_queue_oldest_seconds",
            help: "How long the oldest entry of a queue has waited.",
            labels: ["queue"],
            sql: """
                SELECT 'dispatcher', coalesce((CAST(? AS BIGINT) - min(time)) / 1000000, 0) FROM event
                    WHERE seq > coalesce(
                        (SELECT seq FROM event_cursor WHERE name = 'dispatcher'), 0)
                UNION ALL SELECT 'replays',
                    coalesce((CAST(? AS BIGINT) - min(created_at)) / 1000000, 0)
                    FROM event_replay WHERE status = 'running'
                UNION ALL SELECT 'dead-letters',
                    coalesce((CAST(? AS BIGINT) - min(at)) / 1000000, 0)
                    FROM dead_letter WHERE redriven_at IS NULL
                UNION ALL SELECT 'outbox',
                    coalesce((CAST(? AS BIGINT) - min(created_at)) / 1000000, 0)
                    FROM channels_outbox WHERE status = 'pending'
                UNION ALL SELECT 'webhooks',
                    coalesce((CAST(? AS BIGINT) - min(created_at)) / 1000000, 0)
                    FROM channels_webhook_delivery WHERE status = 'pending'
                """
        ),
        StoreGauge(
            "weft_dispatcher_lag_events",
            help: "Events that the dispatcher has not passed yet.",
            labels: [],
            sql: """
                SELECT coalesce((SELECT max(seq) FROM event), 0)
                    - coalesce((SELECT seq FROM event_cursor WHERE name = 'dispatcher'), 0)
                """
        ),
        StoreGauge(
            "weft_executions_running",
            help: "Executions that have not ended.",
            labels: ["organisation"],
            sql: """
                SELECT e.organisation, count(*) FROM execution_live l
                JOIN execution e ON e.id = l.execution GROUP BY e.organisation
                """
        ),
        StoreGauge(
            "weft_executions_waiting",
            help: "Executions that are due and that no worker has taken up.",
            labels: ["organisation"],
            sql: """
                SELECT e.organisation, count(*) FROM execution_live l
                JOIN execution e ON e.id = l.execution
                WHERE l.owner = '' AND l.due_at <= ? GROUP BY e.organisation
                """
        ),
        StoreGauge(
            "weft_executions_waiting_oldest_seconds",
            help: "How long the oldest of them has been due.",
            labels: ["organisation"],
            sql: """
                SELECT e.organisation, max((CAST(? AS BIGINT) - l.due_at) / 1000000.0) FROM execution_live l
                JOIN execution e ON e.id = l.execution
                WHERE l.owner = '' AND l.due_at <= ? AND l.due_at > 0 GROUP BY e.organisation
                """
        ),
        StoreGauge(
            "weft_workflow_leases",
            help: "Executions that a worker has in hand.",
            labels: ["worker"],
            sql: """
                SELECT owner, count(*) FROM execution_live WHERE owner <> '' GROUP BY owner
                """
        ),
        StoreGauge(
            "weft_activity_tasks_waiting",
            help: "Tasks of an activity that no worker outside has taken.",
            labels: ["organisation", "activity"],
            sql: """
                SELECT organisation, activity, count(*) FROM workflow_token WHERE taken = 0
                GROUP BY organisation, activity
                """
        ),
        StoreGauge(
            "weft_activity_tasks_oldest_seconds",
            help: "How long the oldest of them has waited.",
            labels: ["organisation", "activity"],
            sql: """
                SELECT organisation, activity, max((CAST(? AS BIGINT) - since) / 1000000.0) FROM workflow_token
                WHERE taken = 0 GROUP BY organisation, activity
                """
        ),
        StoreGauge(
            "weft_schedules_overdue",
            help: "Schedules whose moment has passed and that have not fired.",
            labels: ["organisation"],
            sql: """
                SELECT organisation, count(*) FROM workflow_schedule WHERE fires_at <= ?
                GROUP BY organisation
                """
        ),
        StoreGauge(
            "weft_outbox_pending",
            help: "Messages that wait for their delivery.",
            labels: ["channel"],
            sql: """
                SELECT channel, count(*) FROM channels_outbox WHERE status = 'pending'
                GROUP BY channel
                """
        ),
        StoreGauge(
            "weft_outbox_oldest_seconds",
            help: "How long the oldest message that still waits was due by the last collection.",
            labels: [],
            sql: """
                SELECT coalesce((? - min(created_at)) / 1000000, 0)
                FROM channels_outbox WHERE status = 'pending'
                """
        ),
    ]
}

/// Remembers the latest failure.
private final class LastFailure: Sendable {
    private let text = Mutex("")

    func isNew(_ failure: String) -> Bool {
        text.withLock { last in
            defer { last = failure }
            return last != failure
        }
    }
}
