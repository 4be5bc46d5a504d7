public import Core
public import Store

/// The schedules in the store, and their firing.
///
/// A due time fires in one transaction with the change of the row that says which is next; the row is
/// compared before. So it fires once, however many processes see that it is due.
public struct Schedules: Sendable {
    let engine: WorkflowEngine
    private let zones: TimeZones
    /// Given when a schedule was made or changed here.
    let changed = Signal()

    /// The schedules whose workflows an engine starts.
    public init(engine: WorkflowEngine, zones: TimeZones = TimeZones()) {
        self.engine = engine
        self.zones = zones
    }

    static let never = Int64.max

    /// The tables' steps.
    static let migrations: [Migration] = [
        Migration(
            "schedules",
            1,
            "schedules",
            [
                """
                CREATE TABLE workflow_schedule (
                    id TEXT PRIMARY KEY, organisation TEXT NOT NULL, name TEXT NOT NULL,
                    body TEXT NOT NULL, owner TEXT NOT NULL, paused BIGINT NOT NULL,
                    version BIGINT NOT NULL, created_at BIGINT NOT NULL, due_at BIGINT NOT NULL,
                    fires_at BIGINT NOT NULL, last_at BIGINT, last_due BIGINT, last_execution TEXT,
                    last_error TEXT, fired BIGINT NOT NULL, UNIQUE (organisation, name))
                """,
                "CREATE INDEX workflow_schedule_due ON workflow_schedule (fires_at)",
            ]
        )
    ]

    static let columns = """
        id, body, owner, paused, version, created_at, due_at, last_at, last_due, last_execution,
        last_error, fired
        """

    /// What schedules can be sorted by.
    public static let sortable: [ListQuery.Column] = [
        .init("name", "name"), .init("createdAt", "created_at", isNumber: true),
        .init("nextAt", "due_at", isNumber: true),
    ]

    func schedule(_ row: any Row) throws -> Schedule {
        var schedule = try Schedule(
            JSONReader(try row.json(1)),
            id: try row.id(0),
            owner: Actor(json: try row.json(2)) ?? .engine,
            at: try row.timestamp(5),
            zones: zones
        )
        schedule.isPaused = try row.bool(3)
        schedule.version = Int(try row.int(4))
        return schedule
    }

    private func shown(_ row: any Row) throws -> JSON {
        let schedule = try schedule(row)
        var json = schedule.json
        json["origin"] = nil
        json["start"] = schedule.timing.start?.json ?? .null
        json["end"] = schedule.timing.end?.json ?? .null
        json["id"] = schedule.id.json
        json["paused"] = .bool(schedule.isPaused)
        json["version"] = .int(schedule.version)
        json["createdAt"] = try row.timestamp(5).json
        let due = try row.int(6)
        json["nextAt"] = due == Self.never ? .null : Timestamp(microseconds: due).json
        json["lastFiredAt"] = try row.optionalTimestamp(7)?.json ?? .null
        json["lastDueAt"] = try row.optionalTimestamp(8)?.json ?? .null
        json["lastExecutionId"] = .optional(try row.optionalText(9))
        json["lastError"] = .optional(try row.optionalText(10))
        json["fired"] = .int(try row.int(11))
        json["owner"] = schedule.owner.json
        return json
    }

    /// One page of schedules.
    ///
    /// - Throws: `StoreError`.
    public func page(
        _ query: ListQuery,
        name: String? = nil,
        scope: Scope,
        in reader: any Reader
    ) throws -> (items: [JSON], next: JSON) {
        var rows = RowFilter("organisation = ?", [.id(scope.organisation)])
        rows.add("name = ?", ifAny: .text(name))
        return try query.page(
            Self.columns,
            count: 12,
            of: "workflow_schedule",
            where: rows,
            in: reader,
            shown
        )
    }

    /// A schedule as it is shown; nil when the organisation has none of the id.
    ///
    /// - Throws: `StoreError`.
    public func detail(_ id: ID<Schedule>, scope: Scope, in reader: any Reader) throws -> JSON? {
        try reader.first(
            "SELECT \(Self.columns) FROM workflow_schedule WHERE organisation = ? AND id = ?",
            [.id(scope.organisation), .id(id)],
            shown
        )
    }

