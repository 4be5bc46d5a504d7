public import Core
public import Store

/// A call of a tool to which a person must agree.
public struct ToolApproval: Sendable {
    /// Names the call for ever: the run and the step.
    public var key: String
    /// Who wants to make it.
    public var agent: Agent
    /// What is to be called.
    public var tool: Tool
    /// What it is to get.
    public var input: JSON
}

/// Asks persons about calls of tools.
public protocol ToolApprovals: Sendable {
    /// What a person said about a call; nil while nobody was asked or has answered.
    ///
    /// - Throws: `StoreError`.
    func verdict(
        on key: String,
        organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> ToolVerdict?

    /// Asks, unless that was done before.
    ///
    /// - Parameters:
    ///   - approval: the call.
    ///   - execution: the workflow execution that waits.
    ///   - invocation: the agent's own.
    ///   - transaction: in which the run comes to rest.
    /// - Throws: `StoreError`.
    func ask(
        about approval: ToolApproval,
        execution: String?,
        by invocation: Invocation,
        in transaction: any Transaction
    ) throws
}

/// What a person said about a call.
public enum ToolVerdict: Sendable {
    /// It may be made, with another input where there is one; `record` says who agreed.
    case agreed(input: JSON?, record: JSON)
    /// It may not be made: the call fails with this fault.
    case refused(GeneralFault, record: JSON)
}
