public import Core

/// The shapes of workflow runs, as tools of every room answer them.
public enum ExecutionShapes {
    /// The states of a run, as AWS names them.
    public static let status = Shape.choice([
        "RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED",
    ])

    /// A run in a list.
    public static let summary = Shape.record(
        "Run summary",
        [
            ("id", Shape.id), ("workflow", Shape.text), ("version", Shape.text),
            ("status", status), ("startedAt", Shape.time),
            ("endedAt", Shape.nullable(Shape.time)),
            (
                "state",
                Shape.described(Shape.nullable(Shape.text), "The state it is in, or ended in.")
            ),
            ("subject", Shape.nullable(Shape.text)), ("error", Shape.nullable(Shape.text)),
            ("cause", Shape.nullable(Shape.text)), ("name", Shape.text),
            ("paused", Shape.described(Shape.flag, "Whether nothing new begins in it.")),
        ]
    )

    /// A run with its history and definition.
    public static let detail = Shape.extended(
        summary,
        "Run",
        [
            ("input", Shape.any), ("output", Shape.any),
            (
                "history",
                Shape.described(
                    Shape.list(
                        of: [
                            "title": "History event", "type": "object",
                            "required": ["id", "type", "timestamp", "previousEventId"],
                            "properties": [
                                "id": Shape.count, "type": Shape.text, "timestamp": Shape.time,
                                "previousEventId": Shape.count,
                            ],
                        ]
                    ),
                    "The events as AWS Step Functions names them; large values are left out."
                )
            ),
            (
                "historyCount",
                Shape.described(
                    Shape.count,
                    "How many events there are; the first 5,000 are shown."
                )
            ), ("traceId", Shape.text),
            (
                "parentId",
                Shape.described(
                    Shape.nullable(Shape.id),
                    "The run that waits for this one's end, or did."
                )
            ),
            ("definition", Shape.described(Shape.any, "The States Language document.")),
        ]
    )
}
