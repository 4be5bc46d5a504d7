/// What goods amount to, which vehicles take them, which of them may ride together.
extension FleetSearch {
    func sums(_ goods: Goods) -> (volume: Int, weight: Int) {
        goods.enumerated().reduce((0, 0)) {
            let item = problem.items[$1.offset]
            return (
                $0.0 + item.volume * $1.element,
                $0.1 + item.weightGrams * $1.element
            )
        }
    }

    /// The kinds of which there are some left, from the smallest.
    func bySize(_ counts: [Int]) -> [Int] {
        counts.indices.filter { counts[$0] > 0 }.sorted {
            let (a, b) = (problem.vehicles[$0].space, problem.vehicles[$1].space)
            return (a.volume, a.maxWeightGrams ?? .max, $0)
                < (b.volume, b.maxWeightGrams ?? .max, $1)
        }
    }

    func byPayload(_ order: [Int]) -> [Int] {
        order.sorted {
            let (a, b) = (problem.vehicles[$0].space, problem.vehicles[$1].space)
            return (a.maxWeightGrams ?? .max, a.volume, $0)
                < (b.maxWeightGrams ?? .max, b.volume, $1)
        }
    }

    func mayTakeAll(
        _ goods: Goods,
        _ volume: Int,
        _ weight: Int,
        _ space: CargoSpace
    ) -> Bool {
        space.volume >= volume && (space.maxWeightGrams ?? .max) >= weight
            && goods.indices.allSatisfy {
                goods[$0] == 0 || problem.items[$0].reasonNotToFit(space) == nil
            }
    }

    /// How many vehicles besides the next one will be packed, at a guess.
    func further(_ volume: Int, _ weight: Int, _ order: [Int], _ counts: [Int]) -> Int {
        guard let largest = order.last.map({ problem.vehicles[$0].space }) else { return 0 }
        let byVolume = volume / largest.volume
        let byWeight = largest.maxWeightGrams.map { weight / max($0, 1) } ?? 0
        let vehicles = order.reduce(0) { $0 + counts[$1] }
        return min(max(byVolume, byWeight), vehicles - 1)
    }

    /// Of the goods those that may ride in one vehicle: all, unless a rule without a distance names
    /// two classes of them.
    func together(_ goods: Goods) -> Goods {
        let rules = problem.keepApart.filter { $0.distance == nil }
        guard !rules.isEmpty else { return goods }
        var classes: [String: (priority: Int, volume: Int)] = [:]
        for (index, count) in goods.enumerated() where count > 0 {
            let item = problem.items[index]
            guard let goodsClass = item.goodsClass else { continue }
            let known = classes[goodsClass] ?? (0, 0)
            classes[goodsClass] = (
                max(known.priority, item.priority), known.volume + item.volume * count
            )
        }
        var chosen: Set<String> = []
        let ranked = classes.sorted {
            ($0.value.priority, $0.value.volume, $1.key)
                > ($1.value.priority, $1.value.volume, $0.key)
        }
        for (name, _) in ranked where !rules.contains(where: { $0.forbids(name, among: chosen) }) {
            chosen.insert(name)
        }
        return goods.enumerated().map { index, count in
            problem.items[index].goodsClass.map { chosen.contains($0) ? count : 0 } ?? count
        }
    }
}

extension KeepApart {
    /// Whether the rule names `name` and one of `others`.
    func forbids(_ name: String, among others: Set<String>) -> Bool {
        (first == name && others.contains(second)) || (second == name && others.contains(first))
    }
}
