import Core
public import Store

/// The tables of executions: state, history, and what each waits for.
public struct ExecutionTables: Sendable {
    /// The tables; queries name what they read.
    public init() {}

    /// One row of `execution`.
    struct Record: Sendable {
        var id: ID<Execution>
        var organisation: ID<Organisation>
        var workflow: String
        var version: String
        var state: JSON
        var subject: String?
        var onBehalfOf: Actor?
        /// The place of what started it, of which the execution's own span is a part.
        var trace: TraceContext
        var start: Timestamp

        /// The place of the execution's own span: its id is the execution's, so that it is the same in
        /// every process that works on the execution.
        var ownTrace: TraceContext {
            var own = trace
            own.span = id.low
            return own
        }
    }

    /// One thing that an execution waits for.
    struct Pending: Sendable, Hashable {
        enum Kind: String, Sendable {
            case task, timer, deadline
        }

        var execution: ID<Execution>
        var step: Int
        var kind: Kind
        var due: Timestamp
    }

    /// The tables' steps.
    public static let migrations: [Migration] = [
        Migration(
            "workflows",
            1,
            "definitions, executions, histories, pending steps",
            [
                """
                CREATE TABLE workflow_definition (
                    workflow TEXT NOT NULL, version TEXT NOT NULL, source TEXT NOT NULL,
                    at BIGINT NOT NULL, PRIMARY KEY (workflow, version))
                """,
                """
                CREATE TABLE execution (
                    id TEXT PRIMARY KEY, organisation TEXT NOT NULL, workflow TEXT NOT NULL,
                    version TEXT NOT NULL, name TEXT NOT NULL, subject TEXT, status TEXT NOT NULL,
                    current TEXT, state TEXT NOT NULL, input TEXT NOT NULL, output TEXT, error TEXT,
                    cause TEXT, on_behalf_of TEXT, traceparent TEXT NOT NULL,
                    started_at BIGINT NOT NULL, ended_at BIGINT, UNIQUE (organisation, name))
                """,
                "CREATE INDEX execution_by_subject ON execution (organisation, subject, started_at)",
                "CREATE INDEX execution_by_start ON execution (organisation, started_at)",
                """
                CREATE TABLE execution_event (
                    execution TEXT NOT NULL, id BIGINT NOT NULL, body TEXT NOT NULL,
                    PRIMARY KEY (execution, id))
                """,
                """
                CREATE TABLE execution_pending (
                    execution TEXT NOT NULL, step BIGINT NOT NULL, kind TEXT NOT NULL, body TEXT,
                    due_at BIGINT NOT NULL, PRIMARY KEY (execution, step, kind))
                """,
            ]
        )
    ]

