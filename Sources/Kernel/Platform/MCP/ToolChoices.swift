public import Core

/// Values of an argument, taken from the items of a list.
public struct ToolChoices: Sendable {
    /// The list's query.
    public var tool: String
    /// The query's input.
    public var input: JSONObject
    /// The member of each item that is the value.
    public var member: String

    /// Values.
    public init(tool: String, input: JSONObject = ["limit": 100], member: String = "id") {
        self.tool = tool
        self.input = input
        self.member = member
    }
}
