import Agents
import Core
import Observability
import Store

/// The spans of executions and their tasks.
extension WorkflowEngine {
    /// The span of one task; nil where the trace leaves none.
    func begin(_ task: ScheduledTask, of record: ExecutionTables.Record) -> OpenSpan? {
        guard around.tracer.traces(command: record.trace) else { return nil }
        return around.tracer.begin(
            "\(record.workflow)/\(task.state)",
            .state,
            parent: record.ownTrace,
            organisation: record.organisation,
            attributes: [
                "weft.execution": record.id.json, "weft.state": .string(task.state),
                "weft.resource": .string(task.resource), "weft.attempt": .int(task.attempt),
            ]
        )
    }

    /// Ends a task's span, as failed with an error; tasks that nobody wants any more leave none.
    func end(_ span: OpenSpan?, _ error: (any Error)?) {
        guard let span else { return }
        switch error {
        case nil: around.tracer.end(span)
        case is CancellationError, is NoLongerWanted: break
        case is TaskTimeout: around.tracer.end(span, .failed("the task took too long"))
        case .some(let error): around.tracer.end(span, Span.Status(error))
        }
    }

    /// The span of a whole execution, once its end is committed.
    func end(
        _ record: ExecutionTables.Record,
        _ status: ExecutionStatus,
        error: String?,
        cause: String?,
        at now: Timestamp,
        in transaction: any Transaction
    ) {
        let tracer = around.tracer
        guard tracer.traces(command: record.trace) else { return }
        let span = Span(
            name: record.workflow,
            kind: .workflow,
            context: record.ownTrace,
            parent: record.trace.span,
            organisation: record.organisation,
            start: record.start,
            duration: now - record.start,
            status: status == .succeeded
                ? .ok
                : .failed(
                    [status.rawValue, error, cause].compactMap { $0 }.joined(separator: ": ")
                ),
            attributes: [
                "weft.execution": record.id.json, "weft.version": .string(record.version),
                "weft.status": .string(status.rawValue),
                "weft.subject": .optional(record.subject),
            ]
        )
        transaction.afterCommit { tracer.record(span) }
    }
}
