import Core

/// What is made of the points within one period.
public enum MetricStatistic: String, Sendable, CaseIterable {
    /// The mean of a gauge's samples or of a histogram's values.
    case average
    /// What a counter grew by, or the sum of a histogram's values.
    case sum
    /// A gauge's smallest sample.
    case minimum
    /// A gauge's largest sample.
    case maximum
    /// What a counter grew by, or how many values a histogram took, for each second.
    case rate
    /// Of a counter's growth or a histogram's values, the share in percent that the labels pick out,
    /// among those that agree in all labels but `outcome` and `status`.
    case ratio
    /// The median of a histogram's values.
    case p50
    /// The value that 99 % of a histogram's values do not exceed.
    case p99

    /// Whether it can be made of metrics of this kind.
    public func fits(_ kind: MetricKind) -> Bool {
        switch (self, kind) {
        case (.average, .gauge), (.average, .histogram): true
        case (.sum, .counter), (.sum, .histogram): true
        case (.minimum, .gauge), (.maximum, .gauge): true
        case (.rate, .counter), (.rate, .histogram): true
        case (.ratio, .counter), (.ratio, .histogram): true
        case (.p50, .histogram), (.p99, .histogram): true
        default: false
        }
    }

    /// The statistic of the points of one period.
    ///
    /// - Parameters:
    ///   - points: those of the series that the labels pick out.
    ///   - all: for ``ratio``, those of the series that make up the whole; else unused.
    ///   - period: how long the period is.
    /// - Returns: nil where there is nothing to say, such as a mean of no values.
    public func value(
        of points: some Sequence<MetricPoint>,
        among all: some Sequence<MetricPoint>,
        over period: Duration
    ) -> Double? {
        var points = points.makeIterator()
        guard var merged = points.next() else {
            guard self == .ratio else { return nil }
            // None of what the labels pick out, but perhaps of the rest: 0 % of it.
            return all.contains { Self.amount($0) > 0 } ? 0 : nil
        }
        while let point = points.next() { merged.merge(point) }
        switch self {
        case .average: return merged.count > 0 ? merged.sum / merged.count : nil
        case .sum: return merged.sum
        case .minimum: return merged.minimum
        case .maximum: return merged.maximum
        case .rate: return Self.amount(merged) / max(period.seconds, 1e-6)
        case .ratio:
            let whole = all.reduce(0) { $0 + Self.amount($1) }
            return whole > 0 ? 100 * Self.amount(merged) / whole : nil
        case .p50: return merged.distribution?.quantile(0.5)
        case .p99: return merged.distribution?.quantile(0.99)
        }
    }

    static func amount(_ point: MetricPoint) -> Double {
        point.distribution == nil ? point.sum : point.count
    }
}

/// Picks series of a metric.
public struct MetricSelector: Sendable, Hashable {
    /// The metric.
    public var name: String
    /// Values that labels must have; one that ends in `*` must only begin so.
    public var labels: [String: String]
    /// Whose series.
    public var viewer: Viewer

    /// A selector.
    public init(_ name: String, _ labels: [String: String] = [:], for viewer: Viewer) {
        self.name = name
        self.labels = labels
        self.viewer = viewer
    }

    /// Whether it picks a series of a metric with these label names.
    func picks(_ key: SeriesKey, names: [String]) -> Bool {
        guard key.name == name, viewer.organisations.contains(key.organisation) else {
            return false
        }
        return labels.allSatisfy { label, wanted in
            guard let at = names.firstIndex(of: label), key.labels.indices.contains(at) else {
                return false
            }
            return wanted.hasSuffix("*")
                ? key.labels[at].hasPrefix(wanted.dropLast()) : key.labels[at] == wanted
        }
    }

    /// The whole that a ratio is a share of.
    var whole: MetricSelector {
        var whole = self
        whole.labels["outcome"] = nil
        whole.labels["status"] = nil
        return whole
    }
}
