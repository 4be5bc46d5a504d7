public import Core
public import Store

/// Workflows that organisations deploy.
extension WorkflowEngine {
    /// The workflows of the program, by name: what every organisation can start.
    public var programWorkflows: [Workflow] {
        catalogue.program.values.sorted { $0.name < $1.name }
    }

    /// Whether an organisation can start a workflow: one of the program's, or one it has deployed.
    ///
    /// - Throws: `StoreError`.
    public func knows(_ workflow: String, scope: Scope, in reader: any Reader) throws -> Bool {
        if catalogue.program[workflow] != nil { return true }
        let newest = try WorkflowVersions().version(
            of: workflow,
            nil,
            organisation: scope.organisation,
            random: around.random,
            in: reader
        )
        return newest != nil
    }

    /// Everything that is wrong with a definition for an agent; without errors it can be deployed.
    ///
    /// - Parameters:
    ///   - definition: the States Language document.
    ///   - agent: as whom its tasks would act; nil to leave that open.
    /// - Returns: the problems with their places.
    public func problems(in definition: JSON, agent: String?) -> [DefinitionProblem] {
        let found = Definition.problems(in: definition)
        guard found.allSatisfy({ $0.severity == .warning }), let agent else { return found }
        do throws(GeneralFault) {
            try catalogue.check(try Self.workflow("", agent: agent, definition, version: ""))
            return found
        } catch {
            return found + [DefinitionProblem(pointer: "", message: error.message)]
        }
    }

    private static func workflow(
        _ name: String,
        agent: String,
        _ definition: JSON,
        version: String
    ) throws(GeneralFault) -> Workflow {
        do {
            return try Workflow(name: name, agent: agent, source: definition, version: version)
        } catch let fault as GeneralFault {
            throw fault
        } catch {
            let fault = error as? any Fault
            throw GeneralFault(
                .invalid,
                code: fault?.code ?? "invalid-definition",
                fault?.message ?? "\(error)"
            )
        }
    }

    /// Deploys a version of a workflow for an organisation.
    ///
    /// - Parameters:
    ///   - name: of the workflow; letters, digits, dots and hyphens.
    ///   - agent: the agent as whom its tasks act: what it may call, the workflow may.
    ///   - definition: the States Language document.
    ///   - note: what is new, for people.
    ///   - scope: decides the organisation, and who deploys.
    ///   - transaction: the caller's.
    /// - Returns: the version's number; that of the newest one when nothing differs from it.
    /// - Throws: faults of code `invalid-definition`, `invalid-name`, `workflow-of-the-program` and
    ///   `unknown-resource`, or `StoreError`.
    public func deploy(
        _ name: String,
        agent: String,
        definition: JSON,
        note: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Int {
        let isName = name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
            default: false
            }
        }
        guard isName, (1...100).contains(name.utf8.count) else {
            throw GeneralFault(
                .invalid,
                code: "invalid-name",
                "a workflow's name has 1 to 100 letters, digits, dots, hyphens and underscores",
                pointer: "/name"
            )
        }
        guard catalogue.program[name] == nil else {
            throw GeneralFault(
                .conflict,
                code: "workflow-of-the-program",
                "\"\(name)\" is a workflow of the program",
                pointer: "/name"
            )
        }
        let problems = Definition.problems(in: definition).filter { $0.severity == .error }
        guard problems.isEmpty else {
            throw DefinitionFault(
                problems: problems.map {
                    DefinitionProblem(pointer: "/definition" + $0.pointer, message: $0.message)
                }
            )
        }
        let workflow: Workflow
        do throws(GeneralFault) {
            workflow = try Self.workflow(name, agent: agent, definition, version: "")
            try catalogue.check(workflow)
        } catch {
            throw GeneralFault(
                .invalid,
                code: error.code,
                error.message,
                pointer: error.message.contains("there is no agent \"\(agent)\"")
                    ? "/agent" : "/definition"
            )
        }
        return try WorkflowVersions().add(
            workflow,
            note: note,
            by: scope.actor,
            organisation: scope.organisation,
            at: around.clock.now(),
            in: transaction
        )
    }

    /// Replays an execution's history with another definition.
    ///
    /// - Parameters:
    ///   - id: which execution.
    ///   - definition: the States Language document.
    ///   - scope: decides the organisation.
    ///   - reader: what to read.
    /// - Returns: what would have been otherwise; nil when the organisation has no such execution.
    /// - Throws: `DefinitionFault`, a fault of code `history-too-long`, or `StoreError`.
    public func replay(
        _ id: ID<Execution>,
        with definition: JSON,
        scope: Scope,
        in reader: any Reader
    ) throws -> Replay? {
        guard try tables.exists(id, scope: scope, in: reader) else { return nil }
        let definition = try Definition(definition)
        return Replay(
            of: try tables.events(of: id, in: reader),
            with: definition,
            identity: ExecutionIdentity(
                id: id.description,
                name: id.description,
                workflowID: "weft:replay",
                workflowName: "replay"
            ),
            random: SeededRandom(seed: id.low)
        )
    }
}

extension ExecutionTables {
    /// How many events of a history are compared and replayed.
    public static let mostCompared = 25_000

    /// The whole history, to compare or replay it.
    func events(of id: ID<Execution>, in reader: any Reader) throws -> [HistoryEvent] {
        let count = try historyCount(of: id, in: reader)
        guard count <= Self.mostCompared else {
            throw GeneralFault(
                .invalid,
                code: "history-too-long",
                "the run has \(count) events; \(Self.mostCompared) at most are compared"
            )
        }
        var events: [HistoryEvent] = []
        for body in try history(of: id, from: 1, limit: count, in: reader) {
            events.append(try HistoryEvent(body))
        }
        return events
    }

    /// Compares two executions of an organisation.
    ///
    /// - Returns: nil when it does not have both.
    /// - Throws: a fault of code `history-too-long`, or `StoreError`.
    public func comparison(
        of left: ID<Execution>,
        and right: ID<Execution>,
        scope: Scope,
        in reader: any Reader
    ) throws -> ExecutionComparison? {
        guard try exists(left, scope: scope, in: reader),
            try exists(right, scope: scope, in: reader)
        else { return nil }
        return ExecutionComparison(
            try events(of: left, in: reader),
            try events(of: right, in: reader)
        )
    }

    /// A page of an execution's history.
    ///
    /// - Returns: the events, and the number of the first one after them, nil at the end; nil when the
    ///   organisation has no such execution.
    /// - Throws: `StoreError`.
    public func historyPage(
        of id: ID<Execution>,
        from first: Int,
        limit: Int,
        scope: Scope,
        in reader: any Reader
    ) throws -> (events: [JSON], next: Int?)? {
        guard try exists(id, scope: scope, in: reader) else { return nil }
        let events = try history(of: id, from: first, limit: limit + 1, in: reader)
        let next = events.count > limit ? events[limit]["id"]?.int : nil
        return (Array(events.prefix(limit)), next)
    }
}
