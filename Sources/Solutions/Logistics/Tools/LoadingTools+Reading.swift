import Agents
import Core
import Platform
import Store

extension LogisticsTools {
    func listLoads() throws -> Tool {
        try Tool(
            name: "logistics.list-loads",
            purpose: "Lists the booked vehicles that are to be loaded in a period, with progress.",
            input: Self.object([("from", Self.date), ("to", Self.date)]),
            output: Shape.page(
                of: LoadingShapes.entry,
                and: [("from", Shape.date), ("to", Shape.date)]
            ),
            roles: Self.loaders,
            body: .read { [self] input, invocation, reader in
                let from = try input.optional("from")?.date() ?? today(invocation)
                let to = try input.optional("to")?.date() ?? from.advanced(by: 13)
                try Self.checkPeriod(from, to, input)
                let entries = try FleetCalendar(scope: invocation.scope).bookings(
                    from: from,
                    to: to,
                    in: reader
                )
                let items = try entries.filter { $0.booking.status == .booked }.compactMap {
                    try load($0, invocation.scope, in: reader)
                }
                return [
                    "from": .string(from.description), "to": .string(to.description),
                    "items": .array(items), "nextCursor": .null,
                ]
            }
        )
    }

    private func load(
        _ entry: FleetCalendar.Entry,
        _ scope: Scope,
        in reader: any Reader
    ) throws -> JSON? {
        let fleet = Fleet(scope: scope)
        let vehicle = try fleet.vehicle(entry.booking.vehicle, in: reader)
        var (reference, pieces) = (entry.orderReference, entry.pieces)
        if let id = entry.booking.trip {
            // A shared vehicle is loaded once.
            let lead = try Bookings(scope: scope).bookings(of: id, in: reader).first
            guard lead?.id == entry.booking.id else { return nil }
            let trip = try Trips(scope: scope).trip(id, in: reader)
            reference = try Self.references(of: trip, scope, in: reader)
            pieces = trip.document["load"]?["boxes"]?.int ?? pieces
        }
        let progress = try Loadings(scope: scope).progress(of: entry.booking.id, in: reader)
        return [
            "bookingId": entry.booking.id.json, "orderId": entry.booking.order.json,
            "orderReference": .string(reference),
            "date": .string(entry.booking.date.description),
            "status": .string(entry.booking.status.rawValue), "vehicle": vehicle.referenceJSON,
            "depot": try fleet.depot(vehicle.depot, in: reader).referenceJSON,
            "planned": .bool(entry.load != nil), "pieces": .int(progress?.total ?? pieces),
            "placed": .int(progress?.placed ?? 0), "problems": .int(progress?.problems ?? 0),
            "completedAt": progress?.completedAt?.json ?? .null,
        ]
    }

    /// The orders of a shared vehicle, in the order of its stops.
    static func references(
        of trip: TripRecord,
        _ scope: Scope,
        in reader: any Reader
    ) throws -> String {
        try trip.orders.map { try Orders(scope: scope).order($0, in: reader).reference }
            .joined(separator: ", ")
    }

    /// The booking that stands for the vehicle: the first one of a shared trip, else the same.
    func lead(of id: ID<Booking>, _ scope: Scope, in reader: any Reader) throws -> ID<Booking> {
        let bookings = Bookings(scope: scope)
        guard let trip = try bookings.booking(id, in: reader).trip else { return id }
        return try bookings.bookings(of: trip, in: reader).first?.id ?? id
    }

    func getLoad() throws -> Tool {
        try Tool(
            name: "logistics.get-load",
            purpose: "Shows a vehicle's load piece by piece in loading order, by booking or order.",
            input: Self.object([("id", Self.text)], required: ["id"]),
            output: LoadingShapes.sheet,
            roles: Self.loaders,
            body: .compute { [self] input, invocation in
                let scope = invocation.scope
                let (found, shown, version) = try await shownLayout(
                    try input.member("id").string(),
                    scope
                )
                return try await kernel.database.read { reader in
                    try sheet(found, shown, version, scope, in: reader)
                }
            }
        )
    }

    /// What a booking's or an order's id leads to, with its layout and the layout's version.
    func shownLayout(_ text: String, _ scope: Scope) async throws -> (Found, JSON, Int) {
        let (found, lines) = try await kernel.database.read { reader in
            let found = try Self.find(text, scope, in: reader)
            return (found, try TripLines.of(found.order, found.loads, scope: scope, in: reader))
        }
        let (document, version, _) = try await layout(of: found.order.id, scope)
        let shown = SavedLayout.shown(
            document,
            of: found.order,
            lines: lines,
            version: version,
            loads: found.loads
        )
        return (found, shown, version)
    }

    /// What a booking's or an order's id leads to.
    struct Found {
        var order: Order
        var loads: [SavedLayout.BookedLoad]
        var booking: ID<Booking>
    }

