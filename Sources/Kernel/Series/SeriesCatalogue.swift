import Core
import Store
import Synchronization

/// Which series there are, and their numbers.
///
/// Numbers are remembered between batches. Each organisation has an epoch in the store, which changes
/// when one of its series is removed; what was remembered in another epoch is forgotten, also when
/// another process removed the series.
final class SeriesCatalogue: Sendable {
    private struct Known {
        var epoch: Int64
        var series: [SeriesName: SeriesRecord] = [:]
    }

    private let known = Mutex<[ID<Organisation>: Known]>([:])

    /// The numbers of a batch's series, when all are remembered and are of the units and kinds said.
    func known(
        _ entries: [SeriesBatch.Entry],
        of organisation: ID<Organisation>
    ) -> (epoch: Int64, ids: [Int64])? {
        known.withLock { known in
            guard let series = known[organisation] else { return nil }
            var ids: [Int64] = []
            ids.reserveCapacity(entries.count)
            for entry in entries {
                guard let record = series.series[entry.name],
                    entry.unit == nil || entry.unit == record.unit,
                    entry.kind == nil || entry.kind == record.kind
                else { return nil }
                ids.append(record.id)
            }
            return (series.epoch, ids)
        }
    }

    /// The epoch of an organisation, as the transaction sees it.
    func epoch(of organisation: ID<Organisation>, in reader: any Reader) throws -> Int64 {
        try reader.first(
            "SELECT epoch FROM series_catalog WHERE organisation = ?",
            [.id(organisation)]
        ) { try $0.int(0) } ?? 0
    }

    /// The numbers of a batch's series; those that are new are made.
    func resolve(
        _ entries: [SeriesBatch.Entry],
        of organisation: ID<Organisation>,
        epoch: Int64,
        now: Timestamp,
        most: Int,
        in transaction: any Transaction
    ) throws -> (ids: [Int64], created: Int) {
        let remembered = known.withLock { known in
            known[organisation].flatMap { $0.epoch == epoch ? $0.series : nil } ?? [:]
        }
        var ids: [Int64] = []
        var learnt: [SeriesRecord] = []
        var missing: [Int] = []
        for (index, entry) in entries.enumerated() {
            if let record = try remembered[entry.name]
                ?? find(entry.name, of: organisation, in: transaction)
            {
                try Self.check(entry, record)
                if remembered[entry.name] == nil { learnt.append(record) }
                ids.append(record.id)
            } else {
                missing.append(index)
                ids.append(0)
            }
        }
        try count(missing.count, of: organisation, most: most, in: transaction)
        for index in missing {
            let record = try make(entries[index], of: organisation, now: now, in: transaction)
            learnt.append(record)
            ids[index] = record.id
        }
        let found = learnt
        // Only once it is committed is a number good: the transaction may yet be undone.
        transaction.afterCommit { [self] in
            known.withLock { known in
                if known[organisation]?.epoch != epoch { known[organisation] = Known(epoch: epoch) }
                for record in found { known[organisation]?.series[record.name] = record }
            }
        }
        return (ids, missing.count)
    }

    /// Adds to the organisation's number of series, and refuses more than it may have.
    private func count(
        _ more: Int,
        of organisation: ID<Organisation>,
        most: Int,
        in transaction: any Transaction
    ) throws {
        guard more > 0 else { return }
        try transaction.execute(
            """
            INSERT INTO series_catalog (organisation, epoch, members) VALUES (?, 0, ?)
            ON CONFLICT (organisation) DO UPDATE SET members = series_catalog.members + excluded.members
            """,
            [.id(organisation), .int(more)]
        )
        let members = try transaction.first(
            "SELECT members FROM series_catalog WHERE organisation = ?",
            [.id(organisation)]
        ) { Int(try $0.int(0)) }
        guard let members, members <= most else {
            throw SeriesError(
                .tooManySeries,
                "the organisation may have \(most) series and has \((members ?? 0) - more); the batch "
                    + "would make \(more) more. Labels that take ever new values make ever new series"
            )
        }
    }

    private func make(
        _ entry: SeriesBatch.Entry,
        of organisation: ID<Organisation>,
        now: Timestamp,
        in transaction: any Transaction
    ) throws -> SeriesRecord {
        try transaction.execute(
            """
            INSERT INTO series (organisation, name, labels, unit, kind, created_at)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                .id(organisation), .text(entry.name.name), .json(entry.name.labelsJSON),
                .text(entry.unit ?? ""), .text((entry.kind ?? .gauge).rawValue), .time(now),
            ]
        )
        guard let record = try find(entry.name, of: organisation, in: transaction) else {
            throw SeriesError(.corrupt, "a series that was made is not there")
        }
        return record
    }

    private func find(
        _ name: SeriesName,
        of organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> SeriesRecord? {
        try reader.first(
            """
            SELECT id, unit, kind, created_at FROM series
            WHERE organisation = ? AND name = ? AND labels = ?
            """,
            [.id(organisation), .text(name.name), .json(name.labelsJSON)]
        ) { row in
            SeriesRecord(
                id: try row.int(0),
                name: name,
                unit: try row.text(1),
                kind: SeriesKind(rawValue: try row.text(2)) ?? .gauge,
                createdAt: try row.timestamp(3)
            )
        }
    }

    private static func check(
        _ entry: SeriesBatch.Entry,
        _ record: SeriesRecord
    ) throws(SeriesError) {
        if let unit = entry.unit, unit != record.unit {
            throw SeriesError(
                .differs,
                "\(entry.name.name) is in \"\(record.unit)\", the batch says \"\(unit)\"",
                pointer: entry.place
            )
        }
        if let kind = entry.kind, kind != record.kind {
            throw SeriesError(
                .differs,
                "\(entry.name.name) is a \(record.kind.rawValue), the batch says \(kind.rawValue)",
                pointer: entry.place
            )
        }
    }

    // MARK: Removing

    /// Removes series at once; their points go with the upkeep.
    func remove(
        _ series: [SeriesRecord],
        of organisation: ID<Organisation>,
        in transaction: any Transaction
    ) throws {
        guard !series.isEmpty else { return }
        for record in series {
            try transaction.execute("DELETE FROM series WHERE id = ?", [.int(record.id)])
            try transaction.execute(
                "INSERT INTO series_removed (series) VALUES (?) ON CONFLICT (series) DO NOTHING",
                [.int(record.id)]
            )
        }
        try transaction.execute(
            """
            UPDATE series_catalog SET epoch = epoch + 1, members = members - ?
            WHERE organisation = ?
            """,
            [.int(series.count), .id(organisation)]
        )
    }
}
