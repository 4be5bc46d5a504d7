public import Core

/// The shapes of decisions.
public enum DecisionShapes {
    private static let option = Shape.record(
        "Option",
        [
            ("label", Shape.text),
            (
                "score",
                Shape.described(Shape.nullable(Shape.number), "0…1; null when it was ruled out.")
            ), ("rejected", Shape.flag), ("reasons", Shape.list(of: Shape.text)),
            ("detail", Shape.any),
        ]
    )

    private static let call = Shape.record(
        "Tool call",
        [
            ("tool", Shape.text), ("input", Shape.any), ("output", Shape.any),
            (
                "error",
                Shape.record(nil, [("code", Shape.text), ("message", Shape.text)])
            ), ("startedAt", Shape.time), ("durationMicros", Shape.count),
        ],
        optional: ["output", "error"]
    )

    private static let common: [(String, JSON)] = [
        ("id", Shape.id), ("agent", Shape.text), ("at", Shape.time), ("subject", Shape.text),
        ("inputs", Shape.any), ("options", Shape.list(of: option)), ("choice", Shape.text),
        ("rationale", Shape.text), ("confidence", Shape.share),
        (
            "policy",
            Shape.record(nil, [("name", Shape.text), ("version", Shape.count)])
        ), ("costMicros", Shape.count), ("latencyMicros", Shape.count),
        ("onBehalfOf", Shape.nullable(Shape.actor)), ("executionId", Shape.nullable(Shape.id)),
        ("output", Shape.any),
        (
            "intentId",
            Shape.described(Shape.text, "The intent that it acts for; absent for none.")
        ),
    ]

    /// A decision in a list.
    static let listed = Shape.record(
        "Listed decision",
        common + [
            ("toolCallCount", Shape.count),
            (
                "links",
                Shape.record(
                    nil,
                    [("self", Shape.text), ("execution", Shape.nullable(Shape.text))]
                )
            ),
        ],
        optional: ["intentId"]
    )

    /// A page of decisions.
    public static let page = Shape.page(of: listed)

    /// A decision with its tool calls.
    public static let detail = Shape.record(
        "Decision",
        common + [("toolCalls", Shape.list(of: call))],
        optional: ["intentId"]
    )
}
