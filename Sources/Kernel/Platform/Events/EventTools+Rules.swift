import Agents
import Core
import Events
import HTTP
import Identity
import Store

extension EventTools {
    static let ruleRoutes: [ToolRoute] = [
        ToolRoute(.get, "/api/event-rules", tool: "events.list-rules"),
        ToolRoute(
            .post,
            "/api/event-rules",
            tool: "events.create-rule",
            status: .created,
            isVersioned: true
        ),
        ToolRoute(.get, "/api/event-rules/{name}", tool: "events.get-rule", isVersioned: true),
        ToolRoute(.patch, "/api/event-rules/{name}", tool: "events.change-rule", isVersioned: true),
        ToolRoute(.delete, "/api/event-rules/{name}", tool: "events.delete-rule"),
    ]

    private static let target: JSON = Shape.described(
        Shape.record(
            nil,
            [
                ("kind", Shape.choice(RuleTarget.kinds)),
                ("workflow", ["type": "string", "maxLength": 200]),
                ("agent", ["type": "string", "maxLength": 200]),
                ("webhook", ["type": "string", "maxLength": 100]),
                (
                    "roles",
                    [
                        "type": "array", "minItems": 1, "maxItems": 20,
                        "items": ["type": "string", "maxLength": 50],
                    ]
                ),
                ("severity", Shape.choice(["info", "warning", "alarm"])),
                ("subject", ["type": "string", "maxLength": 200]),
                ("text", ["type": "string", "maxLength": 2_000]),
                ("type", ["type": "string", "maxLength": 200]),
            ],
            optional: [
                "workflow", "agent", "webhook", "roles", "severity", "subject", "text", "type",
            ]
        ),
        "Where matching events go: workflow, agent or webhook by name or id, a notification to roles, or "
            + "forward under another type."
    )

    private static let settings: [(String, JSON)] = [
        ("description", ["type": "string", "maxLength": 500]), ("pattern", pattern),
        ("target", target), ("enabled", Shape.flag),
    ]

    private static let rule = Shape.record(
        "Event rule",
        [
            ("name", Shape.text), ("description", Shape.text), ("pattern", pattern),
            ("target", target), ("enabled", Shape.flag), ("version", Shape.count),
            ("createdAt", Shape.time), ("changedAt", Shape.time),
        ]
    )

    func rules() throws -> [Tool] {
        [try listRules(), try getRule(), try createRule(), try changeRule(), try deleteRule()]
    }

    private func listRules() throws -> Tool {
        try Tool(
            name: "events.list-rules",
            purpose: "Lists the organisation's rules: which events go where.",
            input: PlatformTools.list(
                [("enabled", Shape.flag)],
                sort: EventRules.sortable.map(\.name)
            ),
            output: Shape.page(of: Self.rule),
            roles: Self.rulers,
            body: .read { input, invocation, reader in
                let page = try EventRules().page(
                    ListQuery(
                        reading: input,
                        columns: EventRules.sortable,
                        standard: "name",
                        key: .init("name", "name")
                    ),
                    enabled: input.value["enabled"]?.bool,
                    scope: invocation.scope,
                    in: reader
                )
                return ["items": .array(page.items.map(\.json)), "nextCursor": page.next]
            }
        )
    }

    private func getRule() throws -> Tool {
        try Tool(
            name: "events.get-rule",
            purpose: "Shows a rule of the organisation.",
            input: Self.input([("name", Self.name)]),
            output: Self.rule,
            roles: Self.rulers,
            body: .read { input, invocation, reader in
                try EventRules().rule(
                    try input.member("name").string(),
                    scope: invocation.scope,
                    in: reader
                ).json
            }
        )
    }

