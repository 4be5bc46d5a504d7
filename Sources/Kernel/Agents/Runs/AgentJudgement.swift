import Core
import Models
import Privacy

/// What was concluded in a run, and by whom.
struct AgentJudgement: Sendable {
    var conclusion: Conclusion
    var author: Decision.Author
    /// What placeholders in the conclusion's words stand for.
    var mask: PersonalMask?

    /// Lets the run's model decide if that is the plan, and the rules if it is not or the model cannot.
    ///
    /// - Throws: what a tool throws; what stops the run.
    init(_ desk: LiveDesk, _ run: AgentRun, _ office: AgentRunner.Office) async throws {
        let agent = desk.at.agent
        let plan = desk.at.plan
        let policy = ModelPolicy(
            agent: agent,
            tools: try plan.tools(
                of: agent,
                office.registry,
                desk.at.invocation.scope.organisation
            ),
            colleagues: agent.colleagues.compactMap { office.registry.agents[$0] },
            settings: plan.settings
        )
        try await self.init(agent, plan, policy, run, model: { desk.bill.model })
    }

    init(
        _ agent: Agent,
        _ plan: AgentPlan,
        _ policy: ModelPolicy,
        _ run: AgentRun,
        model: () -> String?
    ) async throws {
        var reason: ModelGaveUp?
        if plan.asksModel {
            do {
                let (conclusion, mask) = try await policy.decide(run)
                self.conclusion = conclusion
                self.mask = mask
                author = .model(model())
                return
            } catch let gaveUp as ModelGaveUp {
                reason = gaveUp
            }
        }
        conclusion = try await agent.policy.decide(run)
        author = .rules(agent.policy, after: reason)
    }
}
