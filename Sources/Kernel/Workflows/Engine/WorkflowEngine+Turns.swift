import Agents
import Core
import Store

/// An execution is not in this worker's hand any more.
struct LeaseLost: Error {}

/// Where an execution is after a turn.
enum Placement: Sendable {
    case ended
    /// In the store, due at a moment.
    case away(due: Int64)
    case inHand
}

/// What a turn is, to whom it happened, and where it left it.
struct Written: Sendable {
    var live: LiveExecution
    var turn: Turn
    var placement: Placement
    /// The execution was read for the turn.
    var wasRead = false
    /// Which steps' changes failed, and why.
    var failures: [Int: any Error] = [:]
}

extension WorkflowEngine {
    /// Journals what came of an execution's steps, until nothing is left to be journaled.
    func journal(_ seat: Seat) async {
        guard seat.enter() else { return }
        while let batch = seat.nextBatch() {
            let turn = seat.turn
            do {
                let written = try await write(batch, of: seat)
                for outcome in batch {
                    end(outcome.span, outcome.step.flatMap { written.failures[$0] })
                }
            } catch is LeaseLost {
                // Somebody else moved it on: the next round reads it, and finds out who has it.
                seat.putBack(batch, at: turn, leaves: false)
            } catch is NoLongerWanted {
                // It has ended, or is in another hand.
                office.remove(seat.record.id)
                for outcome in batch { end(outcome.span, NoLongerWanted()) }
            } catch {
                around.report(error)
                seat.putBack(batch, at: turn, leaves: true)
                office.alarm(around.clock.now() + .seconds(1), .retry(seat.record.id))
                return
            }
        }
    }

    private func write(_ batch: [Outcome], of seat: Seat) async throws -> Written {
        let now = around.clock.now()
        let inputs = batch.compactMap { outcome in
            if case .input(let input) = outcome.what { input } else { nil }
        }
        if inputs.count == batch.count, var live = seat.takeLive() {
            // All is known: the writer has nothing to do but to write.
            let turn = live.take(inputs, at: now)
            let entry = TurnEntry(turn, of: &live)
            let moved = live
            return try await around.database.transaction { [self] transaction in
                try put(entry, moved, seat, wasRead: false, [:], in: transaction)
            }
        }
        return try await around.database.transaction { [self] transaction in
            try write(batch, of: seat, at: now, in: transaction)
        }
    }

