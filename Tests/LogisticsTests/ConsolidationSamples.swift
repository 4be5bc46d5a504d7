import Core

@testable import Logistics

/// Small worlds of which the best trips can be told by hand.
enum Town {
    /// Vehicles of one kind with 4 × 2 × 2 m.
    ///
    /// They cost 50.00 EUR for each trip and 1.00 EUR a kilometre, and nothing else.
    static func vehicle(
        _ number: Int,
        length: Int = 4_000,
        payload: Int = 5_000_000,
        perKilometre: JSON = "1.00",
        limit: Int = 50_000_000
    ) throws -> Vehicle {
        func euros(_ amount: JSON) -> JSON { ["amount": amount, "currency": "EUR"] }
        let digits = String(number)
        let id = "01930000-0000-7000-8000-fa" + String(repeating: "0", count: 10 - digits.count)
        return try Vehicle(
            reading: JSONReader([
                "id": .string(id + digits), "name": .string("Van \(number)"), "class": "van",
                "depotId": "01930000-0000-7000-8000-de0000000001", "lengthMm": .int(length),
                "widthMm": 2_000, "heightMm": 2_000, "payloadGrams": .int(payload),
                "axles": [
                    [
                        "name": "front", "positionMm": 500, "emptyGrams": 0,
                        "limitGrams": .int(limit),
                    ],
                    [
                        "name": "rear", "positionMm": .int(length - 500), "emptyGrams": 0,
                        "limitGrams": .int(limit),
                    ],
                ],
                "rates": [
                    "base": euros("50.00"), "perKilometre": euros(perKilometre),
                    "perTonne": euros("0"), "perCubicMetre": euros("0"),
                    "fuelSurchargeBasisPoints": 0, "tollPerKilometre": euros("0"),
                    "minimum": euros("0"),
                ],
            ])
        )
    }

    static func box(
        _ length: Int,
        _ width: Int,
        _ height: Int,
        kilograms: Int = 10,
        bears: Int? = nil,
        quantity: Int = 1
    ) -> OrderItem {
        OrderItem(
            id: "item-1",
            name: "Box",
            lengthMm: length,
            widthMm: width,
            heightMm: height,
            weightGrams: kilograms * 1_000,
            quantity: quantity,
            maxLoadGrams: bears
        )
    }

    static let small = box(500, 500, 500)
    static let date = CalendarDate(daysSinceEpoch: 20_788)

    /// A moment of the day.
    static func at(_ hour: Int, _ minute: Int) -> Timestamp {
        date.start + .seconds(hour * 3_600 + minute * 60)
    }

    /// Orders with one stop each at places 1, 2, …, each with a van of its own.
    ///
    /// `kilometres` are between the depot (0) and the places.
    static func problem(
        _ kilometres: [[Int]],
        goods: [[OrderItem]],
        windows: [ConsolidationProblem.Window?] = [],
        ready: [Int] = [],
        limits: ConsolidationProblem.Limits = .init()
    ) throws -> ConsolidationProblem {
        ConsolidationProblem(
            date: date,
            orders: goods.indices.map { index in
                ConsolidationProblem.Wish(
                    id: ID(high: 7, low: 1 << 63 | UInt64(index)),
                    reference: "\("ABCDEFGH".dropFirst(index).prefix(1))",
                    stops: [
                        .init(
                            place: index + 1,
                            items: goods[index],
                            window: windows.indices.contains(index) ? windows[index] : nil
                        )
                    ],
                    vehicle: index,
                    readySeconds: ready.indices.contains(index) ? ready[index] : 0
                )
            },
            vehicles: try goods.indices.map { .init(try vehicle($0 + 1)) },
            meters: kilometres.map { $0.map { $0 * 1_000 } },
            limits: limits,
            budget: .init(packings: 60, iterations: 200)
        )
    }

    /// A at 100 km, B at 120 km on the same road.
    static let line = [[0, 100, 120], [100, 0, 20], [120, 20, 0]]

    static func consolidate(_ problem: ConsolidationProblem) throws -> Consolidation {
        try Consolidation(problem, emissions: EmissionFactors.embedded())
    }
}

extension Consolidation {
    /// The orders of each trip in the sequence of its stops: `["A B", "C D E"]`.
    func tours(of problem: ConsolidationProblem) -> [String] {
        trips.map { $0.stops.map { problem.orders[$0.order].reference }.joined(separator: " ") }
    }
}
