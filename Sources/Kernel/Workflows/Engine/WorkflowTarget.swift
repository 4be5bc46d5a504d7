public import Events
public import Store

/// Starts an execution for each event that a rule matches, named for the rule and the event, so that
/// an event starts it once however often it is delivered.
public struct WorkflowTarget: EventTarget {
    private let engine: WorkflowEngine
    private let workflow: String

    /// A target that starts `workflow`.
    public init(engine: WorkflowEngine, workflow: String) {
        self.engine = engine
        self.workflow = workflow
    }

    /// Starts the execution; its input is the event's data, and it acts for whoever caused the event.
    ///
    /// - Parameters:
    ///   - event: the event.
    ///   - rule: the rule that matched.
    ///   - transaction: the dispatcher's.
    /// - Throws: a fault of code `unknown-workflow`, or `StoreError`.
    public func take(_ event: Event, rule: String, in transaction: any Transaction) throws {
        try engine.start(
            ExecutionStart(
                workflow: workflow,
                name: "\(rule)/\(event.id)",
                subject: event.subject,
                input: event.data,
                organisation: event.organisation,
                onBehalfOf: event.onBehalfOf ?? event.actor,
                trace: event.trace
            ),
            in: transaction
        )
    }
}