    private func write(
        _ batch: [Outcome],
        of seat: Seat,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws -> Written {
        var live: LiveExecution
        var wasRead = false
        if let known = seat.live {
            live = known
        } else {
            guard let (record, hold) = try tables.live(seat.record.id, in: transaction),
                hold.owner == seat.owner
            else { throw NoLongerWanted() }
            live = try restored(record, hold, in: transaction)
            wasRead = true
        }
        var inputs: [ExecutionInput] = []
        var failures: [Int: any Error] = [:]
        var answered: Set<Int> = []
        for outcome in batch {
            switch outcome.what {
            case .input(let input):
                inputs.append(input)
                if let step = input.step { answered.insert(step) }
            case .commit(let step, let commit):
                guard live.task(step) != nil, answered.insert(step).inserted else { continue }
                do {
                    inputs += try transaction.attempt { try commit(transaction) }
                } catch {
                    if Self.isStoreTrouble(error) { throw error }
                    inputs.append(Self.failure(step, error))
                    failures[step] = error
                }
            }
        }
        let turn = live.take(inputs, at: now)
        let entry = TurnEntry(turn, of: &live)
        return try put(entry, live, seat, wasRead: wasRead, failures, in: transaction)
    }

    /// Writes a turn of an execution in this process' hand.
    private func put(
        _ entry: TurnEntry,
        _ live: LiveExecution,
        _ seat: Seat,
        wasRead: Bool,
        _ failures: [Int: any Error],
        in transaction: any Transaction
    ) throws -> Written {
        let record = seat.record
        let best = place(live, entry.turn, isPerforming: seat.isPerforming)
        let placement: Placement
        if case .inHand = best, office.isRecovering, !seat.isPerforming {
            // It had its turn; others that a dead worker left have had none.
            placement = .away(due: entry.turn.at.microseconds)
        } else {
            placement = best
        }
        let isHere: Bool
        switch placement {
        case .ended:
            isHere = try tables.removeLive(
                record.id,
                owner: seat.owner,
                turn: entry.turn.number - 1,
                in: transaction
            )
        case .away(let due):
            isHere = try tables.hand(
                record.id,
                from: seat.owner,
                to: "",
                due: due,
                isPaused: live.isPaused,
                entry,
                in: transaction
            )
        case .inHand:
            isHere = try tables.advance(record.id, owner: seat.owner, entry, in: transaction)
        }
        guard isHere else { throw LeaseLost() }
        try complete(entry, live, record, in: transaction)
        let written = Written(
            live: live,
            turn: entry.turn,
            placement: placement,
            wasRead: wasRead,
            failures: failures
        )
        transaction.afterCommit { [self] in
            switch placement {
            case .ended: office.remove(record.id)
            case .away(let due):
                office.remove(record.id)
                if due < ExecutionTables.inHand {
                    office.alarm(Timestamp(microseconds: due), .claim)
                }
            case .inHand:
                seat.committed(written.live, written.turn, wasRead: wasRead)
                office.alarms(
                    of: record,
                    written.live,
                    added: wasRead ? nil : written.turn.added + written.turn.limited
                )
            }
            tell(record, placement)
        }
        return written
    }

    /// What is written of a turn besides where the execution is: history, outcome, event.
    func complete(
        _ entry: TurnEntry,
        _ live: LiveExecution,
        _ record: ExecutionTables.Record,
        in transaction: any Transaction
    ) throws {
        try tables.append(entry, to: record.id, in: transaction)
        for step in entry.turn.closed {
            // Who was asked about the task need not answer any more.
            if let approvals = around.approvals,
                let token = try tokens.token(of: step, of: record.id, in: transaction)
            {
                try approvals.withdraw(
                    key: token,
                    organisation: record.organisation,
                    at: entry.turn.at,
                    in: transaction
                )
            }
            try tokens.remove(step, of: record.id, in: transaction)
        }
        for step in entry.turn.added {
            guard case .task(let task)? = live.pending[step], task.task.token != nil else {
                continue
            }
            try tokens.add(task, of: record, in: transaction)
        }
        for approval in entry.turn.abandoned {
            try around.approvals?.withdraw(
                key: approval,
                organisation: record.organisation,
                at: entry.turn.at,
                in: transaction
            )
        }
        if live.hasOldForm { try tables.forgetOldForm(of: record.id, in: transaction) }
        let turn = entry.turn
        try stopChildren(of: turn.unwatched, record, in: transaction)
        guard let ending = turn.ending else { return }
        if live.snapshotBytes > LiveExecution.smallState {
            try tables.compact(record.id, in: transaction)
        }
        try tables.finish(
            record.id,
            ending,
            current: turn.current ?? live.current,
            state: ending.status == .succeeded ? "{}" : live.json.text(),
            at: turn.at,
            in: transaction
        )
        end(
            record,
            ending.status,
            error: ending.error,
            cause: ending.cause,
            at: turn.at,
            in: transaction
        )
        try announce(record, ending, at: turn.at, in: transaction)
        // One that ends as it begins is told to its parent by who begins it.
        if let parent = record.parent, turn.number > 1 {
            try inform(parent, of: record.id, in: transaction)
        }
    }

    /// Tells those who follow an execution.
    func tell(_ record: ExecutionTables.Record, _ placement: Placement) {
        if case .ended = placement { ends.ended(record.id) }
        around.changed(record.id, record.organisation)
    }

    /// Where an execution is best after a turn.
    func place(_ live: LiveExecution, _ turn: Turn, isPerforming: Bool) -> Placement {
        if turn.ending != nil { return .ended }
        guard !isPerforming, live.isPaused || !live.hasWork else { return .inHand }
        let due = live.nextDue
        if let due, due - turn.at <= configuration.patience { return .inHand }
        return .away(due: due?.microseconds ?? ExecutionTables.inHand)
    }
}
