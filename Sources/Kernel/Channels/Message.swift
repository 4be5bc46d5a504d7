public import Core

/// Something to tell a person.
public struct Message: Sendable, Hashable {
    /// How much it matters.
    public enum Severity: String, Sendable, CaseIterable {
        /// Good to know.
        case info
        /// Should be looked at.
        case warning
        /// Must be looked at now.
        case alarm
    }

    /// One line, 1 to 200 characters.
    public let subject: String
    /// Plain text, up to 100,000 bytes; lines end with `\n`.
    public let body: String
    /// Where to read on: a path of ours such as `/console/orders/…`, or an `https` address.
    public let link: String?
    /// How much it matters.
    public let severity: Severity
    /// Whether the link lets whoever has it act in somebody's name: it is kept sealed then.
    public var linkIsSecret = false

    /// A message.
    ///
    /// - Throws: `ChannelError` of code `invalid-message`, for instance for a line break in the subject,
    ///   which would let its author write headers of their own.
    public init(
        subject: String,
        body: String,
        link: String? = nil,
        severity: Severity = .info
    ) throws(ChannelError) {
        guard (1...200).contains(subject.count), subject.utf8.count <= 1_000 else {
            throw ChannelError(
                .invalidMessage,
                "the subject must have 1 to 200 characters",
                pointer: "/subject"
            )
        }
        guard !subject.unicodeScalars.contains(where: Self.breaksLines) else {
            throw ChannelError(
                .invalidMessage,
                "the subject must not have line breaks or other control characters",
                pointer: "/subject"
            )
        }
        guard body.utf8.count <= 100_000 else {
            throw ChannelError(
                .invalidMessage,
                "the body must not be longer than 100,000 bytes",
                pointer: "/body"
            )
        }
        guard !body.unicodeScalars.contains("\0") else {
            throw ChannelError(
                .invalidMessage,
                "the body must not have NUL characters",
                pointer: "/body"
            )
        }
        if let link, !Self.isLink(link) {
            throw ChannelError(
                .invalidMessage,
                "the link must be a path beginning with a single / or an https address",
                pointer: "/link"
            )
        }
        self.subject = subject
        self.body = body
        self.link = link
        self.severity = severity
    }

    /// A message that was checked when it was stored.
    init(stored subject: String, body: String, link: String?, severity: Severity) {
        self.subject = subject
        self.body = body
        self.link = link
        self.severity = severity
    }

    private static func breaksLines(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    /// Neither another site by `//host`, nor a script.
    private static func isLink(_ text: String) -> Bool {
        guard text.utf8.count <= 2_000, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            !text.utf8.contains(0x5C)
        else { return false }
        return text.hasPrefix("https://") || text.hasPrefix("/") && !text.hasPrefix("//")
    }
}

/// Where a message goes.
public enum Destination: Sendable, Hashable {
    /// The in-app inbox of an account.
    case inbox(ID<Account>)
    /// An e-mail address.
    case email(EmailAddress)
    /// A phone, by the organisation's gateway for text messages: `+` and digits.
    case sms(String)
    /// A browser or phone that a person registered.
    case push(ID<PushSubscription>)
    /// A channel target of the organisation.
    case target(ID<ChannelTarget>, ChannelTarget.Kind)

    /// The name of the channel in the outbox and in metrics.
    var channel: String {
        switch self {
        case .inbox: "inbox"
        case .email: "email"
        case .sms: "sms"
        case .push: "push"
        case .target(_, let kind): kind.rawValue
        }
    }

    /// The account's, browser's or target's id, the address or the number.
    var address: String {
        switch self {
        case .inbox(let account): account.description
        case .email(let address): address.description
        case .sms(let number): number
        case .push(let browser): browser.description
        case .target(let target, _): target.description
        }
    }
}
