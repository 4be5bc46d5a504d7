/// Somebody artificial with one job: a purpose, the tools it may use, and a policy that decides.
public struct Agent: Sendable {
    /// Unique, as `solution.role`, for instance `logistics.analyser`; also its service account's name.
    public var name: String
    /// What it is for, in a sentence.
    public var purpose: String
    /// The only tools it can reach.
    public var tools: Set<String>
    /// The other agents whom the workflows it owns may ask.
    public var colleagues: Set<String>
    /// How it decides.
    public var policy: any RulePolicy

    /// An agent.
    public init(
        name: String,
        purpose: String,
        tools: Set<String>,
        colleagues: Set<String> = [],
        policy: any RulePolicy
    ) {
        self.colleagues = colleagues
        self.name = name
        self.purpose = purpose
        self.tools = tools
        self.policy = policy
    }
}

/// A policy written in Swift: deterministic, given its input and the answers of its tools.
///
/// After a crash the policy is run again from the start, and every tool call that was journaled
/// answers from the journal. So it may look at nothing but the run: no clock, no randomness, no
/// store of its own.
public protocol RulePolicy: Sendable {
    /// The policy's name, for instance `smallest-vehicle-lowest-price`.
    var name: String { get }
    /// Raised with every change of what it decides.
    var version: Int { get }

    /// Looks at the case through the run's tools and comes to a conclusion.
    ///
    /// - Parameter run: the case: input, time and tools.
    /// - Returns: the conclusion with its evidence.
    /// - Throws: what a tool throws; or a fault that says why there is nothing to decide.
    func decide(_ run: AgentRun) async throws -> Conclusion
}
