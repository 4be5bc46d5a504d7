import Agents
import Core
import Events
import Identity
import Observability
import Store

extension WorkflowEngine {
    /// Does a task and journals its outcome.
    func perform(_ pending: ExecutionTables.Pending) async throws {
        let found = try await around.database.read { [tables] reader in
            (
                record: try tables.record(pending.execution, in: reader),
                task: try tables.task(pending, in: reader)
            )
        }
        guard let record = found.record, let task = found.task else { throw NoLongerWanted() }
        let span = begin(task, of: record)
        do {
            try await perform(task, pending, record, within: span)
        } catch {
            end(span, error)
            throw error
        }
    }

    private func perform(
        _ task: ScheduledTask,
        _ pending: ExecutionTables.Pending,
        _ record: ExecutionTables.Record,
        within span: OpenSpan?
    ) async throws {
        let prepared: PreparedCall
        let trace = span?.context ?? record.ownTrace
        do {
            prepared = try await withTimeout(task.timeoutSeconds) { [self] in
                try await prepare(task, pending, record, trace)
            }
        } catch let error as TaskTimeout {
            try await resume(
                pending,
                with: .taskTimedOut(step: task.step, heartbeat: error.heartbeat)
            )
            end(span, error)
            return
        } catch {
            if error is CancellationError || Self.isStoreTrouble(error) { throw error }
            try await resume(pending, with: Self.failure(task.step, error))
            end(span, error)
            return
        }
        switch prepared {
        case .done(let output):
            try await resume(pending, with: .taskSucceeded(step: task.step, output: output))
            end(span, nil)
        case .commit(let commit):
            let failure = try await around.database.transaction { [self] transaction in
                try demandPending(pending, in: transaction)
                let input: ExecutionInput
                var failure: (any Error)?
                do {
                    let output = try transaction.attempt { try commit(transaction) }
                    input = .taskSucceeded(step: task.step, output: output)
                } catch {
                    if Self.isStoreTrouble(error) { throw error }
                    input = Self.failure(task.step, error)
                    failure = error
                }
                try advance(pending.execution, with: input, in: transaction)
                return failure
            }
            end(span, failure)
        }
    }

    private func prepare(
        _ task: ScheduledTask,
        _ pending: ExecutionTables.Pending,
        _ record: ExecutionTables.Record,
        _ trace: TraceContext
    ) async throws -> PreparedCall {
        guard let resource = TaskResource(task.resource) else {
            throw GeneralFault(.internal, code: "unknown-resource", task.resource)
        }
        let agent: String
        switch resource {
        case .tool: agent = try owner(of: record.workflow)
        case .agent(let name): agent = name
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
            key: "\(record.id)/\(task.entry)/\(task.attempt)",
            ids: around.ids,
            stillWanted: { [self] in try demandPending(pending, in: $0) }
        )
        switch resource {
        case .tool(let name):
            return try await around.registry.prepareSealed(
                name,
                input: task.input,
                invocation: invocation,
                database: around.database
            )
        case .agent(let name):
            return try await around.agents.prepare(
                name,
                input: task.input,
                invocation: invocation,
                execution: record.id.description
            )
        }
    }

    private func demandPending(
        _ pending: ExecutionTables.Pending,
        in transaction: any Transaction
    ) throws {
        guard try tables.isPending(pending, in: transaction) else { throw NoLongerWanted() }
    }

    /// Journals an outcome that changes nothing but the execution.
    func resume(_ pending: ExecutionTables.Pending, with input: ExecutionInput) async throws {
        try await around.database.transaction { [self] transaction in
            try demandPending(pending, in: transaction)
            try advance(pending.execution, with: input, in: transaction)
        }
    }

