public import Core
import Synchronization
public import Store

/// Writes spans and log lines into the store, in batches and away from the work they tell of.
public final class ObservationWriter: Service {
    /// What is kept, and for how long.
    public struct Retention: Sendable {
        /// How long traces are kept; default 7 days.
        public var traces = Duration.seconds(7 * 86_400)
        /// The most spans that are kept; default 200,000.
        public var spans = 200_000
        /// How long log lines are kept; default 14 days.
        public var logs = Duration.seconds(14 * 86_400)
        /// The most log lines that are kept; default 200,000.
        public var lines = 200_000

        /// The defaults.
        public init() {}
    }

    /// The most rows of one transaction, so that others' transactions do not wait for long.
    private static let batch = 1_000

    private struct State {
        var owners = SpanOwners()
        /// Lines whose owner was not known yet when they came.
        var held: [LogRecord] = []
        var sinceSweep = 0
    }

    private let database: any Database
    private let spans: SpanBuffer
    private let logs: LogBuffer
    private let exporters: [any ObservationExporter]
    private let retention: Retention
    private let clock: any WallClock
    private let lost: Family<Counter>
    private let report: @Sendable (any Error) -> Void
    private let state = Mutex(State())

    /// A writer.
    ///
    /// - Parameters:
    ///   - database: where to.
    ///   - spans: what waits.
    ///   - logs: what waits.
    ///   - exporters: get the same spans and lines.
    ///   - retention: what is kept.
    ///   - clock: says what is old.
    ///   - metrics: counts what was lost.
    ///   - report: hears of failures; must not log into `logs` for each, as that would go in circles.
    public init(
        database: any Database,
        spans: SpanBuffer,
        logs: LogBuffer,
        exporters: [any ObservationExporter] = [],
        retention: Retention = Retention(),
        clock: any WallClock,
        metrics: Metrics,
        report: @escaping @Sendable (any Error) -> Void = { _ in }
    ) {
        self.database = database
        self.spans = spans
        self.logs = logs
        self.exporters = exporters
        self.retention = retention
        self.clock = clock
        self.report = report
        lost = metrics.counter(
            "weft_observations_lost_total",
            help: "Spans and log lines that could not be written into the store.",
            labels: ["kind"]
        )
    }

    /// `observations`.
    public var name: String { "observations" }

    /// Writes every second until cancelled, and once more then.
    ///
    /// - Parameter ready: called at once.
    /// - Throws: nothing but cancellation.
    public func run(ready: @escaping @Sendable () -> Void) async throws {
        ready()
        while !Task.isCancelled {
            await flush(isLast: false)
            do {
                try await clock.sleep(for: .seconds(1))
            } catch {
                break
            }
        }
        await flush(isLast: true)
    }

    /// Writes what waits; what cannot be written is lost and counted.
    ///
    /// - Parameter isLast: whether lines whose owner is unknown shall wait no longer.
    public func flush(isLast: Bool = true) async {
        let (spans, lines) = collect(isLast)
        for start in stride(from: 0, to: spans.count, by: Self.batch) {
            let part = Array(spans[start..<min(start + Self.batch, spans.count)])
            await write("span", part.count) { try TraceStore().write(part, in: $0) }
        }
        for start in stride(from: 0, to: lines.count, by: Self.batch) {
            let part = Array(lines[start..<min(start + Self.batch, lines.count)])
            await write("line", part.count) { try LogStore().write(part, in: $0) }
        }
        for exporter in exporters {
            exporter.take(spans: spans, lines: lines.map(\.record))
        }
        await sweepNowAndThen()
    }

    private typealias Lines = [(record: LogRecord, organisation: ID<Organisation>)]

    private func collect(_ isLast: Bool) -> (spans: [Span], lines: Lines) {
        var spans = spans.drain()
        let (records, dropped) = logs.drain()
        if dropped > 0 { lost.with("line").add(Double(dropped)) }
        return state.withLock { state in
            state.owners.learn(spans)
            for index in spans.indices where spans[index].organisation == nil {
                spans[index].organisation = state.owners[spans[index].context.span]
            }
            var lines: Lines = []
            for record in state.held {
                lines.append((record, Self.owner(of: record, state.owners) ?? .installation))
            }
            state.held = []
            for record in records {
                if let owner = Self.owner(of: record, state.owners) {
                    lines.append((record, owner))
                } else if record.trace == nil || isLast {
                    lines.append((record, .installation))
                } else {
                    // The span that tells may end after its line: one more turn.
                    state.held.append(record)
                }
            }
            return (spans, lines)
        }
    }

    private static func owner(of record: LogRecord, _ owners: SpanOwners) -> ID<Organisation>? {
        record.organisation ?? record.trace.flatMap { owners[$0.span] }
    }

    private func write(
        _ kind: String,
        _ count: Int,
        _ body: @escaping @Sendable (any Transaction) throws -> Void
    ) async {
        do {
            try await database.transaction(body)
        } catch {
            lost.with(kind).add(Double(count))
            report(error)
        }
    }

    private func sweepNowAndThen() async {
        let due = state.withLock { state in
            state.sinceSweep += 1
            guard state.sinceSweep >= 60 else { return false }
            state.sinceSweep = 0
            return true
        }
        guard due else { return }
        do {
            try await sweep()
        } catch {
            report(error)
        }
    }

    /// Forgets what is too old or too much.
    ///
    /// - Throws: `StoreError`.
    public func sweep() async throws {
        let now = clock.now()
        let retention = retention
        let oldestToKeep = try await database.scan { reader in
            try reader.first(
                "SELECT started_at FROM trace_span ORDER BY started_at DESC LIMIT 1 OFFSET ?",
                [.int(retention.spans)]
            ) { try $0.timestamp(0) }
        }
        let byAge = Timestamp(microseconds: now.microseconds - retention.traces.microseconds)
        let limit = max(byAge, oldestToKeep.map { $0 + .microseconds(1) } ?? byAge)
        while try await database.transaction({
            try TraceStore().forget(before: limit, atMost: 2_000, in: $0)
        }) {
            if Task.isCancelled { return }
        }
        try await database.transaction { transaction in
            try LogStore().forget(
                before: Timestamp(microseconds: now.microseconds - retention.logs.microseconds),
                keeping: retention.lines,
                in: transaction
            )
        }
    }
}

/// Gets what is observed, to send it elsewhere.
public protocol ObservationExporter: Sendable {
    /// Takes finished spans and log lines; must not block.
    func take(spans: [Span], lines: [LogRecord])
}
