public import Core
public import Store

/// The budgets of organisations and of their agents.
public struct ModelBudgets: Sendable {
    /// The most that an organisation may have.
    static let limit = 200

    private let ids: IDGenerator
    private let clock: any WallClock

    /// The budgets.
    public init(ids: IDGenerator, clock: any WallClock) {
        self.ids = ids
        self.clock = clock
    }

    /// The organisation's budgets in the order in which they were made.
    ///
    /// - Throws: `StoreError`.
    public func list(scope: Scope, in reader: any Reader) throws -> [ModelBudget] {
        try all(of: scope.organisation, in: reader)
    }

    func all(of organisation: ID<Organisation>, in reader: any Reader) throws -> [ModelBudget] {
        try reader.query(
            "SELECT \(ModelBudget.columns) FROM models_budget WHERE organisation = ? ORDER BY id",
            [.id(organisation)],
            ModelBudget.read
        )
    }

    /// Those that a call of an agent's counts against.
    func applying(
        to agent: String,
        of organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> [ModelBudget] {
        try reader.query(
            """
            SELECT \(ModelBudget.columns) FROM models_budget
            WHERE organisation = ? AND agent IN ('', ?) ORDER BY id
            """,
            [.id(organisation), .text(agent)],
            ModelBudget.read
        )
    }

    /// One budget.
    ///
    /// - Throws: `ModelsError` of code `not-found`, or `StoreError`.
    public func record(
        _ id: ID<ModelBudget>,
        scope: Scope,
        in reader: any Reader
    ) throws -> ModelBudget {
        let found = try reader.first(
            "SELECT \(ModelBudget.columns) FROM models_budget WHERE id = ? AND organisation = ?",
            [.id(id), .id(scope.organisation)],
            ModelBudget.read
        )
        guard let found else { throw ModelsError(.notFound, "there is no such budget") }
        return found
    }

    /// What is spent of a budget in the period of a moment.
    ///
    /// - Throws: `StoreError`.
    func spent(
        of budget: ModelBudget,
        organisation: ID<Organisation>,
        at now: Timestamp,
        in reader: any Reader
    ) throws -> Spending {
        var filter = RowFilter(
            "organisation = ? AND day >= ?",
            [.id(organisation), .date(budget.period.start(at: now))]
        )
        if let agent = budget.agent { filter.add("agent = ?", .text(agent)) }
        return try reader.first(
            """
            SELECT CAST(COALESCE(SUM(cost), 0) AS BIGINT),
                CAST(COALESCE(SUM(input + output + cache_read + cache_write), 0) AS BIGINT)
            FROM models_usage WHERE \(filter.sql)
            """,
            filter.parameters
        ) { Spending(cost: Int(try $0.int(0)), tokens: Int(try $0.int(1))) } ?? Spending()
    }

    /// A budget, with when its present period began and what is spent of it since.
    ///
    /// - Throws: `StoreError`.
    public func json(
        of budget: ModelBudget,
        scope: Scope,
        at now: Timestamp,
        in reader: any Reader
    ) throws -> JSON {
        let spent = try spent(of: budget, organisation: scope.organisation, at: now, in: reader)
        var json = budget.json
        json["from"] = .string(budget.period.start(at: now).description)
        json["spent"] = ["cost": .string(Micros.text(spent.cost)), "tokens": .int(spent.tokens)]
        return json
    }

    /// Makes a budget of `{"agent"?,"period","cost"?,"tokens"?}`.
    ///
    /// - Throws: a fault with the pointer to what is wrong, or `StoreError`.
    public func add(
        _ input: JSONReader,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> ModelBudget {
        let all = try list(scope: scope, in: transaction)
        guard all.count < Self.limit else {
            throw ModelsError(.tooMany, "an organisation has at most \(Self.limit) budgets")
        }
        var budget = ModelBudget(
            id: ids.next(),
            agent: try input.optional("agent")?.string(length: 1...100),
            period: try input.member("period").choice(),
            createdAt: clock.now(),
            toldLevel: 0
        )
        try settle(&budget, input)
        guard !all.contains(where: { $0.agent == budget.agent && $0.period == budget.period })
        else {
            throw ModelsError(
                .nameTaken,
                "\(budget.owner) has a budget for the \(budget.period.rawValue) already",
                pointer: "/period"
            )
        }
        try transaction.execute(
            """
            INSERT INTO models_budget
                (id, organisation, agent, period, cost, tokens, told_level, created_at)
            VALUES (?, ?, ?, ?, ?, ?, 0, ?)
            """,
            [
                .id(budget.id), .id(scope.organisation), .text(budget.agent ?? ""),
                .text(budget.period.rawValue), .int(budget.cost), .int(budget.tokens),
                .time(budget.createdAt),
            ]
        )
        return budget
    }

    /// Changes what the input names; null takes a limit away, and alarms are told anew.
    ///
    /// - Throws: a fault with the pointer to what is wrong, or `StoreError`.
    public func change(
        _ id: ID<ModelBudget>,
        _ input: JSONReader,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> ModelBudget {
        var budget = try record(id, scope: scope, in: transaction)
        try settle(&budget, input)
        try transaction.execute(
            "UPDATE models_budget SET cost = ?, tokens = ?, told_from = NULL, told_level = 0 WHERE id = ?",
            [.int(budget.cost), .int(budget.tokens), .id(id)]
        )
        return budget
    }

    /// Removes a budget.
    ///
    /// - Throws: `ModelsError` of code `not-found`, or `StoreError`.
    @discardableResult
    public func remove(
        _ id: ID<ModelBudget>,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> ModelBudget {
        let budget = try record(id, scope: scope, in: transaction)
        try transaction.execute("DELETE FROM models_budget WHERE id = ?", [.id(id)])
        return budget
    }

    private func settle(_ budget: inout ModelBudget, _ input: JSONReader) throws {
        if input.value["cost"]?.isNull == true { budget.cost = nil }
        if input.value["tokens"]?.isNull == true { budget.tokens = nil }
        if let cost = try input.optional("cost") { budget.cost = try cost.micros() }
        if let tokens = try input.optional("tokens") {
            budget.tokens = try tokens.int(in: 0...1_000_000_000_000)
        }
        guard budget.cost != nil || budget.tokens != nil else {
            throw ModelsError(.invalidSetting, "expected cost, tokens or both", pointer: "/cost")
        }
    }
}
