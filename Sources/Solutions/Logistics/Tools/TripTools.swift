import Agents
import Core
import Objects
import Platform
import Store

/// What people do with shared trips: ask for a plan, look, accept, withdraw, send off.
extension LogisticsTools {
    func tripTools() throws -> [Tool] {
        [
            try planTrips(), try listTripPlans(), try getTripPlan(), try listTrips(),
            try getTrip(), try getTripLayout(), try acceptTrip(), try withdrawTrip(),
            try dispatchTrip(), try delayOrder(),
        ] + (try tripPlanningTools()) + (try tripChangeTools())
    }

    static let why: JSON = ["type": "string", "minLength": 1, "maxLength": 500]

    static func tripID(_ reader: JSONReader) throws -> ID<TripRecord> {
        let text = try reader.string()
        guard let id = ID<TripRecord>(text) else { throw Trips.missing(text) }
        return id
    }

    private func planTrips() throws -> Tool {
        try Tool(
            name: "logistics.plan-trips",
            purpose:
                "Looks which orders of a day and depot go better together; an agent then proposes trips.",
            input: Self.object(
                [
                    ("date", Self.date), ("depotId", Self.id), ("region", TripShapes.region),
                    ("limits", TripShapes.limits),
                ],
                required: ["date", "depotId"]
            ),
            output: TripShapes.plan,
            roles: Self.planners,
            body: .write { [self] input, invocation in
                let scope = invocation.scope
                let date = try input.member("date").date(onOrAfter: today(invocation))
                let depot = try input.member("depotId").id(Depot.self)
                let region =
                    try input.optional("region").map {
                        reader throws(GeneralFault) in try TripRegion(reading: reader)
                    } ?? TripRegion()
                let limits = input.value["limits"] ?? [:]
                let id: ID<TripPlanRecord> = kernel.ids.next()
                return { transaction in
                    do {
                        _ = try Fleet(scope: scope).depot(depot, in: transaction)
                    } catch let fault as GeneralFault where fault.kind == .notFound {
                        throw GeneralFault(
                            .invalid,
                            code: fault.code,
                            fault.message,
                            pointer: "/depotId"
                        )
                    }
                    let plan = TripPlanRecord(
                        id: id,
                        date: date,
                        depot: depot,
                        status: .planning,
                        createdAt: invocation.now,
                        body: [
                            "region": region.json, "limits": limits,
                            "actor": scope.actor.json, "reason": .null, "before": .null,
                            "after": .null, "saved": .null, "looked": 0, "alone": [],
                            "left": [],
                        ]
                    )
                    try Trips(scope: scope).add(plan, in: transaction)
                    try kernel.emit(
                        "trip.plan-requested",
                        about: TripPlanRecord.subject(id),
                        [
                            "planId": id.json, "date": .string(date.description),
                            "depotId": depot.json,
                        ],
                        by: invocation,
                        in: transaction
                    )
                    return try TripView(scope: scope).json(plan, in: transaction)
                }
            }
        )
    }

    private func listTripPlans() throws -> Tool {
        try Tool(
            name: "logistics.list-trip-plans",
            purpose: "Lists the newest plans of trips, of a day and depot when they are named.",
            input: Self.object(
                [
                    ("date", Self.date), ("depotId", Self.id),
                    ("limit", ["type": "integer", "minimum": 1, "maximum": 50]),
                ]
            ),
            output: Shape.page(of: TripShapes.plan),
            roles: Self.readers,
            body: .read { input, invocation, reader in
                let scope = invocation.scope
                let plans = try Trips(scope: scope).plans(
                    on: try input.optional("date")?.date(),
                    depot: try input.optional("depotId")?.id(Depot.self),
                    limit: try input.optional("limit")?.int(in: 1...50) ?? 10,
                    in: reader
                )
                let view = TripView(scope: scope)
                return [
                    "items": .array(try plans.map { try view.json($0, in: reader) }),
                    "nextCursor": .null,
                ]
            }
        )
    }

    private func getTripPlan() throws -> Tool {
        try Tool(
            name: "logistics.get-trip-plan",
            purpose: "Shows a plan of trips with what it saves and which orders it leaves alone.",
            input: Self.object([("id", Self.text)], required: ["id"]),
            output: TripShapes.plan,
            roles: Self.readers,
            body: .read { input, invocation, reader in
                let text = try input.member("id").string()
                guard let id = ID<TripPlanRecord>(text) else { throw Trips.missingPlan(text) }
                let plan = try Trips(scope: invocation.scope).plan(id, in: reader)
                return try TripView(scope: invocation.scope).json(plan, in: reader)
            }
        )
    }

