import Observability

extension Dashboard {
    /// What every installation shows; solutions add to it.
    public static let standard: [Dashboard] = [
        Dashboard(.executive, executive), Dashboard(.operations, operations),
        Dashboard(.developer, developer),
    ]

    private static let executive = [
        DashboardWidget(
            "decisions",
            "Decisions by agents",
            .line,
            unit: "/s",
            help: "How many decisions agents came to in a second.",
            [.init("decisions", "weft_agent_run_seconds", .rate, labels: ["outcome": "decided"])]
        ),
        DashboardWidget(
            "agent-errors",
            "Agent error rate",
            .number,
            unit: "%",
            help: "Share of agent runs that came to no conclusion.",
            [.init("errors", "weft_agent_run_seconds", .ratio, labels: ["outcome": "failed"])]
        ),
        DashboardWidget(
            "processed",
            "Runs that ended",
            .line,
            unit: "/s",
            help: "Workflow runs that ended well, and those that failed.",
            [
                .init(
                    "succeeded",
                    "weft_events_total",
                    .rate,
                    labels: ["type": "execution.succeeded"]
                ),
                .init("failed", "weft_events_total", .rate, labels: ["type": "execution.failed"]),
            ]
        ),
    ]

    private static let operations = [
        DashboardWidget(
            "requests",
            "Requests",
            .line,
            unit: "/s",
            help: "Requests answered in a second.",
            [.init("requests", "weft_http_request_seconds", .rate)]
        ),
        DashboardWidget(
            "latency",
            "API latency",
            .line,
            unit: "ms",
            help: "How long half, and all but the slowest 1 %, of the requests took.",
            [
                .init("p50", "weft_http_request_seconds", .p50, scale: 1_000),
                .init("p99", "weft_http_request_seconds", .p99, scale: 1_000),
            ]
        ),
        DashboardWidget(
            "errors",
            "Failed requests",
            .line,
            unit: "%",
            help: "Share of requests that were answered 5xx.",
            [.init("5xx", "weft_http_request_seconds", .ratio, labels: ["status": "5*"])]
        ),
        DashboardWidget(
            "cpu",
            "CPU",
            .line,
            unit: "%",
            help: "Share of the processors' time that the machine and this process spend working.",
            [
                .init("machine", "weft_machine_cpu_percent", .average),
                .init("process", "weft_process_cpu_percent", .average),
            ]
        ),
        DashboardWidget(
            "memory",
            "Memory",
            .line,
            unit: "MiB",
            help: "Memory of this process that is in RAM.",
            [
                .init("resident", "process_resident_memory_bytes", .maximum, scale: 0x1p-20)
            ]
        ),
        DashboardWidget(
            "connections",
            "Connections",
            .line,
            help: "Open client connections, and connections to the store.",
            [
                .init("clients", "weft_http_connections", .maximum),
                .init("store", "weft_store_connections", .maximum),
            ]
        ),
        DashboardWidget(
            "runs",
            "Workflow runs under way",
            .line,
            help: "Executions that have not ended.",
            [.init("running", "weft_executions_running", .maximum)]
        ),
        DashboardWidget(
            "agents",
            "Agent runs",
            .line,
            unit: "/s",
            help: "Runs of each agent in a second.",
            [.init("runs", "weft_agent_run_seconds", .rate, splitBy: "agent")]
        ),
        DashboardWidget(
            "outbox",
            "Messages waiting",
            .line,
            help: "Messages that wait for their delivery, by channel.",
            [.init("waiting", "weft_outbox_pending", .maximum, splitBy: "channel")]
        ),
        DashboardWidget(
            "outbox-age",
            "Oldest waiting message",
            .line,
            unit: "s",
            help: "How long the oldest message has waited.",
            [.init("age", "weft_outbox_oldest_seconds", .maximum)]
        ),
        DashboardWidget(
            "dead-letters",
            "Dead letters",
            .line,
            help: "Events that a rule's target would not take.",
            [.init("open", "weft_dead_letters", .maximum)]
        ),
    ]

    private static let developer = [
        DashboardWidget(
            "routes",
            "Latency by route",
            .bar,
            unit: "ms",
            help: "How long all but the slowest 1 % of each route's requests took.",
            [
                .init(
                    "p99",
                    "weft_http_request_seconds",
                    .p99,
                    scale: 1_000,
                    splitBy: "route"
                )
            ]
        ),
        DashboardWidget(
            "agent-latency",
            "Agent latency",
            .line,
            unit: "ms",
            help: "How long agents took to decide.",
            [
                .init("p50", "weft_agent_run_seconds", .p50, scale: 1_000),
                .init("p99", "weft_agent_run_seconds", .p99, scale: 1_000),
            ]
        ),
        DashboardWidget(
            "commit",
            "Store commits",
            .line,
            unit: "ms",
            help: "How long a group of transactions took, its sync included.",
            [
                .init("p50", "weft_store_commit_seconds", .p50, scale: 1_000),
                .init("p99", "weft_store_commit_seconds", .p99, scale: 1_000),
            ]
        ),
        DashboardWidget(
            "event-lag",
            "Event lag",
            .line,
            unit: "ms",
            help: "Time from an event to its dispatch.",
            [.init("p99", "weft_event_lag_seconds", .p99, scale: 1_000)]
        ),
        DashboardWidget(
            "dispatcher-lag",
            "Dispatcher lag",
            .line,
            help: "Events that the dispatcher has not passed yet.",
            [.init("events", "weft_dispatcher_lag_events", .maximum)]
        ),
        DashboardWidget(
            "events",
            "Events",
            .line,
            unit: "/s",
            help: "Events of each type in a second.",
            [.init("events", "weft_events_total", .rate, splitBy: "type")]
        ),
        DashboardWidget(
            "spans",
            "Spans",
            .line,
            unit: "/s",
            help: "Spans that were kept, and those that were lost.",
            [.init("spans", "weft_spans_total", .rate, splitBy: "outcome")]
        ),
    ]
}
