public import Core
public import Store

/// Something registered that can bring a measure back: a workflow, and what it would do now.
public struct Remediation: Sendable {
    /// What it would do if it were started now.
    public struct Forecast: Sendable {
        /// By how much the measure would change, in its own unit; more than 0 where it gets better.
        public var effect: Double
        /// Why, in a sentence with the numbers.
        public var rationale: String
        /// What the workflow gets besides `intentId` and `remediationId`.
        public var input: JSON
        /// The things it works on: decisions about them act for the intent until it is judged.
        public var subjects: [String]

        /// A forecast.
        public init(
            effect: Double,
            rationale: String,
            input: JSON = [:],
            subjects: [String] = []
        ) {
            self.effect = effect
            self.rationale = rationale
            self.input = input
            self.subjects = subjects
        }
    }

    /// Says what a remediation would do for a predicate; nil when there is nothing that it could do.
    public typealias Prediction =
        @Sendable (Predicate, Measured, Scope, Timestamp, any Reader) throws -> Forecast?

    /// Unique, for instance `logistics.recover-orders`.
    public var name: String
    /// What it does, in a sentence.
    public var purpose: String
    /// The records or metrics whose measures it can better.
    public var helps: Set<String>
    /// The workflow that it starts.
    public var workflow: String
    /// What a run of it costs.
    public var cost: Intent.Cost
    /// Whether a person must agree each time.
    public var needsApproval: Bool
    /// After how long its effect is judged.
    public var judgeAfter: Duration
    /// How long it rests after a run that did something.
    public var cooldown: Duration
    /// What it would do.
    public var predict: Prediction

    /// A remediation.
    public init(
        _ name: String,
        purpose: String,
        helps: Set<String>,
        workflow: String,
        cost: Intent.Cost = .low,
        needsApproval: Bool = false,
        judgeAfter: Duration = .seconds(900),
        cooldown: Duration = .seconds(900),
        predict: @escaping Prediction
    ) {
        self.name = name
        self.purpose = purpose
        self.helps = helps
        self.workflow = workflow
        self.cost = cost
        self.needsApproval = needsApproval
        self.judgeAfter = judgeAfter
        self.cooldown = cooldown
        self.predict = predict
    }
}

/// What a remediation offers in a round.
public struct RemediationOffer: Sendable, Hashable {
    /// The remediation's name.
    public var name: String
    /// The workflow.
    public var workflow: String
    /// What it costs.
    public var cost: Intent.Cost
    /// Whether a person must agree.
    public var needsApproval: Bool
    /// By how much the measure would get better.
    public var effect: Double
    /// After how long the effect is judged, in seconds.
    public var judgeAfterSeconds: Int
    /// How long it rests after it did something, in seconds.
    public var cooldownSeconds: Int
    /// Why.
    public var rationale: String
    /// What the workflow gets.
    public var input: JSON
    /// The things it works on.
    public var subjects: [String]
    /// In whose name it runs: who named it for the intent; nil for a solution's.
    public var setBy: Actor?

    /// An offer.
    public init(
        name: String,
        workflow: String,
        cost: Intent.Cost = .low,
        needsApproval: Bool = false,
        effect: Double,
        judgeAfterSeconds: Int = 900,
        cooldownSeconds: Int = 900,
        rationale: String = "",
        input: JSON = [:],
        subjects: [String] = [],
        setBy: Actor? = nil
    ) {
        self.name = name
        self.workflow = workflow
        self.cost = cost
        self.needsApproval = needsApproval
        self.effect = effect
        self.judgeAfterSeconds = judgeAfterSeconds
        self.cooldownSeconds = cooldownSeconds
        self.rationale = rationale
        self.input = input
        self.subjects = subjects
        self.setBy = setBy
    }

    /// The form that decisions keep.
    public var json: JSON {
        [
            "name": .string(name), "workflow": .string(workflow), "cost": .string(cost.rawValue),
            "needsApproval": .bool(needsApproval), "effect": .double(effect),
            "judgeAfterSeconds": .int(judgeAfterSeconds),
            "cooldownSeconds": .int(cooldownSeconds), "rationale": .string(rationale),
            "input": input, "subjects": .array(subjects.map { .string($0) }),
            "setBy": setBy?.json ?? .null,
        ]
    }

    /// Reads ``json``.
    ///
    /// - Throws: a fault that names the member.
    public init(json: JSON) throws(GeneralFault) {
        let reader = JSONReader(json)
        name = try reader.member("name").string()
        workflow = try reader.member("workflow").string()
        cost = try reader.member("cost").choice()
        needsApproval = try reader.member("needsApproval").bool()
        effect = try reader.member("effect").double()
        judgeAfterSeconds = try reader.member("judgeAfterSeconds").int()
        cooldownSeconds = try reader.member("cooldownSeconds").int()
        rationale = try reader.member("rationale").string(length: 0...100_000)
        input = json["input"] ?? [:]
        subjects = (json["subjects"]?.array ?? []).compactMap(\.string)
        setBy = json["setBy"].flatMap { Actor(json: $0) }
    }
}
