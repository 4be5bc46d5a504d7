public import Core

/// Which goods an organisation keeps apart in its vehicles.
public struct KeepApartRules: Sendable, Hashable {
    /// The most rules.
    static let most = LoadProblem.mostRules
    /// What a distance may be, in millimetres.
    static let distances = 0...20_000

    /// Each names two classes; those that no rule names may stand together.
    public var rules: [KeepApart]

    /// These rules.
    public init(_ rules: [KeepApart]) {
        self.rules = rules
    }

    /// What holds until an organisation says otherwise: food and feed stand at least 0.8 m from
    /// chemicals and dangerous goods.
    ///
    /// ADR 2025, 7.5.4, asks that of packages labelled 6.1 or 6.2 (and some of class 9) and food,
    /// other articles of consumption and animal feed, unless partitions or other packages stand
    /// between them: "(c) by a space of at least 0.8 m". Here it holds for all that is called
    /// dangerous or chemicals, and what stands between is not counted: stricter, and safe.
    public static let standard = KeepApartRules(
        [GoodsClass.food, GoodsClass.feed].flatMap { eaten in
            [GoodsClass.chemicals, GoodsClass.dangerous].map {
                KeepApart(eaten, $0, distance: 800)
            }
        }
    )

    /// Reads `[{"classes":["food","chemicals"],"distanceMm":800}]`; without a distance the two never
    /// ride in one vehicle.
    public init(reading reader: JSONReader) throws(GeneralFault) {
        rules = []
        for entry in try reader.array(count: 0...Self.most) {
            try entry.onlyKeys(["classes", "distanceMm"])
            let classes = try entry.member("classes").array(count: 2...2)
            let rule = KeepApart(
                try classes[0].goodsClass(),
                try classes[1].goodsClass(),
                distance: try entry.optional("distanceMm")?.int(in: Self.distances)
            )
            guard rule.first != rule.second else {
                throw classes[1].fault("\"\(rule.first)\" cannot be kept apart from itself")
            }
            let pair: Set = [rule.first, rule.second]
            if let earlier = rules.firstIndex(where: { [$0.first, $0.second] == pair }) {
                throw entry.fault(
                    "\"\(rule.first)\" and \"\(rule.second)\" have a rule already, number "
                        + "\(earlier + 1); give one for a pair",
                    code: "contradiction"
                )
            }
            rules.append(rule)
        }
    }

    /// What `init(reading:)` reads.
    public var json: JSON {
        .array(
            rules.map {
                [
                    "classes": [.string($0.first), .string($0.second)],
                    "distanceMm": $0.distance.map { .int($0) } ?? .null,
                ]
            }
        )
    }
}
