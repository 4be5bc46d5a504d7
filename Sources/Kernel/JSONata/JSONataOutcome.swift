public import Core

/// What an expression evaluates to.
public enum JSONataOutcome: Sendable, Equatable {
    /// Nothing.
    case undefined
    /// A value.
    case value(JSON)
    /// A function, which JSON cannot hold.
    case function
}
