/// An intent that a solution proposes to every organisation, to be opened by a person.
public struct IntentPreset: Sendable {
    /// Unique, for instance `logistics.on-time`.
    public var name: String
    /// See ``Intent``.
    public var domain: String
    /// See ``Intent``.
    public var desiredOutcome: String
    /// The predicate's text.
    public var predicate: String
    /// How many days after its proposal the deadline is.
    public var days: Int
    /// See ``Intent``.
    public var cost: Intent.Cost
    /// See ``Intent``.
    public var priority: Intent.Priority
    /// The goal that it serves: a short key and a title.
    public var serves: (key: String, title: String)?
    /// The resources that it touches.
    public var touches: [String]

    /// A preset.
    public init(
        _ name: String,
        domain: String,
        outcome: String,
        predicate: String,
        days: Int = 90,
        cost: Intent.Cost = .low,
        priority: Intent.Priority = .normal,
        serves: (key: String, title: String)? = nil,
        touches: [String] = []
    ) {
        self.name = name
        self.domain = domain
        desiredOutcome = outcome
        self.predicate = predicate
        self.days = days
        self.cost = cost
        self.priority = priority
        self.serves = serves
        self.touches = touches
    }
}
