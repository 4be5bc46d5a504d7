/// Smaller vehicles instead of some that are not full.
extension FleetSearch {
    /// The most sets of vehicles that are tried instead of some.
    private static let mostTries = 4

    /// Tries to load what the `size` emptiest vehicles carry into smaller ones, no more of them.
    mutating func shrink(
        _ loads: inout [FleetPacker.Loaded],
        _ counts: inout [Int],
        size: Int
    ) throws(PackingError) {
        let emptiest = loads.indices.sorted {
            let (a, b) = (share(loads[$0]), share(loads[$1]))
            return (a, $0) < (b, $1)
        }.prefix(size)
        var free = counts
        var goods = Goods(repeating: 0, count: problem.items.count)
        for index in emptiest {
            free[loads[index].vehicle] += 1
            take(loads[index], from: &goods)
        }
        goods = goods.map { -$0 }
        let room = emptiest.reduce(0) { $0 + loads[$1].problem.space.volume }
        let sets = smallerSets(goods, free, than: room, size: size).prefix(Self.mostTries)
        for (number, set) in sets.enumerated() {
            var left = goods
            var found: [FleetPacker.Loaded] = []
            for (position, vehicle) in set.enumerated() where left.contains(where: { $0 > 0 }) {
                let attempts = (sets.count - number) * set.count - position
                let loaded = try pack(together(left), vehicle, share: attempts)
                take(loaded, from: &left)
                if !loaded.layout.boxes.isEmpty { found.append(loaded) }
            }
            guard left.allSatisfy({ $0 == 0 }) else { continue }
            for loaded in found { free[loaded.vehicle] -= 1 }
            counts = free
            loads = loads.indices.filter { !emptiest.contains($0) }.map { loads[$0] } + found
            return
        }
    }

    private func share(_ loaded: FleetPacker.Loaded) -> Double {
        Double(loaded.volume) / Double(loaded.problem.space.volume)
    }

    /// Sets of at most `size` vehicles with room and payload for the goods and less room than `room`,
    /// the smallest first; in each the largest comes first.
    private func smallerSets(
        _ goods: Goods,
        _ counts: [Int],
        than room: Int,
        size: Int
    ) -> [[Int]] {
        let (volume, weight) = sums(goods)
        let order = Array(bySize(counts).reversed())
        var sets: [(room: Int, set: [Int])] = []
        func extend(_ set: [Int], _ taken: Int, _ payload: Int, from start: Int) {
            if taken >= volume, payload >= weight { sets.append((taken, set)) }
            guard set.count < size else { return }
            for position in start..<order.count {
                let vehicle = order[position]
                let space = problem.vehicles[vehicle].space
                let used = set.reduce(0) { $0 + ($1 == vehicle ? 1 : 0) }
                guard used < counts[vehicle], taken + space.volume < room else { continue }
                let limit = min(space.maxWeightGrams ?? LoadProblem.heaviest, LoadProblem.heaviest)
                extend(set + [vehicle], taken + space.volume, payload + limit, from: position)
            }
        }
        extend([], 0, 0, from: 0)
        return sets.sorted {
            ($0.room, $0.set.count, $0.set.map { -$0 }.reduce(0, +))
                < ($1.room, $1.set.count, $1.set.map { -$0 }.reduce(0, +))
        }.map(\.set)
    }
}
