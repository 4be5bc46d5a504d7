import Core
import Foundation
import Store
import StoreTesting
import Synchronization

@testable import Observability

/// A store with the tables of what is observed, on a clock that tests move.
struct ObservationWorld {
    let clock = ManualClock(now: Timestamp(microseconds: 1_800_000_000_000_000))
    let metrics = Metrics()
    let history = MetricHistory()
    let points = MetricStore()
    let database: any Database
    let ours = ID<Organisation>(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0011)
    let theirs = ID<Organisation>(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0022)

    init() async throws {
        let path = NSTemporaryDirectory() + "weft-observation-" + UUID().uuidString + ".db"
        database = try TestDatabase(path: path)
        try await database.migrate(ObservationTables.migrations)
    }

    var reader: MetricReader {
        MetricReader(history: history, store: points, database: database)
    }

    var ids: IDGenerator { IDGenerator(clock: clock, random: SystemRandom()) }

    func service(
        afterSample: @escaping @Sendable (Timestamp) async -> Void = { _ in }
    ) -> MetricService {
        MetricService(
            metrics: metrics,
            history: history,
            store: points,
            database: database,
            clock: clock,
            afterSample: afterSample
        )
    }

    func viewer(_ organisation: ID<Organisation>, operates: Bool = false) -> Viewer {
        Viewer(organisation, operates: operates)
    }

    func span(
        _ name: String,
        _ kind: SpanKind,
        _ context: TraceContext,
        parent: UInt64? = nil,
        of organisation: ID<Organisation>? = nil,
        at offset: Int64 = 0,
        milliseconds: Int64 = 5,
        failure: String? = nil
    ) -> Span {
        Span(
            name: name,
            kind: kind,
            context: context,
            parent: parent,
            organisation: organisation,
            start: clock.now() + .microseconds(offset),
            duration: .milliseconds(milliseconds),
            status: failure.map { .failed($0) } ?? .ok
        )
    }
}

/// Keeps what it is told, and writes nothing.
final class Notes: AlarmAnnouncer {
    private let kept = Mutex<[AlarmChange]>([])
    var changes: [AlarmChange] { kept.withLock { $0 } }
    /// What happens while a change is being prepared.
    let meanwhile = Mutex<(@Sendable (AlarmChange) async throws -> Void)?>(nil)

    func prepare(
        _ change: AlarmChange
    ) async throws -> @Sendable (any Transaction) throws -> Void {
        try await meanwhile.withLock { $0 }?(change)
        return { [self] transaction in
            transaction.afterCommit { self.kept.withLock { $0.append(change) } }
        }
    }
}
