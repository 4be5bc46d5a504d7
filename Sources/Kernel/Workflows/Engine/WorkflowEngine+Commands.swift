import Agents
public import Core
public import Store

/// What people and programs do with executions under way.
extension WorkflowEngine {
    private func change(
        _ id: ID<Execution>,
        scope: Scope,
        in transaction: any Transaction,
        _ body: (inout LiveExecution, Timestamp) throws -> Turn
    ) throws {
        guard try tables.exists(id, scope: scope, in: transaction) else {
            throw Self.missing(id)
        }
        do {
            try change(id, in: transaction, body)
        } catch is NoLongerWanted {
            throw GeneralFault(
                .conflict,
                code: "run-has-ended",
                "the run \(id) has ended"
            )
        }
    }

    private static func missing(_ id: ID<Execution>) -> GeneralFault {
        GeneralFault(.notFound, code: "run-not-found", "there is no run \"\(id)\"")
    }

    /// Stops a running execution: it ends as ABORTED.
    ///
    /// - Parameters:
    ///   - id: which one.
    ///   - error: the error's name, for the history.
    ///   - cause: why.
    ///   - scope: decides the organisation.
    ///   - transaction: the caller's.
    /// - Throws: faults of code `run-not-found` and `run-has-ended`, or `StoreError`.
    public func stop(
        _ id: ID<Execution>,
        error: String?,
        cause: String?,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try change(id, scope: scope, in: transaction) { live, now in
            live.take([.abort(error: error, cause: cause)], at: now)
        }
    }

    /// Pauses an execution: steps that are being performed finish, and nothing new begins.
    ///
    /// - Throws: faults of code `run-not-found`, `run-has-ended` and `run-is-paused`, or `StoreError`.
    public func pause(
        _ id: ID<Execution>,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try change(id, scope: scope, in: transaction) { live, now in
            guard !live.isPaused else {
                throw GeneralFault(.conflict, code: "run-is-paused", "the run \(id) is paused")
            }
            return live.take([.pause], at: now)
        }
    }

    /// Lets a paused execution go on.
    ///
    /// - Throws: faults of code `run-not-found`, `run-has-ended` and `run-is-not-paused`, or `StoreError`.
    public func resume(
        _ id: ID<Execution>,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try change(id, scope: scope, in: transaction) { live, now in
            guard live.isPaused else {
                throw GeneralFault(
                    .conflict,
                    code: "run-is-not-paused",
                    "the run \(id) is not paused"
                )
            }
            return live.take([.resume], at: now)
        }
    }

    /// Lets an execution that ended without success go on at the states that did not end.
    ///
    /// - Throws: faults of code `run-not-found` and `run-is-not-redrivable`, or `StoreError`.
    public func redrive(
        _ id: ID<Execution>,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        guard let (record, state, last) = try tables.ended(id, scope: scope, in: transaction) else {
            guard try tables.exists(id, scope: scope, in: transaction) else {
                throw Self.missing(id)
            }
            throw Self.notRedrivable(id)
        }
        var live: LiveExecution
        do throws(GeneralFault) {
            live = try LiveExecution(
                restoring: state,
                definition: try definition(of: record, in: transaction),
                random: TurnRandom(around.random)
            )
        } catch {
            // Its state is of a version that did not keep what a redrive needs.
            throw Self.notRedrivable(id)
        }
        guard live.execution.isRedrivable else { throw Self.notRedrivable(id) }
        live.turn = last
        let turn = live.take([.redrive], at: around.clock.now())
        try tables.reopen(id, in: transaction)
        try admit(record, live, turn, in: transaction)
    }

    private func definition(
        of record: ExecutionTables.Record,
        in reader: any Reader
    ) throws(GeneralFault) -> Definition {
        do {
            return try catalogue.workflow(of: record, in: reader).definition
        } catch {
            throw GeneralFault(
                .conflict,
                code: "run-is-not-redrivable",
                "the definition of the run \(record.id) is gone"
            )
        }
    }

    private static func notRedrivable(_ id: ID<Execution>) -> GeneralFault {
        GeneralFault(
            .conflict,
            code: "run-is-not-redrivable",
            "the run \(id) did not end without success, or cannot go on from where it ended"
        )
    }

    /// The execution with a task that waits for a token; nil when none does.
    ///
    /// - Throws: `StoreError`.
    public func execution(
        waitingFor token: String,
        scope: Scope,
        in reader: any Reader
    ) throws -> ID<Execution>? {
        try tokens.place(of: token, organisation: scope.organisation, in: reader)?.execution
    }

    /// Answers a task by its token.
    ///
    /// - Parameters:
    ///   - token: what the task gave out.
    ///   - scope: decides the organisation.
    ///   - transaction: the caller's.
    ///   - answer: makes the input of the step.
    /// - Throws: a fault of code `invalid-token` when nothing waits for it, or `StoreError`.
    private func answer(
        _ token: String,
        scope: Scope,
        in transaction: any Transaction,
        _ answer: (Int) -> ExecutionInput
    ) throws {
        let invalid = GeneralFault(
            .notFound,
            code: "invalid-token",
            "no task waits for this token: it was answered, has timed out, or never was",
            pointer: "/taskToken"
        )
        guard
            let place = try tokens.place(
                of: token,
                organisation: scope.organisation,
                in: transaction
            )
        else { throw invalid }
        do {
            try change(place.execution, in: transaction) { live, now in
                guard live.pending[place.step] != nil else { throw invalid }
                return live.take([answer(place.step)], at: now)
            }
        } catch is NoLongerWanted {
            throw invalid
        }
    }

