public import Core
import Models

/// One of the things an agent could have done.
public struct Option: Sendable {
    /// What it is, for people.
    public var label: String
    /// How good it is by the policy's measure, higher is better, 0…1; nil when it was ruled out.
    public var score: Double?
    /// Why it scores as it does, or why it was ruled out.
    public var reasons: [String]
    /// The figures behind it.
    public var detail: JSON

    /// An option; without a score it was ruled out.
    public init(_ label: String, score: Double?, reasons: [String], detail: JSON = [:]) {
        self.label = label
        self.score = score
        self.reasons = reasons
        self.detail = detail
    }

    var json: JSON {
        [
            "label": .string(label), "score": score.map { .double($0) } ?? .null,
            "rejected": .bool(score == nil), "reasons": .array(reasons.map { .string($0) }),
            "detail": detail,
        ]
    }
}

/// What a policy came to, before it is recorded.
public struct Conclusion: Sendable {
    /// What the decision is about, for instance `order:018f…`.
    public var subject: String
    /// What was weighed.
    public var options: [Option]
    /// The label of what was chosen, or what was done when there was nothing to choose.
    public var choice: String
    /// Why, in a sentence or two, with the numbers.
    public var rationale: String
    /// How sure the policy is, 0…1.
    public var confidence: Double
    /// What the agent answers to whoever asked.
    public var output: JSON
    /// The type of task that it was, as ``RulePolicy/routine`` names it; nil when the policy knows only one.
    public var task: String?
    /// Who is to decide instead; the output is then the colleague's.
    public var handOff: HandOff?
    /// The intent that it acts for.
    public var intent: String?

    /// A conclusion.
    public init(
        subject: String,
        options: [Option],
        choice: String,
        rationale: String,
        confidence: Double,
        output: JSON,
        task: String? = nil,
        intent: String? = nil
    ) {
        self.subject = subject
        self.options = options
        self.choice = choice
        self.rationale = rationale
        self.confidence = confidence
        self.output = output
        self.task = task
        self.intent = intent
    }

    /// A conclusion that a colleague is to decide.
    ///
    /// - Parameters:
    ///   - handOff: to whom, and what.
    ///   - subject: what the case is about.
    public init(handingOff handOff: HandOff, subject: String = "") {
        self.init(
            subject: subject,
            options: [Option("hand off to \(handOff.agent)", score: 1, reasons: [handOff.reason])],
            choice: "hand off to \(handOff.agent)",
            rationale: handOff.reason,
            confidence: 1,
            output: .null
        )
        self.handOff = handOff
    }

    /// What a replay must find again: options with scores, choice, rationale, confidence.
    var judged: JSON {
        [
            "options": .array(options.map(\.json)), "choice": .string(choice),
            "rationale": .string(rationale), "confidence": .double(confidence),
        ]
    }
}

/// The record of what an agent saw, weighed and chose, and why.
public struct Decision: Sendable {
    /// Its id.
    public var id: ID<Decision>
    /// The agent's name.
    public var agent: String
    /// When it was made.
    public var at: Timestamp
    /// What it is about.
    public var subject: String
    /// Everything else, as ``json`` gives it.
    public var body: JSON

    /// The type of task, and whether that is routine for the policy.
    public var task = ""
    /// Whether the policy calls that type of task routine.
    public var isRoutine = false
    /// How many of the run's calls a person had to agree to.
    public var approvals = 0
    /// What models were paid for it, in millionths of the currency of their prices.
    public var costMicros = 0
    /// The intent that it acts for.
    public var intent: String?
    /// What a person put in its place: `{"choice","reason","by","at"}`.
    public var overruled: JSON?

    /// A decision.
    public init(id: ID<Decision>, agent: String, at: Timestamp, subject: String, body: JSON) {
        self.id = id
        self.agent = agent
        self.at = at
        self.subject = subject
        self.body = body
    }

    /// The wire form: agent, inputs, options, choice, rationale, confidence, policy, cost in millionths
    /// of the currency of the models' prices, latency in microseconds.
    public var json: JSON {
        var json: JSON = [
            "id": id.json, "agent": .string(agent), "at": at.json, "subject": .string(subject),
            "task": .string(task), "isRoutine": .bool(isRoutine), "approvals": .int(approvals),
            "intent": .optional(intent), "overruled": overruled ?? .null,
        ]
        for member in body.object ?? JSONObject() {
            json[member.key] = member.value
        }
        return json
    }

    /// Who decided.
    enum Author: Sendable {
        /// The agent's rules; after a model had given up when there is a reason.
        case rules(any RulePolicy, after: ModelGaveUp?)
        /// A language model.
        case model(String?)

        var json: JSON {
            switch self {
            case .rules(let policy, let reason):
                var json: JSON = [
                    "name": .string(policy.name), "version": .int(policy.version),
                ]
                if let reason {
                    json["insteadOf"] = [
                        "name": .string(ModelPolicy.name), "version": .int(ModelPolicy.version),
                        "code": .string(reason.code), "reason": .string(reason.message),
                    ]
                }
                return json
            case .model(let model):
                return [
                    "name": .string(ModelPolicy.name), "version": .int(ModelPolicy.version),
                    "model": .optional(model),
                ]
            }
        }
    }

    static func body(
        of conclusion: Conclusion,
        input: JSON,
        author: Author,
        bill: AgentBill,
        latency: Duration,
        onBehalfOf: Actor?,
        execution: String?
    ) -> JSON {
        [
            // What lists show comes first, where it is found soonest.
            "choice": .string(conclusion.choice),
            "confidence": .double(conclusion.confidence),
            "inputs": input,
            "options": .array(conclusion.options.map(\.json)),
            "rationale": .string(conclusion.rationale),
            "policy": author.json,
            "costMicros": .int(bill.costMicros),
            "tokens": bill.usage.json,
            "latencyMicros": .int(latency.microseconds),
            "onBehalfOf": onBehalfOf?.json ?? .null,
            "executionId": .optional(execution),
            "output": conclusion.output,
        ]
    }
}
