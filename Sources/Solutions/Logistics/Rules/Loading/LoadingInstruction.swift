/// One piece to load, with all that a person needs to know of it.
public struct LoadingInstruction: Sendable, Hashable {
    /// What it is, for people.
    public var name: String
    /// The how-manieth of its kind it is, from 1, in loading order.
    public var piece: Int
    /// How many of its kind there are.
    public var of: Int
    /// Where it goes and how.
    public var step: LoadingStep
    /// How it is turned; nil when nobody knows.
    public var turning: Turning?
    /// Its mass in grams.
    public var weightGrams: Int
    /// Where it is unloaded, from 1.
    public var stop: Int

    /// An instruction of these parts.
    public init(
        name: String,
        piece: Int,
        of: Int,
        step: LoadingStep,
        turning: Turning?,
        weightGrams: Int,
        stop: Int
    ) {
        self.name = name
        self.piece = piece
        self.of = of
        self.step = step
        self.turning = turning
        self.weightGrams = weightGrams
        self.stop = stop
    }

    /// How many people should lift it.
    public var lift: LiftingAdvice { LiftingAdvice(weightGrams: weightGrams) }

    /// The instructions for a layout of `problem`.
    ///
    /// - Parameters:
    ///   - boxes: the boxes in loading order, of kinds that `problem` has.
    ///   - problem: what they are.
    /// - Returns: one for each box.
    public static func list(_ boxes: [PackedBox], in problem: LoadProblem) -> [LoadingInstruction] {
        var counts = [Int](repeating: 0, count: problem.items.count)
        return LoadingStep.steps(boxes, roof: problem.space.height).map { step in
            let item = problem.items[step.box.item]
            counts[step.box.item] += 1
            return LoadingInstruction(
                name: item.id,
                piece: counts[step.box.item],
                of: item.quantity,
                step: step,
                turning: Turning(of: step.box, item),
                weightGrams: item.weightGrams,
                stop: item.stop
            )
        }
    }
}

extension LoadingInstruction {
    /// All of it in one sentence or two; other pieces are named by the numbers of their steps, from 1.
    public var words: String {
        var words = "\(name) (\(piece) of \(of)), \(weight), \(lift.words): \(place), "
        words += "\(step.box.x) mm from the front wall and \(step.box.y) mm from the left wall"
        if let turning {
            words += ", its \(turning.along.rawValue) along and its \(turning.upright.rawValue) up"
        }
        return words + "; \(way)."
    }

    /// `12.5 kg`.
    public var weight: String { "\(Self.kilograms(weightGrams)) kg" }

    /// `on the floor` or `on 4, 5`.
    public var place: String {
        if !step.onto.isEmpty { return "on \(Self.numbers(step.onto))" }
        return step.box.z == 0 ? "on the floor" : "\(step.box.z) mm up, on nothing"
    }

    /// How it gets in, for instance `push it in straight`.
    public var way: String {
        let others = Self.numbers(step.inTheWay)
        switch step.access {
        case .clear: return "push it in straight"
        case .under: return "slide it in under \(others)"
        case .over: return "lift it over \(others) and lower it"
        case .blocked: return "no straight way past \(others): turn it in, or move them for it"
        }
    }

    /// The numbers of steps, from 1; of many the first ones.
    private static func numbers(_ steps: [Int]) -> String {
        let shown = steps.prefix(8).map { "\($0 + 1)" }.joined(separator: ", ")
        return steps.count > 8 ? "\(shown) and \(steps.count - 8) more" : shown
    }

    /// Grams as kilograms without needless zeros: `12.5`, `800`.
    static func kilograms(_ grams: Int) -> String {
        grams % 1_000 == 0 ? "\(grams / 1_000)" : "\(Double(grams) / 1_000)"
    }
}

extension LiftingAdvice {
    /// In words: `one person`.
    public var words: String {
        switch self {
        case .one: "one person"
        case .two: "two people"
        case .aid: "with a truck or hoist"
        }
    }
}
