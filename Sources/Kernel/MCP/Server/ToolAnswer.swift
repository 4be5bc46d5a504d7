public import Core

/// What a tool answers.
public enum ToolAnswer: Sendable {
    /// Pieces of content, and perhaps a value.
    case content([ContentBlock], structured: JSON? = nil)
    /// A value that is JSON text already; clients get it as structured result and as text.
    case document(JSONText)
    /// The call was refused or failed, which the model should know: pieces of content and a problem.
    case failure([ContentBlock], problem: JSON? = nil)
}
