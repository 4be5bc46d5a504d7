/// Chooses vehicles for a load: the smallest that takes all of it, or several when one is not enough.
public struct FleetPacker: Sendable {
    /// A kind of vehicle and how many of it there are.
    public struct Vehicle: Sendable, Hashable {
        /// Its cargo space.
        public var space: CargoSpace
        /// How many can be had; default 1.
        public var count: Int

        /// So many vehicles with this space.
        public init(_ space: CargoSpace, count: Int = 1) {
            self.space = space
            self.count = count
        }
    }

    /// One vehicle with what goes into it.
    public struct Loaded: Sendable, Hashable {
        /// The index of the vehicle's kind in the list given.
        public var vehicle: Int
        /// What was asked of this vehicle; `layout` refers to its items by index.
        public var problem: LoadProblem
        /// Where every box stands.
        public var layout: Layout
    }

    /// The vehicles chosen and what is left over.
    public struct Plan: Sendable, Hashable {
        /// The vehicles in the order in which they were filled.
        public var vehicles: [Loaded]
        /// How many boxes of each item, by id, are left over.
        public var unplaced: [String: Int]
        /// Why, by item id.
        public var reasons: [String: String]
    }

    private let packer: Packer

    /// A chooser that packs with `packer`.
    public init(packer: Packer = Packer()) {
        self.packer = packer
    }

    /// Plans the load.
    ///
    /// The budget in `options` is for the whole plan and is divided evenly among the attempts that
    /// may be needed. First each kind of vehicle, from the smallest, is tried for everything; when
    /// none takes it all, the largest left is filled and the rest planned in the same way.
    public func plan(
        _ items: [CargoItem],
        into vehicles: [Vehicle],
        support: SupportRule = .full,
        options: Packer.Options = Packer.Options()
    ) throws(PackingError) -> Plan {
        for vehicle in vehicles {
            try LoadProblem(space: vehicle.space, items: items, support: support).check()
        }
        var plan = Plan(vehicles: [], unplaced: [:], reasons: [:])
        var left: [CargoItem] = []
        for item in items {
            if let reason = Self.reasonToLeave(item, vehicles) {
                plan.unplaced[item.id] = item.quantity
                plan.reasons[item.id] = reason
            } else {
                left.append(item)
            }
        }
        var counts = vehicles.map(\.count)
        let slice = Self.slice(options, left, vehicles)
        while !left.isEmpty {
            let order = vehicles.indices.filter { counts[$0] > 0 }.sorted {
                let a = vehicles[$0].space
                let b = vehicles[$1].space
                return (a.volume, a.maxWeightGrams ?? .max, $0)
                    < (b.volume, b.maxWeightGrams ?? .max, $1)
            }
            guard
                let loaded = try next(left, order, vehicles.map(\.space), support, slice)
            else { break }
            counts[loaded.vehicle] -= 1
            left = left.enumerated().compactMap { index, item in
                var rest = item
                rest.quantity = loaded.layout.unplaced[index] ?? 0
                return rest.quantity > 0 ? rest : nil
            }
            plan.vehicles.append(loaded)
        }
        for item in left {
            plan.unplaced[item.id] = item.quantity
            plan.reasons[item.id] =
                "the vehicles that could take it are full; \(item.quantity) are left over"
        }
        return plan
    }

    /// The smallest vehicle that takes all of `items`, else the largest filled as well as it goes.
    private func next(
        _ items: [CargoItem],
        _ order: [Int],
        _ spaces: [CargoSpace],
        _ support: SupportRule,
        _ options: Packer.Options
    ) throws(PackingError) -> Loaded? {
        let volume = items.reduce(0) { $0 + $1.volume * $1.quantity }
        let weight = items.reduce(0) { $0 + $1.weightGrams * $1.quantity }
        var attempts: [Int: Loaded] = [:]
        for vehicle in order {
            let space = spaces[vehicle]
            if space.volume < volume || (space.maxWeightGrams ?? .max) < weight { continue }
            if items.contains(where: { $0.reasonNotToFit(space) != nil }) { continue }
            let problem = LoadProblem(space: space, items: items, support: support)
            let layout = try packer.pack(problem, options: options)
            let loaded = Loaded(vehicle: vehicle, problem: problem, layout: layout)
            if layout.unplaced.isEmpty { return loaded }
            attempts[vehicle] = loaded
        }
        for vehicle in order.reversed() {
            if let loaded = attempts[vehicle], !loaded.layout.boxes.isEmpty { return loaded }
            let problem = LoadProblem(space: spaces[vehicle], items: items, support: support)
            let layout = try packer.pack(problem, options: options)
            if !layout.boxes.isEmpty {
                return Loaded(vehicle: vehicle, problem: problem, layout: layout)
            }
        }
        return nil
    }

    /// Why no vehicle at all takes even one such box; nil when some does.
    private static func reasonToLeave(_ item: CargoItem, _ vehicles: [Vehicle]) -> String? {
        let available = vehicles.filter { $0.count > 0 }
        guard !available.isEmpty else { return "there is no vehicle" }
        guard available.allSatisfy({ item.reasonNotToFit($0.space) != nil }) else { return nil }
        // One vehicle's reason says enough: the largest one's.
        let largest = available.max { $0.space.volume < $1.space.volume }
        return largest.flatMap { item.reasonNotToFit($0.space) }.map {
            "even into the largest of \(available.count) kinds of vehicle it does not go: \($0)"
        }
    }

    /// One attempt's part of the budget.
    private static func slice(
        _ options: Packer.Options,
        _ items: [CargoItem],
        _ vehicles: [Vehicle]
    ) -> Packer.Options {
        let volume = items.reduce(0) { $0 + $1.volume * $1.quantity }
        let largest = vehicles.map(\.space.volume).max() ?? 1
        let needed = min(volume / max(largest, 1) + 2, vehicles.reduce(0) { $0 + $1.count })
        let attempts = max(1, vehicles.count + needed)
        var slice = options
        switch options.budget {
        case .seconds(let seconds): slice.budget = .seconds(seconds / Double(attempts))
        case .iterations(let count): slice.budget = .iterations(max(1, count / attempts))
        }
        return slice
    }
}
