public import Core
public import Observability

/// Everything that predicates can measure at this moment: records, metrics, time series.
public struct MeasureCatalogue: Sendable {
    /// Records that solutions expose.
    public var records: [RecordSource]
    /// The installation's metrics.
    public var metrics: [MetricDefinition]
    /// The names of the organisation's time series.
    public var series: [String]

    /// A catalogue.
    public init(
        records: [RecordSource],
        metrics: [MetricDefinition] = [],
        series: [String] = []
    ) {
        self.records = records
        self.metrics = metrics
        self.series = series
    }

    /// The names that stand after a prefix, with the prefix where it is needed.
    var names: [String] {
        records.map(\.name) + metrics.map { "metric:\($0.name)" } + series.map { "series:\($0)" }
    }

    /// What a source's name stands for.
    enum Found {
        case records(RecordSource)
        case metric(MetricDefinition)
        case series(String)
    }

    func find(_ name: String) -> Found? {
        if name.hasPrefix("metric:") {
            let rest = name.dropFirst(7)
            return metrics.first { $0.name == rest }.map(Found.metric)
        }
        if name.hasPrefix("series:") {
            let rest = String(name.dropFirst(7))
            return series.contains(rest) ? .series(rest) : nil
        }
        if let source = records.first(where: { $0.name == name }) { return .records(source) }
        if let metric = metrics.first(where: { $0.name == name }) { return .metric(metric) }
        return series.contains(name) ? .series(name) : nil
    }

    /// Up to three names that a misspelt one may mean, the nearest first.
    func nearest(to name: String) -> [String] {
        var candidates = names
        var found: [String] = []
        while found.count < 3, let near = Core.nearest(to: name, among: candidates) {
            found.append(near)
            candidates.removeAll { $0 == near }
        }
        let bare = name.split(separator: ":").last.map(String.init) ?? name
        for candidate in names where found.count < 3 && !found.contains(candidate) {
            let last = candidate.split(separator: ":").last.map(String.init) ?? candidate
            if last.contains(bare) || bare.contains(last) { found.append(candidate) }
        }
        return found
    }

    /// The API's form: what can be measured, with its fields.
    public var json: JSON {
        .array(
            records.map { source in
                [
                    "name": .string(source.name), "kind": "records",
                    "help": .string(source.help),
                    "functions": ["share", "count", "avg", "sum", "min", "max", "rate"],
                    "fields": .array(
                        source.fields.map { field in
                            [
                                "name": .string(field.name), "kind": .string(field.kind.rawValue),
                                "help": .string(field.help),
                                "values": .array(field.values.map { .string($0) }),
                            ]
                        }
                    ),
                ]
            }
                + metrics.map { metric in
                    [
                        "name": .string("metric:\(metric.name)"), "kind": "metric",
                        "help": .string(metric.help),
                        "functions": .array(
                            Measure.Function.allCases.filter {
                                $0.statistic.map { $0.fits(metric.kind) } ?? false
                            }.map { .string($0.rawValue) }
                        ),
                        "fields": .array(
                            metric.labels.map {
                                ["name": .string($0), "kind": "text", "help": "", "values": []]
                            }
                        ),
                    ]
                }
                + series.map { name in
                    [
                        "name": .string("series:\(name)"), "kind": "series", "help": "",
                        "functions": [
                            "share", "count", "avg", "sum", "min", "max", "rate", "last",
                        ],
                        "fields": [["name": "value", "kind": "number", "help": "", "values": []]],
                    ]
                }
        )
    }
}

extension Measure.Function {
    /// The statistic of a metric that comes to the same; nil where there is none.
    var statistic: MetricStatistic? {
        switch self {
        case .share: .ratio
        case .average: .average
        case .sum, .count: .sum
        case .minimum: .minimum
        case .maximum: .maximum
        case .rate: .rate
        case .p50: .p50
        case .p99: .p99
        case .last: nil
        }
    }
}
