import Core
import Store

/// Histories: a row for each turn, and one for each event in what the first tables kept.
extension ExecutionTables {
    /// Events of an execution, the oldest first.
    ///
    /// - Parameters:
    ///   - id: which execution.
    ///   - first: from this event on.
    ///   - limit: at most this many.
    ///   - reader: what to read.
    /// - Returns: the events with AWS's names.
    /// - Throws: `StoreError`.
    func history(
        of id: ID<Execution>,
        from first: Int,
        limit: Int,
        in reader: any Reader
    ) throws -> [JSON] {
        var events = try reader.query(
            "SELECT body FROM execution_event WHERE execution = ? AND id >= ? ORDER BY id LIMIT ?",
            [.id(id), .int(first), .int(limit)]
        ) { try $0.json(0) }
        var turn = try turn(holding: first, of: id, in: reader)
        while events.count < limit {
            let rows = try reader.query(
                """
                SELECT turn, events FROM execution_turn WHERE execution = ? AND turn >= ?
                ORDER BY turn LIMIT 64
                """,
                [.id(id), .int(turn)]
            ) { (Int(try $0.int(0)), try $0.json(1)) }
            for (_, found) in rows {
                for event in found.array ?? [] where (event["id"]?.int ?? 0) >= first {
                    events.append(event)
                    if events.count == limit { return events }
                }
            }
            guard rows.count == 64, let last = rows.last else { break }
            turn = last.0 + 1
        }
        return events
    }

    /// The turn that has an event, or one before it; found by halving, as event numbers grow with turns.
    private func turn(
        holding event: Int,
        of id: ID<Execution>,
        in reader: any Reader
    ) throws -> Int {
        guard event > 1 else { return 0 }
        var low = 0
        var high =
            try reader.first(
                "SELECT turn FROM execution_turn WHERE execution = ? ORDER BY turn DESC LIMIT 1",
                [.id(id)]
            ) { Int(try $0.int(0)) } ?? 0
        while low < high {
            let middle = (low + high + 1) / 2
            let found = try reader.first(
                """
                SELECT turn, first_event FROM execution_turn WHERE execution = ? AND turn >= ?
                ORDER BY turn LIMIT 1
                """,
                [.id(id), .int(middle)]
            ) { (Int(try $0.int(0)), Int(try $0.int(1))) }
            if let found, found.1 <= event { low = max(found.0, middle) } else { high = middle - 1 }
        }
        return low
    }

    /// How many events an execution has.
    func historyCount(of id: ID<Execution>, in reader: any Reader) throws -> Int {
        let last = try reader.first(
            """
            SELECT events, first_event FROM execution_turn WHERE execution = ?
            ORDER BY turn DESC LIMIT 1
            """,
            [.id(id)]
        ) { row in
            // A turn without events notes which would have been the next.
            try row.json(0).array?.last?["id"]?.int ?? Int(try row.int(1)) - 1
        }
        if let last { return last }
        return try reader.first(
            "SELECT coalesce(max(id), 0) FROM execution_event WHERE execution = ?",
            [.id(id)]
        ) { Int(try $0.int(0)) } ?? 0
    }
}
