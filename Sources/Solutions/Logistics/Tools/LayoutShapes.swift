import Agents
import Core

/// The shapes of loads: what packing answers, and the layout that people see.
enum LayoutShapes {
    private static let box = Shape.record(
        "Box",
        [
            ("sequence", Shape.described(Shape.count, "When it is loaded, from 1.")),
            ("item", Shape.text), ("name", Shape.nullable(Shape.text)), ("stop", Shape.count),
            ("xMm", Shape.integer), ("yMm", Shape.integer), ("zMm", Shape.integer),
            ("lengthMm", Shape.integer), ("widthMm", Shape.integer), ("heightMm", Shape.integer),
            ("weightGrams", Shape.count),
            (
                "supported",
                Shape.described(Shape.number, "How much of its base rests on something.")
            ),
            ("bearsGrams", Shape.integer), ("maxLoadGrams", Shape.nullable(Shape.count)),
            ("fragile", Shape.flag),
            (
                "supportedMm2",
                Shape.described(Shape.count, "The area of its base that rests on something.")
            ),
            (
                "reachable",
                Shape.described(
                    Shape.flag,
                    "Whether no box of a later stop is above it or between it and the door."
                )
            ),
            (
                "access",
                Shape.described(
                    Shape.choice(LoadingStep.Access.allCases.map(\.rawValue)),
                    "How it gets to its place past what is there: pushed in straight, slid in under "
                        + "something, lifted over something, or not without turning it."
                )
            ),
            ("goodsClass", Shape.described(Shape.text, "What the goods are; absent for any.")),
            (
                "priority",
                Shape.described(Shape.count, "How early it was taken, 1 to 9; absent for 0.")
            ),
        ],
        // Layouts that were saved before there were these lack them.
        optional: ["supportedMm2", "reachable", "access", "goodsClass", "priority"]
    )
    /// A box as people see it: which piece it is, how it is turned, what it stands on.
    static let shownBox = Shape.extended(
        box,
        "Placed piece",
        [
            (
                "piece",
                Shape.described(Shape.count, "The how-manieth of its line, in loading order.")
            ), ("of", Shape.described(Shape.count, "How many pieces the line has.")),
            ("upright", side), ("along", side),
            (
                "restsOn",
                Shape.described(
                    Shape.list(of: Shape.count),
                    "The boxes below it by sequence; none is the floor."
                )
            ),
            (
                "lift",
                Shape.described(
                    Shape.choice(LiftingAdvice.allCases.map(\.rawValue)),
                    "How many people should lift it, or that it takes an aid."
                )
            ),
        ],
        optional: ["upright", "along"]
    )
    private static let side = Shape.choice(OrderItem.Side.allCases.map(\.rawValue))
    private static let place = Shape.record(
        nil,
        [("xMm", Shape.integer), ("yMm", Shape.integer), ("zMm", Shape.integer)]
    )
    private static let axleLoad = Shape.record(
        "Axle load",
        [
            ("name", Shape.text), ("positionMm", Shape.integer), ("loadGrams", Shape.integer),
            ("limitGrams", Shape.nullable(Shape.integer)),
        ],
        optional: ["positionMm"]
    )
    private static let wholeAxle = Shape.extended(
        axleLoad,
        "Axle load with its vehicle",
        [
            ("emptyGrams", Shape.count), ("totalGrams", Shape.integer),
            ("permittedGrams", Shape.count),
        ],
        optional: ["emptyGrams", "totalGrams", "permittedGrams"]
    )
    static let container = Shape.record(
        "Load space",
        [
            ("lengthMm", Shape.integer), ("widthMm", Shape.integer), ("heightMm", Shape.integer),
            ("payloadGrams", Shape.count),
        ]
    )
    /// One loaded vehicle; what is added to it later is allowed.
    private static func load(
        _ title: String,
        _ box: JSON,
        _ axle: JSON,
        _ more: [(String, JSON)]
    ) -> JSON {
        var record = Shape.record(
            title,
            [
                ("kind", Shape.text), ("label", Shape.text),
                ("class", LogisticsShapes.vehicleClass), ("container", container),
                ("boxes", Shape.list(of: box)), ("volumeUtilisation", Shape.number),
                ("weightUtilisation", Shape.number), ("weightGrams", Shape.count),
                ("volumeMm3", Shape.count), ("iterations", Shape.count), ("seed", Shape.integer),
                ("hash", Shape.text), ("axles", Shape.list(of: axle)),
                ("centreOfGravity", place),
                (
                    "volumeBound",
                    Shape.described(Shape.share, "The use of volume that no layout can exceed.")
                ), ("boundReason", Shape.described(Shape.text, "Why, in words.")),
            ] + more,
            optional: ["centreOfGravity", "volumeBound", "boundReason"]
        )
        record["additionalProperties"] = true
        return record
    }

