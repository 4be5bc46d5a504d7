public import Core
public import MCP

/// A document that AI clients can read: an address, and the query that answers for it.
///
/// Whoever may call the query may read the document.
public struct ToolDocument: Sendable {
    /// The address, for instance `weft://orders/{id}`; a gap is the query's member of that name.
    public var address: URIPattern
    /// A name in kebab case.
    public var name: String
    /// The name as people read it.
    public var title: String
    /// What it holds.
    public var purpose: String
    /// The query.
    public var tool: String
    /// Members of the query's input besides the gaps.
    public var input: JSONObject
    /// The live topic that tells of its changes, for instance `orders/{id}`; nil for none.
    public var topic: URIPattern?
    /// What may fill the gap; nil when that is not known.
    public var choices: ToolChoices?

    /// A document.
    public init(
        _ address: URIPattern,
        name: String,
        title: String,
        purpose: String,
        tool: String,
        input: JSONObject = [:],
        topic: URIPattern? = nil,
        choices: ToolChoices? = nil
    ) {
        self.address = address
        self.name = name
        self.title = title
        self.purpose = purpose
        self.tool = tool
        self.input = input
        self.topic = topic
        self.choices = choices
    }
}
