import Agents
import Core

/// The shapes of what the solution's tools answer.
enum LogisticsShapes {
    private static func words<Choice: RawRepresentable & CaseIterable>(_: Choice.Type) -> JSON
    where Choice.RawValue == String { Shape.choice(Choice.allCases.map(\.rawValue)) }

    private static func millimetres(_ names: String...) -> [(String, JSON)] {
        names.map { ($0, Shape.integer) }
    }

    static let orderStatus = words(OrderStatus.self)
    static let bookingStatus = words(BookingStatus.self)
    static let vehicleClass = words(VehicleClass.self)
    static let version = Shape.described(
        ["type": "integer", "minimum": 1],
        "Rises with every change; for If-Match."
    )

    static let address = Shape.record(
        "Address",
        [
            ("name", Shape.text), ("street", Shape.text), ("postcode", Shape.text),
            ("city", Shape.text), ("country", Shape.text), ("latitude", Shape.number),
            ("longitude", Shape.number),
        ]
    )

    static let customer = Shape.record(
        "Customer",
        [
            ("id", Shape.id), ("name", Shape.text), ("email", Shape.text),
            ("phone", Shape.nullable(Shape.text)), ("address", address),
        ]
    )
    private static let contact = Shape.record(
        "Customer contact",
        [
            ("id", Shape.id), ("name", Shape.text), ("email", Shape.text),
            ("phone", Shape.nullable(Shape.text)),
        ]
    )

    static let depot = Shape.record(
        "Depot",
        [("id", Shape.id), ("name", Shape.text), ("address", address)]
    )

    // MARK: Vehicles

    static let vehicleReference = Shape.record(
        "Vehicle reference",
        [("id", Shape.id), ("name", Shape.text), ("class", vehicleClass)]
    )
    private static let axle = Shape.record(
        "Axle",
        [
            ("name", Shape.text), ("positionMm", Shape.integer), ("emptyGrams", Shape.count),
            ("limitGrams", Shape.count),
        ]
    )
    private static let rates = Shape.record(
        "Vehicle rates",
        [
            ("base", Shape.money), ("perKilometre", Shape.money), ("perTonne", Shape.money),
            ("perCubicMetre", Shape.money), ("fuelSurchargeBasisPoints", Shape.count),
            ("tollPerKilometre", Shape.money), ("minimum", Shape.money),
        ]
    )
    static let vehicle = Shape.record(
        "Vehicle",
        [
            ("id", Shape.id), ("name", Shape.text), ("class", vehicleClass),
            ("refrigerated", Shape.flag),
        ] + millimetres("lengthMm", "widthMm", "heightMm") + [
            ("payloadGrams", Shape.count), ("axles", Shape.list(of: axle)), ("rates", rates),
            ("depot", Shape.named),
            ("available", Shape.described(Shape.flag, "Whether nobody has booked it that day.")),
        ]
    )

    // MARK: Bookings

    private static let priceLine = Shape.record(
        "Price line",
        [("label", Shape.text), ("amount", Shape.money), ("explanation", Shape.text)]
    )
    static let booking = Shape.record(
        "Booking",
        [
            ("id", Shape.id), ("orderId", Shape.id), ("status", bookingStatus),
            ("date", Shape.date), ("price", Shape.money),
            ("breakdown", Shape.list(of: priceLine)), ("distanceMeters", Shape.count),
            ("co2Grams", Shape.count), ("etaAt", Shape.nullable(Shape.time)),
            ("version", version), ("vehicle", vehicleReference),
            (
                "tripId",
                Shape.described(
                    Shape.nullable(Shape.id),
                    "The shared trip that it is part of; null when the order has the vehicle to itself."
                )
            ),
        ],
        optional: ["tripId"]
    )
    static let price = Shape.record(
        "Price",
        [
            ("price", Shape.money), ("breakdown", Shape.list(of: priceLine)),
            ("distanceMeters", Shape.count), ("co2Grams", Shape.count),
            ("co2Explanation", Shape.text), ("etaAt", Shape.nullable(Shape.time)),
        ],
        optional: ["etaAt"]
    )

    // MARK: Orders

