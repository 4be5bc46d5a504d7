import Core
public import Store

/// The tables of executions: what they are, those under way, their histories.
public struct ExecutionTables: Sendable {
    /// The tables; queries name what they read.
    public init() {}

    /// What an execution is, which never changes: a row of `execution` without its outcome.
    struct Record: Sendable {
        var id: ID<Execution>
        var organisation: ID<Organisation>
        var workflow: String
        var version: String
        var name: String
        var subject: String?
        var onBehalfOf: Actor?
        /// The place of what started it, of which the execution's own span is a part.
        var trace: TraceContext
        var start: Timestamp
        /// What waits for its end; nil when nothing does.
        var parent: Parent?

        /// The place of the execution's own span: its id is the execution's, so that it is the same in
        /// every process that works on the execution.
        var ownTrace: TraceContext {
            var own = trace
            own.span = id.low
            return own
        }
    }

    /// A row of `execution_live`: an execution under way, without its state.
    struct Hold: Sendable {
        /// The worker that has it in hand; empty when none has.
        var owner: String
        var turn: Int
        var isPaused: Bool
        /// The state as text; nil when it is still in the form of the first tables.
        var snapshot: String?
        var snapshotTurn: Int
    }

    /// `due_at` of an execution that a worker has in hand and that nobody else changed.
    static let inHand = Int64.max

    /// The steps of all tables of this room.
    public static let migrations: [Migration] =
        steps + WorkflowVersions.migrations + TaskTokens.migrations + Schedules.migrations

    private static let steps: [Migration] = [
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
        ),
        // A turn is one row, whatever it did; executions under way have a row that tells who works on
        // them. What the first tables hold is read where it is and written in the new form with the
        // execution's next turn.
        Migration(
            "workflows",
            2,
            "turns, leases",
            [
                """
                CREATE TABLE execution_live (
                    execution TEXT PRIMARY KEY, owner TEXT NOT NULL, due_at BIGINT NOT NULL,
                    turn BIGINT NOT NULL, paused BIGINT NOT NULL, at_state TEXT, snapshot TEXT,
                    snapshot_turn BIGINT NOT NULL)
                """,
                "CREATE INDEX execution_live_due ON execution_live (owner, due_at)",
                """
                CREATE TABLE execution_turn (
                    execution TEXT NOT NULL, turn BIGINT NOT NULL, at BIGINT NOT NULL,
                    first_event BIGINT NOT NULL, events TEXT NOT NULL, inputs TEXT,
                    PRIMARY KEY (execution, turn))
                """,
                """
                CREATE TABLE workflow_worker (
                    id TEXT PRIMARY KEY, name TEXT NOT NULL, started_at BIGINT NOT NULL,
                    until BIGINT NOT NULL)
                """,
                """
                INSERT INTO execution_live (execution, owner, due_at, turn, paused, at_state, snapshot,
                    snapshot_turn)
                SELECT id, '', 0, 0, 0, current, NULL, 0 FROM execution WHERE status = 'RUNNING'
                """,
            ]
        ),
        Migration(
            "workflows",
            3,
            "retention",
            [
                "CREATE INDEX execution_by_end ON execution (ended_at) WHERE ended_at IS NOT NULL",
                """
                CREATE INDEX execution_unsuccessful ON execution (organisation, status, started_at)
                WHERE status <> 'SUCCEEDED'
                """,
                """
                CREATE TABLE workflow_retention (
                    organisation TEXT PRIMARY KEY, days BIGINT NOT NULL)
                """,
            ]
        ),
        Migration(
            "workflows",
            4,
            "executions that wait for others",
            [
                "ALTER TABLE execution ADD COLUMN parent TEXT",
                "ALTER TABLE execution ADD COLUMN parent_step BIGINT",
                """
                CREATE INDEX execution_by_parent ON execution (parent, parent_step)
                WHERE parent IS NOT NULL
                """,
            ]
        ),
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

    /// Adds an execution.
    ///
    /// - Returns: whether the name was free.
    func insert(
        _ record: Record,
        input: JSON,
        in transaction: any Transaction
    ) throws -> Bool {
        try transaction.executeCounting(
            """
            INSERT INTO execution (id, organisation, workflow, version, name, subject, status, state,
                input, on_behalf_of, traceparent, started_at, parent, parent_step)
            VALUES (?, ?, ?, ?, ?, ?, 'RUNNING', '{}', ?, ?, ?, ?, ?, ?)
            ON CONFLICT (organisation, name) DO NOTHING
            """,
            [
                .id(record.id), .id(record.organisation), .text(record.workflow),
                .text(record.version), .text(record.name), .text(record.subject), .json(input),
                .json(record.onBehalfOf?.json), .text(record.trace.description),
                .time(record.start), .text(record.parent?.id.description),
                .int(record.parent?.step),
            ]
        ) == 1
    }

    static let recordColumns = """
        id, organisation, workflow, version, name, subject, on_behalf_of, traceparent, started_at,
        parent, parent_step
        """

    static func record(_ row: any Row) throws -> Record {
        guard let trace = TraceContext(try row.text(7)) else {
            throw StoreError(.corrupt, "execution \(try row.text(0)) has no trace")
        }
        return Record(
            id: try row.id(0),
            organisation: try row.id(1),
            workflow: try row.text(2),
            version: try row.text(3),
            name: try row.text(4),
            subject: try row.optionalText(5),
            onBehalfOf: row.isNull(6) ? nil : Actor(json: try row.json(6)),
            trace: trace,
            start: try row.timestamp(8),
            parent: try parent(row, at: 9)
        )
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

    /// Writes how an execution ended.
    func finish(
        _ id: ID<Execution>,
        _ ending: Turn.Ending,
        current: String?,
        state: String,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            UPDATE execution SET status = ?, current = ?, state = ?, output = ?, error = ?, cause = ?,
                ended_at = ?
            WHERE id = ?
            """,
            [
                .text(ending.status.rawValue), .text(current), .text(state), .json(ending.output),
                .text(ending.error), .text(ending.cause), .time(now), .id(id),
            ]
        )
    }
}
