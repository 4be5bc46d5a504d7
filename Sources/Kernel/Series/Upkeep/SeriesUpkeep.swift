public import Core
public import Store
import Synchronization

/// Makes blocks of what was written, rolls up hours that are over, and forgets what is old.
///
/// Several processes may do so on one store: what two of them make at once counts once.
public final class SeriesUpkeep: Service {
    /// When batches are made into blocks.
    public struct Pace: Sendable {
        /// Points of a shard from which its batches are.
        public var points = 32_768
        /// Batches of a shard from which they are.
        public var batches = 256
        /// How long a batch waits at most.
        public var age = Duration.seconds(10)
        /// Between two looks at what waits.
        public var interval = Duration.seconds(1)
        /// Between two rounds of rolling up.
        public var rollingUp = Duration.seconds(60)
        /// Between two rounds of forgetting.
        public var forgetting = Duration.seconds(3_600)

        /// The defaults.
        public init() {}
    }

    /// The most hours that are rolled up in one transaction.
    private static let hoursAtOnce = 128
    /// The most series whose old blocks are forgotten in one transaction.
    static let seriesAtOnce = 128

    let store: SeriesStore
    let database: any Database
    let clock: any WallClock
    private let pace: Pace
    private let report: @Sendable (any Error) -> Void
    private let due = Mutex<(rollingUp: Timestamp?, forgetting: Timestamp?)>((nil, nil))

    /// The upkeep of a store.
    ///
    /// - Parameters:
    ///   - store: whose rules count.
    ///   - database: where the series are.
    ///   - clock: says what is over and what is old.
    ///   - pace: when what is done.
    ///   - report: hears of failures; what failed is tried again.
    public init(
        _ store: SeriesStore,
        database: any Database,
        clock: any WallClock,
        pace: Pace = Pace(),
        report: @escaping @Sendable (any Error) -> Void = { _ in }
    ) {
        self.store = store
        self.database = database
        self.clock = clock
        self.pace = pace
        self.report = report
    }

    /// `series`.
    public var name: String { "series" }

    /// Works until cancelled.
    ///
    /// - Parameter ready: called at once.
    /// - Throws: nothing but cancellation.
    public func run(ready: @escaping @Sendable () -> Void) async throws {
        ready()
        while !Task.isCancelled {
            var pause = pace.interval
            do {
                try await round()
            } catch {
                report(error)
                // What failed may fail again: not every second.
                pause = Swift.max(pause, pace.age)
            }
            do {
                try await clock.sleep(for: pause)
            } catch {
                return
            }
        }
    }

    private func round() async throws {
        try await compact(all: false)
        let now = clock.now()
        let (rollsUp, forgets) = due.withLock { due in
            let rollsUp = due.rollingUp.map { $0 <= now } ?? true
            if rollsUp { due.rollingUp = now + pace.rollingUp }
            let forgets = rollsUp && (due.forgetting.map { $0 <= now } ?? true)
            if forgets { due.forgetting = now + pace.forgetting }
            return (rollsUp, forgets)
        }
        guard rollsUp else { return }
        // Nothing is forgotten before it is rolled up: first everything that waits becomes blocks.
        if forgets { try await compact(all: true) }
        try await rollUp()
        if forgets { try await forget() }
    }

    /// Makes blocks of the batches that wait.
    ///
    /// - Parameter all: of all; else of those shards where there are many, or old ones.
    /// - Throws: `StoreError`, or `SeriesError` when what is stored is damaged.
    public func compact(all: Bool = true) async throws {
        let now = clock.now()
        let pace = pace
        let shards = try await database.scan { reader in
            try reader.query(
                """
                SELECT shard, count(*), CAST(sum(points) AS BIGINT), min(at) FROM series_batch
                GROUP BY shard ORDER BY shard
                """,
                []
            ) { row in
                let isDue =
                    try row.int(1) >= Int64(pace.batches) || row.int(2) >= Int64(pace.points)
                    || now - row.timestamp(3) >= pace.age
                return (shard: try row.int(0), isDue: isDue)
            }
        }
        var failure: (any Error)?
        for (shard, isDue) in shards where all || isDue {
            do {
                try await compact(shard, whole: all)
            } catch {
                // One damaged batch must not stop the other shards.
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    private func compact(_ shard: Int64, whole: Bool) async throws {
        while !Task.isCancelled {
            let compaction = try await database.scan { try Compaction(of: shard, in: $0) }
            guard compaction.count > 0 else { return }
            let isWritten = try await database.transaction { try compaction.commit(in: $0) }
            if isWritten, !whole { return }
        }
    }

    /// Rolls up the hours that are over and have changed.
    ///
    /// - Throws: `StoreError`, or `SeriesError` when what is stored is damaged.
    public func rollUp() async throws {
        let over = Timestamp(microseconds: clock.now().microseconds - Resolution.hourMicros)
        var after = (series: Int64.min, hour: Int64.min)
        var failure: (any Error)?
        while !Task.isCancelled {
            let from = after
            let hours = try await database.scan { reader in
                try reader.query(
                    """
                    SELECT series, hour_at FROM series_stale
                    WHERE hour_at <= ? AND (series > ? OR (series = ? AND hour_at > ?))
                    ORDER BY series, hour_at LIMIT ?
                    """,
                    [
                        .time(over), .int(from.series), .int(from.series), .int(from.hour),
                        .int(Self.hoursAtOnce),
                    ]
                ) { (series: try $0.int(0), hour: try $0.int(1)) }
            }
            guard let last = hours.last else { break }
            after = last
            let shards = Dictionary(grouping: hours) { BatchBody.shard(of: $0.series) }
            for (shard, hours) in shards {
                // One that is changed meanwhile is stale still, and its turn comes again.
                do {
                    let work = try await database.scan { try RollingUp(of: shard, hours, in: $0) }
                    try await database.transaction { _ = try work.commit(in: $0) }
                } catch {
                    failure = failure ?? error
                }
            }
        }
        if let failure { throw failure }
    }
}
