import Agents
import Core
import Observability
import Store

extension ObservationTools {
    /// More rules than this an organisation may not have.
    private static let mostRules = 200

    private static let settings: JSON = [
        "name": ["type": "string", "minLength": 1, "maxLength": 120],
        "metric": ["type": "string", "minLength": 1, "maxLength": 200],
        "labels": [
            "type": "object", "additionalProperties": ["type": "string", "maxLength": 128],
        ],
        "statistic": words(MetricStatistic.self), "kind": words(AlarmRule.Kind.self),
        "comparison": words(AlarmRule.Comparison.self), "threshold": number,
        "band": ["type": ["number", "null"], "minimum": 0.5, "maximum": 20],
        "periodSeconds": ["type": "integer", "minimum": 10, "maximum": 3_600],
        "periods": ["type": "integer", "minimum": 1, "maximum": 100],
        "datapointsToAlarm": ["type": "integer", "minimum": 1, "maximum": 100],
        "missing": words(AlarmEvaluation.MissingData.self),
        "holdPeriods": ["type": "integer", "minimum": 1, "maximum": 100],
        "severity": words(AlarmRule.Severity.self), "enabled": flag,
    ]

    private static var rule: JSON {
        var properties = settings
        properties["id"] = text
        properties["isDefault"] = flag
        return object(properties)
    }

    func listRules() throws -> Tool {
        try Tool(
            name: "platform.list-alarm-rules",
            purpose: "Lists alarm rules: when which metric is out of bounds.",
            input: Self.object([:]),
            output: Self.list(Self.rule),
            roles: Self.responsible,
            body: .compute { [self] _, invocation in
                let found = try await scan(invocation) {
                    try AlarmStore().rules(for: $0, in: $1)
                }
                return ["items": .array(found.map(\.json)), "nextCursor": .null]
            }
        )
    }

    func createRule() throws -> Tool {
        try Tool(
            name: "platform.create-alarm-rule",
            purpose: "Adds an alarm rule over a metric.",
            input: Self.object(
                Self.settings,
                required: ["name", "metric", "statistic", "threshold"]
            ),
            output: Self.rule,
            roles: Self.rulers,
            body: .write { [self] input, invocation in
                let scope = invocation.scope
                var rule = AlarmRule(
                    id: kernel.ids.next(),
                    organisation: scope.organisation,
                    name: "",
                    metric: "",
                    statistic: .average,
                    threshold: 0
                )
                if let periods = try input.optional("periods") {
                    rule.datapointsToAlarm = min(rule.datapointsToAlarm, try periods.int())
                }
                try rule.apply(input, metrics: definitions(for: try await viewer(invocation)))
                let made = rule
                return { transaction in
                    let count = try AlarmStore().count(of: scope.organisation, in: transaction)
                    guard count < Self.mostRules else {
                        throw GeneralFault(
                            .conflict,
                            code: "too-many-rules",
                            "there are \(count) rules already; at most \(Self.mostRules) may be"
                        )
                    }
                    try AlarmStore().add(made, at: invocation.now, in: transaction)
                    try note("created", made, invocation, in: transaction)
                    return made.json
                }
            }
        )
    }

    func updateRule() throws -> Tool {
        var properties = Self.settings
        properties["id"] = Self.text
        return try Tool(
            name: "platform.update-alarm-rule",
            purpose: "Changes an alarm rule, or switches it off or on.",
            input: Self.object(properties, required: ["id"]),
            output: Self.rule,
            roles: Self.rulers,
            body: .write { [self] input, invocation in
                let viewer = try await viewer(invocation)
                let old = try await found(input, viewer)
                var rule = old
                try rule.apply(input, metrics: definitions(for: viewer))
                let clear =
                    rule.isEnabled
                    ? nil
                    : try await alarms.clearing(
                        old,
                        detail: "the rule was switched off",
                        scope: invocation.scope
                    )
                let changed = rule
                return { transaction in
                    guard try AlarmStore().rule(old.id, for: viewer, in: transaction) == old else {
                        throw GeneralFault(
                            .conflict,
                            code: "changed-meanwhile",
                            "somebody else has changed the rule; look at it again"
                        )
                    }
                    try AlarmStore().save(changed, in: transaction)
                    try clear?(transaction)
                    try note("changed", changed, invocation, in: transaction)
                    return changed.json
                }
            }
        )
    }

    func deleteRule() throws -> Tool {
        try Tool(
            name: "platform.delete-alarm-rule",
            purpose: "Deletes an alarm rule; a default can only be switched off.",
            input: Self.object(["id": Self.text]),
            output: ["type": "null"],
            roles: Self.rulers,
            body: .write { [self] input, invocation in
                let viewer = try await viewer(invocation)
                let rule = try await found(input, viewer)
                guard rule.preset == nil else {
                    throw GeneralFault(
                        .conflict,
                        code: "default-rule",
                        "\"\(rule.name)\" is a default; switch it off instead (enabled: false)"
                    )
                }
                let clear = try await alarms.clearing(
                    rule,
                    detail: "the rule was deleted",
                    scope: invocation.scope
                )
                return { transaction in
                    try clear?(transaction)
                    try AlarmStore().delete(rule.id, at: invocation.now, in: transaction)
                    try note("deleted", rule, invocation, in: transaction)
                    return .null
                }
            }
        )
    }

    private func viewer(_ invocation: Invocation) async throws -> Viewer {
        try await operators.viewer(invocation.scope)
    }

    private func found(_ input: JSONReader, _ viewer: Viewer) async throws -> AlarmRule {
        let text = try input.member("id").string()
        guard let id = ID<AlarmRule>(text),
            let rule = try await kernel.database.read({
                try AlarmStore().rule(id, for: viewer, in: $0)
            })
        else { throw Self.missing("alarm-rule", text) }
        return rule
    }

    private func note(
        _ what: String,
        _ rule: AlarmRule,
        _ invocation: Invocation,
        in transaction: any Transaction
    ) throws {
        try kernel.emit(
            "alarm-rule.\(what)",
            about: "alarm-rule:\(rule.id)",
            rule.json,
            by: invocation,
            in: transaction
        )
    }

    // MARK: Metrics

    /// The metrics that a viewer may ask for: the installation's only for whoever operates it.
    func definitions(for viewer: Viewer) -> [MetricDefinition] {
        metrics.history.definitions.filter { viewer.operates || $0.isPerOrganisation }
    }

    func listMetrics() throws -> Tool {
        try Tool(
            name: "platform.list-metrics",
            purpose: "Lists the metrics that alarm rules can be about.",
            input: Self.object([:]),
            output: Self.list(
                Self.object([
                    "name": Self.text, "kind": Self.words(MetricKind.self), "help": Self.text,
                    "labels": ["type": "array", "items": Self.text],
                ])
            ),
            roles: Self.responsible,
            body: .compute { [self] _, invocation in
                let found = definitions(for: try await operators.viewer(invocation.scope))
                return ["items": .array(found.map(\.json)), "nextCursor": .null]
            }
        )
    }
}
