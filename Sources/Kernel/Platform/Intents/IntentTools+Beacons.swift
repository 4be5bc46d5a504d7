import Agents
import Core
import Identity
import Intents
import Store

extension IntentTools {
    func beacons() throws -> [Tool] {
        [
            try list(), try get(), try declare(), try check(), try checkBeacon(),
            try listMetrics(), try listEvaluations(),
        ]
    }

    private func list() throws -> Tool {
        try Tool(
            name: "intents.list",
            purpose:
                "Lists intents with what is known of them: whether the predicate holds, since when "
                + "it drifts, uptime and cost.",
            input: PlatformTools.list(
                [
                    ("status", Self.status), ("domain", ["type": "string", "maxLength": 60]),
                    ("state", Self.state), ("drifting", Shape.flag),
                ],
                sort: IntentStore.sorts.map(\.name)
            ),
            output: Shape.page(of: Self.intent),
            roles: Self.readers,
            body: .read { input, invocation, reader in
                let query = try ListQuery(
                    reading: input,
                    columns: IntentStore.sorts,
                    standard: "-createdAt",
                    key: .init("id", "id")
                )
                var filter = IntentStore.Filter()
                filter.status = try input.optional("status")?.choice()
                filter.domain = try input.optional("domain")?.string()
                filter.state = try input.optional("state")?.choice()
                filter.drifting = try input.optional("drifting")?.bool()
                let page = try IntentStore(scope: invocation.scope).page(filter, query, in: reader)
                return ["items": .array(page.items), "nextCursor": page.next]
            }
        )
    }

    private func get() throws -> Tool {
        try Tool(
            name: "intents.get",
            purpose:
                "Shows an intent in full: its latest observation with burn rates and trend, its "
                + "edges and its latest remediations.",
            input: Self.idInput,
            output: Self.detail,
            roles: Self.readers,
            body: .read { input, invocation, reader in
                let store = IntentStore(scope: invocation.scope)
                let intent = try store.intent(Self.id(input), in: reader)
                var json = try store.shown(intent, in: reader)
                json["observation"] = try store.observation(of: intent.id, in: reader) ?? .null
                let graph = IntentGraph(scope: invocation.scope)
                let edges = try graph.edges(of: GraphNode(intent.id), in: reader)
                json["edges"] = .array(
                    try Self.visible(edges, to: invocation.scope, in: reader).map(\.json)
                )
                let query = try ListQuery(
                    reading: JSONReader(["limit": 20]),
                    columns: IntentStore.remediationSorts,
                    standard: "-at",
                    key: .init("id", "id")
                )
                json["latestRemediations"] = .array(
                    try store.remediations(of: intent.id, status: nil, query, in: reader).items
                        .map(\.json)
                )
                return json
            }
        )
    }

    /// The edges without those of intents that the scope may not see.
    static func visible(
        _ edges: [GraphEdge],
        to scope: Scope,
        in reader: any Reader
    ) throws -> [GraphEdge] {
        let store = IntentStore(scope: scope)
        var seen: [GraphNode: Bool] = [:]
        func sees(_ node: GraphNode) throws -> Bool {
            guard let id = node.intent else { return true }
            if let known = seen[node] { return known }
            let exists = try store.exists(id, in: reader)
            seen[node] = exists
            return exists
        }
        return try edges.filter { try sees($0.source) && sees($0.target) }
    }

    private func declare() throws -> Tool {
        try Tool(
            name: "intents.declare",
            purpose:
                "Declares an intent: an outcome, a deadline, and a predicate that tells whether it "
                + "is so. From then on it is held against reality.",
            input: Shape.record("Beacon", Self.draft, optional: Self.draftOptional),
            output: Self.intent,
            roles: Self.writers,
            body: .write { [self] input, invocation in
                let draft = try IntentDraft(reading: input, now: invocation.now)
                _ = try await compiled(draft.predicate, hasText: draft.hasText, invocation)
                var owner = invocation.scope.actor
                if let other = draft.owner { owner = try await self.owner(other, invocation) }
                return { [owner] transaction in
                    let intent = try add(draft, owner: owner, invocation, in: transaction)
                    let store = IntentStore(scope: invocation.scope)
                    return try store.shown(intent, in: transaction)
                }
            }
        )
    }

    /// Writes what was declared, with its edges and its event.
    func add(
        _ draft: IntentDraft,
        owner: Actor,
        preset: String? = nil,
        _ invocation: Invocation,
        in transaction: any Transaction
    ) throws -> Intent {
        try requireSteering(draft.remedies, invocation.scope)
        try check(draft.remedies, invocation, in: transaction)
        let now = invocation.now
        let intent = Intent(
            id: draft.id ?? invocation.ids.next(),
            domain: draft.domain,
            desiredOutcome: draft.desiredOutcome,
            deadline: draft.deadline,
            cost: draft.cost,
            sensitivity: draft.sensitivity,
            predicate: draft.predicate,
            goal: draft.goal,
            priority: draft.priority,
            owner: owner,
            remedies: draft.remedies,
            remediesBy: draft.remedies.isEmpty
                ? nil : invocation.scope.onBehalfOf ?? invocation.scope.actor,
            status: draft.opens ? .open : .proposed,
            preset: preset,
            createdBy: invocation.scope.actor,
            createdAt: now,
            openedAt: draft.opens ? now : nil,
            version: 1
        )
        try IntentStore(scope: invocation.scope).add(intent, in: transaction)
        let graph = IntentGraph(scope: invocation.scope)
        for (index, edge) in draft.edges.enumerated() {
            let pointer = "/edges/\(index)/to"
            try known(edge.target, invocation.scope, pointer: pointer, in: transaction)
            try graph.draw(
                GraphEdge(GraphNode(intent.id), edge.relation, edge.target),
                at: now,
                pointer: pointer,
                in: transaction
            )
        }
        try emit(
            draft.opens ? "intent.declared" : "intent.proposed",
            intent,
            invocation,
            in: transaction
        )
        return intent
    }

