import Core
import Store

/// Executions under way: who has them in hand, and up to where they are written.
extension ExecutionTables {
    private static let joined = """
        SELECT e.id, e.organisation, e.workflow, e.version, e.name, e.subject, e.on_behalf_of,
            e.traceparent, e.started_at, e.parent, e.parent_step, l.owner, l.turn, l.paused, l.snapshot, l.snapshot_turn
        FROM execution_live l JOIN execution e ON e.id = l.execution
        """

    private static func pair(_ row: any Row) throws -> (record: Record, hold: Hold) {
        (
            try record(row),
            Hold(
                owner: try row.text(11),
                turn: Int(try row.int(12)),
                isPaused: try row.bool(13),
                snapshot: try row.optionalText(14),
                snapshotTurn: Int(try row.int(15))
            )
        )
    }

    private static let one = "\(joined) WHERE l.execution = ?"

    /// An execution under way; nil when it has ended or never was.
    func live(_ id: ID<Execution>, in reader: any Reader) throws -> (record: Record, hold: Hold)? {
        try reader.first(Self.one, [.id(id)], Self.pair)
    }

    private static let waiting =
        "\(joined) WHERE l.owner = ? AND l.due_at <= ? ORDER BY l.due_at LIMIT ?"

    /// Executions of an owner that wait for a worker, those due first first.
    func waiting(
        of owner: String,
        until due: Int64,
        limit: Int,
        in reader: any Reader
    ) throws -> [(record: Record, hold: Hold)] {
        try reader.query(Self.waiting, [.text(owner), .int(due), .int(limit)], Self.pair)
    }

    /// When the next execution that nobody has in hand is due; nil when none is.
    func nextDue(in reader: any Reader) throws -> Timestamp? {
        try reader.first(
            """
            SELECT due_at FROM execution_live WHERE owner = '' AND due_at < ?
            ORDER BY due_at LIMIT 1
            """,
            [.int(Self.inHand)]
        ) { try $0.timestamp(0) }
    }

    /// Everybody who has executions in hand.
    func owners(in reader: any Reader) throws -> [String] {
        var found: [String] = []
        // Each step is one look into the index, however many executions there are.
        while let next = try reader.first(
            "SELECT owner FROM execution_live WHERE owner > ? ORDER BY owner LIMIT 1",
            [.text(found.last ?? "")],
            { try $0.text(0) }
        ) {
            found.append(next)
        }
        return found
    }

    func owner(
        of id: ID<Execution>,
        in reader: any Reader
    ) throws -> (owner: String, turn: Int)? {
        try reader.first(
            "SELECT owner, turn FROM execution_live WHERE execution = ?",
            [.id(id)]
        ) { (try $0.text(0), Int(try $0.int(1))) }
    }

    /// Takes an execution into a worker's hand.
    ///
    /// - Returns: whether it was still where it was seen.
    func claim(
        _ id: ID<Execution>,
        from hold: Hold,
        by worker: String,
        in transaction: any Transaction
    ) throws -> Bool {
        try transaction.executeCounting(
            """
            UPDATE execution_live SET owner = ?, due_at = ? WHERE execution = ? AND owner = ?
                AND turn = ?
            """,
            [
                .text(worker), .int(Self.inHand), .id(id), .text(hold.owner), .int(hold.turn),
            ]
        ) == 1
    }

