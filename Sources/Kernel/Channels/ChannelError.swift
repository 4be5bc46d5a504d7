public import Core

/// Why a message cannot be sent, or an inbox cannot answer.
public struct ChannelError: Fault {
    /// The sorts of failure.
    public enum Code: String, Sendable {
        /// The text is no e-mail address that can be sent to.
        case invalidAddress = "invalid-address"
        /// A part of the message is too long, empty, or has characters that it must not have.
        case invalidMessage = "invalid-message"
        /// There is no such message, or it is somebody else's.
        case notFound = "not-found"
        /// The settings of the mail server make no sense.
        case invalidConfiguration = "invalid-configuration"
        /// A webhook, channel target, policy or preference has a part that makes no sense.
        case invalidTarget = "invalid-target"
        /// A template uses a placeholder that there is not.
        case invalidTemplate = "invalid-template"
        /// There are as many as allowed already.
        case tooMany = "too-many"
        /// It is switched off.
        case disabled
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

    /// What is missing is not found, what is full or off a conflict; everything else is invalid input.
    public var kind: FaultKind {
        switch reason {
        case .notFound: .notFound
        case .tooMany, .disabled: .conflict
        default: .invalid
        }
    }
}
