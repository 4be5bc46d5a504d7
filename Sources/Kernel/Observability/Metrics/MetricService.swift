public import Core
public import Store
import Synchronization

/// Samples all metrics at a fixed pace, keeps the latest points in memory, writes a point a minute
/// into the store, rolls hours up, and forgets what is old.
public final class MetricService: Service {
    /// The pace, and how long points are kept.
    public struct Configuration: Sendable {
        /// Between two samples; default 10 s.
        public var interval = Duration.seconds(10)
        /// How long a point for each minute is kept; default 2 days.
        public var minutes = Duration.seconds(2 * 86_400)
        /// How long a point for each hour is kept; default 400 days.
        public var hours = Duration.seconds(400 * 86_400)

        /// The defaults.
        public init() {}
    }

    /// Sets gauges from what is in the store; run before a sample, away from event loops.
    public typealias Collector = @Sendable (any Reader, Timestamp) throws -> Void

    private struct State {
        var sampler: MetricSampler
        var minute: Timestamp?
        var pending: [SeriesKey: MetricPoint] = [:]
        var lastCollection: Timestamp?
    }

    /// How often collectors are run.
    private static let collection = Duration.seconds(30)

    private let database: any Database
    private let history: MetricHistory
    private let store: MetricStore
    private let collectors: [Collector]
    private let configuration: Configuration
    private let clock: any WallClock
    private let afterSample: @Sendable (Timestamp) async -> Void
    private let report: @Sendable (any Error) -> Void
    private let state: Mutex<State>

    /// A service.
    ///
    /// - Parameters:
    ///   - metrics: what is sampled.
    ///   - history: takes every point.
    ///   - store: takes minutes and hours.
    ///   - database: where they are written.
    ///   - collectors: set gauges from what is in the store, at most every 30 s.
    ///   - configuration: the pace, and how long points are kept.
    ///   - clock: keeps the pace.
    ///   - afterSample: is awaited right after each sample, with the moment up to which it is whole.
    ///   - report: hears of failures.
    public init(
        metrics: Metrics,
        history: MetricHistory,
        store: MetricStore,
        database: any Database,
        collectors: [Collector] = [],
        configuration: Configuration = Configuration(),
        clock: any WallClock,
        afterSample: @escaping @Sendable (Timestamp) async -> Void = { _ in },
        report: @escaping @Sendable (any Error) -> Void = { _ in }
    ) {
        self.database = database
        self.history = history
        self.store = store
        self.collectors = collectors
        self.configuration = configuration
        self.clock = clock
        self.afterSample = afterSample
        self.report = report
        state = Mutex(State(sampler: MetricSampler(metrics)))
    }

    /// `metrics`.
    public var name: String { "metrics" }

    /// Samples until cancelled.
    ///
    /// - Parameter ready: called once the history knows what metrics there are.
    /// - Throws: nothing but cancellation.
    public func run(ready: @escaping @Sendable () -> Void) async throws {
        for definition in state.withLock({ $0.sampler.definitions }) { history.define(definition) }
        ready()
        while !Task.isCancelled {
            let next = clock.now().floored(to: configuration.interval) + configuration.interval
            do {
                try await clock.sleep(until: next)
            } catch {
                break
            }
            await sample()
        }
        await write(state.withLock { Self.takeMinute(&$0) })
    }

    /// Takes one sample now.
    public func sample() async {
        let now = clock.now()
        let due = state.withLock { state in
            if let last = state.lastCollection, now - last < Self.collection { return false }
            state.lastCollection = now
            return true
        }
        if due { await collect(now) }
        let tick = now.floored(to: configuration.interval)
        let at = Timestamp(
            microseconds: tick.microseconds - configuration.interval.microseconds
        )
        let (points, finished) = state.withLock { state in
            let (definitions, points) = state.sampler.sample(at: at)
            for definition in definitions { history.define(definition) }
            let minute = at.floored(to: .seconds(MetricStore.minute))
            let finished =
                state.minute.map { $0 != minute } ?? false ? Self.takeMinute(&state) : [:]
            state.minute = minute
            for (key, point) in points {
                var point = point
                point.at = minute
                // A count of nothing need not be written: what is not there is nothing.
                if point.distribution == nil, point.sum == 0, history.isCounter(key.name) {
                    continue
                }
                if state.pending[key] == nil {
                    state.pending[key] = point
                } else {
                    state.pending[key]?.merge(point)
                }
            }
            return (points, finished)
        }
        history.append(points)
        await afterSample(tick)
        await write(finished)
    }

    private static func takeMinute(_ state: inout State) -> [SeriesKey: MetricPoint] {
        defer { state.pending = [:] }
        return state.pending
    }

    private func collect(_ now: Timestamp) async {
        for collector in collectors {
            do {
                try await database.scan { try collector($0, now) }
            } catch {
                report(error)
            }
        }
    }

    /// Writes a minute; with an hour's first one, rolls up the hour before and forgets what is old.
    private func write(_ points: [SeriesKey: MetricPoint]) async {
        guard let minute = points.values.first?.at else { return }
        let store = store
        let configuration = configuration
        let now = clock.now()
        do {
            try await database.transaction {
                try store.write(points, resolution: MetricStore.minute, in: $0)
            }
            let hour = minute.floored(to: .seconds(MetricStore.hour))
            guard hour + .seconds(MetricStore.hour - MetricStore.minute) == minute else { return }
            try await database.transaction { try store.rollUp(hour: hour, in: $0) }
            history.prune(now: now)
            for (resolution, age) in [
                (MetricStore.minute, configuration.minutes),
                (MetricStore.hour, configuration.hours),
            ] {
                let limit = Timestamp(microseconds: now.microseconds - age.microseconds)
                while try await database.transaction({
                    try store.forget(resolution: resolution, before: limit, in: $0)
                }) {
                    if Task.isCancelled { return }
                }
            }
        } catch {
            report(error)
        }
    }
}

extension MetricHistory {
    func isCounter(_ name: String) -> Bool { definition(name)?.kind == .counter }
}
