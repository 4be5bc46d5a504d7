import Agents
import Core
import Store

/// Which worker has which executions in hand.
///
/// A worker is a row with a time until which it is believed to be alive; an execution's row names the
/// worker that has it. A turn is written only where the row still names the worker and the turn before,
/// so a worker whose executions were taken over can journal nothing, however late it finds out.
extension WorkflowEngine {
    /// Whether no other process works on the store.
    var isAlone: Bool { configuration.isAlone ?? (around.database.dialect == .sqlite) }

    /// Begins to work: adds the worker and opens the office.
    func register() async throws -> String {
        let worker = around.ids.next(Execution.self).description
        try await around.database.transaction { [self] transaction in
            let now = around.clock.now()
            if isAlone { try transaction.execute("DELETE FROM workflow_worker", []) }
            let until = isAlone ? ExecutionTables.inHand : (now + configuration.lease).microseconds
            try transaction.execute(
                "INSERT INTO workflow_worker (id, name, started_at, until) VALUES (?, ?, ?, ?)",
                [.text(worker), .text(configuration.name), .time(now), .int(until)]
            )
        }
        office.open(worker)
        return worker
    }

    /// Stops to work: what was in hand is free for others at once.
    func unregister(_ worker: String) async {
        office.open(nil)
        do {
            try await around.database.transaction { transaction in
                try transaction.execute(
                    "DELETE FROM workflow_worker WHERE id = ?",
                    [.text(worker)]
                )
            }
        } catch {
            // Its lease runs out.
            around.report(error)
        }
    }

    /// Renews the worker's lease; a worker that was given up begins anew under another name.
    func runRenewal() async {
        while !Task.isCancelled {
            do {
                try await around.clock.sleep(for: configuration.lease / 3)
                try await renew()
            } catch is CancellationError {
                return
            } catch {
                around.report(error)
            }
        }
    }

    func renew() async throws {
        guard let worker = office.worker else { return }
        let isKnown = try await around.database.transaction { [self] transaction in
            try transaction.executeCounting(
                "UPDATE workflow_worker SET until = ? WHERE id = ?",
                [.time(around.clock.now() + configuration.lease), .text(worker)]
            ) == 1
        }
        guard !isKnown else { return }
        _ = try await register()
        office.claims.notify()
    }

    func runClaims() async {
        let interval: Duration = isAlone ? .seconds(60) : configuration.poll
        do {
            try await office.claims.forEach(orEvery: interval, clock: around.clock) {
                do {
                    try await claim()
                } catch is CancellationError {
                    throw CancellationError()
                } catch {
                    around.report(error)
                }
            }
        } catch {
            // Cancelled.
        }
    }

    /// How many executions are claimed with one transaction.
    private static let page = 1_024

    /// Takes executions in hand that are due and in nobody's hand, those of workers that are not heard
    /// of any more, and those of its own that others moved on.
    func claim() async throws {
        while let worker = office.worker, !Task.isCancelled {
            let room = min(Self.page, office.room)
            guard room > 0 else {
                office.note(hasMore: true)
                // What became free before that asked for nothing.
                if office.room > 0 { continue }
                return
            }
            let (found, hasDead): ([ExecutionTables.Stored], Bool) =
                try await around.database.transaction { [self] transaction in
                    try claim(room, by: worker, in: transaction)
                }
            // While there are more, each gets a turn before any gets its second.
            office.note(isRecovering: hasDead && found.count == room)
            // They are continued by the tasks that perform steps, several at a time.
            office.note(coming: found.count)
            for stored in found { enqueue(.restore(stored, owner: worker)) }
            if found.count < room { break }
        }
        let next = try await around.database.read { [tables] in try tables.nextDue(in: $0) }
        if let next { office.alarm(next, .claim) }
    }

    /// Continues an execution that was claimed.
    ///
    /// - Returns: its seat; nil when it cannot be continued.
    func restore(_ stored: ExecutionTables.Stored, owner: String) async -> Seat? {
        let record = stored.record
        defer { office.note(coming: -1) }
        do {
            let known = catalogue.remembered(record)
            let workflow: Workflow
            if let known {
                workflow = known
            } else {
                workflow = try await definition(of: record)
            }
            let live = try LiveExecution(
                stored,
                definition: workflow.definition,
                random: TurnRandom(around.random)
            )
            guard let seat = office.seat(record, live, owner: owner) else { return nil }
            office.alarms(of: record, live)
            return seat
        } catch is CancellationError {
            // Stopping: whoever comes next takes it over.
            return nil
        } catch {
            // Broken: it stays where it is, and everybody hears of it.
            around.report(error)
            return nil
        }
    }

    /// What an execution runs; asked for until the store answers, since nobody else continues what is claimed.
    private func definition(of record: ExecutionTables.Record) async throws -> Workflow {
        while true {
            do {
                return try await around.database.read { [catalogue] reader in
                    try catalogue.workflow(of: record, in: reader)
                }
            } catch  where Self.isStoreTrouble(error) {
                around.report(error)
                try await around.clock.sleep(for: .seconds(1))
            }
        }
    }

    private func claim(
        _ room: Int,
        by worker: String,
        in transaction: any Transaction
    ) throws -> (found: [ExecutionTables.Stored], hasDead: Bool) {
        let now = around.clock.now().microseconds
        var found: [(record: ExecutionTables.Record, hold: ExecutionTables.Hold)] = []
        func look(_ owner: String, until due: Int64) throws {
            guard found.count < room else { return }
            found += try tables.waiting(
                of: owner,
                until: due,
                limit: room - found.count,
                in: transaction
            )
        }
        if !isAlone { try look(worker, until: now) }
        let known = found.count
        for owner in try tables.owners(in: transaction) where owner != worker {
            guard found.count < room else { break }
            if try !isAlive(owner, at: now, in: transaction) {
                try look(owner, until: ExecutionTables.inHand)
            }
        }
        let hasDead = found.count > known
        try look("", until: now)
        let stored: [ExecutionTables.Stored] = try found.compactMap { record, hold in
            guard try tables.claim(record.id, from: hold, by: worker, in: transaction) else {
                return nil
            }
            do {
                return try tables.stored(record, hold, in: transaction)
            } catch  where !Self.isStoreTrouble(error) {
                // Broken: it stays where it is, and holds up no other.
                around.report(error)
                return nil
            }
        }
        return (stored, hasDead)
    }

    /// Whether a worker's lease runs; one that has run out is ended for good.
    private func isAlive(
        _ worker: String,
        at now: Int64,
        in transaction: any Transaction
    ) throws -> Bool {
        let isAlive = try transaction.exists(
            "SELECT 1 FROM workflow_worker WHERE id = ? AND until > ?",
            [.text(worker), .int(now)]
        )
        if !isAlive {
            try transaction.execute("DELETE FROM workflow_worker WHERE id = ?", [.text(worker)])
        }
        return isAlive
    }
}
