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

/// The queries and commands that every installation has: decisions, runs, inbox, agents.
public struct PlatformTools: Sendable {
    private let kernel: Kernel
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
    private static let readersOfInbox = members.union([.loader])

    private static let id: JSON = [
        "type": "object", "properties": ["id": ["type": "string"]], "required": ["id"],
        "additionalProperties": false,
    ]

    /// The tools.
    ///
    /// - Throws: a fault of code `invalid-schema`.
    public func all() throws -> [Tool] {
        [
            try listDecisions(), try getDecision(), try listExecutions(), try getExecution(),
            try getExecutionEvent(),
            try listInbox(), try markRead(), try listAgents(), try listDeadLetters(),
            try redriveDeadLetter(),
        ]
    }

    /// The routes that map to them.
    public static let routes: [ToolRoute] = [
        ToolRoute(.get, "/api/decisions", tool: "platform.list-decisions"),
        ToolRoute(.get, "/api/decisions/{id}", tool: "platform.get-decision"),
        ToolRoute(.get, "/api/executions", tool: "platform.list-executions"),
        ToolRoute(.get, "/api/executions/{id}", tool: "platform.get-execution"),
        ToolRoute(
            .get,
            "/api/executions/{id}/events/{event}",
            tool: "platform.get-execution-event"
        ),
        ToolRoute(.get, "/api/inbox", tool: "platform.list-inbox"),
        ToolRoute(.post, "/api/inbox/{id}/read", tool: "platform.mark-read"),
        ToolRoute(.get, "/api/agents", tool: "platform.list-agents"),
        ToolRoute(.get, "/api/dead-letters", tool: "platform.list-dead-letters"),
        ToolRoute(
            .post,
            "/api/dead-letters/{id}/redrive",
            tool: "platform.redrive-dead-letter"
        ),
    ]

    private func listDecisions() throws -> Tool {
        try Tool(
            name: "platform.list-decisions",
            purpose: "Lists what was decided about one thing.",
            input: [
                "type": "object",
                "properties": ["subject": ["type": "string", "minLength": 1, "maxLength": 200]],
                "required": ["subject"], "additionalProperties": false,
            ],
            roles: Self.members,
            body: .read { [kernel] input, invocation, reader in
                let found = try kernel.journal.decisions(
                    about: input.member("subject").string(),
                    scope: invocation.scope,
                    in: reader
                )
                return ["items": .array(found.map(\.json))]
            }
        )
    }

    private func getDecision() throws -> Tool {
        try Tool(
            name: "platform.get-decision",
            purpose: "Shows a decision: what was seen, weighed and chosen, and why.",
            input: Self.id,
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

    private func listExecutions() throws -> Tool {
        try Tool(
            name: "platform.list-executions",
            purpose: "Lists workflow runs, newest first.",
            input: [
                "type": "object",
                "properties": [
                    "workflow": ["type": "string"],
                    "status": ["enum": ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]],
                    "subject": ["type": "string"],
                    "limit": ["type": "integer", "minimum": 1, "maximum": 500],
                ],
                "additionalProperties": false,
            ],
            roles: Self.members,
            body: .read { input, invocation, reader in
                let found = try ExecutionTables().list(
                    workflow: input.value["workflow"]?.string,
                    status: input.value["status"]?.string,
                    subject: input.value["subject"]?.string,
                    limit: input.value["limit"]?.int ?? 50,
                    scope: invocation.scope,
                    in: reader
                )
                return ["items": .array(found)]
            }
        )
    }

    private func getExecution() throws -> Tool {
        try Tool(
            name: "platform.get-execution",
            purpose: "Shows a workflow run with its history and definition.",
            input: Self.id,
            roles: Self.members,
            body: .read { input, invocation, reader in
                let text = try input.member("id").string()
                guard let id = ID<Execution>(text),
                    let found = try ExecutionTables().detail(
                        id,
                        scope: invocation.scope,
                        in: reader
                    )
                else { throw Self.missing("run", text) }
                return found
            }
        )
    }

    private func getExecutionEvent() throws -> Tool {
        try Tool(
            name: "platform.get-execution-event",
            purpose: "Shows one event of a workflow run's history, whole.",
            input: [
                "type": "object", "required": ["id", "event"], "additionalProperties": false,
                "properties": ["id": ["type": "string"], "event": ["type": "string"]],
            ],
            output: [
                "type": "object", "required": ["id", "type"],
                "properties": ["id": ["type": "integer"], "type": ["type": "string"]],
            ],
            roles: Self.members,
            body: .read { input, invocation, reader in
                let text = try input.member("id").string()
                let event = try input.member("event").string()
                guard let id = ID<Execution>(text), let number = Int(event),
                    let found = try ExecutionTables().event(
                        number,
                        of: id,
                        scope: invocation.scope,
                        in: reader
                    )
                else { throw Self.missing("event", event) }
                return found
            }
        )
    }

    private func listInbox() throws -> Tool {
        try Tool(
            name: "platform.list-inbox",
            purpose: "Lists your own messages, newest first.",
            input: [
                "type": "object",
                "properties": ["limit": ["type": "integer", "minimum": 1, "maximum": 200]],
                "additionalProperties": false,
            ],
            roles: Self.readersOfInbox,
            body: .read { [kernel] input, invocation, reader in
                let inbox = Inbox(clock: kernel.clock)
                let found = try inbox.list(
                    scope: invocation.scope,
                    limit: input.value["limit"]?.int ?? 50,
                    in: reader
                )
                return [
                    "items": .array(found.map(\.json)),
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
            input: ["type": "object", "additionalProperties": false],
            roles: Self.members,
            body: .read { [kernel, agents] _, invocation, reader in
                let items = try agents.map { agent -> JSON in
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
                return ["items": .array(items)]
            }
        )
    }

    private func listDeadLetters() throws -> Tool {
        try Tool(
            name: "platform.list-dead-letters",
            purpose: "Lists events that a rule's target would not take, with the reason.",
            input: ["type": "object", "additionalProperties": false],
            roles: [.admin, .manager],
            body: .read { [kernel] _, invocation, reader in
                let found = try kernel.workflows.dispatcher().deadLetters(
                    scope: invocation.scope,
                    in: reader
                )
                return ["items": .array(found.map(\.json))]
            }
        )
    }

    private func redriveDeadLetter() throws -> Tool {
        try Tool(
            name: "platform.redrive-dead-letter",
            purpose: "Gives an event to the rule again whose target would not take it.",
            input: Self.id,
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

    private static func missing(_ noun: String, _ text: String) -> GeneralFault {
        GeneralFault(
            .notFound,
            code: "\(noun)-not-found",
            "there is no \(noun) \"\(text.prefix(60))\""
        )
    }
}
