import Core

/// A shared trip as it is kept: what was computed, by ids alone.
///
/// Names and addresses are read from the orders when it is shown, so that nothing personal is kept here.
struct TripRecord: Sendable {
    var id: ID<TripRecord>
    /// For instance `TR-000012`.
    var reference: String
    var plan: ID<TripPlanRecord>
    var date: CalendarDate
    var depot: ID<Depot>
    var vehicle: ID<Vehicle>
    private(set) var status: TripStatus
    /// Rises with every change, from 1.
    private(set) var version: Int
    var createdAt: Timestamp
    private(set) var updatedAt: Timestamp
    /// What the rules came to, as ``SharedTrip/json(in:)`` writes it.
    var document: JSON
    /// What happened to it, oldest first: `{"at","what","actor","reason",…}`.
    private(set) var history: [JSON]

    init(
        id: ID<TripRecord>,
        reference: String,
        plan: ID<TripPlanRecord>,
        date: CalendarDate,
        depot: ID<Depot>,
        document: JSON,
        at now: Timestamp,
        by actor: Actor
    ) throws(GeneralFault) {
        self.id = id
        self.reference = reference
        self.plan = plan
        self.date = date
        self.depot = depot
        vehicle = try JSONReader(document).member("vehicleId").id()
        status = .proposed
        version = 1
        createdAt = now
        updatedAt = now
        self.document = document
        history = [["at": now.json, "what": "proposed", "actor": actor.json, "reason": .null]]
    }

    /// Moves to `next`; throws the conflict `illegal-transition`, naming the allowed moves.
    mutating func move(
        to next: TripStatus,
        at now: Timestamp,
        by actor: Actor,
        reason: String? = nil
    ) throws(GeneralFault) {
        try status.checkMove(to: next)
        status = next
        note(next.rawValue, at: now, by: actor, reason: reason)
    }

    /// Takes what was computed anew; `change` has `before`, `after` and who left.
    mutating func replan(
        _ document: JSON,
        change: JSON,
        reason: String,
        at now: Timestamp,
        by actor: Actor
    ) throws(GeneralFault) {
        vehicle = try JSONReader(document).member("vehicleId").id()
        self.document = document
        note("replanned", at: now, by: actor, reason: reason, change)
    }

    /// Writes into the history something that changed no status.
    mutating func note(
        _ what: String,
        at now: Timestamp,
        by actor: Actor,
        reason: String?,
        _ more: JSON = [:]
    ) {
        var entry: JSON = [
            "at": now.json, "what": .string(what), "actor": actor.json, "reason": .optional(reason),
        ]
        for member in more.object ?? [:] { entry[member.key] = member.value }
        history.append(entry)
        updatedAt = now
        version += 1
    }

    /// The orders, as they sit in the vehicle.
    var orders: [ID<Order>] {
        (document["orders"]?.array ?? []).compactMap { $0["orderId"]?.string.flatMap { ID($0) } }
    }

    static func subject(_ id: ID<TripRecord>) -> String { "trip:\(id)" }
    static func layoutKey(_ id: ID<TripRecord>) -> String { "trip-\(id).json" }
}

extension TripRecord {
    /// For a record; `init(row:…)` reads it back.
    var body: JSON { ["document": document, "history": .array(history)] }

    init(
        id: ID<TripRecord>,
        reference: String,
        plan: ID<TripPlanRecord>,
        date: CalendarDate,
        depot: ID<Depot>,
        vehicle: ID<Vehicle>,
        status: TripStatus,
        version: Int,
        createdAt: Timestamp,
        updatedAt: Timestamp,
        body: JSON
    ) {
        self.id = id
        self.reference = reference
        self.plan = plan
        self.date = date
        self.depot = depot
        self.vehicle = vehicle
        self.status = status
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        document = body["document"] ?? [:]
        history = body["history"]?.array ?? []
    }
}

/// One look at the orders of a day and depot, and what came of it.
struct TripPlanRecord: Sendable {
    /// How far it has come.
    enum Status: String, Sendable, CaseIterable {
        /// The consolidator is at it.
        case planning
        /// Its trips are proposed.
        case planned
        /// It came to nothing; the reason says why.
        case failed
    }

    var id: ID<TripPlanRecord>
    var date: CalendarDate
    var depot: ID<Depot>
    var status: Status
    var createdAt: Timestamp
    /// `{"region","limits","actor","before","after","saved","trips","alone","left","reason"}`.
    var body: JSON

    static func subject(_ id: ID<TripPlanRecord>) -> String { "trip-plan:\(id)" }
}
