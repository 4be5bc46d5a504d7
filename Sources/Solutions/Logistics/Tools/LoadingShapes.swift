import Agents
import Core

/// The shapes of loading and of vehicles' calendars.
enum LoadingShapes {
    private static let progress: [(String, JSON)] = [
        ("total", Shape.count), ("placed", Shape.count), ("problems", Shape.count),
        (
            "completedAt",
            Shape.described(
                Shape.nullable(Shape.time),
                "When the last piece was placed or reported; null while some are open."
            )
        ),
    ]
    private static let state = Shape.choice(["open", "placed", "problem"])
    private static let reason = Shape.choice(PieceMark.Trouble.allCases.map(\.rawValue))

    /// What marking a piece answers.
    static let marked = Shape.record(
        "Loading progress",
        [("bookingId", Shape.id), ("sequence", Shape.count), ("state", state)] + progress
    )

    /// One vehicle in the list of loads.
    static let entry = Shape.record(
        "Load to do",
        [
            ("bookingId", Shape.id), ("orderId", Shape.id), ("orderReference", Shape.text),
            ("date", Shape.date), ("status", LogisticsShapes.bookingStatus),
            ("vehicle", LogisticsShapes.vehicleReference), ("depot", Shape.named),
            (
                "planned",
                Shape.described(Shape.flag, "Whether it has a plan; not when booked by hand.")
            ),
            ("pieces", Shape.count), ("placed", Shape.count), ("problems", Shape.count),
            ("completedAt", Shape.nullable(Shape.time)),
        ]
    )

    private static let stop = Shape.record(
        nil,
        [("stop", Shape.count), ("name", Shape.text), ("city", Shape.text)]
    )
    private static let lifting = Shape.record(
        nil,
        [("oneGrams", Shape.count), ("twoGrams", Shape.count), ("source", Shape.text)]
    )
    private static let vehicle = Shape.record(
        nil,
        progress + [("bookingId", Shape.id), ("name", Shape.text)]
    )

    /// A load piece by piece.
    static let sheet = Shape.record(
        "Loading sheet",
        [
            ("bookingId", Shape.id), ("orderId", Shape.id), ("orderReference", Shape.text),
            ("date", Shape.date), ("status", LogisticsShapes.bookingStatus),
            ("vehicle", LogisticsShapes.vehicleReference), ("depot", Shape.named),
            ("container", LayoutShapes.container), ("layoutVersion", Shape.count),
            ("stops", Shape.list(of: stop)), ("lifting", lifting),
            ("vehicles", Shape.list(of: vehicle)),
            (
                "boxes",
                Shape.list(
                    of: Shape.extended(
                        LayoutShapes.shownBox,
                        "Piece to load",
                        [
                            ("state", state), ("reason", reason),
                            ("note", Shape.nullable(Shape.text)),
                        ],
                        optional: ["reason", "note"]
                    )
                )
            ),
        ]
    )

    /// A load's sheet as a file.
    static let printed = Shape.record(
        "Printed sheet",
        [
            ("name", Shape.described(Shape.text, "What to call the file.")),
            ("content", Shape.described(Shape.text, "PDF, in base64.")),
            (
                "missingGlyphs",
                Shape.described(Shape.count, "Characters that no installed font can show.")
            ),
        ]
    )

    // MARK: Calendar

    private static let booked = Shape.record(
        "Booked day",
        [
            ("kind", ["const": "booking"]), ("date", Shape.date), ("bookingId", Shape.id),
            ("orderId", Shape.id), ("orderReference", Shape.text),
            ("status", LogisticsShapes.bookingStatus),
            (
                "utilisation",
                Shape.described(Shape.nullable(Shape.number), "The share of the volume.")
            ),
            (
                "weightUtilisation",
                Shape.described(Shape.nullable(Shape.number), "The share of the payload.")
            ),
        ]
    )
    private static let away = Shape.record(
        "Days off",
        [
            ("kind", ["const": "unavailable"]), ("id", Shape.id), ("from", Shape.date),
            ("to", Shape.date), ("reason", Shape.text),
        ]
    )
    private static let entries = Shape.list(of: ["anyOf": [booked, away]])

    /// The calendar of a period.
    static let calendar = Shape.record(
        "Vehicle calendar",
        [
            ("from", Shape.date), ("to", Shape.date),
            (
                "items",
                Shape.list(
                    of: Shape.record(
                        nil,
                        [
                            (
                                "vehicle",
                                Shape.extended(
                                    LogisticsShapes.vehicleReference,
                                    "Vehicle in the calendar",
                                    [
                                        ("depot", Shape.named), ("refrigerated", Shape.flag),
                                        ("payloadGrams", Shape.count), ("volumeMm3", Shape.count),
                                    ]
                                )
                            ), ("entries", entries),
                        ]
                    )
                )
            ),
        ]
    )

    /// A vehicle with what it does.
    static let vehicleDetail = Shape.extended(
        LogisticsShapes.vehicle,
        "Vehicle detail",
        [
            ("entries", entries),
            (
                "figures",
                Shape.record(
                    nil,
                    [
                        ("from", Shape.date), ("to", Shape.date), ("bookings", Shape.count),
                        ("distanceMeters", Shape.count), ("co2Grams", Shape.count),
                        ("revenue", Shape.nullable(Shape.money)),
                        ("volumeUtilisation", Shape.nullable(Shape.number)),
                        ("weightUtilisation", Shape.nullable(Shape.number)),
                    ]
                )
            ),
        ]
    )

    /// Days on which a vehicle cannot be booked.
    static let unavailability = Shape.record(
        "Unavailability",
        [
            ("id", Shape.id), ("vehicleId", Shape.id), ("from", Shape.date), ("to", Shape.date),
            ("reason", Shape.text),
        ]
    )
}
