import Store

/// A gauge whose values a query on the store gives.
public struct StoreGauge: Sendable {
    /// The metric's name.
    public var name: String
    /// What it means.
    public var help: String
    /// The labels' names; one called `organisation` gives each organisation its own series.
    public var labels: [String]
    /// A query whose first columns are the labels' values as text, the last one the value; a `?` in it
    /// is the present moment.
    public var sql: String

    /// A gauge.
    public init(_ name: String, help: String, labels: [String], sql: String) {
        self.name = name
        self.help = help
        self.labels = labels
        self.sql = sql
    }

    /// Registers the gauge, and gives what sets it.
    public func collector(in metrics: Metrics) -> MetricService.Collector {
        let family = metrics.gauge(name, help: help, labels: labels)
        let count = labels.count
        let parameters = sql.utf8.count { $0 == UInt8(ascii: "?") }
        return { [sql] reader, now in
            let present = Array(repeating: SQLValue.time(now), count: parameters)
            let rows = try reader.query(sql, present) { row in
                (
                    labels: try (0..<count).map { try row.text($0) },
                    value: row.isNull(count) ? 0 : try row.double(count)
                )
            }
            family.replace(rows)
        }
    }
}
