public import Core
public import Store

/// How executions begin.
extension WorkflowEngine {
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
        parent: Parent? = nil,
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
            start: now,
            parent: parent
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
}
