import Core
import Store

/// How far the loading of booked vehicles has come.
struct Loadings {
    /// One vehicle's progress.
    struct Progress {
        /// How many pieces the vehicle is to take.
        var total: Int
        /// How many stand where the plan says.
        var placed: Int
        /// How many could not be placed.
        var problems: Int
        /// When the last piece was placed or reported; nil while some are open.
        var completedAt: Timestamp?

        /// `{"total","placed","problems","completedAt"}`.
        var json: JSON {
            [
                "total": .int(total), "placed": .int(placed), "problems": .int(problems),
                "completedAt": completedAt?.json ?? .null,
            ]
        }
    }

    /// What was said of one piece last.
    struct Piece {
        var sequence: Int
        var mark: PieceMark
        /// Counts what was said of the piece.
        var revision: Int
        var doneAt: Timestamp
    }

    /// What a new mark changed.
    struct Change {
        var progress: Progress
        var revision: Int
        /// Whether anything changed: the same mark again changes nothing.
        var isNew: Bool
        /// Whether this piece was the last open one.
        var completes: Bool
        /// Whether loading was complete before and is not any more.
        var reopens: Bool
    }

    let scope: Scope

    func progress(of booking: ID<Booking>, in reader: any Reader) throws -> Progress? {
        try reader.first(
            """
            SELECT total, placed, problems, completed_at FROM logistics_loading
            WHERE organisation = ? AND booking = ?
            """,
            [.id(scope.organisation), .id(booking)]
        ) { row in
            Progress(
                total: Int(try row.int(0)),
                placed: Int(try row.int(1)),
                problems: Int(try row.int(2)),
                completedAt: try row.optionalTimestamp(3)
            )
        }
    }

    /// What was said of the pieces, by sequence; pieces of which nothing was said are absent.
    func pieces(of booking: ID<Booking>, in reader: any Reader) throws -> [Int: Piece] {
        let found = try reader.query(
            """
            SELECT sequence, status, reason, note, revision, done_at FROM logistics_loading_piece
            WHERE organisation = ? AND booking = ?
            """,
            [.id(scope.organisation), .id(booking)],
            Self.read
        )
        return Dictionary(found.map { ($0.sequence, $0) }, uniquingKeysWith: { _, last in last })
    }

    private static func read(_ row: any Row) throws -> Piece {
        Piece(
            sequence: Int(try row.int(0)),
            mark: PieceMark(
                name: try row.text(1),
                reason: try row.optionalText(2),
                note: try row.optionalText(3)
            ),
            revision: Int(try row.int(4)),
            doneAt: try row.timestamp(5)
        )
    }

    /// Records what was said of a piece.
    ///
    /// - Parameters:
    ///   - mark: what was said.
    ///   - sequence: of which piece.
    ///   - booking: of which vehicle.
    ///   - total: how many pieces it takes, for the first mark.
    ///   - doneAt: when it was done, by the loader's clock.
    ///   - now: when it is recorded.
    ///   - transaction: the caller's.
    /// - Returns: what changed.
    /// - Throws: a fault of code `invalid-value` for a piece that the vehicle does not take.
    func mark(
        _ mark: PieceMark,
        _ sequence: Int,
        of booking: Booking,
        total: Int,
        doneAt: Timestamp,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws -> Change {
        var progress =
            try progress(of: booking.id, in: transaction)
            ?? Progress(total: total, placed: 0, problems: 0)
        guard (1...max(1, progress.total)).contains(sequence) else {
            throw GeneralFault(
                .invalid,
                code: "invalid-value",
                "the vehicle takes \(progress.total) pieces; there is no piece \(sequence)",
                pointer: "/sequence"
            )
        }
        let known = try transaction.first(
            """
            SELECT sequence, status, reason, note, revision, done_at FROM logistics_loading_piece
            WHERE organisation = ? AND booking = ? AND sequence = ?
            """,
            [.id(scope.organisation), .id(booking.id), .int(sequence)],
            Self.read
        )
        let before = known?.mark ?? .open
        let revision = known?.revision ?? 0
        guard before != mark else {
            return Change(
                progress: progress,
                revision: revision,
                isNew: false,
                completes: false,
                reopens: false
            )
        }
        progress.count(before, -1)
        progress.count(mark, 1)
        let wasComplete = progress.completedAt != nil
        let isComplete = progress.placed + progress.problems == progress.total
        progress.completedAt = isComplete ? progress.completedAt ?? now : nil
        try save(progress, of: booking, in: transaction)
        try transaction.execute(
            """
            INSERT INTO logistics_loading_piece (organisation, booking, sequence, status, reason,
                note, revision, actor, done_at, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (organisation, booking, sequence) DO UPDATE SET
                status = excluded.status, reason = excluded.reason, note = excluded.note,
                revision = excluded.revision, actor = excluded.actor, done_at = excluded.done_at,
                recorded_at = excluded.recorded_at
            """,
            [
                .id(scope.organisation), .id(booking.id), .int(sequence), .text(mark.name),
                .text(mark.reason), .text(mark.note), .int(revision + 1), .id(scope.actor.id),
                .time(doneAt), .time(now),
            ]
        )
        return Change(
            progress: progress,
            revision: revision + 1,
            isNew: true,
            completes: isComplete && !wasComplete,
            reopens: wasComplete && !isComplete
        )
    }

    private func save(
        _ progress: Progress,
        of booking: Booking,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO logistics_loading (organisation, booking, order_id, total, placed, problems,
                completed_at) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (organisation, booking) DO UPDATE SET
                placed = excluded.placed, problems = excluded.problems,
                completed_at = excluded.completed_at
            """,
            [
                .id(scope.organisation), .id(booking.id), .id(booking.order),
                .int(progress.total), .int(progress.placed), .int(progress.problems),
                .time(progress.completedAt),
            ]
        )
    }
}

extension Loadings.Progress {
    fileprivate mutating func count(_ mark: PieceMark, _ change: Int) {
        switch mark {
        case .open: break
        case .placed: placed += change
        case .problem: problems += change
        }
    }
}
