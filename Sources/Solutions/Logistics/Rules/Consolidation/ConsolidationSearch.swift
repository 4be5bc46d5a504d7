import Core

/// The routes as they are, and how they become fewer.
struct ConsolidationSearch {
    /// A route with its vehicle; shared ones with their load.
    struct Group {
        var id: Int
        var course: RouteCourse
        var load: (problem: LoadProblem, layout: Layout)?
        var isShared: Bool { load != nil }

        var figures: SeparateTrip {
            SeparateTrip(cost: course.cost, meters: course.meters, co2Grams: course.co2Grams)
        }
    }

    /// Two groups that may become one.
    private struct Candidate {
        var one: Int
        var other: Int
        var saved: SeparateTrip
    }

    /// Of a load at most so many kinds of vehicle are packed, the cheapest first.
    private static let kindsTried = 3
    /// At most so many sequences of stops are tried for a merge, the shortest first.
    private static let sequencesTried = 6

    let problem: ConsolidationProblem
    let emissions: EmissionFactors
    var packing: TripPacking
    private(set) var groups: [Int: Group] = [:]
    /// What each order costs alone, by number.
    private(set) var separate: [Int: SeparateTrip] = [:]
    private(set) var merges: [Consolidation.Merge] = []
    private var holders: [Int: Int] = [:]
    private var refusals: [Int: (saved: Int64, reason: String)] = [:]
    private var nextID = 0

    init(
        _ problem: ConsolidationProblem,
        emissions: EmissionFactors,
        packer: Packer
    ) throws(GeneralFault) {
        self.problem = problem
        self.emissions = emissions
        packing = TripPacking(problem, packer: packer)
        for order in problem.orders.indices {
            guard let vehicle = problem.orders[order].vehicle else { continue }
            holders[vehicle] = order
            let course = try problem.course(
                problem.visits(of: order),
                with: vehicle,
                emissions: emissions
            )
            let group = add(course, load: nil)
            separate[order] = group.figures
        }
    }

    @discardableResult
    private mutating func add(
        _ course: RouteCourse,
        load: (problem: LoadProblem, layout: Layout)?
    ) -> Group {
        let group = Group(id: nextID, course: course, load: load)
        groups[nextID] = group
        nextID += 1
        return group
    }

    func reason(for order: Int) -> String {
        refusals[order]?.reason
            ?? "shared with any other order it would cost, drive or emit more"
    }

    // MARK: Merging

    /// Makes one route of two, the pair that saves most first, until none does.
    mutating func merge() throws {
        var pairs: [Candidate] = []
        let ids = groups.keys.sorted()
        for (index, one) in ids.enumerated() {
            for other in ids[(index + 1)...] {
                if let pair = try candidate(one, other) { pairs.append(pair) }
            }
        }
        var refused: [Consolidation.Merge] = []
        while !pairs.isEmpty {
            pairs.sort {
                ($1.saved.cost, $0.one, $0.other) < ($0.saved.cost, $1.one, $1.other)
            }
            let pair = pairs.removeFirst()
            guard let one = groups[pair.one], let other = groups[pair.other] else { continue }
            let orders = problem.orders(of: one.course.route + other.course.route)
            var refusal: String?
            let found = try best(
                of: sequences(from: [one.course.route, other.course.route]),
                below: one.figures + other.figures,
                replacing: [one.id, other.id],
                refusal: &refusal
            )
            guard let found else {
                let reason = refusal ?? "it would not cost less"
                refused.append(.init(orders: orders, saved: pair.saved, refusal: reason))
                note(orders, one, other, pair.saved.cost, reason)
                continue
            }
            (groups[one.id], groups[other.id]) = (nil, nil)
            let merged = add(found.course, load: found.load)
            merges.append(
                .init(
                    orders: orders,
                    saved: one.figures + other.figures - merged.figures,
                    refusal: nil
                )
            )
            pairs.removeAll { groups[$0.one] == nil || groups[$0.other] == nil }
            for id in groups.keys.sorted() where id != merged.id {
                if let pair = try candidate(id, merged.id) { pairs.append(pair) }
            }
        }
        refused.sort { ($1.saved.cost, $0.orders.count) < ($0.saved.cost, $1.orders.count) }
        merges += refused.prefix(Consolidation.mostRefusals)
    }

