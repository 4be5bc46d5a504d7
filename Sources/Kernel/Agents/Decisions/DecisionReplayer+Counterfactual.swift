public import Core
import Identity
import Models
import Store

extension DecisionReplayer {
    /// Another policy for a decision that was made.
    public enum Alternative: Sendable {
        /// The agent's rules as this build has them.
        case rules
        /// The agent's model loop, asking these models in order.
        case models([String])
    }

    /// What another policy would have made of a case.
    public struct Counterfactual: Sendable {
        /// Options, choice, rationale, confidence and policy; nil when it came to none.
        public var conclusion: JSON?
        /// Why it came to none.
        public var stopped: String?
        /// What it asked, and where the answers came from.
        public var calls: [JSON]
        /// Where it differs from what was decided.
        public var differences: [JSONDifference]
        /// What models were paid for it.
        public var costMicros: Int

        /// The wire form.
        public var json: JSON {
            [
                "conclusion": conclusion ?? .null, "stopped": .optional(stopped),
                "calls": .array(calls), "differences": .array(differences.map(\.json)),
                "costMicros": .int(costMicros),
            ]
        }
    }

    /// Lets another policy decide a case that was decided; nothing but the models' accounts is changed.
    ///
    /// It has the bounds of the recorded run, and ends with whoever asks for it.
    ///
    /// Questions that the recorded run asked too are answered from its journal; other queries and
    /// computations are made now; where it would change something else, it ends.
    ///
    /// - Parameters:
    ///   - id: the decision.
    ///   - alternative: who decides.
    ///   - invocation: who asks for it.
    /// - Returns: what came of it; nil when there is no such decision.
    /// - Throws: a fault when the decision cannot be taken up again; `StoreError`; `CancellationError`.
    public func counterfactual(
        _ id: ID<Decision>,
        _ alternative: Alternative,
        by invocation: Invocation
    ) async throws -> Counterfactual? {
        let scope = invocation.scope
        guard let found = try await recording(id, scope: scope) else { return nil }
        var recording: Recording
        do {
            recording = try found.get()
        } catch {
            throw GeneralFault(.conflict, code: error.code, error.message)
        }
        var models: [String] = []
        switch alternative {
        case .rules: recording.plan.settings.mode = .rules
        case .models(let names):
            recording.plan.settings.mode = .model
            recording.plan.settings.models = names
            models = names
        }
        var own = invocation
        own.key += "/counterfactual"
        if let account = office.account {
            own.scope.actor = try await account(recording.agent.name, scope.organisation)
            own.scope.onBehalfOf = scope.actor
            own.scope.roles = [.aiAgent]
        }
        let desk = CounterfactualDesk(
            recording,
            office: office,
            invocation: own,
            models: models,
            mask: mask(of: recording, scope)
        )
        let run = AgentRun(
            input: recording.input,
            now: recording.start,
            key: recording.key,
            desk: desk
        )
        var conclusion: JSON?
        var stopped: String?
        do {
            let judgement = try await AgentJudgement(
                recording.agent,
                recording.plan,
                try policy(of: recording, scope),
                run,
                model: { desk.bill.model }
            )
            var judged = Self.judged(judgement, recording.input)
            judged["policy"] = judgement.author.json
            conclusion = judged
        } catch let trouble as StoreError {
            // That says nothing about the policy.
            throw trouble
        } catch let fault as any Fault {
            stopped = fault.message
        }
        var decided = recording.judged
        decided["policy"] = recording.decision.body["policy"]
        return Counterfactual(
            conclusion: conclusion,
            stopped: stopped,
            calls: desk.calls.map(\.json),
            differences: conclusion.map { JSONDifference.between(decided, $0) } ?? [],
            costMicros: desk.bill.costMicros
        )
    }

    /// Where two decisions differ in what they saw, weighed and chose.
    ///
    /// - Returns: the differences; nil when one of them does not exist.
    /// - Throws: `StoreError`; a fault when one cannot be read.
    public func differences(
        between first: ID<Decision>,
        and second: ID<Decision>,
        scope: Scope
    ) async throws -> [JSONDifference]? {
        var sides: [JSON] = []
        for id in [first, second] {
            guard let found = try await recording(id, scope: scope) else { return nil }
            do {
                let recording = try found.get()
                var side = recording.judged
                side["policy"] = recording.decision.body["policy"]
                side["agent"] = .string(recording.decision.agent)
                side["calls"] = .array(
                    recording.steps.filter { $0.kind == .tool }.map { step in
                        var call: JSON = ["tool": .string(step.tool), "input": step.input]
                        if case .success(let output) = step.outcome {
                            call["output"] = AgentJournal.kept(output)
                        }
                        return call
                    }
                )
                sides.append(side)
            } catch {
                throw GeneralFault(.conflict, code: error.code, error.message)
            }
        }
        return JSONDifference.between(sides[0], sides[1])
    }
}
