public import Core

/// Why a provider, a model or a budget cannot be as somebody wants it.
public struct ModelsError: Fault {
    /// The sorts of failure.
    public enum Code: String, Sendable {
        /// A setting makes no sense, or not beside the others.
        case invalidSetting = "invalid-setting"
        /// There is no such thing, or it is another organisation's.
        case notFound = "not-found"
        /// The name belongs to another already.
        case nameTaken = "name-taken"
        /// There are as many as allowed already.
        case tooMany = "too-many"
        /// Something else still needs it.
        case inUse = "in-use"
    }

    /// The sort of failure.
    public var reason: Code
    /// What is wrong and what was expected.
    public var message: String
    /// The offending part of the input.
    public var pointer: String?

    init(_ reason: Code, _ message: String, pointer: String? = nil) {
        self.reason = reason
        self.message = message
        self.pointer = pointer
    }

    /// The sort of failure.
    public var code: String { reason.rawValue }

    /// What is missing is not found, what is taken or full a conflict, everything else invalid.
    public var kind: FaultKind {
        switch reason {
        case .invalidSetting: .invalid
        case .notFound: .notFound
        case .nameTaken, .tooMany, .inUse: .conflict
        }
    }
}
