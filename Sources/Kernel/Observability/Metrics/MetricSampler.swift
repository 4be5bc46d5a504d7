public import Core

/// Turns what metrics read into points: of counters and histograms what came since the last time.
///
/// A label called `organisation` is taken out of the labels and decides whose series it is.
public struct MetricSampler: Sendable {
    private static let organisation = "organisation"

    private let metrics: Metrics
    private var numbers: [SeriesKey: Double] = [:]
    private var distributions: [SeriesKey: Distribution] = [:]

    /// A sampler of `metrics` that has seen nothing yet.
    public init(_ metrics: Metrics) {
        self.metrics = metrics
    }

    /// The metrics there are, whether or not they had anything to say yet.
    public var definitions: [MetricDefinition] { metrics.snapshot().map(Self.definition) }

    /// Reads all metrics.
    ///
    /// - Parameter at: when the interval began that ends now.
    /// - Returns: the metrics there are, and one point for each series that had something to say: a
    ///   histogram without new values has not.
    public mutating func sample(
        at: Timestamp
    ) -> (definitions: [MetricDefinition], points: [(key: SeriesKey, point: MetricPoint)]) {
        var definitions: [MetricDefinition] = []
        var points: [(key: SeriesKey, point: MetricPoint)] = []
        for metric in metrics.snapshot() {
            definitions.append(Self.definition(metric))
            let owner = metric.labels.firstIndex(of: Self.organisation)
            for series in metric.series {
                var labels = series.labels
                var organisation = ID<Organisation>.installation
                if let owner {
                    organisation = ID<Organisation>(labels.remove(at: owner)) ?? .installation
                }
                let key = SeriesKey(organisation, metric.name, labels)
                if let point = point(key, metric.kind, series.reading, at) {
                    points.append((key, point))
                }
            }
        }
        return (definitions, points)
    }

    private static func definition(_ metric: MetricSnapshot) -> MetricDefinition {
        MetricDefinition(
            name: metric.name,
            kind: metric.kind,
            help: metric.help,
            labels: metric.labels.filter { $0 != organisation },
            isPerOrganisation: metric.labels.contains(organisation)
        )
    }

    private mutating func point(
        _ key: SeriesKey,
        _ kind: MetricKind,
        _ reading: MetricSnapshot.Reading,
        _ at: Timestamp
    ) -> MetricPoint? {
        switch reading {
        case .number(let value):
            guard value.isFinite else { return nil }
            guard kind == .counter else { return MetricPoint(at: at, value: value) }
            let grown = value - (numbers.updateValue(value, forKey: key) ?? 0)
            return MetricPoint(at: at, value: max(0, grown))
        case .distribution(let now):
            let before = distributions.updateValue(now, forKey: key)
            let new = before.map { now.since($0) } ?? now
            return new.count > 0 ? MetricPoint(at: at, distribution: new) : nil
        }
    }
}