    /// A schedule; nil when the organisation has none of the id.
    ///
    /// - Throws: `StoreError`.
    public func schedule(
        _ id: ID<Schedule>,
        scope: Scope,
        in reader: any Reader
    ) throws -> Schedule? {
        try reader.first(
            "SELECT \(Self.columns) FROM workflow_schedule WHERE organisation = ? AND id = ?",
            [.id(scope.organisation), .id(id)],
            schedule
        )
    }

    /// Reads what a person wrote.
    ///
    /// - Throws: a fault that names what is wrong.
    public func read(
        _ reader: JSONReader,
        id: ID<Schedule>,
        by owner: Actor,
        at now: Timestamp
    ) throws(GeneralFault) -> Schedule {
        try Schedule(reader, id: id, owner: owner, at: now, zones: zones)
    }

    /// The due times of an expression.
    ///
    /// - Throws: a fault that names what is wrong with it.
    public func timing(
        _ expression: String,
        zone: String,
        start: Timestamp?,
        end: Timestamp?,
        at now: Timestamp
    ) throws(GeneralFault) -> ScheduleTiming {
        try ScheduleTiming(
            expression,
            zone: zone,
            start: start,
            end: end,
            origin: now,
            zones: zones
        )
    }

    /// Adds a schedule; its first due time is the first after now.
    ///
    /// - Throws: faults of code `schedule-exists` and `too-many-schedules`, or `StoreError`.
    public func add(
        _ schedule: Schedule,
        at now: Timestamp,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        let count = try transaction.first(
            "SELECT count(*) FROM workflow_schedule WHERE organisation = ?",
            [.id(scope.organisation)]
        ) { try $0.int(0) }
        guard count ?? 0 < 10_000 else {
            throw GeneralFault(
                .conflict,
                code: "too-many-schedules",
                "an organisation has 10,000 schedules at most"
            )
        }
        try demandFree(schedule, scope: scope, in: transaction)
        let due = schedule.isPaused ? nil : schedule.timing.next(after: now)
        try transaction.execute(
            """
            INSERT INTO workflow_schedule (id, organisation, name, body, owner, paused, version,
                created_at, due_at, fires_at, fired)
            VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?, 0)
            """,
            [
                .id(schedule.id), .id(scope.organisation), .text(schedule.name),
                .json(schedule.json), .json(schedule.owner.json), .bool(schedule.isPaused),
                .time(now), .int(due?.microseconds ?? Self.never),
                .int(due.map { schedule.moment(for: $0).microseconds } ?? Self.never),
            ]
        )
        notify(transaction)
    }

    private func demandFree(
        _ schedule: Schedule,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        let isTaken = try transaction.exists(
            "SELECT 1 FROM workflow_schedule WHERE organisation = ? AND name = ? AND id <> ?",
            [.id(scope.organisation), .text(schedule.name), .id(schedule.id)]
        )
        guard !isTaken else {
            throw GeneralFault(
                .conflict,
                code: "schedule-exists",
                "there is a schedule \"\(schedule.name)\" already",
                pointer: "/name"
            )
        }
    }

    private func notify(_ transaction: any Transaction) {
        transaction.afterCommit { [changed] in changed.notify() }
    }

    /// Changes a schedule; what is due next is found anew.
    ///
    /// - Throws: a fault of code `schedule-exists`, or `StoreError`.
    public func change(
        _ schedule: Schedule,
        at now: Timestamp,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try demandFree(schedule, scope: scope, in: transaction)
        let due = schedule.isPaused ? nil : schedule.timing.next(after: now)
        try transaction.execute(
            """
            UPDATE workflow_schedule SET name = ?, body = ?, owner = ?, paused = ?,
                version = version + 1, due_at = ?, fires_at = ?
            WHERE id = ?
            """,
            [
                .text(schedule.name), .json(schedule.json), .json(schedule.owner.json),
                .bool(schedule.isPaused), .int(due?.microseconds ?? Self.never),
                .int(due.map { schedule.moment(for: $0).microseconds } ?? Self.never),
                .id(schedule.id),
            ]
        )
        notify(transaction)
    }

    /// Removes a schedule; what it started goes on.
    ///
    /// - Returns: whether there was one.
    /// - Throws: `StoreError`.
    public func remove(
        _ id: ID<Schedule>,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Bool {
        try transaction.executeCounting(
            "DELETE FROM workflow_schedule WHERE organisation = ? AND id = ?",
            [.id(scope.organisation), .id(id)]
        ) == 1
    }
}
