import Core

/// The rules that every installation has from the start.
///
/// They are Logistics' recommended alarms, and two for what stays undone. They can be changed and
/// switched off.
enum AlarmPresets {
    /// What a default is, apart from whose it is.
    struct Preset: Sendable {
        var name: String
        var title: String
        var metric: String
        var labels: [String: String] = [:]
        var statistic: MetricStatistic
        var comparison = AlarmRule.Comparison.above
        var threshold: Double
        var periods = 5
        var needed = 3
        var severity = AlarmRule.Severity.alarm

        func rule(_ id: ID<AlarmRule>, _ organisation: ID<Organisation>) -> AlarmRule {
            var rule = AlarmRule(
                id: id,
                organisation: organisation,
                preset: name,
                name: title,
                metric: metric,
                statistic: statistic,
                threshold: threshold
            )
            rule.labels = labels
            rule.comparison = comparison
            rule.periods = periods
            rule.datapointsToAlarm = needed
            rule.severity = severity
            return rule
        }
    }

    /// Each organisation's own.
    static let organisation = [
        // "Agent error rate > 5%"; five minutes together, as single minutes see few runs.
        Preset(
            name: "agent-errors",
            title: "Agent error rate above 5 %",
            metric: "weft_agent_run_seconds",
            labels: ["outcome": "failed"],
            statistic: .ratio,
            threshold: 5,
            needed: 1
        ),
        Preset(
            name: "dead-letters",
            title: "Events that no target would take",
            metric: "weft_dead_letters",
            statistic: .maximum,
            threshold: 0,
            periods: 1,
            needed: 1,
            severity: .warning
        ),
    ]

    /// The installation's.
    static let installation = [
        // "API latency > 2s".
        Preset(
            name: "api-latency",
            title: "API latency above 2 s (99th percentile)",
            metric: "weft_http_request_seconds",
            statistic: .p99,
            threshold: 2
        ),
        // "EC2 CPU > 80%".
        Preset(
            name: "cpu",
            title: "CPU above 80 %",
            metric: "weft_machine_cpu_percent",
            statistic: .average,
            threshold: 80,
            needed: 5,
            severity: .warning
        ),
        // "Database connections > 80".
        Preset(
            name: "connections",
            title: "More than 80 database connections",
            metric: "weft_store_connections",
            statistic: .maximum,
            threshold: 80,
            severity: .warning
        ),
        Preset(
            name: "delivery-failures",
            title: "Messages that could not be delivered",
            metric: "weft_deliveries_total",
            labels: ["outcome": "failed"],
            statistic: .sum,
            threshold: 0,
            periods: 1,
            needed: 1,
            severity: .warning
        ),
    ]
}
