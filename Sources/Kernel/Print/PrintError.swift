public import Core

/// Why a document could not be made.
public struct PrintError: Fault {
    /// The sorts of failure.
    public enum Code: String, Sendable {
        /// The system has no font at all.
        case noFont = "no-font"
        /// There is more than a document of its kind may hold.
        case tooLarge = "document-too-large"
        /// The library could not draw or write.
        case drawing = "print-failed"
    }

    /// The sort of failure.
    public var reason: Code
    /// What went wrong, for a person.
    public var message: String

    /// An error.
    public init(_ reason: Code, _ message: String) {
        self.reason = reason
        self.message = message
    }

    /// The stable code in kebab case.
    public var code: String { reason.rawValue }

    /// How each edge tells it: a missing font can be installed, a failure to draw is a mistake of ours.
    public var kind: FaultKind {
        switch reason {
        case .noFont: .unavailable
        case .tooLarge: .tooLarge
        case .drawing: .internal
        }
    }
}
