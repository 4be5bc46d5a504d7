/// Packs the loads of routes, each once, and believes no layout that the validator does not.
struct TripPacking {
    /// What came of packing a route into a kind of vehicle.
    enum Outcome {
        case packed(LoadProblem, Layout)
        /// Why not, in words that follow "the goods …".
        case refused(String)
    }

    private struct Key: Hashable {
        var kind: String
        var route: [Visit]
    }

    private let problem: ConsolidationProblem
    private let packer: Packer
    private var known: [Key: Outcome] = [:]
    /// How many loads were packed.
    private(set) var count = 0

    init(_ problem: ConsolidationProblem, packer: Packer) {
        self.problem = problem
        self.packer = packer
    }

    /// Whether the budget is used up: only what is known is answered from now on.
    var isExhausted: Bool { count >= problem.budget.packings }

    mutating func pack(_ route: [Visit], into kind: VehicleKind) throws -> Outcome {
        let items = problem.items(for: route)
        if let reason = obstacle(items, kind.space) { return .refused(reason) }
        let key = Key(kind: kind.id, route: route)
        if let outcome = known[key] { return outcome }
        guard !isExhausted else { return .refused("were not packed: the budget is used up") }
        count += 1
        let load = LoadProblem(space: kind.space, items: items, keepApart: problem.keepApart)
        // One step places one block; a load of many pieces needs so many to be complete at all.
        let pieces = items.reduce(0) { $0 + $1.quantity }
        let layout = try packer.pack(
            load,
            options: .init(
                budget: .iterations(max(problem.budget.iterations, 8 * pieces)),
                seed: problem.budget.seed
            )
        )
        let left = layout.unplaced.values.reduce(0, +)
        let broken = left == 0 ? LayoutValidator().violations(of: layout.boxes, in: load) : []
        let outcome: Outcome =
            if left > 0 {
                .refused("do not fit together: \(left) of \(pieces) pieces found no place")
            } else if let first = broken.first {
                .refused("cannot be loaded so: \(first.message)")
            } else {
                .packed(load, layout)
            }
        known[key] = outcome
        return outcome
    }

    /// What can be told without packing.
    private func obstacle(_ items: [CargoItem], _ space: CargoSpace) -> String? {
        let weight = items.reduce(0) { $0 + $1.weightGrams * $1.quantity }
        if let limit = space.maxWeightGrams, weight > limit {
            return "weigh \(weight / 1_000) kg together, the vehicle carries \(limit / 1_000) kg"
        }
        let volume = items.reduce(0) { $0 + $1.volume * $1.quantity }
        if volume > space.volume {
            return "have \(tenths(volume, 1_000_000_000)) m³ together, the vehicle has "
                + "\(tenths(space.volume, 1_000_000_000)) m³"
        }
        if let rule = problem.keepApart.parting(items) {
            return "are \(rule.first) and \(rule.second), which never ride in one vehicle"
        }
        for item in items {
            if let reason = item.reasonNotToFit(space) { return "do not fit: \(item.id) \(reason)" }
        }
        return nil
    }
}
