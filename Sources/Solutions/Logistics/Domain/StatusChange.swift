public import Core

/// One entry of an order's history.
public struct StatusChange: Sendable, Hashable {
    /// When.
    public var at: Timestamp
    /// The status before; nil for the first entry.
    public var from: OrderStatus?
    /// The status after.
    public var to: OrderStatus
    /// Who did it.
    public var actor: Actor
    /// Why; nil when nothing was said.
    public var reason: String?

    /// An entry.
    public init(
        at: Timestamp,
        from: OrderStatus?,
        to: OrderStatus,
        actor: Actor,
        reason: String? = nil
    ) {
        self.at = at
        self.from = from
        self.to = to
        self.actor = actor
        self.reason = reason
    }

    /// Reads what `json` wrote, for instance from a record.
    public init(reading reader: JSONReader) throws(GeneralFault) {
        try reader.onlyKeys(["at", "from", "to", "actor", "reason"])
        at = try reader.member("at").timestamp()
        from = try reader.optional("from")?.choice()
        to = try reader.member("to").choice()
        let actor = try reader.member("actor")
        guard let read = Actor(json: actor.value) else {
            throw actor.fault("expected {\"id\",\"kind\",\"name\"}")
        }
        self.actor = read
        reason = try reader.optional("reason")?.string()
    }

    /// The entry as the API writes it.
    public var json: JSON {
        [
            "at": at.json,
            "from": .optional(from?.rawValue),
            "to": .string(to.rawValue),
            "actor": actor.json,
            "reason": .optional(reason),
        ]
    }
}
