import Agents
import Core

/// The three agents: who sees an order through, who packs it, who books.
enum LogisticsAgents {
    /// Their names, the one who is asked first first.
    static let names = ["logistics.orchestrator", "logistics.analyser", "logistics.transport"]

    /// The agents.
    ///
    /// - Throws: a fault of code `invalid-schema`.
    static func all() throws(GeneralFault) -> [Agent] {
        [try orchestrator(), try analyser(), try transport()]
    }

    private static let order: (String, JSON) = ("orderId", Shape.id)

    private static func orchestrator() throws(GeneralFault) -> Agent {
        Agent(
            name: names[0],
            purpose: "Takes up new orders and sees each through to booking and notification.",
            tools: [
                "logistics.fetch-order", "logistics.update-order-status",
                "logistics.notify-customer",
            ],
            colleagues: ["logistics.analyser", "logistics.transport"],
            policy: OrchestratorPolicy(),
            input: try Schema(Shape.record(nil, [order])),
            output: try Schema(
                Shape.record(
                    nil,
                    [
                        (
                            "process",
                            Shape.described(Shape.flag, "Whether it is processed now.")
                        ),
                        (
                            "open",
                            Shape.described(
                                Shape.flag,
                                "Whether its status is received; false when a person was quicker."
                            )
                        ),
                        (
                            "reason",
                            Shape.described(Shape.text, "Why it is not processed; else empty.")
                        ), ("requestedDate", Shape.date), ("reference", Shape.text),
                    ]
                )
            ),
            guidance: """
                Decide only whether the order is processed now: "process" when its status is received and its \
                requested day has not passed, else "hold". Look at the order first. Change nothing: \
                analysis, booking and messages are done by the steps that follow you. The subject is \
                order: and the order's id.
                """
        )
    }

    private static func analyser() throws(GeneralFault) -> Agent {
        Agent(
            name: names[1],
            purpose: "Calculates an order's load, packs it in 3D and keeps the layout.",
            tools: [
                "logistics.fetch-order", "logistics.calculate-load", "logistics.pack-order",
                "logistics.save-layout",
            ],
            policy: AnalyserPolicy(),
            input: try Schema(Shape.record(nil, [order])),
            output: try Schema(
                Shape.record(
                    nil,
                    [
                        ("fits", Shape.flag),
                        ("reason", Shape.described(Shape.text, "Why it does not fit.")),
                        ("weightGrams", Shape.count), ("volumeMm3", Shape.count),
                        ("layout", Shape.described(Shape.any, "What save-layout answered.")),
                        (
                            "plans",
                            Shape.described(
                                Shape.list(of: plan),
                                "Each way to load it, without boxes, as pack-order answered it."
                            )
                        ),
                    ],
                    optional: ["reason", "weightGrams", "volumeMm3", "layout", "plans"]
                )
            ),
            guidance: """
                Fetch the order, calculate its load, pack its items into the kinds of vehicle that \
                calculate-load names, and save all plans. When pack-order has no plan, conclude "does not \
                fit" with fits false and the reason.
                """
        )
    }

    private static let plan = Shape.record(
        nil,
        [
            ("plan", Shape.count),
            (
                "vehicles",
                Shape.list(
                    of: Shape.record(
                        nil,
                        [
                            ("kind", Shape.text), ("label", Shape.text),
                            ("weightGrams", Shape.count), ("volumeMm3", Shape.count),
                            ("volumeUtilisation", Shape.number),
                            ("weightUtilisation", Shape.number), ("hash", Shape.text),
                        ],
                        optional: ["volumeUtilisation", "weightUtilisation", "hash"]
                    )
                )
            ),
        ]
    )

    private static func transport() throws(GeneralFault) -> Agent {
        Agent(
            name: names[2],
            purpose: "Finds, prices and books a vehicle that provably fits.",
            tools: [
                "logistics.check-availability", "logistics.calculate-price",
                "logistics.book-vehicle", "logistics.update-booking-status",
                "logistics.get-booking",
            ],
            policy: TransportPolicy(),
            input: try Schema(Shape.record(nil, [order, ("plans", Shape.list(of: plan))])),
            output: try Schema(
                Shape.record(
                    nil,
                    [
                        (
                            "bookings",
                            Shape.list(
                                of: Shape.record(
                                    nil,
                                    [("id", Shape.id), ("vehicle", Shape.any)]
                                )
                            )
                        ), ("price", Shape.money), ("co2Grams", Shape.count),
                    ]
                )
            ),
            guidance: """
                Each plan is one way to load the whole order; plan P needs one vehicle of the given kind for each \
                of its vehicles, and the load at place I of plan P is called "P/I". Check which vehicles \
                are free; when the order has booked some already, release those and check again. Price those of the right kinds (at most four for each load, those at the pickup \
                depot first), and book the cheapest way, at the same price the one with less CO2. When a \
                vehicle was taken meanwhile, release what you booked of that way and go on with the \
                next. Book exactly one way. The price is that of all its bookings.
                """
        )
    }
}
