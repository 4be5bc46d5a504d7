public import Core

/// Why an object could not be kept or given back.
public struct ObjectError: Fault {
    /// The sorts of failure.
    public enum Code: String, Sendable {
        /// The key breaks a rule; the message says which.
        case invalidKey = "invalid-object-key"
        /// The content type is none.
        case invalidContentType = "invalid-content-type"
        /// The organisation has no such object, or no such version of it, or it was deleted.
        case notFound = "object-not-found"
        /// The content is larger than allowed.
        case tooLarge = "object-too-large"
        /// What is kept is not what was put: damaged or gone.
        case corrupt = "object-corrupt"
        /// The content was staged too long ago and swept, or never staged here.
        case notStaged = "object-not-staged"
        /// The disk, or the quota, is full.
        case full = "object-store-full"
        /// The folder cannot be read or written.
        case io = "object-store-io"
    }

    /// The sort of failure.
    public var reason: Code
    /// What went wrong, for a person.
    public var message: String
    /// The offending part of the input.
    public var pointer: String?
    /// The system's error number, when it was the system's refusal.
    public var systemCode: Int32?

    /// An error.
    public init(
        _ reason: Code,
        _ message: String,
        pointer: String? = nil,
        systemCode: Int32? = nil
    ) {
        self.reason = reason
        self.message = message
        self.pointer = pointer
        self.systemCode = systemCode
    }

    /// The stable code in kebab case.
    public var code: String { reason.rawValue }

    /// How each edge tells it.
    public var kind: FaultKind {
        switch reason {
        case .invalidKey, .invalidContentType: .invalid
        case .notFound: .notFound
        case .tooLarge: .tooLarge
        case .corrupt, .notStaged: .internal
        case .full, .io: .unavailable
        }
    }
}

extension ObjectError: CustomStringConvertible {
    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}
