/// A prompt with its arguments filled in.
public struct PromptAnswer: Sendable {
    /// What it is for.
    public var purpose: String?
    /// What is said.
    public var messages: [PromptMessage]

    /// An answer.
    public init(_ messages: [PromptMessage], purpose: String? = nil) {
        self.messages = messages
        self.purpose = purpose
    }
}
