import Agents
import Core
import Store

/// Executions that executions start: `startExecution`, and `.sync`, which waits for the child's end.
///
/// A child begins in the transaction that journals its parent's step, and its end is journaled in its
/// parent in the transaction that journals it in itself; so neither can be lost or happen twice.
extension WorkflowEngine {
    /// How many executions may wait for one another in a row.
    static let deepestNesting = 16

    /// Starts a child within the transaction that journals the step.
    ///
    /// - Returns: what that tells the parent.
    /// - Throws: faults whose code is the error's name in the States Language, or `StoreError`.
    func startChild(
        _ start: ChildStart,
        for task: ScheduledTask,
        of record: ExecutionTables.Record,
        agent: String,
        in transaction: any Transaction
    ) throws -> [ExecutionInput] {
        let parent = task.purpose == .watched ? Parent(id: record.id, step: task.step) : nil
        if parent != nil { try refuseDepth(below: record, in: transaction) }
        try demandAuthority(over: start.workflow, as: agent, of: record, in: transaction)
        let name = start.name ?? "\(record.id)/\(task.entry)/\(task.attempt)"
        if try tables.existing(name, organisation: record.organisation, in: transaction) != nil {
            throw ChildStart.refusal(
                "StepFunctions.ExecutionAlreadyExistsException",
                "there is a run of the name \"\(name)\""
            )
        }
        let now = around.clock.now()
        let id = try begin(
            ExecutionStart(
                workflow: start.workflow,
                name: name,
                subject: record.subject,
                input: start.input,
                organisation: record.organisation,
                onBehalfOf: record.onBehalfOf,
                trace: record.ownTrace
            ),
            as: around.ids.next(),
            parent: parent,
            in: transaction
        )
        let answer: JSON = ["ExecutionArn": id.json, "StartDate": now.json]
        switch task.purpose {
        case .watched:
            let submitted = ExecutionInput.taskSubmitted(step: task.step, output: answer)
            // A child that waits for nothing has ended by now.
            guard let ending = try tables.outcome(of: id, in: transaction) else {
                return [submitted]
            }
            return [submitted, ending.told(to: task)]
        case .callback: return [.taskSubmitted(step: task.step, output: answer)]
        default: return [.taskSucceeded(step: task.step, output: answer)]
        }
    }

    /// A workflow may start those of its own agent, and of its colleagues.
    private func demandAuthority(
        over name: String,
        as agent: String,
        of record: ExecutionTables.Record,
        in reader: any Reader
    ) throws {
        let workflow: Workflow
        do {
            workflow = try catalogue.workflow(
                name,
                organisation: record.organisation,
                random: around.random,
                in: reader
            )
        } catch let fault as GeneralFault {
            throw ChildStart.refusal(
                "StepFunctions.StateMachineDoesNotExistException",
                fault.message
            )
        }
        let colleagues = around.registry.agents[agent]?.colleagues ?? []
        guard workflow.agent == agent || colleagues.contains(workflow.agent) else {
            throw ChildStart.refusal(
                "StepFunctions.AccessDeniedException",
                """
                agent "\(agent)" may not start "\(workflow.name)", which runs as \
                "\(workflow.agent)", and that is no colleague
                """
            )
        }
    }

    private func refuseDepth(
        below record: ExecutionTables.Record,
        in reader: any Reader
    ) throws {
        var parent = record.parent
        var depth = 1
        while let above = parent {
            depth += 1
            parent = try tables.parent(of: above.id, in: reader)
        }
        guard depth < Self.deepestNesting else {
            throw ChildStart.refusal(
                "States.Runtime",
                "\(Self.deepestNesting) executions at most may wait for one another in a row"
            )
        }
    }

    /// Tells the parent of an execution that it has ended.
    func inform(
        _ parent: Parent,
        of child: ID<Execution>,
        in transaction: any Transaction
    ) throws {
        do {
            try transaction.attempt {
                guard let ending = try tables.outcome(of: child, in: transaction) else { return }
                try change(parent.id, in: transaction) { live, now in
                    guard case .task(let entry)? = live.pending[parent.step] else {
                        throw NoLongerWanted()
                    }
                    return live.take([ending.told(to: entry.task)], at: now)
                }
            }
        } catch is NoLongerWanted {
            // It has ended, or waits for this child no more.
        } catch  where !(error is LeaseLost) && !Self.isStoreTrouble(error) {
            // The child's own end is worth keeping.
            around.report(error)
        }
    }