    private func listTrips() throws -> Tool {
        try Tool(
            name: "logistics.list-trips",
            purpose: "Lists shared trips, newest first, by status, day, depot and order.",
            input: Self.object(
                [
                    ("status", Self.text), ("date", Self.date), ("from", Self.date),
                    ("to", Self.date), ("depotId", Self.id), ("orderId", Self.id),
                ] + ListQuery.properties(sort: Trips.sortable.map(\.name))
            ),
            output: Shape.page(of: TripShapes.trip),
            roles: Self.readers,
            body: .read { input, invocation, reader in
                let scope = invocation.scope
                let query = try ListQuery(
                    reading: input,
                    columns: Trips.sortable,
                    standard: "-createdAt",
                    key: .init("id", "id")
                )
                var rows = RowFilter("organisation = ?", [.id(scope.organisation)])
                let statuses = try input.optional("status").map(TripStatus.list) ?? []
                rows.add("status", in: statuses.map { .text($0.rawValue) })
                for (name, condition) in [
                    ("date", "date = ?"), ("from", "date >= ?"), ("to", "date <= ?"),
                ] {
                    rows.add(
                        condition,
                        ifAny: try input.optional(name).map { .date(try $0.date()) } ?? .null
                    )
                }
                if let depot = try input.optional("depotId") {
                    rows.add("depot = ?", .id(try depot.id(Depot.self)))
                }
                if let order = try input.optional("orderId") {
                    rows.add(
                        """
                        id IN (SELECT trip FROM logistics_trip_order
                            WHERE organisation = ? AND order_id = ?)
                        """,
                        .id(scope.organisation),
                        .id(try order.id(Order.self))
                    )
                }
                let page = try Trips(scope: scope).list(rows, query, in: reader)
                let view = TripView(scope: scope)
                return [
                    "items": .array(try page.items.map { try view.json($0, in: reader) }),
                    "nextCursor": page.next,
                ]
            }
        )
    }

    private func getTrip() throws -> Tool {
        try Tool(
            name: "logistics.get-trip",
            purpose: "Shows a shared trip: its stops, what each order pays, what it saves.",
            input: Self.object([("id", Self.text)], required: ["id"]),
            output: TripShapes.trip,
            roles: Self.readers,
            body: .read { input, invocation, reader in
                let trip = try Trips(scope: invocation.scope).trip(
                    Self.tripID(input.member("id")),
                    in: reader
                )
                return try TripView(scope: invocation.scope).json(trip, in: reader)
            }
        )
    }

    private func getTripLayout() throws -> Tool {
        try Tool(
            name: "logistics.get-trip-layout",
            purpose: "Shows where every box of a shared trip's orders stands in its vehicle.",
            input: Self.object([("id", Self.text)], required: ["id"]),
            output: TripShapes.layout,
            roles: Self.readers.union(Self.loaders),
            body: .compute { [self] input, invocation in
                let scope = invocation.scope
                let id = try Self.tripID(input.member("id"))
                let (trip, vehicle, lines) = try await kernel.database.read { reader in
                    let trip = try Trips(scope: scope).trip(id, in: reader)
                    return (
                        trip, try Fleet(scope: scope).vehicle(trip.vehicle, in: reader),
                        try TripLines(of: trip, scope: scope, in: reader)
                    )
                }
                let (document, version) = try await tripLayout(of: id, scope)
                var shown = SavedLayout.shown(document, on: vehicle, items: lines.items)
                shown["tripId"] = id.json
                shown["reference"] = .string(trip.reference)
                shown["version"] = .int(version)
                return shown
            }
        )
    }

    /// The newest layout document of a trip with its version.
    func tripLayout(
        of trip: ID<TripRecord>,
        _ scope: Scope
    ) async throws -> (document: JSON, version: Int) {
        let object = try await kernel.objects.read(
            ObjectKey(TripRecord.layoutKey(trip)),
            version: nil,
            scope: scope
        )
        return (try JSON(parsing: object.bytes), object.version.version)
    }
}

/// The lines of all orders of a trip, under the names that its boxes have.
struct TripLines {
    /// With ids such as `LO-000012/item-1`, and the trip's stops.
    var items: [OrderItem] = []

    /// What the boxes of an order's vehicles are of: its own lines, or those of the trip that it goes with.
    static func of(
        _ order: Order,
        _ loads: [SavedLayout.BookedLoad],
        scope: Scope,
        in reader: any Reader
    ) throws -> [OrderItem] {
        guard let trip = loads.first?.booking.trip else { return order.items }
        return try TripLines(
            of: Trips(scope: scope).trip(trip, in: reader),
            scope: scope,
            in: reader
        ).items
    }

    init(of trip: TripRecord, scope: Scope, in reader: any Reader) throws {
        for id in trip.orders {
            let order = try Orders(scope: scope).order(id, in: reader)
            for line in order.items {
                var line = line
                line.id = "\(order.reference)/\(line.id)"
                items.append(line)
            }
        }
    }
}
