public import Core

/// One vehicle's way over the stops of its orders: when it is where, what it costs and emits.
struct RouteCourse: Sendable {
    var vehicle: Int
    var route: [Visit]
    /// From where the vehicle stands; the first leg is empty when that is not the depot.
    var legs: [Int]
    var departure: Timestamp
    /// When each stop is reached, waiting for windows included.
    var arrivals: [Timestamp]
    var price: PriceQuote
    /// What the vehicle itself emits on its way, averagely laden.
    var co2Grams: Int

    var meters: Int { legs.reduce(0, +) }
    var cost: Int64 { price.total.minorUnits }
}

extension ConsolidationProblem {
    /// The course of a route with a vehicle, whether or not it is allowed.
    func course(
        _ route: [Visit],
        with number: Int,
        emissions: EmissionFactors
    ) throws(GeneralFault) -> RouteCourse {
        let carrier = vehicles[number]
        var (legs, at) = ([Int](), carrier.start)
        // Everything is loaded at the depot.
        let places = (carrier.start == 0 ? [] : [0]) + route.map { stop($0).place }
        for place in places {
            legs.append(meters[at][place])
            at = place
        }
        let meters = legs.reduce(0, +)
        let ready = route.map { orders[$0.order].readySeconds }.max() ?? 0
        let departure = DrivingTime.departure(on: date) + .seconds(ready)
        let driven = DrivingTime(carrier.vehicle.vehicleClass)
            .arrivals(departure: departure, legMeters: legs).suffix(route.count)
        // Waiting shifts all that follows; that it may count as a break is left aside.
        var waited: Int64 = 0
        var arrivals: [Timestamp] = []
        for (visit, arrival) in zip(route, driven) {
            var arrival = arrival + .microseconds(waited)
            if let window = stop(visit).window, arrival < window.from {
                waited += (window.from - arrival).microseconds
                arrival = window.from
            }
            arrivals.append(arrival)
        }
        return RouteCourse(
            vehicle: number,
            route: route,
            legs: legs,
            departure: departure,
            arrivals: arrivals,
            price: try PriceQuote(
                vehicle: carrier.vehicle,
                distanceMeters: meters,
                weightGrams: weightGrams(of: route),
                volumeMm3: volumeMm3(of: route)
            ),
            co2Grams: try emissions.emission(of: carrier.vehicle, meters: meters).grams
        )
    }

    /// Why a course cannot be driven as the day and the customers ask; nil when it can.
    func objection(to course: RouteCourse) -> String? {
        let day = date.advanced(by: 1).start
        for (visit, arrival) in zip(course.route, course.arrivals) {
            let latest = min(stop(visit).window?.to ?? day, day)
            if arrival > latest {
                return "\(orders[visit.order].reference) would arrive at \(arrival), later than "
                    + "\(latest)"
            }
        }
        let usual = DrivingTime.departure(on: date)
        let leaves = (course.departure - usual).microseconds / 1_000_000
        for order in orders(of: course.route) {
            let waits = Int(leaves) - orders[order].readySeconds
            if waits > limits.waitMinutes * 60 {
                return "\(orders[order].reference) would wait \(waits / 60) minutes for the others"
            }
        }
        return detour(of: course.route)
    }

    private func detour(of route: [Visit]) -> String? {
        guard route.count <= limits.stops else {
            return "\(route.count) stops are more than \(limits.stops)"
        }
        for order in orders(of: route) {
            guard let last = route.lastIndex(where: { $0.order == order }) else { continue }
            let alone = length(of: visits(of: order))
            let shared = length(of: Array(route[...last]))
            if shared * 100 > alone * (100 + limits.detourPercent) {
                return "\(orders[order].reference) would travel \(shared / 1_000) km instead of "
                    + "\(alone / 1_000) km"
            }
        }
        return nil
    }
}
