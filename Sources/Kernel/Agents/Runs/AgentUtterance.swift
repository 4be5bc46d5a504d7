public import Core
public import Models

/// A piece of what a model writes while it decides for an agent.
public struct AgentUtterance: Sendable {
    /// The agent's name.
    public var agent: String
    /// Whose run it is.
    public var organisation: ID<Organisation>
    /// The run.
    public var run: String
    /// The workflow execution that asks.
    public var execution: String?
    /// The piece.
    public var piece: ModelPiece
}
