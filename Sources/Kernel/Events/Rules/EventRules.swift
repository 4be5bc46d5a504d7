public import Core
public import Store

/// The rules that organisations have made, in the store.
public struct EventRules: Sendable {
    /// More rules than this an organisation may not have.
    public static let largest = 10_000
    /// What all rules of an organisation together may cost for each event.
    public static let budget = PatternComplexity(states: 2_000_000, branches: 50_000, work: 5_000)

    /// What rules can be sorted by.
    public static let sortable: [ListQuery.Column] = [
        .init("name", "name"), .init("changedAt", "changed_at", isNumber: true),
        .init("createdAt", "created_at", isNumber: true),
    ]

    private static let columns =
        "name, description, pattern, target, enabled, version, created_at, changed_at"
    /// Counts the changes of rules, so that dispatchers notice them, also in other processes.
    static let revisionName = "event-rules"

    /// The rules.
    public init() {}

    /// Whether the byte may stand in a rule's name or a type.
    static func isWord(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
            || byte == 0x2E
    }

    /// Checks a name.
    ///
    /// - Throws: a fault at the name.
    public static func checkName(_ reader: JSONReader) throws(GeneralFault) -> String {
        let name = try reader.string(length: 1...100)
        guard name.utf8.allSatisfy(isWord) else {
            throw reader.fault("a rule's name has a-z, 0-9, dots and hyphens")
        }
        // The path of trying a pattern stands beside the rules'.
        guard name != "test" else { throw reader.fault("\"test\" is no name for a rule") }
        return name
    }

    private static func read(_ row: any Row) throws -> StoredRule {
        StoredRule(
            name: try row.text(0),
            description: try row.text(1),
            pattern: try row.json(2),
            target: try RuleTarget(JSONReader(try row.json(3))),
            isEnabled: try row.bool(4),
            version: Int(try row.int(5)),
            createdAt: try row.timestamp(6),
            changedAt: try row.timestamp(7)
        )
    }

    /// One page of the organisation's rules.
    ///
    /// - Throws: `StoreError`.
    public func page(
        _ query: ListQuery,
        enabled: Bool?,
        scope: Scope,
        in reader: any Reader
    ) throws -> (items: [StoredRule], next: JSON) {
        var rows = RowFilter("organisation = ?", [.id(scope.organisation)])
        rows.add("enabled = ?", ifAny: enabled.map { .bool($0) } ?? .null)
        return try query.page(
            Self.columns,
            count: 8,
            of: "event_rule",
            where: rows,
            in: reader,
            Self.read
        )
    }

    /// A rule of the organisation.
    ///
    /// - Throws: a fault of code `rule-not-found`, or `StoreError`.
    public func rule(_ name: String, scope: Scope, in reader: any Reader) throws -> StoredRule {
        let found = try reader.first(
            "SELECT \(Self.columns) FROM event_rule WHERE organisation = ? AND name = ?",
            [.id(scope.organisation), .text(name)],
            Self.read
        )
        guard let found else {
            throw GeneralFault(
                .notFound,
                code: "rule-not-found",
                "there is no rule \"\(name.prefix(100))\""
            )
        }
        return found
    }

