public import Core

/// A customer's wish to have goods brought from a depot to one or more stops.
public struct Order: Sendable, Hashable {
    /// The id.
    public var id: ID<Order>
    /// What people call it, for instance `LO-000123`.
    public var reference: String
    /// Who ordered.
    public var customer: ID<Customer>
    /// How far it has come.
    public private(set) var status: OrderStatus
    /// Why it has that status; nil when nothing was said.
    public private(set) var statusReason: String?
    /// The day on which transport is wanted.
    public private(set) var requestedDate: CalendarDate
    /// Where the goods are fetched.
    public var depot: ID<Depot>
    /// The stops, in the order of visits; never empty.
    public var deliveries: [Delivery]
    /// The lines; never empty.
    public var items: [OrderItem]
    /// Anything people should know; nil when nothing was said.
    public private(set) var notes: String?
    /// Every status it ever had, oldest first.
    public private(set) var history: [StatusChange]
    /// When it was placed.
    public var createdAt: Timestamp
    /// When it was last changed.
    public private(set) var updatedAt: Timestamp
    /// Rises with every change, from 1.
    public private(set) var version: Int

    /// An order just placed: received, delivered to the customer's own address unless told otherwise.
    public init(
        id: ID<Order>,
        reference: String,
        draft: OrderDraft,
        customer: Customer,
        at moment: Timestamp,
        by actor: Actor
    ) {
        self.id = id
        self.reference = reference
        self.customer = customer.id
        status = .received
        requestedDate = draft.requestedDate
        depot = draft.depot
        deliveries = draft.deliveries ?? [Delivery(stop: 1, address: customer.address)]
        items = draft.items
        notes = draft.notes.flatMap { $0.isEmpty ? nil : $0 }
        history = [StatusChange(at: moment, from: nil, to: .received, actor: actor)]
        createdAt = moment
        updatedAt = moment
        version = 1
    }

    /// How many pieces there are.
    public var pieces: Int { items.reduce(0) { $0 + $1.quantity } }

    /// The mass of all pieces in grams.
    public var totalWeightGrams: Int { items.reduce(0) { $0 + $1.totalWeightGrams } }

    /// The volume of all pieces in cubic millimetres.
    public var totalVolumeMm3: Int { items.reduce(0) { $0 + $1.totalVolumeMm3 } }

    /// The places of the stops, in the order of visits.
    public var route: [Coordinate] { deliveries.map(\.address.coordinate) }

    /// Moves to `next` and writes it into the history.
    ///
    /// Throws `illegal-transition` (a conflict that names the allowed moves) and changes nothing
    /// when the table has no such move.
    public mutating func move(
        to next: OrderStatus,
        at moment: Timestamp,
        by actor: Actor,
        reason: String? = nil
    ) throws(GeneralFault) {
        try status.checkMove(to: next)
        history.append(
            StatusChange(at: moment, from: status, to: next, actor: actor, reason: reason)
        )
        status = next
        statusReason = reason
        updatedAt = moment
        version += 1
    }

    /// Removes what is about the customer: notes, the stops' addresses, and what people gave as reasons.
    public mutating func erasePerson(at moment: Timestamp) {
        for index in deliveries.indices {
            deliveries[index].address = deliveries[index].address.erased
        }
        for index in history.indices
        where history[index].reason != nil && history[index].actor.kind == .person {
            history[index].reason = Address.erasedText
        }
        if statusReason != nil { statusReason = history.last?.reason }
        if notes != nil { notes = Address.erasedText }
        updatedAt = moment
        version += 1
    }

    /// Starts a failed order again: failed → received, and nothing else.
    public mutating func retry(at moment: Timestamp, by actor: Actor) throws(GeneralFault) {
        try move(to: .received, at: moment, by: actor)
    }

