import Core

/// What routes cost, whether they can be driven and loaded, and the trips that they make.
extension ConsolidationSearch {
    /// Sequences in which the visits of routes could follow each other, the shortest first.
    func sequences(from routes: [[Visit]]) -> [[Visit]] {
        var found: Set<[Visit]> = []
        if routes.count == 2 {
            for one in [routes[0], routes[0].reversed()] {
                for other in [routes[1], routes[1].reversed()] {
                    found.insert(one + other)
                    found.insert(other + one)
                }
            }
        } else {
            found.formUnion(routes)
        }
        found = found.filter { problem.keepsSequences($0) }
        func sorted(_ routes: Set<[Visit]>) -> [[Visit]] {
            routes.map { (route: $0, length: problem.length(of: $0)) }
                .sorted { ($0.length, $0.route.text) < ($1.length, $1.route.text) }
                .map(\.route)
        }
        if let shortest = sorted(found).first {
            let better = RouteMoves.descended(shortest) { route in
                problem.keepsSequences(route) ? problem.length(of: route) : nil
            }
            found.insert(better)
            if problem.keepsSequences(better.reversed()) { found.insert(better.reversed()) }
        }
        return sorted(found)
    }

    /// The courses of a route with each vehicle that may be had for it and bears it, cheapest first, and
    /// at the same price the smallest.
    func courses(
        _ route: [Visit],
        replacing: Set<Int>,
        without taken: Int? = nil
    ) throws -> [RouteCourse] {
        let orders = Set(route.map(\.order))
        let used = Set(
            groups.values.filter { $0.isShared && !replacing.contains($0.id) }.map(\.course.vehicle)
        )
        let weight = problem.weightGrams(of: route)
        let volume = problem.volumeMm3(of: route)
        var found: [RouteCourse] = []
        for (number, carrier) in problem.vehicles.enumerated() {
            guard !used.contains(number), number != taken,
                holders[number].map({ orders.contains($0) }) ?? true,
                carrier.vehicle.payloadGrams >= weight, carrier.vehicle.volumeMm3 >= volume
            else { continue }
            found.append(try problem.course(route, with: number, emissions: emissions))
        }
        func size(_ course: RouteCourse) -> Int {
            problem.vehicles[course.vehicle].vehicle.volumeMm3
        }
        return found.sorted {
            ($0.cost, size($0), $0.vehicle) < ($1.cost, size($1), $1.vehicle)
        }
    }

    /// The cheapest course of these sequences that costs less than `ceiling`, drives and emits no more,
    /// keeps all limits and is packed; nil, and why, when there is none.
    mutating func best(
        of sequences: [[Visit]],
        below ceiling: SeparateTrip?,
        replacing: Set<Int> = [],
        without taken: Int? = nil,
        refusal: inout String?
    ) throws -> (course: RouteCourse, load: (problem: LoadProblem, layout: Layout))? {
        var best: (course: RouteCourse, load: (problem: LoadProblem, layout: Layout))?
        var anyVehicle = false
        for route in sequences.prefix(Self.sequencesTried) {
            var kinds: Set<String> = []
            for course in try courses(route, replacing: replacing, without: taken) {
                anyVehicle = true
                if let best, course.cost >= best.course.cost { break }
                if let ceiling {
                    if course.cost >= ceiling.cost { break }
                    guard course.meters <= ceiling.meters, course.co2Grams <= ceiling.co2Grams
                    else { continue }
                }
                if let objection = problem.objection(to: course) {
                    refusal = refusal ?? objection
                    continue
                }
                let kind = problem.vehicles[course.vehicle].kind
                guard kinds.contains(kind.id) || kinds.count < Self.kindsTried else { break }
                kinds.insert(kind.id)
                switch try packing.pack(route, into: kind) {
                case .refused(let reason): refusal = refusal ?? "the goods \(reason)"
                case .packed(let problem, let layout):
                    best = (course, (problem, layout))
                }
                if best?.course.vehicle == course.vehicle { break }
            }
        }
        if !anyVehicle {
            refusal = refusal ?? "no vehicle that is free, or theirs, bears all of it"
        }
        return best
    }

    // MARK: The result

    func trip(_ group: Group, separate: [Int: SeparateTrip]) throws -> SharedTrip {
        guard let load = group.load else {
            throw GeneralFault(.internal, code: "not-packed", "a trip has no load")
        }
        return try trip(group.course, load, separate: separate)
    }

    private func trip(
        _ course: RouteCourse,
        _ load: (problem: LoadProblem, layout: Layout),
        separate: [Int: SeparateTrip]
    ) throws -> SharedTrip {
        let laden = course.legs.suffix(course.route.count)
        let stops = zip(zip(course.route, laden), course.arrivals).map { visit, arrival in
            SharedTrip.Stop(
                order: visit.0.order,
                stop: visit.0.stop,
                meters: visit.1,
                arrival: arrival
            )
        }
        let orders = problem.orders(of: course.route)
        let alone = orders.map { separate[$0] ?? SeparateTrip(cost: 0, meters: 0, co2Grams: 0) }
        let parts = CostSharing.parts(of: course.cost, by: alone.map(\.cost))
        let vehicle = problem.vehicles[course.vehicle].vehicle
        let shares = try zip(orders, zip(alone, parts)).map { order, figures in
            SharedTrip.Share(
                order: order,
                separate: figures.0,
                price: Money(minorUnits: figures.1, currency: course.price.total.currency),
                co2Grams: try emissions.emission(
                    vehicleClass: vehicle.vehicleClass,
                    refrigerated: vehicle.refrigerated,
                    legs: LoadedLeg.legs(
                        meters: Array(laden),
                        unloadedGrams: course.route.map { visit in
                            visit.order == order
                                ? problem.stop(visit).items.reduce(0) { $0 + $1.totalWeightGrams }
                                : 0
                        }
                    )
                ).grams,
                arrival: stops.last { $0.order == order }?.arrival ?? course.departure
            )
        }
        return SharedTrip(
            vehicle: course.vehicle,
            departure: course.departure,
            emptyMeters: course.legs.count > course.route.count ? course.legs[0] : 0,
            stops: stops,
            meters: course.meters,
            price: course.price,
            co2Grams: course.co2Grams,
            load: load.problem,
            layout: load.layout,
            shares: shares
        )
    }
}

extension [Visit] {
    /// Tells routes apart where they are sorted.
    fileprivate var text: String { map { "\($0.order).\($0.stop)" }.joined(separator: " ") }
}
