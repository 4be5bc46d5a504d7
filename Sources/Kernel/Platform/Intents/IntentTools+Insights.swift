import Agents
import Core
import Identity
import Intents
import Store

extension IntentTools {
    func remediations() throws -> [Tool] { [try listRemediations()] }

    private func listRemediations() throws -> Tool {
        try Tool(
            name: "intents.list-remediations",
            purpose:
                "Lists what was done for intents, newest first: predicted and measured effect. What "
                + "waits for a person is among the approvals.",
            input: PlatformTools.list(
                [
                    ("intent", Shape.id),
                    (
                        "status",
                        Shape.choice(RemediationRecord.Status.allCases.map(\.rawValue))
                    ),
                ],
                sort: IntentStore.remediationSorts.map(\.name)
            ),
            output: Shape.page(of: Self.remediation),
            roles: Self.readers,
            body: .read { input, invocation, reader in
                let query = try ListQuery(
                    reading: input,
                    columns: IntentStore.remediationSorts,
                    standard: "-at",
                    key: .init("id", "id")
                )
                let page = try IntentStore(scope: invocation.scope).remediations(
                    of: input.optional("intent")?.id(),
                    status: input.optional("status")?.choice(),
                    query,
                    in: reader
                )
                return ["items": .array(page.items.map(\.json)), "nextCursor": page.next]
            }
        )
    }

    func insights() throws -> [Tool] {
        [
            try reportTool(), try listSuggestions(), try refreshSuggestions(),
            try adoptSuggestion(), try dismissSuggestion(),
        ]
    }

    private func reportTool() throws -> Tool {
        try Tool(
            name: "intents.report",
            purpose: "Reports on all intents in one answer: uptime, agents' utilisation, cost per "
                + "intent, what drifts.",
            input: Shape.record(
                nil,
                [
                    (
                        "hours",
                        Shape.described(
                            ["type": "integer", "minimum": 1, "maximum": 744],
                            "Over how many hours agents' utilisation is measured; default 24."
                        )
                    )
                ],
                optional: ["hours"]
            ),
            output: Self.report,
            roles: Self.readers,
            body: .read { [fabric] input, invocation, reader in
                let hours = try input.optional("hours")?.int(in: 1...744) ?? 24
                let now = invocation.now
                let report = try IntentReport(scope: invocation.scope, at: now, in: reader)
                let agents = try AgentUtilisation.of(
                    fabric.agents,
                    from: now + .seconds(-hours * 3_600),
                    until: now,
                    scope: invocation.scope,
                    in: reader
                )
                return report.json(
                    agents: agents,
                    periodSeconds: Double(hours * 3_600),
                    organisation: invocation.scope.organisation
                )
            }
        )
    }

    private static let suggestions = Shape.record(
        nil,
        [("items", Shape.list(of: suggestion))]
    )

    private func listSuggestions() throws -> Tool {
        try Tool(
            name: "intents.list-suggestions",
            purpose:
                "Lists intents that nobody has declared though the data ask for them, with the "
                + "evidence.",
            input: Shape.record(nil, []),
            output: Self.suggestions,
            roles: Self.readers,
            body: .read { _, invocation, reader in
                [
                    "items": .array(
                        try IntentSuggestions.list(scope: invocation.scope, in: reader)
                    )
                ]
            }
        )
    }

    private func refreshSuggestions() throws -> Tool {
        try Tool(
            name: "intents.refresh-suggestions",
            purpose: "Looks for suggestions now; by itself that is done every quarter of an hour.",
            input: Shape.record(nil, []),
            output: Self.suggestions,
            roles: Self.writers,
            body: .external { [self] _, invocation in
                try await fabric.suggestions.refresh(scope: invocation.scope, at: invocation.now)
                return try await kernel.database.read { reader in
                    [
                        "items": .array(
                            try IntentSuggestions.list(scope: invocation.scope, in: reader)
                        )
                    ]
                }
            }
        )
    }

    private func adoptSuggestion() throws -> Tool {
        try Tool(
            name: "intents.adopt-suggestion",
            purpose:
                "Makes an intent of a suggestion, open unless told otherwise; 30 days are given unless "
                + "told otherwise.",
            input: Shape.record(
                nil,
                [
                    ("id", ["type": "string", "maxLength": 100]), ("deadline", Shape.text),
                    ("desired_outcome", Self.outcome),
                    (
                        "status",
                        Shape.described(
                            Shape.choice(["proposed", "open"]),
                            "proposed: kept as a proposal, for somebody to open. Default open."
                        )
                    ),
                ],
                optional: ["deadline", "desired_outcome", "status"]
            ),
            output: Self.intent,
            roles: Self.writers,
            body: .write { [self] input, invocation in
                let id = try input.member("id").string()
                let deadline = try input.optional("deadline")
                let outcome = try input.optional("desired_outcome")?.value
                let status = try input.optional("status")?.string() ?? "open"
                return { transaction in
                    let scope = invocation.scope
                    let body = try IntentSuggestions.settle(
                        id,
                        as: "adopted",
                        scope: scope,
                        in: transaction
                    )
                    let store = IntentStore(scope: scope)
                    if let preset = body["preset"]?.string,
                        var proposed = try store.proposed(preset, in: transaction)
                    {
                        guard status == "open" else {
                            return try store.shown(proposed, in: transaction)
                        }
                        try store.open(&proposed, at: invocation.now, in: transaction)
                        try emit("intent.opened", proposed, invocation, in: transaction)
                        return try store.shown(proposed, in: transaction)
                    }
                    let beacon: JSON = [
                        "domain": body["domain"] ?? "operations",
                        "desired_outcome": outcome ?? body["desired_outcome"] ?? "",
                        "deadline": deadline?.value
                            ?? (invocation.now + .seconds(30 * 86_400)).json,
                        "predicate": body["predicate"] ?? "", "status": .string(status),
                    ]
                    let draft = try IntentDraft(reading: JSONReader(beacon), now: invocation.now)
                    let intent = try add(
                        draft,
                        owner: scope.actor,
                        invocation,
                        in: transaction
                    )
                    return try store.shown(intent, in: transaction)
                }
            }
        )
    }

    private func dismissSuggestion() throws -> Tool {
        try Tool(
            name: "intents.dismiss-suggestion",
            purpose: "Puts a suggestion away for good; the reason is kept in the audit log.",
            input: Shape.record(
                nil,
                [
                    ("id", ["type": "string", "maxLength": 100]),
                    ("reason", ["type": "string", "maxLength": 500]),
                ],
                optional: ["reason"]
            ),
            output: Shape.nothing,
            roles: Self.writers,
            body: .write { [audit] input, invocation in
                let id = try input.member("id").string()
                let reason = try input.optional("reason")?.string(length: 0...500)
                return { transaction in
                    _ = try IntentSuggestions.settle(
                        id,
                        as: "dismissed",
                        scope: invocation.scope,
                        in: transaction
                    )
                    try audit.append(
                        "intent-suggestion.dismissed",
                        subject: "intent-suggestion:\(id)",
                        detail: ["reason": .optional(reason)],
                        scope: invocation.scope,
                        in: transaction
                    )
                    return .null
                }
            }
        )
    }
}