    private static let packed = load("Packed vehicle", box, axleLoad, [])
    private static let loaded = load(
        "Loaded vehicle",
        shownBox,
        wholeAxle,
        [
            (
                "vehicle",
                Shape.record(
                    nil,
                    [
                        (
                            "id",
                            Shape.described(
                                Shape.nullable(Shape.id),
                                "Null before booking: only the kind of vehicle is known."
                            )
                        ), ("name", Shape.nullable(Shape.text)),
                        ("class", LogisticsShapes.vehicleClass),
                    ]
                )
            )
        ]
    )

    static let plan = Shape.record(
        "Plan",
        [("plan", Shape.count), ("vehicles", Shape.list(of: packed))]
    )

    /// A way to load the order, as a layout tells of those that it does not show.
    private static let way = Shape.record(
        "Way to load",
        [
            ("plan", Shape.count),
            (
                "vehicles",
                Shape.described(Shape.list(of: Shape.text), "The kinds of vehicle it takes.")
            ), ("boxes", Shape.count),
        ]
    )

    static let versions = Shape.record(
        "Layout versions",
        [
            ("orderId", Shape.id), ("orderReference", Shape.text),
            (
                "items",
                Shape.list(
                    of: Shape.record(
                        "Layout version",
                        [("version", Shape.count), ("at", Shape.time), ("actor", Shape.actor)]
                    )
                )
            ),
        ]
    )

    static var layout: JSON {
        var layout = Shape.record(
            "Layout",
            [
                ("orderId", Shape.id), ("orderReference", Shape.text), ("version", Shape.count),
                (
                    "plan",
                    Shape.described(Shape.nullable(Shape.count), "Which way to load it is shown.")
                ), ("plans", Shape.list(of: way)), ("vehicles", Shape.list(of: loaded)),
            ]
        )
        layout["additionalProperties"] = true
        return layout
    }

    private static let axles = Shape.record(
        nil,
        [
            ("frontMm", Shape.integer), ("rearMm", Shape.integer),
            ("frontLimitGrams", Shape.integer), ("rearLimitGrams", Shape.integer),
        ]
    )
    /// A kind of vehicle, as packing takes it.
    static let kind = Shape.record(
        "Vehicle kind",
        [
            ("kind", Shape.text), ("label", Shape.text), ("class", LogisticsShapes.vehicleClass),
            ("count", Shape.count), ("lengthMm", Shape.integer), ("widthMm", Shape.integer),
            ("heightMm", Shape.integer), ("payloadGrams", Shape.count), ("axles", axles),
        ],
        optional: ["axles"]
    )

    static let packing = Shape.record(
        "Packing",
        [
            ("plans", Shape.list(of: plan)),
            (
                "attempts",
                Shape.list(
                    of: Shape.record(
                        nil,
                        [
                            ("kind", Shape.text), ("label", Shape.text),
                            ("utilisation", Shape.number),
                            ("refusal", Shape.nullable(Shape.text)),
                        ]
                    )
                )
            ),
            ("reasons", ["type": "object", "additionalProperties": ["type": "string"]]),
        ]
    )

    static let load = Shape.record(
        "Load",
        [
            ("weightGrams", Shape.count), ("volumeMm3", Shape.count), ("pieces", Shape.count),
            ("stops", Shape.count), ("kinds", Shape.list(of: kind)),
            ("keepApart", LogisticsTools.keepApartRules),
        ]
    )

    static let availability = Shape.record(
        "Availability",
        [
            ("date", Shape.date),
            (
                "vehicles",
                Shape.list(
                    of: Shape.record(
                        nil,
                        [
                            ("id", Shape.id), ("name", Shape.text), ("kind", Shape.text),
                            ("depot", Shape.nullable(Shape.text)), ("atPickup", Shape.flag),
                        ]
                    )
                )
            ),
            (
                "booked",
                Shape.described(
                    Shape.list(
                        of: Shape.record(
                            nil,
                            [
                                ("id", Shape.id), ("vehicleId", Shape.id), ("name", Shape.text),
                                ("load", Shape.nullable(Shape.text)),
                            ]
                        )
                    ),
                    "The order's bookings so far, as an earlier attempt left them."
                )
            ),
        ]
    )

    static let saved = Shape.record(
        nil,
        [("key", Shape.text), ("version", Shape.count)]
    )
}
