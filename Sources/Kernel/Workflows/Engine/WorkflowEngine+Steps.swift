import Agents
import Core
import Events
import Identity
import Observability
import Store

extension WorkflowEngine {
    /// Does a task, and posts what came of it.
    ///
    /// - Returns: whether there is anything to journal.
    func perform(_ step: Int, of seat: Seat) async -> Bool {
        guard let entry = seat.begin(step) else { return false }
        let task = entry.task
        let record = seat.record
        let span = begin(task, of: record)
        do {
            let prepared = try await withDeadline(entry.limit) { [self] in
                try await prepare(task, of: seat, span?.context ?? record.ownTrace)
            }
            switch prepared {
            case .done(let inputs):
                for input in inputs { seat.post(Outcome(what: .input(input), span: span)) }
            case .commit(let commit):
                seat.post(Outcome(what: .commit(step: step, commit), span: span))
            }
        } catch is TaskTimeout {
            end(span, TaskTimeout())
            seat.post(Outcome(what: .input(.taskTimedOut(step: step, heartbeat: false))))
        } catch is CancellationError {
            // Stopping: the store knows that the step has no outcome.
            seat.abandon(step)
            // Otherwise it was not this task that was cancelled, but something that the tool waited for.
            if !Task.isCancelled { await again(step, of: seat) }
            return false
        } catch is NoLongerWanted {
            seat.abandon(step)
            end(span, NoLongerWanted())
            await giveUpIfLost(seat)
            return true
        } catch {
            if Self.isStoreTrouble(error) {
                around.report(error)
                seat.abandon(step)
                await again(step, of: seat)
                return false
            }
            end(span, error)
            seat.post(Outcome(what: .input(Self.failure(step, error))))
        }
        return true
    }

    /// Lets go of an execution that is in another hand.
    private func giveUpIfLost(_ seat: Seat) async {
        let id = seat.record.id
        do {
            let found = try await around.database.read { [tables] in
                try tables.owner(of: id, in: $0)
            }
            if found?.owner != seat.owner { office.remove(id) }
        } catch {
            around.report(error)
        }
    }

    /// Performs a step again, a second later, that came to no outcome.
    private func again(_ step: Int, of seat: Seat) async {
        seat.makeReady(step)
        office.alarm(around.clock.now() + .seconds(1), .retry(seat.record.id))
    }

    private func prepare(
        _ task: ScheduledTask,
        of seat: Seat,
        _ trace: TraceContext
    ) async throws -> Prepared<[ExecutionInput]> {
        let record = seat.record
        if task.purpose == .readItems || task.purpose == .writeResults {
            return .done([task.answered(try await items(of: task, record, trace))])
        }
        guard let resource = TaskResource(task.resource) else {
            throw GeneralFault(.internal, code: "unknown-resource", task.resource)
        }
        let agent: String
        switch resource {
        case .agent(let name): agent = name
        case .tool, .activity: agent = try await owner(of: record)
        case .execution:
            let start = try ChildStart(task.input)
            let owner = try await owner(of: record)
            return .commit { [self] transaction in
                try demand(task.step, of: seat, in: transaction)
                return try startChild(start, for: task, of: record, agent: owner, in: transaction)
            }
        }
        let scope = Scope(
            organisation: record.organisation,
            actor: try await around.account(agent, record.organisation),
            roles: [.aiAgent],
            onBehalfOf: record.onBehalfOf,
            trace: trace
        )
        let invocation = Invocation(
            scope: scope,
            now: around.clock.now(),
            key: Self.runKey(of: task, record),
            ids: around.ids,
            stillWanted: { [self] in try demand(task.step, of: seat, in: $0) }
        )
        switch resource {
        case .tool(let name):
            return try await around.registry.prepareSealed(
                name,
                input: task.input,
                invocation: invocation,
                database: around.database
            )
            .map { [task.answered($0)] }
        case .agent(let name):
            return try await around.agents.prepare(
                name,
                input: task.input,
                invocation: invocation,
                execution: record.id.description
            )
            .map { answer in
                switch answer {
                case .output(let output): [task.answered(output)]
                case .awaitsApproval(let key): [.taskParked(step: task.step, approval: key)]
                }
            }
        case .activity, .execution: throw NoLongerWanted()
        }
    }

    /// Identifies an attempt at a task for ever: execution, entry of its state, attempt.
    static func runKey(of task: ScheduledTask, _ record: ExecutionTables.Record) -> String {
        "\(record.id)/\(task.entry)/\(task.attempt)"
    }

