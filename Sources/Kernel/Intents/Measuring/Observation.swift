public import Core

/// What a round sees of one intent: the value, whether the predicate holds, and where it is heading.
public struct Observation: Sendable, Hashable {
    /// Whether the predicate holds.
    public enum State: String, Sendable, CaseIterable {
        /// It does.
        case holds
        /// It does not.
        case broken
        /// Nothing happened that could be measured.
        case noData = "no-data"
        /// What should deliver values is silent.
        case noTelemetry = "no-telemetry"
    }

    /// The moment.
    public var at: Timestamp
    /// Whether the predicate holds.
    public var state: State
    /// What was measured.
    public var value: Double?
    /// For a share: how many were good.
    public var good: Double?
    /// How many were looked at.
    public var total: Double?
    /// Why there is no value.
    public var reason: String?
    /// For a share: the budget of errors.
    public var burn: BurnReading?
    /// The trend of the values; nil where it says nothing.
    public var trend: Trend?
    /// When the predicate will break, by budget or trend, before the deadline; nil when it will not.
    public var breaksAt: Timestamp?

    /// An observation.
    public init(at: Timestamp, state: State, value: Double? = nil) {
        self.at = at
        self.state = state
        self.value = value
    }

    /// Of what was measured.
    public init(_ measured: Measured, of predicate: Predicate, at moment: Timestamp) {
        at = moment
        value = measured.value
        good = measured.good
        total = measured.total
        if let value = measured.value {
            state = predicate.comparison.holds(value, predicate.target) ? .holds : .broken
        } else if case .noTelemetry(let why)? = measured.absence {
            state = .noTelemetry
            reason = why
        } else {
            state = .noData
            reason = "nothing to measure in the window"
        }
    }

    /// How much is at stake while the predicate holds.
    public enum Risk: String, Sendable, CaseIterable {
        /// Nothing points to a break.
        case none
        /// It will break before the deadline if things go on so.
        case atRisk = "at-risk"
        /// Errors come so fast that somebody must see to it now.
        case burning
    }

    /// See ``Risk``.
    public var risk: Risk {
        if burn?.paging != nil { return .burning }
        if breaksAt != nil || burn?.ticket != nil { return .atRisk }
        return .none
    }

    /// The API's form; `deadline` is where the trend is read.
    public func json(deadline: Timestamp) -> JSON {
        [
            "at": at.json, "state": .string(state.rawValue), "value": .optional(value),
            "good": .optional(good), "total": .optional(total), "reason": .optional(reason),
            "risk": .string(risk.rawValue), "burn": burn?.json ?? .null,
            "trend": trend?.json(at: deadline) ?? .null, "breaksAt": breaksAt?.json ?? .null,
        ]
    }
}