    /// The task of a token has succeeded.
    ///
    /// - Throws: a fault of code `invalid-token`, or `StoreError`.
    public func succeed(
        _ token: String,
        output: JSON,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try answer(token, scope: scope, in: transaction) {
            .taskSucceeded(step: $0, output: output)
        }
    }

    /// The task of a token has failed.
    ///
    /// - Throws: a fault of code `invalid-token`, or `StoreError`.
    public func fail(
        _ token: String,
        error: String?,
        cause: String?,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try answer(token, scope: scope, in: transaction) {
            .taskFailed(step: $0, error: error, cause: cause)
        }
    }

    /// The task of a token is alive.
    ///
    /// - Throws: a fault of code `invalid-token`, or `StoreError`.
    public func heartbeat(
        _ token: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try answer(token, scope: scope, in: transaction) { .taskHeartbeat(step: $0) }
    }

    /// A task of an activity, for a worker outside.
    public struct ActivityTask: Sendable {
        /// What the worker answers with.
        public var token: String
        /// What there is to do.
        public var input: JSON
    }

    /// Gives a worker the task of an activity that waits longest.
    ///
    /// - Parameters:
    ///   - activity: the activity's name.
    ///   - worker: the worker's name, for the history.
    ///   - scope: decides the organisation.
    ///   - transaction: the caller's.
    /// - Returns: the task; nil when none waits.
    /// - Throws: `StoreError`.
    public func take(
        from activity: String,
        worker: String?,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> ActivityTask? {
        while let place = try tokens.next(
            of: activity,
            organisation: scope.organisation,
            in: transaction
        ) {
            try tokens.take(place, by: worker, in: transaction)
            var input: JSON?
            do {
                try change(place.execution, in: transaction) { live, now in
                    guard case .task(let entry)? = live.pending[place.step] else {
                        throw NoLongerWanted()
                    }
                    input = entry.task.input
                    return live.take([.taskStarted(step: place.step, worker: worker)], at: now)
                }
            } catch is NoLongerWanted {
                try tokens.remove(place.step, of: place.execution, in: transaction)
                continue
            }
            return ActivityTask(token: place.token, input: input ?? .null)
        }
        return nil
    }

    /// The same, waiting for a task to come.
    ///
    /// - Parameters:
    ///   - activity: the activity's name.
    ///   - worker: the worker's name, for the history.
    ///   - limit: how long to wait at most.
    ///   - scope: decides the organisation.
    /// - Returns: the task; nil when none came.
    /// - Throws: `StoreError`, `CancellationError`.
    public func take(
        from activity: String,
        worker: String?,
        waiting limit: Duration,
        scope: Scope
    ) async throws -> ActivityTask? {
        let end = around.clock.now() + limit
        while true {
            let isThere = try await around.database.read { [tokens] reader in
                try tokens.next(of: activity, organisation: scope.organisation, in: reader) != nil
            }
            if isThere {
                let task = try await around.database.transaction { [self] transaction in
                    try take(from: activity, worker: worker, scope: scope, in: transaction)
                }
                if let task { return task }
            }
            let now = around.clock.now()
            guard now < end else { return nil }
            try await around.clock.sleep(until: min(end, now + .milliseconds(200)))
        }
    }
}

extension ExecutionTables {
    /// An execution that ended without success: its state, and its last turn.
    func ended(
        _ id: ID<Execution>,
        scope: Scope,
        in reader: any Reader
    ) throws -> (record: Record, state: JSON, turn: Int)? {
        try reader.first(
            """
            SELECT \(Self.recordColumns), state,
                (SELECT max(turn) FROM execution_turn WHERE execution = id)
            FROM execution
            WHERE organisation = ? AND id = ? AND status <> 'RUNNING' AND status <> 'SUCCEEDED'
            """,
            [.id(scope.organisation), .id(id)]
        ) { row in
            (try Self.record(row), try row.json(11), Int(try row.optionalInt(12) ?? 0))
        }
    }

    /// An execution that had ended runs again.
    func reopen(_ id: ID<Execution>, in transaction: any Transaction) throws {
        try transaction.execute(
            """
            UPDATE execution SET status = 'RUNNING', state = '{}', ended_at = NULL, output = NULL,
                error = NULL, cause = NULL
            WHERE id = ?
            """,
            [.id(id)]
        )
    }

    /// The inputs in the journal of an execution that has ended are of no use.
    func compact(_ id: ID<Execution>, in transaction: any Transaction) throws {
        try transaction.execute(
            "UPDATE execution_turn SET inputs = NULL WHERE execution = ? AND inputs IS NOT NULL",
            [.id(id)]
        )
    }
}
