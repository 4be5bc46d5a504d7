import Agents
import Channels
import Core
import Identity
import Objects
import Platform
import Store

/// What the consolidator plans a trip again with, when an order leaves it or is late.
extension LogisticsTools {
    func tripChangeTools() throws -> [Tool] { [try reworkTrip(), try changeTrip()] }

    private static let action = Shape.choice(["keep", "replan", "withdraw"])

    private func reworkTrip() throws -> Tool {
        try Tool(
            name: "logistics.rework-trip",
            purpose:
                "Computes a trip again with the orders that still belong to it and when they are "
                + "ready; says what is to be done.",
            input: Self.object([("tripId", Self.id)], required: ["tripId"]),
            output: Shape.record(
                nil,
                [
                    ("action", Self.action), ("reason", Shape.text), ("version", Shape.count),
                    ("reference", Shape.text), ("trip", Shape.nullable(Shape.object)),
                    ("leave", Shape.list(of: Shape.id)), ("gone", Shape.list(of: Shape.text)),
                    ("before", TripShapes.figures), ("after", Shape.nullable(TripShapes.figures)),
                ]
            ),
            body: .compute { [self] input, invocation in
                let scope = invocation.scope
                let id = try input.member("tripId").id(TripRecord.self)
                let rework = try await kernel.database.read { reader in
                    try TripRework(id, scope: scope, in: reader)
                }
                if let settled = rework.settled { return settled }
                return try await rework.computed(distances, emissions, kernel.workers)
            }
        )
    }

    private func changeTrip() throws -> Tool {
        try Tool(
            name: "logistics.change-trip",
            purpose:
                "Puts a trip that was computed again in the place of the one that is; an accepted one is "
                + "booked anew, and orders that leave are processed alone.",
            input: Self.object(
                [
                    ("tripId", Self.id), ("version", Shape.count), ("action", Self.action),
                    ("reason", Self.text), ("trip", Shape.nullable(Shape.object)),
                    ("leave", Shape.list(of: Shape.id)), ("gone", Shape.list(of: Shape.text)),
                    ("before", TripShapes.figures), ("after", Shape.nullable(TripShapes.figures)),
                ],
                required: ["tripId", "version", "action", "reason", "leave", "gone", "before"]
            ),
            output: Shape.record(
                nil,
                [
                    ("tripId", Shape.id), ("reference", Shape.text), ("status", Shape.text),
                    ("version", Shape.count),
                ]
            ),
            body: .write { [self] input, invocation in
                let id = try input.member("tripId").id(TripRecord.self)
                let version = try input.member("version").int()
                let computed = input.value["trip"] ?? .null
                var staged: StagedObject?
                if computed != .null {
                    staged = try await kernel.objects.stage(
                        Self.layoutDocument(of: id, computed["layout"] ?? .null).bytes()
                    )
                }
                return { [staged] transaction in
                    var trip = try Trips(scope: invocation.scope).trip(id, in: transaction)
                    guard trip.version == version else {
                        throw GeneralFault(
                            .conflict,
                            code: "trip-changed",
                            "\(trip.reference) was changed meanwhile; compute it again"
                        )
                    }
                    try change(&trip, input, computed, staged, invocation, in: transaction)
                    return [
                        "tripId": id.json, "reference": .string(trip.reference),
                        "status": .string(trip.status.rawValue), "version": .int(trip.version),
                    ]
                }
            }
        )
    }

    private func change(
        _ trip: inout TripRecord,
        _ input: JSONReader,
        _ computed: JSON,
        _ staged: StagedObject?,
        _ invocation: Invocation,
        in transaction: any Transaction
    ) throws {
        let scope = invocation.scope
        let reason = try input.member("reason").string()
        let bookings = Bookings(scope: scope)
        for element in try input.member("leave").array() {
            let order = try element.id(Order.self)
            for booking in try bookings.bookings(of: trip.id, in: transaction)
            where booking.order == order {
                try leave(
                    booking,
                    "\(trip.reference) cannot wait for it",
                    invocation,
                    in: transaction
                )
            }
        }
        guard let staged, let document = computed["document"] else {
            return try withdraw(&trip, reason, invocation, in: transaction)
        }
        let before = input.value["before"] ?? .null
        let after = input.value["after"] ?? .null
        let left = input.value["gone"] ?? []
        try trip.replan(
            document,
            change: ["before": before, "after": after, "left": left],
            reason: reason,
            at: invocation.now,
            by: scope.actor
        )
        try record(staged, of: trip.id, invocation, in: transaction)
        try Trips(scope: scope).save(trip, in: transaction)
        if trip.status == .accepted {
            for booking in try bookings.bookings(of: trip.id, in: transaction) {
                try release(
                    booking,
                    "\(trip.reference) was planned again",
                    invocation,
                    in: transaction
                )
            }
            let orders = try trip.orders.map { try Orders(scope: scope).order($0, in: transaction) }
            try book(trip, orders, invocation, in: transaction)
            for order in orders {
                try tellCustomer(.booked, order, invocation, in: transaction)
            }
        }
        try emit(
            "trip.replanned",
            trip,
            ["before": before, "after": after, "left": left, "reason": .string(reason)],
            by: invocation,
            in: transaction
        )
        try tellPlanners(trip, left.array ?? [], reason, before, after, in: transaction, scope)
    }

    /// Tells every planner what a trip was and is now.
    private func tellPlanners(
        _ trip: TripRecord,
        _ left: [JSON],
        _ reason: String,
        _ before: JSON,
        _ after: JSON,
        in transaction: any Transaction,
        _ scope: Scope
    ) throws {
        func told(_ figures: JSON) -> String {
            let amount = figures["price"]?["amount"]?.string ?? "?"
            let currency = figures["price"]?["currency"]?.string ?? ""
            return "\(amount) \(currency), \((figures["distanceMeters"]?.int ?? 0) / 1_000) km"
        }
        let vehicle = try Fleet(scope: scope).vehicle(trip.vehicle, in: transaction)
        try kernel.channels.notices.tell(
            Notice(
                LogisticsMessages.tripReplanned,
                [
                    "reference": trip.reference, "date": "\(trip.date)", "vehicle": vehicle.name,
                    "reason": reason, "before": told(before), "after": told(after),
                    "left": left.compactMap(\.string).joined(separator: ", "),
                ],
                severity: .warning,
                link: "/console/trips/\(trip.id)",
                to: [.roles([.planner, .manager])],
                effect: "trip-replanned:\(trip.id):\(trip.version)"
            ),
            scope: scope,
            in: transaction
        )
    }
}
