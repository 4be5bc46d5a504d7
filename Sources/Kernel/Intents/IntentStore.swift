public import Core
public import Store

/// The intents of an organisation.
public struct IntentStore: Sendable {
    /// How many intents of an organisation may be open or proposed at once.
    public static let most = 1_000

    let scope: Scope

    /// The intents of the scope's organisation.
    public init(scope: Scope) { self.scope = scope }

    static let columns = """
        id, domain, desired_outcome, status, goal, priority, sensitivity, deadline, preset,
        created_at, opened_at, closed_at, version, body
        """

    static func intent(_ row: any Row) throws -> Intent {
        let body = try row.json(13)
        func broken(_ what: String) -> StoreError {
            StoreError(.corrupt, "an intent's \(what) is broken")
        }
        guard let predicateJSON = body["predicate"],
            let predicate = try? Predicate(reading: JSONReader(predicateJSON))
        else { throw broken("predicate") }
        guard let owner = Actor(json: body["owner"]), let maker = Actor(json: body["createdBy"])
        else { throw broken("owner") }
        guard let status = Intent.Status(rawValue: try row.text(3)),
            let goal = Intent.Goal(rawValue: try row.text(4)),
            let priority = Intent.Priority(rawValue: try row.text(5)),
            let sensitivity = Intent.Sensitivity(rawValue: try row.text(6)),
            let cost = body["cost"]?.string.flatMap(Intent.Cost.init(rawValue:))
        else { throw broken("status") }
        return Intent(
            id: try row.id(0),
            domain: try row.text(1),
            desiredOutcome: try row.text(2),
            deadline: try row.timestamp(7),
            cost: cost,
            sensitivity: sensitivity,
            predicate: predicate,
            goal: goal,
            priority: priority,
            owner: owner,
            remedies: (body["remedies"]?.array ?? []).compactMap {
                try? Intent.Remedy(reading: JSONReader($0))
            },
            remediesBy: body["remediesBy"].flatMap { Actor(json: $0) },
            status: status,
            preset: try row.optionalText(8),
            createdBy: maker,
            createdAt: try row.timestamp(9),
            openedAt: try row.optionalTimestamp(10),
            closedAt: try row.optionalTimestamp(11),
            closedReason: body["closedReason"]?.string,
            version: Int(try row.int(12))
        )
    }

    /// What there is not, or what belongs to somebody else.
    public static func missing(_ text: String) -> GeneralFault {
        GeneralFault(
            .notFound,
            code: "intent-not-found",
            "there is no intent \"\(text.prefix(60))\""
        )
    }

    /// One intent that the scope may see.
    ///
    /// - Throws: a fault of code `intent-not-found`; `StoreError`.
    public func intent(_ id: ID<Intent>, in reader: any Reader) throws -> Intent {
        guard let intent = try find(id, in: reader), intent.isVisible(to: scope) else {
            throw Self.missing(id.description)
        }
        return intent
    }

    /// One intent, whoever may see it.
    func find(_ id: ID<Intent>, in reader: any Reader) throws -> Intent? {
        try reader.first(
            "SELECT \(Self.columns) FROM intent WHERE organisation = ? AND id = ?",
            [.id(scope.organisation), .id(id)],
            Self.intent
        )
    }

    /// Whether there is an intent that the scope may see.
    ///
    /// - Throws: `StoreError`.
    public func exists(_ id: ID<Intent>, in reader: any Reader) throws -> Bool {
        try find(id, in: reader)?.isVisible(to: scope) ?? false
    }

    /// Writes a new intent; an open one is watched from now on.
    ///
    /// - Throws: faults of code `intent-exists` and `too-many-intents`; `StoreError`.
    public func add(_ intent: Intent, in transaction: any Transaction) throws {
        let count = try transaction.first(
            """
            SELECT count(*) FROM intent WHERE organisation = ? AND status IN ('proposed', 'open')
            """,
            [.id(scope.organisation)]
        ) { Int(try $0.int(0)) }
        guard count ?? 0 < Self.most else {
            throw GeneralFault(
                .conflict,
                code: "too-many-intents",
                "an organisation has at most \(Self.most) intents at once; withdraw some first"
            )
        }
        guard try find(intent.id, in: transaction) == nil else {
            throw GeneralFault(
                .conflict,
                code: "intent-exists",
                "there is an intent \(intent.id) already",
                pointer: "/intent_id"
            )
        }
        try transaction.execute(
            """
            INSERT INTO intent (id, organisation, domain, desired_outcome, status, goal, priority,
                sensitivity, owner, deadline, preset, created_at, opened_at, closed_at, version,
                predicate, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(intent.id), .id(scope.organisation), .text(intent.domain),
                .text(intent.desiredOutcome), .text(intent.status.rawValue),
                .text(intent.goal.rawValue), .text(intent.priority.rawValue),
                .text(intent.sensitivity.rawValue), .id(intent.owner.id), .time(intent.deadline),
                .text(intent.preset), .time(intent.createdAt), .time(intent.openedAt),
                .time(intent.closedAt), .int(intent.version),
                .text(intent.predicate.description), .json(intent.body),
            ]
        )
        if intent.status == .open { try watch(intent.id, in: transaction) }
    }

    /// Writes a changed intent.
    ///
    /// - Throws: `StoreError`.
    public func save(_ intent: Intent, in transaction: any Transaction) throws {
        try transaction.execute(
            """
            UPDATE intent SET desired_outcome = ?, status = ?, priority = ?, sensitivity = ?,
                owner = ?, deadline = ?, opened_at = ?, closed_at = ?, version = ?, predicate = ?,
                body = ?
            WHERE organisation = ? AND id = ?
            """,
            [
                .text(intent.desiredOutcome), .text(intent.status.rawValue),
                .text(intent.priority.rawValue), .text(intent.sensitivity.rawValue),
                .id(intent.owner.id), .time(intent.deadline), .time(intent.openedAt),
                .time(intent.closedAt), .int(intent.version),
                .text(intent.predicate.description), .json(intent.body),
                .id(scope.organisation), .id(intent.id),
            ]
        )
    }

    /// Begins to watch an intent.
    func watch(_ id: ID<Intent>, in transaction: any Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO intent_watch (organisation, intent, round, drifts, held_micros,
                broken_micros, unknown_micros, course)
            VALUES (?, ?, 0, 0, 0, 0, 0, '{}') ON CONFLICT (organisation, intent) DO NOTHING
            """,
            [.id(scope.organisation), .id(id)]
        )
    }

