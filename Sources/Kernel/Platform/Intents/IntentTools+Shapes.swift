import Agents
import Core
import Intents
import Store

extension IntentTools {
    static let idInput = Shape.record(nil, [("id", ["type": "string", "maxLength": 100])])

    static let node = Shape.described(
        ["type": "string", "minLength": 3, "maxLength": 300],
        "goal:…, intent:<id>, agent:… or resource:…, without spaces."
    )
    static let relation = Shape.choice(GraphRelation.allCases.map(\.rawValue))
    static let status = Shape.choice(Intent.Status.allCases.map(\.rawValue))
    static let state = Shape.choice(Observation.State.allCases.map(\.rawValue))
    static let risk = Shape.choice(Observation.Risk.allCases.map(\.rawValue))
    static let cost = Shape.choice(Intent.Cost.allCases.map(\.rawValue))
    static let priority = Shape.choice(Intent.Priority.allCases.map(\.rawValue))

    static let constraints = Shape.record(
        "Intent constraints",
        [
            (
                "cost",
                Shape.described(cost, "What a remediation may cost without a person's word.")
            ),
            (
                "sensitivity",
                Shape.described(
                    Shape.choice(Intent.Sensitivity.allCases.map(\.rawValue)),
                    "restricted: seen by administrators, managers, supervisors and the owner only."
                )
            ),
        ],
        optional: ["cost", "sensitivity"]
    )

    static let predicate = Shape.described(
        ["anyOf": [["type": "string", "maxLength": 1_000], ["type": "object"]]],
        "What must hold, as text such as share(logistics.orders, on_time = true) over 7d >= 0.95, or as "
            + "an object {metric, function, field, conditions, where, window, comparison, target}."
    )

    static let remedy = Shape.record(
        "Intent remedy",
        [
            ("workflow", Shape.text), ("cost", cost), ("needsApproval", Shape.flag),
            (
                "effect",
                Shape.described(Shape.number, "By how much the measure gets better, above 0.")
            ), ("judgeAfterSeconds", Shape.count),
        ],
        optional: ["cost", "needsApproval", "judgeAfterSeconds"]
    )

    static let edge = Shape.record(
        "Graph edge",
        [("from", node), ("relation", relation), ("to", node)]
    )

    static let outcome: JSON = [
        "type": "string", "minLength": 1, "maxLength": 500,
        "description": "What is wanted, in a line.",
    ]

    /// What is written of a beacon.
    static let draft: [(String, JSON)] = [
        ("intent_id", Shape.described(Shape.id, "Chosen by the sender; a new one without it.")),
        (
            "domain",
            Shape.described(
                ["type": "string", "maxLength": 60],
                "The field of work, for instance quality, inventory or maintenance."
            )
        ), ("desired_outcome", outcome),
        ("deadline", Shape.described(Shape.text, "RFC 3339, to come.")),
        ("constraints", constraints), ("predicate", predicate),
        (
            "goal",
            Shape.described(
                Shape.choice(Intent.Goal.allCases.map(\.rawValue)),
                "maintain: to hold until the deadline; achieve: to come true once. Default maintain."
            )
        ), ("priority", priority), ("owner", Shape.id), ("remedies", Shape.list(of: remedy)),
        (
            "edges",
            Shape.list(of: Shape.record(nil, [("relation", relation), ("to", node)]))
        ),
        (
            "status",
            Shape.described(Shape.choice(["proposed", "open"]), "Default open.")
        ),
    ]

    static let draftOptional: Set<String> = [
        "intent_id", "constraints", "goal", "priority", "owner", "remedies", "edges", "status",
    ]

    private static let fullConstraints = Shape.record(
        "Constraints of an intent",
        [
            ("cost", cost),
            ("sensitivity", Shape.choice(Intent.Sensitivity.allCases.map(\.rawValue))),
        ]
    )

    private static let fullRemedy = Shape.record(
        "Remedy of an intent",
        [
            ("workflow", Shape.text), ("cost", cost), ("needsApproval", Shape.flag),
            ("effect", Shape.number), ("judgeAfterSeconds", Shape.count),
        ]
    )

    private static let micros = Shape.described(
        Shape.integer,
        "Millionths of the organisation's currency."
    )

