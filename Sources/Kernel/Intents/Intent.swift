public import Core

/// A beacon: an outcome that somebody wants by a deadline, with a predicate that tells whether it is so.
public struct Intent: Sendable {
    /// How far an intent has come.
    public enum Status: String, Sendable, CaseIterable {
        /// Suggested; nobody has opened it yet.
        case proposed
        /// Held against reality.
        case open
        /// Closed: it was reached, or held at the deadline.
        case met
        /// Closed: it did not hold at the deadline.
        case missed
        /// Closed by a person.
        case withdrawn

        /// Whether it can change no more.
        public var isClosed: Bool { self != .proposed && self != .open }
    }

    /// When an intent is met.
    public enum Goal: String, Sendable, CaseIterable {
        /// When the predicate holds at the deadline; until then it should hold all the time.
        case maintain
        /// As soon as the predicate holds, in two rounds one after the other.
        case achieve
    }

    /// How much something may cost, or does.
    public enum Cost: String, Sendable, CaseIterable, Comparable {
        /// Little: done without asking.
        case low
        /// Noticeable.
        case medium
        /// Much.
        case high

        /// low < medium < high.
        public static func < (left: Cost, right: Cost) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .low: 0
            case .medium: 1
            case .high: 2
            }
        }
    }

    /// Who may see an intent.
    public enum Sensitivity: String, Sendable, CaseIterable {
        /// All members.
        case `public`
        /// Administrators, managers, supervisors and its owner.
        case restricted
    }

    /// How much an intent matters beside others.
    public enum Priority: String, Sendable, CaseIterable {
        case low
        case normal
        case high
        case critical
    }

    /// Its id.
    public var id: ID<Intent>
    /// The field of work, for instance `quality`, `inventory`, `maintenance`, `logistics`.
    public var domain: String
    /// What is wanted, in a sentence.
    public var desiredOutcome: String
    /// Until when.
    public var deadline: Timestamp
    /// What a remediation may cost without a person's word.
    public var cost: Cost
    /// Who may see it.
    public var sensitivity: Sensitivity
    /// What tells whether it is so.
    public var predicate: Predicate
    /// When it is met.
    public var goal: Goal
    /// How much it matters.
    public var priority: Priority
    /// Whom drift is told first.
    public var owner: Actor
    /// Workflows of the organisation that may bring it back.
    public var remedies: [Remedy]
    /// Who named the latest of them, in whose name they run; nil where there are none.
    public var remediesBy: Actor?
    /// How far it has come.
    public var status: Status
    /// The solution's default that it was made of; nil for one that somebody declared.
    public var preset: String?
    /// Who declared it.
    public var createdBy: Actor
    /// When.
    public var createdAt: Timestamp
    /// When it was opened.
    public var openedAt: Timestamp?
    /// When it was closed.
    public var closedAt: Timestamp?
    /// Why it was closed.
    public var closedReason: String?
    /// Rises with every change by people, from 1.
    public var version: Int

    /// An intent.
    public init(
        id: ID<Intent>,
        domain: String,
        desiredOutcome: String,
        deadline: Timestamp,
        cost: Cost,
        sensitivity: Sensitivity,
        predicate: Predicate,
        goal: Goal,
        priority: Priority,
        owner: Actor,
        remedies: [Remedy],
        remediesBy: Actor? = nil,
        status: Status,
        preset: String? = nil,
        createdBy: Actor,
        createdAt: Timestamp,
        openedAt: Timestamp? = nil,
        closedAt: Timestamp? = nil,
        closedReason: String? = nil,
        version: Int
    ) {
        self.id = id
        self.domain = domain
        self.desiredOutcome = desiredOutcome
        self.deadline = deadline
        self.cost = cost
        self.sensitivity = sensitivity
        self.predicate = predicate
        self.goal = goal
        self.priority = priority
        self.owner = owner
        self.remedies = remedies
        self.remediesBy = remediesBy
        self.status = status
        self.preset = preset
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.openedAt = openedAt
        self.closedAt = closedAt
        self.closedReason = closedReason
        self.version = version
    }

    /// The subject of events and decisions about it.
    public var subject: String { Self.subject(id) }

    /// The subject of events and decisions about an intent.
    public static func subject(_ id: ID<Intent>) -> String { "intent:\(id)" }

    /// Who sees restricted intents besides their owners.
    public static let confidants: Set<Role> = ["admin", "manager", "supervisor"]

    /// Whether the holder of a scope may see it.
    public func isVisible(to scope: Scope) -> Bool {
        sensitivity == .public || owner.id == scope.actor.id
            || !scope.roles.isDisjoint(with: Self.confidants)
    }
}

