/// One way in which a layout breaks a rule.
public struct Violation: Sendable, Hashable {
    /// The rules that are checked.
    public enum Rule: String, Sendable, CaseIterable {
        /// A box kind that the problem does not have.
        case unknownItem = "unknown-item"
        /// A box that is not wholly inside the space.
        case bounds
        /// Extents that no allowed orientation of the item has.
        case orientation
        /// Two boxes in the same place.
        case overlap
        /// More boxes of an item than there are.
        case count
        /// Too little of a base rests on something.
        case support
        /// More payload than the space may take.
        case weight
        /// More rests on a box than it bears.
        case load
        /// Something rests on a fragile box that may not.
        case fragile
        /// A box of a later stop stands on a box or between it and the door.
        case stop
        /// An axle bears more than it may.
        case axle
        /// Goods that are kept apart stand too near each other, or in one space.
        case apart
    }

    /// The broken rule.
    public var rule: Rule
    /// The indices of the boxes concerned in the layout's list.
    public var boxes: [Int]
    /// What is wrong, in plain words with the figures.
    public var message: String

    /// A violation of `rule` by `boxes`.
    public init(_ rule: Rule, boxes: [Int], _ message: String) {
        self.rule = rule
        self.boxes = boxes
        self.message = message
    }
}

/// Checks a layout against its problem, rule by rule.
///
/// It shares no code with the packer, on purpose: a mistake in one is not repeated in the other.
/// Its only inputs are the problem and the boxes. 100,000 boxes take about a second: pairs of boxes
/// are looked for in a tree of them (``BoxTree``), never all with all.
public struct LayoutValidator: Sendable {
    /// The most violations reported; the rest would say the same.
    public static let mostReported = 1_000

    /// What one millimetre or gram of rounding may hide: a thousandth.
    static let tolerance = 0.001

    /// A validator.
    public init() {}

    /// Every violation found, at most `mostReported`; none means the layout keeps all rules.
    public func violations(of boxes: [PackedBox], in problem: LoadProblem) -> [Violation] {
        var check = Check(boxes: boxes, problem: problem)
        check.kinds()
        guard check.found.isEmpty else { return check.found }
        check.bounds()
        check.orientations()
        check.counts()
        check.overlaps()
        // Boxes in one another stand on one another in any number of ways; that would say nothing.
        guard check.found.count < Self.mostReported else { return check.found }
        check.weight()
        check.axles()
        check.contacts()
        check.support()
        check.fragile()
        check.loads()
        check.stops()
        check.apart()
        return check.found
    }

    struct Check {
        let boxes: [PackedBox]
        let problem: LoadProblem
        var found: [Violation] = []
        /// For each box what it stands on: index and area of contact.
        var under: [[(box: Int, area: Int)]] = []
        /// All boxes, and the stop of each as what is looked for.
        private(set) lazy var tree = BoxTree(
            boxes,
            stops: boxes.map { problem.items[$0.item].stop }
        )

        init(boxes: [PackedBox], problem: LoadProblem) {
            self.boxes = boxes
            self.problem = problem
        }

        mutating func report(_ rule: Violation.Rule, _ boxes: [Int], _ message: String) {
            guard found.count < LayoutValidator.mostReported else { return }
            found.append(Violation(rule, boxes: boxes, message))
        }

        func item(_ index: Int) -> CargoItem { problem.items[boxes[index].item] }

        func name(_ index: Int) -> String { "box \(index) (\(item(index).id))" }

        private func kilograms(_ grams: Double) -> String {
            let thousandths = (grams).rounded()
            return "\(thousandths / 1_000) kg"
        }

        mutating func kinds() {
            for (index, box) in boxes.enumerated() where !problem.items.indices.contains(box.item) {
                report(
                    .unknownItem,
                    [index],
                    "box \(index) is of item \(box.item), which there is not"
                )
            }
        }

        mutating func bounds() {
            let space = problem.space
            for (index, box) in boxes.enumerated() {
                let sides = [
                    ("length", box.x, box.length, space.length),
                    ("width", box.y, box.width, space.width),
                    ("height", box.z, box.height, space.height),
                ]
                for (name, start, extent, inner) in sides
                where start < 0 || extent <= 0 || start > inner || extent > inner - start {
                    report(
                        .bounds,
                        [index],
                        "\(self.name(index)) reaches from \(start) over \(extent) along the "
                            + "\(name), outside 0…\(inner)"
                    )
                }
            }
        }