    private func createRule() throws -> Tool {
        try Tool(
            name: "events.create-rule",
            purpose: "Makes a rule: events that match its pattern go to its target from now on.",
            input: Self.input(
                [("name", Self.name)] + Self.settings,
                optional: ["description", "enabled"]
            ),
            output: Self.rule,
            roles: Self.rulers,
            body: .write { [self] input, invocation in
                let name = try input.member("name")
                let rule = StoredRule(
                    name: try EventRules.checkName(name),
                    description: try input.optional("description")?.string(length: 0...500) ?? "",
                    pattern: try Self.pattern(try input.member("pattern")).json,
                    target: try RuleTarget(try input.member("target")),
                    isEnabled: try input.optional("enabled")?.bool() ?? true,
                    createdAt: invocation.now,
                    changedAt: invocation.now
                )
                guard try !kernel.workflows.dispatcher().ownRules.contains(rule.name) else {
                    throw name.fault("the program has a rule of this name", code: "rule-exists")
                }
                return { transaction in
                    let scope = invocation.scope
                    try destinations.check(rule.target, scope: scope, in: transaction)
                    try EventRules().add(rule, scope: scope, in: transaction)
                    try note("created", rule, scope, in: transaction)
                    return rule.json
                }
            }
        )
    }

    private func changeRule() throws -> Tool {
        try Tool(
            name: "events.change-rule",
            purpose: "Changes a rule, or switches it off or on.",
            input: Self.input(
                [("name", Self.name), ("reason", Self.reason)] + Self.settings,
                optional: Set(Self.settings.map(\.0) + ["reason"])
            ),
            output: Self.rule,
            roles: Self.rulers,
            body: .write { [self] input, invocation in
                let name = try input.member("name").string()
                let pattern = try input.optional("pattern").map { try Self.pattern($0).json }
                let target = try input.optional("target").map { try RuleTarget($0) }
                let description = try input.optional("description")?.string(length: 0...500)
                let enabled = try input.optional("enabled")?.bool()
                let reason = try input.optional("reason")?.string(length: 1...500)
                return { transaction in
                    let scope = invocation.scope
                    var rule = try EventRules().rule(name, scope: scope, in: transaction)
                    try invocation.expected?.check(rule.version, of: "the rule \(name)")
                    if let pattern { rule.pattern = pattern }
                    if let target { rule.target = target }
                    if let description { rule.description = description }
                    if let enabled { rule.isEnabled = enabled }
                    if rule.isEnabled {
                        try destinations.check(rule.target, scope: scope, in: transaction)
                    }
                    rule.version += 1
                    rule.changedAt = invocation.now
                    try EventRules().save(rule, scope: scope, in: transaction)
                    try note("changed", rule, scope, reason: reason, in: transaction)
                    return rule.json
                }
            }
        )
    }

    private func deleteRule() throws -> Tool {
        try Tool(
            name: "events.delete-rule",
            purpose: "Deletes a rule; its dead letters can then only be discarded.",
            input: Self.input(
                [("name", Self.name), ("reason", Self.reason)],
                optional: ["reason"]
            ),
            output: Shape.nothing,
            roles: Self.rulers,
            body: .write { [self] input, invocation in
                let name = try input.member("name").string()
                let reason = try input.optional("reason")?.string(length: 1...500)
                return { transaction in
                    let scope = invocation.scope
                    let rule = try EventRules().rule(name, scope: scope, in: transaction)
                    try invocation.expected?.check(rule.version, of: "the rule \(name)")
                    try EventRules().delete(name, scope: scope, in: transaction)
                    try note("deleted", rule, scope, reason: reason, in: transaction)
                    return .null
                }
            }
        )
    }

    private func note(
        _ done: String,
        _ rule: StoredRule,
        _ scope: Scope,
        reason: String? = nil,
        in transaction: any Transaction
    ) throws {
        var detail = rule.json
        if let reason { detail["reason"] = .string(reason) }
        try audit.append(
            "event-rule.\(done)",
            subject: "event-rule:\(rule.name)",
            detail: detail,
            scope: scope,
            in: transaction
        )
    }
}
