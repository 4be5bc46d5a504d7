public import Core
public import Store

/// The workflows that organisations deploy: numbered versions that never change, and aliases for them.
public struct WorkflowVersions: Sendable {
    /// A part of what starts under an alias, and the version it gets.
    public struct Route: Sendable, Hashable {
        /// The version.
        public var version: Int
        /// Its share, in percent.
        public var weight: Int

        /// A route.
        public init(version: Int, weight: Int) {
            self.version = version
            self.weight = weight
        }
    }

    /// The tables; queries name what they read.
    public init() {}

    /// The tables' steps.
    static let migrations: [Migration] = [
        Migration(
            "workflow-versions",
            1,
            "versions and aliases",
            [
                """
                CREATE TABLE workflow_version (
                    organisation TEXT NOT NULL, workflow TEXT NOT NULL, version BIGINT NOT NULL,
                    agent TEXT NOT NULL, source TEXT NOT NULL, note TEXT NOT NULL,
                    created_at BIGINT NOT NULL, created_by TEXT NOT NULL, retired_at BIGINT,
                    retired_by TEXT, retire_reason TEXT,
                    PRIMARY KEY (organisation, workflow, version))
                """,
                """
                CREATE TABLE workflow_alias (
                    organisation TEXT NOT NULL, workflow TEXT NOT NULL, alias TEXT NOT NULL,
                    routes TEXT NOT NULL, updated_at BIGINT NOT NULL, updated_by TEXT NOT NULL,
                    PRIMARY KEY (organisation, workflow, alias))
                """,
            ]
        )
    ]

    /// The version that a start gets.
    ///
    /// - Parameters:
    ///   - workflow: its name.
    ///   - qualifier: a version's number, an alias, or nil for the newest version.
    ///   - organisation: whose.
    ///   - random: draws among an alias' routes.
    ///   - reader: what to read.
    /// - Returns: the number; nil when there is none that is not retired.
    /// - Throws: `StoreError`.
    func version(
        of workflow: String,
        _ qualifier: String?,
        organisation: ID<Organisation>,
        random: any RandomSource,
        in reader: any Reader
    ) throws -> Int? {
        guard let qualifier else {
            return try reader.first(
                """
                SELECT version FROM workflow_version
                WHERE organisation = ? AND workflow = ? AND retired_at IS NULL
                ORDER BY version DESC LIMIT 1
                """,
                [.id(organisation), .text(workflow)]
            ) { Int(try $0.int(0)) }
        }
        let plain = qualifier.hasPrefix("v") ? qualifier.dropFirst() : qualifier[...]
        if let number = Int(plain) {
            let isThere = try reader.exists(
                """
                SELECT 1 FROM workflow_version
                WHERE organisation = ? AND workflow = ? AND version = ? AND retired_at IS NULL
                """,
                [.id(organisation), .text(workflow), .int(number)]
            )
            return isThere ? number : nil
        }
        let routes = try reader.first(
            """
            SELECT routes FROM workflow_alias WHERE organisation = ? AND workflow = ? AND alias = ?
            """,
            [.id(organisation), .text(workflow), .text(qualifier)]
        ) { try Self.routes(try $0.json(0)) }
        guard let routes else { return nil }
        var drawn = Int(random.next() % 100)
        for route in routes {
            if drawn < route.weight { return route.version }
            drawn -= route.weight
        }
        return routes.last?.version
    }

    private static func routes(_ json: JSON) throws -> [Route] {
        var routes: [Route] = []
        for element in try JSONReader(json).array() {
            routes.append(
                Route(
                    version: try element.member("version").int(),
                    weight: try element.member("weight").int()
                )
            )
        }
        return routes
    }