    static func find(
        _ text: String,
        _ scope: Scope,
        in reader: any Reader
    ) throws -> Found {
        func missing() -> GeneralFault {
            GeneralFault(
                .notFound,
                code: "load-not-found",
                "there is no booking or order \"\(text.prefix(60))\" with a vehicle to be loaded"
            )
        }
        var order: ID<Order>?
        var wanted: ID<Booking>?
        if let id = ID<Booking>(text) {
            do {
                let booking = try Bookings(scope: scope).booking(id, in: reader)
                (order, wanted) = (booking.order, id)
            } catch let fault as GeneralFault where fault.kind == .notFound {
                order = ID<Order>(text)
            }
        }
        guard var order, try Orders(scope: scope).exists(order, in: reader) else {
            throw missing()
        }
        // Of a shared vehicle every order leads to the one load that there is.
        let shared = try SavedLayout.booked(order, scope: scope, in: reader).first?.booking
        if let trip = shared?.trip,
            let lead = try Bookings(scope: scope).bookings(of: trip, in: reader).first
        {
            (order, wanted) = (lead.order, lead.id)
        }
        let loads = try SavedLayout.booked(order, scope: scope, in: reader)
        guard !loads.isEmpty else { throw missing() }
        let planned = loads.filter { $0.load != nil }
        guard let booking = wanted ?? planned.first?.booking.id else { throw noPlan }
        guard planned.contains(where: { $0.booking.id == booking }) else {
            throw loads.contains { $0.booking.id == booking } ? noPlan : missing()
        }
        return Found(
            order: try Orders(scope: scope).order(order, in: reader),
            loads: planned,
            booking: booking
        )
    }

    /// What a load is called and where it goes: of an order, or of the trip that it shares.
    struct Heading {
        var reference: String
        var stops: [(number: Int, name: String, city: String)]

        init(
            of order: Order,
            _ booking: Booking,
            _ scope: Scope,
            in reader: any Reader
        ) throws {
            guard let id = booking.trip else {
                reference = order.reference
                stops = order.deliveries.map { ($0.stop, $0.address.name, $0.address.city) }
                return
            }
            let trip = try Trips(scope: scope).trip(id, in: reader)
            reference = try LogisticsTools.references(of: trip, scope, in: reader)
            let shown = try TripView(scope: scope).json(trip, in: reader)
            stops = (shown["stops"]?.array ?? []).map { stop in
                (
                    stop["stop"]?.int ?? 0, stop["name"]?.string ?? "–",
                    stop["city"]?.string ?? "–"
                )
            }
        }
    }

    private func sheet(
        _ found: Found,
        _ shown: JSON,
        _ version: Int,
        _ scope: Scope,
        in reader: any Reader
    ) throws -> JSON {
        let loadings = Loadings(scope: scope)
        let vehicles = shown["vehicles"]?.array ?? []
        guard let mine = vehicles.first(where: { $0["bookingId"] == found.booking.json }),
            let entry = found.loads.first(where: { $0.booking.id == found.booking })
        else { throw Self.noPlan }
        let pieces = try loadings.pieces(of: found.booking, in: reader)
        let boxes = (mine["boxes"]?.array ?? []).map { box -> JSON in
            var box = box
            let piece = pieces[box["sequence"]?.int ?? 0]
            box["state"] = .string(piece?.mark.name ?? "open")
            if let piece, case .problem(let trouble, let note) = piece.mark {
                box["reason"] = .string(trouble.rawValue)
                box["note"] = .optional(note)
            }
            return box
        }
        let others = try vehicles.compactMap { vehicle -> JSON? in
            guard let id = vehicle["bookingId"]?.string.flatMap({ ID<Booking>($0) }) else {
                return nil
            }
            let count = vehicle["boxes"]?.array?.count ?? 0
            let known = try loadings.progress(of: id, in: reader)
            var json = (known ?? .init(total: count, placed: 0, problems: 0)).json
            json["bookingId"] = id.json
            json["name"] = vehicle["vehicle"]?["name"] ?? .null
            return json
        }
        let depot = try Fleet(scope: scope).depot(entry.vehicle.depot, in: reader)
        let heading = try Heading(of: found.order, entry.booking, scope, in: reader)
        return [
            "bookingId": found.booking.json, "orderId": found.order.id.json,
            "orderReference": .string(heading.reference),
            "date": .string(entry.booking.date.description),
            "status": .string(entry.booking.status.rawValue),
            "vehicle": entry.vehicle.referenceJSON, "depot": depot.referenceJSON,
            "container": mine["container"] ?? .null, "layoutVersion": .int(version),
            "stops": .array(
                heading.stops.map { stop in
                    [
                        "stop": .int(stop.number), "name": .string(stop.name),
                        "city": .string(stop.city),
                    ]
                }
            ),
            "lifting": [
                "oneGrams": .int(LiftingAdvice.onePersonGrams),
                "twoGrams": .int(LiftingAdvice.twoPeopleGrams),
                "source": .string(LiftingAdvice.source),
            ],
            "vehicles": .array(others), "boxes": .array(boxes),
        ]
    }

    /// A period of 1 to 62 days.
    static func checkPeriod(
        _ from: CalendarDate,
        _ to: CalendarDate,
        _ input: JSONReader
    ) throws {
        let days = to.daysSinceEpoch - from.daysSinceEpoch + 1
        guard (1...62).contains(days) else {
            throw GeneralFault(
                .invalid,
                code: "invalid-value",
                days < 1 ? "\"to\" must not be before \"from\"" : "at most 62 days, not \(days)",
                pointer: "/to"
            )
        }
    }
}
