import Core
import Testing

@testable import Logistics

/// An organisation's rules about goods that are kept apart, and what they do to an order's plan.
@Suite struct KeepApartRulesTests {
    @Test("the standard is ADR 7.5.4: 0.8 m between food or feed and dangerous goods or chemicals")
    func standard() {
        let pairs = KeepApartRules.standard.rules.map { [$0.first, $0.second] }
        #expect(
            Set(pairs) == [
                ["food", "chemicals"], ["food", "dangerous"], ["feed", "chemicals"],
                ["feed", "dangerous"],
            ]
        )
        #expect(KeepApartRules.standard.rules.allSatisfy { $0.distance == 800 })
    }

    @Test("what is written is read again, a missing distance as never together")
    func wire() throws {
        let json = try JSON(
            parsing: #"[{"classes":["a","b"],"distanceMm":0},{"classes":["a","c"]}]"#
        )
        let rules = try KeepApartRules(reading: JSONReader(json))
        #expect(
            rules.rules == [KeepApart("a", "b", distance: 0), KeepApart("a", "c", distance: nil)]
        )
        #expect(try KeepApartRules(reading: JSONReader(rules.json)) == rules)
        #expect(try KeepApartRules(reading: JSONReader([])).rules == [])
    }

    private static let items = [
        CargoItem(
            id: "bread",
            length: 1_000,
            width: 1_000,
            height: 1_000,
            quantity: 2,
            goodsClass: "food"
        ),
        CargoItem(
            id: "acid",
            length: 1_000,
            width: 1_000,
            height: 1_000,
            goodsClass: "dangerous"
        ),
    ]

    private func kinds(_ lengths: [(Int, count: Int)]) throws -> [VehicleKind] {
        try lengths.map { length, count in
            try VehicleKind(
                reading: JSONReader([
                    "kind": .string("\(length)"), "label": .string("\(length) mm"), "class": "van",
                    "count": .int(count), "lengthMm": .int(length), "widthMm": 1_000,
                    "heightMm": 1_000, "payloadGrams": 1_000_000,
                ])
            )
        }
    }

    @Test("goods that never ride together take two vehicles where one has room for all")
    func apart() throws {
        let kinds = try kinds([(3_000, 2)])
        let rule = KeepApart("dangerous", "food", distance: nil)
        let together = try LoadPlanning(items: Self.items, kinds: kinds, seconds: 0.2)
        #expect(together.plans.map(\.loads.count) == [1])
        let apart = try LoadPlanning(
            items: Self.items,
            kinds: kinds,
            seconds: 0.2,
            keepApart: [rule]
        )
        #expect(apart.plans.map(\.loads.count) == [2])
        #expect(apart.attempts.map(\.refusal) == ["dangerous and food never ride in one vehicle"])
    }

    @Test("with one vehicle there is no plan, and the reason names the other class")
    func impossible() throws {
        let planning = try LoadPlanning(
            items: Self.items,
            kinds: kinds([(3_000, 1)]),
            seconds: 0.2,
            keepApart: [KeepApart("dangerous", "food", distance: nil)]
        )
        #expect(planning.plans.isEmpty)
        #expect(planning.reasons.keys.sorted() == ["acid"])
        #expect(planning.reasons["acid"]?.contains("with food, of which 2 are loaded") == true)
    }
}
