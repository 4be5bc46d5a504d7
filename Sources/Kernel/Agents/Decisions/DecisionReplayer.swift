public import Core
import Models
import Privacy
import Store

/// Makes a decision again from its journal: the same policy, answers, time, randomness and ids, and no
/// provider within reach.
public struct DecisionReplayer: Sendable {
    /// What came of a replay.
    public enum Outcome: Sendable {
        /// Inputs, options, scores, choice, rationale and confidence are the same, byte for byte.
        case same
        /// They are not.
        case different([JSONDifference])
        /// It cannot be known.
        case notReplayable(code: String, reason: String)
    }

    let office: AgentRunner.Office

    /// A replayer.
    public init(_ office: AgentRunner.Office) {
        self.office = office
    }

    /// What is known of a decision's run, in clear.
    struct Recording: Sendable {
        var decision: Decision
        var agent: Agent
        var plan: AgentPlan
        var start: Timestamp
        var steps: [AgentStep]
        var key: String
        /// The case as it is kept, and in clear.
        var kept: JSON
        var input: JSON
        /// What must be found again.
        var judged: JSON
        var isErased: Bool
    }

    /// Replays a decision.
    ///
    /// - Parameters:
    ///   - id: which one.
    ///   - scope: decides the organisation.
    /// - Returns: what came of it; nil when there is no such decision.
    /// - Throws: `StoreError`.
    public func replay(_ id: ID<Decision>, scope: Scope) async throws -> Outcome? {
        switch try await recording(id, scope: scope) {
        case nil: return nil
        case .failure(let obstacle):
            return .notReplayable(code: obstacle.code, reason: obstacle.message)
        case .success(let recording): return try await replay(recording, scope)
        }
    }

    private func replay(_ recording: Recording, _ scope: Scope) async throws -> Outcome {
        if let obstacle = Self.obstacle(recording) {
            return .notReplayable(code: obstacle.code, reason: obstacle.message)
        }
        let desk = JournalDesk(
            recording.steps,
            isErased: recording.isErased,
            mask: mask(of: recording, scope)
        )
        let run = AgentRun(
            input: recording.input,
            now: recording.start,
            key: recording.key,
            desk: desk
        )
        let judged: JSON
        do {
            let judgement = try await AgentJudgement(
                recording.agent,
                recording.plan,
                try policy(of: recording, scope),
                run,
                model: { nil }
            )
            judged = Self.judged(judgement, recording.input)
        } catch {
            if let divergence = desk.divergence {
                return recording.isErased
                    ? Self.erased
                    : .notReplayable(code: divergence.code, reason: divergence.message)
            }
            return .notReplayable(
                code: "policy-failed",
                reason: "the policy came to no conclusion: \(error)"
            )
        }
        if recording.judged.bytes(.canonical) == judged.bytes(.canonical) { return .same }
        if recording.isErased { return Self.erased }
        return .different(JSONDifference.between(recording.judged, judged))
    }

    private static let erased = Outcome.notReplayable(
        code: "person-erased",
        reason: "what was seen is not known any more: the person it is about was erased"
    )

    /// What a replay must find again, in clear.
    static func judged(_ judgement: AgentJudgement, _ input: JSON) -> JSON {
        var judged = judgement.conclusion.judged
        if let mask = judgement.mask { judged = mask.reveal(judged, asText: true) }
        judged["inputs"] = input
        return judged
    }

    /// Why this build cannot make the decision again.
    private static func obstacle(_ recording: Recording) -> AgentPlan.Obstacle? {
        let policy = recording.decision.body["policy"] ?? .null
        let agent = recording.agent
        for part in [policy, policy["insteadOf"] ?? .null] where !part.isNull {
            let name = part["name"]?.string ?? ""
            let version = part["version"]?.int ?? 0
            let own: Int? =
                name == ModelPolicy.name
                ? ModelPolicy.version : name == agent.policy.name ? agent.policy.version : nil
            guard own == version else {
                return .init(
                    code: "policy-version",
                    message: """
                        it was made by \(name) version \(version); this build has \
                        \(own.map { "version \($0)" } ?? agent.policy.name)
                        """
                )
            }
        }
        return nil
    }

    func policy(of recording: Recording, _ scope: Scope) throws -> ModelPolicy {
        ModelPolicy(
            agent: recording.agent,
            tools: try recording.plan.tools(
                of: recording.agent,
                office.registry,
                scope.organisation
            ),
            colleagues: recording.agent.colleagues.compactMap { office.registry.agents[$0] },
            settings: recording.plan.settings
        )
    }

    func mask(of recording: Recording, _ scope: Scope) -> JournalDesk.Mask {
        let isHidden = recording.plan.settings.personal == .hidden
        let office = office
        return JournalDesk.Mask(
            hide: { output, tool, mask in
                office.masked(output, of: tool, isHidden: isHidden, in: &mask)
            },
            hideCase: { mask in
                try await office.masked(
                    recording.kept,
                    isHidden: isHidden,
                    scope.organisation,
                    in: &mask
                )
            }
        )
    }

    /// Reads a decision with all that it was made of; nil when there is none.
    func recording(
        _ id: ID<Decision>,
        scope: Scope
    ) async throws -> Result<Recording, AgentPlan.Obstacle>? {
        let organisation = scope.organisation
        return try await office.database.read { [office] reader in
            guard let found = try office.journal.found(id, scope: scope, in: reader) else {
                return nil
            }
            guard let agent = office.registry.agents[found.decision.agent] else {
                return .failure(
                    .init(
                        code: "unknown-agent",
                        message: "this build has no agent \"\(found.decision.agent)\""
                    )
                )
            }
            let begun: (start: Timestamp, plan: AgentPlan)?
            do {
                begun = try office.journal.begun(found.run, in: reader)
            } catch let fault as GeneralFault {
                return .failure(.init(code: fault.code, message: fault.message))
            }
            guard let (start, plan) = begun else {
                return .failure(
                    .init(code: "run-forgotten", message: "the run's journal is not kept any more")
                )
            }
            var steps = try AgentJournal.steps(of: found.run, in: reader)
            var body = found.decision.body
            var isErased = false
            if let privacy = office.privacy {
                isErased = try AgentJournal.open(&steps, by: privacy, organisation, in: reader)
                let place = PersonalData.Place.decision(found.decision.agent)
                if try privacy.isAboutErased(body, at: place, of: organisation, in: reader) {
                    isErased = true
                }
                body = try privacy.open(body, of: organisation, in: reader, isErased: &isErased)
            }
            let input = body["inputs"] ?? .null
            var judged: JSON = ["inputs": input]
            for key in ["options", "choice", "rationale", "confidence"] {
                judged[key] = body[key] ?? .null
            }
            return .success(
                Recording(
                    decision: found.decision,
                    agent: agent,
                    plan: plan,
                    start: start,
                    steps: steps,
                    key: found.run,
                    kept: found.decision.body["inputs"] ?? .null,
                    input: input,
                    judged: judged,
                    isErased: isErased
                )
            )
        }
    }
}
