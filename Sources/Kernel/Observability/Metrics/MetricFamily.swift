import Synchronization

/// All series of one metric: one instrument for each combination of label values.
public final class Family<Instrument: MetricInstrument>: MetricFamily {
    /// One combination of label values and what its instrument reads.
    public struct Series: Sendable {
        /// The label values, in the order of the label names.
        public var labels: [String]
        /// The reading.
        public var reading: Instrument.Reading
    }

    /// Longer label values are cut: a label is a category, not a place for data.
    private static var longestLabel: Int { 128 }

    /// The metric's name.
    public let name: String
    /// What it means.
    public let help: String
    /// The names of its labels.
    public let labels: [String]

    private let kind: MetricKind
    private let limit: Int
    private let make: @Sendable () -> Instrument
    private let series = Mutex<[[String]: Instrument]>([:])

    init(
        name: String,
        kind: MetricKind,
        help: String,
        labels: [String],
        limit: Int,
        make: @escaping @Sendable () -> Instrument
    ) {
        self.name = name
        self.kind = kind
        self.help = help
        self.labels = labels
        self.limit = limit
        self.make = make
        // A family without labels has its one series from the start: a count of zero is news too.
        if labels.isEmpty { _ = with([]) }
    }

    /// The instrument of the given label values, in the order of the label names.
    ///
    /// This is a look-up under a lock; where it matters, keep the instrument.
    public func with(_ values: String...) -> Instrument { with(values) }

    /// The instrument of the given label values, in the order of the label names.
    public func with(_ values: [String]) -> Instrument {
        precondition(values.count == labels.count, "\(name) has the labels \(labels)")
        return series.withLock { series in
            if let known = series[values] { return known }
            var key = values.map { String($0.prefix(Self.longestLabel)) }
            if series.count >= limit, series[key] == nil {
                key = labels.map { _ in "other" }
            }
            if let known = series[key] { return known }
            let instrument = make()
            series[key] = instrument
            return instrument
        }
    }

    /// Every series, ordered by label values.
    public var all: [Series] {
        let series = self.series.withLock { $0 }
        return series.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { Series(labels: $0.key, reading: $0.value.reading) }
    }

    func snapshot() -> MetricSnapshot {
        MetricSnapshot(
            name: name,
            kind: kind,
            help: help,
            labels: labels,
            series: all.map { one in
                switch one.reading {
                case let value as Double: (one.labels, .number(value))
                case let distribution as Distribution: (one.labels, .distribution(distribution))
                default: preconditionFailure("\(name) reads neither a number nor a distribution")
                }
            }
        )
    }

    func render(into writer: inout PrometheusWriter) {
        let series = all
        guard !series.isEmpty else { return }
        writer.header(name, kind: kind, help: help)
        for one in series {
            let pairs = Array(zip(labels, one.labels))
            switch one.reading {
            case let value as Double:
                writer.sample(name, pairs, value)
            case let distribution as Distribution:
                writer.histogram(name, pairs, distribution)
            default:
                preconditionFailure("\(name) reads neither a number nor a distribution")
            }
        }
    }
}

extension Family where Instrument == Counter {
    /// Adds to a family without labels.
    public func add(_ amount: Double = 1) { with([]).add(amount) }
}

extension Family where Instrument == Gauge {
    /// Sets the value of a family without labels.
    public func set(_ value: Double) { with([]).set(value) }
    /// Adds to the value of a family without labels.
    public func add(_ amount: Double) { with([]).add(amount) }

    /// Sets the given series, and every other one that there is to zero.
    public func replace(_ values: [(labels: [String], value: Double)]) {
        let given = Set(values.map(\.labels))
        for series in all where !given.contains(series.labels) { with(series.labels).set(0) }
        for (labels, value) in values { with(labels).set(value) }
    }
}

extension Family where Instrument == Histogram {
    /// Records one value in a family without labels.
    public func record(_ value: Double) { with([]).record(value) }
}