    /// Moves the order to a later day and starts it again; what was booked is the caller's to release.
    ///
    /// By the table of statuses: one that was under way or booked fails for `reason`, and is received again.
    /// Throws `illegal-transition` when it has left already, and `not-later` when the day is not.
    public mutating func postpone(
        to date: CalendarDate,
        at moment: Timestamp,
        by actor: Actor,
        reason: String
    ) throws(GeneralFault) {
        guard date > requestedDate else {
            throw GeneralFault(
                .invalid,
                code: "not-later",
                "the order is for \(requestedDate); \(date) is not later",
                pointer: "/newDate"
            )
        }
        var changed = self
        try changed.reopen(at: moment, by: actor, reason: reason)
        changed.requestedDate = date
        changed.updatedAt = moment
        changed.version = version + 1
        self = changed
    }

    /// Starts the order again, because what was arranged for it no longer holds.
    public mutating func reopen(
        at moment: Timestamp,
        by actor: Actor,
        reason: String
    ) throws(GeneralFault) {
        guard status != .received else { return }
        guard status != .dispatched else { return try status.checkMove(to: .received) }
        if status != .failed { try move(to: .failed, at: moment, by: actor, reason: reason) }
        try move(to: .received, at: moment, by: actor, reason: reason)
    }

    /// Applies a client's change, all of it or nothing.
    ///
    /// Throws `illegal-transition` for a forbidden move, and the conflict `already-booked` when the
    /// day is to change although a vehicle may have been reserved for it.
    public mutating func apply(
        _ patch: OrderPatch,
        at moment: Timestamp,
        by actor: Actor
    ) throws(GeneralFault) {
        var changed = self
        if let date = patch.requestedDate, date != requestedDate {
            guard status == .received || status == .failed else {
                throw GeneralFault(
                    .conflict,
                    code: "already-booked",
                    "the date can change only while the order is received or failed; "
                        + "it is \(status.rawValue)",
                    pointer: "/requestedDate"
                )
            }
            changed.requestedDate = date
        }
        if let notes = patch.notes { changed.notes = notes.isEmpty ? nil : notes }
        if let next = patch.status {
            try changed.move(to: next, at: moment, by: actor, reason: patch.reason)
        }
        changed.updatedAt = moment
        changed.version = version + 1
        self = changed
    }
}

extension Order {
    /// What is an order's own, as its record keeps it among other things; `init(record:)` reads it back.
    public var record: JSON {
        let last = deliveries.last?.address
        return [
            "id": id.json,
            "reference": .string(reference),
            "version": .int(version),
            "customerId": customer.json,
            "depotId": depot.json,
            "itemCount": .int(pieces),
            "totalWeightGrams": .int(totalWeightGrams),
            "totalVolumeMm3": .int(totalVolumeMm3),
            "status": .string(status.rawValue),
            "statusReason": .optional(statusReason),
            "destination": [
                "city": .optional(last?.city),
                "country": .optional(last?.country),
            ],
            "requestedDate": .string(requestedDate.description),
            "createdAt": createdAt.json,
            "updatedAt": updatedAt.json,
            "deliveries": .array(deliveries.map(\.json)),
            "items": .array(items.map(\.json)),
            "notes": .optional(notes),
            "history": .array(history.map(\.json)),
        ]
    }

    /// Reads what `record` wrote; dates of the past are fine here.
    public init(record: JSON) throws(GeneralFault) {
        let reader = JSONReader(record)
        id = try reader.member("id").id()
        reference = try reader.member("reference").string()
        customer = try reader.member("customerId").id()
        status = try reader.member("status").choice()
        statusReason = try reader.optional("statusReason")?.string()
        requestedDate = try reader.member("requestedDate").date()
        depot = try reader.member("depotId").id()
        deliveries = try OrderDraft.deliveries(in: reader.member("deliveries"))
        items = try OrderDraft.items(in: reader.member("items"))
        notes = try reader.optional("notes")?.string()
        history = []
        for entry in try reader.member("history").array() {
            history.append(try StatusChange(reading: entry))
        }
        createdAt = try reader.member("createdAt").timestamp()
        updatedAt = try reader.member("updatedAt").timestamp()
        version = try reader.optional("version")?.int() ?? 1
    }
}
