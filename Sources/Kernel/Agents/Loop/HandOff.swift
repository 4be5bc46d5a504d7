public import Core

/// A case that one agent gives to another, who decides in its place.
public struct HandOff: Sendable, Equatable {
    /// The colleague.
    public var agent: String
    /// The case as the colleague gets it.
    public var input: JSON
    /// Why.
    public var reason: String

    /// A case for a colleague.
    public init(to agent: String, input: JSON, reason: String) {
        self.agent = agent
        self.input = input
        self.reason = reason
    }
}