    static let orderSummary = Shape.record(
        "Order summary",
        [
            ("id", Shape.id), ("reference", Shape.text), ("status", orderStatus),
            ("statusReason", Shape.nullable(Shape.text)), ("customer", Shape.named),
            (
                "destination",
                Shape.record(
                    nil,
                    [
                        ("city", Shape.nullable(Shape.text)),
                        ("country", Shape.nullable(Shape.text)),
                    ]
                )
            ),
            ("requestedDate", Shape.date), ("itemCount", Shape.count),
            ("totalWeightGrams", Shape.count), ("totalVolumeMm3", Shape.count),
            ("createdAt", Shape.time), ("updatedAt", Shape.time), ("version", version),
            ("price", Shape.nullable(Shape.money)), ("vehicle", Shape.nullable(Shape.text)),
        ]
    )
    private static let line = Shape.record(
        "Order line",
        [("id", Shape.text), ("name", Shape.text)]
            + millimetres("lengthMm", "widthMm", "heightMm") + [
                ("weightGrams", Shape.count), ("quantity", Shape.count),
                ("upright", Shape.list(of: words(OrderItem.Side.self))),
                ("maxLoadGrams", Shape.nullable(Shape.count)), ("fragile", Shape.flag),
                ("stop", Shape.count),
                (
                    "goodsClass",
                    Shape.described(
                        Shape.nullable(Shape.text),
                        "What the goods are, for goods that are kept apart (GET /api/keep-apart)."
                    )
                ),
                (
                    "priority",
                    Shape.described(
                        Shape.count,
                        "When not everything fits, higher goes first; 0 to 9."
                    )
                ),
            ]
    )
    private static let delivery = Shape.record(
        "Delivery",
        [("stop", Shape.count), ("address", address)]
    )
    private static let change = Shape.record(
        "Status change",
        [
            ("at", Shape.time), ("from", Shape.nullable(orderStatus)), ("to", orderStatus),
            ("actor", Shape.actor), ("reason", Shape.nullable(Shape.text)),
        ]
    )
    private static let decision = Shape.record(
        "Order decision",
        [
            ("id", Shape.id), ("agent", Shape.text), ("at", Shape.time), ("choice", Shape.text),
            ("confidence", Shape.share),
        ]
    )
    private static let layoutSummary = Shape.record(
        "Layout summary",
        [
            ("volumeUtilisation", Shape.number), ("weightUtilisation", Shape.number),
            ("vehicles", Shape.count), ("boxes", Shape.count), ("key", Shape.text),
            ("version", Shape.count),
        ]
    )
    private static let body: [(String, JSON)] = [
        ("customer", contact),
        (
            "pickup",
            Shape.record(
                nil,
                [("depotId", Shape.id), ("name", Shape.text), ("city", Shape.text)]
            )
        ),
        ("deliveries", Shape.list(of: delivery)), ("items", Shape.list(of: line)),
        ("notes", Shape.nullable(Shape.text)),
    ]
    static let order = Shape.extended(
        orderSummary,
        "Order",
        body + [
            ("customerId", Shape.id), ("depotId", Shape.id),
            ("history", Shape.list(of: change)), ("bookings", Shape.list(of: booking)),
            ("layout", Shape.nullable(layoutSummary)),
            ("execution", Shape.nullable(ExecutionShapes.summary)),
            ("decisions", Shape.list(of: decision)),
        ],
        optional: ["execution", "decisions"]
    )
    /// The order as agents get it.
    static let orderForAgents = Shape.extended(orderSummary, "Order for agents", body)

    static let counts: (String, JSON) = (
        "counts",
        Shape.described(
            Shape.record(nil, OrderStatus.allCases.map { ($0.rawValue, Shape.count) }),
            "How many orders of each status there are, whatever the filter."
        )
    )

    static let importReport = Shape.record(
        "Import report",
        [
            ("imported", Shape.count), ("rejected", Shape.count),
            (
                "errors",
                Shape.list(
                    of: Shape.record(
                        nil,
                        [("row", Shape.count), ("field", Shape.text), ("message", Shape.text)]
                    )
                )
            ),
        ]
    )

    static let bulk = Shape.record(
        "Bulk result",
        [
            (
                "results",
                Shape.list(
                    of: Shape.record(
                        nil,
                        [
                            ("id", Shape.id), ("ok", Shape.flag),
                            (
                                "problem",
                                Shape.described(
                                    Shape.object,
                                    "Why it was not done, as problem details."
                                )
                            ),
                        ],
                        optional: ["problem"]
                    )
                )
            )
        ]
    )

    static let metrics = Shape.record(
        "Logistics metrics",
        [
            ("orders", Shape.record(nil, OrderStatus.allCases.map { ($0.rawValue, Shape.count) })),
            ("bookedVolumeUtilisation", Shape.nullable(Shape.number)),
            ("bookedWeightUtilisation", Shape.nullable(Shape.number)),
            ("costPerOrder", Shape.nullable(Shape.money)),
            (
                "agents",
                Shape.list(
                    of: Shape.record(
                        nil,
                        [
                            ("name", Shape.text), ("invocations", Shape.count),
                            ("p50Micros", Shape.count), ("p99Micros", Shape.count),
                        ]
                    )
                )
            ),
        ]
    )
}