    /// Adds a rule.
    ///
    /// - Throws: faults of code `rule-exists`, `too-many-rules` and `rules-too-complex`; `StoreError`.
    public func add(_ rule: StoredRule, scope: Scope, in transaction: any Transaction) throws {
        guard
            try !transaction.exists(
                "SELECT 1 FROM event_rule WHERE organisation = ? AND name = ?",
                [.id(scope.organisation), .text(rule.name)]
            )
        else {
            throw GeneralFault(
                .conflict,
                code: "rule-exists",
                "there is a rule \"\(rule.name)\" already",
                pointer: "/name"
            )
        }
        let count =
            try transaction.first(
                "SELECT count(*) FROM event_rule WHERE organisation = ?",
                [.id(scope.organisation)]
            ) { try $0.int(0) } ?? 0
        guard count < Self.largest else {
            throw GeneralFault(
                .conflict,
                code: "too-many-rules",
                "there are \(count) rules already; at most \(Self.largest) may be"
            )
        }
        try checkBudget(rule, scope: scope, in: transaction)
        try transaction.execute(
            """
            INSERT INTO event_rule (organisation, name, description, pattern, target, enabled, version,
                created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(scope.organisation), .text(rule.name), .text(rule.description),
                .json(rule.pattern), .json(rule.target.json), .bool(rule.isEnabled),
                .int(rule.version), .time(rule.createdAt), .time(rule.changedAt),
            ]
        )
        try touch(in: transaction)
    }

    /// Writes a changed rule.
    ///
    /// - Throws: a fault of code `rules-too-complex`, or `StoreError`.
    public func save(_ rule: StoredRule, scope: Scope, in transaction: any Transaction) throws {
        try checkBudget(rule, scope: scope, in: transaction)
        try transaction.execute(
            """
            UPDATE event_rule SET description = ?, pattern = ?, target = ?, enabled = ?, version = ?,
                changed_at = ? WHERE organisation = ? AND name = ?
            """,
            [
                .text(rule.description), .json(rule.pattern), .json(rule.target.json),
                .bool(rule.isEnabled), .int(rule.version), .time(rule.changedAt),
                .id(scope.organisation), .text(rule.name),
            ]
        )
        try touch(in: transaction)
    }

    /// Deletes a rule.
    ///
    /// - Throws: `StoreError`.
    public func delete(_ name: String, scope: Scope, in transaction: any Transaction) throws {
        try transaction.execute(
            "DELETE FROM event_rule WHERE organisation = ? AND name = ?",
            [.id(scope.organisation), .text(name)]
        )
        try touch(in: transaction)
    }

    /// Refuses a rule with which matching would cost more than an organisation may.
    ///
    /// Only patterns with wildcards or many branches can: others are not compiled for this.
    private func checkBudget(
        _ rule: StoredRule,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        let pattern = try Pattern(rule.pattern)
        let own = PatternMachine([pattern]).complexity
        guard own.work > 0 || own.branches > 1 || own.states > 1_000 else { return }
        var patterns = try transaction.query(
            """
            SELECT pattern FROM event_rule WHERE organisation = ? AND name <> ? AND enabled = 1
            """,
            [.id(scope.organisation), .text(rule.name)]
        ) { try Pattern(try $0.json(0)) }
        patterns.append(pattern)
        let whole = PatternMachine(patterns).complexity
        guard whole.work <= Self.budget.work, whole.states <= Self.budget.states,
            whole.branches <= Self.budget.branches
        else {
            throw GeneralFault(
                .conflict,
                code: "rules-too-complex",
                "with this rule the organisation's \(patterns.count) rules would need \(whole.work) steps "
                    + "for a value (at most \(Self.budget.work)), \(whole.states) states (at most "
                    + "\(Self.budget.states)) and \(whole.branches) branches (at most "
                    + "\(Self.budget.branches)); use fewer wildcards or less $or",
                pointer: "/pattern"
            )
        }
    }

    private func touch(in transaction: any Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO event_cursor (name, seq) VALUES (?, 1)
            ON CONFLICT (name) DO UPDATE SET seq = event_cursor.seq + 1
            """,
            [.text(Self.revisionName)]
        )
    }

    /// Every enabled rule of every organisation: for the dispatcher alone.
    ///
    /// Without those whose target this version of the program does not know.
    func enabled(in reader: any Reader) throws -> [(
        organisation: ID<Organisation>, rule: StoredRule
    )] {
        try reader.query(
            """
            SELECT \(Self.columns), organisation FROM event_rule WHERE enabled = 1
            ORDER BY organisation, name
            """,
            []
        ) { row in
            do {
                return (organisation: try row.id(8, Organisation.self), rule: try Self.read(row))
            } catch is GeneralFault {
                return nil
            }
        }.compactMap { $0 }
    }
}
