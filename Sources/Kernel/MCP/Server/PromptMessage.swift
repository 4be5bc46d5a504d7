import Core

/// What somebody says in a prompt.
public struct PromptMessage: Sendable {
    /// Who says it.
    public enum Speaker: String, Sendable {
        /// The person.
        case user
        /// The model.
        case assistant
    }

    /// Who says it.
    public var speaker: Speaker
    /// What is said.
    public var content: ContentBlock

    /// A message.
    public init(_ speaker: Speaker, _ content: ContentBlock) {
        self.speaker = speaker
        self.content = content
    }

    var json: JSON { ["role": .string(speaker.rawValue), "content": content.json] }
}
