public import Core

/// What a client sends to change an order: only what is to change.
public struct OrderPatch: Sendable, Hashable {
    /// The status to move to.
    public var status: OrderStatus?
    /// Why the status moves.
    public var reason: String?
    /// New notes; an empty text removes them.
    public var notes: String?
    /// A new day for transport.
    public var requestedDate: CalendarDate?

    /// A change.
    public init(
        status: OrderStatus? = nil,
        reason: String? = nil,
        notes: String? = nil,
        requestedDate: CalendarDate? = nil
    ) {
        self.status = status
        self.reason = reason
        self.notes = notes
        self.requestedDate = requestedDate
    }

    /// Reads the body of `PATCH /api/orders/{id}`, which must change something.
    public init(reading reader: JSONReader, today: CalendarDate) throws(GeneralFault) {
        try reader.onlyKeys(["status", "reason", "notes", "requestedDate"])
        status = try reader.optional("status")?.choice()
        let reason = try reader.optional("reason")
        self.reason = try reason?.text(1...500)
        notes = try reader.optional("notes")?.text(0...2_000, lines: true)
        requestedDate = try reader.optional("requestedDate")?.date(onOrAfter: today)
        if let reason, status == nil {
            throw reason.fault("a reason belongs to a change of \"status\"")
        }
        guard status != nil || notes != nil || requestedDate != nil else {
            throw reader.fault(
                "nothing to change: give \"status\", \"notes\" or \"requestedDate\"",
                code: "empty-change"
            )
        }
    }
}
