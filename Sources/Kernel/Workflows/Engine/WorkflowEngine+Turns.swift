import Agents
public import Core
import Events
import Observability
public import Store

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
                guard let task = live.task(step)?.task, answered.insert(step).inserted else {
                    continue
                }
                do {
                    let output = try transaction.attempt { try commit(transaction) }
                    inputs.append(
                        task.purpose == .callback
                            ? .taskSubmitted(step: step, output: output)
                            : .taskSucceeded(step: step, output: output)
                    )
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
            try tokens.remove(step, of: record.id, in: transaction)
        }
        for step in entry.turn.added {
            guard case .task(let task)? = live.pending[step], task.task.token != nil else {
                continue
            }
            try tokens.add(task, of: record, in: transaction)
        }
        if live.hasOldForm { try tables.forgetOldForm(of: record.id, in: transaction) }
        let turn = entry.turn
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

    /// Starts an execution within the caller's transaction.
    ///
    /// - Parameters:
    ///   - start: what to start.
    ///   - transaction: the caller's.
    /// - Returns: the execution's id; the existing one's when the name was used before.
    /// - Throws: a fault of code `unknown-workflow`, or `StoreError`.
    @discardableResult
    public func start(
        _ start: ExecutionStart,
        in transaction: any Transaction
    ) throws -> ID<Execution> {
        try begin(start, as: around.ids.next(), in: transaction)
    }

    func begin(
        _ start: ExecutionStart,
        as id: ID<Execution>,
        in transaction: any Transaction
    ) throws -> ID<Execution> {
        let workflow = try catalogue.workflow(
            start.workflow,
            organisation: start.organisation,
            random: around.random,
            in: transaction
        )
        let now = around.clock.now()
        let record = ExecutionTables.Record(
            id: id,
            organisation: start.organisation,
            workflow: workflow.name,
            version: workflow.version,
            name: start.name,
            subject: start.subject,
            onBehalfOf: start.onBehalfOf,
            trace: start.trace,
            start: now
        )
        guard try tables.insert(record, input: start.input, in: transaction) else {
            let existing = try tables.existing(
                start.name,
                organisation: start.organisation,
                in: transaction
            )
            guard let existing else {
                throw StoreError(.corrupt, "the execution \"\(start.name)\" is there and is not")
            }
            return existing
        }
        let random = TurnRandom(around.random)
        var live = LiveExecution(
            Execution(
                of: workflow.definition,
                identity: ExecutionIdentity(
                    id: id.description,
                    name: start.name,
                    workflowID: "weft:workflow:\(workflow.name)",
                    workflowName: workflow.name,
                    role: workflow.agent
                ),
                random: random
            ),
            random: random
        )
        let turn = live.start(input: start.input, at: now)
        try admit(record, live, turn, in: transaction)
        return id
    }

    /// Writes an execution that begins, or begins again, and takes it in hand where there is room.
    func admit(
        _ record: ExecutionTables.Record,
        _ begun: LiveExecution,
        _ turn: Turn,
        in transaction: any Transaction
    ) throws {
        var live = begun
        let entry = TurnEntry(turn, of: &live)
        var placement = place(live, turn, isPerforming: false)
        let worker = office.workerWithRoom
        switch placement {
        case .ended: break
        case .inHand:
            if worker == nil { placement = .away(due: turn.at.microseconds) }
            try tables.insertLive(
                record.id,
                owner: worker ?? "",
                due: worker == nil ? turn.at.microseconds : ExecutionTables.inHand,
                isPaused: false,
                entry,
                in: transaction
            )
        case .away(let due):
            try tables.insertLive(
                record.id,
                owner: "",
                due: due,
                isPaused: false,
                entry,
                in: transaction
            )
        }
        try complete(entry, live, record, in: transaction)
        let (admitted, place) = (live, placement)
        transaction.afterCommit { [self] in
            switch place {
            case .ended: break
            case .away(let due):
                if due < ExecutionTables.inHand {
                    office.alarm(Timestamp(microseconds: due), .claim)
                }
            case .inHand:
                if let worker { takeUp(record, admitted, owner: worker) }
            }
            tell(record, place)
        }
    }

    /// Starts an execution and waits for its end.
    ///
    /// - Parameter start: what to start; its name must be new.
    /// - Returns: its id.
    /// - Throws: as ``start(_:in:)``; `CancellationError`.
    public func run(_ start: ExecutionStart) async throws -> ID<Execution> {
        let id: ID<Execution> = around.ids.next()
        return try await withThrowingTaskGroup(of: ID<Execution>?.self) { group in
            group.addTask { [ends] in
                guard await ends.wait(for: id) else { throw CancellationError() }
                return id
            }
            // Waits for the waiter to be there before the execution can end.
            while !ends.isAwaited(id) { await Task.yield() }
            let actual = try await around.database.transaction { [self] transaction in
                try begin(start, as: id, in: transaction)
            }
            guard actual == id else {
                group.cancelAll()
                return actual
            }
            _ = try await group.next()
            return id
        }
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
            try change(id, in: transaction) { live, now in
                live.take([.abort(error: "Aborted", cause: cause)], at: now)
            }
        }
    }
}