    private static let fields: [(String, JSON)] = [
        ("intent_id", Shape.id), ("domain", Shape.text), ("desired_outcome", Shape.text),
        ("deadline", Shape.time), ("constraints", fullConstraints), ("predicate", Shape.text),
        ("measure", Shape.object), ("goal", Shape.choice(Intent.Goal.allCases.map(\.rawValue))),
        ("priority", priority), ("owner", Shape.actor), ("remedies", Shape.list(of: fullRemedy)),
        ("status", status), ("preset", Shape.nullable(Shape.text)),
        ("createdBy", Shape.actor), ("createdAt", Shape.time),
        ("openedAt", Shape.nullable(Shape.time)), ("closedAt", Shape.nullable(Shape.time)),
        ("closedReason", Shape.nullable(Shape.text)), ("version", Shape.count),
        (
            "state",
            Shape.described(Shape.nullable(state), "null before the first evaluation.")
        ), ("value", Shape.nullable(Shape.number)), ("risk", Shape.nullable(risk)),
        ("evaluatedAt", Shape.nullable(Shape.time)),
        ("driftingSince", Shape.nullable(Shape.time)), ("drifts", Shape.count),
        ("heldSeconds", Shape.number), ("brokenSeconds", Shape.number),
        ("unknownSeconds", Shape.number),
        (
            "uptime",
            Shape.described(
                Shape.nullable(Shape.share),
                "The share of the time, as far as anything was measured, in which the predicate held."
            )
        ), ("remediations", Shape.count), ("remediationsImproved", Shape.count),
        ("decisions", Shape.count), ("costMicros", micros),
    ]

    static let intent = Shape.record("Intent", fields)

    private static let level = Shape.record(
        "Burn level",
        [
            ("name", Shape.text), ("longSeconds", Shape.count), ("shortSeconds", Shape.count),
            ("long", Shape.nullable(Shape.number)), ("short", Shape.nullable(Shape.number)),
            ("threshold", Shape.number), ("fires", Shape.flag),
        ]
    )

    private static let burn = Shape.record(
        "Burn reading",
        [
            ("allowed", Shape.number), ("levels", Shape.list(of: level)),
            ("consumed", Shape.nullable(Shape.number)),
            ("projected", Shape.nullable(Shape.number)),
            ("exhaustedAt", Shape.nullable(Shape.time)),
        ]
    )

    private static let trend = Shape.record(
        "Trend",
        [
            ("slopePerDay", Shape.number), ("fit", Shape.number), ("count", Shape.count),
            ("atDeadline", Shape.number),
        ]
    )

    static let observation = Shape.record(
        "Observation",
        [
            ("at", Shape.time), ("state", state), ("value", Shape.nullable(Shape.number)),
            ("good", Shape.nullable(Shape.number)), ("total", Shape.nullable(Shape.number)),
            ("reason", Shape.nullable(Shape.text)), ("risk", risk),
            ("burn", Shape.nullable(burn)), ("trend", Shape.nullable(trend)),
            ("breaksAt", Shape.nullable(Shape.time)),
        ]
    )

    static let remediation = Shape.record(
        "Remediation",
        [
            ("id", Shape.id), ("intentId", Shape.id), ("name", Shape.text),
            ("workflow", Shape.nullable(Shape.text)), ("cost", Shape.nullable(Shape.text)),
            ("rationale", Shape.nullable(Shape.text)), ("question", Shape.nullable(Shape.text)),
            ("reason", Shape.nullable(Shape.text)), ("answeredBy", Shape.nullable(Shape.actor)),
            (
                "status",
                Shape.choice(
                    [
                        "proposed", "approved", "rejected", "running", "improved", "no-effect",
                        "failed", "refused", "withdrawn",
                    ]
                )
            ), ("executionId", Shape.nullable(Shape.text)),
            ("decisionId", Shape.nullable(Shape.text)), ("predicted", Shape.number),
            ("baseline", Shape.nullable(Shape.number)),
            ("measured", Shape.nullable(Shape.number)), ("effect", Shape.nullable(Shape.number)),
            ("at", Shape.time), ("startedAt", Shape.nullable(Shape.time)),
            ("judgeAt", Shape.time), ("endedAt", Shape.nullable(Shape.time)),
        ]
    )

    static let detail = Shape.record(
        "Intent in full",
        fields + [
            ("observation", Shape.nullable(observation)), ("edges", Shape.list(of: edge)),
            ("latestRemediations", Shape.list(of: remediation)),
        ]
    )