    /// Reads items of a distributed Map, or writes its results.
    private func items(
        of task: ScheduledTask,
        _ record: ExecutionTables.Record,
        _ trace: TraceContext
    ) async throws -> JSON {
        guard let items = around.items else {
            throw GeneralFault(
                .invalid,
                code: "States.ItemReaderFailed",
                "there are no objects here"
            )
        }
        let scope = Scope(
            organisation: record.organisation,
            actor: try await around.account(try await owner(of: record), record.organisation),
            roles: [.aiAgent],
            onBehalfOf: record.onBehalfOf,
            trace: trace
        )
        if task.purpose == .readItems {
            do {
                return try await items.read(try ItemRead(task.input), scope).json
            } catch let fault as ItemFault {
                throw GeneralFault(.invalid, code: "States.ItemReaderFailed", fault.message)
            }
        }
        try await items.write(try ResultWrite(task.input), scope)
        return [:]
    }

    /// Whose authority the tool tasks of an execution have.
    private func owner(of record: ExecutionTables.Record) async throws -> String {
        let workflow: Workflow
        if let known = catalogue.remembered(record) {
            workflow = known
        } else {
            workflow = try await around.database.read { [catalogue] reader in
                try catalogue.workflow(of: record, in: reader)
            }
        }
        guard !workflow.agent.isEmpty else {
            throw GeneralFault(
                .conflict,
                code: "unknown-workflow",
                "the workflow \"\(record.workflow)\" is not part of this program any more"
            )
        }
        return workflow.agent
    }

    /// Refuses to go on with a step that is not waited for, or not in this worker's hand.
    private func demand(
        _ step: Int,
        of seat: Seat,
        in transaction: any Transaction
    ) throws {
        guard let (owner, turn) = try tables.owner(of: seat.record.id, in: transaction),
            owner == seat.owner
        else { throw NoLongerWanted() }
        if let isWanted = seat.waits(for: step, at: turn) {
            guard isWanted else { throw NoLongerWanted() }
            return
        }
        // A turn of the same group of transactions, or of another process, is not known here yet.
        guard let (record, hold) = try tables.live(seat.record.id, in: transaction),
            try restored(record, hold, in: transaction).pending[step] != nil
        else { throw NoLongerWanted() }
    }

    /// Appends the event that an execution has ended.
    func announce(
        _ record: ExecutionTables.Record,
        _ ending: Turn.Ending,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws {
        let scope = Scope(
            organisation: record.organisation,
            actor: .engine,
            roles: [],
            onBehalfOf: record.onBehalfOf,
            trace: around.tracer.isOn ? record.ownTrace : record.trace
        )
        try around.events.append(
            Event(
                id: around.ids.next(),
                source: "weft/workflows",
                type: "execution.\(ending.status.rawValue.lowercased().replacing("_", with: "-"))",
                subject: record.subject,
                time: now,
                data: [
                    "executionId": record.id.json, "workflow": .string(record.workflow),
                    "error": .optional(ending.error), "cause": .optional(ending.cause),
                ],
                scope: scope
            ),
            in: transaction
        )
    }

    /// A fault's code is the error's name in the States Language, its message the cause.
    static func failure(_ step: Int, _ error: any Error) -> ExecutionInput {
        if let fault = error as? any Fault {
            return .taskFailed(step: step, error: fault.code, cause: fault.message)
        }
        return .taskFailed(step: step, error: "States.TaskFailed", cause: String(describing: error))
    }

    /// Whether the store itself failed, so that nothing can be journaled now.
    static func isStoreTrouble(_ error: any Error) -> Bool {
        error is NoLongerWanted || (error as? StoreError)?.kind == .unavailable
    }

    private func withDeadline<Value: Sendable>(
        _ due: Timestamp?,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let due else { return try await body() }
        return try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await body() }
            group.addTask { [around] in
                try await around.clock.sleep(until: due)
                throw TaskTimeout()
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }
}

extension ScheduledTask {
    /// What the answer to the call is to the execution.
    fileprivate func answered(_ output: JSON) -> ExecutionInput {
        purpose == .callback
            ? .taskSubmitted(step: step, output: output)
            : .taskSucceeded(step: step, output: output)
    }
}

/// A task took longer than it may.
struct TaskTimeout: Error {}

extension Actor {
    /// The workflow engine itself, as the author of events about executions.
    static let engine = Actor(
        id: ID(high: 0x7000, low: 0x8000_0000_0000_0001),
        kind: .service,
        name: "workflows"
    )
}
