import Synchronization

/// The metrics of one program: families by name, rendered for Prometheus.
///
/// An instance is made where the program is composed and handed to whoever measures; nobody reaches
/// for a global one. Asking twice for the same family gives the same family.
///
/// ```swift
/// let requests = metrics.counter("http_requests_total", help: "Requests answered.", labels: ["status"])
/// let ok = requests.with("200")  // keep this where the path is hot
/// ok.add()
/// ```
public final class Metrics: Sendable {
    /// The content type of `render()`: Prometheus' text format 0.0.4.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private struct State {
        var families: [String: any MetricFamily] = [:]
        var collectors: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())
    private let seriesPerFamily: Int

    /// No metrics yet.
    ///
    /// - Parameter seriesPerFamily: how many combinations of label values one family keeps. What comes
    ///   after shares one series whose labels all read `other`, so that a label with hostile or
    ///   unforeseen values cannot fill the memory. Default 1,000.
    public init(seriesPerFamily: Int = 1_000) {
        self.seriesPerFamily = max(1, seriesPerFamily)
    }

    /// A count that only grows; by convention its name ends in `_total`.
    public func counter(_ name: String, help: String, labels: [String] = []) -> Family<Counter> {
        family(name, .counter, help, labels) { Counter() }
    }

    /// A value that goes up and down.
    public func gauge(_ name: String, help: String, labels: [String] = []) -> Family<Gauge> {
        family(name, .gauge, help, labels) { Gauge() }
    }

    /// A distribution over fixed buckets.
    ///
    /// - Parameters:
    ///   - name: with the unit in it, for instance `http_request_duration_seconds`.
    ///   - help: one sentence.
    ///   - labels: the label names, in the order in which values are given.
    ///   - buckets: upper bounds, inclusive, ascending; `+Inf` is added. Default: 100 µs to 10 s.
    /// - Returns: the family, new or known already.
    public func histogram(
        _ name: String,
        help: String,
        labels: [String] = [],
        buckets: [Double] = Histogram.seconds
    ) -> Family<Histogram> {
        precondition(
            !buckets.isEmpty && zip(buckets, buckets.dropFirst()).allSatisfy { $0 < $1 }
                && buckets.allSatisfy(\.isFinite),
            "the buckets of \(name) must be finite and ascend"
        )
        return family(name, .histogram, help, labels) { Histogram(bounds: buckets) }
    }

    /// Runs `collector` before every rendering, to refresh gauges that are read rather than kept.
    public func beforeRendering(_ collector: @escaping @Sendable () -> Void) {
        state.withLock { $0.collectors.append(collector) }
    }

    /// All metrics in Prometheus' text format, families and series in alphabetical order.
    public func render() -> String {
        let collectors = state.withLock { $0.collectors }
        for collector in collectors {
            collector()
        }
        let families = state.withLock { Array($0.families.values) }
        var writer = PrometheusWriter()
        for family in families.sorted(by: { $0.name < $1.name }) {
            family.render(into: &writer)
        }
        return writer.text
    }

    /// What every family reads at this moment, in alphabetical order.
    public func snapshot() -> [MetricSnapshot] {
        let collectors = state.withLock { $0.collectors }
        for collector in collectors {
            collector()
        }
        let families = state.withLock { Array($0.families.values) }
        return families.map { $0.snapshot() }.sorted { $0.name < $1.name }
    }

    private func family<Instrument: MetricInstrument>(
        _ name: String,
        _ kind: MetricKind,
        _ help: String,
        _ labels: [String],
        make: @escaping @Sendable () -> Instrument
    ) -> Family<Instrument> {
        precondition(PrometheusWriter.isName(name, colons: true), "\(name) is no metric name")
        for label in labels {
            precondition(
                PrometheusWriter.isName(label, colons: false) && label != "le"
                    && !label.hasPrefix("__"),
                "\(label) is no label name"
            )
        }
        return state.withLock { state in
            if let known = state.families[name] {
                guard let family = known as? Family<Instrument>, family.labels == labels else {
                    preconditionFailure("\(name) is registered already, with another shape")
                }
                return family
            }
            let family = Family(
                name: name,
                kind: kind,
                help: help,
                labels: labels,
                limit: seriesPerFamily,
                make: make
            )
            state.families[name] = family
            return family
        }
    }
}

/// The types of Prometheus' text format that are used here.
public enum MetricKind: String, Sendable, CaseIterable {
    /// A count that only grows.
    case counter
    /// A value that goes up and down.
    case gauge
    /// A distribution over buckets.
    case histogram
}

/// What one metric reads at one moment.
public struct MetricSnapshot: Sendable {
    /// What one series reads.
    public enum Reading: Sendable {
        /// A count or a value.
        case number(Double)
        /// A distribution since the start of the program.
        case distribution(Distribution)
    }

    /// The metric's name.
    public var name: String
    /// Counter, gauge or histogram.
    public var kind: MetricKind
    /// What it means.
    public var help: String
    /// The names of its labels.
    public var labels: [String]
    /// Label values, in the order of the names, and what their instrument reads.
    public var series: [(labels: [String], reading: Reading)]
}

/// A family as the registry sees it, whatever it counts.
protocol MetricFamily: Sendable {
    var name: String { get }
    func render(into writer: inout PrometheusWriter)
    func snapshot() -> MetricSnapshot
}

/// What a family has one of for each combination of label values.
public protocol MetricInstrument: AnyObject, Sendable {
    /// What it reads as a number or a distribution.
    associatedtype Reading: Sendable
    /// The present reading.
    var reading: Reading { get }
}