    /// What two groups would save at best, the goods not yet packed; nil when nothing.
    private func candidate(_ one: Int, _ other: Int) throws -> Candidate? {
        guard let first = groups[one], let second = groups[other] else { return nil }
        let apart = first.figures + second.figures
        let route = sequences(from: [first.course.route, second.course.route])[0]
        let cheapest = try courses(route, replacing: [one, other])
            .first {
                $0.cost < apart.cost && $0.meters <= apart.meters && $0.co2Grams <= apart.co2Grams
            }
        guard let cheapest else { return nil }
        let shared = SeparateTrip(
            cost: cheapest.cost,
            meters: cheapest.meters,
            co2Grams: cheapest.co2Grams
        )
        return Candidate(one: one, other: other, saved: apart - shared)
    }

    /// Keeps the best reason why an order goes alone.
    private mutating func note(
        _ orders: [Int],
        _ one: Group,
        _ other: Group,
        _ saved: Int64,
        _ reason: String
    ) {
        for order in orders where saved > refusals[order]?.saved ?? 0 {
            let mine = one.course.route.contains { $0.order == order } ? other : one
            let partners = problem.orders(of: mine.course.route).map {
                problem.orders[$0].reference
            }
            refusals[order] = (saved, "with \(partners.joined(separator: " and ")): \(reason)")
        }
    }

    // MARK: Improving

    /// Changes places of stops and orders while that costs less.
    mutating func improve() throws {
        var changed = true
        while changed, !packing.isExhausted {
            changed = false
            for id in groups.keys.sorted() {
                guard let group = groups[id], group.isShared else { continue }
                let better = try improved(group)
                if better.course.cost < group.course.cost {
                    groups[id] = Group(id: id, course: better.course, load: better.load)
                    changed = true
                }
            }
            if try relocate() { changed = true }
        }
    }

    /// The group with its stops in the best sequence found.
    mutating func improved(_ group: Group) throws -> Group {
        var best = group
        var better = true
        while better, !packing.isExhausted {
            better = false
            let shorter = RouteMoves.neighbours(of: best.course.route)
                .filter { problem.keepsSequences($0) }
                .map { (route: $0, length: problem.length(of: $0)) }
                .filter { $0.length < problem.length(of: best.course.route) }
                .sorted { $0.length < $1.length }
                .prefix(Self.sequencesTried)
            var refusal: String?
            for candidate in shorter {
                let found = try self.best(
                    of: [candidate.route],
                    below: best.figures,
                    replacing: [group.id],
                    refusal: &refusal
                )
                if let found {
                    best = Group(id: group.id, course: found.course, load: found.load)
                    better = true
                    break
                }
            }
        }
        return best
    }

    /// Moves one order from a shared route to another route; false when none would save.
    private mutating func relocate() throws -> Bool {
        let ids = groups.keys.sorted()
        for from in ids {
            for order in problem.orders(of: groups[from]?.course.route ?? []) {
                for to in ids where to != from {
                    guard !packing.isExhausted else { return false }
                    guard let source = groups[from], source.isShared, let target = groups[to]
                    else { continue }
                    if try relocate(order, from: source, to: target) { return true }
                }
            }
        }
        return false
    }

    private mutating func relocate(
        _ order: Int,
        from source: Group,
        to target: Group
    ) throws -> Bool {
        let rest = source.course.route.filter { $0.order != order }
        guard let left = try remainder(rest, source, target) else { return false }
        let room = source.figures + target.figures - left.figures
        guard room.cost > 0, room.meters > 0, room.co2Grams > 0 else { return false }
        let inserted = RouteMoves.inserting(
            problem.visits(of: order),
            into: target.course.route,
            length: problem.length
        )
        var refusal: String?
        // What the rest goes with is not to be had.
        let taken = left.isShared ? left.course.vehicle : nil
        let found = try best(
            of: [inserted],
            below: room,
            replacing: [source.id, target.id],
            without: taken,
            refusal: &refusal
        )
        guard let found else { return false }
        (groups[source.id], groups[target.id]) = (nil, nil)
        add(left.course, load: left.load)
        add(found.course, load: found.load)
        return true
    }

    /// What stays of a route that an order leaves: alone again when it is the last.
    private mutating func remainder(
        _ rest: [Visit],
        _ source: Group,
        _ target: Group
    ) throws -> Group? {
        let orders = problem.orders(of: rest)
        if orders.count == 1, let vehicle = problem.orders[orders[0]].vehicle {
            let course = try problem.course(rest, with: vehicle, emissions: emissions)
            return Group(id: source.id, course: course, load: nil)
        }
        var refusal: String?
        let found = try best(
            of: [rest],
            below: source.figures,
            replacing: [source.id],
            refusal: &refusal
        )
        return found.map { Group(id: source.id, course: $0.course, load: $0.load) }
    }

    // MARK: Weighing

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
    private func courses(
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