    static let evaluation = Shape.record(
        "Evaluation",
        [
            ("at", Shape.time), ("until", Shape.time), ("state", state),
            ("value", Shape.nullable(Shape.number)), ("samples", Shape.count),
        ]
    )

    static let metric = Shape.record(
        "Measurable",
        [
            ("name", Shape.text), ("kind", Shape.choice(["records", "metric", "series"])),
            ("help", Shape.text), ("functions", Shape.list(of: Shape.text)),
            (
                "fields",
                Shape.list(
                    of: Shape.record(
                        nil,
                        [
                            ("name", Shape.text),
                            ("kind", Shape.choice(["flag", "number", "text"])),
                            ("help", Shape.text), ("values", Shape.list(of: Shape.text)),
                        ]
                    )
                )
            ),
        ]
    )

    static let registered = Shape.record(
        "Registered remediation",
        [
            ("name", Shape.text), ("purpose", Shape.text), ("helps", Shape.list(of: Shape.text)),
            ("workflow", Shape.text), ("cost", cost), ("needsApproval", Shape.flag),
            ("judgeAfterSeconds", Shape.count),
        ]
    )

    static let suggestion = Shape.record(
        "Intent suggestion",
        [
            ("id", Shape.id), ("at", Shape.time), ("updatedAt", Shape.time),
            ("kind", Shape.choice(["alarm", "trend", "default"])), ("domain", Shape.text),
            ("desired_outcome", Shape.text), ("predicate", Shape.text),
            ("preset", Shape.nullable(Shape.text)), ("evidence", Shape.list(of: Shape.text)),
        ]
    )

    static let graphNode = Shape.record(
        "Graph node",
        [
            ("node", node), ("kind", Shape.choice(GraphNode.Kind.allCases.map(\.rawValue))),
            ("key", Shape.text), ("title", Shape.text),
            ("depth", Shape.described(Shape.count, "Steps away from where the walk began.")),
            ("status", Shape.nullable(status)), ("state", Shape.nullable(state)),
        ]
    )

    static let graphAnswer = Shape.record(
        "Intent graph",
        [
            ("nodes", Shape.list(of: graphNode)), ("edges", Shape.list(of: edge)),
            ("cut", Shape.described(Shape.flag, "Whether there was more than is answered.")),
        ]
    )

    private static let agentShare = Shape.record(
        "Agent utilisation",
        [
            ("agent", Shape.text), ("busySeconds", Shape.number),
            ("availableSeconds", Shape.number), ("utilisation", Shape.share),
            ("decisions", Shape.count),
        ]
    )

    static let report = Shape.record(
        "Intent report",
        [
            ("generatedAt", Shape.time), ("organisation", Shape.id),
            ("intentUptime", Shape.nullable(Shape.share)),
            (
                "agentUtilisation",
                Shape.record(
                    nil,
                    [
                        ("overall", Shape.nullable(Shape.share)), ("periodSeconds", Shape.number),
                        ("agents", Shape.list(of: agentShare)),
                    ]
                )
            ), ("costPerIntentMicros", Shape.nullable(Shape.number)),
            ("totalCostMicros", micros), ("decisions", Shape.count),
            (
                "remediations",
                Shape.record(nil, [("total", Shape.count), ("improved", Shape.count)])
            ),
            (
                "counts",
                Shape.record(
                    nil,
                    [
                        "proposed", "open", "met", "missed", "withdrawn", "holding", "broken",
                        "unknown", "drifting", "atRisk",
                    ].map { ($0, Shape.count) }
                )
            ),
            (
                "intents",
                Shape.list(
                    of: Shape.record(
                        "Reported intent",
                        [
                            ("intent_id", Shape.id), ("domain", Shape.text),
                            ("desired_outcome", Shape.text), ("status", status),
                            ("priority", priority), ("predicate", Shape.text),
                            ("deadline", Shape.time), ("state", Shape.nullable(state)),
                            ("value", Shape.nullable(Shape.number)),
                            ("risk", Shape.nullable(risk)),
                            ("driftingSince", Shape.nullable(Shape.time)),
                            ("uptime", Shape.nullable(Shape.share)),
                            ("unknownSeconds", Shape.number), ("drifts", Shape.count),
                            ("remediations", Shape.count),
                            ("remediationsImproved", Shape.count), ("decisions", Shape.count),
                            ("costMicros", micros),
                            ("evaluatedAt", Shape.nullable(Shape.time)),
                        ]
                    )
                )
            ),
        ]
    )
}