    /// Makes whatever round is under way for an intent come to nothing, and the next one look however
    /// short ago the last did: it was changed by a person.
    ///
    /// - Throws: `StoreError`.
    public func disturb(_ id: ID<Intent>, in transaction: any Transaction) throws {
        try transaction.execute(
            """
            UPDATE intent_watch SET round = round + 1, disturbed = 1
            WHERE organisation = ? AND intent = ?
            """,
            [.id(scope.organisation), .id(id)]
        )
    }

    /// Forgets how an intent fared, as another measure is held against reality from now on; the time it
    /// was watched stays counted, and the values of before stay in the list of evaluations.
    ///
    /// - Throws: `StoreError`.
    public func beginAnew(
        _ id: ID<Intent>,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            UPDATE intent_watch SET round = round + 1, disturbed = 1, course = '{}',
                drift_at = NULL, measured_from = ?, evaluated_at = NULL, row_at = NULL,
                state = NULL, value = NULL, risk = NULL, observation = NULL
            WHERE organisation = ? AND intent = ?
            """,
            [.time(now), .id(scope.organisation), .id(id)]
        )
    }

    /// Ends the watch over an intent that a person closed: it drifts no more, and nothing is under way.
    ///
    /// - Throws: `StoreError`.
    public func endWatch(_ id: ID<Intent>, in transaction: any Transaction) throws {
        try transaction.execute(
            """
            UPDATE intent_watch SET round = round + 1, course = '{}', drift_at = NULL
            WHERE organisation = ? AND intent = ?
            """,
            [.id(scope.organisation), .id(id)]
        )
    }

    /// Opens a proposed intent.
    ///
    /// - Throws: faults of code `illegal-transition` and `past-deadline`; `StoreError`.
    public func open(
        _ intent: inout Intent,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws {
        guard intent.status == .proposed else { throw Self.illegal(intent, "opened") }
        guard intent.deadline > now else {
            throw GeneralFault(
                .invalid,
                code: "past-deadline",
                "the deadline \(intent.deadline) has passed; change it first",
                pointer: "/deadline"
            )
        }
        intent.status = .open
        intent.openedAt = now
        intent.version += 1
        try save(intent, in: transaction)
        try watch(intent.id, in: transaction)
    }

    /// That a status leaves no such way.
    static func illegal(_ intent: Intent, _ done: String) -> GeneralFault {
        GeneralFault(
            .conflict,
            code: "illegal-transition",
            "the intent is \(intent.status.rawValue) and cannot be \(done)",
            details: ["status": .string(intent.status.rawValue)]
        )
    }

    // MARK: Lists

    /// What to look for.
    public struct Filter: Sendable {
        /// Only of this status.
        public var status: Intent.Status?
        /// Only of this domain.
        public var domain: String?
        /// Only those whose predicate holds, or does not, and so on.
        public var state: Observation.State?
        /// Only those that drift, or only others.
        public var drifting: Bool?

        /// Everything.
        public init() {}
    }

    /// What lists can be sorted by.
    public static let sorts: [ListQuery.Column] = [
        .init("createdAt", "created_at", isNumber: true),
        .init("deadline", "deadline", isNumber: true), .init("domain", "domain"),
    ]

    /// A page of intents, each with what the Conscience knows of it.
    ///
    /// - Throws: `StoreError`.
    public func page(
        _ filter: Filter,
        _ query: ListQuery,
        in reader: any Reader
    ) throws -> (items: [JSON], next: JSON) {
        var rows = RowFilter("organisation = ?", [.id(scope.organisation)])
        rows.add("status = ?", ifAny: .text(filter.status?.rawValue))
        rows.add("domain = ?", ifAny: .text(filter.domain))
        let watched = """
            EXISTS (SELECT 1 FROM intent_watch w WHERE w.organisation = intent.organisation
                AND w.intent = intent.id AND
            """
        rows.add("\(watched) w.state = ?)", ifAny: .text(filter.state?.rawValue))
        if let drifting = filter.drifting {
            rows.add("\(drifting ? "" : "NOT ")\(watched) w.drift_at IS NOT NULL)")
        }
        if scope.roles.isDisjoint(with: Intent.confidants) {
            rows.add("(sensitivity = 'public' OR owner = ?)", .id(scope.actor.id))
        }
        let page = try query.page(
            Self.columns,
            count: 14,
            of: "intent",
            where: rows,
            in: reader,
            Self.intent
        )
        return (try page.items.map { try shown($0, in: reader) }, page.next)
    }

    /// Every open intent of every organisation, for the Conscience.
    static func open(in reader: any Reader) throws -> [(
        organisation: ID<Organisation>, intent: Intent
    )] {
        try reader.query(
            """
            SELECT \(columns), organisation FROM intent WHERE status = 'open'
            ORDER BY organisation, id
            """,
            []
        ) { (organisation: try $0.id(14), intent: try intent($0)) }
    }
}
