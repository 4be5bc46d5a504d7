import Core
import Testing

@testable import Logistics

@Suite struct SavedLayoutTests {
    /// Two ways to load an order: one lorry, or two vans of which the second has no boxes.
    private let document: JSON = [
        "plans": [
            ["plan": 0, "vehicles": [["label": "Lorry", "class": "rigid", "boxes": [box]]]],
            [
                "plan": 1,
                "vehicles": [
                    ["label": "Van", "class": "van", "boxes": [box, box]],
                    ["label": "Van", "class": "van", "boxes": []],
                ],
            ],
        ]
    ]
    private static let box: JSON = ["sequence": 1, "item": "1", "xMm": 0, "yMm": 0, "zMm": 0]

    private func names(_ shown: JSON?) -> [String]? {
        shown?["vehicles"]?.array?.compactMap { $0["vehicle"]?["name"]?.string }
    }

    @Test(
        "A way is shown by its number, the first one without, and none that there is not",
        arguments: [
            (nil, ["Lorry"], 0), (0, ["Lorry"], 0), (1, ["Van", "Van"], 1), (2, nil, nil),
        ] as [(Int?, [String]?, Int?)]
    )
    func ways(number: Int?, vehicles: [String]?, plan: Int?) throws {
        let shown = SavedLayout.planned(
            document,
            of: try Sample.placed(),
            version: 3,
            plan: number
        )
        #expect(names(shown) == vehicles)
        #expect(shown?["plan"]?.int == plan)
        #expect(shown?["version"]?.int == (plan == nil ? nil : 3))
    }

    @Test(
        "Without a number the usual way is shown, and the first where there is no such one",
        arguments: [(nil, 0), (0, 0), (1, 1), (7, 0)] as [(Int?, Int)]
    )
    func usual(usual: Int?, plan: Int) throws {
        let order = try Sample.placed()
        let shown = SavedLayout.planned(document, of: order, version: 1, plan: nil, usual: usual)
        #expect(shown?["plan"]?.int == plan)
        let asked = SavedLayout.planned(document, of: order, version: 1, plan: 0, usual: usual)
        #expect(asked?["plan"] == 0)
    }

    @Test("Besides the way that is shown all of them are named, with what they take")
    func named() throws {
        let order = try Sample.placed()
        let shown = SavedLayout.shown(
            document,
            of: order,
            lines: order.items,
            version: 1,
            loads: []
        )
        #expect(
            shown["plans"] == [
                ["plan": 0, "vehicles": ["Lorry"], "boxes": 1],
                ["plan": 1, "vehicles": ["Van", "Van"], "boxes": 2],
            ]
        )
        #expect(shown["plan"] == 0)
    }

    @Test("A layout without ways shows no vehicle, and says so")
    func empty() throws {
        let order = try Sample.placed()
        let shown = SavedLayout.shown(
            ["plans": []],
            of: order,
            lines: order.items,
            version: 1,
            loads: []
        )
        #expect(shown["vehicles"] == [])
        #expect(shown["plan"] == .null)
        #expect(SavedLayout.planned(["plans": []], of: order, version: 1, plan: nil) == nil)
    }
}
