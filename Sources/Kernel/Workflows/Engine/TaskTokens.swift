import Core
import Store

/// Tokens of tasks that are answered from outside, and the queues of activities.
///
/// A token is 122 random bits, good for its organisation, until its task is answered or no longer waited
/// for; the row goes in that transaction, so that it is used once.
struct TaskTokens: Sendable {
    /// What a token stands for.
    struct Place: Sendable {
        var token: String
        var execution: ID<Execution>
        var step: Int
    }

    static let migrations: [Migration] = [
        Migration(
            "workflow-tokens",
            1,
            "tokens of tasks, activities, approvals",
            [
                """
                CREATE TABLE workflow_token (
                    token TEXT PRIMARY KEY, organisation TEXT NOT NULL, execution TEXT NOT NULL,
                    step BIGINT NOT NULL, activity TEXT NOT NULL, taken BIGINT NOT NULL,
                    worker TEXT, since BIGINT NOT NULL)
                """,
                "CREATE INDEX workflow_token_by_execution ON workflow_token (execution, step)",
                """
                CREATE INDEX workflow_token_by_activity
                ON workflow_token (organisation, activity, taken, since)
                """,
                """
                CREATE TABLE workflow_approval (
                    id TEXT PRIMARY KEY, organisation TEXT NOT NULL, token TEXT NOT NULL,
                    execution TEXT NOT NULL, title TEXT NOT NULL, details TEXT NOT NULL,
                    roles TEXT NOT NULL, requested_at BIGINT NOT NULL, decided_at BIGINT,
                    decided_by TEXT, approved BIGINT, comment TEXT)
                """,
                "CREATE INDEX workflow_approval_by_time ON workflow_approval (organisation, requested_at)",
                "CREATE INDEX workflow_approval_by_token ON workflow_approval (token)",
            ]
        ),
        Migration(
            "workflow-tokens",
            2,
            "approvals are the agents' room's",
            [
                // A token can have been asked about more than once; the first question keeps its name.
                """
                INSERT INTO approval (id, organisation, key, kind, title, details, execution, roles,
                    second_person, escalation, asker, requested_at, step, state, closed_at,
                    decided_by, comment, way)
                SELECT a.id, a.organisation,
                    CASE WHEN EXISTS (SELECT 1 FROM workflow_approval b
                        WHERE b.organisation = a.organisation AND b.token = a.token AND b.id < a.id)
                    THEN a.token || '/' || a.id ELSE a.token END,
                    'task', a.title, a.details, a.execution, a.roles, 0, '[]',
                    '{"id":"00000000-0000-7000-8000-000000000002","kind":"service","name":"weft"}',
                    a.requested_at, 0,
                    CASE WHEN a.decided_at IS NOT NULL AND a.approved = 1 THEN 'approved'
                        WHEN a.decided_at IS NOT NULL THEN 'rejected'
                        WHEN t.token IS NULL THEN 'withdrawn'
                        WHEN EXISTS (SELECT 1 FROM workflow_approval b
                            WHERE b.organisation = a.organisation AND b.token = a.token
                                AND b.id < a.id) THEN 'withdrawn'
                        ELSE 'open' END,
                    a.decided_at, a.decided_by, a.comment,
                    CASE WHEN a.decided_at IS NULL THEN NULL ELSE 'signed-in' END
                FROM workflow_approval a LEFT JOIN workflow_token t ON t.token = a.token
                """,
                "DROP TABLE workflow_approval",
            ]
        ),
    ]

    func add(
        _ entry: PendingTask,
        of record: ExecutionTables.Record,
        in transaction: any Transaction
    ) throws {
        guard let token = entry.task.token else { return }
        let activity = entry.task.purpose == .activity ? entry.task.activity : ""
        try transaction.execute(
            """
            INSERT INTO workflow_token (token, organisation, execution, step, activity, taken, since)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(token), .id(record.organisation), .id(record.id), .int(entry.task.step),
                .text(activity), .bool(activity.isEmpty), .time(entry.since),
            ]
        )
    }

    /// The token of a callback task; nil for an activity's.
    func token(
        of step: Int,
        of execution: ID<Execution>,
        in reader: any Reader
    ) throws -> String? {
        try reader.first(
            "SELECT token FROM workflow_token WHERE execution = ? AND step = ? AND activity = ''",
            [.id(execution), .int(step)]
        ) { try $0.text(0) }
    }

    func remove(
        _ step: Int,
        of execution: ID<Execution>,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            "DELETE FROM workflow_token WHERE execution = ? AND step = ?",
            [.id(execution), .int(step)]
        )
    }

    /// The task that a token answers; an activity's only once a worker took it.
    func place(
        of token: String,
        organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> Place? {
        try reader.first(
            """
            SELECT execution, step FROM workflow_token
            WHERE token = ? AND organisation = ? AND taken = 1
            """,
            [.text(token), .id(organisation)]
        ) { Place(token: token, execution: try $0.id(0), step: Int(try $0.int(1))) }
    }

    /// The task of an activity that waits longest.
    func next(
        of activity: String,
        organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> Place? {
        try reader.first(
            """
            SELECT token, execution, step FROM workflow_token
            WHERE organisation = ? AND activity = ? AND taken = 0 ORDER BY since, token LIMIT 1
            """,
            [.id(organisation), .text(activity)]
        ) {
            Place(
                token: try $0.text(0),
                execution: try $0.id(1),
                step: Int(try $0.int(2))
            )
        }
    }

    func take(
        _ place: Place,
        by worker: String?,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            "UPDATE workflow_token SET taken = 1, worker = ? WHERE token = ?",
            [.text(worker), .text(place.token)]
        )
    }
}

extension ScheduledTask {
    /// The activity's name: what follows `:activity:` in the resource.
    var activity: String {
        guard let range = resource.ranges(of: ":activity:").last else { return resource }
        return String(resource[range.upperBound...])
    }
}
