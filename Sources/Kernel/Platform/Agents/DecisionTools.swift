public import Agents
public import Core
import HTTP
public import Identity
import Live
import Store
import Workflows

/// What people see and do of decisions: open, replay, compare, try another policy, overrule.
public struct DecisionTools: Sendable {
    let kernel: Kernel
    let audit: AuditLog

    /// The tools over a kernel.
    public init(kernel: Kernel, audit: AuditLog) {
        self.kernel = kernel
        self.audit = audit
    }

    /// The tools.
    ///
    /// - Throws: a fault of code `invalid-schema`.
    public func all() throws -> [Tool] {
        [
            try list(), try get(), try replay(), try counterfactual(), try compare(),
            try overrule(),
        ]
    }

    /// The routes that map to them.
    public static let routes: [ToolRoute] = [
        ToolRoute(.get, "/api/decisions", tool: "platform.list-decisions"),
        ToolRoute(.get, "/api/decisions/{id}", tool: "platform.get-decision"),
        ToolRoute(.post, "/api/decisions/{id}/replay", tool: "platform.replay-decision"),
        ToolRoute(.post, "/api/decisions/{id}/counterfactual", tool: "platform.try-decision"),
        ToolRoute(.get, "/api/decisions/{id}/diff", tool: "platform.compare-decisions"),
        ToolRoute(.post, "/api/decisions/{id}/overrule", tool: "platform.overrule-decision"),
    ]

    private static let id: (String, JSON) = ("id", ["type": "string", "maxLength": 100])

    private static func id(_ reader: JSONReader) throws -> ID<Decision> {
        let text = try reader.string()
        guard let id = ID<Decision>(text) else { throw PlatformTools.missing("decision", text) }
        return id
    }

    private func list() throws -> Tool {
        try Tool(
            name: "platform.list-decisions",
            purpose: "Lists what was decided: about one thing oldest first, else newest first.",
            input: PlatformTools.list(
                [
                    ("subject", ["type": "string", "minLength": 1, "maxLength": 200]),
                    ("agent", ["type": "string", "minLength": 1, "maxLength": 200]),
                    ("intent", ["type": "string", "minLength": 1, "maxLength": 200]),
                    ("from", Shape.time), ("to", Shape.time), ("overruled", Shape.flag),
                ],
                sort: AgentJournal.columns.map(\.name)
            ),
            output: DecisionShapes.page,
            roles: PlatformTools.members,
            body: .read { [kernel] input, invocation, reader in
                let subject = try input.optional("subject")?.string()
                let query = try ListQuery(
                    reading: input,
                    columns: AgentJournal.columns,
                    standard: subject == nil ? "-at" : "at",
                    key: .init("id", "id"),
                    limit: subject == nil ? 50 : ListQuery.largest
                )
                let page = try kernel.journal.decisions(
                    AgentJournal.Filter(
                        subject: subject,
                        agent: try input.optional("agent")?.string(),
                        intent: try input.optional("intent")?.string(),
                        from: try input.optional("from")?.timestamp(),
                        to: try input.optional("to")?.timestamp(),
                        overruled: try input.optional("overruled")?.bool()
                    ),
                    query,
                    scope: invocation.scope,
                    in: reader
                )
                return ["items": .array(page.items), "nextCursor": page.next]
            }
        )
    }

    private func get() throws -> Tool {
        try Tool(
            name: "platform.get-decision",
            purpose: "Shows a decision: what was seen, weighed and chosen, and why.",
            input: Shape.record(nil, [Self.id]),
            output: DecisionShapes.detail,
            roles: PlatformTools.members,
            body: .read { [kernel] input, invocation, reader in
                let id = try Self.id(try input.member("id"))
                guard
                    let found = try kernel.journal.decision(
                        id,
                        scope: invocation.scope,
                        in: reader
                    )
                else { throw PlatformTools.missing("decision", id.description) }
                return found
            }
        )
    }

    // MARK: Again

    private static let difference = Shape.record(
        "Difference",
        [("pointer", Shape.text), ("before", Shape.any), ("after", Shape.any)],
        optional: ["before", "after"]
    )

    private func replay() throws -> Tool {
        try Tool(
            name: "platform.replay-decision",
            purpose: """
                Makes a decision again from its journal, without any tool or model, and compares: inputs, \
                options, scores, choice, rationale, confidence must be the same byte for byte.
                """,
            input: Shape.record(nil, [Self.id]),
            output: Shape.record(
                "Replay",
                [
                    ("id", Shape.id),
                    ("outcome", Shape.choice(["same", "different", "not-replayable"])),
                    ("differences", Shape.list(of: Self.difference)),
                    ("code", Shape.nullable(Shape.text)), ("reason", Shape.nullable(Shape.text)),
                ]
            ),
            roles: PlatformTools.members,
            body: .compute { [kernel] input, invocation in
                let id = try Self.id(try input.member("id"))
                let replayer = try Self.replayer(kernel)
                guard let outcome = try await replayer.replay(id, scope: invocation.scope) else {
                    throw PlatformTools.missing("decision", id.description)
                }
                return Self.shown(outcome, of: id)
            }
        )
    }

    static func replayer(_ kernel: Kernel) throws -> DecisionReplayer {
        DecisionReplayer(try kernel.workflows.engine().agents.office)
    }