    /// Refuses the node of an intent that there is not.
    func known(
        _ node: GraphNode,
        _ scope: Scope,
        pointer: String,
        in reader: any Reader
    ) throws {
        guard let id = node.intent, try !IntentStore(scope: scope).exists(id, in: reader) else {
            return
        }
        throw GeneralFault(
            .invalid,
            code: "intent-not-found",
            "there is no intent \(id)",
            pointer: pointer
        )
    }

    private static let checked = Shape.record(
        "Checked predicate",
        [
            ("predicate", Shape.text), ("measure", Shape.object), ("state", state),
            ("value", Shape.nullable(Shape.number)), ("good", Shape.nullable(Shape.number)),
            ("total", Shape.nullable(Shape.number)), ("reason", Shape.nullable(Shape.text)),
            ("at", Shape.time),
        ]
    )

    private func checkBeacon() throws -> Tool {
        try Tool(
            name: "intents.check-beacon",
            purpose:
                "Says whether a beacon could be declared, and what its predicate comes to now; "
                + "changes nothing.",
            input: Shape.record(nil, Self.draft, optional: Self.draftOptional),
            output: Self.checked,
            roles: Self.readers,
            body: .compute { [self] input, invocation in
                let draft = try IntentDraft(reading: input, now: invocation.now)
                try await kernel.database.read { reader in
                    try check(draft.remedies, invocation, in: reader)
                }
                return try await measured(draft.predicate, hasText: draft.hasText, invocation)
            }
        )
    }

    /// What a predicate comes to now.
    private func measured(
        _ predicate: Predicate,
        hasText: Bool,
        _ invocation: Invocation
    ) async throws -> JSON {
        let compiled = try await compiled(predicate, hasText: hasText, invocation)
        let measured = try await fabric.measurer.measure(
            compiled,
            of: invocation.scope.organisation,
            until: invocation.now
        )
        let seen = Observation(measured, of: predicate, at: invocation.now)
        func number(_ value: Double?) -> JSON { value.map { .double($0) } ?? .null }
        return [
            "predicate": .string(predicate.description), "measure": predicate.json,
            "state": .string(seen.state.rawValue), "value": number(seen.value),
            "good": number(seen.good), "total": number(seen.total),
            "reason": .optional(seen.reason), "at": invocation.now.json,
        ]
    }

    private func check() throws -> Tool {
        try Tool(
            name: "intents.check",
            purpose: "Says whether a predicate is one, and what it comes to now; changes nothing.",
            input: Shape.record(nil, [("predicate", Self.predicate)]),
            output: Self.checked,
            roles: Self.readers,
            body: .compute { [self] input, invocation in
                try input.onlyKeys(["predicate"])
                let found = try input.member("predicate")
                return try await measured(
                    Predicate(reading: found),
                    hasText: found.value.string != nil,
                    invocation
                )
            }
        )
    }

    private func listMetrics() throws -> Tool {
        try Tool(
            name: "intents.list-metrics",
            purpose: "Lists what predicates can measure, and the remediations that are registered.",
            input: Shape.record(nil, []),
            output: Shape.record(
                nil,
                [
                    ("items", Shape.list(of: Self.metric)),
                    ("remediations", Shape.list(of: Self.registered)),
                ]
            ),
            roles: Self.readers,
            body: .compute { [self] _, invocation in
                let catalogue = try await fabric.measurer.catalogue(
                    of: invocation.scope.organisation
                )
                return [
                    "items": catalogue.json,
                    "remediations": .array(
                        fabric.remediations.map { remediation in
                            [
                                "name": .string(remediation.name),
                                "purpose": .string(remediation.purpose),
                                "helps": .array(remediation.helps.sorted().map { .string($0) }),
                                "workflow": .string(remediation.workflow),
                                "cost": .string(remediation.cost.rawValue),
                                "needsApproval": .bool(remediation.needsApproval),
                                "judgeAfterSeconds": .int(Int(remediation.judgeAfter.seconds)),
                            ]
                        }
                    ),
                ]
            }
        )
    }

    private func listEvaluations() throws -> Tool {
        try Tool(
            name: "intents.list-evaluations",
            purpose:
                "Lists the stretches of time that an intent was evaluated in, oldest first: the "
                + "last day unless told otherwise.",
            input: Shape.record(
                nil,
                [
                    ("id", ["type": "string", "maxLength": 100]), ("from", Shape.time),
                    ("to", Shape.time),
                    ("limit", ["type": "integer", "minimum": 1, "maximum": 5_000]),
                ],
                optional: ["from", "to", "limit"]
            ),
            output: Shape.record(nil, [("items", Shape.list(of: Self.evaluation))]),
            roles: Self.readers,
            body: .read { input, invocation, reader in
                let store = IntentStore(scope: invocation.scope)
                let intent = try store.intent(Self.id(input), in: reader)
                let until =
                    try input.optional("to")?.timestamp() ?? invocation.now + .seconds(1)
                let from =
                    try input.optional("from")?.timestamp() ?? until + .seconds(-86_400)
                let limit = try input.optional("limit")?.int(in: 1...5_000) ?? 1_500
                return [
                    "items": .array(
                        try store.evaluations(
                            of: intent.id,
                            from: from,
                            until: until,
                            limit: limit,
                            in: reader
                        )
                    )
                ]
            }
        )
    }
}
