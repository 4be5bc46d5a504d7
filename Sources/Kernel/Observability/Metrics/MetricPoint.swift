public import Core

/// What one series did within one interval.
public struct MetricPoint: Sendable, Hashable {
    /// When the interval began.
    public var at: Timestamp
    /// How many samples of a gauge or counter, or how many values of a histogram.
    public var count: Double
    /// Their sum: of a counter what it grew by, of a histogram the sum of the values.
    public var sum: Double
    /// The smallest sample.
    public var minimum: Double
    /// The largest sample.
    public var maximum: Double
    /// The values of a histogram, nil for gauges and counters.
    public var distribution: Distribution?

    /// One sample of a gauge, or the growth of a counter.
    public init(at: Timestamp, value: Double) {
        self.at = at
        count = 1
        sum = value
        minimum = value
        maximum = value
    }

    /// The values that a histogram took.
    public init(at: Timestamp, distribution: Distribution) {
        self.at = at
        count = Double(distribution.count)
        sum = distribution.sum
        minimum = distribution.quantile(0) ?? 0
        maximum = distribution.quantile(1) ?? 0
        self.distribution = distribution
    }

    init(
        at: Timestamp,
        count: Double,
        sum: Double,
        minimum: Double,
        maximum: Double,
        distribution: Distribution?
    ) {
        self.at = at
        self.count = count
        self.sum = sum
        self.minimum = minimum
        self.maximum = maximum
        self.distribution = distribution
    }

    /// Takes in another point of the same series.
    mutating func merge(_ other: MetricPoint) {
        count += other.count
        sum += other.sum
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
        if let theirs = other.distribution {
            distribution = distribution.map { $0.adding(theirs) } ?? theirs
        }
    }
}

extension Distribution {
    /// The values of both; of another shape, only those of the larger one.
    func adding(_ other: Distribution) -> Distribution {
        guard bounds == other.bounds else { return count >= other.count ? self : other }
        return Distribution(
            bounds: bounds,
            counts: zip(counts, other.counts).map { $0 &+ $1 },
            sum: sum + other.sum
        )
    }
}

/// One series of one metric.
public struct SeriesKey: Sendable, Hashable {
    /// Whose; `installation` for what belongs to nobody.
    public var organisation: ID<Organisation>
    /// The metric.
    public var name: String
    /// Label values in the order of the metric's label names, the organisation left out.
    public var labels: [String]

    /// A key.
    public init(_ organisation: ID<Organisation>, _ name: String, _ labels: [String]) {
        self.organisation = organisation
        self.name = name
        self.labels = labels
    }
}

/// What a metric is, apart from its values.
public struct MetricDefinition: Sendable, Hashable {
    /// The name.
    public var name: String
    /// Counter, gauge or histogram.
    public var kind: MetricKind
    /// What it means.
    public var help: String
    /// The names of its labels, the organisation left out.
    public var labels: [String]
    /// Whether each organisation has its own series.
    public var isPerOrganisation: Bool

    /// The unit that the name tells, as Prometheus' naming asks for.
    public var unit: String {
        for (end, unit) in [
            ("_seconds", "s"), ("_bytes", "B"), ("_percent", "%"), ("_total", ""), ("_ratio", ""),
        ] where name.hasSuffix(end) { return unit }
        return ""
    }

    /// `{"name","kind","help","labels"}`.
    public var json: JSON {
        [
            "name": .string(name), "kind": .string(kind.rawValue), "help": .string(help),
            "labels": .array(labels.map { .string($0) }),
        ]
    }
}
