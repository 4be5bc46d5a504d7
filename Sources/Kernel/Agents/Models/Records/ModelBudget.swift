public import Core
import Store

/// What an agent, or all of an organisation's together, may spend in a day or a month of UTC.
public struct ModelBudget: Sendable {
    /// How long it lasts.
    public enum Period: String, Sendable, CaseIterable {
        /// From midnight to midnight.
        case day
        /// From the first to the last day.
        case month

        /// The first day of the period that a moment falls into.
        func start(at now: Timestamp) -> CalendarDate {
            let days = now.microseconds / 86_400_000_000
            let today = CalendarDate(daysSinceEpoch: Int(days))
            guard self == .month else { return today }
            return today.advanced(by: 1 - today.parts.day)
        }
    }

    /// The budget.
    public var id: ID<ModelBudget>
    /// Whose; nil for all agents together.
    public var agent: String?
    /// How long it lasts.
    public var period: Period
    /// Millionths of the organisation's currency; nil for any amount.
    public var cost: Int?
    /// Tokens of all sorts; nil for any number.
    public var tokens: Int?
    /// When it was made.
    public var createdAt: Timestamp
    /// The first day of the period that was last told of, and the level: 80 or 100.
    var toldFrom: String?
    var toldLevel: Int

    static let columns = "id, agent, period, cost, tokens, told_from, told_level, created_at"

    static func read(_ row: any Row) throws -> ModelBudget {
        let agent = try row.text(1)
        return ModelBudget(
            id: try row.id(0),
            agent: agent.isEmpty ? nil : agent,
            period: Period(rawValue: try row.text(2)) ?? .day,
            cost: try row.optionalInt(3).map(Int.init),
            tokens: try row.optionalInt(4).map(Int.init),
            createdAt: try row.timestamp(7),
            toldFrom: try row.optionalText(5),
            toldLevel: Int(try row.int(6))
        )
    }

    /// Whose budget it is, in words.
    var owner: String { agent.map { "agent \($0)" } ?? "the organisation" }

    /// The share of it that a sum is, the fuller of money and tokens.
    func share(_ spent: Spending) -> Double {
        func part(_ value: Int, _ limit: Int?) -> Double {
            guard let limit else { return 0 }
            return limit > 0 ? Double(value) / Double(limit) : 1
        }
        return max(part(spent.cost, cost), part(spent.tokens, tokens))
    }

    /// `{"id","agent","period","cost","tokens","createdAt"}`.
    public var json: JSON {
        [
            "id": id.json, "agent": .optional(agent), "period": .string(period.rawValue),
            "cost": cost.map { .string(Micros.text($0)) } ?? .null,
            "tokens": tokens.map { .int($0) } ?? .null, "createdAt": createdAt.json,
        ]
    }
}

/// Money and tokens.
struct Spending: Sendable, Equatable {
    /// Millionths.
    var cost = 0
    /// Tokens of all sorts.
    var tokens = 0

    static func + (left: Spending, right: Spending) -> Spending {
        Spending(cost: left.cost + right.cost, tokens: left.tokens + right.tokens)
    }
}

extension ModelCharge {
    /// What it takes of budgets.
    var spending: Spending { Spending(cost: costMicros, tokens: usage.total) }
}