    /// A replay as it is shown to people and programs.
    public static func shown(_ outcome: DecisionReplayer.Outcome, of id: ID<Decision>) -> JSON {
        var json: JSON = [
            "id": id.json, "outcome": "same", "differences": [], "code": .null, "reason": .null,
        ]
        switch outcome {
        case .same: break
        case .different(let differences):
            json["outcome"] = "different"
            json["differences"] = .array(differences.map(\.json))
        case .notReplayable(let code, let reason):
            json["outcome"] = "not-replayable"
            json["code"] = .string(code)
            json["reason"] = .string(reason)
        }
        return json
    }

    private func counterfactual() throws -> Tool {
        try Tool(
            name: "platform.try-decision",
            purpose: """
                Lets other rules or another model decide the same case and shows what would differ. It \
                changes nothing; asking models costs what they cost.
                """,
            input: Shape.record(
                nil,
                [
                    Self.id,
                    (
                        "models",
                        [
                            "type": "array", "maxItems": 8,
                            "items": ["type": "string", "minLength": 1, "maxLength": 200],
                            "description":
                                "Models to ask, in order; without them the rules decide.",
                        ]
                    ),
                ],
                optional: ["models"]
            ),
            output: Shape.record(
                "Counterfactual",
                [
                    ("id", Shape.id), ("conclusion", Shape.nullable(Shape.object)),
                    ("stopped", Shape.nullable(Shape.text)),
                    ("calls", Shape.list(of: Shape.object)),
                    ("differences", Shape.list(of: Self.difference)), ("costMicros", Shape.count),
                ]
            ),
            roles: [.admin, .manager, .planner, .supervisor],
            body: .external { [kernel] input, invocation in
                let id = try Self.id(try input.member("id"))
                let models = input.value["models"]?.array?.compactMap(\.string) ?? []
                guard
                    let found = try await Self.replayer(kernel).counterfactual(
                        id,
                        models.isEmpty ? .rules : .models(models),
                        by: invocation
                    )
                else { throw PlatformTools.missing("decision", id.description) }
                var json = found.json
                json["id"] = id.json
                return json
            }
        )
    }

    private func compare() throws -> Tool {
        try Tool(
            name: "platform.compare-decisions",
            purpose: "Shows where two decisions differ in what was seen, weighed and chosen.",
            input: Shape.record(nil, [Self.id, ("with", Self.id.1)]),
            output: Shape.record(
                "Comparison of decisions",
                [
                    ("id", Shape.id), ("with", Shape.id),
                    ("differences", Shape.list(of: Self.difference)),
                ]
            ),
            roles: PlatformTools.members,
            body: .compute { [kernel] input, invocation in
                let first = try Self.id(try input.member("id"))
                let second = try Self.id(try input.member("with"))
                guard
                    let found = try await Self.replayer(kernel).differences(
                        between: first,
                        and: second,
                        scope: invocation.scope
                    )
                else {
                    throw PlatformTools.missing("decision", "\(first) or \(second)")
                }
                return [
                    "id": first.json, "with": second.json,
                    "differences": .array(found.map(\.json)),
                ]
            }
        )
    }

    // MARK: Otherwise

    private func overrule() throws -> Tool {
        try Tool(
            name: "platform.overrule-decision",
            purpose: """
                Puts a person's choice in the place of an agent's. The decision keeps both; the event \
                decision.overruled lets workflows act on it.
                """,
            input: Shape.record(
                nil,
                [
                    Self.id,
                    (
                        "choice",
                        [
                            "type": "string", "minLength": 1, "maxLength": 300,
                            "description": "What is to be done instead.",
                        ]
                    ), ("reason", ["type": "string", "minLength": 1, "maxLength": 2_000]),
                ]
            ),
            output: DecisionShapes.overruling,
            roles: [.admin, .manager, .planner, .supervisor],
            body: .write { [kernel, audit] input, invocation in
                let id = try Self.id(try input.member("id"))
                let choice = try input.member("choice").string(length: 1...300)
                let reason = try input.member("reason").string(length: 1...2_000)
                guard !reason.allSatisfy(\.isWhitespace) else {
                    throw GeneralFault(
                        .invalid,
                        code: "reason-needed",
                        "say why, for whoever looks at it later",
                        pointer: "/reason"
                    )
                }
                return { transaction in
                    let (decision, overruling) = try kernel.journal.overrule(
                        id,
                        choice: choice,
                        reason: reason,
                        by: invocation,
                        in: transaction
                    )
                    let data: JSON = [
                        "decisionId": id.json, "agent": .string(decision.agent),
                        "subject": .string(decision.subject),
                        "decided": decision.body["choice"] ?? .null, "choice": .string(choice),
                        "reason": .string(reason),
                    ]
                    try kernel.emit(
                        "decision.overruled",
                        about: decision.subject,
                        data,
                        by: invocation,
                        in: transaction
                    )
                    try audit.append(
                        "decision.overruled",
                        subject: "decision:\(id)",
                        detail: data,
                        scope: invocation.scope,
                        in: transaction
                    )
                    transaction.afterCommit { [kernel] in
                        kernel.live.changed(
                            "decisions",
                            organisation: invocation.scope.organisation
                        )
                    }
                    return overruling
                }
            }
        )
    }
}
