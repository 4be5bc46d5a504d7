public import Core

/// What somebody declares: a beacon that is read, but not looked up yet.
public struct IntentDraft: Sendable {
    /// The id that the declarer chose; nil for a new one.
    public var id: ID<Intent>?
    /// See ``Intent``.
    public var domain: String
    /// See ``Intent``.
    public var desiredOutcome: String
    /// See ``Intent``.
    public var deadline: Timestamp
    /// See ``Intent``.
    public var cost: Intent.Cost
    /// See ``Intent``.
    public var sensitivity: Intent.Sensitivity
    /// See ``Intent``.
    public var predicate: Predicate
    /// Whether the predicate was a text, whose columns faults name.
    public var hasText: Bool
    /// See ``Intent``.
    public var goal: Intent.Goal
    /// See ``Intent``.
    public var priority: Intent.Priority
    /// The owner's account; nil for the declarer's.
    public var owner: ID<Account>?
    /// See ``Intent``.
    public var remedies: [Intent.Remedy]
    /// Edges from the intent.
    public var edges: [(relation: GraphRelation, target: GraphNode)]
    /// Whether it is held against reality at once.
    public var opens: Bool

    /// Deadlines further away are a slip of the pen.
    public static let longest = Duration.seconds(10 * 366 * 86_400)

    static let members: Set<String> = [
        "intent_id", "domain", "desired_outcome", "deadline", "constraints", "predicate", "goal",
        "priority", "owner", "remedies", "edges", "status",
    ]

    /// Reads a beacon.
    ///
    /// - Parameters:
    ///   - reader: the API's form.
    ///   - now: deadlines must be later.
    /// - Throws: a fault that says what is wrong, where, and what was expected.
    public init(reading reader: JSONReader, now: Timestamp) throws(GeneralFault) {
        try reader.onlyKeys(Self.members)
        id = try reader.optional("intent_id")?.id()
        domain = try Self.domain(reader.member("domain"))
        desiredOutcome = try Self.outcome(reader.member("desired_outcome"))
        deadline = try Self.deadline(reader.member("deadline"), now: now)
        cost = .medium
        sensitivity = .public
        if let constraints = try reader.optional("constraints") {
            try constraints.onlyKeys(["cost", "sensitivity"])
            cost = try constraints.optional("cost")?.choice() ?? cost
            sensitivity = try constraints.optional("sensitivity")?.choice() ?? sensitivity
        }
        let predicate = try reader.member("predicate")
        hasText = predicate.value.string != nil
        self.predicate = try Predicate(reading: predicate)
        goal = try reader.optional("goal")?.choice() ?? .maintain
        priority = try reader.optional("priority")?.choice() ?? .normal
        owner = try reader.optional("owner")?.id()
        remedies = try Self.remedies(reader.optional("remedies"))
        edges = []
        for edge in try reader.optional("edges")?.array(count: 0...50) ?? [] {
            try edge.onlyKeys(["relation", "to"])
            let relation = try edge.member("relation").choice(GraphRelation.self)
            guard relation != .actedBy else {
                throw try edge.member("relation").fault(
                    "acted-by is written by itself when an agent decides for an intent"
                )
            }
            edges.append((relation, try GraphNode(reading: edge.member("to"))))
        }
        let status: Opening = try reader.optional("status")?.choice() ?? .open
        opens = status == .open
    }

    private enum Opening: String, CaseIterable {
        case proposed
        case open
    }

    static func remedies(_ reader: JSONReader?) throws(GeneralFault) -> [Intent.Remedy] {
        var remedies: [Intent.Remedy] = []
        for remedy in try reader?.array(count: 0...5) ?? [] {
            remedies.append(try Intent.Remedy(reading: remedy))
        }
        return remedies
    }

    static func domain(_ reader: JSONReader) throws(GeneralFault) -> String {
        let domain = try reader.string(length: 1...60)
        guard
            domain.utf8.allSatisfy({
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
            })
        else { throw reader.fault("expected small letters, digits and -, such as quality") }
        return domain
    }

    static func outcome(_ reader: JSONReader) throws(GeneralFault) -> String {
        let text = try reader.string(length: 3...500)
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw reader.fault("expected one line without control characters")
        }
        return text
    }

    static func deadline(_ reader: JSONReader, now: Timestamp) throws(GeneralFault) -> Timestamp {
        let deadline = try reader.timestamp()
        guard deadline > now else {
            throw reader.fault(
                "the deadline \(deadline) has passed; expected a time after \(now)",
                code: "past-deadline"
            )
        }
        guard deadline <= now + longest else {
            throw reader.fault("expected a deadline within ten years")
        }
        return deadline
    }
}

/// What somebody changes of an intent.
public struct IntentPatch: Sendable {
    /// The new values; nil for what stays.
    public var desiredOutcome: String?
    /// See ``desiredOutcome``.
    public var deadline: Timestamp?
    /// See ``desiredOutcome``.
    public var cost: Intent.Cost?
    /// See ``desiredOutcome``.
    public var sensitivity: Intent.Sensitivity?
    /// See ``desiredOutcome``.
    public var predicate: Predicate?
    /// Whether the predicate was a text.
    public var hasText = true
    /// See ``desiredOutcome``.
    public var priority: Intent.Priority?
    /// See ``desiredOutcome``.
    public var owner: ID<Account>?
    /// See ``desiredOutcome``.
    public var remedies: [Intent.Remedy]?

    /// Reads a change.
    ///
    /// - Throws: a fault that says what is wrong and where.
    public init(reading reader: JSONReader, now: Timestamp) throws(GeneralFault) {
        try reader.onlyKeys([
            "desired_outcome", "deadline", "constraints", "predicate", "priority", "owner",
            "remedies",
        ])
        if let text = try reader.optional("desired_outcome") {
            desiredOutcome = try IntentDraft.outcome(text)
        }
        if let time = try reader.optional("deadline") {
            deadline = try IntentDraft.deadline(time, now: now)
        }
        if let constraints = try reader.optional("constraints") {
            try constraints.onlyKeys(["cost", "sensitivity"])
            cost = try constraints.optional("cost")?.choice()
            sensitivity = try constraints.optional("sensitivity")?.choice()
        }
        if let found = try reader.optional("predicate") {
            hasText = found.value.string != nil
            predicate = try Predicate(reading: found)
        }
        priority = try reader.optional("priority")?.choice()
        owner = try reader.optional("owner")?.id()
        if let remedies = try reader.optional("remedies") {
            self.remedies = try IntentDraft.remedies(remedies)
        }
    }

    /// Makes the changes.
    public func apply(to intent: inout Intent, owner: Actor?) {
        if let desiredOutcome { intent.desiredOutcome = desiredOutcome }
        if let deadline { intent.deadline = deadline }
        if let cost { intent.cost = cost }
        if let sensitivity { intent.sensitivity = sensitivity }
        if let predicate { intent.predicate = predicate }
        if let priority { intent.priority = priority }
        if let owner { intent.owner = owner }
        if let remedies { intent.remedies = remedies }
        intent.version += 1
    }
}
