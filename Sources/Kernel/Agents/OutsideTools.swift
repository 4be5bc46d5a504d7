public import Core

/// Tools that are no part of the program: an organisation's administrators brought them in.
///
/// Their names lie in a room of their own, `mcp.<server>.<tool>`, so that none can stand for a built-in one.
/// Answers come from memory: the registry asks at every call.
public protocol OutsideTools: Sendable {
    /// The tool of this name in the organisation; nil when it has none.
    func tool(_ name: String, organisation: ID<Organisation>) -> Tool?

    /// All of the organisation's.
    func tools(of organisation: ID<Organisation>) -> [Tool]

    /// Whether an administrator gave the tool to the agent.
    func isGranted(_ name: String, to agent: String, organisation: ID<Organisation>) -> Bool
}