    func keep(_ workflow: Workflow, at now: Timestamp, in transaction: any Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO workflow_definition (workflow, version, source, at) VALUES (?, ?, ?, ?)
            ON CONFLICT (workflow, version) DO NOTHING
            """,
            [
                .text(workflow.name), .text(workflow.version), .json(workflow.definition.source),
                .time(now),
            ]
        )
    }

    func source(of workflow: String, version: String, in reader: any Reader) throws -> JSON? {
        try reader.first(
            "SELECT source FROM workflow_definition WHERE workflow = ? AND version = ?",
            [.text(workflow), .text(version)]
        ) { try $0.json(0) }
    }

    func existing(
        _ name: String,
        organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> ID<Execution>? {
        try reader.first(
            "SELECT id FROM execution WHERE organisation = ? AND name = ?",
            [.id(organisation), .text(name)]
        ) { try $0.id(0) }
    }

    func insert(
        _ start: ExecutionStart,
        id: ID<Execution>,
        version: String,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO execution (id, organisation, workflow, version, name, subject, status, state,
                input, on_behalf_of, traceparent, started_at)
            VALUES (?, ?, ?, ?, ?, ?, 'RUNNING', '{}', ?, ?, ?, ?)
            """,
            [
                .id(id), .id(start.organisation), .text(start.workflow), .text(version),
                .text(start.name), .text(start.subject), .json(start.input),
                .json(start.onBehalfOf?.json), .text(start.trace.description), .time(now),
            ]
        )
    }

    func record(_ id: ID<Execution>, in reader: any Reader) throws -> Record? {
        try reader.first(
            """
            SELECT organisation, workflow, version, state, subject, on_behalf_of, traceparent,
                started_at
            FROM execution WHERE id = ? AND status = 'RUNNING'
            """,
            [.id(id)]
        ) { row in
            guard let trace = TraceContext(try row.text(6)) else {
                throw StoreError(.corrupt, "execution \(id) has no trace")
            }
            return Record(
                id: id,
                organisation: try row.id(0),
                workflow: try row.text(1),
                version: try row.text(2),
                state: try row.json(3),
                subject: try row.optionalText(4),
                onBehalfOf: row.isNull(5) ? nil : Actor(json: try row.json(5)),
                trace: trace,
                start: try row.timestamp(7)
            )
        }
    }

    func running(
        about subject: String,
        organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> [ID<Execution>] {
        try reader.query(
            "SELECT id FROM execution WHERE organisation = ? AND subject = ? AND status = 'RUNNING'",
            [.id(organisation), .text(subject)]
        ) { try $0.id(0) }
    }

    func allPending(in reader: any Reader) throws -> [Pending] {
        try reader.query("SELECT execution, step, kind, due_at FROM execution_pending", []) { row in
            guard let kind = Pending.Kind(rawValue: try row.text(2)) else {
                throw StoreError(.corrupt, "an execution waits for an unknown kind of thing")
            }
            return Pending(
                execution: try row.id(0),
                step: Int(try row.int(1)),
                kind: kind,
                due: try row.timestamp(3)
            )
        }
    }

    func isPending(_ pending: Pending, in reader: any Reader) throws -> Bool {
        try reader.exists(
            "SELECT 1 FROM execution_pending WHERE execution = ? AND step = ? AND kind = ?",
            [.id(pending.execution), .int(pending.step), .text(pending.kind.rawValue)]
        )
    }

    func task(_ pending: Pending, in reader: any Reader) throws -> ScheduledTask? {
        try reader.first(
            "SELECT body FROM execution_pending WHERE execution = ? AND step = ? AND kind = 'task'",
            [.id(pending.execution), .int(pending.step)]
        ) { try ScheduledTask(json: $0.json(0)) }
    }

    func add(_ pending: Pending, body: JSON?, in transaction: any Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO execution_pending (execution, step, kind, body, due_at)
            VALUES (?, ?, ?, ?, ?)
            """,
            [
                .id(pending.execution), .int(pending.step), .text(pending.kind.rawValue),
                .json(body), .time(pending.due),
            ]
        )
    }

    func removePending(_ id: ID<Execution>, step: Int, in transaction: any Transaction) throws {
        try transaction.execute(
            "DELETE FROM execution_pending WHERE execution = ? AND step = ? AND kind <> 'deadline'",
            [.id(id), .int(step)]
        )
    }

    func append(_ event: HistoryEvent, to id: ID<Execution>, in transaction: any Transaction) throws
    {
        try transaction.execute(
            "INSERT INTO execution_event (execution, id, body) VALUES (?, ?, ?)",
            [.id(id), .int(event.id), .json(event.json)]
        )
    }

    func save(
        _ execution: Execution,
        id: ID<Execution>,
        current: String?,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            "UPDATE execution SET state = ?, current = coalesce(?, current) WHERE id = ?",
            [.json(execution.json), .text(current), .id(id)]
        )
    }

    func finish(
        _ id: ID<Execution>,
        _ status: ExecutionStatus,
        output: JSON?,
        error: String?,
        cause: String?,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            UPDATE execution SET status = ?, output = ?, error = ?, cause = ?, ended_at = ?
            WHERE id = ?
            """,
            [
                .text(status.rawValue), .json(output), .text(error), .text(cause), .time(now),
                .id(id),
            ]
        )
        try transaction.execute(
            "DELETE FROM execution_pending WHERE execution = ?",
            [.id(id)]
        )
    }
}

extension ScheduledTask {
    var json: JSON {
        var json: JSON = [
            "step": .int(step), "branch": .int(branch), "entry": .int(entry),
            "state": .string(state), "resource": .string(resource), "input": input,
            "attempt": .int(attempt),
        ]
        if purpose != .call { json["purpose"] = .string(purpose.rawValue) }
        if let timeoutSeconds { json["timeoutSeconds"] = .int(timeoutSeconds) }
        if let heartbeatSeconds { json["heartbeatSeconds"] = .int(heartbeatSeconds) }
        if let token { json["token"] = .string(token) }
        return json
    }

    init(json: JSON) throws {
        let reader = JSONReader(json)
        self.init(
            purpose: try reader.optional("purpose")?.choice(Purpose.self) ?? .call,
            step: try reader.member("step").int(),
            branch: try reader.member("branch").int(),
            entry: try reader.member("entry").int(),
            state: try reader.member("state").string(),
            resource: try reader.member("resource").string(),
            input: json["input"] ?? .null,
            attempt: try reader.member("attempt").int(),
            timeoutSeconds: try reader.optional("timeoutSeconds")?.int(),
            heartbeatSeconds: try reader.optional("heartbeatSeconds")?.int(),
            token: try reader.optional("token")?.string()
        )
    }
}
