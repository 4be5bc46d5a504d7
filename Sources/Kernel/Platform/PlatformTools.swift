public import Agents
import Channels
import Core
import Events
import HTTP
import Identity
import Live
import Observability
import Store
import Workflows

/// The queries and commands that every installation has: decisions, inbox, agents.
public struct PlatformTools: Sendable {
    let kernel: Kernel
    private let agents: [Agent]

    /// The tools over a kernel; `agents` are those of all solutions.
    public init(kernel: Kernel, agents: [Agent]) {
        self.kernel = kernel
        self.agents = agents
    }

    /// Whoever is a member may look at what was decided and done in the organisation.
    static let members: Set<Role> = [
        .admin, .manager, .planner, .operator, .technician, .deskAgent, .supervisor, .viewer,
    ]

    /// Everybody has an inbox; a loader sees nothing else of these.
    static let readersOfInbox = members.union([.loader])

    static let id: JSON = Shape.record(nil, [("id", ["type": "string", "maxLength": 500])])

    /// The tools.
    ///
    /// - Throws: a fault of code `invalid-schema`.
    public func all() throws -> [Tool] {
        try [
            try listDecisions(), try getDecision(), try listInbox(), try markRead(),
            try listAgents(), try listDeadLetters(),
            try redriveDeadLetter(),
        ] + savedViews()
    }

    /// The routes that map to them.
    public static let routes: [ToolRoute] =
        [
            ToolRoute(.get, "/api/decisions", tool: "platform.list-decisions"),
            ToolRoute(.get, "/api/decisions/{id}", tool: "platform.get-decision"),
            ToolRoute(.get, "/api/inbox", tool: "platform.list-inbox"),
            ToolRoute(.post, "/api/inbox/{id}/read", tool: "platform.mark-read"),
            ToolRoute(.get, "/api/agents", tool: "platform.list-agents"),
            ToolRoute(.get, "/api/dead-letters", tool: "platform.list-dead-letters"),
            ToolRoute(
                .post,
                "/api/dead-letters/{id}/redrive",
                tool: "platform.redrive-dead-letter"
            ),
        ] + savedViewRoutes

