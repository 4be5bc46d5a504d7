import Core
import Foundation
import Store
import StoreTesting
import Testing

@testable import Series

/// An empty store of series on the driver that the tests run on, and a clock that tests move.
final class SeriesWorld: Sendable {
    static let hour: Int64 = 3_600_000_000
    static let day = 24 * hour
    /// 2027-01-15T08:00:00Z, a whole hour.
    static let start = Timestamp(microseconds: 1_800_000_000_000_000)

    let ours = ID<Organisation>(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0011)
    let theirs = ID<Organisation>(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0022)
    let clock = ManualClock(now: SeriesWorld.start)
    let store: SeriesStore
    let limits: SeriesLimits
    private let kept: TestDatabase
    private let folder: String

    init(limits: SeriesLimits = .init(), rules: String = "") async throws {
        folder = NSTemporaryDirectory() + "weft-series-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        kept = try TestDatabase(path: folder + "/weft.db")
        self.limits = limits
        store = SeriesStore(limits: limits, rules: try SeriesRetentionRules(rules))
        try await kept.migrate(SeriesTables.migrations)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var database: any Database { kept }

    var upkeep: SeriesUpkeep { SeriesUpkeep(store, database: database, clock: clock) }

    /// The moment so many seconds after the start.
    static func at(_ seconds: Double) -> Timestamp {
        Timestamp(microseconds: start.microseconds + Int64(seconds * 1_000_000))
    }

    static func name(_ name: String, _ labels: [String: String] = [:]) throws -> SeriesName {
        try SeriesName(name, labels: labels.map { .init(key: $0.key, value: $0.value) })
    }

    /// Points at seconds after the start.
    static func points(_ pairs: [(Double, Double)]) -> [SeriesPoint] {
        pairs.map { SeriesPoint(at: at($0.0), value: $0.1) }
    }

    @discardableResult
    func write(
        _ name: SeriesName,
        _ points: [SeriesPoint],
        unit: String? = nil,
        kind: SeriesKind? = nil,
        of organisation: ID<Organisation>? = nil
    ) async throws -> SeriesStore.Receipt {
        var batch = SeriesBatch()
        try batch.add(.init(name, unit: unit, kind: kind, points: points, place: "/series/0"))
        return try await write(batch, of: organisation)
    }

    @discardableResult
    func write(
        _ batch: SeriesBatch,
        of organisation: ID<Organisation>? = nil
    ) async throws -> SeriesStore.Receipt {
        let store = store
        let prepared = try store.prepare(
            batch,
            organisation: organisation ?? ours,
            now: clock.now()
        )
        return try await database.transaction { try store.write(prepared, in: $0) }
    }

    func series(
        _ name: String,
        of organisation: ID<Organisation>? = nil
    ) async throws -> [SeriesRecord] {
        let selection = SeriesSelection(organisation ?? ours, name: name)
        return try await database.read { try selection.series(atMost: 1_000, in: $0) }
    }

    /// All points of the only series of a name, from a day before the start to ten days after it.
    func points(_ name: String) async throws -> [SeriesPoint] {
        let series = try await series(name)
        let limits = limits
        return try await database.read { reader in
            guard let one = series.first else { return [] }
            var reading = try SeriesReading(of: series, limits: limits, in: reader)
            return try reading.points(
                of: one.id,
                from: Self.at(-20 * 86_400),
                until: Self.at(10 * 86_400)
            )
        }
    }

    func answer(_ question: SeriesQuestion) async throws -> SeriesQuestion.Answer {
        let limits = limits
        return try await database.read { try question.answer(limits: limits, in: $0) }
    }

    /// Rolls up everything that is over.
    func keepUp() async throws {
        try await upkeep.compact()
        try await upkeep.rollUp()
    }

    func count(_ table: String) async throws -> Int {
        try await database.query("SELECT count(*) FROM \(table)", []) { Int(try $0.int(0)) }.first
            ?? 0
    }
}