    func advance(
        _ id: ID<Execution>,
        with input: ExecutionInput,
        in transaction: any Transaction
    ) throws {
        guard let record = try tables.record(id, in: transaction) else { throw NoLongerWanted() }
        var execution = try Execution(
            restoring: record.state,
            definition: try definition(
                of: record.workflow,
                version: record.version,
                in: transaction
            ),
            random: around.random
        )
        let now = around.clock.now()
        switch input {
        case .taskSucceeded(let step, _), .taskFailed(let step, _, _), .taskTimedOut(let step, _),
            .timerFired(let step):
            try tables.removePending(id, step: step, in: transaction)
        case .taskSubmitted, .deadlinePassed, .abort: break
        }
        let actions = execution.handle(input, at: now)
        try apply(actions, of: execution, record, at: now, in: transaction)
    }

    /// Writes what an execution asked for; what it waits for is taken up after the commit.
    func apply(
        _ actions: [Action],
        of execution: Execution,
        _ record: ExecutionTables.Record,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws {
        var current: String?
        var waiting: [ExecutionTables.Pending] = []
        func expect(
            _ step: Int,
            _ kind: ExecutionTables.Pending.Kind,
            _ due: Timestamp,
            _ body: JSON?
        ) throws {
            let pending = ExecutionTables.Pending(
                execution: record.id,
                step: step,
                kind: kind,
                due: due
            )
            try tables.add(pending, body: body, in: transaction)
            waiting.append(pending)
        }
        for action in actions {
            switch action {
            case .record(let event):
                if let name = event.details["name"]?.string, event.type.hasSuffix("StateEntered") {
                    current = name
                }
                try tables.append(event, to: record.id, in: transaction)
            case .schedule(let task): try expect(task.step, .task, now, task.json)
            case .wait(let step, let due): try expect(step, .timer, due, nil)
            case .deadline(let due): try expect(0, .deadline, due, nil)
            case .cancel(let step):
                try tables.removePending(record.id, step: step, in: transaction)
                waiting.removeAll { $0.step == step && $0.kind != .deadline }
            case .finish(let status, let output, let error, let cause):
                try tables.finish(
                    record.id,
                    status,
                    output: output,
                    error: error,
                    cause: cause,
                    at: now,
                    in: transaction
                )
                waiting = []
                end(record, status, error: error, cause: cause, at: now, in: transaction)
                try announce(record, status, error: error, cause: cause, at: now, in: transaction)
            }
        }
        try tables.save(execution, id: record.id, current: current, in: transaction)
        transaction.afterCommit { [self, waiting] in
            for pending in waiting {
                accept(pending)
            }
            around.changed(record.id, record.organisation)
        }
    }

    private func announce(
        _ record: ExecutionTables.Record,
        _ status: ExecutionStatus,
        error: String?,
        cause: String?,
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
                type: "execution.\(status.rawValue.lowercased().replacing("_", with: "-"))",
                subject: record.subject,
                time: now,
                data: [
                    "executionId": record.id.json, "workflow": .string(record.workflow),
                    "error": .optional(error), "cause": .optional(cause),
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
    private static func isStoreTrouble(_ error: any Error) -> Bool {
        error is NoLongerWanted || (error as? StoreError)?.kind == .unavailable
    }

    private func withTimeout<Value: Sendable>(
        _ seconds: Int?,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let seconds else { return try await body() }
        return try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await body() }
            group.addTask { [around] in
                try await around.clock.sleep(for: .seconds(seconds))
                throw TaskTimeout(heartbeat: false)
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }
}

/// A task took longer than it may.
struct TaskTimeout: Error {
    var heartbeat: Bool
}

/// A random source as a concrete type.
struct AnyRandom: RandomSource {
    private let source: any RandomSource

    init(_ source: any RandomSource) {
        self.source = source
    }

    func next() -> UInt64 { source.next() }
}

extension Actor {
    /// The workflow engine itself, as the author of events about executions.
    static let engine = Actor(
        id: ID(high: 0x7000, low: 0x8000_0000_0000_0001),
        kind: .service,
        name: "workflows"
    )
}
