/// Values that an argument may have.
public struct CompletionAnswer: Sendable {
    /// The values, the best first; clients get 100 at most.
    public var values: [String]
    /// How many there are altogether, when that is known.
    public var total: Int?

    /// An answer.
    public init(_ values: [String], total: Int? = nil) {
        self.values = values
        self.total = total
    }
}

/// What an argument is completed for.
public enum CompletionReference: Sendable {
    /// A prompt's argument.
    case prompt(String)
    /// A gap of a template.
    case template(String)
}
