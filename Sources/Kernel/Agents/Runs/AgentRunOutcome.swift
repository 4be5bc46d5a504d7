public import Core

/// How one run of an agent went, for metrics.
public struct AgentRunOutcome: Sendable {
    /// The agent's name.
    public var agent: String
    /// For which organisation it ran.
    public var organisation: ID<Organisation>
    /// How long it took to decide.
    public var latency: Duration
    /// How it ended.
    public var end: End

    /// How a run can end.
    public enum End: String, Sendable {
        /// With a decision.
        case decided
        /// Not yet: a person was asked.
        case waiting
        /// Without one: the agent or a tool of its could not.
        case failed
        /// Without one, because nobody waited for it any more; that is no failure of the agent's.
        case abandoned
    }
}