    /// Stops the children that nobody waits for any more.
    func stopChildren(
        of steps: [Int],
        _ record: ExecutionTables.Record,
        in transaction: any Transaction
    ) throws {
        for step in steps {
            let parent = Parent(id: record.id, step: step)
            for child in try tables.runningChildren(of: parent, in: transaction) {
                try change(child, in: transaction) { live, now in
                    live.take(
                        [
                            .abort(
                                error: nil,
                                cause: "the run that waited for it goes on without it"
                            )
                        ],
                        at: now
                    )
                }
            }
        }
    }
}

/// How a child ended, as `DescribeExecution` has it.
struct ChildOutcome: Sendable {
    var status: ExecutionStatus
    /// What the parent is told; `Input` and `Output` are values.
    var description: JSONObject

    /// What the end of the child is to the task that waits for it.
    func told(to task: ScheduledTask) -> ExecutionInput {
        var description = description
        if !task.resource.hasSuffix(":2") {
            // The first form has texts for values.
            for key in ["Input", "Output"] {
                description[key] = description[key].map { .string($0.text()) }
            }
        }
        guard status == .succeeded else {
            return .taskFailed(
                step: task.step,
                error: "States.TaskFailed",
                cause: Self.cause(description)
            )
        }
        return .taskSucceeded(step: task.step, output: .object(description))
    }

    /// Longest cause of a failure in bytes, as AWS has it.
    private static let longestCause = 32_768

    /// The description as text, without what makes it too long.
    ///
    /// A cause within a cause within a cause doubles in length each time, for its escapes.
    private static func cause(_ description: JSONObject) -> String {
        let whole = JSON.object(description).text()
        guard whole.utf8.count > longestCause else { return whole }
        var short = description
        short["Input"] = nil
        short["InputDetails"] = ["Included": false]
        short["Cause"] = description["Cause"]?.string.map { .string($0.prefix(1_024) + "…") }
        return JSON.object(short).text()
    }
}

extension ExecutionTables {
    private static let included: JSON = ["Included": true]

    /// How an execution ended; nil while it runs.
    func outcome(of id: ID<Execution>, in reader: any Reader) throws -> ChildOutcome? {
        try reader.first(
            """
            SELECT status, workflow, name, input, output, error, cause, started_at, ended_at
            FROM execution WHERE id = ? AND status <> 'RUNNING'
            """,
            [.id(id)]
        ) { row in
            let status = try row.text(0)
            guard let ended = ExecutionStatus(rawValue: status) else {
                throw StoreError(.corrupt, "execution \(id) has the status \(status)")
            }
            var description = JSONObject([
                ("ExecutionArn", id.json),
                ("StateMachineArn", .string("weft:workflow:\(try row.text(1))")),
                ("Name", .string(try row.text(2))), ("Status", .string(status)),
                ("StartDate", try row.timestamp(7).json),
                ("StopDate", try row.optionalTimestamp(8)?.json ?? .null),
                ("Input", try row.json(3)), ("InputDetails", Self.included),
            ])
            if !row.isNull(4) {
                description["Output"] = try row.json(4)
                description["OutputDetails"] = Self.included
            }
            description["Error"] = try row.optionalText(5).map { .string($0) }
            description["Cause"] = try row.optionalText(6).map { .string($0) }
            return ChildOutcome(status: ended, description: description)
        }
    }

    func parent(of id: ID<Execution>, in reader: any Reader) throws -> Parent? {
        try reader.first("SELECT parent, parent_step FROM execution WHERE id = ?", [.id(id)]) {
            try Self.parent($0, at: 0)
        } ?? nil
    }

    static func parent(_ row: any Row, at column: Int) throws -> Parent? {
        row.isNull(column)
            ? nil : Parent(id: try row.id(column), step: Int(try row.int(column + 1)))
    }

    func runningChildren(of parent: Parent, in reader: any Reader) throws -> [ID<Execution>] {
        try reader.query(
            """
            SELECT id FROM execution WHERE parent = ? AND parent_step = ? AND status = 'RUNNING'
            """,
            [.id(parent.id), .int(parent.step)]
        ) { try $0.id(0) }
    }
}
