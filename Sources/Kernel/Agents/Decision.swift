public import Core

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
    /// The id of the intent that it acts for; nil for the one that the input names as `intentId`, if it
    /// does.
    public var intent: String?

    /// A conclusion.
    public init(
        subject: String,
        options: [Option],
        choice: String,
        rationale: String,
        confidence: Double,
        output: JSON,
        intent: String? = nil
    ) {
        self.intent = intent
        self.subject = subject
        self.options = options
        self.choice = choice
        self.rationale = rationale
        self.confidence = confidence
        self.output = output
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

    /// The wire form: agent, inputs, tool calls, options, choice, rationale, confidence, policy, cost
    /// in millionths of the organisation's currency, latency in microseconds.
    public var json: JSON {
        var json: JSON = [
            "id": id.json, "agent": .string(agent), "at": at.json, "subject": .string(subject),
        ]
        for member in body.object ?? JSONObject() {
            json[member.key] = member.value
        }
        return json
    }

    static func body(
        of conclusion: Conclusion,
        input: JSON,
        policy: any RulePolicy,
        latency: Duration,
        onBehalfOf: Actor?,
        execution: String?
    ) -> JSON {
        var body: JSON = [
            // What lists show comes first, where it is found soonest.
            "choice": .string(conclusion.choice),
            "confidence": .double(conclusion.confidence),
            "inputs": input,
            "options": .array(conclusion.options.map(\.json)),
            "rationale": .string(conclusion.rationale),
            "policy": ["name": .string(policy.name), "version": .int(policy.version)],
            "costMicros": 0,
            "latencyMicros": .int(latency.microseconds),
            "onBehalfOf": onBehalfOf?.json ?? .null,
            "executionId": .optional(execution),
            "output": conclusion.output,
        ]
        if let intent = conclusion.intent ?? input["intentId"]?.string {
            body["intentId"] = .string(intent)
        }
        return body
    }
}