        mutating func orientations() {
            for (index, box) in boxes.enumerated() {
                let item = item(index)
                let own = [item.length, item.width, item.height]
                let flags: [UprightDimensions] = [.length, .width, .height]
                let isAllowed = (0..<3).contains { up in
                    guard item.upright.contains(flags[up]), own[up] == box.height else {
                        return false
                    }
                    let flat = own.indices.filter { $0 != up }.map { own[$0] }
                    return flat == [box.length, box.width] || flat == [box.width, box.length]
                }
                if !isAllowed {
                    report(
                        .orientation,
                        [index],
                        "\(name(index)) stands \(box.length) × \(box.width) × \(box.height), which no "
                            + "allowed turning of \(own[0]) × \(own[1]) × \(own[2]) gives"
                    )
                }
            }
        }

        mutating func counts() {
            var members: [Int: [Int]] = [:]
            for (index, box) in boxes.enumerated() {
                members[box.item, default: []].append(index)
            }
            for (kind, indices) in members.sorted(by: { $0.key < $1.key }) {
                let item = problem.items[kind]
                if indices.count > item.quantity {
                    report(
                        .count,
                        Array(indices.suffix(indices.count - item.quantity)),
                        "\(indices.count) boxes of \(item.id) are placed, there are \(item.quantity)"
                    )
                }
            }
        }

        mutating func weight() {
            guard let limit = problem.space.maxWeightGrams else { return }
            let total = boxes.indices.reduce(0) { $0 + item($1).weightGrams }
            if total > limit {
                report(
                    .weight,
                    [],
                    "the boxes weigh \(kilograms(Double(total))), the space takes "
                        + kilograms(Double(limit))
                )
            }
        }

        mutating func axles() {
            guard let axles = problem.space.axles else { return }
            // A beam on two supports: the moments about one support give the force at the other.
            let span = Double(axles.rearPosition - axles.frontPosition)
            var front = 0.0
            var rear = 0.0
            for (index, box) in boxes.enumerated() {
                let mass = Double(item(index).weightGrams)
                let centre = Double(box.x) + Double(box.length) / 2
                rear += mass * (centre - Double(axles.frontPosition)) / span
                front += mass * (Double(axles.rearPosition) - centre) / span
            }
            let sides = [
                ("front", front, axles.frontLimitGrams), ("rear", rear, axles.rearLimitGrams),
            ]
            for (name, force, limit) in sides {
                if let limit, force > Double(limit) + LayoutValidator.tolerance {
                    report(
                        .axle,
                        [],
                        "the \(name) axle bears \(kilograms(force)) of payload, it may bear "
                            + kilograms(Double(limit))
                    )
                }
            }
        }

        mutating func support() {
            let wanted = problem.support.share
            guard wanted > 0 else { return }
            for (index, box) in boxes.enumerated() where box.z > 0 {
                let base = Double(box.length * box.width)
                let resting = Double(under[index].reduce(0) { $0 + $1.area })
                if resting < wanted * base - LayoutValidator.tolerance {
                    report(
                        .support,
                        [index],
                        "\(name(index)) rests on \(percent(resting / base)) of its base, "
                            + "\(percent(wanted)) are asked"
                    )
                }
            }
        }

        private func percent(_ share: Double) -> String {
            "\((share * 1_000).rounded() / 10) %"
        }

        mutating func fragile() {
            for index in boxes.indices {
                for (lower, _) in under[index] where item(lower).isFragile {
                    if !item(index).isFragile {
                        report(
                            .fragile,
                            [lower, index],
                            "\(name(index)), which is not fragile, rests on fragile \(name(lower))"
                        )
                    } else if item(index).weightGrams > item(lower).weightGrams {
                        report(
                            .fragile,
                            [lower, index],
                            "\(name(index)) rests on fragile \(name(lower)) and is heavier"
                        )
                    }
                }
            }
        }

        mutating func loads() {
            guard problem.items.contains(where: { $0.maxLoadGrams != nil }) else { return }
            // From the top down every box hands its own weight and what it bears to the boxes it
            // stands on, in proportion to the areas of contact.
            var borne = [Double](repeating: 0, count: boxes.count)
            for index in boxes.indices.sorted(by: { boxes[$0].z > boxes[$1].z }) {
                let area = under[index].reduce(0) { $0 + $1.area }
                let total = borne[index] + Double(item(index).weightGrams)
                for (lower, share) in under[index] {
                    borne[lower] += total * Double(share) / Double(area)
                }
            }
            for index in boxes.indices {
                guard let limit = item(index).maxLoadGrams else { continue }
                if borne[index] > Double(limit) + LayoutValidator.tolerance {
                    report(
                        .load,
                        [index],
                        "\(name(index)) bears \(kilograms(borne[index])), it may bear "
                            + kilograms(Double(limit))
                    )
                }
            }
        }
    }
}
