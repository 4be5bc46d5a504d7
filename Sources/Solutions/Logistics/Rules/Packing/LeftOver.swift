/// Says why boxes are left over beside a layout: the first of the limits that holds them off.
public struct LeftOver: Sendable {
    private let problem: LoadProblem
    private let boxes: [PackedBox]
    private let weight: Int
    private let volume: Int
    /// How many boxes of each class are loaded.
    private let classes: [String: Int]
    /// What the payload puts on the axles, in grams; nil without axles.
    private let onAxles: (front: Double, rear: Double)?

    /// The reasons beside these boxes of the problem.
    public init(_ boxes: [PackedBox], in problem: LoadProblem) {
        self.problem = problem
        self.boxes = boxes
        weight = boxes.reduce(0) { $0 + problem.items[$1.item].weightGrams }
        volume = boxes.reduce(0) { $0 + $1.length * $1.width * $1.height }
        var classes: [String: Int] = [:]
        for box in boxes {
            guard let name = problem.items[box.item].goodsClass else { continue }
            classes[name, default: 0] += 1
        }
        self.classes = classes
        onAxles = problem.space.axles.map { axles in
            boxes.reduce((0, 0)) {
                let share = Self.share(
                    of: problem.items[$1.item].weightGrams,
                    at: Double($1.x) + Double($1.length) / 2,
                    on: axles
                )
                return ($0.0 + share.front, $0.1 + share.rear)
            }
        }
    }

    /// The reasons by item id, for everything in `unplaced` (counts by index of the item).
    public func reasons(_ unplaced: [Int: Int]) -> [String: String] {
        var reasons: [String: String] = [:]
        for (index, count) in unplaced {
            var item = problem.items[index]
            item.quantity = count
            reasons[item.id] = reason(for: item)
        }
        return reasons
    }

    /// Why `item`, of which `quantity` are left over, is not loaded (too).
    public func reason(for item: CargoItem) -> String {
        if let reason = item.reasonNotToFit(problem.space) { return reason }
        if let reason = apart(item) ?? payload(item) ?? axles(item) { return reason }
        let share = Double(volume) / Double(problem.space.volume)
        let room =
            "no room was found: the boxes fill \((share * 1_000).rounded() / 10) % of the space"
        let near = distances(item)
        return near.isEmpty ? room : "\(room), and \(near.joined(separator: ", "))"
    }

    private func apart(_ item: CargoItem) -> String? {
        guard let name = item.goodsClass else { return nil }
        for rule in problem.keepApart where rule.distance == nil {
            guard let other = rule.other(than: name), let count = classes[other] else { continue }
            return "it is \(name), which may not be in one space with \(other), of which \(count) "
                + "are loaded"
        }
        return nil
    }

    private func distances(_ item: CargoItem) -> [String] {
        guard let name = item.goodsClass else { return [] }
        return problem.keepApart.compactMap { rule in
            guard let distance = rule.distance, let other = rule.other(than: name),
                classes[other] != nil
            else { return nil }
            return "\(name) stands at least \(distance) mm from \(other)"
        }
    }

    private func payload(_ item: CargoItem) -> String? {
        guard let limit = problem.space.maxWeightGrams, weight + item.weightGrams > limit else {
            return nil
        }
        return "the payload is used up: \(kilograms(weight)) of \(kilograms(limit)) kg are loaded, "
            + "one weighs \(kilograms(item.weightGrams)) kg"
    }

    /// When one more keeps the axles' limits nowhere along the floor.
    private func axles(_ item: CargoItem) -> String? {
        guard let axles = problem.space.axles, let onAxles, item.weightGrams > 0 else { return nil }
        let half = Double(min(item.length, item.width, item.height)) / 2
        var from = half
        var to = Double(problem.space.length) - half
        let span = Double(axles.rearPosition - axles.frontPosition)
        let mass = Double(item.weightGrams)
        // What stands at x puts (x − front) / span of its mass on the rear axle, the rest in front.
        if let limit = axles.rearLimitGrams {
            to = min(
                to,
                Double(axles.frontPosition) + (Double(limit) - onAxles.rear) * span / mass
            )
        }
        if let limit = axles.frontLimitGrams {
            from = max(
                from,
                Double(axles.rearPosition) - (Double(limit) - onAxles.front) * span / mass
            )
        }
        guard from > to + 0.001 else { return nil }
        let told = [
            ("front", onAxles.front, axles.frontLimitGrams),
            ("rear", onAxles.rear, axles.rearLimitGrams),
        ].compactMap { name, load, limit in
            limit.map { "\(name) \(kilograms(Int(load.rounded()))) of \(kilograms($0)) kg" }
        }
        return
            "nowhere along the space would the axles bear another \(kilograms(item.weightGrams)) "
            + "kg (payload on them now: \(told.joined(separator: ", ")))"
    }

    private static func share(
        of grams: Int,
        at x: Double,
        on axles: Axles
    ) -> (front: Double, rear: Double) {
        let rear =
            Double(grams) * (x - Double(axles.frontPosition))
            / Double(axles.rearPosition - axles.frontPosition)
        return (Double(grams) - rear, rear)
    }

    private func kilograms(_ grams: Int) -> String {
        grams % 1_000 == 0 ? "\(grams / 1_000)" : "\(Double(grams) / 1_000)"
    }
}

extension KeepApart {
    /// The class that `name` is kept apart from; nil when the rule does not name it.
    func other(than name: String) -> String? {
        first == name ? second : second == name ? first : nil
    }
}
