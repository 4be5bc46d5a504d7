public import Core

/// Whether a configured model works, in plain words.
public struct ModelCheckReport: Sendable {
    /// What is looked at.
    public enum Step: String, Sendable, CaseIterable {
        /// The provider is there and speaks the protocol.
        case reach
        /// It knows the credentials.
        case credentials
        /// It has the model.
        case model
        /// It answers in pieces.
        case streaming
        /// It calls tools.
        case tools
        /// It answers by a schema.
        case json
        /// It makes vectors.
        case embedding
    }

    /// How a step went.
    public enum Outcome: String, Sendable, CaseIterable {
        /// Well.
        case ok
        /// Not well.
        case failed
        /// Nobody could look, or it does not apply.
        case skipped
    }

    /// What was found of one step.
    public struct Finding: Sendable, Equatable {
        /// The step.
        public var step: Step
        /// How it went.
        public var outcome: Outcome
        /// What happened.
        public var message: String
        /// What to do about it; nil where nothing needs doing.
        public var advice: String?

        /// `{"step","outcome","message","advice"}`.
        public var json: JSON {
            [
                "step": .string(step.rawValue), "outcome": .string(outcome.rawValue),
                "message": .string(message), "advice": .optional(advice),
            ]
        }
    }

    /// The model, as the organisation named it.
    public var model: String
    /// Its provider.
    public var provider: String
    /// The steps in order.
    public var findings: [Finding] = []
    /// How long the first answer took; nil when there was none.
    public var latency: Duration?
    /// What it cost, in millionths of the organisation's currency.
    public var costMicros = 0

    /// Whether nothing failed.
    public var works: Bool { !findings.contains { $0.outcome == .failed } }

    mutating func add(
        _ step: Step,
        _ outcome: Outcome,
        _ message: String,
        _ advice: String? = nil
    ) {
        findings.append(Finding(step: step, outcome: outcome, message: message, advice: advice))
    }

    /// `{"model","provider","works","latencyMs","cost","findings"}`.
    public var json: JSON {
        [
            "model": .string(model), "provider": .string(provider), "works": .bool(works),
            "latencyMs": latency.map { .int(Int($0.microseconds / 1_000)) } ?? .null,
            "cost": .string(Micros.text(costMicros)), "findings": .array(findings.map(\.json)),
        ]
    }
}
