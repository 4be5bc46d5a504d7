public import Core
public import Events
public import Store

/// What organisations have spent on models, and the alarms when a budget runs out.
public struct ModelAccounts: Sendable {
    /// Alarms are told at these percentages of a budget.
    static let levels = [80, 100]

    private let budgets: ModelBudgets
    private let events: EventLog
    private let ids: IDGenerator

    /// Accounts over the budgets; alarms go into the log of events.
    public init(budgets: ModelBudgets, events: EventLog, ids: IDGenerator) {
        self.budgets = budgets
        self.events = events
        self.ids = ids
    }

    /// Adds a charge, and tells of budgets that it brings to 80 % or 100 %.
    ///
    /// - Throws: `StoreError`.
    func record(
        _ charge: ModelCharge,
        calls: Int = 1,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO models_usage
                (organisation, day, agent, model, calls, input, output, cache_read, cache_write, cost)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (organisation, day, agent, model) DO UPDATE SET
                calls = models_usage.calls + excluded.calls,
                input = models_usage.input + excluded.input,
                output = models_usage.output + excluded.output,
                cache_read = models_usage.cache_read + excluded.cache_read,
                cache_write = models_usage.cache_write + excluded.cache_write,
                cost = models_usage.cost + excluded.cost
            """,
            [
                .id(charge.organisation), .date(ModelBudget.Period.day.start(at: charge.at)),
                .text(charge.agent), .text(charge.model), .int(calls), .int(charge.usage.input),
                .int(charge.usage.output), .int(charge.usage.cacheRead),
                .int(charge.usage.cacheWrite), .int(charge.costMicros),
            ]
        )
        let applying = try budgets.applying(
            to: charge.agent,
            of: charge.organisation,
            in: transaction
        )
        for budget in applying {
            let spent = try budgets.spent(
                of: budget,
                organisation: charge.organisation,
                at: charge.at,
                in: transaction
            )
            let percent = budget.share(spent) * 100
            let level = Self.levels.last { percent >= Double($0) }
            guard let level else { continue }
            try tell(budget, level, spent, charge.organisation, at: charge.at, in: transaction)
        }
    }

    /// Tells once in a period that a budget has come to a level.
    func tell(
        _ budget: ModelBudget,
        _ level: Int,
        _ spent: Spending,
        _ organisation: ID<Organisation>,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws {
        let from = budget.period.start(at: now).description
        guard budget.toldFrom != from || budget.toldLevel < level else { return }
        let changed = try transaction.executeCounting(
            """
            UPDATE models_budget SET told_from = ?, told_level = ?
            WHERE id = ? AND (told_from IS NULL OR told_from <> ? OR told_level < ?)
            """,
            [.text(from), .int(level), .id(budget.id), .text(from), .int(level)]
        )
        guard changed == 1 else { return }
        let policy = try PromptPolicy.of(organisation, in: transaction)
        var data = budget.json
        data["createdAt"] = nil
        data["from"] = .string(from)
        data["percent"] = .int(level)
        data["currency"] = .string(policy.currency)
        data["spent"] = [
            "cost": .string(Micros.text(spent.cost)), "tokens": .int(spent.tokens),
        ]
        let id = ids.next(Event.self)
        let scope = Scope(
            organisation: organisation,
            actor: Actor(
                id: ID(high: 0x7000, low: 0x8000_0000_0000_00D1),
                kind: .service,
                name: "weft.models"
            ),
            roles: [],
            trace: TraceContext(traceHigh: id.high, traceLow: id.low, span: id.low)
        )
        try events.append(
            Event(
                id: id,
                source: "weft/models",
                type: level >= 100 ? "model-budget.exhausted" : "model-budget.neared",
                subject: "model-budget:\(budget.id)",
                time: now,
                data: data,
                scope: scope
            ),
            in: transaction
        )
    }

    /// What was spent from a day to another, both included, by day, agent or model.
    ///
    /// - Throws: `StoreError`.
    public func usage(
        from: CalendarDate,
        to: CalendarDate,
        by group: UsageGroup,
        scope: Scope,
        in reader: any Reader
    ) throws -> [ModelUsageRow] {
        try reader.query(
            """
            SELECT \(group.rawValue), CAST(SUM(calls) AS BIGINT), CAST(SUM(input) AS BIGINT),
                CAST(SUM(output) AS BIGINT), CAST(SUM(cache_read) AS BIGINT),
                CAST(SUM(cache_write) AS BIGINT), CAST(SUM(cost) AS BIGINT)
            FROM models_usage WHERE organisation = ? AND day >= ? AND day <= ?
            GROUP BY \(group.rawValue) ORDER BY \(group.rawValue)
            """,
            [.id(scope.organisation), .date(from), .date(to)]
        ) { row in
            ModelUsageRow(
                name: try row.text(0),
                calls: Int(try row.int(1)),
                usage: ModelUsage(
                    input: Int(try row.int(2)),
                    output: Int(try row.int(3)),
                    cacheRead: Int(try row.int(4)),
                    cacheWrite: Int(try row.int(5))
                ),
                costMicros: Int(try row.int(6))
            )
        }
    }
}

/// What the accounts are added up by.
public enum UsageGroup: String, Sendable, CaseIterable {
    /// Days of UTC.
    case day
    /// Agents.
    case agent
    /// Models.
    case model
}

/// A line of the accounts.
public struct ModelUsageRow: Sendable, Equatable {
    /// The day, the agent or the model.
    public var name: String
    /// How many answers.
    public var calls: Int
    /// Tokens.
    public var usage: ModelUsage
    /// Millionths of the organisation's currency.
    public var costMicros: Int

    /// `{"name","calls","tokens":{…},"cost"}`.
    public var json: JSON {
        [
            "name": .string(name), "calls": .int(calls), "tokens": usage.json,
            "cost": .string(Micros.text(costMicros)),
        ]
    }
}
