public import Core
import Synchronization

/// The latest points of every series, in memory.
public final class MetricHistory: Sendable {
    private struct State {
        var definitions: [String: MetricDefinition] = [:]
        var series: [SeriesKey: [MetricPoint]] = [:]
    }

    /// How long points are kept here.
    public let span: Duration
    private let state = Mutex(State())

    /// A history over `span`, default 1 h.
    public init(span: Duration = .seconds(3_600)) {
        self.span = span
    }

    /// Every metric that was seen, by name.
    public var definitions: [MetricDefinition] {
        state.withLock { Array($0.definitions.values) }.sorted { $0.name < $1.name }
    }

    /// The metric of that name.
    public func definition(_ name: String) -> MetricDefinition? {
        state.withLock { $0.definitions[name] }
    }

    func define(_ definition: MetricDefinition) {
        state.withLock { $0.definitions[definition.name] = definition }
    }

    /// Adds points, in order of time for each series, and forgets what is older than the span.
    func append(_ points: [(key: SeriesKey, point: MetricPoint)]) {
        state.withLock { state in
            for (key, point) in points {
                state.series[key, default: []].append(point)
                let oldest = point.at.microseconds - span.microseconds
                if let first = state.series[key]?.first, first.at.microseconds <= oldest {
                    state.series[key]?.removeAll { $0.at.microseconds <= oldest }
                }
            }
        }
    }

    /// Forgets series whose newest point is older than the span.
    func prune(now: Timestamp) {
        let oldest = now.microseconds - span.microseconds
        state.withLock { state in
            state.series = state.series.filter { ($0.value.last?.at.microseconds ?? 0) > oldest }
        }
    }

    /// The series that a selector picks, with their points at or after `from` and before `until`.
    public func series(
        _ selector: MetricSelector,
        from: Timestamp,
        until: Timestamp
    ) -> [SeriesKey: [MetricPoint]] {
        state.withLock { state in
            guard let names = state.definitions[selector.name]?.labels else { return [:] }
            var found: [SeriesKey: [MetricPoint]] = [:]
            for (key, points) in state.series where selector.picks(key, names: names) {
                let within = points.filter { $0.at >= from && $0.at < until }
                if !within.isEmpty { found[key] = within }
            }
            return found
        }
    }
}
