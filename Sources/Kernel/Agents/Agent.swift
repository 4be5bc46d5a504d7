/// Somebody artificial with one job: a purpose, the tools it may use, and a policy that decides.
public struct Agent: Sendable {
    /// Unique, as `solution.role`, for instance `logistics.analyser`; also its service account's name.
    public var name: String
    /// What it is for, in a sentence.
    public var purpose: String
    /// The only tools it can reach.
    public var tools: Set<String>
    /// The other agents whom the workflows it owns may ask, and to whom it may hand a case.
    public var colleagues: Set<String>
    /// How it decides; also when a language model decides in its place and fails.
    public var policy: any RulePolicy
    /// What it is asked: the shape of a case.
    public var input: Schema
    /// What it answers to whoever asks.
    public var output: Schema
    /// What a language model that decides in its place is told, besides purpose, tools and shapes.
    public var guidance: String

    /// An agent.
    ///
    /// - Parameters:
    ///   - name: as `solution.role`.
    ///   - purpose: a sentence.
    ///   - tools: the only tools it can reach.
    ///   - colleagues: the agents whom it may ask or hand a case to; none by default.
    ///   - policy: how it decides.
    ///   - input: the shape of a case; anything by default.
    ///   - output: the shape of its answer; anything by default.
    ///   - guidance: what a model is told besides; nothing by default.
    public init(
        name: String,
        purpose: String,
        tools: Set<String>,
        colleagues: Set<String> = [],
        policy: any RulePolicy,
        input: Schema = .anything,
        output: Schema = .anything,
        guidance: String = ""
    ) {
        self.name = name
        self.purpose = purpose
        self.tools = tools
        self.colleagues = colleagues
        self.policy = policy
        self.input = input
        self.output = output
        self.guidance = guidance
    }
}

/// A policy written in Swift: deterministic, given its input and the answers of its tools.
///
/// After a crash the policy is run again from the start, and every tool call that was journaled
/// answers from the journal; a replay does the same much later. So it may look at nothing but the run:
/// its time, its randomness, its ids, its tools.
public protocol RulePolicy: Sendable {
    /// The policy's name, for instance `smallest-vehicle-lowest-price`.
    var name: String { get }
    /// Raised with every change of what it decides.
    var version: Int { get }
    /// The types of task that are routine: of these the share is measured that no person had a hand in.
    var routine: Set<String> { get }

    /// Looks at the case through the run's tools and comes to a conclusion.
    ///
    /// - Parameter run: the case: input, time and tools.
    /// - Returns: the conclusion with its evidence.
    /// - Throws: what a tool throws; or a fault that says why there is nothing to decide.
    func decide(_ run: AgentRun) async throws -> Conclusion
}

extension RulePolicy {
    /// None.
    public var routine: Set<String> { [] }
}
