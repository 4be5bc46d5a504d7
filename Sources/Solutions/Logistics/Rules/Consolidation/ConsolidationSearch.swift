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
    static let kindsTried = 3
    /// At most so many sequences of stops are tried for a merge, the shortest first.
    static let sequencesTried = 6

    let problem: ConsolidationProblem
    let emissions: EmissionFactors
    var packing: TripPacking
    private(set) var groups: [Int: Group] = [:]
    /// What each order costs alone, by number.
    private(set) var separate: [Int: SeparateTrip] = [:]
    private(set) var merges: [Consolidation.Merge] = []
    private(set) var holders: [Int: Int] = [:]
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
}
