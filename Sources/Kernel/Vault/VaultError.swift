public import Core

/// Why something could not be sealed, opened, signed or read as a key.
public struct VaultError: Fault {
    /// The sorts of failure.
    public enum Code: String, Sendable {
        /// A file or text is no key.
        case invalidKey = "invalid-key"
        /// The sealed text was changed, belongs to another purpose or to another key.
        case cannotOpen = "cannot-open"
        /// OpenSSL refused.
        case cryptography
    }

    /// The sort of failure.
    public let reason: Code
    /// What happened; never a secret.
    public let message: String

    init(_ reason: Code, _ message: String) {
        self.reason = reason
        self.message = message
    }

    /// The sort of failure.
    public var code: String { reason.rawValue }

    /// A mistake of ours, or of whoever changed files.
    public var kind: FaultKind { .internal }
}