    func insertLive(
        _ id: ID<Execution>,
        owner: String,
        due: Int64,
        isPaused: Bool,
        _ entry: TurnEntry,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO execution_live (execution, owner, due_at, turn, paused, at_state, snapshot,
                snapshot_turn)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(id), .text(owner), .int(due), .int(entry.turn.number), .bool(isPaused),
                .text(entry.turn.current), .text(entry.snapshot), .int(entry.turn.number),
            ]
        )
    }

    /// Moves an execution on by a turn; it stays in the same hand.
    ///
    /// - Returns: whether it was where the worker believes it to be.
    func advance(
        _ id: ID<Execution>,
        owner: String,
        _ entry: TurnEntry,
        in transaction: any Transaction
    ) throws -> Bool {
        let turn = entry.turn.number
        if let snapshot = entry.snapshot {
            return try transaction.executeCounting(
                """
                UPDATE execution_live SET turn = ?, at_state = coalesce(?, at_state), snapshot = ?,
                    snapshot_turn = ?
                WHERE execution = ? AND owner = ? AND turn = ?
                """,
                [
                    .int(turn), .text(entry.turn.current), .text(snapshot), .int(turn), .id(id),
                    .text(owner), .int(turn - 1),
                ]
            ) == 1
        }
        return try transaction.executeCounting(
            """
            UPDATE execution_live SET turn = ?, at_state = coalesce(?, at_state)
            WHERE execution = ? AND owner = ? AND turn = ?
            """,
            [.int(turn), .text(entry.turn.current), .id(id), .text(owner), .int(turn - 1)]
        ) == 1
    }

    /// Moves an execution on by a turn and from one hand to another, or to none.
    func hand(
        _ id: ID<Execution>,
        from owner: String,
        to next: String,
        due: Int64,
        isPaused: Bool,
        _ entry: TurnEntry,
        in transaction: any Transaction
    ) throws -> Bool {
        let turn = entry.turn.number
        let stored = entry.snapshot.map { _ in turn }
        return try transaction.executeCounting(
            """
            UPDATE execution_live SET owner = ?, due_at = ?, paused = ?, turn = ?,
                at_state = coalesce(?, at_state), snapshot = coalesce(?, snapshot),
                snapshot_turn = coalesce(CAST(? AS BIGINT), snapshot_turn)
            WHERE execution = ? AND owner = ? AND turn = ?
            """,
            [
                .text(next), .int(due), .bool(isPaused), .int(turn), .text(entry.turn.current),
                .text(entry.snapshot), .int(stored), .id(id), .text(owner), .int(turn - 1),
            ]
        ) == 1
    }

    /// Takes an execution that has ended off the list.
    func removeLive(
        _ id: ID<Execution>,
        owner: String,
        turn: Int,
        in transaction: any Transaction
    ) throws -> Bool {
        try transaction.executeCounting(
            "DELETE FROM execution_live WHERE execution = ? AND owner = ? AND turn = ?",
            [.id(id), .text(owner), .int(turn)]
        ) == 1
    }

    /// Writes what a turn did into the journal.
    func append(
        _ entry: TurnEntry,
        to id: ID<Execution>,
        in transaction: any Transaction
    ) throws {
        guard let first = entry.turn.events.first else {
            guard entry.inputs != nil else { return }
            return try append(entry, to: id, first: entry.lastEvent + 1, in: transaction)
        }
        try append(entry, to: id, first: first.id, in: transaction)
    }

    private func append(
        _ entry: TurnEntry,
        to id: ID<Execution>,
        first: Int,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO execution_turn (execution, turn, at, first_event, events, inputs)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                .id(id), .int(entry.turn.number), .time(entry.turn.at), .int(first),
                .text(entry.events), .text(entry.inputs),
            ]
        )
    }

    /// The inputs of turns after one, as they were journaled.
    func inputs(
        of id: ID<Execution>,
        after turn: Int,
        in reader: any Reader
    ) throws -> [(turn: Int, at: Timestamp, inputs: JSON)] {
        try reader.query(
            """
            SELECT turn, at, inputs FROM execution_turn WHERE execution = ? AND turn > ?
            ORDER BY turn
            """,
            [.id(id), .int(turn)]
        ) { row in
            guard !row.isNull(2) else {
                throw StoreError(.corrupt, "turn \(try row.int(0)) of \(id) has no inputs")
            }
            return (Int(try row.int(0)), try row.timestamp(1), try row.json(2))
        }
    }
}

/// A turn as it is written.
struct TurnEntry: Sendable {
    var turn: Turn
    /// The last event before and in it.
    var lastEvent: Int
    /// The events as a JSON array.
    var events: String
    /// The inputs and the seed, when the state is not stored with the turn.
    var inputs: String?
    /// The state after it, when it is stored.
    var snapshot: String?

    /// What is written of a turn, given the execution after it.
    init(_ turn: Turn, of live: inout LiveExecution) {
        self.turn = turn
        lastEvent = live.execution.lastEvent
        events = JSON.array(turn.events.map(\.json)).text()
        guard turn.ending == nil else { return }
        var inputs: String?
        if live.snapshotTurn > 0, live.snapshotBytes > LiveExecution.smallState {
            var journal: JSON = ["inputs": .array(turn.inputs.map(\.json))]
            if let seed = turn.seed {
                journal["seed"] = .string("\(seed.high) \(seed.low)")
            }
            inputs = journal.text()
        }
        if live.storesState(journaling: inputs?.utf8.count ?? 0) {
            let text = live.json.text()
            live.stored(bytes: text.utf8.count)
            snapshot = text
        } else {
            self.inputs = inputs
        }
    }
}
