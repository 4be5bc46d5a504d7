public import Agents
import Core

/// How the Conscience decides: it hands the round to ``ConscienceCourse`` and tells what it weighed.
///
/// Its input is everything it goes by, so that a decision can be run again by itself.
public struct ConsciencePolicy: RulePolicy {
    /// The agent's name.
    public static let agent = "weft.conscience"

    /// The policy.
    public init() {}

    /// `error-budgets-and-remediations`.
    public var name: String { "error-budgets-and-remediations" }
    /// Raised when what is decided changes.
    public var version: Int { 2 }
    /// All of what is done without a person; asking and calling one are not.
    public var routine: Set<String> {
        ["raise-drift", "clear-drift", "end-drift", "start", "start-approved", "judge", "close"]
    }

    /// The agent: it observes and decides; what it decides is done with its decision, in one transaction.
    public static var conscience: Agent {
        Agent(
            name: agent,
            purpose:
                "Holds open intents against reality: finds drift, starts what helps, calls people "
                + "where nothing does, and closes what is met.",
            tools: [],
            policy: ConsciencePolicy()
        )
    }

    /// The input of a round's decision.
    static func input(
        _ intent: Intent,
        _ course: ConscienceCourse,
        _ round: ConscienceRound,
        _ observation: Observation
    ) -> JSON {
        var input: JSON = [
            "intentId": intent.id.json, "round": round.json, "course": course.json,
        ]
        // All members may open decisions: of a restricted intent they see numbers without a meaning.
        guard intent.sensitivity == .public else { return input }
        input["outcome"] = .string(intent.desiredOutcome)
        input["predicate"] = .string(intent.predicate.description)
        input["observation"] = observation.json(deadline: intent.deadline)
        return input
    }

    /// Decides a round.
    ///
    /// - Throws: a fault when the input is not a round's.
    public func decide(_ run: AgentRun) async throws -> Conclusion {
        try Self.conclusion(run.input)
    }

    /// The conclusion that a round's input leads to.
    static func conclusion(_ input: JSON) throws -> Conclusion {
        let reader = JSONReader(input)
        let id = try reader.member("intentId").id(Intent.self)
        let round = try ConscienceRound(json: reader.member("round").value)
        var course = try ConscienceCourse(json: reader.member("course").value)
        let actions = course.handle(round)
        var options = course.weigh(round).map { weighed in
            Option(
                weighed.offer.name,
                score: weighed.score,
                reasons: weighed.reasons,
                detail: ["effect": .double(weighed.offer.effect)]
            )
        }
        let escalates = actions.contains { $0.name == "escalate" }
        options.append(
            Option(
                "call a person",
                score: escalates ? 1 : 0,
                reasons: [escalates ? "nothing else can help" : "not needed in this round"]
            )
        )
        return Conclusion(
            subject: Intent.subject(id),
            options: options,
            choice: actions.map(Self.words).joined(separator: "; "),
            rationale: Self.rationale(actions, round),
            confidence: round.value == nil ? 0.5 : 1,
            output: [
                "intentId": id.json, "actions": .array(actions.map(\.json)),
                "course": course.json,
            ],
            task: (actions.last { $0.name == "ask" || $0.name == "escalate" } ?? actions.first)?
                .name,
            intent: id.description
        )
    }

    private static func words(_ action: ConscienceAction) -> String {
        switch action {
        case .raiseDrift(let kind, _): "raise drift (\(kind.rawValue))"
        case .clearDrift: "clear the drift"
        case .endDrift: "end the drift"
        case .start(let offer, _): "start \(offer.name)"
        case .ask(let offer, _, _): "ask whether to start \(offer.name)"
        case .startApproved: "start what was approved"
        case .judge(_, let outcome, _, _, _): "judge the remediation: \(outcome.rawValue)"
        case .escalate: "call a person"
        case .close(let status, _): "close as \(status.rawValue)"
        }
    }

    private static func rationale(_ actions: [ConscienceAction], _ round: ConscienceRound) -> String
    {
        let value =
            round.value.map { "The measure is \(JSON.double($0).text())" }
            ?? "There is no value (\(round.reason ?? round.state.rawValue))"
        let target = "\(round.comparison.rawValue) \(JSON.double(round.target).text())"
        let reasons = actions.map { action in
            switch action {
            case .raiseDrift(_, let reason): "Drift: \(reason)."
            case .clearDrift(let remediated):
                remediated ? "Remediation brought it back." : "The drift is over."
            case .endDrift: "The drift ends with the intent."
            case .start(let offer, _): "\(offer.rationale.isEmpty ? offer.name : offer.rationale)"
            case .ask(let offer, _, let question): "\(offer.name) is asked for: \(question)."
            case .startApproved: "A person agreed."
            case .judge(_, let outcome, _, _, let reason): "\(outcome.rawValue): \(reason)."
            case .escalate(let reason): "A person is called: \(reason)."
            case .close(_, let reason): "Closed: \(reason)."
            }
        }
        return (["\(value), wanted \(target)."] + reasons).joined(separator: " ")
    }
}
