/// One planning of a fleet: what is left to load, which vehicles are left, what may still be spent.
struct FleetSearch {
    /// How many boxes of each item of the problem.
    typealias Goods = [Int]

    let problem: FleetProblem
    private let packer: Packer
    private var budget: FleetBudget

    init(_ problem: FleetProblem, packer: Packer, options: Packer.Options) {
        self.problem = problem
        self.packer = packer
        budget = FleetBudget(options)
    }

    mutating func plan() throws(PackingError) -> FleetPacker.Plan {
        var goods = problem.items.map(\.quantity)
        var reasons: [Int: String] = [:]
        for (index, item) in problem.items.enumerated() {
            guard let reason = reasonToLeave(item) else { continue }
            reasons[index] = reason
            goods[index] = 0
        }
        var counts = problem.vehicles.map(\.count)
        var loads = try filled(&goods, &counts)
        if goods.allSatisfy({ $0 == 0 }) {
            for size in [2, 3] where size <= loads.count {
                try shrink(&loads, &counts, size: size)
            }
        }
        var plan = FleetPacker.Plan(vehicles: loads, unplaced: [:], reasons: [:])
        for (index, item) in problem.items.enumerated() {
            if let reason = reasons[index] {
                plan.unplaced[item.id] = item.quantity
                plan.reasons[item.id] = reason
            } else if goods[index] > 0 {
                plan.unplaced[item.id] = goods[index]
                plan.reasons[item.id] = reason(leaving: item, goods[index], loads, counts)
            }
        }
        return plan
    }

    // MARK: Filling

    /// Loads what it can, smallest vehicle that takes the rest or else largest first; what stays in
    /// `goods` found no vehicle.
    private mutating func filled(
        _ goods: inout Goods,
        _ counts: inout [Int]
    ) throws(PackingError) -> [FleetPacker.Loaded] {
        var loads: [FleetPacker.Loaded] = []
        var stuck = Goods(repeating: 0, count: goods.count)
        while goods.contains(where: { $0 > 0 }) {
            let offered = together(goods)
            guard let loaded = try next(offered, counts) else {
                // No vehicle that is left takes any of these; others of another class may still go.
                for index in goods.indices where offered[index] > 0 {
                    stuck[index] = goods[index]
                    goods[index] = 0
                }
                continue
            }
            counts[loaded.vehicle] -= 1
            take(loaded, from: &goods)
            loads.append(loaded)
        }
        goods = stuck
        return loads
    }

    func take(_ loaded: FleetPacker.Loaded, from goods: inout Goods) {
        var placed: [String: Int] = [:]
        for box in loaded.layout.boxes {
            placed[loaded.problem.items[box.item].id, default: 0] += 1
        }
        for (index, item) in problem.items.enumerated() {
            goods[index] -= placed[item.id] ?? 0
        }
    }

    /// The smallest vehicle that takes all of `goods`, else the largest filled as well as it goes.
    private mutating func next(
        _ goods: Goods,
        _ counts: [Int]
    ) throws(PackingError) -> FleetPacker.Loaded? {
        let (volume, weight) = sums(goods)
        let order = bySize(counts)
        let able = order.filter { mayTakeAll(goods, volume, weight, problem.vehicles[$0].space) }
        let more = further(volume, weight, order, counts)
        var attempts: [Int: FleetPacker.Loaded] = [:]
        for (position, vehicle) in able.enumerated() {
            let loaded = try pack(goods, vehicle, share: able.count - position + more)
            if loaded.layout.unplaced.isEmpty { return loaded }
            attempts[vehicle] = loaded
        }
        // A load that is heavy for its volume wants the payload first.
        let largest = order.map { problem.vehicles[$0].space }.max { $0.volume < $1.volume }
        let isHeavy = largest.map { space in
            guard let limit = space.maxWeightGrams, limit > 0 else { return false }
            return Double(weight) / Double(limit) > Double(volume) / Double(space.volume)
        }
        let falling = (isHeavy ?? false ? byPayload(order) : order).reversed()
        for vehicle in falling {
            if let loaded = attempts[vehicle] {
                if loaded.layout.boxes.isEmpty { continue }
                return loaded
            }
            let loaded = try pack(goods, vehicle, share: 1 + more)
            if !loaded.layout.boxes.isEmpty { return loaded }
        }
        return nil
    }

    mutating func pack(
        _ goods: Goods,
        _ vehicle: Int,
        share: Int
    ) throws(PackingError) -> FleetPacker.Loaded {
        var items: [CargoItem] = []
        for (index, count) in goods.enumerated() where count > 0 {
            var item = problem.items[index]
            item.quantity = count
            items.append(item)
        }
        let asked = LoadProblem(
            space: problem.vehicles[vehicle].space,
            items: items,
            support: problem.support,
            keepApart: problem.keepApart
        )
        let layout = try packer.pack(asked, options: budget.part(of: share))
        budget.spend(on: layout)
        return FleetPacker.Loaded(vehicle: vehicle, problem: asked, layout: layout)
    }

}
