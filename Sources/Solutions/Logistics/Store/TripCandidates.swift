import Core
import Store

/// The orders of a day and depot that could share vehicles, and the vehicles that there are for them.
struct TripCandidates {
    /// An order with the one vehicle that it is booked on.
    struct Candidate {
        var order: Order
        var booking: Booking
        var vehicle: Vehicle
        var readySeconds: Int
    }

    /// An order that is not looked at.
    struct Left {
        var order: Order
        var reason: String
    }

    /// At most this many orders of a day are looked through.
    private static let most = 1_000

    var orders: [Candidate] = []
    var left: [Left] = []
    /// Vehicles that nobody has booked on the day.
    var free: [Vehicle]
    var depots: [Depot]
    /// Which goods do not travel near each other.
    var keepApart: KeepApartRules

    /// Looks through the orders of a day and depot.
    ///
    /// A vehicle's booking is only touched when its order agrees to a trip, so of booked orders those count
    /// that have one vehicle each and are not being loaded yet.
    init(
        on date: CalendarDate,
        from depot: Depot,
        region: TripRegion,
        scope: Scope,
        in reader: any Reader
    ) throws {
        let fleet = Fleet(scope: scope)
        free = try fleet.available(on: date, in: reader)
        depots = try fleet.depots(in: reader)
        keepApart = try KeepApartRecords(scope: scope).rules(in: reader)
        let found = try reader.query(
            """
            SELECT body FROM logistics_order WHERE organisation = ? AND requested_date = ?
                AND status IN ('received', 'analysed', 'booked', 'failed')
            ORDER BY reference LIMIT \(Self.most)
            """,
            [.id(scope.organisation), .date(date)]
        ) { try Order(record: try $0.json(0)) }
        for order in found where order.depot == depot.id {
            if let reason = try admit(order, depot, region, scope, in: reader) {
                left.append(Left(order: order, reason: reason))
            }
        }
    }

    /// Takes an order in; otherwise the reason why not.
    private mutating func admit(
        _ order: Order,
        _ depot: Depot,
        _ region: TripRegion,
        _ scope: Scope,
        in reader: any Reader
    ) throws -> String? {
        switch order.status {
        case .failed: return "its processing failed; it has no vehicle to compare with"
        case .received, .analysed: return "it is still being processed"
        default: break
        }
        let inside = order.deliveries.allSatisfy {
            region.contains($0.address, from: depot.address.coordinate)
        }
        guard inside else { return "it goes elsewhere than the region asked for" }
        let held = try Bookings(scope: scope).bookings(of: order.id, in: reader)
            .filter(\.status.holdsVehicle)
        guard let booking = held.first else { return "it has no vehicle any more" }
        guard held.count == 1 else { return "it needs \(held.count) vehicles" }
        if let trip = booking.trip {
            let reference = try Trips(scope: scope).trip(trip, in: reader).reference
            return "it goes with \(reference)"
        }
        if try Self.isBeingLoaded(booking.id, scope, in: reader) { return "it is being loaded" }
        guard orders.count < ConsolidationProblem.mostOrders else {
            return "at most \(ConsolidationProblem.mostOrders) orders are looked at together; "
                + "choose a smaller region"
        }
        orders.append(
            Candidate(
                order: order,
                booking: booking,
                vehicle: try Fleet(scope: scope).vehicle(booking.vehicle, in: reader),
                readySeconds: try Delays(scope: scope).readySeconds(
                    of: order.id,
                    on: order.requestedDate,
                    in: reader
                )
            )
        )
        return nil
    }

    static func isBeingLoaded(
        _ booking: ID<Booking>,
        _ scope: Scope,
        in reader: any Reader
    ) throws -> Bool {
        guard let progress = try Loadings(scope: scope).progress(of: booking, in: reader) else {
            return false
        }
        return progress.placed + progress.problems > 0
    }
}

extension ConsolidationProblem {
    /// The problem of orders as they are in the store, each with the number of the vehicle that it holds.
    ///
    /// `depots` tells where the vehicles stand; everything is loaded at `depot`.
    init(
        on date: CalendarDate,
        orders: [(order: Order, vehicle: Int?, readySeconds: Int)],
        vehicles: [Vehicle],
        depot: Depot,
        depots: [Depot],
        keepApart: KeepApartRules,
        limits: Limits,
        source: any DistanceSource
    ) async throws {
        var places = [depot.address.coordinate]
        func place(_ coordinate: Coordinate) -> Int {
            if let known = places.firstIndex(of: coordinate) { return known }
            places.append(coordinate)
            return places.count - 1
        }
        let wishes = orders.map { entry in
            Wish(
                id: entry.order.id,
                reference: entry.order.reference,
                stops: entry.order.deliveries.map { delivery in
                    Stop(
                        place: place(delivery.address.coordinate),
                        items: entry.order.items.filter { $0.stop == delivery.stop }
                    )
                },
                vehicle: entry.vehicle,
                readySeconds: entry.readySeconds
            )
        }
        let carriers = vehicles.map { vehicle in
            let stand = depots.first { $0.id == vehicle.depot } ?? depot
            return Carrier(
                vehicle,
                start: stand.id == depot.id ? 0 : place(stand.address.coordinate)
            )
        }
        self.init(
            date: date,
            orders: wishes,
            vehicles: carriers,
            meters: try await Self.distances(between: places, by: source),
            keepApart: keepApart.rules,
            limits: limits
        )
    }

    /// How far it is from each place to each: one journey a place, there and back to every other.
    private static func distances(
        between places: [Coordinate],
        by source: any DistanceSource
    ) async throws -> [[Int]] {
        var meters: [[Int]] = []
        for from in places {
            let legs = try await source.legMeters(along: places.flatMap { [from, $0] })
            meters.append(stride(from: 0, to: legs.count, by: 2).map { legs[$0] })
        }
        return meters
    }
}
