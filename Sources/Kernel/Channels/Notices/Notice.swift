public import Core
public import Privacy

/// Something to tell people, in no words yet: who hears of it how is decided by their preferences.
public struct Notice: Sendable, Hashable {
    /// For whom.
    public enum Audience: Sendable, Hashable {
        /// One person.
        case account(ID<Account>)
        /// Everybody in the organisation with one of these roles.
        case roles(Set<Role>)
        /// An e-mail address outside, such as a customer's; preferences do not apply.
        case address(EmailAddress)
        /// One channel target of the organisation, whatever its minimum.
        case target(ID<ChannelTarget>)
        /// Every enabled channel target of the organisation whose minimum is reached.
        case targets
    }

    /// The ``MessageKind``'s name.
    public var kind: String
    /// What stands in place of its placeholders.
    public var values: [String: String]
    /// How much it matters.
    public var severity: Message.Severity
    /// Where to read on.
    public var link: String?
    /// What takes the link's place in e-mail, which is read where nobody is signed in; kept sealed.
    public var mailLink: String?
    /// Whether something stands still until the person answers: then e-mail is written to whoever takes
    /// any, whatever the severity from which they want it.
    public var needsAnswer: Bool
    /// For whom; who is named twice hears once.
    public var audience: [Audience]
    /// Names the effect within the organisation: a notice of the same effect is told once, ever.
    public var effect: String
    /// What lasts until acknowledged, if it is about such a thing; escalations start with it.
    public var incident: Incident?
    /// Alike notices within a while are told once: the key that makes them alike, and the while.
    public var deduplication: Deduplication?
    /// Whose personal data stands in it; what is kept of its messages is then sealed.
    public var person: DataSubject?

    /// When two notices are alike.
    public struct Deduplication: Sendable, Hashable {
        /// Alike within the organisation, 1 to 200 characters.
        public var key: String
        /// For how long after the first one.
        public var window: Duration

        /// A rule.
        public init(_ key: String, window: Duration) {
            self.key = key
            self.window = window
        }
    }

    /// A notice.
    public init(
        _ kind: String,
        _ values: [String: String],
        severity: Message.Severity = .info,
        link: String? = nil,
        mailLink: String? = nil,
        needsAnswer: Bool = false,
        to audience: [Audience],
        effect: String,
        incident: Incident? = nil,
        deduplication: Deduplication? = nil,
        person: DataSubject? = nil
    ) {
        self.person = person
        self.kind = kind
        self.values = values
        self.severity = severity
        self.link = link
        self.mailLink = mailLink
        self.needsAnswer = needsAnswer
        self.audience = audience
        self.effect = effect
        self.incident = incident
        self.deduplication = deduplication
    }
}

extension Message.Severity: Comparable {
    /// The order: info, warning, alarm.
    public static func < (lhs: Message.Severity, rhs: Message.Severity) -> Bool {
        lhs.rank < rhs.rank
    }

    /// 0 to 2.
    var rank: Int {
        switch self {
        case .info: 0
        case .warning: 1
        case .alarm: 2
        }
    }
}
