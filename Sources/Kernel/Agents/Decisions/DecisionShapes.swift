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
            (
                "asked",
                Shape.described(
                    Shape.any,
                    "What the agent had asked for, where a person had something else done."
                )
            ),
            ("approval", Shape.described(Shape.object, "Who agreed to the call.")),
            ("costMicros", Shape.count),
        ],
        optional: ["output", "error", "asked", "approval", "costMicros"]
    )

    private static let policy = Shape.record(
        "Deciding policy",
        [
            ("name", Shape.text), ("version", Shape.count),
            (
                "model",
                Shape.described(Shape.nullable(Shape.text), "As the provider names it.")
            ),
            (
                "insteadOf",
                Shape.described(
                    Shape.record(
                        nil,
                        [
                            ("name", Shape.text), ("version", Shape.count), ("code", Shape.text),
                            ("reason", Shape.text),
                        ]
                    ),
                    "The policy that should have decided, and why it did not."
                )
            ),
        ],
        optional: ["model", "insteadOf"]
    )

    /// What a person put in the place of a decision.
    public static let overruling = Shape.record(
        "Overruling",
        [
            ("choice", Shape.text), ("reason", Shape.text), ("by", Shape.actor),
            ("at", Shape.time),
        ]
    )

    private static let common: [(String, JSON)] = [
        ("id", Shape.id), ("agent", Shape.text), ("at", Shape.time), ("subject", Shape.text),
        ("inputs", Shape.any), ("options", Shape.list(of: option)), ("choice", Shape.text),
        ("rationale", Shape.text), ("confidence", Shape.share),
        ("policy", policy), ("costMicros", Shape.count), ("tokens", Shape.object),
        ("latencyMicros", Shape.count),
        ("onBehalfOf", Shape.nullable(Shape.actor)), ("executionId", Shape.nullable(Shape.id)),
        ("output", Shape.any), ("task", Shape.text), ("isRoutine", Shape.flag),
        ("approvals", Shape.count), ("intent", Shape.nullable(Shape.text)),
        ("overruled", Shape.nullable(overruling)),
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
        optional: ["tokens"]
    )

    /// A page of decisions.
    public static let page = Shape.page(of: listed)

    /// A decision with its tool calls.
    public static let detail = Shape.record(
        "Decision",
        common + [
            ("toolCalls", Shape.list(of: call)), ("modelCalls", Shape.list(of: call)),
            ("run", Shape.text),
        ],
        optional: ["tokens"]
    )
}
