public import Core

/// Why a document or a question was refused.
public struct SearchError: Fault {
    /// The sorts of refusal.
    public enum Code: String, Sendable {
        /// A collection's name, a field or a text is outside what is allowed.
        case invalidDocument = "invalid-document"
        /// A question is outside what is allowed.
        case invalidQuery = "invalid-query"
        /// The collection's vectors are being made anew by another embedder.
        case embedderChanging = "embedder-changing"
        /// A file of an evaluation is malformed.
        case invalidFile = "invalid-file"
    }

    /// The sort of refusal.
    public var reason: Code
    /// What was wrong and what was expected.
    public var message: String
    /// The JSON Pointer of the value that is meant.
    public var pointer: String?

    /// A refusal.
    public init(_ reason: Code, _ message: String, pointer: String? = nil) {
        self.reason = reason
        self.message = message
        self.pointer = pointer
    }

    /// The code as it is told.
    public var code: String { reason.rawValue }

    /// Trying later helps while vectors are being made; all else is the caller's to mend.
    public var kind: FaultKind { reason == .embedderChanging ? .unavailable : .invalid }
}
