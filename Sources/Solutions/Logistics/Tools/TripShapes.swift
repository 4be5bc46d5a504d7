import Agents
import Core

/// The shapes of shared trips and of the plans that they come from.
enum TripShapes {
    static let figures = Shape.record(
        "Trip figures",
        [
            ("price", Shape.money), ("distanceMeters", Shape.integer),
            (
                "co2Grams",
                Shape.described(
                    Shape.integer,
                    "What the vehicles emit over these kilometres, laden as the average is."
                )
            ),
        ]
    )
    private static let stop = Shape.record(
        "Trip stop",
        [
            ("stop", Shape.described(Shape.count, "In the order of visits, from 1.")),
            ("orderId", Shape.id), ("orderReference", Shape.nullable(Shape.text)),
            ("orderStop", Shape.described(Shape.count, "Which of the order's own stops it is.")),
            ("distanceMeters", Shape.described(Shape.count, "From the place before.")),
            ("arrivalAt", Shape.time), ("name", Shape.nullable(Shape.text)),
            ("postcode", Shape.nullable(Shape.text)), ("city", Shape.nullable(Shape.text)),
            ("country", Shape.nullable(Shape.text)), ("latitude", Shape.nullable(Shape.number)),
            ("longitude", Shape.nullable(Shape.number)), ("pieces", Shape.count),
            ("weightGrams", Shape.count),
        ]
    )
    private static let part = Shape.record(
        "Trip order",
        [
            ("orderId", Shape.id), ("reference", Shape.text),
            ("status", LogisticsShapes.orderStatus), ("customer", Shape.named),
            (
                "price",
                Shape.described(
                    Shape.money,
                    "Its part of the trip's price, in proportion to what it costs alone."
                )
            ), ("separate", Shape.described(figures, "What it costs, drives and emits alone.")),
            ("distanceMeters", Shape.described(Shape.count, "Its part of the way.")),
            ("co2Grams", Shape.described(Shape.count, "The shipment's, by tonne-kilometres.")),
            ("etaAt", Shape.time), ("weightGrams", Shape.count), ("volumeMm3", Shape.count),
            ("pieces", Shape.count), ("bookingId", Shape.nullable(Shape.id)),
            (
                "onBoard",
                Shape.described(Shape.flag, "Whether it still belongs to the trip.")
            ),
        ]
    )
    private static let load = Shape.record(
        "Trip load",
        [
            ("kind", Shape.text), ("label", Shape.text), ("volumeUtilisation", Shape.number),
            ("weightUtilisation", Shape.number), ("weightGrams", Shape.count),
            ("boxes", Shape.count), ("hash", Shape.text),
        ]
    )
    private static let event = Shape.record(
        "Trip event",
        [
            ("at", Shape.time),
            (
                "what",
                Shape.choice(["proposed", "accepted", "dispatched", "withdrawn", "replanned"])
            ),
            ("actor", Shape.actor), ("reason", Shape.nullable(Shape.text)),
            ("before", figures), ("after", figures),
            (
                "left",
                Shape.described(Shape.list(of: Shape.text), "References of orders that left it.")
            ),
        ],
        optional: ["before", "after", "left"]
    )
    private static let priceLine = Shape.record(
        nil,
        [("label", Shape.text), ("amount", Shape.money), ("explanation", Shape.text)]
    )
    static let trip = Shape.record(
        "Trip",
        [
            ("id", Shape.id), ("reference", Shape.text), ("planId", Shape.id),
            ("status", Shape.choice(TripStatus.allCases.map(\.rawValue))),
            ("version", LogisticsShapes.version), ("date", Shape.date), ("createdAt", Shape.time),
            ("updatedAt", Shape.time),
            (
                "depot",
                Shape.record(
                    nil,
                    [
                        ("id", Shape.id), ("name", Shape.text), ("latitude", Shape.number),
                        ("longitude", Shape.number),
                    ]
                )
            ), ("vehicle", LogisticsShapes.vehicleReference), ("departureAt", Shape.time),
            (
                "emptyMeters",
                Shape.described(Shape.count, "Driven empty to the depot from where it stands.")
            ), ("price", Shape.money), ("distanceMeters", Shape.count), ("co2Grams", Shape.count),
            ("breakdown", Shape.list(of: priceLine)),
            ("separate", Shape.described(figures, "Its orders on trips of their own.")),
            ("saved", figures), ("stops", Shape.list(of: stop)), ("orders", Shape.list(of: part)),
            ("load", load), ("history", Shape.list(of: event)),
        ]
    )
    private static let alone = Shape.record(
        "Order alone",
        [("orderId", Shape.id), ("reference", Shape.text), ("reason", Shape.text)]
    )
    static let region = Shape.record(
        "Trip region",
        [
            (
                "countries",
                ["type": "array", "maxItems": 50, "items": ["type": "string", "maxLength": 2]]
            ),
            (
                "postcodes",
                Shape.described(
                    [
                        "type": "array", "maxItems": 50,
                        "items": ["type": "string", "maxLength": 20],
                    ],
                    "What postcodes begin with."
                )
            ),
            (
                "kilometres",
                Shape.described(
                    Shape.nullable(["type": "integer", "minimum": 1, "maximum": 10_000]),
                    "From the depot, as the crow flies."
                )
            ),
        ],
        optional: ["countries", "postcodes", "kilometres"]
    )
    static let limits = Shape.record(
        "Trip limits",
        [
            ("stops", ["type": "integer", "minimum": 2, "maximum": 50]),
            (
                "detourPercent",
                Shape.described(
                    ["type": "integer", "minimum": 0, "maximum": 1_000],
                    "How much farther goods may travel than alone; default 50."
                )
            ),
            (
                "waitMinutes",
                Shape.described(
                    ["type": "integer", "minimum": 0, "maximum": 720],
                    "How long goods may wait for others to be ready; default 60."
                )
            ),
        ],
        optional: ["stops", "detourPercent", "waitMinutes"]
    )
    static let plan = Shape.record(
        "Trip plan",
        [
            ("id", Shape.id), ("date", Shape.date),
            ("status", Shape.choice(TripPlanRecord.Status.allCases.map(\.rawValue))),
            ("createdAt", Shape.time), ("depot", Shape.named), ("actor", Shape.actor),
            ("region", region), ("limits", limits), ("reason", Shape.nullable(Shape.text)),
            ("before", Shape.nullable(figures)), ("after", Shape.nullable(figures)),
            ("saved", Shape.nullable(figures)), ("looked", Shape.count),
            ("alone", Shape.described(Shape.list(of: alone), "Orders that keep their vehicles.")),
            ("left", Shape.described(Shape.list(of: alone), "Orders that were not looked at.")),
            ("trips", Shape.list(of: trip)),
        ]
    )

    static var layout: JSON {
        var layout = Shape.record(
            "Trip layout",
            [
                ("tripId", Shape.id), ("reference", Shape.text), ("version", Shape.count),
                ("vehicles", Shape.list(of: Shape.object)),
            ]
        )
        layout["additionalProperties"] = true
        return layout
    }
}
