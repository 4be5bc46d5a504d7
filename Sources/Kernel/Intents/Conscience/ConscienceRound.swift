public import Core

/// What a round of the Conscience goes by: everything it may look at, as values.
public struct ConscienceRound: Sendable, Hashable {
    /// How a remediation that was started or asked for stands.
    public enum Standing: String, Sendable, CaseIterable {
        /// A person has not answered yet.
        case asked
        /// A person agreed.
        case approved
        /// A person refused.
        case rejected
        /// Its workflow is under way.
        case running
        /// Its workflow has ended well.
        case ended
        /// Its workflow has failed.
        case failed
    }

    /// The moment.
    public var now: Timestamp
    /// Until when the intent runs.
    public var deadline: Timestamp
    /// When it is met.
    public var goal: Intent.Goal
    /// What may be done without asking.
    public var costLimit: Intent.Cost
    /// How the measure is compared.
    public var comparison: Predicate.Comparison
    /// With what.
    public var target: Double
    /// Whether the predicate holds.
    public var state: Observation.State
    /// The value.
    public var value: Double?
    /// How much is at stake.
    public var risk: Observation.Risk
    /// Why there is no value, or what burns.
    public var reason: String?
    /// What could be done.
    public var offers: [RemediationOffer]
    /// How the active remediation stands; nil when there is none.
    public var standing: Standing?
    /// The id of a remediation that this round begins.
    public var nextID: ID<RemediationRecord>

    /// A round.
    public init(
        now: Timestamp,
        deadline: Timestamp,
        goal: Intent.Goal = .maintain,
        costLimit: Intent.Cost = .low,
        comparison: Predicate.Comparison,
        target: Double,
        state: Observation.State,
        value: Double?,
        risk: Observation.Risk = .none,
        reason: String? = nil,
        offers: [RemediationOffer] = [],
        standing: Standing? = nil,
        nextID: ID<RemediationRecord>
    ) {
        self.now = now
        self.deadline = deadline
        self.goal = goal
        self.costLimit = costLimit
        self.comparison = comparison
        self.target = target
        self.state = state
        self.value = value
        self.risk = risk
        self.reason = reason
        self.offers = offers
        self.standing = standing
        self.nextID = nextID
    }

    /// The form that decisions keep.
    public var json: JSON {
        [
            "now": now.json, "deadline": deadline.json, "goal": .string(goal.rawValue),
            "costLimit": .string(costLimit.rawValue),
            "comparison": .string(comparison.rawValue), "target": .double(target),
            "state": .string(state.rawValue), "value": .optional(value),
            "risk": .string(risk.rawValue), "reason": .optional(reason),
            "offers": .array(offers.map(\.json)), "standing": .optional(standing?.rawValue),
            "nextId": nextID.json,
        ]
    }

    /// Reads ``json``.
    ///
    /// - Throws: a fault that names the member.
    public init(json: JSON) throws(GeneralFault) {
        let reader = JSONReader(json)
        now = try reader.member("now").timestamp()
        deadline = try reader.member("deadline").timestamp()
        goal = try reader.member("goal").choice()
        costLimit = try reader.member("costLimit").choice()
        comparison = try reader.member("comparison").choice()
        target = try reader.member("target").double()
        state = try reader.member("state").choice()
        value = try reader.optional("value")?.double()
        risk = try reader.member("risk").choice()
        reason = try reader.optional("reason")?.string()
        offers = []
        for offer in try reader.member("offers").array() {
            offers.append(try RemediationOffer(json: offer.value))
        }
        standing = try reader.optional("standing")?.choice()
        nextID = try reader.member("nextId").id()
    }

    /// By how much the value misses the target; 0 when it does not.
    var gap: Double {
        guard let value else { return 0 }
        return max(0, comparison.wantsMore ? target - value : value - target)
    }

    /// By how much the value is better than an earlier one.
    func gain(over baseline: Double?) -> Double? {
        guard let value, let baseline else { return nil }
        return comparison.wantsMore ? value - baseline : baseline - value
    }
}

/// What the Conscience does after a round.
public enum ConscienceAction: Sendable, Hashable {
    /// Why an intent drifts.
    public enum Drift: String, Sendable, CaseIterable {
        /// The predicate does not hold.
        case broken
        /// It holds, but errors come too fast.
        case burning
        /// What should deliver values is silent.
        case noTelemetry = "no-telemetry"
    }

    /// How a remediation came out.
    public enum Outcome: String, Sendable, CaseIterable {
        /// The measure got better, by enough of what was predicted.
        case improved
        /// It did not.
        case noEffect = "no-effect"
        /// Its workflow failed.
        case failed
        /// A person refused it, or did not answer in time.
        case refused
        /// It was not needed any more: the measure recovered by itself, or the intent was closed.
        case withdrawn
    }

    /// The intent drifts from now on.
    case raiseDrift(Drift, String)
    /// It does not any more; whether a remediation did it.
    case clearDrift(remediated: Bool)
    /// It is over because the intent is, which does not hold.
    case endDrift
    /// Starts a remediation.
    case start(RemediationOffer, id: ID<RemediationRecord>)
    /// Asks a person whether to start it.
    case ask(RemediationOffer, id: ID<RemediationRecord>, String)
    /// Starts what a person agreed to.
    case startApproved(id: ID<RemediationRecord>)
    /// Ends a remediation with what it did; `stops` its workflow when it still runs.
    case judge(id: ID<RemediationRecord>, Outcome, effect: Double?, stops: Bool, String)
    /// Calls a person: nothing more can be done by itself.
    case escalate(String)
    /// Ends the intent.
    case close(Intent.Status, String)

    /// One word for records and decisions.
    public var name: String {
        switch self {
        case .raiseDrift: "raise-drift"
        case .clearDrift: "clear-drift"
        case .endDrift: "end-drift"
        case .start: "start"
        case .ask: "ask"
        case .startApproved: "start-approved"
        case .judge: "judge"
        case .escalate: "escalate"
        case .close: "close"
        }
    }

    /// The form that decisions keep.
    public var json: JSON {
        switch self {
        case .raiseDrift(let drift, let reason):
            [
                "action": .string(name), "drift": .string(drift.rawValue),
                "reason": .string(reason),
            ]
        case .clearDrift(let remediated):
            ["action": .string(name), "remediated": .bool(remediated)]
        case .start(let offer, let id):
            ["action": .string(name), "remediation": .string(offer.name), "id": id.json]
        case .ask(let offer, let id, let reason):
            [
                "action": .string(name), "remediation": .string(offer.name), "id": id.json,
                "reason": .string(reason),
            ]
        case .endDrift: ["action": .string(name)]
        case .startApproved(let id): ["action": .string(name), "id": id.json]
        case .judge(let id, let outcome, let effect, let stops, let reason):
            [
                "action": .string(name), "id": id.json, "outcome": .string(outcome.rawValue),
                "effect": .optional(effect), "stops": .bool(stops), "reason": .string(reason),
            ]
        case .escalate(let reason): ["action": .string(name), "reason": .string(reason)]
        case .close(let status, let reason):
            [
                "action": .string(name), "status": .string(status.rawValue),
                "reason": .string(reason),
            ]
        }
    }
}
