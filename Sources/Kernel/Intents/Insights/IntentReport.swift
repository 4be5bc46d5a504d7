public import Core
public import Store

/// The state of an organisation's intents in one view: what executives and widgets look at.
public struct IntentReport: Sendable {
    /// How many intents are listed; the counts are of all.
    public static let most = 200

    /// The moment.
    public var at: Timestamp
    /// The intents, those that matter most first.
    public var items: [JSON]
    /// How many there are by status.
    public var statuses: [String: Int]
    /// How many open ones there are by what their predicate does.
    public var states: [String: Int]
    /// How many open ones drift.
    public var drifting: Int
    /// How many open ones are at risk, or burn.
    public var atRisk: Int
    /// How long predicates held, and did not, together.
    public var heldMicros: Int64
    /// See ``heldMicros``.
    public var brokenMicros: Int64
    /// What all decisions that acted for intents cost.
    public var costMicros: Int64
    /// How many decisions acted for intents.
    public var decisions: Int
    /// How many remediations there were, and how many made the measure better.
    public var remediations: (all: Int, improved: Int)
    /// How many intents are held against reality, or were.
    public var opened: Int

    /// Reads the view once.
    ///
    /// - Parameters:
    ///   - scope: decides the organisation, and whether restricted intents are seen.
    ///   - now: the moment.
    ///   - publicOnly: whether restricted ones are left out for whoever asks.
    ///   - reader: the state to read.
    /// - Throws: `StoreError`.
    public init(
        scope: Scope,
        at now: Timestamp,
        publicOnly: Bool = false,
        in reader: any Reader
    ) throws {
        at = now
        items = []
        statuses = [:]
        states = [:]
        drifting = 0
        atRisk = 0
        heldMicros = 0
        brokenMicros = 0
        costMicros = 0
        decisions = 0
        remediations = (0, 0)
        opened = 0
        let seesAll = !publicOnly && !scope.roles.isDisjoint(with: Intent.confidants)
        try reader.forEach(
            """
            SELECT intent_id, domain, desired_outcome, status, priority, predicate, deadline, state,
                value, risk, drift_at, intent_uptime, held_micros, broken_micros, unknown_micros,
                drifts, remediations, remediations_improved, decisions, cost_micros, evaluated_at
            FROM intent_insights WHERE organisation = ?\(seesAll ? "" : " AND sensitivity = 'public'")
            ORDER BY CASE WHEN status = 'open' THEN 0 ELSE 1 END,
                CASE WHEN drift_at IS NOT NULL THEN 0 ELSE 1 END,
                CASE priority WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'normal' THEN 2
                    ELSE 3 END, deadline, intent_id
            """,
            [.id(scope.organisation)]
        ) { row in
            let status = try row.text(3)
            let state = try row.optionalText(7)
            let risk = try row.optionalText(9)
            statuses[status, default: 0] += 1
            if status == "open" {
                states[state ?? "not-evaluated", default: 0] += 1
                if !row.isNull(10) { drifting += 1 }
                if let risk, risk != "none" { atRisk += 1 }
            }
            heldMicros += try row.int(12)
            brokenMicros += try row.int(13)
            remediations.all += Int(try row.int(16))
            remediations.improved += Int(try row.int(17))
            decisions += Int(try row.int(18))
            costMicros += try row.int(19)
            if status != "proposed" { opened += 1 }
            guard items.count < Self.most else { return }
            items.append([
                "intent_id": .string(try row.text(0)), "domain": .string(try row.text(1)),
                "desired_outcome": .string(try row.text(2)), "status": .string(status),
                "priority": .string(try row.text(4)), "predicate": .string(try row.text(5)),
                "deadline": try row.timestamp(6).json, "state": .optional(state),
                "value": row.isNull(8) ? .null : .double(try row.double(8)),
                "risk": .optional(risk),
                "driftingSince": try row.optionalTimestamp(10)?.json ?? .null,
                "uptime": row.isNull(11) ? .null : .double(try row.double(11)),
                "unknownSeconds": .double(Double(try row.int(14)) / 1e6),
                "drifts": .int(try row.int(15)), "remediations": .int(try row.int(16)),
                "remediationsImproved": .int(try row.int(17)),
                "decisions": .int(try row.int(18)), "costMicros": .int(try row.int(19)),
                "evaluatedAt": try row.optionalTimestamp(20)?.json ?? .null,
            ])
        }
    }

    /// Held over held and broken, of all intents together; nil when nothing was measured.
    public var uptime: Double? {
        let known = heldMicros + brokenMicros
        return known > 0 ? Double(heldMicros) / Double(known) : nil
    }

    /// What an intent that was opened costs on average; nil when none was.
    public var costPerIntentMicros: Double? {
        opened > 0 ? Double(costMicros) / Double(opened) : nil
    }

    /// The API's form; `agents` are added beside the intents.
    public func json(
        agents: [AgentUtilisation],
        periodSeconds: Double,
        organisation: ID<Organisation>
    ) -> JSON {
        let busy = agents.reduce(0) { $0 + $1.busyMicros }
        let available = agents.reduce(0) { $0 + $1.availableMicros }
        func count(_ key: String, _ counts: [String: Int]) -> JSON { .int(counts[key] ?? 0) }
        return [
            "generatedAt": at.json, "organisation": organisation.json,
            "intentUptime": .optional(uptime),
            "agentUtilisation": [
                "overall": available > 0 ? .double(Double(busy) / Double(available)) : .null,
                "periodSeconds": .double(periodSeconds), "agents": .array(agents.map(\.json)),
            ],
            "costPerIntentMicros": .optional(costPerIntentMicros),
            "totalCostMicros": .int(costMicros), "decisions": .int(decisions),
            "remediations": [
                "total": .int(remediations.all), "improved": .int(remediations.improved),
            ],
            "counts": [
                "proposed": count("proposed", statuses), "open": count("open", statuses),
                "met": count("met", statuses), "missed": count("missed", statuses),
                "withdrawn": count("withdrawn", statuses),
                "holding": count("holds", states), "broken": count("broken", states),
                "unknown": .int(
                    (states["no-data"] ?? 0) + (states["no-telemetry"] ?? 0)
                        + (states["not-evaluated"] ?? 0)
                ), "drifting": .int(drifting), "atRisk": .int(atRisk),
            ],
            "intents": .array(items),
        ]
    }
}
