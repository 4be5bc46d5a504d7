/// Hands mail over to whoever takes it to its recipient.
public protocol MailTransport: Sendable {
    /// Returns once the mail was accepted.
    ///
    /// - Throws: why it was not.
    func send(_ mail: Mail) async throws(MailFailure)
}

/// Why a mail was not accepted.
public struct MailFailure: Error, Sendable, Hashable {
    /// What to do about it.
    public enum Kind: Sendable {
        /// Trying later may help.
        case transient
        /// This mail will never be accepted.
        case permanent
        /// The program is being stopped; nobody is to blame.
        case interrupted
    }

    /// What to do about it.
    public var kind: Kind
    /// What happened, for a person: the server's own words where there are any.
    public var reason: String
    /// Whether it was about this mail alone: the server answered, and other mails may do better.
    public var concernsMail: Bool

    /// A failure.
    public init(_ kind: Kind, _ reason: String, concernsMail: Bool = false) {
        self.kind = kind
        self.reason = reason
        self.concernsMail = concernsMail
    }
}
