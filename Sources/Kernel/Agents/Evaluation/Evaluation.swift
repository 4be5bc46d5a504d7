public import Core
import Models
import Store

/// Lets an agent decide the cases of a set, each several times, and counts what it gets right.
public struct Evaluation: Sendable {
    /// Who decides.
    public enum Candidate: Sendable, Equatable {
        /// The agent's rules.
        case rules
        /// A model loop, asking these models in order.
        case models([String])

        /// `rules`, or the models with commas.
        public var name: String {
            switch self {
            case .rules: "rules"
            case .models(let names): names.joined(separator: ",")
            }
        }
    }

    private let office: AgentRunner.Office
    private let agent: Agent
    private let candidate: Candidate
    private let settings: AgentSettings

    /// An evaluation.
    ///
    /// - Parameters:
    ///   - name: the agent's name.
    ///   - candidate: who decides.
    ///   - settings: the bounds of a model's run, and what it is told.
    ///   - office: tools' schemas, and models.
    /// - Throws: a fault of code `unknown-agent` that names those there are.
    public init(
        _ name: String,
        _ candidate: Candidate,
        settings: AgentSettings = AgentSettings(),
        office: AgentRunner.Office
    ) throws(GeneralFault) {
        guard let agent = office.registry.agents[name] else {
            let known = office.registry.agents.keys.sorted().joined(separator: ", ")
            throw GeneralFault(
                .notFound,
                code: "unknown-agent",
                "there is no agent \"\(name)\"; there are \(known)"
            )
        }
        var settings = settings
        if case .models(let models) = candidate {
            settings.mode = .model
            settings.models = models
        } else {
            settings.mode = .rules
        }
        self.agent = agent
        self.office = office
        self.candidate = candidate
        self.settings = settings
    }

    /// Runs the set.
    ///
    /// - Parameters:
    ///   - cases: the set.
    ///   - trials: how often each case is decided, 1 to 100.
    ///   - scope: on whose account models are asked.
    ///   - name: names the runs in the accounts.
    /// - Returns: the report.
    /// - Throws: `CancellationError`, or `StoreError` when what models cost cannot be written down.
    public func run(
        _ cases: [EvaluationCase],
        trials: Int,
        scope: Scope,
        name: String
    ) async throws -> EvaluationReport {
        var results: [EvaluationReport.CaseResult] = []
        for given in cases {
            var result = EvaluationReport.CaseResult(id: given.id)
            for trial in 0..<trials {
                try Task.checkCancellation()
                result.add(try await decide(given, "\(name)/\(given.id)/\(trial)", scope))
            }
            results.append(result)
        }
        return EvaluationReport(
            agent: agent.name,
            candidate: candidate.name,
            version: candidate == .rules
                ? "\(agent.policy.name) \(agent.policy.version)"
                : "\(ModelPolicy.name) \(ModelPolicy.version)",
            trials: trials,
            results: results
        )
    }

    private func decide(
        _ given: EvaluationCase,
        _ key: String,
        _ scope: Scope
    ) async throws -> EvaluationReport.Trial {
        let models = RunModels(
            gateway: office.models,
            names: settings.models,
            caller: ModelCaller(scope: scope, agent: agent.name, run: key),
            limits: settings.limits,
            clock: office.clock
        )
        let desk = RehearsalDesk(given, agent: agent, registry: office.registry, models: models) {
            [office] charge in
            try await office.database.transaction { try office.models?.record(charge, in: $0) }
        }
        let run = AgentRun(input: given.input, now: given.now, key: key, desk: desk)
        let began = office.clock.now()
        var result: Result<Conclusion, any Error>
        do {
            result = .success(try await conclude(run))
        } catch is CancellationError {
            throw CancellationError()
        } catch let trouble as StoreError {
            throw trouble
        } catch {
            result = .failure(error)
        }
        let bill = desk.bill
        return EvaluationReport.Trial(
            failures: given.failures(of: result, calls: desk.calls),
            latency: office.clock.now() - began,
            costMicros: bill.costMicros,
            tokens: bill.usage.total
        )
    }

    /// The candidate alone decides: a model that gives up is not helped by the rules.
    private func conclude(_ run: AgentRun) async throws -> Conclusion {
        guard settings.mode == .model else { return try await agent.policy.decide(run) }
        let policy = ModelPolicy(
            agent: agent,
            tools: agent.tools.compactMap { office.registry.tools[$0] },
            colleagues: agent.colleagues.compactMap { office.registry.agents[$0] },
            settings: settings
        )
        return try await policy.decide(run).0
    }
}
