import Core
import Store

/// A trip that is computed again: who is still on it, and what it was.
struct TripRework: Sendable {
    private var trip: TripRecord
    private var depot: Depot
    private var depots: [Depot]
    /// The orders that still belong to it.
    private var orders: [(order: Order, readySeconds: Int, separate: SeparateTrip)] = []
    /// References of those that do not.
    private var gone: [String] = []
    private var vehicles: [Vehicle]
    private var keepApart: KeepApartRules
    private var isLoading = false
    private var isChanged = false
    private var before: SeparateTrip
    private var currency: Currency

    init(_ id: ID<TripRecord>, scope: Scope, in reader: any Reader) throws {
        trip = try Trips(scope: scope).trip(id, in: reader)
        let fleet = Fleet(scope: scope)
        depot = try fleet.depot(trip.depot, in: reader)
        depots = try fleet.depots(in: reader)
        keepApart = try KeepApartRecords(scope: scope).rules(in: reader)
        let document = JSONReader(trip.document)
        before = try SeparateTrip(reading: document)
        currency = try Money(reading: document.member("price")).currency
        let aboard = try Bookings(scope: scope).bookings(of: id, in: reader)
        vehicles = try fleet.available(on: trip.date, in: reader)
        let current = try fleet.vehicle(trip.vehicle, in: reader)
        if trip.status == .accepted, !aboard.isEmpty { vehicles.append(current) }
        for part in try document.member("orders").array() {
            let order = try Orders(scope: scope).order(part.member("orderId").id(), in: reader)
            let held = try Bookings(scope: scope).bookings(of: order.id, in: reader)
                .first(where: \.status.holdsVehicle)
            guard belongs(order, held) else {
                gone.append(order.reference)
                continue
            }
            if trip.status == .proposed, let held {
                vehicles.append(try fleet.vehicle(held.vehicle, in: reader))
            }
            let ready = try Delays(scope: scope).readySeconds(
                of: order.id,
                on: trip.date,
                in: reader
            )
            if ready != (try part.optional("readySeconds")?.int() ?? 0) { isChanged = true }
            orders.append((order, ready, try SeparateTrip(reading: part.member("separate"))))
        }
        let unique = Dictionary(vehicles.map { ($0.id, $0) }, uniquingKeysWith: { one, _ in one })
        vehicles = unique.values.filter { [currency] in $0.rates.currency == currency }
            .sorted { $0.name < $1.name }
        isChanged = isChanged || !gone.isEmpty
        if let first = aboard.first {
            isLoading = try TripCandidates.isBeingLoaded(first.id, scope, in: reader)
        }
    }

    private func belongs(_ order: Order, _ held: Booking?) -> Bool {
        guard order.status == .booked, order.requestedDate == trip.date, let held else {
            return false
        }
        return trip.status == .accepted ? held.trip == trip.id : held.trip == nil
    }

    /// What is to be done when nothing needs computing; nil when something does.
    var settled: JSON? {
        guard trip.status.isOpen else { return answer("keep", "it is \(trip.status.rawValue)") }
        guard isChanged else { return answer("keep", "nothing about it has changed") }
        guard !isLoading else { return answer("keep", "it is being loaded; people decide") }
        if orders.isEmpty { return answer("withdraw", "no order is left on it") }
        if trip.status == .proposed, orders.count < 2 {
            return answer("withdraw", "\(orders[0].order.reference) is left alone on it")
        }
        return nil
    }

    /// The trip computed with those who are left; who is so late that the others cannot wait leaves.
    func computed(
        _ source: any DistanceSource,
        _ emissions: EmissionFactors,
        _ workers: WorkerPool
    ) async throws -> JSON {
        var aboard = orders
        var leaving: [Order] = []
        var refusal: String?
        while !aboard.isEmpty {
            let problem = try await ConsolidationProblem(
                on: trip.date,
                orders: aboard.map { ($0.order, nil, $0.readySeconds) },
                vehicles: vehicles,
                depot: depot,
                depots: depots,
                keepApart: keepApart,
                // What people agreed to is not given up for a detour.
                limits: .init(stops: 50, detourPercent: 1_000),
                source: source
            )
            let separate = aboard.map(\.separate)
            let (found, reason) = try await workers.value {
                let (trip, refusal) = try Consolidation.together(
                    problem,
                    separate: separate,
                    emissions: emissions
                )
                return (trip.map { (json: Self.json($0, problem), after: $0.shared) }, refusal)
            }
            if let found {
                return answer(
                    "replan",
                    because(leaving, refusal),
                    found.json,
                    after: found.after,
                    leave: leaving
                )
            }
            refusal = refusal ?? reason
            let latest = aboard.indices.max { aboard[$0].readySeconds < aboard[$1].readySeconds }
            guard let latest, aboard[latest].readySeconds > 0 else { break }
            leaving.append(aboard.remove(at: latest).order)
        }
        if aboard.isEmpty, trip.status == .accepted || trip.status == .proposed {
            return answer("withdraw", because(leaving, refusal))
        }
        return answer("keep", "it could not be planned again: \(refusal ?? "no reason is known")")
    }

    private static func json(_ trip: SharedTrip, _ problem: ConsolidationProblem) -> JSON {
        ["document": trip.json(in: problem), "layout": trip.layoutJSON(in: problem)]
    }

    private func because(_ leaving: [Order], _ refusal: String?) -> String {
        var parts: [String] = []
        if !gone.isEmpty { parts.append("\(gone.joined(separator: ", ")) left it") }
        let late = orders.filter { entry in
            entry.readySeconds > 0 && !leaving.contains { $0.id == entry.order.id }
        }
        if !late.isEmpty {
            parts.append(
                late.map { "\($0.order.reference) is ready \($0.readySeconds / 60) minutes later" }
                    .joined(separator: ", ")
            )
        }
        if !leaving.isEmpty {
            parts.append(
                "it cannot wait for \(leaving.map(\.reference).joined(separator: ", "))"
                    + (refusal.map { " (\($0))" } ?? "")
            )
        }
        return String(parts.joined(separator: "; ").prefix(480))
    }

    private func answer(
        _ action: String,
        _ reason: String,
        _ computed: JSON = .null,
        after: SeparateTrip? = nil,
        leave: [Order] = []
    ) -> JSON {
        [
            "action": .string(action), "reason": .string(reason), "version": .int(trip.version),
            "reference": .string(trip.reference), "trip": computed,
            "leave": .array(leave.map(\.id.json)),
            "gone": .array((gone + leave.map(\.reference)).map { .string($0) }),
            "before": before.json(currency), "after": after?.json(currency) ?? .null,
        ]
    }
}
