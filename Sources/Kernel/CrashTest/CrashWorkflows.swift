import Core

/// The workflows of the crash test: between them, every kind of waiting that the engine does.
///
/// `crash.take`, `crash.keep` and `crash.tell` are its tools: the first two change the store, the
/// last one calls the outside.
enum CrashWorkflows {
    static let all = [
        CrashWorkflow("sequence", sequence, ends: "SUCCEEDED", lines: 3),
        CrashWorkflow("fan", fan, ends: "SUCCEEDED", lines: 3),
        CrashWorkflow("map", map, ends: "SUCCEEDED", lines: 5),
        CrashWorkflow("caught", caught, ends: "FAILED", lines: 1),
        CrashWorkflow("slow", slow, ends: "TIMED_OUT", lines: 1),
    ]

    /// The outside's answer is noted in the store.
    private static func keep(_ note: String) -> JSON {
        [
            "Type": "Task", "Resource": "weft:tool:crash.keep",
            "Parameters": ["note": .string(note), "answer.$": "$.answer"], "End": true,
        ]
    }

    /// The outside is asked, with retries; its answer arrives at `$.answer`.
    private static func tell(next: String, hopeless: Bool = false) -> JSON {
        [
            "Type": "Task", "Resource": "weft:tool:crash.tell",
            "Parameters": ["hopeless": .bool(hopeless)],
            "ResultPath": "$.answer",
            "Retry": [
                [
                    "ErrorEquals": ["outside-unreachable"], "IntervalSeconds": 1,
                    "MaxAttempts": .int(hopeless ? 2 : 20), "BackoffRate": 1.5,
                    "MaxDelaySeconds": 8,
                ]
            ],
            "Next": .string(next),
        ]
    }

    /// In the store, outside, in the store, a pause, an agent.
    static let sequence: JSON = [
        "StartAt": "Take",
        "States": [
            "Take": [
                "Type": "Task", "Resource": "weft:tool:crash.take", "ResultPath": "$.taken",
                "Next": "Tell",
            ],
            "Tell": tell(next: "Keep"),
            "Keep": [
                "Type": "Task", "Resource": "weft:tool:crash.keep",
                "Parameters": ["note": "sequence", "answer.$": "$.answer"],
                "ResultPath": "$.kept", "Next": "Rest",
            ],
            "Rest": ["Type": "Wait", "Seconds": 5, "Next": "Judge"],
            "Judge": ["Type": "Task", "Resource": "weft:agent:crash.judge", "End": true],
        ],
    ]

    /// Three branches at once: the store, the outside, a pause.
    static let fan: JSON = [
        "StartAt": "Fan",
        "States": [
            "Fan": [
                "Type": "Parallel",
                "Branches": [
                    [
                        "StartAt": "A",
                        "States": [
                            "A": ["Type": "Task", "Resource": "weft:tool:crash.take", "End": true]
                        ],
                    ],
                    [
                        "StartAt": "B",
                        "States": ["B": tell(next: "BKeep"), "BKeep": keep("fan")],
                    ],
                    [
                        "StartAt": "C",
                        "States": [
                            "C": ["Type": "Wait", "Seconds": 3, "Next": "CTake"],
                            "CTake": [
                                "Type": "Task", "Resource": "weft:tool:crash.take", "End": true,
                            ],
                        ],
                    ],
                ],
                "End": true,
            ]
        ],
    ]

    /// Five items, two at a time.
    static let map: JSON = [
        "StartAt": "Each",
        "States": [
            "Each": [
                "Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2,
                "ItemSelector": ["item.$": "$$.Map.Item.Value"],
                "ItemProcessor": [
                    "StartAt": "Tell",
                    "States": ["Tell": tell(next: "Keep"), "Keep": keep("map")],
                ],
                "End": true,
            ]
        ],
    ]

    /// The outside never answers: the way out is taken, once, and the execution fails.
    static let caught: JSON = [
        "StartAt": "Tell",
        "States": [
            "Tell": {
                var state = tell(next: "Never", hopeless: true)
                state["Catch"] = [
                    ["ErrorEquals": ["States.ALL"], "ResultPath": "$.problem", "Next": "Take"]
                ]
                return state
            }(),
            "Never": ["Type": "Succeed"],
            "Take": [
                "Type": "Task", "Resource": "weft:tool:crash.take", "ResultPath": nil,
                "Next": "GiveUp",
            ],
            "GiveUp": ["Type": "Fail", "Error": "GivenUp", "Cause": "The outside did not answer."],
        ],
    ]

    /// A task that takes longer than it may, and a workflow that is stopped by its own limit.
    static let slow: JSON = [
        "StartAt": "Dawdle", "TimeoutSeconds": 120,
        "States": [
            "Dawdle": [
                "Type": "Task", "Resource": "weft:tool:crash.dawdle", "TimeoutSeconds": 10,
                "Catch": [
                    ["ErrorEquals": ["States.Timeout"], "ResultPath": "$.late", "Next": "Take"]
                ],
                "Next": "Take",
            ],
            "Take": [
                "Type": "Task", "Resource": "weft:tool:crash.take", "ResultPath": nil,
                "Next": "Sleep",
            ],
            "Sleep": ["Type": "Wait", "Seconds": 3600, "End": true],
        ],
    ]
}
