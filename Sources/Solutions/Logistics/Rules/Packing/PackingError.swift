public import Core

/// Why a load cannot be read or packed.
public struct PackingError: Fault {
    /// What sort of failure it is.
    public var kind: FaultKind
    /// A stable code in kebab case.
    public var code: String
    /// What was found, where, and what was expected.
    public var message: String
    /// The offending part of the input.
    public var pointer: String?

    /// An error about the part of the input at `pointer`.
    public init(
        _ code: String,
        _ message: String,
        pointer: String? = nil,
        kind: FaultKind = .invalid
    ) {
        self.kind = kind
        self.code = code
        self.message = message
        self.pointer = pointer
    }

    /// What a reader of JSON found wrong.
    init(_ fault: GeneralFault) {
        self.init(fault.code, fault.message, pointer: fault.pointer, kind: fault.kind)
    }
}

extension LoadProblem {
    /// The most kinds of box in one problem.
    public static let mostItems = 200_000
    /// The most boxes of one kind.
    public static let mostOfOneKind = 1_000_000
    /// The most boxes in one problem.
    public static let mostBoxes = 1_000_000
    /// The most pairs of classes that are kept apart.
    public static let mostRules = 64
    /// What a priority may be.
    public static let priorities = 0...9
    /// The heaviest box or payload accepted, in grams: a million tonnes.
    public static let heaviest = 1_000_000_000_000

    /// Throws when a size, count or mass is out of its range, or an item's name is repeated.
    ///
    /// Pointers are those of the JSON form: `/container/length`, `/items/3/weight`.
    public func check() throws(PackingError) {
        let sides = [
            ("length", space.length), ("width", space.width), ("height", space.height),
        ]
        for (name, value) in sides {
            try Self.checkSide(value, "/container/\(name)")
        }
        if let weight = space.maxWeightGrams {
            try Self.checkMass(weight, "/container/maxWeight")
        }
        if let axles = space.axles { try Self.checkAxles(axles) }
        if case .fraction(let share) = support, !(share >= 0 && share <= 1) {
            throw PackingError("invalid-value", "support must lie between 0 and 1, is \(share)")
        }
        guard items.count <= Self.mostItems else {
            throw PackingError(
                "too-many-items",
                "at most \(Self.mostItems) kinds of box, found \(items.count)",
                pointer: "/items",
                kind: .tooLarge
            )
        }
        var names: [String: Int] = [:]
        var total = 0
        for (index, item) in items.enumerated() {
            try item.check("/items/\(index)")
            total += item.quantity
            if let first = names.updateValue(index, forKey: item.id) {
                throw PackingError(
                    "repeated-id",
                    "the id \"\(item.id)\" is already that of item \(first); ids must differ",
                    pointer: "/items/\(index)/id"
                )
            }
        }
        try checkRules()
        guard total <= Self.mostBoxes else {
            throw PackingError(
                "too-many-boxes",
                "at most \(Self.mostBoxes) boxes, found \(total)",
                pointer: "/items",
                kind: .tooLarge
            )
        }
    }

    private func checkRules() throws(PackingError) {
        guard keepApart.count <= Self.mostRules else {
            throw PackingError(
                "too-many-rules",
                "at most \(Self.mostRules) pairs of classes, found \(keepApart.count)",
                pointer: "/keepApart",
                kind: .tooLarge
            )
        }
        for (index, rule) in keepApart.enumerated() {
            let pointer = "/keepApart/\(index)"
            guard rule.first != rule.second else {
                throw PackingError(
                    "contradiction",
                    "\"\(rule.first)\" cannot be kept apart from itself; name two classes",
                    pointer: pointer + "/classes"
                )
            }
            if let distance = rule.distance, !(0...CargoSpace.longestSide).contains(distance) {
                throw PackingError(
                    "invalid-value",
                    "must lie between 0 and \(CargoSpace.longestSide) mm, is \(distance)",
                    pointer: pointer + "/distance"
                )
            }
            let pair: Set = [rule.first, rule.second]
            let earlier = keepApart[..<index].firstIndex { pair == [$0.first, $0.second] }
            if let earlier, keepApart[earlier].distance != rule.distance {
                throw PackingError(
                    "contradiction",
                    "\"\(rule.first)\" and \"\(rule.second)\" are kept apart differently by "
                        + "/keepApart/\(earlier); give one rule for a pair",
                    pointer: pointer
                )
            }
        }
    }

    static func checkSide(_ value: Int, _ pointer: String) throws(PackingError) {
        guard (1...CargoSpace.longestSide).contains(value) else {
            throw PackingError(
                "invalid-value",
                "must lie between 1 and \(CargoSpace.longestSide) mm, is \(value)",
                pointer: pointer
            )
        }
    }

    static func checkMass(_ value: Int, _ pointer: String) throws(PackingError) {
        guard (0...heaviest).contains(value) else {
            throw PackingError(
                "invalid-value",
                "must lie between 0 and \(heaviest / 1_000) kg, is \(Double(value) / 1_000) kg",
                pointer: pointer
            )
        }
    }

    private static func checkAxles(_ axles: Axles) throws(PackingError) {
        let reach = -CargoSpace.longestSide...2 * CargoSpace.longestSide
        for (name, value) in [("front", axles.frontPosition), ("rear", axles.rearPosition)]
        where !reach.contains(value) {
            throw PackingError(
                "invalid-value",
                "must lie between \(reach.lowerBound) and \(reach.upperBound) mm, is \(value)",
                pointer: "/container/axles/\(name)"
            )
        }
        guard axles.frontPosition < axles.rearPosition else {
            throw PackingError(
                "invalid-value",
                "the rear axle must lie behind the front axle (x = \(axles.frontPosition)), "
                    + "is at x = \(axles.rearPosition)",
                pointer: "/container/axles/rear"
            )
        }
        if let limit = axles.frontLimitGrams { try checkMass(limit, "/container/axles/frontLimit") }
        if let limit = axles.rearLimitGrams { try checkMass(limit, "/container/axles/rearLimit") }
    }
}

extension CargoItem {
    func check(_ pointer: String) throws(PackingError) {
        guard !id.isEmpty else {
            throw PackingError("invalid-value", "an id is needed", pointer: pointer + "/id")
        }
        try LoadProblem.checkSide(length, pointer + "/length")
        try LoadProblem.checkSide(width, pointer + "/width")
        try LoadProblem.checkSide(height, pointer + "/height")
        guard !upright.isEmpty else {
            throw PackingError(
                "invalid-value",
                "at least one dimension must be allowed to stand upright",
                pointer: pointer + "/vertical"
            )
        }
        guard (1...LoadProblem.mostOfOneKind).contains(quantity) else {
            throw PackingError(
                "invalid-value",
                "must lie between 1 and \(LoadProblem.mostOfOneKind), is \(quantity)",
                pointer: pointer + "/quantity"
            )
        }
        try LoadProblem.checkMass(weightGrams, pointer + "/weight")
        if let maxLoadGrams { try LoadProblem.checkMass(maxLoadGrams, pointer + "/maxLoad") }
        guard (1...1_000_000).contains(stop) else {
            throw PackingError(
                "invalid-value",
                "must lie between 1 and 1000000, is \(stop)",
                pointer: pointer + "/stop"
            )
        }
        guard LoadProblem.priorities.contains(priority) else {
            throw PackingError(
                "invalid-value",
                "must lie between \(LoadProblem.priorities.lowerBound) and "
                    + "\(LoadProblem.priorities.upperBound), is \(priority)",
                pointer: pointer + "/priority"
            )
        }
    }
}
