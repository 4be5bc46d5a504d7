import Agents
public import Core
public import Store

/// Moving an execution on from outside: by a person, a program, a timer.
extension WorkflowEngine {
    /// Moves an execution on within the caller's transaction, whoever has it in hand.
    ///
    /// - Throws: `NoLongerWanted` when it has ended; what `body` throws; or `StoreError`.
    func change(
        _ id: ID<Execution>,
        in transaction: any Transaction,
        _ body: (inout LiveExecution, Timestamp) throws -> Turn
    ) throws {
        guard let (record, hold) = try tables.live(id, in: transaction) else {
            throw NoLongerWanted()
        }
        var live = try restored(record, hold, in: transaction)
        let turn = try body(&live, around.clock.now())
        let entry = TurnEntry(turn, of: &live)
        let me = office.worker
        var owner = hold.owner
        var placement = place(live, turn, isPerforming: false)
        let isPerforming = office.seat(id)?.isPerforming ?? false
        switch placement {
        case .ended:
            guard
                try tables.removeLive(id, owner: owner, turn: turn.number - 1, in: transaction)
            else { throw LeaseLost() }
        case .away(let due) where owner.isEmpty || (owner == me && !isPerforming):
            try hand(record, from: owner, to: "", due: due, live, entry, in: transaction)
        case .away, .inHand:
            // Whoever has it in hand goes on; who is another process notices that it is due.
            if owner.isEmpty { owner = me ?? "" }
            placement = .inHand
            try hand(
                record,
                from: hold.owner,
                to: owner,
                due: owner == me ? ExecutionTables.inHand : 0,
                live,
                entry,
                in: transaction
            )
        }
        try complete(entry, live, record, in: transaction)
        let (moved, final, place) = (live, owner, placement)
        transaction.afterCommit { [self] in
            switch place {
            case .ended: office.remove(id)
            case .away(let due):
                office.remove(id)
                if due < ExecutionTables.inHand {
                    office.alarm(Timestamp(microseconds: due), .claim)
                }
            case .inHand:
                if let me, final == me { takeUp(record, moved, owner: me) }
            }
            tell(record, place)
        }
    }

    private func hand(
        _ record: ExecutionTables.Record,
        from owner: String,
        to next: String,
        due: Int64,
        _ live: LiveExecution,
        _ entry: TurnEntry,
        in transaction: any Transaction
    ) throws {
        guard
            try tables.hand(
                record.id,
                from: owner,
                to: next,
                due: due,
                isPaused: live.isPaused,
                entry,
                in: transaction
            )
        else { throw LeaseLost() }
    }

    /// Takes an execution in hand and has its steps performed.
    func takeUp(_ record: ExecutionTables.Record, _ live: LiveExecution, owner: String) {
        guard let seat = office.seat(record, live, owner: owner) else { return }
        office.alarms(of: record, live)
        launch(seat)
    }

    /// Continues an execution from the store.
    func restored(
        _ record: ExecutionTables.Record,
        _ hold: ExecutionTables.Hold,
        in reader: any Reader
    ) throws -> LiveExecution {
        try LiveExecution(
            tables.stored(record, hold, in: reader),
            definition: try catalogue.workflow(of: record, in: reader).definition,
            random: TurnRandom(around.random)
        )
    }

    /// Stops every running execution about one thing, within the caller's transaction.
    ///
    /// - Parameters:
    ///   - subject: for instance `order:018f…`.
    ///   - organisation: whose.
    ///   - cause: why, for the history.
    ///   - transaction: the caller's.
    /// - Throws: `StoreError`.
    public func abortAll(
        about subject: String,
        organisation: ID<Organisation>,
        cause: String,
        in transaction: any Transaction
    ) throws {
        for id in try tables.running(about: subject, organisation: organisation, in: transaction) {
            do {
                try change(id, in: transaction) { live, now in
                    live.take([.abort(error: "Aborted", cause: cause)], at: now)
                }
            } catch is NoLongerWanted {
                // A child, which ended with its parent.
            }
        }
    }
}
