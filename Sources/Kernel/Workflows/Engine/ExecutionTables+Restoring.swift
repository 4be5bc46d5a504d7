import Core
import Store

extension ExecutionTables {
    /// What must be read to continue an execution, so that the continuing can be done elsewhere.
    struct Stored: Sendable {
        var record: Record
        var hold: Hold
        /// What was journaled since the state was stored.
        var journal: [(turn: Int, at: Timestamp, inputs: JSON)] = []
        /// The state in the form of the first tables.
        var old: (state: JSON, pending: [(step: Int, kind: String, body: JSON?, due: Timestamp)])?
    }

    func stored(
        _ record: Record,
        _ hold: Hold,
        in reader: any Reader
    ) throws -> Stored {
        var stored = Stored(record: record, hold: hold)
        if hold.snapshot == nil {
            let pending = try reader.query(
                "SELECT step, kind, body, due_at FROM execution_pending WHERE execution = ?",
                [.id(record.id)]
            ) { row in
                (
                    Int(try row.int(0)), try row.text(1),
                    try row.optionalJSON(2), try row.timestamp(3)
                )
            }
            let state = try reader.first(
                "SELECT state FROM execution WHERE id = ?",
                [.id(record.id)]
            ) { try $0.json(0) }
            stored.old = (state ?? [:], pending)
        } else if hold.snapshotTurn < hold.turn {
            stored.journal = try inputs(of: record.id, after: hold.snapshotTurn, in: reader)
        }
        return stored
    }

    /// The row of the first tables is of no use once the execution went on.
    func forgetOldForm(of id: ID<Execution>, in transaction: any Transaction) throws {
        try transaction.execute(
            "DELETE FROM execution_pending WHERE execution = ?",
            [.id(id)]
        )
    }
}

extension LiveExecution {
    /// Continues from what the store has.
    ///
    /// - Throws: `GeneralFault` or `StoreError` of code `corrupt` when it fits no definition.
    init(
        _ stored: ExecutionTables.Stored,
        definition: Definition,
        random: TurnRandom
    ) throws {
        let hold = stored.hold
        if let old = stored.old {
            self.init(
                try Execution(restoring: old.state, definition: definition, random: random),
                random: random
            )
            hasOldForm = true
            for (step, kind, body, due) in old.pending {
                switch kind {
                case "deadline": deadline = due
                case "timer": pending[step] = .timer(due)
                default:
                    let task = try ScheduledTask(json: body ?? .null)
                    pending[step] = .task(
                        PendingTask(
                            task: task,
                            since: due,
                            limit: task.timeoutSeconds.map { due + .seconds($0) }
                        )
                    )
                }
            }
        } else {
            let text = hold.snapshot ?? ""
            try self.init(
                restoring: try JSON(parsing: text, limits: .init(depth: 512)),
                definition: definition,
                random: random
            )
            turn = hold.snapshotTurn
            self.stored(bytes: text.utf8.count)
            for entry in stored.journal {
                try repeatJournaled(entry.inputs, at: entry.at)
            }
        }
        guard turn == hold.turn else {
            throw StoreError(
                .corrupt,
                "execution \(stored.record.id) is at turn \(hold.turn), its journal at \(turn)"
            )
        }
    }

    private mutating func repeatJournaled(_ journal: JSON, at moment: Timestamp) throws {
        let reader = JSONReader(journal)
        var inputs: [ExecutionInput] = []
        for element in try reader.member("inputs").array() {
            inputs.append(try ExecutionInput(element))
        }
        var seed: TurnRandom.Seed?
        if let text = try reader.optional("seed")?.string() {
            let words = text.split(separator: " ").compactMap { UInt64($0) }
            guard words.count == 2 else { throw reader.fault("has no seed") }
            seed = TurnRandom.Seed(high: words[0], low: words[1])
        }
        repeatTurn(inputs, at: moment, seed: seed)
        journalBytes += journal.byteCount
    }
}
