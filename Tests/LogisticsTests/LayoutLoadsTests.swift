import Core
import Testing

@testable import Logistics

@Suite struct LayoutLoadsTests {
    /// Two ways to load an order: by one lorry, or by two vans.
    private let loads = LayoutLoads(of: [
        "plans": [
            ["plan": 0, "vehicles": [["kind": "lorry"]]],
            ["plan": 1, "vehicles": [["kind": "van"], ["kind": "van"]]],
        ]
    ])

    @Test(
        "An order is carried when every load of the way that was begun has its vehicle",
        arguments: [
            ([], "0/0"), (["0/0"], nil), (["1/0"], "1/1"), (["1/1"], "1/0"), (["1/0", "1/1"], nil),
        ] as [(Set<String>, String?)]
    )
    func missing(booked: Set<String>, missing: String?) {
        #expect(loads.missing(from: booked) == missing)
    }

    @Test("Loads are kept as vehicles by plan")
    func kept() {
        #expect(loads.json == ["0": 1, "1": 2])
    }

    @Test("A plan without a number goes by its place")
    func places() {
        let loads = LayoutLoads(of: ["plans": [["vehicles": []], ["vehicles": [[:], [:], [:]]]]])
        #expect(loads.json == ["0": 0, "1": 3])
    }
}
