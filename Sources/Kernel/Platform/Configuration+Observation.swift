import Core

extension Configuration {
    /// What of the observing can be configured.
    static let observation: [ConfigurationKey] = [
        .init(
            "observability.operator",
            .text,
            nil,
            "The organisation whose members see the installation's own lines, traces and alarms; "
                + "without it the only organisation there is."
        ),
        .init(
            "traces.sample",
            .number(0...1),
            0.01,
            "The share of queries that leave a trace; failed and slow ones always do."
        ),
        .init(
            "traces.commands",
            .number(0...1),
            1.0,
            "The share of commands that leave a trace, with all that they set in motion."
        ),
        .init(
            "traces.slow",
            .integer(1...600_000),
            500,
            unit: "milliseconds",
            "Requests that take longer always leave a trace."
        ),
        .init(
            "traces.rate",
            .integer(1...10_000),
            50,
            "The most commands in a second that begin a trace; more are counted, not kept."
        ),
        .init("traces.days", .integer(1...400), 7, unit: "days", "How long traces are kept."),
        .init(
            "traces.spans",
            .integer(1_000...100_000_000),
            200_000,
            "The most spans that are kept."
        ),
        .init("logs.days", .integer(1...400), 14, unit: "days", "How long log lines are kept."),
        .init(
            "logs.lines",
            .integer(1_000...100_000_000),
            200_000,
            "The most log lines that are kept."
        ),
        .init(
            "metrics.interval",
            .integer(1...60),
            10,
            unit: "seconds",
            "Between two samples of the metrics, and two judgements of the alarms; divides a minute."
        ),
        .init(
            "metrics.days",
            .integer(1...400),
            2,
            unit: "days",
            "How long metrics are kept for each minute; for each hour they are kept for 400 days."
        ),
        .init(
            "otlp.endpoint",
            .text,
            nil,
            "Where to send traces, metrics and log lines by OTLP over HTTP, for instance "
                + "http://127.0.0.1:4318; without it nothing is sent."
        ),
        .init(
            "otlp.headers",
            .text,
            nil,
            isSecret: true,
            "Header fields for the collector, as name=value,name=value."
        ),
    ]
}