    func source(
        of workflow: String,
        _ version: Int,
        organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> (source: JSON, agent: String)? {
        try reader.first(
            """
            SELECT source, agent FROM workflow_version
            WHERE organisation = ? AND workflow = ? AND version = ?
            """,
            [.id(organisation), .text(workflow), .int(version)]
        ) { (try $0.json(0), try $0.text(1)) }
    }

    /// Adds a version.
    ///
    /// The same definition and agent as the newest version's are that version.
    ///
    /// - Returns: its number.
    /// - Throws: a fault of code `too-many-workflows` beyond 10,000 versions, or `StoreError`.
    func add(
        _ workflow: Workflow,
        note: String,
        by actor: Actor,
        organisation: ID<Organisation>,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws -> Int {
        let newest = try transaction.first(
            """
            SELECT version, agent, source, retired_at FROM workflow_version
            WHERE organisation = ? AND workflow = ? ORDER BY version DESC LIMIT 1
            """,
            [.id(organisation), .text(workflow.name)]
        ) { row in
            (
                version: Int(try row.int(0)), agent: try row.text(1), source: try row.json(2),
                isRetired: !row.isNull(3)
            )
        }
        if let newest, !newest.isRetired, newest.agent == workflow.agent,
            newest.source.bytes(.canonical) == workflow.definition.source.bytes(.canonical)
        {
            return newest.version
        }
        let count = try transaction.first(
            "SELECT count(*) FROM workflow_version WHERE organisation = ?",
            [.id(organisation)]
        ) { try $0.int(0) }
        guard count ?? 0 < 10_000 else {
            throw GeneralFault(
                .conflict,
                code: "too-many-workflows",
                "an organisation has 10,000 versions of workflows at most"
            )
        }
        let version = (newest?.version ?? 0) + 1
        try transaction.execute(
            """
            INSERT INTO workflow_version (organisation, workflow, version, agent, source, note,
                created_at, created_by)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(organisation), .text(workflow.name), .int(version), .text(workflow.agent),
                .json(workflow.definition.source), .text(note), .time(now), .json(actor.json),
            ]
        )
        return version
    }

    private static let columns = """
        workflow, version, agent, note, created_at, created_by, retired_at, retired_by, retire_reason
        """

    private static func shown(_ row: any Row) throws -> JSON {
        [
            "workflow": .string(try row.text(0)), "version": .int(try row.int(1)),
            "agent": .string(try row.text(2)), "note": .string(try row.text(3)),
            "createdAt": try row.timestamp(4).json, "createdBy": try row.json(5),
            "retiredAt": try row.optionalTimestamp(6)?.json ?? .null,
            "retiredBy": row.isNull(7) ? .null : try row.json(7),
            "retireReason": .optional(try row.optionalText(8)),
        ]
    }

    /// What versions can be sorted by.
    public static let sortable: [ListQuery.Column] = [
        .init("workflow", "workflow"), .init("createdAt", "created_at", isNumber: true),
        .init("version", "version", isNumber: true),
    ]

    /// One page of versions; of the newest one of each workflow when none is named.
    ///
    /// - Throws: `StoreError`.
    public func page(
        of workflow: String?,
        _ query: ListQuery,
        scope: Scope,
        in reader: any Reader
    ) throws -> (items: [JSON], next: JSON) {
        var rows = RowFilter("organisation = ?", [.id(scope.organisation)])
        if let workflow {
            rows.add("workflow = ?", .text(workflow))
        } else {
            rows.add(
                """
                version = (SELECT max(n.version) FROM workflow_version n
                    WHERE n.organisation = workflow_version.organisation
                        AND n.workflow = workflow_version.workflow)
                """
            )
        }
        return try query.page(
            Self.columns,
            count: 9,
            of: "workflow_version",
            where: rows,
            in: reader,
            Self.shown
        )
    }

    /// A version with its definition; nil when the organisation has none such.
    ///
    /// - Throws: `StoreError`.
    public func detail(
        of workflow: String,
        _ version: Int,
        scope: Scope,
        in reader: any Reader
    ) throws -> JSON? {
        try reader.first(
            """
            SELECT \(Self.columns), source FROM workflow_version
            WHERE organisation = ? AND workflow = ? AND version = ?
            """,
            [.id(scope.organisation), .text(workflow), .int(version)]
        ) { row in
            var json = try Self.shown(row)
            json["definition"] = try row.json(9)
            return json
        }
    }

    /// Retires a version: nothing new starts with it, what runs goes on.
    ///
    /// - Returns: whether there was one that was not retired.
    /// - Throws: a fault of code `version-in-use` while an alias leads to it, or `StoreError`.
    public func retire(
        _ workflow: String,
        _ version: Int,
        reason: String,
        at now: Timestamp,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Bool {
        for alias in try aliases(of: workflow, scope: scope, in: transaction) {
            let routes = try Self.routes(alias["routes"] ?? [])
            guard !routes.contains(where: { $0.version == version }) else {
                throw GeneralFault(
                    .conflict,
                    code: "version-in-use",
                    "the alias \"\(alias["alias"]?.string ?? "")\" leads to version \(version)"
                )
            }
        }
        return try transaction.executeCounting(
            """
            UPDATE workflow_version SET retired_at = ?, retired_by = ?, retire_reason = ?
            WHERE organisation = ? AND workflow = ? AND version = ? AND retired_at IS NULL
            """,
            [
                .time(now), .json(scope.actor.json), .text(reason), .id(scope.organisation),
                .text(workflow), .int(version),
            ]
        ) == 1
    }

    /// The aliases of a workflow by name.
    ///
    /// - Throws: `StoreError`.
    public func aliases(
        of workflow: String,
        scope: Scope,
        in reader: any Reader
    ) throws -> [JSON] {
        try reader.query(
            """
            SELECT alias, routes, updated_at, updated_by FROM workflow_alias
            WHERE organisation = ? AND workflow = ? ORDER BY alias LIMIT 200
            """,
            [.id(scope.organisation), .text(workflow)]
        ) { row in
            [
                "alias": .string(try row.text(0)), "routes": try row.json(1),
                "updatedAt": try row.timestamp(2).json, "updatedBy": try row.json(3),
            ]
        }
    }

    /// Points an alias to versions.
    ///
    /// - Throws: faults of code `unknown-version` and `invalid-routes`, or `StoreError`.
    public func point(
        _ alias: String,
        of workflow: String,
        to routes: [Route],
        at now: Timestamp,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        guard routes.reduce(0, { $0 + $1.weight }) == 100,
            Set(routes.map(\.version)).count == routes.count
        else {
            throw GeneralFault(
                .invalid,
                code: "invalid-routes",
                "the weights of different versions must add up to 100",
                pointer: "/routes"
            )
        }
        for (at, route) in routes.enumerated() {
            let isThere = try transaction.exists(
                """
                SELECT 1 FROM workflow_version
                WHERE organisation = ? AND workflow = ? AND version = ? AND retired_at IS NULL
                """,
                [.id(scope.organisation), .text(workflow), .int(route.version)]
            )
            guard isThere else {
                throw GeneralFault(
                    .invalid,
                    code: "unknown-version",
                    "\(workflow) has no version \(route.version) that is not retired",
                    pointer: "/routes/\(at)/version"
                )
            }
        }
        let body = JSON.array(
            routes.map { ["version": .int($0.version), "weight": .int($0.weight)] }
        )
        try transaction.execute(
            """
            INSERT INTO workflow_alias (organisation, workflow, alias, routes, updated_at, updated_by)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (organisation, workflow, alias) DO UPDATE SET routes = excluded.routes,
                updated_at = excluded.updated_at, updated_by = excluded.updated_by
            """,
            [
                .id(scope.organisation), .text(workflow), .text(alias), .json(body), .time(now),
                .json(scope.actor.json),
            ]
        )
    }

    /// Removes an alias.
    ///
    /// - Returns: whether there was one.
    /// - Throws: `StoreError`.
    public func removeAlias(
        _ alias: String,
        of workflow: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Bool {
        try transaction.executeCounting(
            "DELETE FROM workflow_alias WHERE organisation = ? AND workflow = ? AND alias = ?",
            [.id(scope.organisation), .text(workflow), .text(alias)]
        ) == 1
    }
}