    private func listDecisions() throws -> Tool {
        try Tool(
            name: "platform.list-decisions",
            purpose: "Lists what was decided: about one thing oldest first, else newest first.",
            input: Self.list(
                [
                    ("subject", ["type": "string", "minLength": 1, "maxLength": 200]),
                    ("agent", ["type": "string", "minLength": 1, "maxLength": 200]),
                    ("from", Shape.time), ("to", Shape.time),
                ],
                sort: AgentJournal.columns.map(\.name)
            ),
            output: DecisionShapes.page,
            roles: Self.members,
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
                        from: try input.optional("from")?.timestamp(),
                        to: try input.optional("to")?.timestamp()
                    ),
                    query,
                    scope: invocation.scope,
                    in: reader
                )
                return ["items": .array(page.items), "nextCursor": page.next]
            }
        )
    }

    private func getDecision() throws -> Tool {
        try Tool(
            name: "platform.get-decision",
            purpose: "Shows a decision: what was seen, weighed and chosen, and why.",
            input: Self.id,
            output: DecisionShapes.detail,
            roles: Self.members,
            body: .read { [kernel] input, invocation, reader in
                let text = try input.member("id").string()
                guard let id = ID<Decision>(text),
                    let found = try kernel.journal.decision(id, scope: invocation.scope, in: reader)
                else { throw Self.missing("decision", text) }
                return found
            }
        )
    }

    private func listInbox() throws -> Tool {
        try Tool(
            name: "platform.list-inbox",
            purpose: "Lists your own messages, newest first.",
            input: Self.list([("unread", Shape.flag)], sort: Inbox.columns.map(\.name)),
            output: Shape.page(of: Self.message, and: [("unread", Shape.count)]),
            roles: Self.readersOfInbox,
            body: .read { [kernel] input, invocation, reader in
                let inbox = Inbox(clock: kernel.clock)
                let query = try ListQuery(
                    reading: input,
                    columns: Inbox.columns,
                    standard: "-at",
                    key: .init("id", "id")
                )
                let page = try inbox.page(
                    query,
                    unreadOnly: input.value["unread"]?.bool ?? false,
                    scope: invocation.scope,
                    in: reader
                )
                return [
                    "items": .array(page.items.map(\.json)), "nextCursor": page.next,
                    "unread": .int(try inbox.unread(scope: invocation.scope, in: reader)),
                ]
            }
        )
    }

    private func markRead() throws -> Tool {
        try Tool(
            name: "platform.mark-read",
            purpose: "Marks one of your messages as read.",
            input: Self.id,
            output: Shape.nothing,
            roles: Self.readersOfInbox,
            body: .write { [kernel] input, invocation in
                let text = try input.member("id").string()
                guard let id = ID<Inbox.Entry>(text) else { throw Self.missing("message", text) }
                return { transaction in
                    try Inbox(clock: kernel.clock).markRead(
                        id,
                        scope: invocation.scope,
                        in: transaction
                    )
                    transaction.afterCommit { [kernel] in
                        kernel.live.changed(
                            "inbox",
                            organisation: invocation.scope.organisation,
                            account: invocation.scope.actor.id
                        )
                    }
                    return .null
                }
            }
        )
    }

    private func listAgents() throws -> Tool {
        try Tool(
            name: "platform.list-agents",
            purpose: "Lists the agents: purpose, tools, policy, and how busy they were.",
            input: Self.list([], sort: ["name"]),
            output: Shape.page(of: Self.agent),
            roles: Self.members,
            body: .read { [kernel, agents] input, invocation, reader in
                let page = try ListQuery.page(agents, reading: input, by: \.name)
                let items = try page.items.map { agent -> JSON in
                    let seen = try kernel.journal.activity(
                        of: agent.name,
                        scope: invocation.scope,
                        in: reader
                    )
                    let tools = agent.tools.sorted() + agent.colleagues.sorted()
                    return [
                        "name": .string(agent.name), "purpose": .string(agent.purpose),
                        "tools": .array(tools.map { .string($0) }),
                        "policy": [
                            "name": .string(agent.policy.name),
                            "version": .int(agent.policy.version),
                        ],
                        "invocations": .int(seen.invocations), "errors": .int(seen.errors),
                        "p50Micros": .int(seen.p50Micros), "p99Micros": .int(seen.p99Micros),
                    ]
                }
                return ["items": .array(items), "nextCursor": page.next]
            }
        )
    }

    private func listDeadLetters() throws -> Tool {
        try Tool(
            name: "platform.list-dead-letters",
            purpose: "Lists events that a rule's target would not take, with the reason.",
            input: Self.list(
                [("rule", ["type": "string", "minLength": 1, "maxLength": 200])],
                sort: Dispatcher.deadLetterColumns.map(\.name)
            ),
            output: Shape.page(of: Self.deadLetter),
            roles: [.admin, .manager],
            body: .read { [kernel] input, invocation, reader in
                let query = try ListQuery(
                    reading: input,
                    columns: Dispatcher.deadLetterColumns,
                    standard: "-at",
                    key: .init("id", "id"),
                    limit: 100
                )
                let page = try kernel.workflows.dispatcher().deadLetters(
                    query,
                    rule: input.optional("rule")?.string(),
                    scope: invocation.scope,
                    in: reader
                )
                return ["items": .array(page.items.map(\.json)), "nextCursor": page.next]
            }
        )
    }

    private func redriveDeadLetter() throws -> Tool {
        try Tool(
            name: "platform.redrive-dead-letter",
            purpose: "Gives an event to the rule again whose target would not take it.",
            input: Self.id,
            output: Shape.record(nil, [("id", Shape.id), ("taken", Shape.flag)]),
            roles: [.admin, .manager],
            body: .write { [kernel] input, invocation in
                let text = try input.member("id").string()
                guard let id = ID<DeadLetter>(text) else {
                    throw Self.missing("dead-letter", text)
                }
                return { transaction in
                    let taken = try kernel.workflows.dispatcher().redrive(
                        id,
                        scope: invocation.scope,
                        in: transaction
                    )
                    return ["id": id.json, "taken": .bool(taken)]
                }
            }
        )
    }

    static func missing(_ noun: String, _ text: String) -> GeneralFault {
        GeneralFault(
            .notFound,
            code: "\(noun)-not-found",
            "there is no \(noun) \"\(text.prefix(60))\""
        )
    }
}