extension Intent {
    /// A workflow of the organisation that its declarer names as a remediation.
    public struct Remedy: Sendable, Hashable {
        /// The workflow's name.
        public var workflow: String
        /// What it costs.
        public var cost: Cost
        /// Whether a person must agree each time.
        public var needsApproval: Bool
        /// By how much the measure gets better, in its own unit; more than 0.
        public var effect: Double
        /// After how many seconds the effect is judged.
        public var judgeAfterSeconds: Int

        /// The API's form.
        public var json: JSON {
            [
                "workflow": .string(workflow), "cost": .string(cost.rawValue),
                "needsApproval": .bool(needsApproval), "effect": .double(effect),
                "judgeAfterSeconds": .int(judgeAfterSeconds),
            ]
        }

        /// Reads ``json``.
        ///
        /// - Throws: a fault that names the member.
        public init(reading reader: JSONReader) throws(GeneralFault) {
            try reader.onlyKeys([
                "workflow", "cost", "needsApproval", "effect", "judgeAfterSeconds",
            ])
            workflow = try reader.member("workflow").string(length: 1...200)
            cost = try reader.optional("cost")?.choice() ?? .low
            needsApproval = try reader.optional("needsApproval")?.bool() ?? false
            let effect = try reader.member("effect")
            self.effect = try effect.double()
            guard self.effect > 0 else { throw effect.fault("expected a number above 0") }
            judgeAfterSeconds =
                try reader.optional("judgeAfterSeconds")?.int(in: 10...30 * 86_400) ?? 900
        }
    }

    /// What is kept in the record's text besides its columns.
    var body: JSON {
        [
            "cost": .string(cost.rawValue), "predicate": predicate.json,
            "remedies": .array(remedies.map(\.json)),
            "remediesBy": remediesBy?.json ?? .null, "owner": owner.json,
            "createdBy": createdBy.json, "closedReason": .optional(closedReason),
        ]
    }

    /// The API's form of the beacon alone: the seed's fields in snake case.
    public var json: JSON {
        [
            "intent_id": id.json, "domain": .string(domain),
            "desired_outcome": .string(desiredOutcome), "deadline": deadline.json,
            "constraints": [
                "cost": .string(cost.rawValue), "sensitivity": .string(sensitivity.rawValue),
            ],
            "predicate": .string(predicate.description), "measure": predicate.json,
            "goal": .string(goal.rawValue), "priority": .string(priority.rawValue),
            "owner": owner.json, "remedies": .array(remedies.map(\.json)),
            "status": .string(status.rawValue), "preset": .optional(preset),
            "createdBy": createdBy.json, "createdAt": createdAt.json,
            "openedAt": openedAt?.json ?? .null, "closedAt": closedAt?.json ?? .null,
            "closedReason": .optional(closedReason), "version": .int(version),
        ]
    }

    /// What events tell of it; of a restricted one, which all members may read, only that it is there.
    public var eventData: JSON {
        guard sensitivity == .public else {
            return [
                "intent_id": id.json, "domain": .string(domain),
                "constraints": ["sensitivity": .string(sensitivity.rawValue)],
                "status": .string(status.rawValue), "priority": .string(priority.rawValue),
            ]
        }
        return [
            "intent_id": id.json, "domain": .string(domain),
            "desired_outcome": .string(desiredOutcome), "deadline": deadline.json,
            "constraints": [
                "cost": .string(cost.rawValue), "sensitivity": .string(sensitivity.rawValue),
            ],
            "predicate": .string(predicate.description), "status": .string(status.rawValue),
            "priority": .string(priority.rawValue), "owner": owner.json,
        ]
    }
}
