import Agents
import Core
import Store

extension PlatformTools {
    /// The input of a list: its filters, and how it is sorted and paged.
    static func list(_ filters: [(String, JSON)], sort columns: [String]) -> JSON {
        let fields = filters + ListQuery.properties(sort: columns)
        return Shape.record(nil, fields, optional: Set(fields.map(\.0)))
    }

    static let message = Shape.record(
        "Message",
        [
            ("id", Shape.id), ("subject", Shape.text), ("body", Shape.text), ("at", Shape.time),
            ("read", Shape.flag), ("link", Shape.nullable(Shape.text)),
            ("severity", Shape.choice(["info", "warning", "alarm"])),
            ("needsAcknowledgement", Shape.flag), ("acknowledgedAt", Shape.nullable(Shape.time)),
            ("acknowledgedBy", Shape.nullable(Shape.text)),
        ]
    )

    static let deadLetter = Shape.record(
        "Dead letter",
        [
            ("id", Shape.id), ("rule", Shape.text), ("eventSeq", Shape.count),
            (
                "event",
                Shape.record(
                    nil,
                    [("type", Shape.text), ("subject", Shape.nullable(Shape.text))]
                )
            ), ("reason", Shape.text), ("attempts", Shape.count), ("at", Shape.time),
        ]
    )
}
